/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * fair-share.c: owns the order of turns: stride scheduling among lanes, round robin in them.
 *
 * Each lane has a pass, which grows with every turn by the inverse of its weight; the lane with
 * the least pass is next. A lane that was empty begins at the present pass: it cannot have
 * saved up turns while it had nothing to do.
 */
#include "fair-share.h"

/* Divisible by all weights, so that passes stay whole. */
#define STRIDE 8

typedef struct {
    guint weight;
    guint64 pass;
    GQueue users; /* of User, the next turn first */
    GHashTable *users_by_name;
} Lane;

typedef struct {
    char *name;
    Lane *lane;
    GList *link; /* in users of the lane */
    GQueue items;
} User;

typedef struct {
    char *id;
    User *user;
    GList *link; /* in items of the user */
} Item;

struct KbntFairShare {
    Lane lanes[KBNT_PRIORITY_CRITICAL + 1];
    guint64 pass;
    GHashTable *items_by_id;
};

static void
free_item(gpointer data)
{
    Item *item = data;

    g_free(item->id);
    g_free(item);
}

static void
free_user(gpointer data)
{
    User *user = data;

    g_queue_clear(&user->items);
    g_free(user->name);
    g_free(user);
}

static void
open_lane(Lane *lane, guint weight)
{
    lane->weight = weight;
    g_queue_init(&lane->users);
    lane->users_by_name = g_hash_table_new_full(g_str_hash, g_str_equal, NULL, free_user);
}

KbntFairShare *
kbnt_fair_share_new(void)
{
    KbntFairShare *turns = g_new0(KbntFairShare, 1);

    turns->items_by_id = g_hash_table_new_full(g_str_hash, g_str_equal, NULL, free_item);
#define OPEN(priority, weight) open_lane(&turns->lanes[KBNT_PRIORITY_##priority], weight);
    KBNT_LANE_TABLE(OPEN)
#undef OPEN
    return turns;
}

void
kbnt_fair_share_free(KbntFairShare *turns)
{
    if (!turns)
        return;
    g_hash_table_unref(turns->items_by_id);
    for (guint i = KBNT_PRIORITY_LOW; i <= KBNT_PRIORITY_CRITICAL; i++) {
        g_queue_clear(&turns->lanes[i].users);
        g_hash_table_unref(turns->lanes[i].users_by_name);
    }
    g_free(turns);
}

static User *
user_of_lane(Lane *lane, const char *name)
{
    User *user = g_hash_table_lookup(lane->users_by_name, name);

    if (user)
        return user;
    user = g_new0(User, 1);
    user->name = g_strdup(name);
    user->lane = lane;
    g_queue_init(&user->items);
    g_queue_push_tail(&lane->users, user);
    user->link = lane->users.tail;
    g_hash_table_insert(lane->users_by_name, user->name, user);
    return user;
}

void
kbnt_fair_share_push(KbntFairShare *turns, const char *id, const char *user,
                     KbntPriority priority)
{
    Lane *lane = &turns->lanes[CLAMP(priority, KBNT_PRIORITY_LOW, KBNT_PRIORITY_CRITICAL)];
    Item *item;

    if (g_hash_table_contains(turns->items_by_id, id))
        return;
    if (g_queue_is_empty(&lane->users))
        lane->pass = MAX(lane->pass, turns->pass);

    item = g_new0(Item, 1);
    item->id = g_strdup(id);
    item->user = user_of_lane(lane, user);
    g_queue_push_tail(&item->user->items, item);
    item->link = item->user->items.tail;
    g_hash_table_insert(turns->items_by_id, item->id, item);
}

/* Takes the item out; a user without any other leaves the lane. */
static void
drop_item(KbntFairShare *turns, Item *item)
{
    User *user = item->user;

    g_queue_delete_link(&user->items, item->link);
    g_hash_table_remove(turns->items_by_id, item->id);
    if (!g_queue_is_empty(&user->items))
        return;
    g_queue_delete_link(&user->lane->users, user->link);
    g_hash_table_remove(user->lane->users_by_name, user->name);
}

/* Returns: (nullable): the lane whose turn it is; of equals the one of higher priority. */
static Lane *
next_lane(KbntFairShare *turns)
{
    Lane *next = NULL;

    for (guint i = KBNT_PRIORITY_CRITICAL; i >= KBNT_PRIORITY_LOW; i--) {
        Lane *lane = &turns->lanes[i];

        if (!g_queue_is_empty(&lane->users) && (!next || lane->pass < next->pass))
            next = lane;
    }
    return next;
}

char *
kbnt_fair_share_pop(KbntFairShare *turns)
{
    Lane *lane = next_lane(turns);
    g_autofree char *id = NULL;
    User *user;
    Item *item;

    if (!lane)
        return NULL;
    turns->pass = lane->pass;
    lane->pass += STRIDE / lane->weight;

    user = g_queue_peek_head(&lane->users);
    g_queue_unlink(&lane->users, user->link);
    g_queue_push_tail_link(&lane->users, user->link);
    item = g_queue_peek_head(&user->items);
    id = g_strdup(item->id);
    drop_item(turns, item);
    return g_steal_pointer(&id);
}
