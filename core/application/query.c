/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * query.c: owns the views: one, many, and who may see them.
 */
#include "query.h"

#include "asker.h"
#include "cost.h"
#include "quota.h"
#include "request-state.h"

#define MOST_ROWS 1000

struct KbntQuery {
    const KbntPorts *ports;
    const KbntRules *rules;
};

/* One question on its way, with what is needed of the caller, who may be gone by its end. */
typedef struct {
    KbntQuery *query;
    KbntCaller *caller; /* NULL where everybody may see the answer */
    char *second_id;    /* of a request: to be looked for where the messageId is unknown */
    char *scope;
    char *account;
    KbntValue *(*view_of)(KbntQuery *query, const KbntValue *item); /* of a page */
    KbntDone done;
    gpointer data;
} Question;

/* What a page has beside its items. */
static const KbntField page_fields[] = { KBNT_FIELD_NEXT_CURSOR, KBNT_FIELD_POSITION,
                                         KBNT_FIELD_COUNT };

KbntQuery *
kbnt_query_new(const KbntPorts *ports, const KbntRules *rules)
{
    KbntQuery *query = g_new0(KbntQuery, 1);

    query->ports = ports;
    query->rules = rules;
    return query;
}

void
kbnt_query_free(KbntQuery *query)
{
    g_free(query);
}

void
kbnt_query_set_rules(KbntQuery *query, const KbntRules *rules)
{
    query->rules = rules;
}

static Question *
question_new(KbntQuery *query, const KbntCaller *caller, KbntDone done, gpointer data)
{
    Question *question = g_new0(Question, 1);

    question->query = query;
    question->caller = caller != NULL ? kbnt_asker_new(caller) : NULL;
    question->done = done;
    question->data = data;
    return question;
}

static void
question_free(Question *question)
{
    kbnt_asker_free(question->caller);
    g_free(question->second_id);
    g_free(question->scope);
    g_free(question->account);
    g_free(question);
}

static void
answer(Question *question, KbntValue *result, const GError *error)
{
    question->done(result, error, question->data);
    question_free(question);
}

static gboolean
may_look(const Question *question, const KbntValue *thing)
{
    return kbnt_permission_allows(question->caller, KBNT_DEED_LOOK,
                                  kbnt_value_get_string(thing, KBNT_FIELD_USER_ID));
}

static void
answer_not_found(Question *question, const char *what)
{
    g_autoptr(GError) error = g_error_new(KBNT_ERROR, KBNT_ERROR_NOT_FOUND,
                                          "there is no such %s", what);

    answer(question, NULL, error);
}

const char *
kbnt_query_scope(const KbntCaller *caller, const char *user_id)
{
    if (!caller->authenticated)
        return "";
    return user_id != NULL ? user_id : caller->user_id;
}

/* One request. */

static KbntValue *
with_overdue(KbntQuery *query, const KbntValue *request)
{
    KbntValue *view = kbnt_value_copy(request);
    gint64 now_ms = query->ports->world.wall_ms(query->ports->world.data);

    if (!kbnt_request_state_is_terminal(kbnt_value_get_int(view, KBNT_FIELD_REQUEST_STATUS)) &&
        now_ms > kbnt_value_get_int(view, KBNT_FIELD_DEADLINE))
        kbnt_value_set_int(view, KBNT_FIELD_OVERDUE, TRUE);
    return view;
}

static void request_found(KbntValue *result, const GError *error, gpointer data);

static void
find_by_request_id(Question *question, const char *id)
{
    const KbntStorePort *store = &question->query->ports->store;
    g_autoptr(KbntValue) argument = kbnt_value_new();

    kbnt_value_set_string(argument, KBNT_FIELD_SCOPE, question->scope);
    kbnt_value_set_string(argument, KBNT_FIELD_REQUEST_ID, id);
    store->query(store->data, KBNT_STORE_REQUEST, argument, request_found, question);
}

static void
request_found(KbntValue *result, const GError *error, gpointer data)
{
    Question *question = data;

    if (g_error_matches(error, KBNT_ERROR, KBNT_ERROR_NOT_FOUND) &&
        question->second_id != NULL) {
        g_autofree char *id = g_steal_pointer(&question->second_id);

        find_by_request_id(question, id);
        return;
    }
    if (error != NULL) {
        answer(question, NULL, error);
        return;
    }
    KbntValue *request = kbnt_value_get_value(result, KBNT_FIELD_REQUEST);
    if (!may_look(question, request)) {
        answer_not_found(question, "request");
        return;
    }
    g_autoptr(KbntValue) view = kbnt_value_new();
    kbnt_value_take_value(view, KBNT_FIELD_REQUEST, with_overdue(question->query, request));
    answer(question, view, NULL);
}

void
kbnt_query_request(KbntQuery *query, const KbntCaller *caller, const char *id,
                   const char *user_id, KbntDone done, gpointer data)
{
    const KbntStorePort *store = &query->ports->store;
    Question *question = question_new(query, caller, done, data);

    question->scope = g_strdup(kbnt_query_scope(caller, user_id));
    if (!kbnt_uuid_is_valid(id)) {
        find_by_request_id(question, id);
        return;
    }
    g_autoptr(KbntValue) argument = kbnt_value_new();
    question->second_id = g_strdup(id);
    kbnt_value_set_string(argument, KBNT_FIELD_MESSAGE_ID, id);
    store->query(store->data, KBNT_STORE_REQUEST, argument, request_found, question);
}

/* Many of them. */

static void
answer_as_is(KbntValue *result, const GError *error, gpointer data)
{
    answer(data, result, error);
}

/* A caller who may see only its own things gets a filter that says so. */
static KbntValue *
own_filter(const KbntCaller *caller, const KbntValue *filter)
{
    KbntValue *own = filter != NULL ? kbnt_value_copy(filter) : kbnt_value_new();
    gint64 max_rows = kbnt_value_get_int(own, KBNT_FIELD_MAX_ROWS);

    kbnt_value_set_int(own, KBNT_FIELD_MAX_ROWS, max_rows > 0 ? MIN(max_rows, MOST_ROWS) : 100);
    if (!kbnt_permission_allows(caller, KBNT_DEED_LOOK,
                                kbnt_value_get_string(own, KBNT_FIELD_USER_ID)))
        kbnt_value_set_string(own, KBNT_FIELD_USER_ID, caller->user_id);
    return own;
}

static void
page_found(KbntValue *result, const GError *error, gpointer data)
{
    Question *question = data;
    g_autoptr(KbntValue) page = NULL;

    if (error != NULL) {
        answer(question, NULL, error);
        return;
    }
    page = kbnt_value_new();
    guint n_items = kbnt_value_length(result, KBNT_FIELD_ITEMS);
    kbnt_value_set_empty_list(page, KBNT_FIELD_ITEMS);
    for (guint i = 0; i < n_items; i++) {
        KbntValue *view = question->view_of(question->query,
                                            kbnt_value_nth_value(result, KBNT_FIELD_ITEMS, i));

        if (view != NULL)
            kbnt_value_take_item(page, KBNT_FIELD_ITEMS, view);
    }
    for (guint i = 0; i < G_N_ELEMENTS(page_fields); i++)
        kbnt_value_copy_field(page, result, page_fields[i]);
    answer(question, page, NULL);
}

/* Asks for a page, of which each item is seen as view_of makes it. */
static void
ask_page(Question *question, KbntStoreVerb verb, KbntValue *argument,
         KbntValue *(*view_of)(KbntQuery *query, const KbntValue *item))
{
    const KbntStorePort *store = &question->query->ports->store;

    question->view_of = view_of;
    store->query(store->data, verb, argument, page_found, question);
}

void
kbnt_query_requests(KbntQuery *query, const KbntCaller *caller, const KbntValue *filter,
                    KbntDone done, gpointer data)
{
    g_autoptr(KbntValue) own = own_filter(caller, filter);

    ask_page(question_new(query, caller, done, data), KBNT_STORE_REQUESTS, own, with_overdue);
}

/* Resources. */

static KbntValue *
with_cost(KbntQuery *query, const KbntValue *resource)
{
    KbntValue *view = kbnt_value_copy(resource);
    KbntValue *metrics = kbnt_value_get_value(resource, KBNT_FIELD_METRICS);
    double per_hour = metrics ? kbnt_value_get_number(metrics, KBNT_FIELD_COST_PER_HOUR_USD)
                              : 0;
    gint64 now_ms = query->ports->world.wall_ms(query->ports->world.data);

    if (per_hour > 0)
        kbnt_value_set_number(
            view, KBNT_FIELD_COST,
            kbnt_cost_until(per_hour, kbnt_value_get_int(view, KBNT_FIELD_CREATED_AT), now_ms));
    return view;
}

static void
resource_found(KbntValue *result, const GError *error, gpointer data)
{
    Question *question = data;
    KbntValue *resource = error == NULL ? kbnt_value_get_value(result, KBNT_FIELD_RESOURCE)
                                        : NULL;

    if (error != NULL) {
        answer(question, NULL, error);
        return;
    }
    if (!may_look(question, resource)) {
        answer_not_found(question, "resource");
        return;
    }
    g_autoptr(KbntValue) view = kbnt_value_new();
    kbnt_value_take_value(view, KBNT_FIELD_RESOURCE, with_cost(question->query, resource));
    answer(question, view, NULL);
}

void
kbnt_query_resource(KbntQuery *query, const KbntCaller *caller, const char *id, KbntDone done,
                    gpointer data)
{
    const KbntStorePort *store = &query->ports->store;
    g_autoptr(KbntValue) argument = kbnt_value_new();

    kbnt_value_set_string(argument, KBNT_FIELD_VIRTUAL_RESOURCE_ID, id);
    store->query(store->data, KBNT_STORE_RESOURCE, argument, resource_found,
                 question_new(query, caller, done, data));
}

void
kbnt_query_resources(KbntQuery *query, const KbntCaller *caller, const KbntValue *filter,
                     KbntDone done, gpointer data)
{
    g_autoptr(KbntValue) own = own_filter(caller, filter);

    ask_page(question_new(query, caller, done, data), KBNT_STORE_RESOURCES, own, with_cost);
}

void
kbnt_query_hosts(KbntQuery *query, KbntDone done, gpointer data)
{
    const KbntStorePort *store = &query->ports->store;

    store->query(store->data, KBNT_STORE_HOSTS, NULL, answer_as_is,
                 question_new(query, NULL, done, data));
}

/* The ledger. */

static void
ledger_found(KbntValue *result, const GError *error, gpointer data)
{
    Question *question = data;
    g_autoptr(KbntValue) view = NULL;

    if (error == NULL)
        view = kbnt_quota_view(question->query->rules->quotas, question->account, result);
    answer(question, view, error);
}

void
kbnt_query_quota(KbntQuery *query, const KbntCaller *caller, const char *user_id, KbntDone done,
                 gpointer data)
{
    const KbntStorePort *store = &query->ports->store;
    Question *question = question_new(query, caller, done, data);
    g_autoptr(KbntValue) argument = kbnt_value_new();
    KbntValue *item = kbnt_value_new();

    question->account = g_strdup_printf("user:%s", user_id);
    if (!kbnt_permission_allows(caller, KBNT_DEED_LOOK, user_id)) {
        kbnt_value_unref(item);
        answer_not_found(question, "user");
        return;
    }
    kbnt_value_set_string(item, KBNT_FIELD_ACCOUNT, question->account);
    kbnt_value_take_item(argument, KBNT_FIELD_ITEMS, item);
    store->query(store->data, KBNT_STORE_QUOTA, argument, ledger_found, question);
}

/* Events. */

static KbntValue *
decoded(KbntQuery *query, const KbntValue *item)
{
    const KbntCodecPort *codec = &query->ports->codec;
    KbntValue *record = kbnt_value_get_value(item, KBNT_FIELD_RECORD);
    g_autoptr(KbntValue) event = codec->decode_event(codec->data, record, NULL);

    if (event == NULL)
        return NULL;
    KbntValue *view = kbnt_value_new();
    kbnt_value_copy_field(view, item, KBNT_FIELD_POSITION);
    kbnt_value_copy_field(view, item, KBNT_FIELD_EVENT_TYPE);
    kbnt_value_take_value(view, KBNT_FIELD_EVENT, g_steal_pointer(&event));
    return view;
}

void
kbnt_query_events(KbntQuery *query, const KbntCaller *caller, const char *message_id,
                  gint64 position, guint max_rows, KbntDone done, gpointer data)
{
    g_autoptr(KbntValue) argument = kbnt_value_new();

    kbnt_value_set_int(argument, KBNT_FIELD_POSITION, position);
    kbnt_value_set_int(argument, KBNT_FIELD_MAX_ROWS, MIN(max_rows, MOST_ROWS));
    kbnt_value_set_string(argument, KBNT_FIELD_MESSAGE_ID, message_id);
    if (message_id == NULL && !kbnt_permission_allows(caller, KBNT_DEED_LOOK, NULL))
        kbnt_value_set_string(argument, KBNT_FIELD_USER_ID, caller->user_id);
    ask_page(question_new(query, caller, done, data), KBNT_STORE_EVENTS, argument, decoded);
}
