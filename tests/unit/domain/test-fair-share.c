/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Tests of turns: by user in a lane, by weight among lanes. */
#include "fair-share.h"
#include "runner.h"

static void
push_many(KbntFairShare *turns, const char *user, KbntPriority priority, guint n)
{
    for (guint i = 0; i < n; i++) {
        g_autofree char *id = g_strdup_printf("%s-%u-%u", user, (guint)priority, i);

        kbnt_fair_share_push(turns, id, user, priority);
    }
}

static void
expect(KbntFairShare *turns, const char *id)
{
    g_autofree char *next = kbnt_fair_share_pop(turns);

    kbnt_assert_string(next, id);
}

static void
what_one_user_asks_is_done_in_its_order(void)
{
    g_autoptr(KbntFairShare) turns = kbnt_fair_share_new();

    push_many(turns, "eve", KBNT_PRIORITY_NORMAL, 3);

    expect(turns, "eve-2-0");
    expect(turns, "eve-2-1");
    expect(turns, "eve-2-2");
    expect(turns, NULL);
}

static void
a_user_with_one_request_does_not_wait_behind_one_with_many(void)
{
    g_autoptr(KbntFairShare) turns = kbnt_fair_share_new();

    push_many(turns, "eve", KBNT_PRIORITY_NORMAL, 100);
    push_many(turns, "adam", KBNT_PRIORITY_NORMAL, 1);

    expect(turns, "eve-2-0");
    expect(turns, "adam-2-0");
    expect(turns, "eve-2-1");
}

static void
lanes_share_the_turns_by_their_weights(void)
{
    g_autoptr(KbntFairShare) turns = kbnt_fair_share_new();
    guint n_of_lane[KBNT_PRIORITY_CRITICAL + 1] = { 0 };

    for (KbntPriority priority = KBNT_PRIORITY_LOW; priority <= KBNT_PRIORITY_CRITICAL;
         priority++)
        push_many(turns, "eve", priority, 200);
    for (guint i = 0; i < 150; i++) {
        g_autofree char *id = kbnt_fair_share_pop(turns);

        n_of_lane[g_ascii_digit_value(id[4])]++;
    }

    kbnt_assert_int(n_of_lane[KBNT_PRIORITY_LOW], 10);
    kbnt_assert_int(n_of_lane[KBNT_PRIORITY_NORMAL], 20);
    kbnt_assert_int(n_of_lane[KBNT_PRIORITY_HIGH], 40);
    kbnt_assert_int(n_of_lane[KBNT_PRIORITY_CRITICAL], 80);
}

static void
an_empty_lane_saves_up_no_turns(void)
{
    g_autoptr(KbntFairShare) turns = kbnt_fair_share_new();
    guint n_low = 0;

    push_many(turns, "eve", KBNT_PRIORITY_CRITICAL, 200);
    for (guint i = 0; i < 100; i++)
        g_free(kbnt_fair_share_pop(turns));
    push_many(turns, "adam", KBNT_PRIORITY_LOW, 50);
    for (guint i = 0; i < 45; i++) {
        g_autofree char *id = kbnt_fair_share_pop(turns);

        n_low += g_str_has_prefix(id, "adam");
    }

    CU_ASSERT(n_low >= 4 && n_low <= 6);
}

static void
the_higher_priority_begins(void)
{
    g_autoptr(KbntFairShare) turns = kbnt_fair_share_new();

    push_many(turns, "eve", KBNT_PRIORITY_LOW, 1);
    push_many(turns, "eve", KBNT_PRIORITY_CRITICAL, 1);

    expect(turns, "eve-4-0");
    expect(turns, "eve-1-0");
}

static void
an_id_waits_once(void)
{
    g_autoptr(KbntFairShare) turns = kbnt_fair_share_new();

    kbnt_fair_share_push(turns, "one", "eve", KBNT_PRIORITY_LOW);
    kbnt_fair_share_push(turns, "one", "eve", KBNT_PRIORITY_HIGH);

    expect(turns, "one");
    expect(turns, NULL);
}

static void
an_unknown_priority_waits_in_the_lane_that_is_nearest(void)
{
    g_autoptr(KbntFairShare) turns = kbnt_fair_share_new();

    kbnt_fair_share_push(turns, "none", "eve", 0);
    kbnt_fair_share_push(turns, "much", "eve", 99);

    expect(turns, "much");
    expect(turns, "none");
}

/* Any order of pushes and turns: nobody waits longer than the others' shares allow.
 */
static void
everything_that_was_pushed_comes_out_once_and_nothing_starves(void)
{
    g_autoptr(GRand) random = g_rand_new_with_seed(1263632000);
    g_autoptr(KbntFairShare) turns = kbnt_fair_share_new();
    g_autoptr(GHashTable) waiting = g_hash_table_new_full(g_str_hash, g_str_equal, g_free,
                                                          NULL);

    for (guint i = 0; i < 5000; i++) {
        if (g_rand_int_range(random, 0, 3) > 0) {
            char *id = g_strdup_printf("id-%u", i);
            g_autofree char *user = g_strdup_printf("user-%d", g_rand_int_range(random, 0, 9));

            kbnt_fair_share_push(turns, id, user, (KbntPriority)g_rand_int_range(random, 1, 5));
            g_hash_table_add(waiting, id);
        } else {
            g_autofree char *id = kbnt_fair_share_pop(turns);

            CU_ASSERT(id ? g_hash_table_remove(waiting, id) : g_hash_table_size(waiting) == 0);
        }
    }
    for (guint left = g_hash_table_size(waiting); left > 0; left--) {
        g_autofree char *id = kbnt_fair_share_pop(turns);

        CU_ASSERT_PTR_NOT_NULL_FATAL(id);
        CU_ASSERT(g_hash_table_remove(waiting, id));
    }
    expect(turns, NULL);
}

static const KbntTest tests[] = {
    KBNT_TEST(what_one_user_asks_is_done_in_its_order),
    KBNT_TEST(a_user_with_one_request_does_not_wait_behind_one_with_many),
    KBNT_TEST(lanes_share_the_turns_by_their_weights),
    KBNT_TEST(an_empty_lane_saves_up_no_turns),
    KBNT_TEST(the_higher_priority_begins),
    KBNT_TEST(an_id_waits_once),
    KBNT_TEST(an_unknown_priority_waits_in_the_lane_that_is_nearest),
    KBNT_TEST(everything_that_was_pushed_comes_out_once_and_nothing_starves),
};

int
main(int argc, char **argv)
{
    return kbnt_test_main("domain/fair-share", argc, argv, tests, G_N_ELEMENTS(tests));
}
