/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Tests of the payment of a cleanup debt. */
#include "consumer-rig.h"
#include "debt.h"
#include "runner.h"

#define MESSAGE_ID "6f1c2a34-5b6d-4e7f-8a9b-0c1d2e3f4a5b"

typedef struct {
    ConsumerRig rig;
    KbntUpkeep upkeep;
    KbntDebt *debt;
} Fixture;

/* Returns: (transfer full): an inbox row of a volume that could not be taken away. */
static KbntValue *
row_of(KbntRequestType verb, KbntResourceType type)
{
    KbntValue *row = kbnt_value_new();
    KbntValue *request = kbnt_value_new();
    KbntValue *state = kbnt_value_new();

    kbnt_value_set_string(request, KBNT_FIELD_MESSAGE_ID, MESSAGE_ID);
    kbnt_value_set_int(request, KBNT_FIELD_REQUEST_TYPE, verb);
    kbnt_value_set_int(request, KBNT_FIELD_RESOURCE_TYPE, type);
    kbnt_value_set_string(state, KBNT_FIELD_MESSAGE_ID, MESSAGE_ID);
    kbnt_value_set_string(state, KBNT_FIELD_VIRTUAL_RESOURCE_ID, "STOR-1");
    kbnt_value_set_string(state, KBNT_FIELD_HOST, "host-1");
    kbnt_value_set_string(row, KBNT_FIELD_MESSAGE_ID, MESSAGE_ID);
    kbnt_value_set_int(row, KBNT_FIELD_SEQUENCE, 7);
    kbnt_value_take_value(row, KBNT_FIELD_REQUEST, request);
    kbnt_value_take_value(row, KBNT_FIELD_DATA, state);
    return row;
}

static Fixture *
fixture_new(KbntRequestType verb, KbntResourceType type)
{
    Fixture *fixture = g_new0(Fixture, 1);
    g_autoptr(KbntValue) row = row_of(verb, type);

    consumer_rig_init(&fixture->rig);
    fixture->upkeep = (KbntUpkeep){ fixture->rig.ports, fixture->rig.relay, "worker-1" };
    fixture->debt = kbnt_debt_pay(&fixture->upkeep, row, consumer_rig_done, &fixture->rig);
    return fixture;
}

static Fixture *
storage_fixture(void)
{
    return fixture_new(KBNT_REQUEST_TYPE_ALLOCATE_STORAGE, KBNT_RESOURCE_TYPE_VIRTUAL_STORAGE);
}

static void
fixture_free(Fixture *fixture)
{
    kbnt_debt_free(fixture->debt);
    consumer_rig_clear(&fixture->rig);
    g_free(fixture);
}

G_DEFINE_AUTOPTR_CLEANUP_FUNC(Fixture, fixture_free)

static void
answer_claim(Fixture *fixture, gint64 epoch)
{
    g_autoptr(KbntValue) result = kbnt_value_new();

    kbnt_value_set_int(result, KBNT_FIELD_EPOCH, epoch);
    fake_calls_complete(fixture->rig.commands, result);
}

static void
answer_resource(Fixture *fixture, KbntResourceStatus status)
{
    g_autoptr(KbntValue) result = kbnt_value_new();
    KbntValue *resource = kbnt_value_new();

    kbnt_value_set_string(resource, KBNT_FIELD_VIRTUAL_RESOURCE_ID, "STOR-1");
    kbnt_value_set_string(resource, KBNT_FIELD_USER_ID, "user-1");
    kbnt_value_set_int(resource, KBNT_FIELD_RESOURCE_STATUS, status);
    kbnt_value_take_value(result, KBNT_FIELD_RESOURCE, resource);
    fake_calls_complete(fixture->rig.queries, result);
}

/* Everything up to the command that ends the row. */
static KbntValue *
pay_up_to_the_end(Fixture *fixture)
{
    answer_claim(fixture, 5);
    fake_calls_complete(fixture->rig.actions, NULL);
    fake_calls_complete(fixture->rig.commands, NULL);
    answer_resource(fixture, KBNT_RESOURCE_STATUS_QUARANTINED);
    fake_calls_complete(fixture->rig.queries, NULL);
    return fake_calls_argument(fixture->rig.commands, 0);
}

static void
a_debt_is_claimed_as_one_before_anything_is_removed(void)
{
    g_autoptr(Fixture) fixture = storage_fixture();
    KbntValue *claim = fake_calls_argument(fixture->rig.commands, 0);

    kbnt_assert_int(fake_calls_verb(fixture->rig.commands, 0), KBNT_STORE_CLAIM);
    kbnt_assert_int(kbnt_value_get_int(claim, KBNT_FIELD_INBOX_STATE), KBNT_INBOX_STATE_DEBT);
    kbnt_assert_int(kbnt_value_get_int(claim, KBNT_FIELD_EXPECTED_SEQUENCE), 7);
    kbnt_assert_int(kbnt_value_length(claim, KBNT_FIELD_JOURNAL), 1);
    kbnt_assert_int(fake_calls_length(fixture->rig.actions), 0);
}

static void
what_is_left_is_removed_under_the_new_epoch(void)
{
    g_autoptr(Fixture) fixture = storage_fixture();
    KbntValue *removal;

    answer_claim(fixture, 5);
    removal = fake_calls_argument(fixture->rig.actions, 0);

    kbnt_assert_int(fake_calls_verb(fixture->rig.actions, 0), KBNT_ACTION_REMOVE);
    kbnt_assert_int(kbnt_value_get_int(removal, KBNT_FIELD_EPOCH), 5);
    kbnt_assert_int(kbnt_value_get_int(removal, KBNT_FIELD_PART), KBNT_PART_VOLUME);
    kbnt_assert_string(kbnt_value_get_string(removal, KBNT_FIELD_MESSAGE_ID), MESSAGE_ID);
}

static void
a_machine_is_taken_apart_last_part_first(void)
{
    static const KbntAction expected[] = { KBNT_ACTION_POWER,  KBNT_ACTION_REMOVE,
                                           KBNT_ACTION_REMOVE, KBNT_ACTION_REMOVE,
                                           KBNT_ACTION_REMOVE, KBNT_ACTION_REMOVE };
    g_autoptr(Fixture) fixture = fixture_new(KBNT_REQUEST_TYPE_CREATE_VIRTUAL_MACHINE,
                                             KBNT_RESOURCE_TYPE_VIRTUAL_MACHINE);

    answer_claim(fixture, 5);
    for (gsize i = 0; i < G_N_ELEMENTS(expected); i++) {
        kbnt_assert_int(fake_calls_verb(fixture->rig.actions, 0), expected[i]);
        fake_calls_fail(fixture->rig.actions, KBNT_ERROR_NOT_FOUND);
        fake_calls_complete(fixture->rig.commands, NULL);
    }

    kbnt_assert_int(fake_calls_verb(fixture->rig.queries, 0), KBNT_STORE_RESOURCE);
}

static void
the_row_ends_with_the_resource_its_claim_and_the_event_that_says_so(void)
{
    g_autoptr(Fixture) fixture = storage_fixture();
    KbntValue *end = pay_up_to_the_end(fixture);
    const KbntValue *event = kbnt_value_get_value(
        kbnt_value_nth_value(end, KBNT_FIELD_RECORDS, 0), KBNT_FIELD_EVENT);
    char stream_id[37];

    kbnt_uuid_name("stream", "STOR-1", stream_id);
    kbnt_assert_int(kbnt_value_get_int(end, KBNT_FIELD_INBOX_STATE), KBNT_INBOX_STATE_ENDED);
    kbnt_assert_int(kbnt_value_get_int(end, KBNT_FIELD_UNCLAIM), TRUE);
    kbnt_assert_string(kbnt_value_get_string(end, KBNT_FIELD_STREAM_ID), stream_id);
    kbnt_assert_int(kbnt_value_get_int(end, KBNT_FIELD_SEQUENCE), 1);
    kbnt_assert_int(kbnt_value_get_int(kbnt_value_get_value(end, KBNT_FIELD_RESOURCE),
                                       KBNT_FIELD_RESOURCE_STATUS),
                    KBNT_RESOURCE_STATUS_DELETED);
    kbnt_assert_int(kbnt_value_get_int(event, KBNT_FIELD_EVENT_TYPE),
                    KBNT_EVENT_TYPE_RESOURCE_DELETED);
    kbnt_assert_string(kbnt_value_get_string(event, KBNT_FIELD_USER_ID), "user-1");
    CU_ASSERT(!kbnt_value_has(event, KBNT_FIELD_REQUEST_ID));
    CU_ASSERT(kbnt_value_get_string(event, KBNT_FIELD_ORIGINAL_MESSAGE_ID) == NULL);
}

static void
a_paid_debt_is_told_once(void)
{
    g_autoptr(Fixture) fixture = storage_fixture();

    pay_up_to_the_end(fixture);
    kbnt_assert_int(fixture->rig.n_done, 0);
    fake_calls_complete(fixture->rig.commands, NULL);

    kbnt_assert_int(fixture->rig.n_done, 1);
    kbnt_assert_int(fixture->rig.code, 0);
}

static void
a_removal_that_fails_for_now_is_tried_again_and_then_given_back(void)
{
    g_autoptr(Fixture) fixture = storage_fixture();
    KbntValue *back;

    answer_claim(fixture, 5);
    for (guint i = 0; i < 3; i++) {
        fake_calls_fail(fixture->rig.actions, KBNT_ERROR_PROVISIONER_UNAVAILABLE);
        fake_ports_pass_ms(fixture->rig.fake, 10);
    }
    back = fake_calls_argument(fixture->rig.commands, 0);
    kbnt_assert_int(fake_calls_length(fixture->rig.actions), 0);
    kbnt_assert_int(kbnt_value_get_int(back, KBNT_FIELD_INBOX_STATE), KBNT_INBOX_STATE_DEBT);
    kbnt_assert_int(kbnt_value_get_int(back, KBNT_FIELD_EPOCH), 5);

    fake_calls_complete(fixture->rig.commands, NULL);
    kbnt_assert_int(fixture->rig.n_done, 1);
    kbnt_assert_int(fixture->rig.code, KBNT_ERROR_PROVISIONER_UNAVAILABLE);
}

static void
a_removal_that_a_later_epoch_forbids_is_not_tried_again(void)
{
    g_autoptr(Fixture) fixture = storage_fixture();

    answer_claim(fixture, 5);
    fake_calls_fail(fixture->rig.actions, KBNT_ERROR_LEASE_LOST);
    fake_ports_pass_ms(fixture->rig.fake, 1000);

    kbnt_assert_int(fake_calls_length(fixture->rig.actions), 0);
    kbnt_assert_int(fake_calls_length(fixture->rig.commands), 1);
}

static void
a_debt_that_somebody_else_pays_is_left_to_him(void)
{
    g_autoptr(Fixture) fixture = storage_fixture();

    fake_calls_fail(fixture->rig.commands, KBNT_ERROR_STORE_CONFLICT);

    kbnt_assert_int(fixture->rig.n_done, 1);
    kbnt_assert_int(fixture->rig.code, KBNT_ERROR_STORE_CONFLICT);
    kbnt_assert_int(fake_calls_length(fixture->rig.commands), 0);
}

static void
a_resource_that_is_deleted_already_is_told_of_no_more(void)
{
    g_autoptr(Fixture) fixture = storage_fixture();
    KbntValue *end;

    answer_claim(fixture, 5);
    fake_calls_complete(fixture->rig.actions, NULL);
    fake_calls_complete(fixture->rig.commands, NULL);
    answer_resource(fixture, KBNT_RESOURCE_STATUS_DELETED);
    end = fake_calls_argument(fixture->rig.commands, 0);

    kbnt_assert_int(kbnt_value_get_int(end, KBNT_FIELD_INBOX_STATE), KBNT_INBOX_STATE_ENDED);
    kbnt_assert_int(kbnt_value_length(end, KBNT_FIELD_RECORDS), 0);
    CU_ASSERT(!kbnt_value_has(end, KBNT_FIELD_RESOURCE));
}

/* Returns: (transfer full): the debt of an attachment, unplugged: its volume is looked up. */
static Fixture *
unplugged(void)
{
    Fixture *fixture = fixture_new(KBNT_REQUEST_TYPE_ATTACH_STORAGE,
                                   KBNT_RESOURCE_TYPE_VIRTUAL_STORAGE);

    answer_claim(fixture, 5);
    kbnt_assert_int(fake_calls_verb(fixture->rig.actions, 0), KBNT_ACTION_DETACH);
    fake_calls_complete(fixture->rig.actions, NULL);
    fake_calls_complete(fixture->rig.commands, NULL);
    return fixture;
}

static void
a_volume_is_as_before_once_the_debt_of_its_attachment_is_paid(void)
{
    g_autoptr(Fixture) fixture = unplugged();
    KbntValue *end;
    KbntValue *resource;

    answer_resource(fixture, KBNT_RESOURCE_STATUS_QUARANTINED);
    fake_calls_complete(fixture->rig.queries, NULL);
    end = fake_calls_argument(fixture->rig.commands, 0);
    resource = kbnt_value_get_value(end, KBNT_FIELD_RESOURCE);

    kbnt_assert_int(kbnt_value_get_int(end, KBNT_FIELD_INBOX_STATE), KBNT_INBOX_STATE_ENDED);
    CU_ASSERT(!kbnt_value_has(end, KBNT_FIELD_UNCLAIM));
    kbnt_assert_int(kbnt_value_get_int(resource, KBNT_FIELD_RESOURCE_STATUS),
                    KBNT_RESOURCE_STATUS_ALLOCATED);
    kbnt_assert_string(kbnt_value_get_string(resource, KBNT_FIELD_ATTACHED_TO), "");
    kbnt_assert_int(kbnt_value_get_int(
                        kbnt_value_get_value(kbnt_value_nth_value(end, KBNT_FIELD_RECORDS, 0),
                                             KBNT_FIELD_EVENT),
                        KBNT_FIELD_EVENT_TYPE),
                    KBNT_EVENT_TYPE_RESOURCE_STATE_CHANGED);
}

static void
the_debt_of_an_attachment_leaves_a_volume_alone_that_was_not_set_apart(void)
{
    g_autoptr(Fixture) fixture = unplugged();
    KbntValue *end;

    answer_resource(fixture, KBNT_RESOURCE_STATUS_ALLOCATED);
    end = fake_calls_argument(fixture->rig.commands, 0);

    kbnt_assert_int(kbnt_value_get_int(end, KBNT_FIELD_INBOX_STATE), KBNT_INBOX_STATE_ENDED);
    kbnt_assert_int(kbnt_value_length(end, KBNT_FIELD_RECORDS), 0);
    CU_ASSERT(!kbnt_value_has(end, KBNT_FIELD_RESOURCE));
}

static void
a_resource_that_cannot_be_looked_at_keeps_its_debt(void)
{
    g_autoptr(Fixture) fixture = unplugged();

    fake_calls_fail(fixture->rig.queries, KBNT_ERROR_STORE_FAILED);
    kbnt_assert_int(kbnt_value_get_int(fake_calls_argument(fixture->rig.commands, 0),
                                       KBNT_FIELD_INBOX_STATE),
                    KBNT_INBOX_STATE_DEBT);
    fake_calls_complete(fixture->rig.commands, NULL);

    kbnt_assert_int(fixture->rig.code, KBNT_ERROR_STORE_FAILED);
}

static void
an_event_that_cannot_be_made_keeps_its_debt(void)
{
    g_autoptr(Fixture) fixture = unplugged();

    answer_resource(fixture, KBNT_RESOURCE_STATUS_QUARANTINED);
    fake_ports_break_codec(fixture->rig.fake, KBNT_ERROR_TOO_LARGE);
    fake_calls_complete(fixture->rig.queries, NULL);
    fake_calls_complete(fixture->rig.commands, NULL);

    kbnt_assert_int(fixture->rig.code, KBNT_ERROR_TOO_LARGE);
}

static void
a_stream_that_cannot_be_read_keeps_the_debt(void)
{
    g_autoptr(Fixture) fixture = unplugged();

    answer_resource(fixture, KBNT_RESOURCE_STATUS_QUARANTINED);
    fake_calls_fail(fixture->rig.queries, KBNT_ERROR_STORE_FAILED);
    fake_calls_complete(fixture->rig.commands, NULL);

    kbnt_assert_int(fixture->rig.code, KBNT_ERROR_STORE_FAILED);
}

static void
an_end_that_the_store_refuses_keeps_the_debt(void)
{
    g_autoptr(Fixture) fixture = unplugged();

    answer_resource(fixture, KBNT_RESOURCE_STATUS_ALLOCATED);
    fake_calls_fail(fixture->rig.commands, KBNT_ERROR_STORE_CONFLICT);
    kbnt_assert_int(fixture->rig.n_done, 0);
    fake_calls_complete(fixture->rig.commands, NULL);

    kbnt_assert_int(fixture->rig.code, KBNT_ERROR_STORE_CONFLICT);
}

static const KbntTest tests[] = {
    KBNT_TEST(a_debt_is_claimed_as_one_before_anything_is_removed),
    KBNT_TEST(what_is_left_is_removed_under_the_new_epoch),
    KBNT_TEST(a_machine_is_taken_apart_last_part_first),
    KBNT_TEST(the_row_ends_with_the_resource_its_claim_and_the_event_that_says_so),
    KBNT_TEST(a_paid_debt_is_told_once),
    KBNT_TEST(a_removal_that_fails_for_now_is_tried_again_and_then_given_back),
    KBNT_TEST(a_removal_that_a_later_epoch_forbids_is_not_tried_again),
    KBNT_TEST(a_debt_that_somebody_else_pays_is_left_to_him),
    KBNT_TEST(a_resource_that_is_deleted_already_is_told_of_no_more),
    KBNT_TEST(a_volume_is_as_before_once_the_debt_of_its_attachment_is_paid),
    KBNT_TEST(the_debt_of_an_attachment_leaves_a_volume_alone_that_was_not_set_apart),
    KBNT_TEST(a_resource_that_cannot_be_looked_at_keeps_its_debt),
    KBNT_TEST(an_event_that_cannot_be_made_keeps_its_debt),
    KBNT_TEST(a_stream_that_cannot_be_read_keeps_the_debt),
    KBNT_TEST(an_end_that_the_store_refuses_keeps_the_debt),
};

int
main(int argc, char **argv)
{
    return kbnt_test_main("application/debt", argc, argv, tests, G_N_ELEMENTS(tests));
}
