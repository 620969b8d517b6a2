/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Tests of the verdict without the deed. */
#include "producer-rig.h"
#include "runner.h"
#include "sample-messages.h"

static void
ask(ProducerRig *rig, const KbntValue *request)
{
    const KbntSubmission submission = { .request = request, .caller = &producer_rig_user };

    kbnt_dry_run(kbnt_producer_dry_run(rig->producer), &submission, producer_rig_answer, rig);
}

static void
ask_for_network(ProducerRig *rig)
{
    g_autoptr(KbntValue) request = producer_rig_request();

    ask(rig, request);
}

static void
ask_for_start(ProducerRig *rig)
{
    g_autoptr(KbntValue) request = kbnt_value_new();
    KbntValue *specification = kbnt_value_new();

    kbnt_value_set_int(request, KBNT_FIELD_REQUEST_TYPE,
                       KBNT_REQUEST_TYPE_START_VIRTUAL_MACHINE);
    kbnt_value_set_int(request, KBNT_FIELD_RESOURCE_TYPE, KBNT_RESOURCE_TYPE_VIRTUAL_MACHINE);
    kbnt_value_set_string(request, KBNT_FIELD_VIRTUAL_RESOURCE_ID, "VM-0909A693");
    kbnt_value_set_string(specification, KBNT_FIELD_VIRTUAL_RESOURCE_ID, "VM-0909A693");
    kbnt_value_take_value(request, KBNT_FIELD_SPECIFICATION, specification);
    ask(rig, request);
}

/* Returns: (transfer full): a machine without volumes that keeps away from others. */
static KbntValue *
request_for_machine(const char *anti_affinity)
{
    g_autoptr(KbntValue) sample = kbnt_sample_request(KBNT_REQUEST_TYPE_CREATE_VIRTUAL_MACHINE);
    KbntValue *specification = kbnt_value_get_value(sample, KBNT_FIELD_SPECIFICATION);
    KbntValue *request = kbnt_value_new();

    kbnt_value_clear(specification, KBNT_FIELD_VOLUMES);
    kbnt_value_set_string(specification, KBNT_FIELD_ANTI_AFFINITY, anti_affinity);
    kbnt_value_copy_field(request, sample, KBNT_FIELD_REQUEST_TYPE);
    kbnt_value_copy_field(request, sample, KBNT_FIELD_RESOURCE_TYPE);
    kbnt_value_copy_field(request, sample, KBNT_FIELD_SPECIFICATION);
    return request;
}

static void
what_would_be_made_is_told_with_its_host_and_steps(void)
{
    g_autoptr(ProducerRig) rig = producer_rig_new();

    ask_for_network(rig);
    kbnt_assert_int(fake_calls_verb(rig->queries, 0), KBNT_STORE_QUOTA);
    fake_calls_complete(rig->queries, NULL);

    kbnt_assert_int(rig->n_answers, 1);
    kbnt_assert_string(kbnt_value_get_string(rig->answer, KBNT_FIELD_HOST), "host-1");
    kbnt_assert_string(kbnt_value_get_string(rig->answer, KBNT_FIELD_REGION), "region-1");
    kbnt_assert_int(kbnt_value_length(rig->answer, KBNT_FIELD_LABELS), 3);
    kbnt_assert_string(kbnt_value_nth_string(rig->answer, KBNT_FIELD_LABELS, 1), "NETWORK");
    CU_ASSERT(kbnt_value_has(rig->answer, KBNT_FIELD_BUDGET));
}

static void
nothing_is_written_and_nobody_is_told(void)
{
    g_autoptr(ProducerRig) rig = producer_rig_new();

    ask_for_network(rig);
    fake_calls_complete(rig->queries, NULL);

    kbnt_assert_int(fake_calls_length(rig->commands), 0);
    kbnt_assert_int(fake_ports_n_told(rig->fake, KBNT_TRANSITION_REQUEST_RECEIVED), 0);
}

static void
what_would_be_refused_is_told_with_its_faults(void)
{
    g_autoptr(ProducerRig) rig = producer_rig_new();

    sample_rules_limit(&rig->sample, "default.networks", "0");
    ask_for_network(rig);
    fake_calls_complete(rig->queries, NULL);

    kbnt_assert_int(rig->code, KBNT_ERROR_QUOTA_EXCEEDED);
    kbnt_assert_int(kbnt_value_length(rig->faults, KBNT_FIELD_FAULTS), 1);
}

static void
a_ledger_that_cannot_be_read_gives_no_verdict(void)
{
    g_autoptr(ProducerRig) rig = producer_rig_new();

    ask_for_network(rig);
    fake_calls_fail(rig->queries, KBNT_ERROR_STORE_FAILED);

    kbnt_assert_int(rig->code, KBNT_ERROR_STORE_FAILED);
}

static void
a_ledger_that_was_read_a_moment_ago_will_do_until_it_moves(void)
{
    g_autoptr(ProducerRig) rig = producer_rig_new();
    g_autoptr(KbntValue) record = kbnt_value_new();

    ask_for_network(rig);
    fake_calls_complete(rig->queries, NULL);
    ask_for_network(rig);
    kbnt_assert_int(fake_calls_length(rig->queries), 0);
    kbnt_assert_int(rig->n_answers, 2);
    kbnt_value_take_value(record, KBNT_FIELD_EVENT,
                          kbnt_sample_event(KBNT_EVENT_TYPE_VIRTUALIZATION_COMPLETED));
    fake_ports_deliver(rig->fake, record);
    fake_calls_complete(rig->commands, NULL);
    ask_for_network(rig);

    kbnt_assert_int(fake_calls_verb(rig->queries, 0), KBNT_STORE_QUOTA);
    kbnt_assert_int(rig->n_answers, 2);
}

static void
a_machine_is_not_told_a_host_of_what_it_keeps_away_from(void)
{
    g_autoptr(ProducerRig) rig = producer_rig_new();
    g_autoptr(KbntValue) request = request_for_machine("web");
    g_autoptr(KbntValue) page = kbnt_value_new();
    KbntValue *neighbour = kbnt_value_new();
    KbntValue *specification = kbnt_value_new();

    kbnt_value_set_string(specification, KBNT_FIELD_ANTI_AFFINITY, "web");
    kbnt_value_set_string(neighbour, KBNT_FIELD_USER_ID, producer_rig_user.user_id);
    kbnt_value_set_string(neighbour, KBNT_FIELD_HOST, "host-1");
    kbnt_value_take_value(neighbour, KBNT_FIELD_SPECIFICATION, specification);
    kbnt_value_take_item(page, KBNT_FIELD_ITEMS, neighbour);
    ask(rig, request);
    fake_calls_complete(rig->queries, NULL);
    kbnt_assert_int(fake_calls_verb(rig->queries, 0), KBNT_STORE_RESOURCES);
    fake_calls_complete(rig->queries, page);

    kbnt_assert_int(rig->code, 0);
    CU_ASSERT(!kbnt_value_has(rig->answer, KBNT_FIELD_HOST));
}

static void
neighbours_that_cannot_be_read_give_no_verdict(void)
{
    g_autoptr(ProducerRig) rig = producer_rig_new();
    g_autoptr(KbntValue) request = request_for_machine("web");

    ask(rig, request);
    fake_calls_complete(rig->queries, NULL);
    fake_calls_fail(rig->queries, KBNT_ERROR_STORE_FAILED);

    kbnt_assert_int(rig->code, KBNT_ERROR_STORE_FAILED);
}

static void
what_is_named_is_looked_at_first(void)
{
    g_autoptr(ProducerRig) rig = producer_rig_new();

    ask_for_start(rig);
    kbnt_assert_int(fake_calls_verb(rig->queries, 0), KBNT_STORE_LOOKUP);
    CU_ASSERT(!kbnt_value_has(fake_calls_argument(rig->queries, 0), KBNT_FIELD_REQUEST_ID));
    fake_calls_complete(rig->queries, NULL);
    fake_calls_complete(rig->queries, NULL);

    kbnt_assert_int(rig->code, KBNT_ERROR_NOT_FOUND);
}

static void
what_cannot_be_looked_at_gives_no_verdict(void)
{
    g_autoptr(ProducerRig) rig = producer_rig_new();

    ask_for_start(rig);
    fake_calls_fail(rig->queries, KBNT_ERROR_STORE_FAILED);

    kbnt_assert_int(rig->code, KBNT_ERROR_STORE_FAILED);
}

static void
what_no_host_would_take_is_told_without_one(void)
{
    g_autoptr(ProducerRig) rig = producer_rig_new();
    g_autoptr(KbntValue) request = producer_rig_request();
    KbntValue *storage = kbnt_value_new();

    kbnt_value_set_int(request, KBNT_FIELD_REQUEST_TYPE, KBNT_REQUEST_TYPE_ALLOCATE_STORAGE);
    kbnt_value_set_int(request, KBNT_FIELD_RESOURCE_TYPE, KBNT_RESOURCE_TYPE_VIRTUAL_STORAGE);
    kbnt_value_set_int(storage, KBNT_FIELD_SIZE_MB, G_GINT64_CONSTANT(1) << 40);
    kbnt_value_take_value(request, KBNT_FIELD_SPECIFICATION, storage);
    ask(rig, request);
    fake_calls_complete(rig->queries, NULL);

    kbnt_assert_int(rig->code, 0);
    CU_ASSERT(!kbnt_value_has(rig->answer, KBNT_FIELD_HOST));
}

static const KbntTest tests[] = {
    KBNT_TEST(what_would_be_made_is_told_with_its_host_and_steps),
    KBNT_TEST(nothing_is_written_and_nobody_is_told),
    KBNT_TEST(what_would_be_refused_is_told_with_its_faults),
    KBNT_TEST(a_ledger_that_cannot_be_read_gives_no_verdict),
    KBNT_TEST(a_ledger_that_was_read_a_moment_ago_will_do_until_it_moves),
    KBNT_TEST(a_machine_is_not_told_a_host_of_what_it_keeps_away_from),
    KBNT_TEST(neighbours_that_cannot_be_read_give_no_verdict),
    KBNT_TEST(what_is_named_is_looked_at_first),
    KBNT_TEST(what_cannot_be_looked_at_gives_no_verdict),
    KBNT_TEST(what_no_host_would_take_is_told_without_one),
};

int
main(int argc, char **argv)
{
    return kbnt_test_main("application/dry-run", argc, argv, tests, G_N_ELEMENTS(tests));
}
