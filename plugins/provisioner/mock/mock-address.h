/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* mock-address.h: owns the addresses that machines are given, by number. */
#pragma once

#include <glib.h>

#define MOCK_N_ADDRESSES (254 * 253)

/* Returns: the number of the address (nullable), from 1; 0 where it is none that is given. */
guint mock_address_number(const char *address);

/* @taken: by number. Returns: (transfer full) (nullable): an address that is not, the same for
 * the same name where it can be. */
char *mock_address_free(const guint8 *taken, const char *part_id);
