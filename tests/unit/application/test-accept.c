/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Tests of how a POST becomes a row, and what its client is told. */
#include "producer-rig.h"
#include "runner.h"
#include "sample-input.h"
#include "sample-messages.h"

#include <string.h>

static void
submit_as(ProducerRig *rig, const KbntCaller *caller, const KbntValue *request)
{
    const KbntSubmission submission = {
        .request = request,
        .caller = caller,
        .correlation_id = "corr-456",
        .idempotency_key = "key-1",
        .trace_parent = "00-trace",
    };

    kbnt_accept_submit(kbnt_producer_accept(rig->producer), &submission, producer_rig_answer,
                       rig);
}

static void
submit(ProducerRig *rig)
{
    g_autoptr(KbntValue) request = producer_rig_request();

    submit_as(rig, &producer_rig_user, request);
}

/* A request that no rule lets pass: a network outside the VLANs of the site is no fault of what
 * was read, its owner is. */
static void
submit_in_anothers_name(ProducerRig *rig)
{
    g_autoptr(KbntValue) request = producer_rig_request();

    kbnt_value_set_string(request, KBNT_FIELD_USER_ID, "user-1");
    submit_as(rig, &producer_rig_user, request);
}

static void
submit_delete(ProducerRig *rig)
{
    g_autoptr(KbntValue) request = kbnt_value_new();
    KbntValue *specification = kbnt_value_new();

    kbnt_value_set_int(request, KBNT_FIELD_REQUEST_TYPE, KBNT_REQUEST_TYPE_DELETE_RESOURCE);
    kbnt_value_set_int(request, KBNT_FIELD_RESOURCE_TYPE, KBNT_RESOURCE_TYPE_VIRTUAL_NETWORK);
    kbnt_value_set_string(request, KBNT_FIELD_VIRTUAL_RESOURCE_ID, "NET-0909A693");
    kbnt_value_set_string(specification, KBNT_FIELD_VIRTUAL_RESOURCE_ID, "NET-0909A693");
    kbnt_value_take_value(request, KBNT_FIELD_SPECIFICATION, specification);
    submit_as(rig, &producer_rig_user, request);
}

static KbntValue *
row_of(ProducerRig *rig)
{
    kbnt_assert_int(fake_calls_verb(rig->commands, 0), KBNT_STORE_ACCEPT);
    return kbnt_value_get_value(fake_calls_argument(rig->commands, 0), KBNT_FIELD_REQUEST);
}

/* The store has accepted what was submitted. */
static void
accept_it(ProducerRig *rig)
{
    g_autoptr(KbntValue) row = kbnt_value_copy(row_of(rig));

    producer_rig_commit(rig, row, 1);
}

/* LOOKUP knows a request that had this body. */
static void
answer_known(ProducerRig *rig, const KbntValue *read, const char *request_id)
{
    g_autoptr(KbntValue) result = kbnt_value_new();
    KbntValue *known = producer_rig_stored(KBNT_REQUEST_STATUS_PROCESSING);
    g_autoptr(GBytes) bytes = kbnt_value_to_bytes(read);
    g_autofree char *hash = g_compute_checksum_for_bytes(G_CHECKSUM_SHA256, bytes);

    kbnt_value_set_string(known, KBNT_FIELD_BODY_HASH, hash);
    kbnt_value_set_string(known, KBNT_FIELD_REQUEST_ID, request_id);
    kbnt_value_take_value(result, KBNT_FIELD_REQUEST, known);
    kbnt_assert_int(fake_calls_verb(rig->queries, 0), KBNT_STORE_LOOKUP);
    fake_calls_complete(rig->queries, result);
}

/* Returns: (transfer full): a network as the store knows it. */
static KbntValue *
known_network(void)
{
    KbntValue *resource = kbnt_value_new();

    kbnt_value_set_string(resource, KBNT_FIELD_VIRTUAL_RESOURCE_ID, "NET-0909A693");
    kbnt_value_set_string(resource, KBNT_FIELD_USER_ID, producer_rig_user.user_id);
    kbnt_value_set_string(resource, KBNT_FIELD_LAST_MESSAGE_ID, SAMPLE_OTHER_ID);
    kbnt_value_set_int(resource, KBNT_FIELD_RESOURCE_STATUS, KBNT_RESOURCE_STATUS_ACTIVE);
    return resource;
}

/* @resource: (transfer full) */
static void
answer_known_as(ProducerRig *rig, KbntValue *resource)
{
    g_autoptr(KbntValue) result = kbnt_value_new();

    kbnt_value_take_item(result, KBNT_FIELD_RESOURCES, resource);
    kbnt_assert_int(fake_calls_verb(rig->queries, 0), KBNT_STORE_LOOKUP);
    fake_calls_complete(rig->queries, result);
}

static void
answer_known_resource(ProducerRig *rig)
{
    answer_known_as(rig, known_network());
}

static void
a_good_request_is_one_command(void)
{
    g_autoptr(ProducerRig) rig = producer_rig_new();
    const KbntValue *row;

    submit(rig);
    row = row_of(rig);

    kbnt_assert_int(fake_calls_length(rig->queries), 0);
    kbnt_assert_string(kbnt_value_get_string(row, KBNT_FIELD_SCOPE), "user-789");
    kbnt_assert_string(kbnt_value_get_string(row, KBNT_FIELD_IDEMPOTENCY_KEY), "key-1");
    kbnt_assert_int(kbnt_value_get_int(row, KBNT_FIELD_REQUEST_STATUS),
                    KBNT_REQUEST_STATUS_QUEUED);
    CU_ASSERT(
        g_str_has_prefix(kbnt_value_get_string(row, KBNT_FIELD_VIRTUAL_RESOURCE_ID), "NET-"));
    CU_ASSERT(kbnt_value_has(fake_calls_argument(rig->commands, 0), KBNT_FIELD_CHARGES));
    kbnt_assert_int(fake_ports_n_told(rig->fake, KBNT_TRANSITION_REQUEST_RECEIVED), 1);
}

static void
a_request_without_an_id_gets_one(void)
{
    g_autoptr(ProducerRig) rig = producer_rig_new();
    g_autoptr(KbntValue) request = producer_rig_request();

    kbnt_value_clear(request, KBNT_FIELD_REQUEST_ID);
    submit_as(rig, &producer_rig_user, request);

    CU_ASSERT(
        g_str_has_prefix(kbnt_value_get_string(row_of(rig), KBNT_FIELD_REQUEST_ID), "req-"));
}

static void
secrets_are_in_the_message_and_not_in_the_row(void)
{
    g_autoptr(ProducerRig) rig = producer_rig_new();
    g_autoptr(KbntValue) sample = kbnt_sample_request(KBNT_REQUEST_TYPE_CREATE_VIRTUAL_MACHINE);
    g_autoptr(KbntValue) request = kbnt_value_new();
    KbntValue *sent;

    kbnt_value_copy_field(request, sample, KBNT_FIELD_REQUEST_TYPE);
    kbnt_value_copy_field(request, sample, KBNT_FIELD_RESOURCE_TYPE);
    kbnt_value_clear(kbnt_value_get_value(sample, KBNT_FIELD_SPECIFICATION),
                     KBNT_FIELD_VOLUMES);
    kbnt_value_copy_field(request, sample, KBNT_FIELD_SPECIFICATION);
    submit_as(rig, &producer_rig_user, request);
    sent = kbnt_value_get_value(
        kbnt_value_get_value(fake_calls_argument(rig->commands, 0), KBNT_FIELD_RECORD),
        KBNT_FIELD_REQUEST);

    CU_ASSERT(kbnt_value_has(kbnt_value_get_value(sent, KBNT_FIELD_SPECIFICATION),
                             KBNT_FIELD_USER_DATA));
    CU_ASSERT(!kbnt_value_has(kbnt_value_get_value(row_of(rig), KBNT_FIELD_SPECIFICATION),
                              KBNT_FIELD_USER_DATA));
}

static void
a_request_is_answered_once_the_broker_has_it(void)
{
    g_autoptr(ProducerRig) rig = producer_rig_new();
    g_autoptr(KbntValue) confirmation = kbnt_value_new();
    const KbntValue *publication;

    submit(rig);
    accept_it(rig);
    kbnt_assert_int(rig->n_answers, 0);
    kbnt_assert_string(fake_ports_sent(rig->fake), "1");
    kbnt_value_set_int(confirmation, KBNT_FIELD_PARTITION, 3);
    kbnt_value_set_int(confirmation, KBNT_FIELD_OFFSET, 17);
    fake_calls_complete(rig->publishes, confirmation);
    publication = kbnt_value_get_value(rig->answer, KBNT_FIELD_PUBLICATION);

    kbnt_assert_int(rig->n_answers, 1);
    kbnt_assert_int(kbnt_value_get_int(publication, KBNT_FIELD_OFFSET), 17);
    kbnt_assert_string(kbnt_value_get_string(publication, KBNT_FIELD_TOPIC), "requests");
    kbnt_assert_int(kbnt_value_get_int(rig->answer, KBNT_FIELD_REQUEST_STATUS),
                    KBNT_REQUEST_STATUS_PROCESSING);
    kbnt_assert_int(kbnt_value_get_int(rig->answer, KBNT_FIELD_ESTIMATED_TIME), 30);
    fake_ports_pass_ms(rig->fake, PRODUCER_RIG_WAIT_MS);
    kbnt_assert_int(rig->n_answers, 1);
}

static void
a_confirmation_is_kept_with_its_request(void)
{
    g_autoptr(ProducerRig) rig = producer_rig_new();
    const KbntValue *confirm;

    submit(rig);
    accept_it(rig);
    fake_calls_complete(rig->publishes, NULL);
    confirm = fake_calls_argument(rig->commands, 0);

    kbnt_assert_int(fake_calls_verb(rig->commands, 0), KBNT_STORE_CONFIRM);
    CU_ASSERT(kbnt_value_has(confirm, KBNT_FIELD_PUBLICATION));
    kbnt_assert_string(
        kbnt_value_get_string(kbnt_value_nth_value(confirm, KBNT_FIELD_HISTORY, 0),
                              KBNT_FIELD_OPERATION),
        "amq-streams-publish");
}

static void
a_publication_names_the_checksum_of_its_record(void)
{
    g_autoptr(KbntValue) record = kbnt_value_new();
    g_autoptr(KbntValue) result = kbnt_value_new();
    g_autoptr(KbntValue) publication = NULL;
    static const char *const headers[][2] = { { "traceparent", "00-trace" },
                                              { "kbnt-checksum", "sha256-77" } };

    for (gsize i = 0; i < G_N_ELEMENTS(headers); i++) {
        KbntValue *header = kbnt_value_new();
        g_autoptr(GBytes) value = g_bytes_new(headers[i][1], strlen(headers[i][1]));

        kbnt_value_set_string(header, KBNT_FIELD_NAME, headers[i][0]);
        kbnt_value_set_bytes(header, KBNT_FIELD_HEADER_VALUE, value);
        kbnt_value_take_item(record, KBNT_FIELD_HEADERS, header);
    }
    publication = kbnt_accept_publication(record, result);

    kbnt_assert_string(kbnt_value_get_string(publication, KBNT_FIELD_CHECKSUM), "sha256-77");
}

static void
a_broker_that_is_slow_is_waited_for_so_long_and_no_longer(void)
{
    g_autoptr(ProducerRig) rig = producer_rig_new();

    submit(rig);
    accept_it(rig);
    fake_ports_pass_ms(rig->fake, PRODUCER_RIG_WAIT_MS - 1);
    kbnt_assert_int(rig->n_answers, 0);
    fake_ports_pass_ms(rig->fake, 1);

    kbnt_assert_int(rig->n_answers, 1);
    CU_ASSERT(!kbnt_value_has(rig->answer, KBNT_FIELD_PUBLICATION));
    fake_calls_complete(rig->publishes, NULL);
    kbnt_assert_int(rig->n_answers, 1);
}

static void
a_site_that_waits_for_no_broker_answers_with_the_commit(void)
{
    g_autoptr(ProducerRig) rig = producer_rig_new();

    rig->settings.accept.publish_wait_ms = 0;
    kbnt_producer_set_settings(rig->producer, &rig->settings);
    submit(rig);
    accept_it(rig);

    kbnt_assert_int(rig->n_answers, 1);
    kbnt_assert_int(fake_ports_n_told(rig->fake, KBNT_TRANSITION_REQUEST_ACCEPTED), 1);
}

static void
a_request_that_the_store_knows_is_answered_with_what_is_known(void)
{
    g_autoptr(ProducerRig) rig = producer_rig_new();
    g_autoptr(KbntValue) result = kbnt_value_new();

    kbnt_value_set_int(result, KBNT_FIELD_REPLAYED, TRUE);
    kbnt_value_take_value(result, KBNT_FIELD_REQUEST,
                          producer_rig_stored(KBNT_REQUEST_STATUS_QUEUED));
    submit(rig);
    fake_calls_complete(rig->commands, result);

    kbnt_assert_int(kbnt_value_get_int(rig->answer, KBNT_FIELD_REPLAYED), TRUE);
    kbnt_assert_string(kbnt_value_get_string(rig->answer, KBNT_FIELD_MESSAGE_ID),
                       SAMPLE_MESSAGE_ID);
    kbnt_assert_int(fake_ports_n_told(rig->fake, KBNT_TRANSITION_REQUEST_REPLAYED), 1);
    kbnt_assert_string(fake_ports_sent(rig->fake), "");
}

static void
a_resource_id_that_is_taken_is_made_longer(void)
{
    g_autoptr(ProducerRig) rig = producer_rig_new();
    gsize length;

    submit(rig);
    length = strlen(kbnt_value_get_string(row_of(rig), KBNT_FIELD_VIRTUAL_RESOURCE_ID));
    fake_calls_fail(rig->commands, KBNT_ERROR_STORE_CONFLICT);

    kbnt_assert_int(
        (gint64)strlen(kbnt_value_get_string(row_of(rig), KBNT_FIELD_VIRTUAL_RESOURCE_ID)),
        (gint64)length + 4);
}

static void
a_store_that_always_moves_on_is_given_up(void)
{
    g_autoptr(ProducerRig) rig = producer_rig_new();

    submit(rig);
    for (guint i = 0; i < 8; i++) {
        kbnt_assert_int(rig->n_answers, 0);
        fake_calls_fail(rig->commands, KBNT_ERROR_STORE_CONFLICT);
    }

    kbnt_assert_int(rig->code, KBNT_ERROR_STORE_CONFLICT);
}

static void
what_the_store_refuses_is_refused(void)
{
    g_autoptr(ProducerRig) rig = producer_rig_new();

    submit(rig);
    fake_calls_fail(rig->commands, KBNT_ERROR_STORE_FULL);

    kbnt_assert_int(rig->code, KBNT_ERROR_STORE_FULL);
    kbnt_assert_string(
        kbnt_value_get_string(fake_ports_told(rig->fake, KBNT_TRANSITION_REQUEST_REJECTED),
                              KBNT_FIELD_CODE),
        "STORE_FULL");
}

static void
a_quota_that_is_full_in_the_commit_is_told_with_all_faults(void)
{
    g_autoptr(ProducerRig) rig = producer_rig_new();
    g_autoptr(KbntValue) ledger = kbnt_value_new();
    KbntValue *charge = kbnt_value_new();

    sample_rules_limit(&rig->sample, "default.networks", "1");
    submit(rig);
    fake_calls_fail(rig->commands, KBNT_ERROR_QUOTA_EXCEEDED);
    fake_calls_complete(rig->queries, NULL);
    kbnt_assert_int(fake_calls_verb(rig->queries, 0), KBNT_STORE_QUOTA);
    kbnt_value_set_string(charge, KBNT_FIELD_ACCOUNT, "user:user-789");
    kbnt_value_set_string(charge, KBNT_FIELD_QUANTITY, "networks");
    kbnt_value_set_number(charge, KBNT_FIELD_USED, 1);
    kbnt_value_take_item(ledger, KBNT_FIELD_CHARGES, charge);
    fake_calls_complete(rig->queries, ledger);

    kbnt_assert_int(rig->code, KBNT_ERROR_QUOTA_EXCEEDED);
    kbnt_assert_int(kbnt_value_length(rig->faults, KBNT_FIELD_FAULTS), 1);
}

static void
a_quota_that_is_free_again_by_then_is_used(void)
{
    g_autoptr(ProducerRig) rig = producer_rig_new();

    submit(rig);
    fake_calls_fail(rig->commands, KBNT_ERROR_QUOTA_EXCEEDED);
    fake_calls_complete(rig->queries, NULL);
    fake_calls_complete(rig->queries, NULL);

    kbnt_assert_int(rig->n_answers, 0);
    kbnt_assert_int(fake_calls_verb(rig->commands, 0), KBNT_STORE_ACCEPT);
}

static void
what_is_refused_is_looked_up_before_it_is_told(void)
{
    g_autoptr(ProducerRig) rig = producer_rig_new();
    const KbntValue *lookup;

    submit_in_anothers_name(rig);
    lookup = fake_calls_argument(rig->queries, 0);
    kbnt_assert_int(fake_calls_verb(rig->queries, 0), KBNT_STORE_LOOKUP);
    kbnt_assert_string(kbnt_value_get_string(lookup, KBNT_FIELD_REQUEST_ID), "req-abc123");
    kbnt_assert_string(kbnt_value_get_string(lookup, KBNT_FIELD_IDEMPOTENCY_KEY), "key-1");
    fake_calls_complete(rig->queries, NULL);
    fake_calls_complete(rig->queries, NULL);

    kbnt_assert_int(rig->code, KBNT_ERROR_PERMISSION_DENIED);
    kbnt_assert_int(fake_calls_length(rig->commands), 0);
    CU_ASSERT(rig->faults != NULL);
}

static void
a_body_with_faults_is_refused_with_all_of_them(void)
{
    g_autoptr(ProducerRig) rig = producer_rig_new();
    KbntInput *body = OBJECT("type", TEXT("CREATE_NETWORK"), "spec",
                             OBJECT("subnet", TEXT("nowhere"), "vlan", NUMBER(5000)));
    const KbntSubmission submission = { .body = body,
                                        .caller = &producer_rig_user,
                                        .correlation_id = "corr-456" };

    kbnt_accept_submit(kbnt_producer_accept(rig->producer), &submission, producer_rig_answer,
                       rig);
    kbnt_input_free(body);
    fake_calls_complete(rig->queries, NULL);
    fake_calls_complete(rig->queries, NULL);

    kbnt_assert_int(rig->code, KBNT_ERROR_VALIDATION_FAILED);
    CU_ASSERT(kbnt_value_length(rig->faults, KBNT_FIELD_FAULTS) >= 2);
}

static void
what_would_be_refused_now_is_answered_where_it_was_accepted_before(void)
{
    g_autoptr(ProducerRig) rig = producer_rig_new();
    g_autoptr(KbntValue) read = producer_rig_request();

    kbnt_value_set_string(read, KBNT_FIELD_USER_ID, "user-1");
    submit_in_anothers_name(rig);
    answer_known(rig, read, "req-abc123");

    kbnt_assert_int(rig->code, 0);
    kbnt_assert_int(kbnt_value_get_int(rig->answer, KBNT_FIELD_REPLAYED), TRUE);
}

static void
an_id_is_not_used_for_two_bodies(void)
{
    g_autoptr(ProducerRig) rig = producer_rig_new();
    g_autoptr(KbntValue) read = producer_rig_request();

    submit_in_anothers_name(rig);
    answer_known(rig, read, "req-abc123");

    kbnt_assert_int(rig->code, KBNT_ERROR_REQUEST_ID_REUSED);
}

static void
a_key_is_not_used_for_two_bodies(void)
{
    g_autoptr(ProducerRig) rig = producer_rig_new();
    g_autoptr(KbntValue) read = producer_rig_request();

    submit_in_anothers_name(rig);
    answer_known(rig, read, "req-of-another");

    kbnt_assert_int(rig->code, KBNT_ERROR_IDEMPOTENCY_KEY_REUSED);
}

static void
a_refusal_that_cannot_be_looked_up_tells_of_the_store(void)
{
    g_autoptr(ProducerRig) rig = producer_rig_new();

    submit_in_anothers_name(rig);
    fake_calls_fail(rig->queries, KBNT_ERROR_STORE_FAILED);
    kbnt_assert_int(rig->code, KBNT_ERROR_STORE_FAILED);
    submit_in_anothers_name(rig);
    fake_calls_complete(rig->queries, NULL);
    fake_calls_fail(rig->queries, KBNT_ERROR_STORE_FULL);

    kbnt_assert_int(rig->code, KBNT_ERROR_STORE_FULL);
}

static void
a_verb_on_what_exists_looks_at_it_first(void)
{
    g_autoptr(ProducerRig) rig = producer_rig_new();

    submit_delete(rig);
    kbnt_assert_int(fake_calls_length(rig->commands), 0);
    answer_known_resource(rig);

    kbnt_assert_int(kbnt_value_length(row_of(rig), KBNT_FIELD_DEPENDS_ON), 0);
    kbnt_assert_int(
        kbnt_value_length(fake_calls_argument(rig->commands, 0), KBNT_FIELD_TOUCHES), 1);
}

static void
a_delete_behind_a_create_names_the_message_it_has_to_wait_for(void)
{
    g_autoptr(ProducerRig) rig = producer_rig_new();
    KbntValue *resource = known_network();

    kbnt_value_set_int(resource, KBNT_FIELD_RESOURCE_STATUS, KBNT_RESOURCE_STATUS_PENDING);
    kbnt_value_set_string(resource, KBNT_FIELD_MESSAGE_ID, SAMPLE_OTHER_ID);
    kbnt_value_set_string(resource, KBNT_FIELD_OPEN_MESSAGE_ID, SAMPLE_OTHER_ID);
    submit_delete(rig);
    answer_known_as(rig, resource);

    kbnt_assert_int(kbnt_value_length(row_of(rig), KBNT_FIELD_DEPENDS_ON), 1);
    kbnt_assert_string(kbnt_value_nth_string(row_of(rig), KBNT_FIELD_DEPENDS_ON, 0),
                       SAMPLE_OTHER_ID);
}

static void
a_resource_that_has_moved_on_is_looked_at_again(void)
{
    g_autoptr(ProducerRig) rig = producer_rig_new();

    submit_delete(rig);
    answer_known_resource(rig);
    fake_calls_fail(rig->commands, KBNT_ERROR_STORE_CONFLICT);
    answer_known_resource(rig);

    kbnt_assert_int(fake_calls_verb(rig->commands, 0), KBNT_STORE_ACCEPT);
}

static void
a_verb_whose_resource_cannot_be_looked_at_is_refused(void)
{
    g_autoptr(ProducerRig) rig = producer_rig_new();

    submit_delete(rig);
    fake_calls_fail(rig->queries, KBNT_ERROR_STORE_FAILED);

    kbnt_assert_int(rig->code, KBNT_ERROR_STORE_FAILED);
}

static void
a_message_that_cannot_be_written_is_refused(void)
{
    g_autoptr(ProducerRig) rig = producer_rig_new();

    fake_ports_break_codec(rig->fake, KBNT_ERROR_TOO_LARGE);
    submit(rig);

    kbnt_assert_int(rig->code, KBNT_ERROR_TOO_LARGE);
    kbnt_assert_int(fake_calls_length(rig->commands), 0);
}

static void
no_more_is_accepted_than_the_broker_can_be_told_of(void)
{
    g_autoptr(ProducerRig) rig = producer_rig_new();

    for (guint i = 0; i < PRODUCER_RIG_BACKLOG; i++) {
        submit(rig);
        accept_it(rig);
    }
    submit(rig);

    kbnt_assert_int(rig->code, KBNT_ERROR_BACKLOG_FULL);
}

static void
a_service_that_stops_answers_who_waits_and_takes_nothing_more(void)
{
    g_autoptr(ProducerRig) rig = producer_rig_new();

    submit(rig);
    accept_it(rig);
    kbnt_accept_stop(kbnt_producer_accept(rig->producer));
    kbnt_assert_int(rig->n_answers, 1);
    kbnt_assert_int(rig->code, 0);
    submit(rig);

    kbnt_assert_int(rig->code, KBNT_ERROR_UNAVAILABLE);
}

static void
who_is_not_authenticated_shares_one_scope(void)
{
    static const char *const roles[] = { "user", NULL };
    const KbntCaller anonymous = { .user_id = "anonymous", .roles = roles };
    g_autoptr(ProducerRig) rig = producer_rig_new();
    g_autoptr(KbntValue) request = producer_rig_request();

    submit_as(rig, &anonymous, request);

    kbnt_assert_string(kbnt_value_get_string(row_of(rig), KBNT_FIELD_SCOPE), "");
}

static const KbntTest tests[] = {
    KBNT_TEST(a_good_request_is_one_command),
    KBNT_TEST(a_request_without_an_id_gets_one),
    KBNT_TEST(secrets_are_in_the_message_and_not_in_the_row),
    KBNT_TEST(a_request_is_answered_once_the_broker_has_it),
    KBNT_TEST(a_confirmation_is_kept_with_its_request),
    KBNT_TEST(a_publication_names_the_checksum_of_its_record),
    KBNT_TEST(a_broker_that_is_slow_is_waited_for_so_long_and_no_longer),
    KBNT_TEST(a_site_that_waits_for_no_broker_answers_with_the_commit),
    KBNT_TEST(a_request_that_the_store_knows_is_answered_with_what_is_known),
    KBNT_TEST(a_resource_id_that_is_taken_is_made_longer),
    KBNT_TEST(a_store_that_always_moves_on_is_given_up),
    KBNT_TEST(what_the_store_refuses_is_refused),
    KBNT_TEST(a_quota_that_is_full_in_the_commit_is_told_with_all_faults),
    KBNT_TEST(a_quota_that_is_free_again_by_then_is_used),
    KBNT_TEST(what_is_refused_is_looked_up_before_it_is_told),
    KBNT_TEST(a_body_with_faults_is_refused_with_all_of_them),
    KBNT_TEST(what_would_be_refused_now_is_answered_where_it_was_accepted_before),
    KBNT_TEST(an_id_is_not_used_for_two_bodies),
    KBNT_TEST(a_key_is_not_used_for_two_bodies),
    KBNT_TEST(a_refusal_that_cannot_be_looked_up_tells_of_the_store),
    KBNT_TEST(a_verb_on_what_exists_looks_at_it_first),
    KBNT_TEST(a_delete_behind_a_create_names_the_message_it_has_to_wait_for),
    KBNT_TEST(a_resource_that_has_moved_on_is_looked_at_again),
    KBNT_TEST(a_verb_whose_resource_cannot_be_looked_at_is_refused),
    KBNT_TEST(a_message_that_cannot_be_written_is_refused),
    KBNT_TEST(no_more_is_accepted_than_the_broker_can_be_told_of),
    KBNT_TEST(a_service_that_stops_answers_who_waits_and_takes_nothing_more),
    KBNT_TEST(who_is_not_authenticated_shares_one_scope),
};

int
main(int argc, char **argv)
{
    return kbnt_test_main("application/accept", argc, argv, tests, G_N_ELEMENTS(tests));
}
