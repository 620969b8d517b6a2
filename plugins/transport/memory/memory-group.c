/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* memory-group.c: owns who reads which partition, and how far. */
#include "memory-group.h"

MemoryMember *
memory_member_ref(MemoryMember *member)
{
    member->n_references++;
    return member;
}

void
memory_member_unref(gpointer data)
{
    MemoryMember *member = data;

    if (!member || --member->n_references > 0)
        return;
    g_free(member->name);
    g_free(member);
}

MemoryGroup *
memory_group_new(const char *name, gint32 n_partitions)
{
    MemoryGroup *group = g_new0(MemoryGroup, 1);

    group->name = g_strdup(name);
    group->members = g_ptr_array_new_with_free_func(memory_member_unref);
    group->cursors = g_new0(MemoryCursor, n_partitions);
    group->n_cursors = n_partitions;
    return group;
}

void
memory_group_free(gpointer data)
{
    MemoryGroup *group = data;

    if (!group)
        return;
    g_ptr_array_unref(group->members);
    g_free(group->cursors);
    g_free(group->name);
    g_free(group);
}

MemoryMember *
memory_group_announce(MemoryGroup *group, const KbntSubscription *subscription)
{
    MemoryMember *member = g_new0(MemoryMember, 1);

    member->n_references = 1;
    member->subscription = subscription;
    member->name = g_strdup_printf("%s-%u", group->name, ++group->n_named);
    member->group = group;
    return member;
}

void
memory_group_join(MemoryGroup *group, MemoryMember *member)
{
    member->has_joined = TRUE;
    g_ptr_array_add(group->members, memory_member_ref(member));
    group->needs_assignment = TRUE;
}

static void
release_cursor(MemoryCursor *cursor)
{
    cursor->owner = NULL;
    cursor->is_paused = FALSE;
    cursor->position = cursor->committed;
    cursor->furthest = cursor->committed;
}

void
memory_group_leave(MemoryGroup *group, MemoryMember *member)
{
    member->has_left = TRUE;
    for (gint32 i = 0; i < group->n_cursors; i++) {
        if (group->cursors[i].owner == member)
            release_cursor(&group->cursors[i]);
    }
    g_ptr_array_remove(group->members, member);
    group->needs_assignment = TRUE;
}

static MemoryMember *
owner_to_be(const MemoryGroup *group, gint32 partition)
{
    guint n_members = group->members->len;

    return n_members > 0 ? group->members->pdata[(guint)partition % n_members] : NULL;
}

static void
tell_lost(MemoryMember *member, gint32 partition)
{
    const KbntSubscription *subscription = member->subscription;

    if (!member->has_left && subscription->lost)
        subscription->lost(partition, subscription->user_data);
}

static void
tell_assigned(MemoryMember *member, gint32 partition)
{
    const KbntSubscription *subscription = member->subscription;

    if (!member->has_left && subscription->assigned)
        subscription->assigned(partition, subscription->user_data);
}

/* A callback may make a member leave, so owners are looked up anew for each partition. */
void
memory_group_assign(MemoryGroup *group)
{
    group->needs_assignment = FALSE;
    for (gint32 i = 0; i < group->n_cursors; i++) {
        MemoryMember *owner = group->cursors[i].owner;

        if (!owner || owner == owner_to_be(group, i))
            continue;
        release_cursor(&group->cursors[i]);
        tell_lost(owner, i);
    }
    for (gint32 i = 0; i < group->n_cursors && !group->needs_assignment; i++) {
        MemoryMember *owner = owner_to_be(group, i);

        if (!owner || group->cursors[i].owner)
            continue;
        group->cursors[i].owner = owner;
        tell_assigned(owner, i);
    }
}

gint64
memory_group_in_flight(const MemoryGroup *group, const MemoryMember *member)
{
    gint64 n_records = 0;

    for (gint32 i = 0; i < group->n_cursors; i++) {
        const MemoryCursor *cursor = &group->cursors[i];

        if (cursor->owner == member)
            n_records += cursor->position - cursor->committed;
    }
    return n_records;
}

gint64
memory_group_rewind_stalled(MemoryGroup *group, gint64 before_us, gint64 now_us)
{
    gint64 n_records = 0;

    for (gint32 i = 0; i < group->n_cursors; i++) {
        MemoryCursor *cursor = &group->cursors[i];

        if (cursor->position == cursor->committed || cursor->progress_us > before_us)
            continue;
        n_records += cursor->position - cursor->committed;
        cursor->position = cursor->committed;
        cursor->progress_us = now_us;
    }
    return n_records;
}

MemoryCursor *
memory_group_cursor(MemoryGroup *group, const MemoryMember *member, gint32 partition)
{
    if (partition < 0 || partition >= group->n_cursors)
        return NULL;
    return group->cursors[partition].owner == member ? &group->cursors[partition] : NULL;
}

void
memory_cursor_begin(MemoryCursor *cursor, gint64 offset)
{
    cursor->committed = offset;
    cursor->position = offset;
    cursor->furthest = offset;
}

void
memory_cursor_advance(MemoryCursor *cursor)
{
    cursor->position++;
    cursor->furthest = MAX(cursor->furthest, cursor->position);
}

void
memory_cursor_commit(MemoryCursor *cursor, gint64 offset, gint64 now_us)
{
    gint64 committed = MIN(offset + 1, cursor->furthest);

    if (committed <= cursor->committed)
        return;
    cursor->committed = committed;
    cursor->position = MAX(cursor->position, committed);
    cursor->progress_us = now_us;
}
