/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* memory-group.h: owns a group of readers: its members, and where each partition was read to.
 */
#pragma once

#include <kbnt/kbnt-transport.h>

typedef struct MemoryGroup MemoryGroup;
typedef struct MemoryTopic MemoryTopic;
typedef struct MemoryTransport MemoryTransport;

/* One subscription. Counted, because a completion may be on its way when it leaves. */
typedef struct {
    gint n_references;
    const KbntSubscription *subscription;
    char *name;
    MemoryTransport *transport;
    MemoryTopic *topic;
    MemoryGroup *group;
    gint32 next_partition;
    gboolean has_joined;
    gboolean has_left;
} MemoryMember;

/* Where a group stands in one partition: committed <= position <= furthest. */
typedef struct {
    MemoryMember *owner;
    gint64 committed;
    gint64 position;
    gint64 furthest;
    gint64 progress_us;
    gboolean is_paused;
} MemoryCursor;

struct MemoryGroup {
    char *name;
    GPtrArray *members;
    MemoryCursor *cursors;
    gint32 n_cursors;
    guint n_named;
    gboolean needs_assignment;
};

MemoryGroup *memory_group_new(const char *name, gint32 n_partitions);

/* @data: (transfer full) (nullable): a MemoryGroup. */
void memory_group_free(gpointer data);

/* Returns: (transfer full): a member that is announced and owns no partition yet. */
MemoryMember *memory_group_announce(MemoryGroup *group, const KbntSubscription *subscription);

/* The member takes part in the next assignment. */
void memory_group_join(MemoryGroup *group, MemoryMember *member);

/* What the member had in work is read again by whoever gets its partitions. */
void memory_group_leave(MemoryGroup *group, MemoryMember *member);

/* Shares the partitions among the members: first all that move are lost, then assigned. */
void memory_group_assign(MemoryGroup *group);

/* Returns: records that the member has and did not acknowledge. */
gint64 memory_group_in_flight(const MemoryGroup *group, const MemoryMember *member);

/* Reads partitions again that have not moved since @before_us. Returns: records to be read
 * again.
 */
gint64 memory_group_rewind_stalled(MemoryGroup *group, gint64 before_us, gint64 now_us);

/* Returns: (transfer none) (nullable): the cursor, where the member owns the partition. */
MemoryCursor *memory_group_cursor(MemoryGroup *group, const MemoryMember *member,
                                  gint32 partition);

void memory_cursor_begin(MemoryCursor *cursor, gint64 offset);

void memory_cursor_advance(MemoryCursor *cursor);

/* All up to and including @offset is done with; more than was delivered counts for nothing. */
void memory_cursor_commit(MemoryCursor *cursor, gint64 offset, gint64 now_us);

MemoryMember *memory_member_ref(MemoryMember *member);

/* @data: (transfer full) (nullable): a MemoryMember. */
void memory_member_unref(gpointer data);
