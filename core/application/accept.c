/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * accept.c: owns how a POST becomes a row.
 *
 * The common way is one command: read, judged in memory, encoded, and ACCEPT, whose transaction
 * looks up requestId and hash, checks the quota and writes. What the judgement would refuse is
 * looked up first, because a known requestId is answered without judgement; what names
 * resources is looked up before it is judged. Where the store has moved on meanwhile the way is
 * taken again.
 */
#include "accept-private.h"

#include "transition.h"

/* How often a submission is tried again when the store has moved on. */
#define MOST_TRIES 8

static void judge(KbntAccepting *accepting);

KbntAccept *
kbnt_accept_new(const KbntPorts *ports, KbntRelay *relay, KbntExpectation *expectation,
                KbntRoster *roster, KbntLedgerCache *ledger_cache,
                const KbntAcceptSettings *settings)
{
    KbntAccept *accept = g_new0(KbntAccept, 1);

    accept->ports = ports;
    accept->relay = relay;
    accept->expectation = expectation;
    accept->roster = roster;
    accept->ledger_cache = ledger_cache;
    accept->settings = *settings;
    accept->waiting = g_hash_table_new(g_str_hash, g_str_equal);
    return accept;
}

void
kbnt_accept_free(KbntAccept *accept)
{
    if (accept == NULL)
        return;
    g_hash_table_unref(accept->waiting);
    g_free(accept);
}

void
kbnt_accept_set_settings(KbntAccept *accept, const KbntAcceptSettings *settings)
{
    accept->settings = *settings;
}

static void
accepting_free(KbntAccepting *accepting)
{
    kbnt_judged_clear(&accepting->judged);
    kbnt_value_unref(accepting->view);
    g_free(accepting->correlation_id);
    g_free(accepting->idempotency_key);
    g_free(accepting->trace_parent);
    g_free(accepting->scope);
    g_free(accepting);
}

static KbntValue *
new_transition(KbntAccepting *accepting, KbntTransition kind)
{
    KbntValue *transition = kbnt_transition_new(
        accepting->accept->ports, kind, KBNT_SERVICE_PRODUCER, accepting->judged.request);

    kbnt_value_set_string(transition, KBNT_FIELD_CORRELATION_ID, accepting->correlation_id);
    return transition;
}

/* Returns: (transfer full): a transition that is about a request with all its ids. */
static KbntValue *
identified(KbntAccepting *accepting, KbntTransition kind, const KbntValue *request)
{
    KbntValue *transition = new_transition(accepting, kind);

    kbnt_value_copy_field(transition, request, KBNT_FIELD_MESSAGE_ID);
    kbnt_value_copy_field(transition, request, KBNT_FIELD_REQUEST_ID);
    return transition;
}

static void
tell(KbntAccepting *accepting, KbntValue *transition)
{
    const KbntWorldPort *world = &accepting->accept->ports->world;

    world->observe(world->data, transition);
}

/* Answers: the end of a submission. */

static void
refuse(KbntAccepting *accepting, const GError *error, KbntValue *faults)
{
    KbntValue *transition = new_transition(accepting, KBNT_TRANSITION_REQUEST_REJECTED);

    kbnt_value_set_string(transition, KBNT_FIELD_CODE, kbnt_error_code_name(error->code));
    tell(accepting, transition);
    accepting->answer(NULL, error, faults, accepting->data);
    accepting_free(accepting);
}

static void
add_expectations(KbntAccept *accept, KbntValue *view, guint position)
{
    KbntRequestType type = kbnt_value_get_int(view, KBNT_FIELD_REQUEST_TYPE);
    KbntResourceType resource_type = kbnt_value_get_int(view, KBNT_FIELD_RESOURCE_TYPE);

    kbnt_value_set_int(view, KBNT_FIELD_QUEUE_POSITION, position);
    kbnt_value_set_int(view, KBNT_FIELD_ESTIMATED_TIME,
                       kbnt_expectation_seconds(accept->expectation, type, resource_type));
}

static void
answer_replay(KbntAccepting *accepting, const KbntValue *request)
{
    KbntAccept *accept = accepting->accept;
    KbntPriority priority = kbnt_value_get_int(request, KBNT_FIELD_PRIORITY);
    gboolean started = kbnt_value_get_int(request, KBNT_FIELD_STARTED) != 0;
    g_autoptr(KbntValue) view = kbnt_value_copy(request);

    add_expectations(accept, view,
                     started ? 0 : kbnt_expectation_waiting(accept->expectation, priority));
    kbnt_value_set_int(view, KBNT_FIELD_REPLAYED, TRUE);
    tell(accepting, identified(accepting, KBNT_TRANSITION_REQUEST_REPLAYED, request));
    accepting->answer(view, NULL, NULL, accepting->data);
    accepting_free(accepting);
}

static void
answer_stored(KbntAccepting *accepting)
{
    accepting->answer(accepting->view, NULL, NULL, accepting->data);
    accepting_free(accepting);
}

static void
stop_waiting(KbntAccepting *accepting)
{
    KbntAccept *accept = accepting->accept;
    const KbntWorldPort *world = &accept->ports->world;

    if (accepting->timer != 0)
        world->forget(world->data, accepting->timer);
    accepting->timer = 0;
    g_hash_table_remove(accept->waiting,
                        kbnt_value_get_string(accepting->view, KBNT_FIELD_MESSAGE_ID));
}

static void
waited_enough(gpointer data)
{
    KbntAccepting *accepting = data;

    accepting->timer = 0;
    stop_waiting(accepting);
    answer_stored(accepting);
}

void
kbnt_accept_confirmed(KbntAccept *accept, KbntValue *record, KbntValue *result)
{
    const char *message_id = kbnt_value_get_string(record, KBNT_FIELD_MESSAGE_ID);
    KbntAccepting *accepting = message_id != NULL
                                   ? g_hash_table_lookup(accept->waiting, message_id)
                                   : NULL;

    if (accepting == NULL)
        return;
    stop_waiting(accepting);
    kbnt_value_take_value(accepting->view, KBNT_FIELD_PUBLICATION,
                          kbnt_accept_publication(record, result));
    kbnt_value_set_int(accepting->view, KBNT_FIELD_REQUEST_STATUS,
                       KBNT_REQUEST_STATUS_PROCESSING);
    answer_stored(accepting);
}

void
kbnt_accept_stop(KbntAccept *accept)
{
    g_autoptr(GList) all = g_hash_table_get_values(accept->waiting);

    accept->stopped = TRUE;
    for (GList *link = all; link != NULL; link = link->next) {
        stop_waiting(link->data);
        answer_stored(link->data);
    }
}

/* Refusals: a known requestId is found first, then all faults are told. */

static void
refuse_with_ledger(gpointer data, const GError *error)
{
    KbntAccepting *accepting = data;
    g_autoptr(GError) refusal = NULL;

    if (error != NULL) {
        refuse(accepting, error, NULL);
        return;
    }
    if (kbnt_judged_pass(&accepting->judged)) {
        judge(accepting);
        return;
    }
    refusal = kbnt_judged_error(&accepting->judged);
    refuse(accepting, refusal, accepting->judged.verdict);
}

/* TRUE where the requestId or the key is known: then that is the answer. */
static gboolean
answer_known(KbntAccepting *accepting)
{
    KbntValue *request = kbnt_value_get_value(accepting->judged.known, KBNT_FIELD_REQUEST);
    g_autoptr(GError) error = NULL;
    char hash[65];

    if (request == NULL)
        return FALSE;
    kbnt_accept_body_hash(accepting, hash);
    if (g_strcmp0(kbnt_value_get_string(request, KBNT_FIELD_BODY_HASH), hash) == 0) {
        answer_replay(accepting, request);
        return TRUE;
    }
    gboolean same_id = g_strcmp0(kbnt_value_get_string(request, KBNT_FIELD_REQUEST_ID),
                                 kbnt_value_get_string(accepting->judged.request,
                                                       KBNT_FIELD_REQUEST_ID)) == 0;
    error = g_error_new_literal(
        KBNT_ERROR, same_id ? KBNT_ERROR_REQUEST_ID_REUSED : KBNT_ERROR_IDEMPOTENCY_KEY_REUSED,
        "it was used before, with another body");
    refuse(accepting, error, NULL);
    return TRUE;
}

static void
refusal_looked_up(gpointer data, const GError *error)
{
    KbntAccepting *accepting = data;

    if (error != NULL)
        refuse(accepting, error, NULL);
    else if (!answer_known(accepting))
        kbnt_judged_fetch_ledger(&accepting->judged, refuse_with_ledger, accepting);
}

static void
refuse_all(KbntAccepting *accepting)
{
    kbnt_judged_look_up(&accepting->judged, accepting->scope, accepting->idempotency_key,
                        refusal_looked_up, accepting);
}

/* The command. */

static void
wait_for_broker(KbntAccepting *accepting, KbntValue *result)
{
    KbntAccept *accept = accepting->accept;
    const KbntWorldPort *world = &accept->ports->world;
    guint n_records = kbnt_value_length(result, KBNT_FIELD_RECORDS);

    if (accept->settings.publish_wait_ms > 0 && !accept->stopped) {
        g_hash_table_insert(
            accept->waiting,
            (gpointer)kbnt_value_get_string(accepting->view, KBNT_FIELD_MESSAGE_ID), accepting);
        accepting->timer = world->after(world->data, accept->settings.publish_wait_ms,
                                        waited_enough, accepting);
    } else
        answer_stored(accepting);
    for (guint i = 0; i < n_records; i++)
        kbnt_relay_push(accept->relay, kbnt_value_nth_value(result, KBNT_FIELD_RECORDS, i));
}

static void
stored(KbntAccepting *accepting, KbntValue *result)
{
    KbntAccept *accept = accepting->accept;
    const KbntWorldPort *world = &accept->ports->world;
    KbntValue *request = kbnt_value_get_value(result, KBNT_FIELD_REQUEST);
    KbntPriority priority = kbnt_value_get_int(request, KBNT_FIELD_PRIORITY);
    gint64 taken_us = world->monotonic_us(world->data) - accepting->received_us;
    KbntValue *transition = identified(accepting, KBNT_TRANSITION_REQUEST_ACCEPTED, request);

    kbnt_ledger_cache_moved(accept->ledger_cache);
    kbnt_value_set_number(transition, KBNT_FIELD_SECONDS, (double)taken_us / G_USEC_PER_SEC);
    tell(accepting, transition);
    accepting->view = kbnt_value_copy(request);
    add_expectations(accept, accepting->view,
                     kbnt_expectation_entered(accept->expectation, priority));
    wait_for_broker(accepting, result);
}

static void
look_again(KbntAccepting *accepting, const GError *error)
{
    if (++accepting->tries >= MOST_TRIES) {
        refuse(accepting, error, NULL);
        return;
    }
    accepting->id_digits = KBNT_LONG_ID;
    g_clear_pointer(&accepting->judged.known, kbnt_value_unref);
    judge(accepting);
}

static void
command_ended(KbntValue *result, const GError *error, gpointer data)
{
    KbntAccepting *accepting = data;

    if (error == NULL && kbnt_value_get_int(result, KBNT_FIELD_REPLAYED) != 0)
        answer_replay(accepting, kbnt_value_get_value(result, KBNT_FIELD_REQUEST));
    else if (error == NULL)
        stored(accepting, result);
    else if (g_error_matches(error, KBNT_ERROR, KBNT_ERROR_STORE_CONFLICT))
        look_again(accepting, error);
    else if (g_error_matches(error, KBNT_ERROR, KBNT_ERROR_QUOTA_EXCEEDED) &&
             ++accepting->tries < MOST_TRIES)
        refuse_all(accepting);
    else
        refuse(accepting, error, NULL);
}

static void
submit(KbntAccepting *accepting)
{
    const KbntStorePort *store = &accepting->accept->ports->store;
    g_autoptr(KbntValue) message = kbnt_accept_message(accepting);
    g_autoptr(GError) error = NULL;
    KbntValue *record = kbnt_accept_record(accepting, message, &error);

    if (record == NULL) {
        refuse(accepting, error, NULL);
        return;
    }
    g_autoptr(KbntValue) command = kbnt_value_new();
    kbnt_value_take_value(command, KBNT_FIELD_REQUEST, kbnt_accept_row(accepting, message));
    kbnt_value_take_value(command, KBNT_FIELD_RECORD, record);
    kbnt_value_copy_field(command, accepting->judged.verdict, KBNT_FIELD_CHARGES);
    kbnt_value_copy_field(command, accepting->judged.verdict, KBNT_FIELD_TOUCHES);
    store->submit(store->data, KBNT_STORE_ACCEPT, command, command_ended, accepting);
}

/* The judgement. */

static void
pass(KbntAccepting *accepting)
{
    if (kbnt_judged_pass(&accepting->judged))
        submit(accepting);
    else
        refuse_all(accepting);
}

static void
resources_looked_up(gpointer data, const GError *error)
{
    KbntAccepting *accepting = data;

    if (error != NULL)
        refuse(accepting, error, NULL);
    else if (!answer_known(accepting))
        pass(accepting);
}

static void
judge(KbntAccepting *accepting)
{
    if (accepting->judged.known == NULL && kbnt_judged_names_resources(&accepting->judged))
        kbnt_judged_look_up(&accepting->judged, accepting->scope, accepting->idempotency_key,
                            resources_looked_up, accepting);
    else
        pass(accepting);
}

static char *
scope_of(const KbntAccepting *accepting)
{
    const KbntCaller *caller = accepting->judged.caller;

    return g_strdup(
        caller->authenticated ? kbnt_judgement_owner(caller, accepting->judged.request) : "");
}

static gboolean
has_room(KbntAccept *accept, GError **error)
{
    if (accept->stopped)
        g_set_error_literal(error, KBNT_ERROR, KBNT_ERROR_UNAVAILABLE,
                            "the service is shutting down");
    else if (kbnt_relay_backlog(accept->relay) >= accept->settings.backlog)
        g_set_error(error, KBNT_ERROR, KBNT_ERROR_BACKLOG_FULL,
                    "%u requests wait for the broker, try again later",
                    kbnt_relay_backlog(accept->relay));
    else
        return TRUE;
    return FALSE;
}

void
kbnt_accept_submit(KbntAccept *accept, const KbntSubmission *submission, KbntAnswer answer,
                   gpointer data)
{
    KbntAccepting *accepting = g_new0(KbntAccepting, 1);
    g_autoptr(GError) error = NULL;

    accepting->accept = accept;
    accepting->correlation_id = g_strdup(submission->correlation_id);
    accepting->idempotency_key = g_strdup(submission->idempotency_key);
    accepting->trace_parent = g_strdup(submission->trace_parent);
    accepting->received_us = submission->received_us;
    accepting->id_digits = KBNT_SHORT_ID;
    accepting->answer = answer;
    accepting->data = data;
    kbnt_judged_init(&accepting->judged, accept->ports, accept->settings.rules, accept->roster,
                     submission);
    accepting->scope = scope_of(accepting);
    tell(accepting, new_transition(accepting, KBNT_TRANSITION_REQUEST_RECEIVED));
    if (!has_room(accept, &error))
        refuse(accepting, error, NULL);
    else
        judge(accepting);
}
