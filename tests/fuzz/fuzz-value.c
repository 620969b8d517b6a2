/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Arbitrary bytes as the row of a store: what can be read is written, and read again as it was.
 */
#include <kbnt/kbnt-values.h>

int LLVMFuzzerTestOneInput(const guint8 *data, gsize size);

int
LLVMFuzzerTestOneInput(const guint8 *data, gsize size)
{
    g_autoptr(GBytes) bytes = g_bytes_new(data, size);
    g_autoptr(GError) error = NULL;
    g_autoptr(KbntValue) value = kbnt_value_from_bytes(bytes, &error);
    g_autoptr(GBytes) written = NULL;
    g_autoptr(KbntValue) again = NULL;

    g_assert(!value == (error != NULL));
    if (!value)
        return 0;
    written = kbnt_value_to_bytes(value);
    again = kbnt_value_from_bytes(written, NULL);
    g_assert(again && kbnt_value_equal(again, value));
    return 0;
}
