/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* mock-address.c: owns the addresses that machines are given, by number. */
#include "mock-address.h"

#include <stdio.h>

guint
mock_address_number(const char *address)
{
    guint third = 0;
    guint fourth = 0;

    if (!address || sscanf(address, "10.10.%u.%u/24", &third, &fourth) != 2)
        return 0;
    if (third < 1 || third > 254 || fourth < 2 || fourth > 254)
        return 0;
    return (third - 1) * 253 + fourth - 2 + 1;
}

char *
mock_address_free(const guint8 *taken, const char *part_id)
{
    guint first = g_str_hash(part_id) % MOCK_N_ADDRESSES;

    for (guint i = 0; i < MOCK_N_ADDRESSES; i++) {
        guint place = (first + i) % MOCK_N_ADDRESSES;

        if (!taken[place + 1])
            return g_strdup_printf("10.10.%u.%u/24", place / 253 + 1, place % 253 + 2);
    }
    return NULL;
}
