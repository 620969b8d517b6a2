/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * reconcile.c: owns the rounds that hold store against hypervisor.
 *
 * A round pays debts, a few at a time, and then inspects one host after the other. It begins
 * nothing new once its time is over, and the next one takes up where it left off, so that a
 * debt or host that costs much time hides no other. Rounds that are asked for meanwhile wait.
 */
#include "reconcile.h"

#include "inspection.h"
#include "inventory.h"
#include "transition.h"

/* Whoever asked hears before an HTTP client is given up on. */
#define ROUND_MS 15000

#define PAYERS 8
#define FIRST_MS 10000

/* Beyond this, findings are counted and no longer listed. */
#define MOST_FINDINGS 1000

typedef enum { PAID, DEBTS, HOSTS, SKIPPED, N_COUNTS } Count;

static const char *const count_names[N_COUNTS] = { "paid", "debts", "hosts", "skipped" };

typedef struct {
    char *host;
    KbntDone done; /* NULL where the interval asked */
    gpointer data;
} Ask;

typedef struct {
    Ask *ask;
    gint64 limit_us;
    GPtrArray *payments; /* of KbntDebt */
    guint n_open;        /* of them */
    gint64 page;         /* where their page began */
    gint64 next_page;    /* 0 where there is none */
    gint64 first_page;   /* of which debts are paid; those before had their turn */
    KbntValue *hosts;
    guint first_host;
    guint n_looked_at;
    KbntInspection *inspection;
    KbntValue *result;
    gint64 counts[N_COUNTS];
    gint64 found[KBNT_FINDING_CHANGED + 1];
} Round;

struct KbntReconcile {
    KbntUpkeep upkeep;
    gint64 interval_ms;
    gint64 next_page; /* where the time of the last round ran out, among debts */
    guint next_host;  /* and among hosts */
    GQueue asks;      /* of Ask, waiting */
    Round *round;     /* under way, or NULL */
    guint64 timer;
    gboolean stopped;
};

static void begin(KbntReconcile *reconcile);
static void tick(gpointer data);

static void
ask_free(Ask *ask)
{
    g_free(ask->host);
    g_free(ask);
}

static void
round_free(Round *round)
{
    if (round == NULL)
        return;
    ask_free(round->ask);
    g_ptr_array_unref(round->payments);
    kbnt_inspection_free(round->inspection);
    kbnt_value_unref(round->hosts);
    kbnt_value_unref(round->result);
    g_free(round);
}

KbntReconcile *
kbnt_reconcile_new(const KbntPorts *ports, KbntRelay *relay, const char *owner)
{
    KbntReconcile *reconcile = g_new0(KbntReconcile, 1);

    reconcile->upkeep = (KbntUpkeep){ .ports = ports, .relay = relay, .owner = owner };
    g_queue_init(&reconcile->asks);
    return reconcile;
}

void
kbnt_reconcile_free(KbntReconcile *reconcile)
{
    if (reconcile == NULL)
        return;
    kbnt_reconcile_stop(reconcile);
    round_free(reconcile->round);
    g_queue_clear_full(&reconcile->asks, (GDestroyNotify)ask_free);
    g_free(reconcile);
}

static gboolean
is_late(const KbntReconcile *reconcile)
{
    const KbntWorldPort *world = &reconcile->upkeep.ports->world;

    return reconcile->stopped || world->monotonic_us(world->data) >= reconcile->round->limit_us;
}

static void
add_total(KbntValue *result, const char *name, gint64 count)
{
    KbntValue *total = kbnt_value_new();

    kbnt_value_set_string(total, KBNT_FIELD_NAME, name);
    kbnt_value_set_int(total, KBNT_FIELD_COUNT, count);
    kbnt_value_take_item(result, KBNT_FIELD_TOTALS, total);
}

/* What a round over all hosts has found becomes gauges. */
static void
tell_round(KbntReconcile *reconcile)
{
    const KbntPorts *ports = reconcile->upkeep.ports;
    Round *round = reconcile->round;

    for (guint i = 0; i < N_COUNTS; i++)
        add_total(round->result, count_names[i], round->counts[i]);
    for (KbntFinding i = KBNT_FINDING_ORPHAN; i < G_N_ELEMENTS(round->found); i++)
        add_total(round->result, kbnt_finding_name(i), round->found[i]);
    if (round->ask->host != NULL)
        return;
    KbntValue *transition = kbnt_transition_new(ports, KBNT_TRANSITION_RECONCILED,
                                                KBNT_SERVICE_CONSUMER, NULL);
    kbnt_value_copy_field(transition, round->result, KBNT_FIELD_TOTALS);
    ports->world.observe(ports->world.data, transition);
}

static void
end_round(KbntReconcile *reconcile, const GError *error)
{
    const KbntWorldPort *world = &reconcile->upkeep.ports->world;
    Round *round = reconcile->round;
    g_autoptr(GError) stopped = NULL;

    if (reconcile->stopped)
        stopped = g_error_new_literal(KBNT_ERROR, KBNT_ERROR_STOPPED,
                                      "the consumer is stopping");
    else if (error == NULL)
        tell_round(reconcile);
    else if (round->ask->done == NULL)
        world->report(world->data, error, NULL, "the next round comes at the interval");
    if (stopped != NULL)
        error = stopped;
    if (round->ask->done != NULL)
        round->ask->done(error == NULL ? round->result : NULL, error, round->ask->data);
    else if (!reconcile->stopped)
        reconcile->timer = world->after(world->data, reconcile->interval_ms, tick, reconcile);
    round_free(round);
    reconcile->round = NULL;
    begin(reconcile);
}

/* Hosts. */

static void look_at_host(KbntReconcile *reconcile);

static void
count_findings(Round *round, const KbntValue *findings)
{
    guint n_items = kbnt_value_length(findings, KBNT_FIELD_ITEMS);

    for (guint i = 0; i < n_items; i++) {
        KbntValue *finding = kbnt_value_nth_value(findings, KBNT_FIELD_ITEMS, i);
        const char *name = kbnt_value_get_string(finding, KBNT_FIELD_REASON);

        for (KbntFinding kind = KBNT_FINDING_ORPHAN; kind < G_N_ELEMENTS(round->found); kind++)
            round->found[kind] += g_strcmp0(name, kbnt_finding_name(kind)) == 0;
        if (kbnt_value_length(round->result, KBNT_FIELD_ITEMS) < MOST_FINDINGS)
            kbnt_value_append_value(round->result, KBNT_FIELD_ITEMS, finding);
    }
}

static void
inspected(KbntValue *result, const GError *error, gpointer data)
{
    KbntReconcile *reconcile = data;
    const KbntWorldPort *world = &reconcile->upkeep.ports->world;
    Round *round = reconcile->round;

    if (error == NULL) {
        count_findings(round, result);
        round->counts[HOSTS]++;
    } else {
        round->counts[SKIPPED]++;
        if (!reconcile->stopped)
            world->report(world->data, error, NULL, "the host is looked at in the next round");
    }
    g_clear_pointer(&round->inspection, kbnt_inspection_free);
    look_at_host(reconcile);
}

static gboolean
is_wanted(const Round *round, const KbntValue *host)
{
    return round->ask->host == NULL ||
           g_strcmp0(kbnt_value_get_string(host, KBNT_FIELD_HOST), round->ask->host) == 0;
}

static void
look_at_host(KbntReconcile *reconcile)
{
    Round *round = reconcile->round;
    guint n_hosts = kbnt_value_length(round->hosts, KBNT_FIELD_HOSTS);

    while (round->n_looked_at < n_hosts) {
        guint index = (round->first_host + round->n_looked_at) % n_hosts;
        KbntValue *host = kbnt_value_nth_value(round->hosts, KBNT_FIELD_HOSTS, index);

        if (is_late(reconcile)) {
            round->counts[SKIPPED] += n_hosts - round->n_looked_at;
            reconcile->next_host = index;
            break;
        }
        round->n_looked_at++;
        if (!is_wanted(round, host))
            continue;
        round->inspection = kbnt_inspection_begin(&reconcile->upkeep, host, inspected,
                                                  reconcile);
        return;
    }
    end_round(reconcile, NULL);
}

static GError *
check_host(const Round *round)
{
    guint n_hosts = kbnt_value_length(round->hosts, KBNT_FIELD_HOSTS);

    for (guint i = 0; i < n_hosts; i++)
        if (is_wanted(round, kbnt_value_nth_value(round->hosts, KBNT_FIELD_HOSTS, i)))
            return NULL;
    return round->ask->host == NULL ? NULL
                                    : g_error_new(KBNT_ERROR, KBNT_ERROR_NOT_FOUND,
                                                  "no host '%s' is reported", round->ask->host);
}

static void
hosts_found(KbntValue *result, const GError *error, gpointer data)
{
    KbntReconcile *reconcile = data;
    Round *round = reconcile->round;
    g_autoptr(GError) refusal = NULL;

    if (error != NULL) {
        end_round(reconcile, error);
        return;
    }
    round->hosts = kbnt_value_ref(result);
    refusal = check_host(round);
    if (refusal != NULL) {
        end_round(reconcile, refusal);
        return;
    }
    round->first_host = round->ask->host == NULL ? reconcile->next_host : 0;
    look_at_host(reconcile);
}

/* Debts. */

static void read_debts(KbntReconcile *reconcile);

static void
next_page(KbntReconcile *reconcile)
{
    const KbntStorePort *store = &reconcile->upkeep.ports->store;

    g_ptr_array_set_size(reconcile->round->payments, 0);
    reconcile->round->page = reconcile->round->next_page;
    if (reconcile->round->page != 0 && !reconcile->stopped)
        read_debts(reconcile);
    else
        store->query(store->data, KBNT_STORE_HOSTS, NULL, hosts_found, reconcile);
}

static void
payment_ended(KbntValue *result, const GError *error, gpointer data)
{
    KbntReconcile *reconcile = data;
    const KbntWorldPort *world = &reconcile->upkeep.ports->world;
    Round *round = reconcile->round;

    (void)result;
    round->counts[error == NULL ? PAID : DEBTS]++;
    if (error != NULL && !reconcile->stopped)
        world->report(world->data, error, NULL, "the debt is kept for the next round");
    if (--round->n_open == 0)
        next_page(reconcile);
}

static void
pay(KbntReconcile *reconcile, const KbntValue *row)
{
    Round *round = reconcile->round;
    const char *wanted = round->ask->host;

    if (is_late(reconcile) || round->page < round->first_page ||
        (wanted != NULL && g_strcmp0(wanted, kbnt_debt_host(row)) != 0)) {
        round->counts[DEBTS]++;
        return;
    }
    round->n_open++;
    g_ptr_array_add(round->payments,
                    kbnt_debt_pay(&reconcile->upkeep, row, payment_ended, reconcile));
}

static void
debts_found(KbntValue *result, const GError *error, gpointer data)
{
    KbntReconcile *reconcile = data;
    Round *round = reconcile->round;
    guint n_items = error == NULL ? kbnt_value_length(result, KBNT_FIELD_ITEMS) : 0;

    if (error != NULL) {
        end_round(reconcile, error);
        return;
    }
    if (is_late(reconcile) && reconcile->next_page == 0)
        reconcile->next_page = round->page;
    round->next_page = kbnt_value_get_int(result, KBNT_FIELD_POSITION);
    for (guint i = 0; i < n_items; i++)
        pay(reconcile, kbnt_value_nth_value(result, KBNT_FIELD_ITEMS, i));
    if (round->n_open == 0)
        next_page(reconcile);
}

static void
read_debts(KbntReconcile *reconcile)
{
    const KbntStorePort *store = &reconcile->upkeep.ports->store;
    g_autoptr(KbntValue) argument = kbnt_value_new();

    kbnt_value_set_int(argument, KBNT_FIELD_POSITION, reconcile->round->page);
    kbnt_value_set_int(argument, KBNT_FIELD_MAX_ROWS, PAYERS);
    store->query(store->data, KBNT_STORE_DEBTS, argument, debts_found, reconcile);
}

static void
begin(KbntReconcile *reconcile)
{
    const KbntWorldPort *world = &reconcile->upkeep.ports->world;
    Ask *ask = reconcile->round == NULL ? g_queue_pop_head(&reconcile->asks) : NULL;

    if (ask == NULL)
        return;
    Round *round = g_new0(Round, 1);
    round->ask = ask;
    round->limit_us = world->monotonic_us(world->data) + ROUND_MS * (gint64)1000;
    round->payments = g_ptr_array_new_with_free_func((GDestroyNotify)kbnt_debt_free);
    round->result = kbnt_value_new();
    kbnt_value_set_empty_list(round->result, KBNT_FIELD_ITEMS);
    round->first_page = reconcile->next_page;
    reconcile->next_page = 0;
    reconcile->round = round;
    read_debts(reconcile);
}

static void
add_ask(KbntReconcile *reconcile, const char *host, KbntDone done, gpointer data)
{
    Ask *ask = g_new0(Ask, 1);

    ask->host = g_strdup(host);
    ask->done = done;
    ask->data = data;
    g_queue_push_tail(&reconcile->asks, ask);
    begin(reconcile);
}

static void
tick(gpointer data)
{
    KbntReconcile *reconcile = data;

    reconcile->timer = 0;
    add_ask(reconcile, NULL, NULL, NULL);
}

void
kbnt_reconcile_ask(KbntReconcile *reconcile, const char *host, KbntDone done, gpointer data)
{
    add_ask(reconcile, host, done, data);
}

void
kbnt_reconcile_start(KbntReconcile *reconcile, gint64 interval_ms)
{
    const KbntWorldPort *world = &reconcile->upkeep.ports->world;

    reconcile->interval_ms = interval_ms;
    if (interval_ms > 0)
        reconcile->timer = world->after(world->data, MIN(interval_ms, FIRST_MS), tick,
                                        reconcile);
}

void
kbnt_reconcile_stop(KbntReconcile *reconcile)
{
    const KbntWorldPort *world = &reconcile->upkeep.ports->world;

    reconcile->stopped = TRUE;
    if (reconcile->timer != 0)
        world->forget(world->data, reconcile->timer);
    reconcile->timer = 0;
}
