/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * dry-run.c: owns the verdict without the deed: what a POST would give, and where.
 */
#include "dry-run.h"

#include "placement.h"
#include "plan.h"
#include "submission.h"

struct KbntDryRun {
    const KbntPorts *ports;
    KbntRoster *roster;
    KbntLedgerCache *ledger_cache;
    const KbntRules *rules;
};

typedef struct {
    KbntDryRun *dry_run;
    KbntJudged judged;
    KbntValue *neighbours; /* {ITEMS}: the machines that anti-affinity looks at, or NULL */
    KbntAnswer answer;
    gpointer data;
} Question;

KbntDryRun *
kbnt_dry_run_new(const KbntPorts *ports, KbntRoster *roster, KbntLedgerCache *ledger_cache,
                 const KbntRules *rules)
{
    KbntDryRun *dry_run = g_new0(KbntDryRun, 1);

    dry_run->ports = ports;
    dry_run->roster = roster;
    dry_run->ledger_cache = ledger_cache;
    dry_run->rules = rules;
    return dry_run;
}

void
kbnt_dry_run_free(KbntDryRun *dry_run)
{
    g_free(dry_run);
}

void
kbnt_dry_run_set_rules(KbntDryRun *dry_run, const KbntRules *rules)
{
    dry_run->rules = rules;
}

static const char *
owner_of(const Question *question)
{
    return kbnt_judgement_owner(question->judged.caller, question->judged.request);
}

static void
answer(Question *question, KbntValue *view, const GError *error, KbntValue *faults)
{
    question->answer(view, error, faults, question->data);
    kbnt_judged_clear(&question->judged);
    kbnt_value_unref(question->neighbours);
    g_free(question);
}

/* The hosts as the consumer would judge them: what the request names is on one of them. */
static KbntValue *
hosts_to_choose_from(const Question *question)
{
    const KbntValue *known = question->judged.known;
    guint n_known = known != NULL ? kbnt_value_length(known, KBNT_FIELD_RESOURCES) : 0;
    KbntValue *hosts = kbnt_value_copy(kbnt_roster_hosts(question->dry_run->roster));

    for (guint i = 0; i < n_known; i++) {
        const KbntValue *named = kbnt_value_nth_value(known, KBNT_FIELD_RESOURCES, i);

        if (kbnt_value_has(named, KBNT_FIELD_HOST))
            kbnt_value_copy_field(hosts, named, KBNT_FIELD_HOST);
    }
    for (guint i = 0; question->neighbours != NULL &&
                      i < kbnt_value_length(question->neighbours, KBNT_FIELD_ITEMS);
         i++)
        kbnt_value_append_value(
            hosts, KBNT_FIELD_RESOURCES,
            kbnt_value_nth_value(question->neighbours, KBNT_FIELD_ITEMS, i));
    return hosts;
}

static void
add_host(Question *question, KbntValue *view)
{
    g_autoptr(KbntValue) hosts = hosts_to_choose_from(question);
    g_autoptr(KbntValue) request = kbnt_value_copy(question->judged.request);
    KbntValue *host;

    kbnt_value_set_string(request, KBNT_FIELD_USER_ID, owner_of(question));
    host = kbnt_placement_choose(hosts, request, NULL);
    if (host == NULL)
        return;
    kbnt_value_copy_field(view, host, KBNT_FIELD_HOST);
    kbnt_value_copy_field(view, host, KBNT_FIELD_REGION);
    kbnt_value_copy_field(view, host, KBNT_FIELD_REPORTED_AT);
}

static void
add_steps(KbntValue *view)
{
    guint n_steps = 0;
    const KbntPlanStep *steps = kbnt_plan_steps_of(view, &n_steps);

    for (guint i = 0; i < n_steps; i++)
        kbnt_value_append_string(view, KBNT_FIELD_LABELS,
                                 kbnt_enum_name(KBNT_TYPE_STEP, steps[i].step));
}

static KbntValue *
make_view(Question *question)
{
    static const KbntField request_fields[] = { KBNT_FIELD_REQUEST_TYPE,
                                                KBNT_FIELD_RESOURCE_TYPE, KBNT_FIELD_PRIORITY };
    static const KbntField verdict_fields[] = { KBNT_FIELD_BUDGET, KBNT_FIELD_CHARGES };
    KbntValue *specification = kbnt_value_get_value(question->judged.request,
                                                    KBNT_FIELD_SPECIFICATION);
    KbntValue *view = kbnt_value_new();

    for (guint i = 0; i < G_N_ELEMENTS(request_fields); i++)
        kbnt_value_copy_field(view, question->judged.request, request_fields[i]);
    for (guint i = 0; i < G_N_ELEMENTS(verdict_fields); i++)
        kbnt_value_copy_field(view, question->judged.verdict, verdict_fields[i]);
    if (specification != NULL)
        kbnt_value_take_value(view, KBNT_FIELD_SPECIFICATION,
                              kbnt_specification_without_secrets(specification));
    add_steps(view);
    if (kbnt_plan_creates(kbnt_value_get_int(view, KBNT_FIELD_REQUEST_TYPE)))
        add_host(question, view);
    return view;
}

static void
pass(Question *question)
{
    g_autoptr(KbntValue) view = NULL;
    g_autoptr(GError) refusal = NULL;

    if (kbnt_judged_pass(&question->judged))
        view = make_view(question);
    else
        refusal = kbnt_judged_error(&question->judged);
    answer(question, view, refusal, view == NULL ? question->judged.verdict : NULL);
}

static void
neighbours_known(KbntValue *result, const GError *error, gpointer data)
{
    Question *question = data;

    if (error != NULL) {
        answer(question, NULL, error, NULL);
        return;
    }
    question->neighbours = kbnt_value_ref(result);
    pass(question);
}

static void
ledger_known(gpointer data, const GError *error)
{
    Question *question = data;
    const KbntStorePort *store = &question->dry_run->ports->store;
    const KbntValue *specification = kbnt_value_get_value(question->judged.request,
                                                          KBNT_FIELD_SPECIFICATION);
    g_autoptr(KbntValue) filter = NULL;

    if (error != NULL) {
        answer(question, NULL, error, NULL);
        return;
    }
    if (specification == NULL || !kbnt_value_has(specification, KBNT_FIELD_ANTI_AFFINITY)) {
        pass(question);
        return;
    }
    filter = kbnt_placement_neighbours(owner_of(question));
    store->query(store->data, KBNT_STORE_RESOURCES, filter, neighbours_known, question);
}

static void
resources_known(gpointer data, const GError *error)
{
    Question *question = data;

    if (error != NULL)
        answer(question, NULL, error, NULL);
    else
        kbnt_judged_fetch_ledger(&question->judged, ledger_known, question);
}

void
kbnt_dry_run(KbntDryRun *dry_run, const KbntSubmission *submission, KbntAnswer answer_to,
             gpointer data)
{
    Question *question = g_new0(Question, 1);

    question->dry_run = dry_run;
    question->answer = answer_to;
    question->data = data;
    kbnt_judged_init(&question->judged, dry_run->ports, dry_run->rules, dry_run->roster,
                     submission);
    question->judged.ledger_cache = dry_run->ledger_cache;
    if (kbnt_judged_names_resources(&question->judged))
        kbnt_judged_look_up(&question->judged, NULL, NULL, resources_known, question);
    else
        resources_known(question, NULL);
}
