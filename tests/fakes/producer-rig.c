/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* producer-rig.c: see producer-rig.h. */
#include "producer-rig.h"

#include "sample-messages.h"

static const char *const user_roles[] = { "user", NULL };
static const char *const auditor_roles[] = { "auditor", NULL };

const KbntCaller producer_rig_user = { .user_id = "user-789",
                                       .roles = user_roles,
                                       .authenticated = TRUE };
const KbntCaller producer_rig_other = { .user_id = "user-1",
                                        .roles = user_roles,
                                        .authenticated = TRUE };
const KbntCaller producer_rig_auditor = { .user_id = "auditor-1",
                                          .roles = auditor_roles,
                                          .authenticated = TRUE };
const KbntCaller producer_rig_administrator = { .user_id = "root",
                                                .administrator = TRUE,
                                                .authenticated = TRUE };

static void
ignore(KbntValue *result, const GError *error, gpointer data)
{
    (void)result;
    (void)data;
    g_assert(error == NULL);
}

/* Answers all that a start asks for: one host, and nothing else is there. */
static void
start(ProducerRig *rig)
{
    g_autoptr(KbntValue) hosts = kbnt_value_new();

    kbnt_value_take_item(hosts, KBNT_FIELD_HOSTS, kbnt_sample_host());
    kbnt_producer_start(rig->producer, ignore, NULL);
    while (fake_calls_length(rig->queries) > 0) {
        gboolean wants_hosts = fake_calls_verb(rig->queries, 0) == KBNT_STORE_HOSTS;

        fake_calls_complete(rig->queries, wants_hosts ? hosts : NULL);
    }
    kbnt_producer_join(rig->producer, ignore, NULL);
    fake_calls_complete(rig->queries, NULL); /* nothing is in the outbox */
    fake_calls_complete(fake_ports_subscriptions(rig->fake), NULL);
}

ProducerRig *
producer_rig_new(void)
{
    ProducerRig *rig = g_new0(ProducerRig, 1);

    rig->fake = fake_ports_new(TRUE);
    rig->commands = fake_ports_commands(rig->fake);
    rig->queries = fake_ports_queries(rig->fake);
    rig->publishes = fake_ports_publishes(rig->fake);
    sample_rules_init(&rig->sample);
    rig->settings = (KbntProducerSettings){
        .accept = { .rules = &rig->sample.rules,
                    .publish_wait_ms = PRODUCER_RIG_WAIT_MS,
                    .backlog = PRODUCER_RIG_BACKLOG },
        .retention = { .requests_ms = 1000, .events_ms = 1000, .dead_letters_ms = 1000 },
        .events_topic = "events",
        .events_group = "group",
        .events_window = 8,
        .n_partitions = 1,
        .publish_window = 4,
        .first_seconds = { 0, 90, 60, 30 },
    };
    for (guint i = 0; i < G_N_ELEMENTS(rig->settings.accept.deadline_ms); i++)
        rig->settings.accept.deadline_ms[i] = 900000;
    rig->producer = kbnt_producer_new(fake_ports_get(rig->fake), &rig->settings);
    start(rig);
    return rig;
}

void
producer_rig_free(ProducerRig *rig)
{
    if (rig == NULL)
        return;
    while (fake_calls_length(rig->queries) > 0)
        fake_calls_fail(rig->queries, KBNT_ERROR_STOPPED);
    while (fake_calls_length(rig->commands) > 0)
        fake_calls_fail(rig->commands, KBNT_ERROR_STOPPED);
    kbnt_accept_stop(kbnt_producer_accept(rig->producer));
    kbnt_producer_free(rig->producer);
    sample_rules_clear(&rig->sample);
    fake_ports_free(rig->fake);
    kbnt_value_unref(rig->answer);
    kbnt_value_unref(rig->faults);
    g_free(rig);
}

void
producer_rig_answer(KbntValue *view, const GError *error, KbntValue *faults, gpointer data)
{
    ProducerRig *rig = data;

    producer_rig_done(view, error, data);
    kbnt_value_unref(rig->faults);
    rig->faults = faults != NULL ? kbnt_value_ref(faults) : NULL;
}

void
producer_rig_done(KbntValue *result, const GError *error, gpointer data)
{
    ProducerRig *rig = data;

    rig->n_answers++;
    rig->code = error != NULL ? error->code : 0;
    kbnt_value_unref(rig->answer);
    rig->answer = result != NULL ? kbnt_value_ref(result) : NULL;
}

KbntValue *
producer_rig_request(void)
{
    static const KbntField fields[] = { KBNT_FIELD_REQUEST_TYPE, KBNT_FIELD_REQUEST_ID,
                                        KBNT_FIELD_PRIORITY, KBNT_FIELD_SPECIFICATION };
    g_autoptr(KbntValue) sample = kbnt_sample_request(KBNT_REQUEST_TYPE_CREATE_NETWORK);
    KbntValue *request = kbnt_value_new();

    for (guint i = 0; i < G_N_ELEMENTS(fields); i++)
        kbnt_value_copy_field(request, sample, fields[i]);
    kbnt_value_set_int(request, KBNT_FIELD_RESOURCE_TYPE, KBNT_RESOURCE_TYPE_VIRTUAL_NETWORK);
    return request;
}

KbntValue *
producer_rig_stored(KbntRequestStatus status)
{
    KbntValue *stored = producer_rig_request();

    kbnt_value_set_string(stored, KBNT_FIELD_MESSAGE_ID, SAMPLE_MESSAGE_ID);
    kbnt_value_set_string(stored, KBNT_FIELD_USER_ID, producer_rig_user.user_id);
    kbnt_value_set_string(stored, KBNT_FIELD_CORRELATION_ID, "corr-456");
    kbnt_value_set_int(stored, KBNT_FIELD_REQUEST_STATUS, status);
    kbnt_value_set_int(stored, KBNT_FIELD_CREATED_AT, 1000);
    kbnt_value_set_int(stored, KBNT_FIELD_DEADLINE, 901000);
    return stored;
}

void
producer_rig_commit(ProducerRig *rig, KbntValue *request, gint64 position)
{
    g_autoptr(KbntValue) result = kbnt_value_new();
    KbntValue *record = kbnt_value_copy(
        kbnt_value_get_value(fake_calls_argument(rig->commands, 0), KBNT_FIELD_RECORD));

    kbnt_value_set_int(record, KBNT_FIELD_POSITION, position);
    kbnt_value_set_value(result, KBNT_FIELD_REQUEST, request);
    kbnt_value_take_item(result, KBNT_FIELD_RECORDS, record);
    fake_calls_complete(rig->commands, result);
}
