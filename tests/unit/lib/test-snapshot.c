/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Tests of KbntSnapshot: what the core fills in is what a sink reads, in order. */
#include "runner.h"
#include "snapshot-private.h"

static KbntSnapshot *
sample_snapshot(void)
{
    static const char *const names[] = { "service", "topic", NULL };
    static const char *const late[] = { "producer", "b", NULL };
    static const char *const early[] = { "producer", "a", NULL };
    static const double bounds[] = { 0.1, 1 };
    static const guint64 counts[] = { 2, 5, 6 };
    KbntSnapshot *snapshot = kbnt_snapshot_new();

    kbnt_snapshot_add_family(snapshot, "kbnt_sent_total", "Records", "", KBNT_METRIC_COUNTER,
                             names, NULL, 0);
    kbnt_snapshot_add_series(snapshot, late, 4, NULL);
    kbnt_snapshot_add_series(snapshot, early, 3, NULL);
    kbnt_snapshot_add_family(snapshot, "kbnt_boot_seconds", "Boots", "seconds",
                             KBNT_METRIC_HISTOGRAM, NULL, bounds, 2);
    kbnt_snapshot_add_series(snapshot, NULL, 7.5, counts);
    kbnt_snapshot_seal(snapshot);
    return snapshot;
}

static void
families_are_in_the_order_of_their_names(void)
{
    g_autoptr(KbntSnapshot) snapshot = sample_snapshot();

    kbnt_assert_int(kbnt_snapshot_n_families(snapshot), 2);
    kbnt_assert_string(kbnt_snapshot_name(snapshot, 0), "kbnt_boot_seconds");
    kbnt_assert_string(kbnt_snapshot_unit(snapshot, 0), "seconds");
    kbnt_assert_string(kbnt_snapshot_name(snapshot, 1), "kbnt_sent_total");
    kbnt_assert_string(kbnt_snapshot_help(snapshot, 1), "Records");
    kbnt_assert_int(kbnt_snapshot_kind(snapshot, 1), KBNT_METRIC_COUNTER);
}

static void
series_are_in_the_order_of_their_labels(void)
{
    g_autoptr(KbntSnapshot) snapshot = sample_snapshot();

    kbnt_assert_int(kbnt_snapshot_n_series(snapshot, 1), 2);
    kbnt_assert_string(kbnt_snapshot_label_names(snapshot, 1)[1], "topic");
    kbnt_assert_string(kbnt_snapshot_label_values(snapshot, 1, 0)[1], "a");
    CU_ASSERT(kbnt_snapshot_value(snapshot, 1, 0) == 3);
    CU_ASSERT(kbnt_snapshot_value(snapshot, 1, 1) == 4);
}

static void
a_histogram_has_one_count_more_than_bounds(void)
{
    g_autoptr(KbntSnapshot) snapshot = sample_snapshot();
    const guint64 *counts = NULL;
    const double *bounds = NULL;

    kbnt_assert_int(kbnt_snapshot_buckets(snapshot, 0, 0, &counts, &bounds), 2);
    CU_ASSERT(bounds[1] == 1);
    kbnt_assert_int((gint64)counts[2], 6);
    CU_ASSERT(kbnt_snapshot_value(snapshot, 0, 0) == 7.5);
    CU_ASSERT_PTR_NULL(kbnt_snapshot_label_names(snapshot, 0)[0]);
}

static void
a_counter_has_no_buckets(void)
{
    g_autoptr(KbntSnapshot) snapshot = sample_snapshot();
    const guint64 *counts = NULL;
    const double *bounds = NULL;

    kbnt_assert_int(kbnt_snapshot_buckets(snapshot, 1, 0, &counts, &bounds), 0);
    CU_ASSERT_PTR_NULL(counts);
}

static void
a_snapshot_lives_as_long_as_somebody_holds_it(void)
{
    KbntSnapshot *snapshot = sample_snapshot();
    g_autoptr(KbntSnapshot) held = kbnt_snapshot_ref(snapshot);

    kbnt_snapshot_unref(snapshot);

    kbnt_assert_int(kbnt_snapshot_n_families(held), 2);
}

static const KbntTest tests[] = {
    KBNT_TEST(families_are_in_the_order_of_their_names),
    KBNT_TEST(series_are_in_the_order_of_their_labels),
    KBNT_TEST(a_histogram_has_one_count_more_than_bounds),
    KBNT_TEST(a_counter_has_no_buckets),
    KBNT_TEST(a_snapshot_lives_as_long_as_somebody_holds_it),
};

int
main(int argc, char **argv)
{
    return kbnt_test_main("lib/snapshot", argc, argv, tests, G_N_ELEMENTS(tests));
}
