/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Puts records of every bad kind into the outbox of a producer's store, as if it had written
 * them: plant-records STORE KEYS N_FLIPS. Prints the reason that each one must be kept for. */
#include "avro-buffer.h"
#include "codec.h"
#include "record-headers.h"
#include "sample-messages.h"

#include <sqlite3.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static KbntCodec *codec;
static sqlite3 *store;
static gint64 position;

static void
run_sql(const char *sql)
{
    if (sqlite3_exec(store, sql, NULL, NULL, NULL) != SQLITE_OK)
        g_error("%s", sqlite3_errmsg(store));
}

static gint64
next_position(void)
{
    sqlite3_stmt *statement;
    gint64 next;

    g_assert(sqlite3_prepare_v2(store, "SELECT max(next) FROM counters WHERE name = 'outbox'",
                                -1, &statement, NULL) == SQLITE_OK);
    g_assert(sqlite3_step(statement) == SQLITE_ROW);
    next = sqlite3_column_int64(statement, 0);
    sqlite3_finalize(statement);
    return next;
}

static void
insert(const KbntValue *record)
{
    g_autoptr(GBytes) bytes = kbnt_value_to_bytes(record);
    sqlite3_stmt *statement;
    gsize length;
    gconstpointer data = g_bytes_get_data(bytes, &length);

    g_assert(sqlite3_prepare_v2(store, "INSERT INTO outbox VALUES (?, NULL, ?)", -1, &statement,
                                NULL) == SQLITE_OK);
    sqlite3_bind_int64(statement, 1, position++);
    sqlite3_bind_blob64(statement, 2, data, length, SQLITE_TRANSIENT);
    if (sqlite3_step(statement) != SQLITE_DONE)
        g_error("%s", sqlite3_errmsg(store));
    sqlite3_finalize(statement);
}

static KbntValue *
good_record(KbntRequestType type)
{
    g_autoptr(KbntValue) request = kbnt_sample_request(type);
    KbntValue *record;

    kbnt_value_clear(request, KBNT_FIELD_DEPENDS_ON);
    record = kbnt_codec_encode_request(codec, request, NULL);
    kbnt_value_set_int(record, KBNT_FIELD_SERVICE, KBNT_SERVICE_PRODUCER);
    return record;
}

/* A record of that value, with the headers of a good one only where they are to be wrong. */
static void
plant(const guint8 *bytes, gsize length, gboolean with_headers, const char *reason)
{
    g_autoptr(KbntValue) record = good_record(KBNT_REQUEST_TYPE_DELETE_RESOURCE);
    g_autoptr(GBytes) value = g_bytes_new(bytes, length);

    kbnt_value_set_bytes(record, KBNT_FIELD_BODY, value);
    if (!with_headers)
        kbnt_value_clear(record, KBNT_FIELD_HEADERS);
    insert(record);
    if (reason)
        printf("%s\n", reason);
}

static void
plant_kinds(const guint8 *good, gsize length)
{
    static const guint8 unknown_id[] = { 0, 0, 0, 0, 7, 0 };
    static const guint8 event_id[] = { 0, 0x4b, 0x51, 0x7e, 0x82, 0 };
    g_autofree guint8 *changed = g_memdup2(good, length);
    char *symbol = memmem(changed, length, "HIGH", 4);

    plant(NULL, 0, FALSE, "UNDECODABLE");
    plant((const guint8 *)"garbage", 7, FALSE, "UNDECODABLE");
    plant(unknown_id, sizeof unknown_id, FALSE, "SCHEMA_UNKNOWN");
    plant(event_id, sizeof event_id, FALSE, "SCHEMA_UNKNOWN");
    plant(good, length / 2, FALSE, "UNDECODABLE");
    plant(good, length - 1, TRUE, "CHECKSUM_MISMATCH");
    memcpy(symbol, "HUGE", 4);
    plant(changed, length, FALSE, "SCHEMA_UNKNOWN");
    memcpy(symbol, "\xff\xff\xff\xff", 4);
    plant(changed, length, FALSE, "UNDECODABLE");
}

static void
plant_forgery(void)
{
    g_autoptr(KbntValue) record = good_record(KBNT_REQUEST_TYPE_DELETE_RESOURCE);
    g_autoptr(GBytes) key = g_bytes_new_static("another", 7);

    kbnt_value_set_bytes(record, KBNT_FIELD_KEY, key);
    insert(record);
    printf("SIGNATURE_INVALID\n");
}

static void
plant_flips(const guint8 *good, gsize length, guint n_flips)
{
    g_autoptr(GRand) random = g_rand_new_with_seed(11);

    for (guint i = 0; i < n_flips; i++) {
        g_autofree guint8 *flipped = g_memdup2(good, length);
        gsize bit = (gsize)g_rand_int_range(random, 0, (gint32)length * 8);

        flipped[bit / 8] ^= (guint8)(1 << bit % 8);
        plant(flipped, length, i % 2 == 0, i % 2 == 0 ? "CHECKSUM_MISMATCH" : NULL);
    }
}

int
main(int argc, char **argv)
{
    g_autofree char *keys = NULL;
    g_autoptr(GBytes) keys_bytes = NULL;
    g_autoptr(KbntValue) record = NULL;
    g_autofree char *advance = NULL;
    gsize length;
    const guint8 *good;

    g_assert(argc == 4 && g_file_get_contents(argv[2], &keys, &length, NULL));
    keys_bytes = g_bytes_new(keys, length);
    codec = kbnt_codec_new(keys_bytes, TRUE, NULL);
    g_assert(sqlite3_open_v2(argv[1], &store, SQLITE_OPEN_READWRITE, NULL) == SQLITE_OK);
    position = next_position();

    run_sql("BEGIN IMMEDIATE");
    record = good_record(KBNT_REQUEST_TYPE_DELETE_RESOURCE);
    good = g_bytes_get_data(kbnt_value_get_bytes(record, KBNT_FIELD_BODY), &length);
    plant_kinds(good, length);
    plant_forgery();
    plant_flips(good, length, (guint)atoi(argv[3]));
    advance = g_strdup_printf(
        "UPDATE counters SET next = %" G_GINT64_FORMAT " WHERE name = 'outbox'", position);
    run_sql(advance);
    run_sql("COMMIT");
    sqlite3_close(store);
    kbnt_codec_free(codec);
    return 0;
}
