/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * schema.c: owns the tables of both halves, their versions, and the way from one to another.
 *
 * A version is a row {version, up, down} for each half. "u" columns hold a UUID in 16 bytes
 * (see db.h). Numbers of states are those of kbnt-fields.h: a request ends with COMPLETED (4),
 * FAILED (5) or CANCELLED (6), a message with ENDED (4) or TOMBSTONE (5), a resource with
 * DELETED (8).
 */
#include "schema.h"

#include "schema-requests.h"

#define APPLICATION_ID 0x6b626e74
#define PLACE_OF_APPLICATION_ID 68 /* in the header of a file of SQLite */

typedef struct {
    gint64 version;
    const char *up[KBNT_HALF_ALL];
    const char *down[KBNT_HALF_ALL];
    /* What SQL alone cannot do, after the statements. */
    void (*do_up[KBNT_HALF_ALL])(Db *db);
    void (*do_down[KBNT_HALF_ALL])(Db *db);
} Migration;

#define COMMON_TABLES \
    "CREATE TABLE meta (name TEXT PRIMARY KEY, value BLOB) WITHOUT ROWID;" \
    "CREATE TABLE counters (name TEXT PRIMARY KEY, next INTEGER NOT NULL) WITHOUT ROWID;" \
    "CREATE TABLE outbox (position INTEGER PRIMARY KEY, message_id BLOB," \
    " confirmed INTEGER NOT NULL, record BLOB NOT NULL);" \
    "CREATE TABLE dead_letters (position INTEGER PRIMARY KEY, topic TEXT, partition INTEGER," \
    " offset INTEGER, message_id BLOB, reason TEXT, ended_at INTEGER NOT NULL," \
    " letter BLOB NOT NULL, UNIQUE (topic, partition, offset));" \
    "CREATE TABLE resources (id INTEGER PRIMARY KEY, resource_id TEXT NOT NULL UNIQUE," \
    " type INTEGER NOT NULL, status INTEGER NOT NULL, user_id TEXT, host TEXT," \
    " attached_to TEXT, message_id BLOB, open_message_id BLOB, last_message_id BLOB," \
    " checksum INTEGER NOT NULL, body BLOB NOT NULL);" \
    "CREATE INDEX resources_of_user ON resources (user_id) WHERE status <> 8;" \
    "CREATE TABLE hosts (name TEXT PRIMARY KEY, alive INTEGER NOT NULL," \
    " cpu INTEGER NOT NULL, memory_mb INTEGER NOT NULL, disk_mb INTEGER NOT NULL," \
    " claimed_cpu INTEGER NOT NULL, claimed_memory_mb INTEGER NOT NULL," \
    " claimed_disk_mb INTEGER NOT NULL, reported_at INTEGER NOT NULL," \
    " report BLOB NOT NULL) WITHOUT ROWID;"

#define PRODUCER_TABLES \
    "CREATE TABLE requests (id INTEGER PRIMARY KEY, message_id BLOB NOT NULL UNIQUE," \
    " scope TEXT NOT NULL, request_id TEXT NOT NULL, idempotency_key TEXT, body_hash TEXT," \
    " user_id TEXT, type INTEGER NOT NULL, priority INTEGER NOT NULL," \
    " status INTEGER NOT NULL, started INTEGER NOT NULL, cancel_reason INTEGER NOT NULL," \
    " charges INTEGER NOT NULL, deadline INTEGER NOT NULL, ended_at INTEGER," \
    " checksum INTEGER NOT NULL, UNIQUE (scope, request_id));" \
    "CREATE UNIQUE INDEX requests_by_key ON requests (scope, idempotency_key)" \
    " WHERE idempotency_key IS NOT NULL;" \
    "CREATE INDEX requests_of_user ON requests (user_id);" \
    "CREATE INDEX requests_open ON requests (deadline) WHERE ended_at IS NULL;" \
    "CREATE INDEX requests_ended ON requests (ended_at)" \
    " WHERE ended_at IS NOT NULL AND charges NOT IN (1, 2);" \
    "CREATE TABLE request_parts (owner INTEGER NOT NULL, n INTEGER NOT NULL," \
    " checksum INTEGER NOT NULL, part BLOB NOT NULL, PRIMARY KEY (owner, n)) WITHOUT ROWID;" \
    "CREATE TABLE ledger (account TEXT NOT NULL, quantity TEXT NOT NULL," \
    " reserved INTEGER NOT NULL, used INTEGER NOT NULL," \
    " PRIMARY KEY (account, quantity)) WITHOUT ROWID;" \
    "CREATE TABLE events (position INTEGER PRIMARY KEY, stream_id BLOB NOT NULL," \
    " sequence INTEGER NOT NULL, type INTEGER NOT NULL, user_id TEXT," \
    " ended_at INTEGER NOT NULL, of_request INTEGER NOT NULL, record BLOB);" \
    "CREATE UNIQUE INDEX events_of_stream ON events (stream_id, sequence);" \
    "CREATE INDEX events_of_user ON events (user_id) WHERE user_id IS NOT NULL;"

#define CONSUMER_TABLES \
    "CREATE TABLE inbox (id INTEGER PRIMARY KEY, message_id BLOB NOT NULL UNIQUE," \
    " body_hash TEXT, user_id TEXT, priority INTEGER NOT NULL, state INTEGER NOT NULL," \
    " parked INTEGER NOT NULL, epoch INTEGER NOT NULL, cancel_reason INTEGER NOT NULL," \
    " ended_at INTEGER, checksum INTEGER NOT NULL);" \
    "CREATE INDEX inbox_ready ON inbox (priority, parked) WHERE state = 1;" \
    "CREATE INDEX inbox_open ON inbox (state) WHERE state IN (2, 3, 6);" \
    "CREATE INDEX inbox_ended ON inbox (ended_at) WHERE ended_at IS NOT NULL;" \
    "CREATE TABLE inbox_parts (owner INTEGER NOT NULL, n INTEGER NOT NULL," \
    " checksum INTEGER NOT NULL, part BLOB NOT NULL, PRIMARY KEY (owner, n)) WITHOUT ROWID;" \
    "CREATE TABLE dependencies (message_id BLOB NOT NULL, owner INTEGER NOT NULL," \
    " PRIMARY KEY (message_id, owner)) WITHOUT ROWID;" \
    "CREATE TABLE claims (resource_id TEXT PRIMARY KEY, host TEXT NOT NULL," \
    " cpu INTEGER NOT NULL, memory_mb INTEGER NOT NULL, disk_mb INTEGER NOT NULL)" \
    " WITHOUT ROWID;" \
    "CREATE TABLE streams (stream_id BLOB PRIMARY KEY, sequence INTEGER NOT NULL," \
    " previous_checksum TEXT) WITHOUT ROWID;"

#define LIST_INDEXES \
    "CREATE INDEX resources_of_host ON resources (host)" \
    " WHERE host IS NOT NULL AND status <> 8;" \
    "CREATE INDEX resources_attached ON resources (attached_to)" \
    " WHERE attached_to IS NOT NULL;"
#define NO_LIST_INDEXES "DROP INDEX resources_of_host; DROP INDEX resources_attached;"

#define OUTBOX_WITHOUT_CONFIRMED \
    "ALTER TABLE outbox RENAME TO outbox_before;" \
    "CREATE TABLE outbox (position INTEGER PRIMARY KEY, message_id BLOB," \
    " record BLOB NOT NULL);" \
    "INSERT INTO outbox SELECT position, message_id, record FROM outbox_before;" \
    "DROP TABLE outbox_before;"
#define OUTBOX_WITH_CONFIRMED \
    "ALTER TABLE outbox RENAME TO outbox_before;" \
    "CREATE TABLE outbox (position INTEGER PRIMARY KEY, message_id BLOB," \
    " confirmed INTEGER NOT NULL, record BLOB NOT NULL);" \
    "INSERT INTO outbox SELECT position, message_id, 0, record FROM outbox_before;" \
    "DROP TABLE outbox_before;"

#define UNSUCCESSFUL_INDEX \
    "CREATE INDEX requests_unsuccessful ON requests (status) WHERE status IN (5, 6);"
#define NO_UNSUCCESSFUL_INDEX "DROP INDEX requests_unsuccessful;"

/* Messages that were parked before have no end of their own: their producer cancels them. The
 * elder plugin never frees what waits for a message that has not come. */
#define DEPENDENCIES_WITH_AN_END \
    "ALTER TABLE dependencies ADD COLUMN until INTEGER NOT NULL" \
    " DEFAULT 9223372036854775807;" \
    "CREATE INDEX dependencies_of_owner ON dependencies (owner);" \
    "CREATE INDEX dependencies_until ON dependencies (until);"
#define NOT_COME "NOT EXISTS (SELECT 1 FROM inbox WHERE message_id = dependencies.message_id)"
#define DEPENDENCIES_WITHOUT_END \
    "UPDATE inbox SET parked = (SELECT count(*) FROM dependencies" \
    " WHERE owner = inbox.id AND NOT " NOT_COME ") WHERE parked > 0;" \
    "DELETE FROM dependencies WHERE " NOT_COME ";" \
    "DROP INDEX dependencies_of_owner; DROP INDEX dependencies_until;" \
    "ALTER TABLE dependencies DROP COLUMN until;"

/* In the order of the versions. The first row makes an empty file, and has no way back. */
static const Migration migrations[] = {
    { 1, .up = { [KBNT_HALF_PRODUCER] = COMMON_TABLES PRODUCER_TABLES,
                 [KBNT_HALF_CONSUMER] = COMMON_TABLES CONSUMER_TABLES } },
    { 2, .up = { [KBNT_HALF_PRODUCER] = LIST_INDEXES, [KBNT_HALF_CONSUMER] = LIST_INDEXES },
      .down = { [KBNT_HALF_PRODUCER] = NO_LIST_INDEXES,
                [KBNT_HALF_CONSUMER] = NO_LIST_INDEXES } },
    { 3,
      .up = { [KBNT_HALF_PRODUCER] = OUTBOX_WITHOUT_CONFIRMED,
              [KBNT_HALF_CONSUMER] = OUTBOX_WITHOUT_CONFIRMED },
      .down = { [KBNT_HALF_PRODUCER] = OUTBOX_WITH_CONFIRMED,
                [KBNT_HALF_CONSUMER] = OUTBOX_WITH_CONFIRMED },
      .do_up = { [KBNT_HALF_PRODUCER] = schema_requests_to_3 },
      .do_down = { [KBNT_HALF_PRODUCER] = schema_requests_to_2 } },
    { 4, .up = { [KBNT_HALF_PRODUCER] = UNSUCCESSFUL_INDEX, [KBNT_HALF_CONSUMER] = "" },
      .down = { [KBNT_HALF_PRODUCER] = NO_UNSUCCESSFUL_INDEX, [KBNT_HALF_CONSUMER] = "" } },
    { 5, .up = { [KBNT_HALF_PRODUCER] = "", [KBNT_HALF_CONSUMER] = DEPENDENCIES_WITH_AN_END },
      .down = { [KBNT_HALF_PRODUCER] = "", [KBNT_HALF_CONSUMER] = DEPENDENCIES_WITHOUT_END } },
};

/* Returns: what stands in the way of using the file, or NULL. */
static const char *
fault_of(Db *db, KbntHalf half, gint64 found)
{
    gint64 application = db_number(db, "PRAGMA application_id", "");

    if (application != APPLICATION_ID && (application || found))
        return "this file is not a store of kbnt; move it away, or correct 'state_dir'";
    if (found > SCHEMA_VERSION)
        return "a newer kbnt wrote this store; start that version, or restore a backup";
    if (found && db_number(db, "SELECT value FROM meta WHERE name = 'half'", "") != half)
        return "this store belongs to the other role; move it away, or correct 'kbnt.role'";
    return NULL;
}

static void
set_version(Db *db, gint64 version)
{
    g_autofree char *sql = g_strdup_printf("PRAGMA user_version = %" G_GINT64_FORMAT, version);

    db_script(db, sql);
}

static void
run(Db *db, const char *sql, void (*code)(Db *db))
{
    db_script(db, sql);
    if (code)
        code(db);
}

static void
migrate(Db *db, KbntHalf half, gint64 found, gint64 wanted)
{
    for (gsize i = 0; i < G_N_ELEMENTS(migrations); i++)
        if (migrations[i].version > found && migrations[i].version <= wanted)
            run(db, migrations[i].up[half], migrations[i].do_up[half]);
    for (gsize i = G_N_ELEMENTS(migrations); i-- > 0;)
        if (migrations[i].version <= found && migrations[i].version > wanted)
            run(db, migrations[i].down[half], migrations[i].do_down[half]);
    set_version(db, wanted);
}

static void
sign(Db *db, KbntHost *host, KbntHalf half)
{
    g_autofree char *sql = g_strdup_printf("PRAGMA application_id = %d", APPLICATION_ID);
    char store_id[37];

    kbnt_host_uuid(host, store_id);
    db_script(db, sql);
    db_run(db, "INSERT INTO meta VALUES ('store_id', ?), ('half', ?)", "ti", store_id,
           (gint64)half);
}

/* Whether the file itself says what it is, without its log. */
static gboolean
is_told_by_file(Db *db)
{
    sqlite3_file *file = NULL;
    guint32 application = 0;

    sqlite3_file_control(db_handle(db), "main", SQLITE_FCNTL_FILE_POINTER, &file);
    return file->pMethods->xRead(file, &application, sizeof application,
                                 PLACE_OF_APPLICATION_ID) == SQLITE_OK &&
           GUINT32_FROM_BE(application) == APPLICATION_ID;
}

gboolean
schema_migrate(Db *db, KbntHost *host, KbntHalf half, gint64 version, GError **error)
{
    gint64 found = db_number(db, "PRAGMA user_version", "");
    const char *fault = fault_of(db, half, found);

    if (fault) {
        db_fail(db, KBNT_ERROR_CONFIG_INVALID, fault);
    } else if (found != version) {
        db_script(db, "BEGIN IMMEDIATE");
        migrate(db, half, found, version);
        if (!found)
            sign(db, host, half);
        db_commit(db);
        db_roll_back(db);
    }
    /* Without its log it is then no empty file, but a damaged one. */
    if (!db_has_failed(db) && !is_told_by_file(db))
        db_script(db, "PRAGMA wal_checkpoint(PASSIVE)");
    if (!db_has_failed(db))
        return TRUE;
    g_propagate_error(error, db_take_failure(db));
    return FALSE;
}
