/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* store-life.c: owns the commands of a request's life, of the size that they really have. */
#include "store-life.h"

const char *
life_id(guint number)
{
    static char text[40];

    g_snprintf(text, sizeof text, "%08x-1111-4222-8333-%012x", number * 2654435761u, number);
    return text;
}

static const char *
name_of(const char *prefix, guint number)
{
    static char text[40];

    g_snprintf(text, sizeof text, "%s%08X", prefix, number * 2654435761u);
    return text;
}

/* An event has nine headers as it travels, and two where it is kept for replay. */
#define HEADERS_OF_EVENT 9
#define HEADERS_OF_KEPT 2
#define BYTES_OF_EVENT 1090

static KbntValue *
record(gsize size, guint n_headers, const char *topic)
{
    KbntValue *value = kbnt_value_new();
    g_autofree char *body = g_strnfill(size, 'x');
    g_autoptr(GBytes) bytes = g_bytes_new(body, size);
    g_autoptr(GBytes) key = g_bytes_new(body, 36);

    kbnt_value_set_string(value, KBNT_FIELD_TOPIC, topic);
    kbnt_value_set_bytes(value, KBNT_FIELD_KEY, key);
    kbnt_value_set_bytes(value, KBNT_FIELD_BODY, bytes);
    for (guint i = 0; i < n_headers; i++) {
        KbntValue *header = kbnt_value_new();
        g_autoptr(GBytes) content = g_bytes_new(body, 22);

        kbnt_value_set_string(header, KBNT_FIELD_NAME, "kbnt-checksum");
        kbnt_value_set_bytes(header, KBNT_FIELD_HEADER_VALUE, content);
        kbnt_value_take_item(value, KBNT_FIELD_HEADERS, header);
    }
    return value;
}

/* The event as it waits in the outbox, with what its acknowledgement is measured by. */
static KbntValue *
event_record(guint number)
{
    KbntValue *value = record(BYTES_OF_EVENT, HEADERS_OF_EVENT, "virtualization-events");

    kbnt_value_set_string(value, KBNT_FIELD_MESSAGE_ID, life_id(number));
    kbnt_value_set_string(value, KBNT_FIELD_REQUEST_ID, name_of("req-", number));
    kbnt_value_set_string(value, KBNT_FIELD_CORRELATION_ID, life_id(number));
    kbnt_value_set_int(value, KBNT_FIELD_REQUEST_TYPE,
                       KBNT_REQUEST_TYPE_CREATE_VIRTUAL_MACHINE);
    kbnt_value_set_int(value, KBNT_FIELD_PRIORITY, KBNT_PRIORITY_NORMAL);
    kbnt_value_set_int(value, KBNT_FIELD_CREATED_AT, 1700000000000);
    kbnt_value_set_int(value, KBNT_FIELD_SERVICE, KBNT_SERVICE_CONSUMER);
    return value;
}

static KbntValue *
machine(void)
{
    KbntValue *value = kbnt_value_new();

    kbnt_value_set_int(value, KBNT_FIELD_CPU, 4);
    kbnt_value_set_int(value, KBNT_FIELD_MEMORY_MB, 8192);
    kbnt_value_set_int(value, KBNT_FIELD_DISK_MB, 102400);
    kbnt_value_set_string(value, KBNT_FIELD_NETWORK, "vlan-100");
    kbnt_value_set_string(value, KBNT_FIELD_IMAGE, "ubuntu-22.04");
    return value;
}

static KbntValue *
entry(guint number)
{
    KbntValue *value = kbnt_value_new();

    kbnt_value_set_int(value, KBNT_FIELD_SERVICE, KBNT_SERVICE_CONSUMER);
    kbnt_value_set_string(value, KBNT_FIELD_OPERATION, "plan-allocation");
    kbnt_value_set_int(value, KBNT_FIELD_LAYER, KBNT_LAYER_APPLICATION);
    kbnt_value_set_int(value, KBNT_FIELD_HISTORY_STATUS, KBNT_HISTORY_STATUS_SUCCESS);
    kbnt_value_set_int(value, KBNT_FIELD_TIMESTAMP, 1700000000000 + number);
    return value;
}

static KbntValue *
request(guint number)
{
    KbntValue *value = kbnt_value_new();

    kbnt_value_set_string(value, KBNT_FIELD_MESSAGE_ID, life_id(number));
    kbnt_value_set_string(value, KBNT_FIELD_REQUEST_ID, name_of("req-", number));
    kbnt_value_set_string(value, KBNT_FIELD_SCOPE, "");
    kbnt_value_set_string(value, KBNT_FIELD_CORRELATION_ID, name_of("corr-", number));
    kbnt_value_set_string(value, KBNT_FIELD_BODY_HASH,
                          "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef");
    kbnt_value_set_string(value, KBNT_FIELD_USER_ID, "user-789");
    kbnt_value_set_string(value, KBNT_FIELD_VIRTUAL_RESOURCE_ID, name_of("VM-", number));
    kbnt_value_set_int(value, KBNT_FIELD_REQUEST_TYPE,
                       KBNT_REQUEST_TYPE_CREATE_VIRTUAL_MACHINE);
    kbnt_value_set_int(value, KBNT_FIELD_RESOURCE_TYPE, KBNT_RESOURCE_TYPE_VIRTUAL_MACHINE);
    kbnt_value_set_int(value, KBNT_FIELD_PRIORITY, KBNT_PRIORITY_NORMAL);
    kbnt_value_set_int(value, KBNT_FIELD_REQUEST_STATUS, KBNT_REQUEST_STATUS_QUEUED);
    kbnt_value_set_int(value, KBNT_FIELD_CREATED_AT, 1700000000000);
    kbnt_value_set_int(value, KBNT_FIELD_DEADLINE, 1700000900000);
    kbnt_value_take_value(value, KBNT_FIELD_SPECIFICATION, machine());
    kbnt_value_take_item(value, KBNT_FIELD_HISTORY, entry(0));
    return value;
}

static KbntValue *
charge(const char *account, const char *quantity)
{
    KbntValue *value = kbnt_value_new();

    kbnt_value_set_string(value, KBNT_FIELD_ACCOUNT, account);
    kbnt_value_set_string(value, KBNT_FIELD_QUANTITY, quantity);
    kbnt_value_set_number(value, KBNT_FIELD_AMOUNT, 1);
    kbnt_value_set_number(value, KBNT_FIELD_LIMIT, 1e9);
    return value;
}

KbntValue *
life_accept(guint number)
{
    static const char *const quantities[] = { "vms", "cores", "memory", "storage" };
    KbntValue *value = kbnt_value_new();

    kbnt_value_take_value(value, KBNT_FIELD_REQUEST, request(number));
    kbnt_value_take_value(value, KBNT_FIELD_RECORD,
                          record(400, HEADERS_OF_KEPT, "virtualization-requests"));
    for (guint i = 0; i < G_N_ELEMENTS(quantities); i++) {
        kbnt_value_take_item(value, KBNT_FIELD_CHARGES, charge("user:user-789", quantities[i]));
        kbnt_value_take_item(value, KBNT_FIELD_CHARGES, charge("total", quantities[i]));
    }
    return value;
}

KbntValue *
life_confirm(guint number, gint64 position)
{
    KbntValue *value = kbnt_value_new();

    kbnt_value_set_int(value, KBNT_FIELD_POSITION, position);
    kbnt_value_set_int(value, KBNT_FIELD_SETTLED, TRUE);
    kbnt_value_set_string(value, KBNT_FIELD_MESSAGE_ID, life_id(number));
    kbnt_value_take_item(value, KBNT_FIELD_HISTORY, entry(1));
    return value;
}

static KbntValue *
patch_of(guint sequence)
{
    KbntValue *patch = kbnt_value_new();

    kbnt_value_set_int(patch, KBNT_FIELD_REQUEST_STATUS,
                       sequence == LIFE_N_EVENTS ? KBNT_REQUEST_STATUS_COMPLETED
                                                 : KBNT_REQUEST_STATUS_PROCESSING);
    kbnt_value_set_int(patch, KBNT_FIELD_STARTED, TRUE);
    kbnt_value_set_int(patch, KBNT_FIELD_STEP, 1 + sequence % 9);
    kbnt_value_set_int(patch, KBNT_FIELD_PERCENT, 100 * sequence / LIFE_N_EVENTS);
    kbnt_value_set_int(patch, KBNT_FIELD_UPDATED_AT, 1700000000000 + sequence);
    for (guint i = 1; i <= sequence; i++)
        kbnt_value_take_item(patch, KBNT_FIELD_HISTORY, entry(i + 1));
    return patch;
}

KbntValue *
life_project(guint number, guint sequence)
{
    KbntValue *value = kbnt_value_new();

    kbnt_value_set_string(value, KBNT_FIELD_STREAM_ID, life_id(number));
    kbnt_value_set_string(value, KBNT_FIELD_MESSAGE_ID, life_id(number));
    kbnt_value_set_int(value, KBNT_FIELD_SEQUENCE, sequence);
    kbnt_value_set_int(value, KBNT_FIELD_EVENT_TYPE,
                       KBNT_EVENT_TYPE_VIRTUALIZATION_STEP_COMPLETED);
    kbnt_value_set_string(value, KBNT_FIELD_USER_ID, "user-789");
    kbnt_value_set_int(value, KBNT_FIELD_TIMESTAMP, 1700000000000 + sequence);
    kbnt_value_take_value(value, KBNT_FIELD_RECORD,
                          record(BYTES_OF_EVENT, HEADERS_OF_KEPT, "virtualization-events"));
    kbnt_value_take_value(value, KBNT_FIELD_REQUEST, patch_of(sequence));
    if (sequence == LIFE_N_EVENTS) {
        KbntValue *resource = kbnt_value_new();

        kbnt_value_set_string(resource, KBNT_FIELD_VIRTUAL_RESOURCE_ID, name_of("VM-", number));
        kbnt_value_set_int(resource, KBNT_FIELD_RESOURCE_STATUS, KBNT_RESOURCE_STATUS_RUNNING);
        kbnt_value_set_string(resource, KBNT_FIELD_HOST, "host-1");
        kbnt_value_take_value(value, KBNT_FIELD_RESOURCE, resource);
        kbnt_value_set_int(value, KBNT_FIELD_LEDGER_MOVE, KBNT_LEDGER_MOVE_COMMIT);
    }
    return value;
}

KbntValue *
life_take_in(guint number)
{
    KbntValue *value = kbnt_value_new();

    kbnt_value_set_string(value, KBNT_FIELD_MESSAGE_ID, life_id(number));
    kbnt_value_set_string(value, KBNT_FIELD_STREAM_ID, life_id(number));
    kbnt_value_set_string(value, KBNT_FIELD_BODY_HASH,
                          "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef");
    kbnt_value_take_value(value, KBNT_FIELD_REQUEST, request(number));
    kbnt_value_set_int(value, KBNT_FIELD_PRIORITY, KBNT_PRIORITY_NORMAL);
    kbnt_value_set_string(value, KBNT_FIELD_USER_ID, "user-789");
    kbnt_value_set_int(value, KBNT_FIELD_INBOX_STATE, KBNT_INBOX_STATE_WAITING);
    kbnt_value_set_int(value, KBNT_FIELD_SEQUENCE, 1);
    kbnt_value_take_item(value, KBNT_FIELD_RECORDS, event_record(number));
    return value;
}

/* The state of a saga behind so many of its events. */
static KbntValue *
state(guint number, guint sequence)
{
    static const KbntField fields[] = {
        KBNT_FIELD_MESSAGE_ID,          KBNT_FIELD_REQUEST_ID,
        KBNT_FIELD_CORRELATION_ID,      KBNT_FIELD_USER_ID,
        KBNT_FIELD_VIRTUAL_RESOURCE_ID, KBNT_FIELD_REQUEST_TYPE,
        KBNT_FIELD_RESOURCE_TYPE,       KBNT_FIELD_PRIORITY,
        KBNT_FIELD_CREATED_AT,
    };
    g_autoptr(KbntValue) message = request(number);
    KbntValue *value = kbnt_value_new();

    for (guint i = 0; i < G_N_ELEMENTS(fields); i++)
        kbnt_value_copy_field(value, message, fields[i]);
    kbnt_value_take_value(value, KBNT_FIELD_RESOURCE_SPECS, machine());
    kbnt_value_set_string(value, KBNT_FIELD_HOST, "host-1");
    kbnt_value_set_int(value, KBNT_FIELD_STEP, 1 + sequence % 9);
    kbnt_value_set_int(value, KBNT_FIELD_PHASE, KBNT_PHASE_INTENT);
    kbnt_value_set_int(value, KBNT_FIELD_PERCENT, 100 * sequence / LIFE_N_EVENTS);
    for (guint i = 0; i < sequence; i++)
        kbnt_value_take_item(value, KBNT_FIELD_HISTORY, entry(i));
    return value;
}

static KbntValue *
journal_line(guint sequence, KbntPhase phase)
{
    KbntValue *line = kbnt_value_new();

    kbnt_value_set_int(line, KBNT_FIELD_STEP, 1 + sequence % 9);
    kbnt_value_set_int(line, KBNT_FIELD_PHASE, phase);
    kbnt_value_set_int(line, KBNT_FIELD_ATTEMPTS, 1);
    kbnt_value_set_int(line, KBNT_FIELD_TIMESTAMP, 1700000000000 + sequence);
    return line;
}

/* Sets what a step says of its message, the state aside. */
static void
set_move(KbntValue *value, guint sequence)
{
    kbnt_value_set_int(value, KBNT_FIELD_SEQUENCE, sequence);
    kbnt_value_set_int(value, KBNT_FIELD_STEP, 1 + sequence % 9);
    kbnt_value_set_int(value, KBNT_FIELD_REMAINING_MS, 60000);
    kbnt_value_set_string(
        value, KBNT_FIELD_PREVIOUS_CHECKSUM,
        "sha256-0123456789abcdef0123456789abcdef0123456789abcdef0123456789ab");
    kbnt_value_take_item(value, KBNT_FIELD_JOURNAL, journal_line(sequence, KBNT_PHASE_RESULT));
    kbnt_value_take_item(value, KBNT_FIELD_JOURNAL,
                         journal_line(sequence + 1, KBNT_PHASE_INTENT));
}

KbntValue *
life_part(guint sequence)
{
    KbntValue *value = kbnt_value_new();
    KbntValue *changes = kbnt_value_new();

    set_move(value, sequence);
    kbnt_value_set_int(changes, KBNT_FIELD_STEP, 1 + sequence % 9);
    kbnt_value_set_int(changes, KBNT_FIELD_PERCENT, 100 * sequence / LIFE_N_EVENTS);
    kbnt_value_take_item(changes, KBNT_FIELD_HISTORY, entry(sequence));
    kbnt_value_take_value(value, KBNT_FIELD_DATA, changes);
    kbnt_value_set_int(value, KBNT_FIELD_FIRST, FALSE);
    return value;
}

KbntValue *
life_advance(guint number, gint64 epoch, guint sequence)
{
    KbntValue *value = kbnt_value_new();

    kbnt_value_set_string(value, KBNT_FIELD_MESSAGE_ID, life_id(number));
    kbnt_value_set_string(value, KBNT_FIELD_STREAM_ID, life_id(number));
    set_move(value, sequence);
    kbnt_value_take_value(value, KBNT_FIELD_DATA, state(number, sequence));
    kbnt_value_take_item(value, KBNT_FIELD_RECORDS, event_record(number));
    if (sequence == 2) {
        kbnt_value_set_int(value, KBNT_FIELD_EXPECTED_SEQUENCE, 1);
        kbnt_value_set_string(value, KBNT_FIELD_OWNER, "worker-1");
        kbnt_value_set_int(value, KBNT_FIELD_LEASE_MS, 3000);
        kbnt_value_set_int(value, KBNT_FIELD_INBOX_STATE, KBNT_INBOX_STATE_RUNNING);
    } else {
        kbnt_value_set_int(value, KBNT_FIELD_EPOCH, epoch);
    }
    if (sequence == LIFE_N_EVENTS)
        kbnt_value_set_int(value, KBNT_FIELD_INBOX_STATE, KBNT_INBOX_STATE_ENDED);
    return value;
}
