/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* check.c: owns the judgement whether file and rows are sound. */
#include "check.h"

#include "inbox.h"
#include "ledger.h"
#include "parts.h"
#include "requests.h"
#include "resources.h"

static void
fail_for(Db *db, const char *noun, const char *name)
{
    g_autofree char *fault = g_strdup_printf(
        "%s '%s' is not what was written; see 'kbntctl store check'", noun, name);

    db_fail(db, KBNT_ERROR_STORE_CORRUPT, fault);
}

static void
check_requests(Db *db)
{
    DbRow *row = db_find(db,
                         "SELECT " REQUEST_COLUMNS
                         " FROM requests INDEXED BY requests_open WHERE ended_at IS NULL",
                         "");

    for (; row; row = db_has_failed(db) ? (db_row_end(row), NULL) : db_next(db, row)) {
        g_autoptr(KbntValue) request = request_row_value(db, row);

        if (request &&
            kbnt_value_get_int(request, KBNT_FIELD_REQUEST_STATUS) != row_int(row, 1))
            fail_for(db, "request", kbnt_value_get_string(request, KBNT_FIELD_MESSAGE_ID));
    }
}

static void
check_inbox(Db *db)
{
    DbRow *row = db_find(db,
                         "SELECT " INBOX_COLUMNS " FROM inbox INDEXED BY inbox_ready"
                         " WHERE state = 1 UNION ALL"
                         " SELECT " INBOX_COLUMNS " FROM inbox INDEXED BY inbox_open"
                         " WHERE state IN (2, 3, 6)",
                         "");

    for (; row; row = db_has_failed(db) ? (db_row_end(row), NULL) : db_next(db, row)) {
        g_autoptr(KbntValue) message = inbox_read(db, row);

        if (message && !kbnt_value_has(message, KBNT_FIELD_REQUEST))
            fail_for(db, "message", kbnt_value_get_string(message, KBNT_FIELD_MESSAGE_ID));
    }
}

static void
check_resources(Db *db)
{
    DbRow *row = db_find(db, "SELECT " RESOURCE_COLUMNS " FROM resources WHERE status <> 8",
                         "");

    for (; row; row = db_has_failed(db) ? (db_row_end(row), NULL) : db_next(db, row))
        if (!resources_is_sound(row))
            fail_for(db, "resource", row_text(row, 1));
}

gboolean
check_open_rows(Db *db, KbntHalf half, GError **error)
{
    if (half == KBNT_HALF_PRODUCER)
        check_requests(db);
    else
        check_inbox(db);
    check_resources(db);
    if (!db_has_failed(db))
        return TRUE;
    g_propagate_error(error, db_take_failure(db));
    return FALSE;
}

static void
add_fault(KbntValue *result, const char *message)
{
    KbntValue *fault = kbnt_value_new();

    kbnt_value_set_string(fault, KBNT_FIELD_MESSAGE, message);
    kbnt_value_take_item(result, KBNT_FIELD_FAULTS, fault);
}

static void
check_file(Db *db, KbntValue *result)
{
    DbRow *row = db_find(db, "PRAGMA integrity_check(20)", "");

    for (; row; row = db_next(db, row))
        if (g_strcmp0(row_text(row, 0), "ok"))
            add_fault(result, row_text(row, 0));
}

/* The ledger must be what the requests hold, to the millionth. */
static void
add_holds(GHashTable *sums, const Request *request)
{
    ChargesIter iter;
    Charge charge;

    charges_iter_init(&iter, request->holds);
    while (charges_next(&iter, &charge)) {
        char *key = g_strdup_printf("%s %s", charge.account, charge.quantity);
        gint64 *sum = g_hash_table_lookup(sums, key);

        if (sum) {
            g_free(key);
        } else {
            sum = g_new0(gint64, 2);
            g_hash_table_insert(sums, key, sum);
        }
        sum[request->charges == CHARGES_USED] += charge.amount;
    }
}

static GHashTable *
sum_holds(Db *db)
{
    GHashTable *sums = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, g_free);
    DbRow *row = db_find(db, "SELECT " REQUEST_COLUMNS " FROM requests WHERE charges IN (1, 2)",
                         "");

    for (; row; row = db_next(db, row)) {
        g_auto(Request) request = { 0 };

        if (request_row_read(db, row, &request))
            add_holds(sums, &request);
    }
    return sums;
}

static void
check_ledger(Db *db, KbntValue *result)
{
    static const gint64 nothing[2];
    g_autoptr(GHashTable) sums = sum_holds(db);
    DbRow *row = db_find(db, "SELECT account, quantity, reserved, used FROM ledger", "");

    for (; row; row = db_next(db, row)) {
        g_autofree char *key = g_strdup_printf("%s %s", row_text(row, 0), row_text(row, 1));
        const gint64 *sum = g_hash_table_lookup(sums, key);
        g_autofree char *fault = NULL;

        if (!sum)
            sum = nothing;
        if (sum[0] == row_int(row, 2) && sum[1] == row_int(row, 3))
            continue;
        fault = g_strdup_printf("The ledger of '%s' is not what its requests hold", key);
        add_fault(result, fault);
    }
}

static void
check_claims(Db *db, KbntValue *result)
{
    DbRow *row = db_find(
        db,
        "SELECT name FROM hosts LEFT JOIN"
        " (SELECT host, sum(cpu) c, sum(memory_mb) m, sum(disk_mb) d FROM claims GROUP BY host)"
        " ON host = name WHERE claimed_cpu <> coalesce(c, 0)"
        " OR claimed_memory_mb <> coalesce(m, 0) OR claimed_disk_mb <> coalesce(d, 0)",
        "");

    for (; row; row = db_next(db, row)) {
        g_autofree char *fault = g_strdup_printf(
            "What is claimed of host '%s' is not the sum of its claims", row_text(row, 0));

        add_fault(result, fault);
    }
}

KbntValue *
check_all(Store *store, Db *db, const KbntValue *argument, GError **error)
{
    KbntValue *result = kbnt_value_new();
    g_autoptr(GError) failure = NULL;

    kbnt_value_set_empty_list(result, KBNT_FIELD_FAULTS);
    check_file(db, result);
    if (check_open_rows(db, store->half, &failure)) {
        if (store->half == KBNT_HALF_PRODUCER)
            check_ledger(db, result);
        else
            check_claims(db, result);
        failure = db_take_failure(db);
    }
    if (failure)
        add_fault(result, failure->message);
    return result;
}
