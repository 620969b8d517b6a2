/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* hosts.c: owns what each host has reported. */
#include "hosts.h"

#include "claims.h"
#include "parts.h"

void
hosts_keep_report(Store *store, const KbntValue *report, gint64 reported_at)
{
    const char *name = kbnt_value_get_string(report, KBNT_FIELD_HOST);
    const KbntValue *capacity = kbnt_value_get_value(report, KBNT_FIELD_CAPACITY);
    g_autoptr(KbntValue) none = kbnt_value_new();
    g_autoptr(GBytes) bytes = kbnt_value_to_bytes(report);
    gint64 alive = !kbnt_value_has(report, KBNT_FIELD_ALIVE) ||
                   kbnt_value_get_int(report, KBNT_FIELD_ALIVE);

    if (!name)
        return;
    if (!capacity)
        capacity = none;
    claims_learn_host(store, name, alive != 0, capacity);
    db_run(store->db,
           "INSERT INTO hosts VALUES (?1, ?2, ?3, ?4, ?5, 0, 0, 0, ?6, ?7)"
           " ON CONFLICT (name) DO UPDATE SET alive = ?2, cpu = ?3, memory_mb = ?4,"
           " disk_mb = ?5, reported_at = ?6, report = ?7",
           "tiiiiib", name, alive, kbnt_value_get_int(capacity, KBNT_FIELD_CPU),
           kbnt_value_get_int(capacity, KBNT_FIELD_MEMORY_MB),
           kbnt_value_get_int(capacity, KBNT_FIELD_DISK_MB), reported_at, bytes);
}

static gboolean
is_named(const KbntValue *argument, const char *name)
{
    for (guint i = 0; i < kbnt_value_length(argument, KBNT_FIELD_HOSTS); i++)
        if (!g_strcmp0(
                kbnt_value_get_string(kbnt_value_nth_value(argument, KBNT_FIELD_HOSTS, i),
                                      KBNT_FIELD_HOST),
                name))
            return TRUE;
    return FALSE;
}

static void
bury_unnamed(Store *store, const KbntValue *argument)
{
    g_autoptr(GPtrArray) unnamed = g_ptr_array_new_with_free_func(g_free);
    DbRow *row = db_find(store->db, "SELECT name FROM hosts WHERE alive", "");

    for (; row; row = db_next(store->db, row))
        if (!is_named(argument, row_text(row, 0)))
            g_ptr_array_add(unnamed, g_strdup(row_text(row, 0)));
    for (guint i = 0; i < unnamed->len; i++) {
        const char *name = g_ptr_array_index(unnamed, i);

        claims_learn_host(store, name, FALSE, NULL);
        db_run(store->db, "UPDATE hosts SET alive = 0 WHERE name = ?", "t", name);
    }
}

void
hosts_keep_reports(Store *store, const KbntValue *argument, gboolean all)
{
    gint64 now = kbnt_host_wall_ms(store->host);

    for (guint i = 0; i < kbnt_value_length(argument, KBNT_FIELD_HOSTS); i++)
        hosts_keep_report(store, kbnt_value_nth_value(argument, KBNT_FIELD_HOSTS, i), now);
    if (all)
        bury_unnamed(store, argument);
}

KbntValue *
hosts_report_all(Store *store, const KbntValue *argument, GError **error)
{
    hosts_keep_reports(store, argument, TRUE);
    return kbnt_value_new();
}

/* The quantities of CLAIMED, in the order of the columns. */
static const KbntField room_fields[] = { KBNT_FIELD_CPU, KBNT_FIELD_MEMORY_MB,
                                         KBNT_FIELD_DISK_MB };

static KbntValue *
read_host(Store *store, Db *db, DbRow *row)
{
    g_autoptr(KbntValue) claimed = kbnt_value_new();
    KbntValue *report = parts_read_value(db, row, 5);

    if (!report)
        return NULL;
    kbnt_value_set_int(report, KBNT_FIELD_ALIVE, row_int(row, 0));
    kbnt_value_set_int(report, KBNT_FIELD_REPORTED_AT, row_int(row, 4));
    for (int i = 0; i < (int)G_N_ELEMENTS(room_fields); i++)
        kbnt_value_set_int(claimed, room_fields[i], row_int(row, 1 + i));
    if (store->half == KBNT_HALF_CONSUMER)
        kbnt_value_set_value(report, KBNT_FIELD_CLAIMED, claimed);
    return report;
}

KbntValue *
hosts_list(Store *store, Db *db, const KbntValue *argument, GError **error)
{
    KbntValue *result = kbnt_value_new();
    DbRow *row = db_find(db,
                         "SELECT alive, claimed_cpu, claimed_memory_mb, claimed_disk_mb,"
                         " reported_at, report FROM hosts ORDER BY name",
                         "");

    kbnt_value_set_empty_list(result, KBNT_FIELD_HOSTS);
    for (; row; row = db_next(db, row)) {
        KbntValue *host = read_host(store, db, row);

        if (!host) {
            db_row_end(row);
            break;
        }
        kbnt_value_take_item(result, KBNT_FIELD_HOSTS, host);
    }
    return result;
}
