/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Tests of how the consumers' events become the producer's view. */
#include "producer-rig.h"
#include "runner.h"
#include "sample-messages.h"

typedef struct {
    guint n_events;
    gint64 position;
} Watched;

static void
watch(gint64 position, KbntValue *event, gpointer data)
{
    Watched *watched = data;

    (void)event;
    watched->n_events++;
    watched->position = position;
}

/* Hands over the record of @event (transfer full). */
static void
deliver(ProducerRig *rig, KbntValue *event)
{
    static const char *const headers[] = { "ce_type", "kbnt-checksum" };
    g_autoptr(KbntValue) record = kbnt_value_new();

    for (gsize i = 0; i < G_N_ELEMENTS(headers); i++) {
        KbntValue *header = kbnt_value_new();

        kbnt_value_set_string(header, KBNT_FIELD_NAME, headers[i]);
        kbnt_value_take_item(record, KBNT_FIELD_HEADERS, header);
    }
    kbnt_value_set_string(record, KBNT_FIELD_TOPIC, "events");
    kbnt_value_set_int(record, KBNT_FIELD_OFFSET, 12);
    kbnt_value_take_value(record, KBNT_FIELD_EVENT, event);
    fake_ports_deliver(rig->fake, record);
}

/* Returns: (transfer none): the command that projects an event of that type. */
static KbntValue *
projected(ProducerRig *rig, KbntEventType type)
{
    deliver(rig, kbnt_sample_event(type));
    kbnt_assert_int(fake_calls_verb(rig->commands, 0), KBNT_STORE_PROJECT);
    return fake_calls_argument(rig->commands, 0);
}

/* The store has projected it; the request is now @status, and was @before. */
static void
commit(ProducerRig *rig, KbntRequestStatus before, KbntRequestStatus status)
{
    g_autoptr(KbntValue) result = kbnt_value_new();

    kbnt_value_set_int(result, KBNT_FIELD_POSITION, 33);
    kbnt_value_set_int(result, KBNT_FIELD_EXPECTED_SEQUENCE, 9);
    kbnt_value_set_int(result, KBNT_FIELD_PREVIOUS_STATUS, before);
    kbnt_value_take_value(result, KBNT_FIELD_REQUEST, producer_rig_stored(status));
    fake_calls_complete(rig->commands, result);
}

static void
an_event_sets_its_request_and_its_resource(void)
{
    g_autoptr(ProducerRig) rig = producer_rig_new();
    const KbntValue *command = projected(rig, KBNT_EVENT_TYPE_VIRTUALIZATION_STARTED);
    const KbntValue *request = kbnt_value_get_value(command, KBNT_FIELD_REQUEST);
    const KbntValue *resource = kbnt_value_get_value(command, KBNT_FIELD_RESOURCE);

    kbnt_assert_string(kbnt_value_get_string(command, KBNT_FIELD_STREAM_ID), SAMPLE_MESSAGE_ID);
    kbnt_assert_int(kbnt_value_get_int(request, KBNT_FIELD_REQUEST_STATUS),
                    KBNT_REQUEST_STATUS_PROCESSING);
    kbnt_assert_int(kbnt_value_get_int(request, KBNT_FIELD_STARTED), TRUE);
    kbnt_assert_int(kbnt_value_get_int(resource, KBNT_FIELD_RESOURCE_STATUS),
                    KBNT_RESOURCE_STATUS_RUNNING);
    CU_ASSERT(kbnt_value_has(resource, KBNT_FIELD_SPECIFICATION));
    CU_ASSERT(!kbnt_value_has(command, KBNT_FIELD_LEDGER_MOVE));
}

static void
a_request_that_is_completed_commits_its_charges_and_has_a_result(void)
{
    g_autoptr(ProducerRig) rig = producer_rig_new();
    const KbntValue *command = projected(rig, KBNT_EVENT_TYPE_VIRTUALIZATION_COMPLETED);
    const KbntValue *request = kbnt_value_get_value(command, KBNT_FIELD_REQUEST);

    kbnt_assert_int(kbnt_value_get_int(command, KBNT_FIELD_LEDGER_MOVE),
                    KBNT_LEDGER_MOVE_COMMIT);
    CU_ASSERT(kbnt_value_has(request, KBNT_FIELD_RESULT));
    CU_ASSERT(
        !kbnt_value_has(kbnt_value_get_value(request, KBNT_FIELD_RESULT), KBNT_FIELD_USER_ID));
}

static void
a_request_that_failed_releases_its_charges(void)
{
    g_autoptr(ProducerRig) rig = producer_rig_new();
    const KbntValue *command = projected(rig, KBNT_EVENT_TYPE_VIRTUALIZATION_FAILED);

    kbnt_assert_int(kbnt_value_get_int(command, KBNT_FIELD_LEDGER_MOVE),
                    KBNT_LEDGER_MOVE_RELEASE);
}

static void
a_debt_keeps_the_charges_of_its_request(void)
{
    g_autoptr(ProducerRig) rig = producer_rig_new();
    KbntValue *event = kbnt_sample_event(KBNT_EVENT_TYPE_VIRTUALIZATION_FAILED);

    kbnt_value_set_int(event, KBNT_FIELD_RESOURCE_STATUS, KBNT_RESOURCE_STATUS_QUARANTINED);
    deliver(rig, event);

    CU_ASSERT(!kbnt_value_has(fake_calls_argument(rig->commands, 0), KBNT_FIELD_LEDGER_MOVE));
}

static void
an_event_of_a_resource_alone_sets_no_request(void)
{
    g_autoptr(ProducerRig) rig = producer_rig_new();
    const KbntValue *command = projected(rig, KBNT_EVENT_TYPE_RESOURCE_STATE_CHANGED);

    CU_ASSERT(!kbnt_value_has(command, KBNT_FIELD_REQUEST));
    CU_ASSERT(kbnt_value_has(command, KBNT_FIELD_RESOURCE));
}

static void
storage_shows_the_machine_that_has_it_until_no_event_names_one(void)
{
    g_autoptr(ProducerRig) rig = producer_rig_new();
    KbntValue *event = kbnt_sample_event(KBNT_EVENT_TYPE_RESOURCE_STATE_CHANGED);
    const KbntValue *resource;

    kbnt_value_set_string(event, KBNT_FIELD_ATTACHED_TO, "VM-0909A693");
    deliver(rig, event);
    resource = kbnt_value_get_value(fake_calls_argument(rig->commands, 0), KBNT_FIELD_RESOURCE);
    kbnt_assert_string(kbnt_value_get_string(resource, KBNT_FIELD_ATTACHED_TO), "VM-0909A693");
    fake_calls_complete(rig->commands, NULL);

    resource = kbnt_value_get_value(projected(rig, KBNT_EVENT_TYPE_RESOURCE_STATE_CHANGED),
                                    KBNT_FIELD_RESOURCE);
    kbnt_assert_string(kbnt_value_get_string(resource, KBNT_FIELD_ATTACHED_TO), "");
}

static void
a_host_s_report_is_kept_with_where_and_when(void)
{
    g_autoptr(ProducerRig) rig = producer_rig_new();
    const KbntValue *command = projected(rig, KBNT_EVENT_TYPE_HOST_REPORTED);
    const KbntValue *host = kbnt_value_get_value(command, KBNT_FIELD_HOST_REPORT);

    kbnt_assert_string(kbnt_value_get_string(host, KBNT_FIELD_HOST), "host-1");
    kbnt_assert_string(kbnt_value_get_string(host, KBNT_FIELD_REGION), "local");
    kbnt_assert_int(kbnt_value_get_int(host, KBNT_FIELD_REPORTED_AT), SAMPLE_TIME_MS);
    CU_ASSERT(!kbnt_value_has(command, KBNT_FIELD_RESOURCE));
}

static void
a_host_that_has_reported_is_known_to_dry_runs(void)
{
    g_autoptr(ProducerRig) rig = producer_rig_new();
    g_autoptr(KbntValue) request = producer_rig_request();
    const KbntSubmission submission = { .request = request, .caller = &producer_rig_user };

    projected(rig, KBNT_EVENT_TYPE_HOST_REPORTED);
    fake_calls_complete(rig->commands, NULL);
    kbnt_dry_run(kbnt_producer_dry_run(rig->producer), &submission, producer_rig_answer, rig);
    fake_calls_complete(rig->queries, NULL);

    kbnt_assert_int(kbnt_value_get_int(rig->answer, KBNT_FIELD_REPORTED_AT), SAMPLE_TIME_MS);
}

static void
of_a_record_is_kept_what_a_reader_checks(void)
{
    g_autoptr(ProducerRig) rig = producer_rig_new();
    const KbntValue *record = kbnt_value_get_value(
        projected(rig, KBNT_EVENT_TYPE_VIRTUALIZATION_STARTED), KBNT_FIELD_RECORD);

    kbnt_assert_int(kbnt_value_length(record, KBNT_FIELD_HEADERS), 1);
    kbnt_assert_string(
        kbnt_value_get_string(kbnt_value_nth_value(record, KBNT_FIELD_HEADERS, 0),
                              KBNT_FIELD_NAME),
        "kbnt-checksum");
    CU_ASSERT(!kbnt_value_has(record, KBNT_FIELD_OFFSET));
}

static void
an_event_is_acknowledged_and_told_once_it_is_projected(void)
{
    g_autoptr(ProducerRig) rig = producer_rig_new();
    Watched watched = { 0 };

    kbnt_projection_watch(kbnt_producer_projection(rig->producer), watch, &watched);
    projected(rig, KBNT_EVENT_TYPE_VIRTUALIZATION_STARTED);
    kbnt_assert_string(fake_ports_acknowledged(rig->fake), "");
    commit(rig, KBNT_REQUEST_STATUS_QUEUED, KBNT_REQUEST_STATUS_PROCESSING);

    kbnt_assert_string(fake_ports_acknowledged(rig->fake), "0:12");
    kbnt_assert_int(watched.n_events, 1);
    kbnt_assert_int(watched.position, 33);
    CU_ASSERT(!kbnt_value_has(fake_ports_told(rig->fake, KBNT_TRANSITION_EVENT_PROJECTED),
                              KBNT_FIELD_EXPECTED_SEQUENCE));
}

static void
an_event_that_was_projected_already_is_told_as_one(void)
{
    g_autoptr(ProducerRig) rig = producer_rig_new();
    g_autoptr(KbntValue) result = kbnt_value_new();
    Watched watched = { 0 };

    kbnt_value_set_int(result, KBNT_FIELD_DUPLICATE, TRUE);
    kbnt_projection_watch(kbnt_producer_projection(rig->producer), watch, &watched);
    projected(rig, KBNT_EVENT_TYPE_VIRTUALIZATION_STARTED);
    fake_calls_complete(rig->commands, result);

    kbnt_assert_int(watched.n_events, 0);
    kbnt_assert_int(
        kbnt_value_get_int(fake_ports_told(rig->fake, KBNT_TRANSITION_EVENT_PROJECTED),
                           KBNT_FIELD_DUPLICATE),
        TRUE);
}

static void
a_gap_in_a_stream_is_told(void)
{
    g_autoptr(ProducerRig) rig = producer_rig_new();
    g_autoptr(KbntValue) result = kbnt_value_new();

    kbnt_value_set_int(result, KBNT_FIELD_EXPECTED_SEQUENCE, 7);
    projected(rig, KBNT_EVENT_TYPE_VIRTUALIZATION_STARTED);
    fake_calls_complete(rig->commands, result);

    kbnt_assert_int(
        kbnt_value_get_int(fake_ports_told(rig->fake, KBNT_TRANSITION_EVENT_PROJECTED),
                           KBNT_FIELD_EXPECTED_SEQUENCE),
        7);
}

static void
a_request_that_ends_is_told_with_its_outcome(void)
{
    static const struct {
        KbntEventType type;
        KbntRequestStatus status;
        const char *outcome;
    } rows[] = {
        { KBNT_EVENT_TYPE_VIRTUALIZATION_COMPLETED, KBNT_REQUEST_STATUS_COMPLETED, "success" },
        { KBNT_EVENT_TYPE_VIRTUALIZATION_CANCELLED, KBNT_REQUEST_STATUS_CANCELLED,
          "cancelled" },
        { KBNT_EVENT_TYPE_VIRTUALIZATION_FAILED, KBNT_REQUEST_STATUS_FAILED, "failed" },
    };
    g_autoptr(ProducerRig) rig = producer_rig_new();

    for (gsize i = 0; i < G_N_ELEMENTS(rows); i++) {
        projected(rig, rows[i].type);
        commit(rig, KBNT_REQUEST_STATUS_PROCESSING, rows[i].status);
        kbnt_assert_string(
            kbnt_value_get_string(fake_ports_told(rig->fake, KBNT_TRANSITION_REQUEST_SETTLED),
                                  KBNT_FIELD_OUTCOME_LABEL),
            rows[i].outcome);
    }
    kbnt_assert_int(fake_ports_n_told(rig->fake, KBNT_TRANSITION_REQUEST_SETTLED), 3);
}

static void
a_request_that_had_ended_does_not_end_again(void)
{
    g_autoptr(ProducerRig) rig = producer_rig_new();

    projected(rig, KBNT_EVENT_TYPE_VIRTUALIZATION_COMPLETED);
    commit(rig, KBNT_REQUEST_STATUS_COMPLETED, KBNT_REQUEST_STATUS_COMPLETED);

    kbnt_assert_int(fake_ports_n_told(rig->fake, KBNT_TRANSITION_REQUEST_SETTLED), 0);
}

static void
a_move_of_a_request_that_no_table_has_is_reported(void)
{
    g_autoptr(ProducerRig) rig = producer_rig_new();

    projected(rig, KBNT_EVENT_TYPE_VIRTUALIZATION_STARTED);
    commit(rig, KBNT_REQUEST_STATUS_COMPLETED, KBNT_REQUEST_STATUS_PROCESSING);

    kbnt_assert_int(fake_ports_n_reports(rig->fake), 1);
}

static void
an_event_that_cannot_be_read_is_a_dead_letter(void)
{
    g_autoptr(ProducerRig) rig = producer_rig_new();

    fake_ports_break_codec(rig->fake, KBNT_ERROR_CHECKSUM_MISMATCH);
    deliver(rig, kbnt_sample_event(KBNT_EVENT_TYPE_VIRTUALIZATION_STARTED));
    kbnt_assert_int(fake_calls_verb(rig->commands, 0), KBNT_STORE_BURY);
    kbnt_assert_string(
        kbnt_value_get_string(fake_calls_argument(rig->commands, 0), KBNT_FIELD_REASON),
        "CHECKSUM_MISMATCH");
    fake_calls_complete(rig->commands, NULL);

    kbnt_assert_string(fake_ports_acknowledged(rig->fake), "0:12");
}

static const KbntTest tests[] = {
    KBNT_TEST(an_event_sets_its_request_and_its_resource),
    KBNT_TEST(a_request_that_is_completed_commits_its_charges_and_has_a_result),
    KBNT_TEST(a_request_that_failed_releases_its_charges),
    KBNT_TEST(a_debt_keeps_the_charges_of_its_request),
    KBNT_TEST(an_event_of_a_resource_alone_sets_no_request),
    KBNT_TEST(storage_shows_the_machine_that_has_it_until_no_event_names_one),
    KBNT_TEST(a_host_s_report_is_kept_with_where_and_when),
    KBNT_TEST(a_host_that_has_reported_is_known_to_dry_runs),
    KBNT_TEST(of_a_record_is_kept_what_a_reader_checks),
    KBNT_TEST(an_event_is_acknowledged_and_told_once_it_is_projected),
    KBNT_TEST(an_event_that_was_projected_already_is_told_as_one),
    KBNT_TEST(a_gap_in_a_stream_is_told),
    KBNT_TEST(a_request_that_ends_is_told_with_its_outcome),
    KBNT_TEST(a_request_that_had_ended_does_not_end_again),
    KBNT_TEST(a_move_of_a_request_that_no_table_has_is_reported),
    KBNT_TEST(an_event_that_cannot_be_read_is_a_dead_letter),
};

int
main(int argc, char **argv)
{
    return kbnt_test_main("application/projection", argc, argv, tests, G_N_ELEMENTS(tests));
}
