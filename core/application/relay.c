/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * relay.c: owns the way from a store's outbox to the transport, in order and at least once.
 *
 * A lane is one partition of one topic. Its records are sent in the order of their positions,
 * many at a time. When one fails the lane waits until all that is under way has come back,
 * forgets what was confirmed behind the failure, and sends again from there: duplicates are
 * allowed, another order is not.
 *
 * The topic that goes out with a cursor has one lane for all its partitions, and one batch
 * under way at a time. There nothing is sent twice: before the first batch and after each
 * failure the broker is asked for the cursor, and what that has passed counts as confirmed.
 *
 * Records come by push, straight from the command that committed them. Until the start has read
 * what is there, and when more are waiting than memory should hold, they are read from the
 * outbox instead; a push that arrives meanwhile is only counted, because the outbox has it.
 */
#include "relay.h"

#include "backoff.h"
#include "cursor.h"
#include "marks.h"

#define MOST_HELD 16384
#define PAGE 512
#define ALL_PARTITIONS (-1)

typedef struct {
    KbntRelay *relay;
    char *topic;
    gint32 partition; /* ALL_PARTITIONS where the records go out with the cursor */
    GQueue entries;   /* not confirmed, or behind one that is not; in order */
    GList *next;      /* the first that is to be sent; NULL where all are */
    guint in_flight;
    guint attempts;
    gboolean broken;
    guint64 timer;
} Lane;

typedef struct {
    Lane *lane;
    KbntValue *record;
    gint64 sent_us;
    gboolean confirmed;
    gboolean told; /* a record that is confirmed again, behind one that was not, is no news */
} Entry;

struct KbntRelay {
    const KbntPorts *ports;
    KbntService service;
    KbntRelayHooks hooks;
    KbntMarks *marks;
    KbntCursor *cursor; /* NULL where no topic goes out with one */
    guint n_partitions;
    guint window;
    GPtrArray *lanes;
    guint n_held;
    guint n_unread; /* records that only the outbox has */
    guint n_in_flight;
    gint64 last_position;
    gboolean running;
    gboolean loading;
    gboolean query_open;
    gboolean pushed_since_query;
    guint64 page_timer;
};

static void
entry_free(Entry *entry)
{
    kbnt_value_unref(entry->record);
    g_free(entry);
}

static void
lane_free(gpointer data)
{
    Lane *lane = data;

    if (lane->timer != 0)
        lane->relay->ports->world.forget(lane->relay->ports->world.data, lane->timer);
    g_queue_clear_full(&lane->entries, (GDestroyNotify)entry_free);
    g_free(lane->topic);
    g_free(lane);
}

static void send_all(KbntRelay *relay);

static void
cursor_known(gpointer data)
{
    send_all(data);
}

KbntRelay *
kbnt_relay_new(const KbntPorts *ports, KbntService service, guint n_partitions, guint window,
               const KbntRelayHooks *hooks)
{
    KbntRelay *relay = g_new0(KbntRelay, 1);

    relay->ports = ports;
    relay->service = service;
    relay->hooks = *hooks;
    relay->marks = kbnt_marks_new(ports);
    if (hooks->atomic_topic != NULL)
        relay->cursor = kbnt_cursor_new(ports, hooks->atomic_topic, cursor_known, relay);
    relay->n_partitions = n_partitions;
    relay->window = window;
    relay->loading = TRUE;
    relay->lanes = g_ptr_array_new_with_free_func(lane_free);
    return relay;
}

void
kbnt_relay_free(KbntRelay *relay)
{
    if (relay == NULL)
        return;
    g_ptr_array_unref(relay->lanes);
    kbnt_cursor_free(relay->cursor);
    kbnt_marks_free(relay->marks);
    g_free(relay);
}

guint
kbnt_relay_backlog(const KbntRelay *relay)
{
    return relay->n_held + relay->n_unread;
}

gboolean
kbnt_relay_is_stalled(const KbntRelay *relay)
{
    for (guint i = 0; i < relay->lanes->len; i++)
        if (((Lane *)g_ptr_array_index(relay->lanes, i))->broken)
            return TRUE;
    return relay->running && relay->cursor != NULL && !kbnt_cursor_is_known(relay->cursor);
}

static gint32
partition_of(const KbntRelay *relay, const char *topic, KbntValue *record)
{
    GBytes *key = kbnt_value_get_bytes(record, KBNT_FIELD_KEY);
    gsize length = 0;
    gconstpointer bytes = key != NULL ? g_bytes_get_data(key, &length) : NULL;

    if (g_strcmp0(topic, relay->hooks.atomic_topic) == 0)
        return ALL_PARTITIONS;
    return kbnt_partition(bytes, length, (gint32)relay->n_partitions);
}

static Lane *
find_lane(KbntRelay *relay, KbntValue *record)
{
    const char *topic = kbnt_value_get_string(record, KBNT_FIELD_TOPIC);
    gint32 partition = partition_of(relay, topic, record);

    for (guint i = 0; i < relay->lanes->len; i++) {
        Lane *lane = g_ptr_array_index(relay->lanes, i);

        if (lane->partition == partition && g_str_equal(lane->topic, topic))
            return lane;
    }

    Lane *lane = g_new0(Lane, 1);
    lane->relay = relay;
    lane->topic = g_strdup(topic);
    lane->partition = partition;
    g_ptr_array_add(relay->lanes, lane);
    return lane;
}

static void
mark_confirmed(KbntRelay *relay, KbntValue *record, KbntValue *result)
{
    gboolean settled = relay->ports->transport.durable;

    if (!settled && relay->hooks.describe == NULL)
        return;
    KbntValue *confirm = kbnt_value_new();
    kbnt_value_copy_field(confirm, record, KBNT_FIELD_POSITION);
    kbnt_value_set_int(confirm, KBNT_FIELD_SETTLED, settled);
    if (relay->hooks.describe != NULL)
        relay->hooks.describe(confirm, record, result, relay->hooks.data);
    kbnt_marks_confirm(relay->marks, confirm);
}

void
kbnt_relay_push_all(KbntRelay *relay, const KbntValue *result)
{
    guint n_records = kbnt_value_length(result, KBNT_FIELD_RECORDS);

    for (guint i = 0; i < n_records; i++)
        kbnt_relay_push(relay, kbnt_value_nth_value(result, KBNT_FIELD_RECORDS, i));
}

void
kbnt_relay_settled(KbntRelay *relay, KbntValue *record)
{
    kbnt_marks_settle(relay->marks, kbnt_value_get_int(record, KBNT_FIELD_POSITION));
}

static void
observe(KbntRelay *relay, KbntTransition transition, KbntValue *record, double seconds)
{
    static const KbntField fields[] = {
        KBNT_FIELD_TOPIC,          KBNT_FIELD_MESSAGE_ID,   KBNT_FIELD_REQUEST_ID,
        KBNT_FIELD_CORRELATION_ID, KBNT_FIELD_REQUEST_TYPE, KBNT_FIELD_EVENT_TYPE,
    };
    const KbntWorldPort *world = &relay->ports->world;
    KbntValue *value = kbnt_value_new();
    GBytes *body = kbnt_value_get_bytes(record, KBNT_FIELD_BODY);

    kbnt_value_set_int(value, KBNT_FIELD_TRANSITION, transition);
    kbnt_value_set_int(value, KBNT_FIELD_SERVICE, relay->service);
    kbnt_value_set_int(value, KBNT_FIELD_LAYER, KBNT_LAYER_INFRASTRUCTURE);
    kbnt_value_set_int(value, KBNT_FIELD_TIMESTAMP, world->wall_ms(world->data));
    for (guint i = 0; i < G_N_ELEMENTS(fields); i++)
        kbnt_value_copy_field(value, record, fields[i]);
    kbnt_value_set_number(value, KBNT_FIELD_SECONDS, seconds);
    kbnt_value_set_int(value, KBNT_FIELD_SIZE_BYTES, body ? (gint64)g_bytes_get_size(body) : 0);
    world->observe(world->data, value);
}

static void load_page(KbntRelay *relay);
static void send_lane(Lane *lane);

/* Frees what stands confirmed at the front of the lane. */
static void
trim(Lane *lane)
{
    Entry *entry;

    while ((entry = g_queue_peek_head(&lane->entries)) != NULL && entry->confirmed) {
        g_queue_pop_head(&lane->entries);
        entry_free(entry);
        lane->relay->n_held--;
    }
}

static void
mend(gpointer data)
{
    Lane *lane = data;

    lane->timer = 0;
    lane->broken = FALSE;
    trim(lane);
    lane->next = lane->entries.head;
    for (GList *link = lane->next; link != NULL; link = link->next)
        ((Entry *)link->data)->confirmed = FALSE;
    if (lane->partition == ALL_PARTITIONS)
        kbnt_cursor_ask(lane->relay->cursor);
    send_lane(lane);
}

static void
schedule_mend(Lane *lane)
{
    const KbntWorldPort *world = &lane->relay->ports->world;

    if (!lane->broken || lane->in_flight > 0 || lane->timer != 0)
        return;
    lane->timer = world->after(world->data, kbnt_backoff_ms(world, lane->attempts++), mend,
                               lane);
}

static void
send_all(KbntRelay *relay)
{
    for (guint i = 0; i < relay->lanes->len; i++)
        send_lane(g_ptr_array_index(relay->lanes, i));
    if (relay->loading && relay->n_held < MOST_HELD / 2)
        load_page(relay);
}

static void
confirm(Entry *entry, KbntValue *result)
{
    KbntRelay *relay = entry->lane->relay;
    const KbntWorldPort *world = &relay->ports->world;
    gint64 taken_us = world->monotonic_us(world->data) - entry->sent_us;
    double seconds = (double)taken_us / G_USEC_PER_SEC;

    entry->confirmed = TRUE;
    entry->lane->attempts = 0;
    mark_confirmed(relay, entry->record, result);
    if (entry->told)
        return;
    entry->told = TRUE;
    observe(relay, KBNT_TRANSITION_RECORD_CONFIRMED, entry->record, seconds);
    relay->hooks.confirmed(entry->record, result, relay->hooks.data);
}

static gint64
position_of(const Entry *entry)
{
    return kbnt_value_get_int(entry->record, KBNT_FIELD_POSITION);
}

static void
published(KbntValue *result, const GError *error, gpointer data)
{
    Entry *entry = data;
    Lane *lane = entry->lane;
    const KbntWorldPort *world = &lane->relay->ports->world;

    lane->in_flight--;
    lane->relay->n_in_flight--;
    if (error == NULL && lane->partition == ALL_PARTITIONS)
        kbnt_cursor_move(lane->relay->cursor, position_of(entry));
    if (error == NULL)
        confirm(entry, result);
    else if (!lane->broken) {
        lane->broken = TRUE;
        world->report(world->data, error, entry->record, "the relay sends it again");
    }
    if (!lane->broken)
        trim(lane);
    schedule_mend(lane);
    send_all(lane->relay);
}

static void
send_batch(Lane *lane, GPtrArray *records, GPtrArray *entries)
{
    const KbntTransportPort *transport = &lane->relay->ports->transport;

    lane->in_flight += records->len;
    lane->relay->n_in_flight += records->len;
    if (lane->partition != ALL_PARTITIONS) {
        transport->publish(transport->data, (KbntValue *const *)records->pdata, records->len,
                           published, (gpointer const *)entries->pdata);
        return;
    }
    g_autoptr(KbntValue) cursor = kbnt_cursor_to(
        lane->relay->cursor, position_of(g_ptr_array_index(entries, entries->len - 1)));
    transport->publish_atomic(transport->data, (KbntValue *const *)records->pdata, records->len,
                              cursor, published, (gpointer const *)entries->pdata);
}

/* Confirms what the cursor has passed. Returns: whether a batch may be sent. */
static gboolean
catch_up(Lane *lane)
{
    KbntRelay *relay = lane->relay;
    const KbntWorldPort *world = &relay->ports->world;

    if (lane->in_flight > 0 || !kbnt_cursor_is_known(relay->cursor))
        return FALSE;
    while (lane->next != NULL &&
           kbnt_cursor_has_passed(relay->cursor, position_of(lane->next->data))) {
        Entry *entry = lane->next->data;

        if (entry->sent_us == 0)
            entry->sent_us = world->monotonic_us(world->data);
        lane->next = lane->next->next;
        confirm(entry, NULL);
    }
    trim(lane);
    return TRUE;
}

static void
send_lane(Lane *lane)
{
    KbntRelay *relay = lane->relay;
    const KbntWorldPort *world = &relay->ports->world;

    if (!relay->running || lane->broken || lane->next == NULL ||
        (lane->partition == ALL_PARTITIONS && !catch_up(lane)))
        return;
    g_autoptr(GPtrArray) records = g_ptr_array_new();
    g_autoptr(GPtrArray) entries = g_ptr_array_new();
    gint64 now_us = world->monotonic_us(world->data);

    while (lane->next != NULL && relay->n_in_flight + records->len < relay->window) {
        Entry *entry = lane->next->data;

        if (entry->sent_us != 0)
            observe(relay, KBNT_TRANSITION_RECORD_RESENT, entry->record, 0);
        entry->sent_us = now_us;
        g_ptr_array_add(records, entry->record);
        g_ptr_array_add(entries, entry);
        lane->next = lane->next->next;
    }
    if (records->len > 0)
        send_batch(lane, records, entries);
}

static void
hold(KbntRelay *relay, KbntValue *record)
{
    Lane *lane = find_lane(relay, record);
    Entry *entry = g_new0(Entry, 1);

    entry->lane = lane;
    entry->record = kbnt_value_ref(record);
    g_queue_push_tail(&lane->entries, entry);
    if (lane->next == NULL && !lane->broken)
        lane->next = lane->entries.tail;
    relay->n_held++;
    relay->last_position = kbnt_value_get_int(record, KBNT_FIELD_POSITION);
}

void
kbnt_relay_push(KbntRelay *relay, KbntValue *record)
{
    if (!relay->loading && relay->n_held >= MOST_HELD)
        relay->loading = TRUE;
    if (relay->loading) {
        relay->pushed_since_query = TRUE;
        relay->n_unread++;
        return;
    }
    hold(relay, record);
    send_lane(find_lane(relay, record));
}

static void
retry_page(gpointer data)
{
    KbntRelay *relay = data;

    relay->page_timer = 0;
    load_page(relay);
}

static void
forget_page(KbntRelay *relay)
{
    if (relay->page_timer != 0)
        relay->ports->world.forget(relay->ports->world.data, relay->page_timer);
    relay->page_timer = 0;
}

static void
page_loaded(KbntValue *result, const GError *error, gpointer data)
{
    KbntRelay *relay = data;
    const KbntWorldPort *world = &relay->ports->world;

    relay->query_open = FALSE;
    if (!relay->running)
        return;
    if (error != NULL) {
        world->report(world->data, error, NULL, "the outbox is read again in a second");
        relay->page_timer = world->after(world->data, 1000, retry_page, relay);
        return;
    }
    guint n_items = kbnt_value_length(result, KBNT_FIELD_ITEMS);
    for (guint i = 0; i < n_items; i++)
        hold(relay, kbnt_value_nth_value(result, KBNT_FIELD_ITEMS, i));
    relay->n_unread -= MIN(n_items, relay->n_unread);
    if (n_items < PAGE && !relay->pushed_since_query) {
        relay->loading = FALSE;
        relay->n_unread = 0;
    }
    send_all(relay);
}

static void
load_page(KbntRelay *relay)
{
    const KbntStorePort *store = &relay->ports->store;

    if (relay->query_open || relay->page_timer != 0 || !relay->running)
        return;
    g_autoptr(KbntValue) argument = kbnt_value_new();
    kbnt_value_set_int(argument, KBNT_FIELD_POSITION, relay->last_position);
    kbnt_value_set_int(argument, KBNT_FIELD_MAX_ROWS, PAGE);
    relay->query_open = TRUE;
    relay->pushed_since_query = FALSE;
    store->query(store->data, KBNT_STORE_OUTBOX, argument, page_loaded, relay);
}

void
kbnt_relay_recall(KbntRelay *relay, guint n_records)
{
    relay->n_unread = n_records;
}

void
kbnt_relay_start(KbntRelay *relay)
{
    relay->running = TRUE;
    if (relay->cursor != NULL)
        kbnt_cursor_ask(relay->cursor);
    load_page(relay);
}

void
kbnt_relay_stop(KbntRelay *relay)
{
    relay->running = FALSE;
    forget_page(relay);
    if (relay->cursor != NULL)
        kbnt_cursor_stop(relay->cursor);
    kbnt_marks_stop(relay->marks);
}
