/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* kafka-identity.h: owns the name by which the groups know this state folder again. */
#pragma once

#include <kbnt/kbnt-host.h>

/* Reads the name from the state folder, and makes it where there is none.
 * @ret_identity: (out) (transfer full). Returns: FALSE with TRANSPORT_FAILED. */
gboolean kafka_identity_read(KbntHost *host, char **ret_identity, GError **error);
