/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * memory-delivery.c: owns what happens at a turn of the loop: partitions change hands, settled
 * records are told, waiting ones are delivered.
 *
 * One source does it all, armed by whatever may have made work, so that nothing ever comes
 * inside a call. A turn hands each member one batch at most, and comes again for the rest.
 */
#include "memory.h"

#define BATCH_RECORDS 128

typedef struct {
    void (*settled)(KbntValue *record, gpointer data);
    gpointer data;
} Watcher;

void
memory_watch_settled(void *instance, void (*settled)(KbntValue *record, gpointer data),
                     gpointer data)
{
    MemoryTransport *transport = instance;
    Watcher watcher = { settled, data };

    g_array_append_val(transport->watchers, watcher);
}

static void
tell_settled(MemoryTransport *transport, KbntValue *record)
{
    for (guint i = 0; i < transport->watchers->len; i++) {
        Watcher watcher = g_array_index(transport->watchers, Watcher, i);

        watcher.settled(record, watcher.data);
    }
}

static void
settle_topic(MemoryTransport *transport, MemoryTopic *topic)
{
    for (gint32 i = 0; i < topic->n_partitions; i++) {
        KbntValue *record;

        while ((record = memory_topic_settle(topic, i))) {
            tell_settled(transport, record);
            kbnt_value_unref(record);
        }
    }
}

static void
assign_topic(MemoryTopic *topic)
{
    for (guint i = 0; i < topic->groups->len; i++) {
        MemoryGroup *group = topic->groups->pdata[i];

        while (group->needs_assignment)
            memory_group_assign(group);
    }
}

/* Fills the batch from the member's partitions, each turn beginning with another one. */
static guint
read_batch(MemoryMember *member, KbntValue **batch, gint64 limit)
{
    MemoryTopic *topic = member->topic;
    gint32 first = member->next_partition++ % topic->n_partitions;
    guint n_records = 0;

    for (gint32 i = 0; i < topic->n_partitions; i++) {
        gint32 partition = (first + i) % topic->n_partitions;
        MemoryCursor *cursor = memory_group_cursor(member->group, member, partition);
        gint64 end_offset = topic->logs[partition].end_offset;

        if (!cursor || cursor->is_paused)
            continue;
        while (n_records < limit && cursor->position < end_offset)
            batch[n_records++] = memory_topic_read(topic, cursor, partition);
    }
    return n_records;
}

static gint64
room_of(const MemoryMember *member)
{
    gint64 window = member->subscription->window;

    return MIN(window - memory_group_in_flight(member->group, member), BATCH_RECORDS);
}

static void
mark_progress(MemoryTransport *transport, MemoryMember *member)
{
    MemoryGroup *group = member->group;
    gint64 now_us = kbnt_host_monotonic_us(transport->host);

    for (gint32 i = 0; i < group->n_cursors; i++) {
        MemoryCursor *cursor = &group->cursors[i];

        if (cursor->owner == member && cursor->position == cursor->committed)
            cursor->progress_us = now_us;
    }
}

static void
deliver_to(MemoryTransport *transport, MemoryMember *member)
{
    const KbntSubscription *subscription = member->subscription;
    KbntValue *batch[BATCH_RECORDS];
    guint n_records;

    mark_progress(transport, member);
    n_records = read_batch(member, batch, room_of(member));
    if (n_records == 0)
        return;

    memory_delivery_schedule(transport);
    subscription->records(batch, n_records, subscription->user_data);
    for (guint i = 0; i < n_records; i++)
        kbnt_value_unref(batch[i]);
}

/* A callback may make members come and go, so they are listed before any of them is called. */
static GPtrArray *
list_members(MemoryTransport *transport)
{
    GPtrArray *members = g_ptr_array_new_with_free_func(memory_member_unref);
    GHashTableIter iterator;
    gpointer member;

    g_hash_table_iter_init(&iterator, transport->members);
    while (g_hash_table_iter_next(&iterator, NULL, &member))
        g_ptr_array_add(members, memory_member_ref(member));
    return members;
}

static void
deliver_to_all(MemoryTransport *transport)
{
    g_autoptr(GPtrArray) members = list_members(transport);

    for (guint i = 0; i < members->len; i++) {
        MemoryMember *member = members->pdata[i];

        if (member->has_joined && !member->has_left)
            deliver_to(transport, member);
    }
}

static gboolean
dispatch_delivery(GSource *source, GSourceFunc callback, gpointer data)
{
    MemoryTransport *transport = data;

    g_source_set_ready_time(source, -1);
    for (guint i = 0; i < transport->topics->len; i++) {
        assign_topic(transport->topics->pdata[i]);
        settle_topic(transport, transport->topics->pdata[i]);
    }
    deliver_to_all(transport);
    return G_SOURCE_CONTINUE;
}

static gboolean
redeliver_stalled(gpointer data)
{
    MemoryTransport *transport = data;
    gint64 now_us = kbnt_host_monotonic_us(transport->host);
    gint64 before_us = now_us - transport->config->redeliver_after_ms * 1000;
    gint64 n_records = 0;

    for (guint i = 0; i < transport->topics->len; i++) {
        MemoryTopic *topic = transport->topics->pdata[i];

        for (guint j = 0; j < topic->groups->len; j++)
            n_records += memory_group_rewind_stalled(topic->groups->pdata[j], before_us,
                                                     now_us);
    }
    if (n_records > 0) {
        kbnt_host_count(transport->host, "redelivered_total", (double)n_records);
        memory_delivery_schedule(transport);
    }
    return G_SOURCE_CONTINUE;
}

void
memory_delivery_schedule(MemoryTransport *transport)
{
    if (transport->delivery)
        g_source_set_ready_time(transport->delivery, 0);
}

/* GLib hands data to dispatch only beside a callback, which has nothing to do here. */
static gboolean
no_callback(gpointer data)
{
    return G_SOURCE_CONTINUE;
}

void
memory_delivery_start(MemoryTransport *transport)
{
    static GSourceFuncs functions = { .dispatch = dispatch_delivery };
    GMainContext *context = kbnt_host_context(transport->host);
    gint64 period_ms = CLAMP(transport->config->redeliver_after_ms / 4, 5, 5000);

    transport->delivery = g_source_new(&functions, sizeof(GSource));
    g_source_set_static_name(transport->delivery, "memory-delivery");
    g_source_set_callback(transport->delivery, no_callback, transport, NULL);
    g_source_attach(transport->delivery, context);

    transport->redelivery = g_timeout_source_new((guint)period_ms);
    g_source_set_static_name(transport->redelivery, "memory-redelivery");
    g_source_set_callback(transport->redelivery, redeliver_stalled, transport, NULL);
    g_source_attach(transport->redelivery, context);
}

static void
remove_source(GSource **source)
{
    if (!*source)
        return;
    g_source_destroy(*source);
    g_clear_pointer(source, g_source_unref);
}

void
memory_delivery_stop(MemoryTransport *transport)
{
    for (guint i = 0; i < transport->topics->len; i++)
        settle_topic(transport, transport->topics->pdata[i]);
    remove_source(&transport->delivery);
    remove_source(&transport->redelivery);
}

GArray *
memory_watchers_new(void)
{
    return g_array_new(FALSE, FALSE, sizeof(Watcher));
}
