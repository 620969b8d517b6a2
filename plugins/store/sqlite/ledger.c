/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* ledger.c: owns what each account has reserved and used, in whole millionths. */
#include "ledger.h"

#define LINES_MAX 16384

typedef struct {
    char *account;
    char *quantity;
    gint64 amounts[CHARGES_RELEASED + 1];
    gboolean moved;
} Line;

struct Ledger {
    GHashTable *lines;
    GPtrArray *moved;
};

static guint
hash_line(gconstpointer key)
{
    const Line *line = key;

    return g_str_hash(line->account) * 31 + g_str_hash(line->quantity);
}

static gboolean
equal_lines(gconstpointer one, gconstpointer other)
{
    const Line *a = one;
    const Line *b = other;

    return g_str_equal(a->account, b->account) && g_str_equal(a->quantity, b->quantity);
}

static void
free_line(gpointer data)
{
    Line *line = data;

    g_free(line->account);
    g_free(line->quantity);
    g_free(line);
}

Ledger *
ledger_new(void)
{
    Ledger *ledger = g_new0(Ledger, 1);

    ledger->lines = g_hash_table_new_full(hash_line, equal_lines, free_line, NULL);
    ledger->moved = g_ptr_array_new();
    return ledger;
}

void
ledger_free(Ledger *ledger)
{
    if (!ledger)
        return;
    g_ptr_array_unref(ledger->moved);
    g_hash_table_unref(ledger->lines);
    g_free(ledger);
}

void
ledger_forget(Ledger *ledger)
{
    g_ptr_array_set_size(ledger->moved, 0);
    g_hash_table_remove_all(ledger->lines);
}

static void
read_line(Db *db, Line *line)
{
    DbRow *row = db_find(db,
                         "SELECT reserved, used FROM ledger WHERE account = ? AND quantity = ?",
                         "tt", line->account, line->quantity);

    if (!row)
        return;
    line->amounts[CHARGES_RESERVED] = row_int(row, 0);
    line->amounts[CHARGES_USED] = row_int(row, 1);
    db_row_end(row);
}

static Line *
line_of(Store *store, const char *account, const char *quantity)
{
    Line key = {
        (char *)(account ? account : ""), (char *)(quantity ? quantity : ""), { 0 }, 0
    };
    Line *line = g_hash_table_lookup(store->ledger->lines, &key);

    if (line)
        return line;
    line = g_new0(Line, 1);
    line->account = g_strdup(key.account);
    line->quantity = g_strdup(key.quantity);
    read_line(store->db, line);
    g_hash_table_add(store->ledger->lines, line);
    return line;
}

static Line *
line_of_value(Store *store, const KbntValue *charge)
{
    return line_of(store, kbnt_value_get_string(charge, KBNT_FIELD_ACCOUNT),
                   kbnt_value_get_string(charge, KBNT_FIELD_QUANTITY));
}

static void
add(Store *store, Line *line, ChargesState state, gint64 amount)
{
    line->amounts[state] += amount;
    if (line->moved)
        return;
    line->moved = TRUE;
    g_ptr_array_add(store->ledger->moved, line);
}

static gboolean
check_fits(const Line *line, const KbntValue *charge, GError **error)
{
    double limit = kbnt_value_get_number(charge, KBNT_FIELD_LIMIT);
    double amount = kbnt_value_get_number(charge, KBNT_FIELD_AMOUNT);
    gint64 taken = line->amounts[CHARGES_RESERVED] + line->amounts[CHARGES_USED];

    if (!kbnt_value_has(charge, KBNT_FIELD_LIMIT) ||
        taken + charges_amount(amount) <= charges_amount(limit))
        return TRUE;
    g_set_error(error, KBNT_ERROR, KBNT_ERROR_QUOTA_EXCEEDED,
                "'%s' may have %.6g of '%s' and has %.6g, %.6g more do not fit", line->account,
                limit, line->quantity, charges_amount_shown(taken), amount);
    return FALSE;
}

static void
reserve(Store *store, const KbntValue *charge, gint64 sign)
{
    add(store, line_of_value(store, charge), CHARGES_RESERVED,
        sign * charges_amount(kbnt_value_get_number(charge, KBNT_FIELD_AMOUNT)));
}

gboolean
ledger_reserve(Store *store, const KbntValue *argument, GError **error)
{
    guint n_charges = kbnt_value_length(argument, KBNT_FIELD_CHARGES);

    for (guint i = 0; i < n_charges; i++) {
        const KbntValue *charge = kbnt_value_nth_value(argument, KBNT_FIELD_CHARGES, i);

        if (!check_fits(line_of_value(store, charge), charge, error)) {
            while (i-- > 0)
                reserve(store, kbnt_value_nth_value(argument, KBNT_FIELD_CHARGES, i), -1);
            return FALSE;
        }
        reserve(store, charge, 1);
    }
    return TRUE;
}

void
ledger_unreserve(Store *store, const KbntValue *argument)
{
    for (guint i = 0; i < kbnt_value_length(argument, KBNT_FIELD_CHARGES); i++)
        reserve(store, kbnt_value_nth_value(argument, KBNT_FIELD_CHARGES, i), -1);
}

void
ledger_move(Store *store, GBytes *holds, ChargesState from, ChargesState to)
{
    ChargesIter iter;
    Charge charge;

    charges_iter_init(&iter, holds);
    while (charges_next(&iter, &charge)) {
        Line *line = line_of(store, charge.account, charge.quantity);

        add(store, line, from, -charge.amount);
        add(store, line, to, charge.amount);
    }
}

void
ledger_save(Store *store)
{
    Ledger *ledger = store->ledger;

    for (guint i = 0; i < ledger->moved->len; i++) {
        Line *line = g_ptr_array_index(ledger->moved, i);

        line->moved = FALSE;
        db_run(store->db, "INSERT OR REPLACE INTO ledger VALUES (?, ?, ?, ?)", "ttii",
               line->account, line->quantity, line->amounts[CHARGES_RESERVED],
               line->amounts[CHARGES_USED]);
    }
    g_ptr_array_set_size(ledger->moved, 0);
    if (g_hash_table_size(ledger->lines) > LINES_MAX)
        g_hash_table_remove_all(ledger->lines);
}
