/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* memory-subscription.c: owns the ops by which a subscriber joins, acknowledges and leaves. */
#include "memory.h"

/* Set by the subscriber's own promise: nothing of a subscription comes before subscribe has
 * completed, so a member joins behind its completion, in the order of the loop's ring. */
static void
join(gpointer data)
{
    MemoryMember *member = data;
    MemoryTransport *transport = member->transport;

    if (!member->has_left) {
        memory_group_join(member->group, member);
        memory_delivery_schedule(transport);
    }
    memory_member_unref(member);
}

static gboolean
may_subscribe(MemoryTransport *transport, const KbntSubscription *subscription, GError **error)
{
    if (!transport->is_running) {
        g_set_error(error, KBNT_ERROR, KBNT_ERROR_STOPPED, "transport 'memory' is stopped");
        return FALSE;
    }
    if (g_hash_table_contains(transport->members, subscription)) {
        g_set_error(error, KBNT_ERROR, KBNT_ERROR_STATE_CONFLICT,
                    "group '%s' has this subscription to '%s' already", subscription->group,
                    subscription->topic);
        return FALSE;
    }
    if (!memory_find_topic(transport, subscription->topic)) {
        g_set_error(error, KBNT_ERROR, KBNT_ERROR_NOT_FOUND,
                    "topic '%s' is not there: ensure it first", subscription->topic);
        return FALSE;
    }
    return TRUE;
}

void
memory_subscribe(void *instance, const KbntSubscription *subscription, KbntTask *task)
{
    MemoryTransport *transport = instance;
    GError *error = NULL;
    MemoryGroup *group;
    MemoryMember *member;

    if (!may_subscribe(transport, subscription, &error)) {
        kbnt_task_fail(task, error);
        return;
    }
    group = memory_topic_group(memory_find_topic(transport, subscription->topic),
                               subscription->group, TRUE);
    member = memory_group_announce(group, subscription);
    member->transport = transport;
    member->topic = memory_find_topic(transport, subscription->topic);
    g_hash_table_insert(transport->members, (gpointer)subscription, member);

    kbnt_task_complete(task, NULL);
    kbnt_host_invoke(transport->host, join, memory_member_ref(member));
}

static MemoryMember *
find_member(MemoryTransport *transport, const KbntSubscription *subscription)
{
    return g_hash_table_lookup(transport->members, subscription);
}

void
memory_unsubscribe(void *instance, const KbntSubscription *subscription, KbntTask *task)
{
    MemoryTransport *transport = instance;
    MemoryMember *member = find_member(transport, subscription);

    if (!member) {
        kbnt_task_fail_literal(task, KBNT_ERROR_NOT_FOUND, "the subscription is not there");
        return;
    }
    memory_group_leave(member->group, member);
    g_hash_table_remove(transport->members, subscription);
    memory_delivery_schedule(transport);
    kbnt_task_complete(task, NULL);
}

/* Returns: (transfer none) (nullable): the cursor, where the subscription owns the partition.
 */
static MemoryCursor *
find_cursor(MemoryTransport *transport, const KbntSubscription *subscription, gint32 partition)
{
    MemoryMember *member = find_member(transport, subscription);

    return member ? memory_group_cursor(member->group, member, partition) : NULL;
}

void
memory_acknowledge(void *instance, const KbntSubscription *subscription, gint32 partition,
                   gint64 offset)
{
    MemoryTransport *transport = instance;
    MemoryCursor *cursor = find_cursor(transport, subscription, partition);

    if (!cursor)
        return;
    memory_cursor_commit(cursor, offset, kbnt_host_monotonic_us(transport->host));
    memory_delivery_schedule(transport);
}

void
memory_pause(void *instance, const KbntSubscription *subscription, gint32 partition)
{
    MemoryCursor *cursor = find_cursor(instance, subscription, partition);

    if (cursor)
        cursor->is_paused = TRUE;
}

void
memory_resume(void *instance, const KbntSubscription *subscription, gint32 partition)
{
    MemoryCursor *cursor = find_cursor(instance, subscription, partition);

    if (!cursor)
        return;
    cursor->is_paused = FALSE;
    memory_delivery_schedule(instance);
}

void
memory_forget_members(MemoryTransport *transport)
{
    GHashTableIter iterator;
    gpointer member;

    g_hash_table_iter_init(&iterator, transport->members);
    while (g_hash_table_iter_next(&iterator, NULL, &member))
        memory_group_leave(((MemoryMember *)member)->group, member);
    g_hash_table_remove_all(transport->members);
}
