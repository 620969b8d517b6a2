/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Tests of the wish to end a request, of a user or of the clock. */
#include "producer-rig.h"
#include "runner.h"
#include "sample-messages.h"

/* @caller wants the user's request ended, which has this status. */
static void
cancel_as(ProducerRig *rig, const KbntCaller *caller, KbntRequestStatus status)
{
    g_autoptr(KbntValue) result = kbnt_value_new();

    kbnt_cancel_request(kbnt_producer_cancel(rig->producer), caller, "req-abc123", "user-789",
                        "corr-of-cancel", producer_rig_done, rig);
    kbnt_value_take_value(result, KBNT_FIELD_REQUEST, producer_rig_stored(status));
    fake_calls_complete(rig->queries, result);
}

static KbntValue *
message_of(ProducerRig *rig)
{
    kbnt_assert_int(fake_calls_verb(rig->commands, 0), KBNT_STORE_CANCEL);
    return kbnt_value_get_value(
        kbnt_value_get_value(fake_calls_argument(rig->commands, 0), KBNT_FIELD_RECORD),
        KBNT_FIELD_REQUEST);
}

static void
a_cancel_is_a_message_of_its_own_that_speaks_for_its_target(void)
{
    g_autoptr(ProducerRig) rig = producer_rig_new();
    const KbntValue *message;

    cancel_as(rig, &producer_rig_user, KBNT_REQUEST_STATUS_PROCESSING);
    message = message_of(rig);

    kbnt_assert_int(kbnt_value_get_int(message, KBNT_FIELD_REQUEST_TYPE),
                    KBNT_REQUEST_TYPE_CANCEL_REQUEST);
    kbnt_assert_string(kbnt_value_get_string(message, KBNT_FIELD_TARGET_MESSAGE_ID),
                       SAMPLE_MESSAGE_ID);
    CU_ASSERT(g_strcmp0(kbnt_value_get_string(message, KBNT_FIELD_MESSAGE_ID),
                        SAMPLE_MESSAGE_ID) != 0);
    kbnt_assert_string(kbnt_value_get_string(message, KBNT_FIELD_CORRELATION_ID),
                       "corr-of-cancel");
    kbnt_assert_int(kbnt_value_get_int(message, KBNT_FIELD_CANCEL_REASON),
                    KBNT_CANCEL_REASON_USER);
}

static void
a_cancel_that_is_stored_goes_to_the_broker_and_is_answered(void)
{
    g_autoptr(ProducerRig) rig = producer_rig_new();
    g_autoptr(KbntValue) stored = producer_rig_stored(KBNT_REQUEST_STATUS_PROCESSING);

    cancel_as(rig, &producer_rig_user, KBNT_REQUEST_STATUS_PROCESSING);
    producer_rig_commit(rig, stored, 6);

    kbnt_assert_string(fake_ports_sent(rig->fake), "6");
    kbnt_assert_int(rig->n_answers, 1);
    CU_ASSERT(kbnt_value_has(rig->answer, KBNT_FIELD_REQUEST));
}

static void
who_may_not_see_a_request_does_not_find_it(void)
{
    g_autoptr(ProducerRig) rig = producer_rig_new();

    cancel_as(rig, &producer_rig_other, KBNT_REQUEST_STATUS_PROCESSING);

    kbnt_assert_int(rig->code, KBNT_ERROR_NOT_FOUND);
}

static void
who_may_only_look_may_not_cancel(void)
{
    g_autoptr(ProducerRig) rig = producer_rig_new();

    cancel_as(rig, &producer_rig_auditor, KBNT_REQUEST_STATUS_PROCESSING);

    kbnt_assert_int(rig->code, KBNT_ERROR_PERMISSION_DENIED);
    kbnt_assert_int(fake_calls_length(rig->commands), 0);
}

static void
what_has_ended_cannot_be_cancelled(void)
{
    g_autoptr(ProducerRig) rig = producer_rig_new();

    cancel_as(rig, &producer_rig_administrator, KBNT_REQUEST_STATUS_COMPLETED);

    kbnt_assert_int(rig->code, KBNT_ERROR_STATE_CONFLICT);
}

static void
a_cancel_that_cannot_be_written_is_refused(void)
{
    g_autoptr(ProducerRig) rig = producer_rig_new();

    fake_ports_break_codec(rig->fake, KBNT_ERROR_TOO_LARGE);
    cancel_as(rig, &producer_rig_user, KBNT_REQUEST_STATUS_PROCESSING);

    kbnt_assert_int(rig->code, KBNT_ERROR_TOO_LARGE);
}

static void
a_cancel_that_the_store_refuses_is_refused(void)
{
    g_autoptr(ProducerRig) rig = producer_rig_new();

    cancel_as(rig, &producer_rig_user, KBNT_REQUEST_STATUS_PROCESSING);
    fake_calls_fail(rig->commands, KBNT_ERROR_STORE_FULL);

    kbnt_assert_int(rig->code, KBNT_ERROR_STORE_FULL);
}

static void
an_overdue_request_is_cancelled_by_the_clock_under_its_own_correlation(void)
{
    g_autoptr(ProducerRig) rig = producer_rig_new();
    g_autoptr(KbntValue) overdue = producer_rig_stored(KBNT_REQUEST_STATUS_PROCESSING);

    kbnt_cancel_overdue(kbnt_producer_cancel(rig->producer), overdue, producer_rig_done, rig);

    kbnt_assert_int(kbnt_value_get_int(message_of(rig), KBNT_FIELD_CANCEL_REASON),
                    KBNT_CANCEL_REASON_DEADLINE);
    kbnt_assert_string(kbnt_value_get_string(message_of(rig), KBNT_FIELD_CORRELATION_ID),
                       "corr-456");
}

static const KbntTest tests[] = {
    KBNT_TEST(a_cancel_is_a_message_of_its_own_that_speaks_for_its_target),
    KBNT_TEST(a_cancel_that_is_stored_goes_to_the_broker_and_is_answered),
    KBNT_TEST(who_may_not_see_a_request_does_not_find_it),
    KBNT_TEST(who_may_only_look_may_not_cancel),
    KBNT_TEST(what_has_ended_cannot_be_cancelled),
    KBNT_TEST(a_cancel_that_cannot_be_written_is_refused),
    KBNT_TEST(a_cancel_that_the_store_refuses_is_refused),
    KBNT_TEST(an_overdue_request_is_cancelled_by_the_clock_under_its_own_correlation),
};

int
main(int argc, char **argv)
{
    return kbnt_test_main("application/cancel", argc, argv, tests, G_N_ELEMENTS(tests));
}
