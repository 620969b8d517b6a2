/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* charges.c: owns what a request holds of the ledger, as it lies in requests.holds. */
#include "charges.h"

#include <math.h>
#include <string.h>

#define MILLIONTHS 1000000.0
#define AMOUNT_MAX 2000000000000000000
#define CHARGE_BYTES 40

gint64
charges_amount(double amount)
{
    double scaled = round(amount * MILLIONTHS);

    return isnan(scaled) ? 0 : (gint64)CLAMP(scaled, -(double)AMOUNT_MAX, (double)AMOUNT_MAX);
}

double
charges_amount_shown(gint64 amount)
{
    return (double)amount / MILLIONTHS;
}

static void
append_text(GByteArray *bytes, const char *text)
{
    g_byte_array_append(bytes, (const guint8 *)(text ? text : ""),
                        text ? (guint)strlen(text) + 1 : 1);
}

GBytes *
charges_pack(const KbntValue *argument)
{
    guint n_charges = kbnt_value_length(argument, KBNT_FIELD_CHARGES);
    GByteArray *bytes;

    if (!n_charges)
        return NULL;
    bytes = g_byte_array_sized_new(n_charges * CHARGE_BYTES);
    for (guint i = 0; i < n_charges; i++) {
        const KbntValue *charge = kbnt_value_nth_value(argument, KBNT_FIELD_CHARGES, i);
        gint64 amount = GINT64_TO_LE(
            charges_amount(kbnt_value_get_number(charge, KBNT_FIELD_AMOUNT)));

        append_text(bytes, kbnt_value_get_string(charge, KBNT_FIELD_ACCOUNT));
        append_text(bytes, kbnt_value_get_string(charge, KBNT_FIELD_QUANTITY));
        g_byte_array_append(bytes, (const guint8 *)&amount, sizeof amount);
    }
    return g_byte_array_free_to_bytes(bytes);
}

void
charges_iter_init(ChargesIter *iter, GBytes *holds)
{
    gsize size = 0;

    iter->at = holds ? g_bytes_get_data(holds, &size) : NULL;
    iter->end = iter->at ? iter->at + size : NULL;
}

/* Returns: (nullable): the text at hand; the next thing begins behind its NUL. */
static const char *
next_text(ChargesIter *iter)
{
    const char *text = iter->at;
    const char *end = text < iter->end ? memchr(text, '\0', (gsize)(iter->end - text)) : NULL;

    if (!end)
        return NULL;
    iter->at = end + 1;
    return text;
}

gboolean
charges_next(ChargesIter *iter, Charge *ret_charge)
{
    const char *account = next_text(iter);
    const char *quantity = account ? next_text(iter) : NULL;
    gint64 amount;

    if (!quantity || iter->end - iter->at < (gssize)sizeof amount)
        return FALSE;
    memcpy(&amount, iter->at, sizeof amount);
    iter->at += sizeof amount;
    *ret_charge = (Charge){ account, quantity, GINT64_FROM_LE(amount) };
    return TRUE;
}
