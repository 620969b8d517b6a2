/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * submission.c: owns the judgement of what a client sent, as POST and dry run share it.
 */
#include "submission.h"

#include "asker.h"
#include "quota.h"

#define MS_A_MINUTE 60000
#define MINUTES_A_DAY 1440

void
kbnt_judged_init(KbntJudged *judged, const KbntPorts *ports, const KbntRules *rules,
                 KbntRoster *roster, const KbntSubmission *submission)
{
    judged->ports = ports;
    judged->rules = rules;
    judged->roster = roster;
    judged->caller = kbnt_asker_new(submission->caller);
    judged->faults = kbnt_value_new();
    judged->request = submission->request != NULL
                          ? kbnt_value_copy(submission->request)
                          : kbnt_specification_read(submission->body, rules, judged->faults);
}

void
kbnt_judged_clear(KbntJudged *judged)
{
    kbnt_asker_free(judged->caller);
    kbnt_value_unref(judged->request);
    kbnt_value_unref(judged->faults);
    kbnt_value_unref(judged->known);
    kbnt_value_unref(judged->ledger);
    kbnt_value_unref(judged->verdict);
    g_free(judged->accounts);
}

gboolean
kbnt_judged_names_resources(const KbntJudged *judged)
{
    g_auto(GStrv) ids = kbnt_specification_named_resources(judged->request);

    return ids[0] != NULL;
}

static void
known(KbntValue *result, const GError *error, gpointer data)
{
    KbntJudged *judged = data;

    g_clear_pointer(&judged->known, kbnt_value_unref);
    if (result != NULL)
        judged->known = kbnt_value_ref(result);
    judged->looked(judged->data, error);
}

void
kbnt_judged_look_up(KbntJudged *judged, const char *scope, const char *idempotency_key,
                    void (*looked)(gpointer data, const GError *error), gpointer data)
{
    const KbntStorePort *store = &judged->ports->store;
    g_auto(GStrv) ids = kbnt_specification_named_resources(judged->request);
    g_autoptr(KbntValue) argument = kbnt_value_new();

    if (scope != NULL) {
        kbnt_value_set_string(argument, KBNT_FIELD_SCOPE, scope);
        kbnt_value_copy_field(argument, judged->request, KBNT_FIELD_REQUEST_ID);
        kbnt_value_set_string(argument, KBNT_FIELD_IDEMPOTENCY_KEY, idempotency_key);
    }
    for (guint i = 0; ids[i] != NULL; i++)
        kbnt_value_append_string(argument, KBNT_FIELD_RESOURCE_IDS, ids[i]);
    judged->looked = looked;
    judged->data = data;
    store->query(store->data, KBNT_STORE_LOOKUP, argument, known, judged);
}

static void
remember_ledger(KbntJudged *judged)
{
    const KbntWorldPort *world = &judged->ports->world;

    if (judged->ledger_cache != NULL)
        kbnt_ledger_cache_keep(judged->ledger_cache, judged->accounts, judged->ledger,
                               judged->ledger_age, world->monotonic_us(world->data));
}

static gboolean
recall_ledger(KbntJudged *judged)
{
    const KbntWorldPort *world = &judged->ports->world;
    KbntValue *ledger;

    if (judged->ledger_cache == NULL)
        return FALSE;
    judged->ledger_age = kbnt_ledger_cache_age(judged->ledger_cache);
    ledger = kbnt_ledger_cache_find(judged->ledger_cache, judged->accounts,
                                    world->monotonic_us(world->data));
    if (ledger == NULL)
        return FALSE;
    kbnt_value_unref(judged->ledger);
    judged->ledger = kbnt_value_ref(ledger);
    return TRUE;
}

static void
ledger_fetched(KbntValue *result, const GError *error, gpointer data)
{
    KbntJudged *judged = data;

    g_clear_pointer(&judged->ledger, kbnt_value_unref);
    if (result != NULL) {
        judged->ledger = kbnt_value_ref(result);
        remember_ledger(judged);
    }
    judged->looked(judged->data, error);
}

void
kbnt_judged_fetch_ledger(KbntJudged *judged, void (*looked)(gpointer data, const GError *error),
                         gpointer data)
{
    const KbntStorePort *store = &judged->ports->store;
    g_auto(GStrv) accounts = kbnt_quota_accounts(
        judged->rules->quotas, kbnt_judgement_owner(judged->caller, judged->request),
        kbnt_judgement_groups(judged->caller, judged->request));
    g_autoptr(KbntValue) argument = NULL;

    g_free(judged->accounts);
    judged->accounts = g_strjoinv("\n", accounts);
    if (recall_ledger(judged)) {
        looked(data, NULL);
        return;
    }
    argument = kbnt_value_new();
    for (guint i = 0; accounts[i] != NULL; i++) {
        KbntValue *item = kbnt_value_new();

        kbnt_value_set_string(item, KBNT_FIELD_ACCOUNT, accounts[i]);
        kbnt_value_take_item(argument, KBNT_FIELD_ITEMS, item);
    }
    judged->looked = looked;
    judged->data = data;
    store->query(store->data, KBNT_STORE_QUOTA, argument, ledger_fetched, judged);
}

gboolean
kbnt_judged_pass(KbntJudged *judged)
{
    const KbntWorldPort *world = &judged->ports->world;
    gint64 minutes = world->wall_ms(world->data) / MS_A_MINUTE;
    const KbntCase judged_case = {
        .rules = judged->rules,
        .caller = judged->caller,
        .known = judged->known,
        .ledger = judged->ledger,
        .hosts = kbnt_roster_hosts(judged->roster),
        .minute_of_day = (guint)(minutes % MINUTES_A_DAY),
    };

    kbnt_value_unref(judged->verdict);
    judged->verdict = kbnt_value_copy(judged->faults);
    return kbnt_judgement_pass(&judged_case, judged->request, judged->verdict);
}

GError *
kbnt_judged_error(const KbntJudged *judged)
{
    KbntValue *leading = kbnt_fault_leading(judged->verdict);

    return g_error_new_literal(KBNT_ERROR, kbnt_fault_leading_code(judged->verdict),
                               kbnt_value_get_string(leading, KBNT_FIELD_MESSAGE));
}
