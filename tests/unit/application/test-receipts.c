/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Tests of what is acknowledged, and when. */
#include "fake-ports.h"
#include "receipts.h"
#include "runner.h"

static const KbntSubscription subscription = { .size = sizeof subscription };

typedef struct {
    FakePorts *fake;
    KbntReceipts *receipts;
} Fixture;

static Fixture *
fixture_new(void)
{
    Fixture *fixture = g_new0(Fixture, 1);

    fixture->fake = fake_ports_new(TRUE);
    fixture->receipts = kbnt_receipts_new(&fake_ports_get(fixture->fake)->transport,
                                          &subscription);
    return fixture;
}

static void
fixture_free(Fixture *fixture)
{
    kbnt_receipts_free(fixture->receipts);
    fake_ports_free(fixture->fake);
    g_free(fixture);
}

G_DEFINE_AUTOPTR_CLEANUP_FUNC(Fixture, fixture_free)

static KbntReceipt *
add(Fixture *fixture, gint32 partition, gint64 offset)
{
    g_autoptr(KbntValue) record = kbnt_value_new();

    kbnt_value_set_int(record, KBNT_FIELD_PARTITION, partition);
    kbnt_value_set_int(record, KBNT_FIELD_OFFSET, offset);
    kbnt_value_set_int(record, KBNT_FIELD_TIMESTAMP, 1000 + offset);
    return kbnt_receipts_add(fixture->receipts, record);
}

static void
a_settled_record_is_acknowledged_at_once_where_none_is_open_before_it(void)
{
    g_autoptr(Fixture) fixture = fixture_new();
    KbntReceipt *first = add(fixture, 0, 5);

    add(fixture, 0, 6);
    kbnt_receipts_settle(first);

    kbnt_assert_string(fake_ports_acknowledged(fixture->fake), "0:5");
}

static void
nothing_behind_an_open_record_is_acknowledged(void)
{
    g_autoptr(Fixture) fixture = fixture_new();
    KbntReceipt *first = add(fixture, 0, 5);
    KbntReceipt *second = add(fixture, 0, 6);
    KbntReceipt *third = add(fixture, 0, 7);

    kbnt_receipts_settle(third);
    kbnt_receipts_settle(second);
    kbnt_assert_string(fake_ports_acknowledged(fixture->fake), "");
    kbnt_receipts_settle(first);

    kbnt_assert_string(fake_ports_acknowledged(fixture->fake), "0:7");
}

static void
an_open_record_of_one_partition_holds_up_no_other(void)
{
    g_autoptr(Fixture) fixture = fixture_new();

    add(fixture, 0, 5);
    kbnt_receipts_settle(add(fixture, 1, 9));

    kbnt_assert_string(fake_ports_acknowledged(fixture->fake), "1:9");
}

static void
a_lost_partition_is_not_acknowledged(void)
{
    g_autoptr(Fixture) fixture = fixture_new();
    KbntReceipt *first = add(fixture, 0, 5);
    KbntReceipt *second = add(fixture, 0, 6);

    kbnt_receipts_lost(fixture->receipts, 0);
    kbnt_receipts_settle(first);
    kbnt_receipts_settle(second);

    kbnt_assert_string(fake_ports_acknowledged(fixture->fake), "");
}

static void
a_partition_that_comes_back_does_not_wait_for_what_was_open_when_it_left(void)
{
    g_autoptr(Fixture) fixture = fixture_new();
    KbntReceipt *old = add(fixture, 0, 5);

    kbnt_receipts_lost(fixture->receipts, 0);
    kbnt_receipts_assigned(fixture->receipts, 0);
    KbntReceipt *again = add(fixture, 0, 5);
    kbnt_receipts_settle(old);
    kbnt_assert_string(fake_ports_acknowledged(fixture->fake), "");
    kbnt_receipts_settle(again);

    kbnt_assert_string(fake_ports_acknowledged(fixture->fake), "0:5");
}

static void
a_record_that_comes_again_while_it_is_open_is_the_same(void)
{
    g_autoptr(Fixture) fixture = fixture_new();
    KbntReceipt *first = add(fixture, 0, 5);

    kbnt_receipts_settle(add(fixture, 0, 6));
    CU_ASSERT_PTR_NULL(add(fixture, 0, 5));
    CU_ASSERT_PTR_NULL(add(fixture, 0, 6));
    kbnt_receipts_settle(first);

    kbnt_assert_string(fake_ports_acknowledged(fixture->fake), "0:6");
}

static void
what_is_behind_a_record_that_was_left_waits_until_it_comes_again(void)
{
    g_autoptr(Fixture) fixture = fixture_new();
    KbntReceipt *left = add(fixture, 0, 5);

    kbnt_receipts_settle(add(fixture, 0, 6));
    kbnt_receipts_leave(left);
    kbnt_assert_string(fake_ports_acknowledged(fixture->fake), "");
    kbnt_receipts_settle(add(fixture, 0, 5));

    kbnt_assert_string(fake_ports_acknowledged(fixture->fake), "0:6");
}

static void
a_record_that_is_acknowledged_may_come_again_all_the_same(void)
{
    g_autoptr(Fixture) fixture = fixture_new();

    kbnt_receipts_settle(add(fixture, 0, 5));
    KbntReceipt *next = add(fixture, 0, 6);
    kbnt_receipts_settle(next);
    KbntReceipt *again = add(fixture, 0, 5);
    CU_ASSERT_PTR_NOT_NULL_FATAL(again);
    CU_ASSERT_PTR_NULL(add(fixture, 0, 5));
    kbnt_receipts_settle(again);

    kbnt_assert_string(fake_ports_acknowledged(fixture->fake), "0:5 0:6 0:5");
}

static void
a_partition_that_leaves_forgets_what_was_left_of_it(void)
{
    g_autoptr(Fixture) fixture = fixture_new();
    KbntReceipt *left = add(fixture, 0, 5);
    KbntReceipt *under_way = add(fixture, 0, 6);

    kbnt_receipts_leave(left);
    kbnt_receipts_lost(fixture->receipts, 0);
    kbnt_receipts_assigned(fixture->receipts, 0);
    KbntReceipt *again = add(fixture, 0, 5);
    kbnt_receipts_leave(under_way);
    kbnt_receipts_settle(again);

    kbnt_assert_string(fake_ports_acknowledged(fixture->fake), "0:5");
}

static void
print_partition(gint32 partition, double lag_seconds, guint n_open, gpointer data)
{
    g_string_append_printf(data, "%d:%.3f:%u ", partition, lag_seconds, n_open);
}

static void
the_lag_is_the_age_of_the_eldest_open_record_of_each_partition_held(void)
{
    g_autoptr(Fixture) fixture = fixture_new();
    g_autoptr(GString) lags = g_string_new(NULL);

    add(fixture, 0, 500);
    add(fixture, 0, 900);
    kbnt_receipts_assigned(fixture->receipts, 1);
    add(fixture, 2, 500);
    kbnt_receipts_lost(fixture->receipts, 2);
    kbnt_receipts_each(fixture->receipts, 4000, print_partition, lags);

    kbnt_assert_string(lags->str, "0:2.500:2 1:0.000:0 ");
}

static const KbntTest tests[] = {
    KBNT_TEST(a_settled_record_is_acknowledged_at_once_where_none_is_open_before_it),
    KBNT_TEST(nothing_behind_an_open_record_is_acknowledged),
    KBNT_TEST(an_open_record_of_one_partition_holds_up_no_other),
    KBNT_TEST(a_lost_partition_is_not_acknowledged),
    KBNT_TEST(a_partition_that_comes_back_does_not_wait_for_what_was_open_when_it_left),
    KBNT_TEST(a_record_that_comes_again_while_it_is_open_is_the_same),
    KBNT_TEST(what_is_behind_a_record_that_was_left_waits_until_it_comes_again),
    KBNT_TEST(a_record_that_is_acknowledged_may_come_again_all_the_same),
    KBNT_TEST(a_partition_that_leaves_forgets_what_was_left_of_it),
    KBNT_TEST(the_lag_is_the_age_of_the_eldest_open_record_of_each_partition_held),
};

int
main(int argc, char **argv)
{
    return kbnt_test_main("application/receipts", argc, argv, tests, G_N_ELEMENTS(tests));
}
