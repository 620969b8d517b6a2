/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Queues of calls that the test answers, and a list of timers that the test fires. */
#include "fake-ports.h"

typedef struct {
    gint verb;
    KbntValue *argument;
    KbntDone done;
    gpointer done_data;
} Call;

struct FakeCalls {
    GQueue queue; /* of Call */
};

typedef struct {
    guint64 number;
    gint64 due_us;
    void (*function)(gpointer);
    gpointer function_data;
} Timer;

struct FakePorts {
    KbntPorts ports;
    FakeCalls commands;
    FakeCalls queries;
    FakeCalls publishes;
    FakeCalls cursors;
    FakeCalls look_ups;
    FakeCalls actions;
    FakeCalls subscriptions;
    GString *sent;
    GString *acknowledged;
    GString *cut_short;
    GPtrArray *told; /* of KbntValue, in order */
    const KbntSubscription *subscription;
    KbntErrorCode codec_fault; /* 0: the codec works */
    GList *timers;             /* of Timer, in order of due_us */
    guint64 last_timer;
    gint64 now_us;
    gint64 jumped_ms; /* the wall clock, by so much */
    guint n_reports;
    guint n_uuids;
};

static void
call_free(gpointer data)
{
    Call *call = data;

    kbnt_value_unref(call->argument);
    g_free(call);
}

static void
calls_push(FakeCalls *calls, gint verb, KbntValue *argument, KbntDone done, gpointer done_data)
{
    KbntValue *kept = argument != NULL ? kbnt_value_ref(argument) : kbnt_value_new();
    Call call = { verb, kept, done, done_data };

    g_queue_push_tail(&calls->queue, g_memdup2(&call, sizeof call));
}

static void
store_submit(gpointer data, KbntStoreVerb verb, KbntValue *argument, KbntDone done,
             gpointer done_data)
{
    calls_push(&((FakePorts *)data)->commands, (gint)verb, argument, done, done_data);
}

static void
store_query(gpointer data, KbntStoreVerb verb, KbntValue *argument, KbntDone done,
            gpointer done_data)
{
    calls_push(&((FakePorts *)data)->queries, (gint)verb, argument, done, done_data);
}

static void
append_word(GString *text, const char *word)
{
    if (text->len > 0)
        g_string_append_c(text, ' ');
    g_string_append(text, word);
}

static void
transport_publish(gpointer data, KbntValue *const *records, guint n_records, KbntDone done,
                  gpointer const *done_data)
{
    FakePorts *fake = data;

    for (guint i = 0; i < n_records; i++) {
        gint64 position = kbnt_value_get_int(records[i], KBNT_FIELD_POSITION);
        g_autofree char *word = g_strdup_printf("%" G_GINT64_FORMAT, position);

        append_word(fake->sent, word);
        calls_push(&fake->publishes, 0, records[i], done, done_data[i]);
    }
}

static void
transport_publish_atomic(gpointer data, KbntValue *const *records, guint n_records,
                         KbntValue *cursor, KbntDone done, gpointer const *done_data)
{
    gint64 position = kbnt_value_get_int(cursor, KBNT_FIELD_POSITION);
    g_autofree char *word = g_strdup_printf("/%" G_GINT64_FORMAT, position);

    transport_publish(data, records, n_records, done, done_data);
    append_word(((FakePorts *)data)->sent, word);
}

static void
transport_read_cursor(gpointer data, KbntValue *argument, KbntDone done, gpointer done_data)
{
    calls_push(&((FakePorts *)data)->cursors, 0, argument, done, done_data);
}

static void
transport_acknowledge(gpointer data, const KbntSubscription *subscription, gint32 partition,
                      gint64 offset)
{
    g_autofree char *word = g_strdup_printf("%d:%" G_GINT64_FORMAT, partition, offset);

    (void)subscription;
    append_word(((FakePorts *)data)->acknowledged, word);
}

static void
transport_subscribe(gpointer data, const KbntSubscription *subscription, KbntDone done,
                    gpointer done_data)
{
    ((FakePorts *)data)->subscription = subscription;
    calls_push(&((FakePorts *)data)->subscriptions, FAKE_SUBSCRIBE, NULL, done, done_data);
}

static void
transport_unsubscribe(gpointer data, const KbntSubscription *subscription, KbntDone done,
                      gpointer done_data)
{
    (void)subscription;
    calls_push(&((FakePorts *)data)->subscriptions, FAKE_UNSUBSCRIBE, NULL, done, done_data);
}

static void
provisioner_call(gpointer data, KbntAction action, KbntValue *argument, const char *key,
                 gint64 deadline_us, KbntDone done, gpointer done_data)
{
    (void)key;
    (void)deadline_us;
    calls_push(&((FakePorts *)data)->actions, (gint)action, argument, done, done_data);
}

static void
provisioner_cancel(gpointer data, const char *key)
{
    append_word(((FakePorts *)data)->cut_short, key);
}

static gboolean
codec_works(const FakePorts *fake, GError **error)
{
    if (fake->codec_fault == 0)
        return TRUE;
    g_set_error_literal(error, KBNT_ERROR, (gint)fake->codec_fault, "the test says so");
    return FALSE;
}

static KbntValue *
encode(FakePorts *fake, const char *topic, KbntField field, const KbntValue *message,
       GError **error)
{
    KbntValue *record;

    if (!codec_works(fake, error))
        return NULL;
    record = kbnt_value_new();
    kbnt_value_set_string(record, KBNT_FIELD_TOPIC, topic);
    kbnt_value_take_value(record, field, kbnt_value_copy(message));
    return record;
}

static KbntValue *
codec_encode_request(gpointer data, const KbntValue *request, GError **error)
{
    return encode(data, "requests", KBNT_FIELD_REQUEST, request, error);
}

static KbntValue *
codec_encode_event(gpointer data, const KbntValue *event, char ret_checksum[72], GError **error)
{
    KbntValue *record = encode(data, "events", KBNT_FIELD_EVENT, event, error);

    if (record != NULL)
        g_strlcpy(ret_checksum, "sha256-fake", 72);
    return record;
}

static KbntValue *
codec_decode_request(gpointer data, const KbntValue *record, GError **error)
{
    if (!codec_works(data, error))
        return NULL;
    return kbnt_value_copy(kbnt_value_get_value(record, KBNT_FIELD_REQUEST));
}

static gboolean
codec_look_up(gpointer data, const KbntValue *record, KbntDone done, gpointer done_data)
{
    calls_push(&((FakePorts *)data)->look_ups, 0, (KbntValue *)record, done, done_data);
    return TRUE;
}

static void
codec_digest(gpointer data, GBytes *bytes, char ret_digest[65])
{
    g_autofree char *digest = g_compute_checksum_for_bytes(G_CHECKSUM_SHA256, bytes);

    (void)data;
    g_strlcpy(ret_digest, digest, 65);
}

static KbntValue *
codec_decode_event(gpointer data, const KbntValue *record, GError **error)
{
    if (!codec_works(data, error))
        return NULL;
    return kbnt_value_copy(kbnt_value_get_value(record, KBNT_FIELD_EVENT));
}

static gint64
world_wall_ms(gpointer data)
{
    const FakePorts *fake = data;

    return fake->now_us / 1000 + fake->jumped_ms;
}

static gint64
world_monotonic_us(gpointer data)
{
    return ((FakePorts *)data)->now_us;
}

static double
world_chance(gpointer data)
{
    (void)data;
    return 0;
}

static gint
compare_timers(gconstpointer one, gconstpointer other)
{
    const Timer *first = one;
    const Timer *second = other;

    if (first->due_us != second->due_us)
        return first->due_us < second->due_us ? -1 : 1;
    return first->number < second->number ? -1 : 1;
}

static guint64
world_after(gpointer data, gint64 delay_ms, void (*function)(gpointer), gpointer function_data)
{
    FakePorts *fake = data;
    Timer timer = { ++fake->last_timer, fake->now_us + delay_ms * 1000, function,
                    function_data };

    fake->timers = g_list_insert_sorted(fake->timers, g_memdup2(&timer, sizeof timer),
                                        compare_timers);
    return timer.number;
}

static void
world_forget(gpointer data, guint64 number)
{
    FakePorts *fake = data;

    for (GList *link = fake->timers; link != NULL; link = link->next)
        if (((Timer *)link->data)->number == number) {
            g_free(link->data);
            fake->timers = g_list_delete_link(fake->timers, link);
            return;
        }
}

static void
world_uuid(gpointer data, char ret_uuid[37])
{
    g_snprintf(ret_uuid, 37, "%08x-0000-4000-8000-000000000000",
               ++((FakePorts *)data)->n_uuids);
}

static void
world_observe(gpointer data, KbntValue *transition)
{
    g_ptr_array_add(((FakePorts *)data)->told, transition);
}

static void
world_report(gpointer data, const GError *error, const KbntValue *fields, const char *text)
{
    (void)error;
    (void)fields;
    (void)text;
    ((FakePorts *)data)->n_reports++;
}

FakePorts *
fake_ports_new(gboolean durable)
{
    FakePorts *fake = g_new0(FakePorts, 1);

    fake->now_us = G_USEC_PER_SEC;
    fake->sent = g_string_new(NULL);
    fake->acknowledged = g_string_new(NULL);
    fake->cut_short = g_string_new(NULL);
    fake->told = g_ptr_array_new_with_free_func((GDestroyNotify)kbnt_value_unref);
    fake->ports.version = "v0.0.0";
    fake->ports.store =
        (KbntStorePort){ .data = fake, .submit = store_submit, .query = store_query };
    fake->ports.transport = (KbntTransportPort){ .data = fake,
                                                 .durable = durable,
                                                 .publish = transport_publish,
                                                 .publish_atomic = transport_publish_atomic,
                                                 .read_cursor = transport_read_cursor,
                                                 .subscribe = transport_subscribe,
                                                 .unsubscribe = transport_unsubscribe,
                                                 .acknowledge = transport_acknowledge };
    fake->ports.provisioner = (KbntProvisionerPort){ .data = fake,
                                                     .call = provisioner_call,
                                                     .cancel = provisioner_cancel };
    fake->ports.codec = (KbntCodecPort){ .data = fake,
                                         .encode_request = codec_encode_request,
                                         .encode_event = codec_encode_event,
                                         .decode_request = codec_decode_request,
                                         .decode_event = codec_decode_event,
                                         .digest = codec_digest };
    fake->ports.world = (KbntWorldPort){ .data = fake,
                                         .wall_ms = world_wall_ms,
                                         .monotonic_us = world_monotonic_us,
                                         .chance = world_chance,
                                         .uuid = world_uuid,
                                         .after = world_after,
                                         .forget = world_forget,
                                         .observe = world_observe,
                                         .report = world_report };
    return fake;
}

void
fake_ports_free(FakePorts *fake)
{
    if (fake == NULL)
        return;
    g_queue_clear_full(&fake->commands.queue, call_free);
    g_queue_clear_full(&fake->queries.queue, call_free);
    g_queue_clear_full(&fake->publishes.queue, call_free);
    g_queue_clear_full(&fake->cursors.queue, call_free);
    g_queue_clear_full(&fake->look_ups.queue, call_free);
    g_queue_clear_full(&fake->actions.queue, call_free);
    g_queue_clear_full(&fake->subscriptions.queue, call_free);
    g_list_free_full(fake->timers, g_free);
    g_string_free(fake->sent, TRUE);
    g_string_free(fake->acknowledged, TRUE);
    g_string_free(fake->cut_short, TRUE);
    g_ptr_array_unref(fake->told);
    g_free(fake);
}

const KbntPorts *
fake_ports_get(FakePorts *fake)
{
    return &fake->ports;
}

FakeCalls *
fake_ports_commands(FakePorts *fake)
{
    return &fake->commands;
}

FakeCalls *
fake_ports_queries(FakePorts *fake)
{
    return &fake->queries;
}

FakeCalls *
fake_ports_publishes(FakePorts *fake)
{
    return &fake->publishes;
}

FakeCalls *
fake_ports_look_ups(FakePorts *fake)
{
    fake->ports.codec.registry = fake;
    fake->ports.codec.look_up = codec_look_up;
    return &fake->look_ups;
}

FakeCalls *
fake_ports_cursors(FakePorts *fake)
{
    return &fake->cursors;
}

FakeCalls *
fake_ports_actions(FakePorts *fake)
{
    return &fake->actions;
}

const KbntSubscription *
fake_ports_subscription(const FakePorts *fake)
{
    return fake->subscription;
}

FakeCalls *
fake_ports_subscriptions(FakePorts *fake)
{
    return &fake->subscriptions;
}

guint
fake_calls_length(const FakeCalls *calls)
{
    return calls->queue.length;
}

static const Call *
nth_call(const FakeCalls *calls, guint index)
{
    g_assert(index < calls->queue.length);
    return g_queue_peek_nth((GQueue *)&calls->queue, index);
}

gint
fake_calls_verb(const FakeCalls *calls, guint index)
{
    return nth_call(calls, index)->verb;
}

KbntValue *
fake_calls_argument(const FakeCalls *calls, guint index)
{
    return nth_call(calls, index)->argument;
}

static void
answer(FakeCalls *calls, KbntValue *result, const GError *error)
{
    Call *call = g_queue_pop_head(&calls->queue);

    g_assert(call != NULL);
    call->done(result, error, call->done_data);
    call_free(call);
}

void
fake_calls_complete(FakeCalls *calls, KbntValue *result)
{
    g_autoptr(KbntValue) empty = kbnt_value_new();

    answer(calls, result != NULL ? result : empty, NULL);
}

void
fake_calls_fail(FakeCalls *calls, KbntErrorCode code)
{
    g_autoptr(GError) error = g_error_new_literal(KBNT_ERROR, code, "the test says so");

    answer(calls, NULL, error);
}

void
fake_ports_pass_ms(FakePorts *fake, gint64 duration_ms)
{
    gint64 end_us = fake->now_us + duration_ms * 1000;

    while (fake->timers != NULL && ((Timer *)fake->timers->data)->due_us <= end_us) {
        g_autofree Timer *timer = fake->timers->data;

        fake->timers = g_list_delete_link(fake->timers, fake->timers);
        fake->now_us = timer->due_us;
        timer->function(timer->function_data);
    }
    fake->now_us = end_us;
}

void
fake_ports_jump_ms(FakePorts *fake, gint64 distance_ms)
{
    fake->jumped_ms += distance_ms;
}

guint
fake_ports_n_timers(const FakePorts *fake)
{
    return g_list_length(fake->timers);
}

const char *
fake_ports_sent(FakePorts *fake)
{
    return fake->sent->str;
}

const char *
fake_ports_acknowledged(FakePorts *fake)
{
    return fake->acknowledged->str;
}

guint
fake_ports_n_reports(const FakePorts *fake)
{
    return fake->n_reports;
}

const char *
fake_ports_cut_short(FakePorts *fake)
{
    return fake->cut_short->str;
}

guint
fake_ports_n_told(const FakePorts *fake, KbntTransition kind)
{
    guint n_told = 0;

    for (guint i = 0; i < fake->told->len; i++)
        if (kbnt_value_get_int(fake->told->pdata[i], KBNT_FIELD_TRANSITION) == (gint64)kind)
            n_told++;
    return n_told;
}

const KbntValue *
fake_ports_told(const FakePorts *fake, KbntTransition kind)
{
    const KbntValue *last = NULL;

    for (guint i = 0; i < fake->told->len; i++)
        if (kbnt_value_get_int(fake->told->pdata[i], KBNT_FIELD_TRANSITION) == (gint64)kind)
            last = fake->told->pdata[i];
    g_assert(last != NULL);
    return last;
}

void
fake_ports_break_codec(FakePorts *fake, KbntErrorCode code)
{
    fake->codec_fault = code;
}

void
fake_ports_deliver(FakePorts *fake, KbntValue *record)
{
    g_assert(fake->subscription != NULL);
    fake->subscription->records(&record, 1, fake->subscription->user_data);
}

void
fake_ports_move_partition(FakePorts *fake, gint32 partition, gboolean comes)
{
    const KbntSubscription *subscription = fake->subscription;

    g_assert(subscription != NULL);
    (comes ? subscription->assigned : subscription->lost)(partition, subscription->user_data);
}
