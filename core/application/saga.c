/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * saga.c: owns which messages are worked on, when: lanes, turns, slots and leases.
 *
 * Rows come from the intake as they are committed, and from the store (WAITING) at start, once
 * a second (a lease of another incarnation may have ended, or the time that a row has to wait
 * for others), when memory ran short, and when the end of one message or a cancel may have
 * freed another. A row that is known already is not taken twice.
 */
#include "saga.h"

#include "fair-share.h"
#include "transition.h"

/* Rows held in memory; the rest waits in the store. */
#define MOST_WAITING 4096
#define PAGE 512

/* All leases of this incarnation are renewed at this pace, and last three times as long. */
#define RENEW_MS 1000
#define LEASE_MS 3000

/* A row that waits for its turn: as bytes, which take a third of the room. */
typedef struct {
    GBytes *row;
    KbntPriority priority;
    KbntCancelReason cancel; /* 0 while nobody wishes to end it */
} Waiting;

struct KbntSaga {
    const KbntPorts *ports;
    KbntRunContext context;
    char *owner;
    guint slots;
    KbntFairShare *turns;
    GHashTable *waiting; /* messageId -> Waiting */
    guint n_waiting[KBNT_PRIORITY_CRITICAL + 1];
    GHashTable *running; /* messageId -> KbntRun, owned */
    GHashTable *parked;  /* messageIds that wait for another's end */
    gboolean started;
    gboolean held;    /* nothing new is begun */
    gboolean more;    /* the store may hold rows that memory does not */
    gboolean looking; /* the query is open */
    guint64 renew_timer;
};

static void
waiting_free(Waiting *waiting)
{
    g_bytes_unref(waiting->row);
    g_free(waiting);
}

G_DEFINE_AUTOPTR_CLEANUP_FUNC(Waiting, waiting_free)

/* The event that was committed with a row is no part of what begins its run. */
static Waiting *
waiting_new(const KbntValue *row)
{
    static const KbntField unneeded[] = { KBNT_FIELD_RECORDS, KBNT_FIELD_BODY_HASH };
    g_autoptr(KbntValue) lean = kbnt_value_copy(row);
    Waiting *waiting = g_new0(Waiting, 1);

    for (guint i = 0; i < G_N_ELEMENTS(unneeded); i++)
        kbnt_value_clear(lean, unneeded[i]);
    waiting->row = kbnt_value_to_bytes(lean);
    waiting->priority = kbnt_value_get_int(row, KBNT_FIELD_PRIORITY);
    return waiting;
}

/* Returns: (transfer full): the row as it came, with the wish to end it. */
static KbntValue *
waiting_row(const Waiting *waiting)
{
    g_autoptr(GError) error = NULL;
    KbntValue *row = kbnt_value_from_bytes(waiting->row, &error);

    g_assert_no_error(error);
    if (waiting->cancel != 0) {
        kbnt_value_set_int(row, KBNT_FIELD_CANCEL_REQUESTED, TRUE);
        kbnt_value_set_int(row, KBNT_FIELD_CANCEL_REASON, waiting->cancel);
    }
    return row;
}

static void fill_slots(KbntSaga *saga);
static void renew(gpointer data);

/* A message has ended: others may have waited for it. */
static void
go_on_after_end(KbntSaga *saga)
{
    if (g_hash_table_size(saga->parked) > 0)
        saga->more = TRUE;
    fill_slots(saga);
}

static void
run_ended(KbntRun *run, gpointer data)
{
    KbntSaga *saga = data;

    g_hash_table_remove(saga->running, kbnt_run_message_id(run));
    go_on_after_end(saga);
}

KbntSaga *
kbnt_saga_new(const KbntPorts *ports, KbntRelay *relay, const KbntPrices *prices,
              const char *owner, guint slots)
{
    KbntSaga *saga = g_new0(KbntSaga, 1);

    saga->ports = ports;
    saga->owner = g_strdup(owner);
    saga->slots = slots;
    saga->turns = kbnt_fair_share_new();
    saga->waiting = g_hash_table_new_full(g_str_hash, g_str_equal, g_free,
                                          (GDestroyNotify)waiting_free);
    saga->running = g_hash_table_new_full(g_str_hash, g_str_equal, NULL,
                                          (GDestroyNotify)kbnt_run_free);
    saga->parked = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
    saga->context = (KbntRunContext){
        .ports = ports,
        .relay = relay,
        .prices = prices,
        .owner = saga->owner,
        .ended = run_ended,
        .data = saga,
    };
    return saga;
}

void
kbnt_saga_set_prices(KbntSaga *saga, const KbntPrices *prices)
{
    saga->context.prices = prices;
}

void
kbnt_saga_free(KbntSaga *saga)
{
    if (saga == NULL)
        return;
    kbnt_saga_stop(saga);
    g_hash_table_unref(saga->running);
    g_hash_table_unref(saga->waiting);
    g_hash_table_unref(saga->parked);
    kbnt_fair_share_free(saga->turns);
    g_free(saga->owner);
    g_free(saga);
}

static void
begin(KbntSaga *saga, const char *message_id)
{
    g_autoptr(Waiting) waiting = NULL;
    g_autofree char *key = NULL;

    if (!g_hash_table_steal_extended(saga->waiting, message_id, (gpointer *)&key,
                                     (gpointer *)&waiting))
        return;
    saga->n_waiting[waiting->priority]--;
    g_autoptr(KbntValue) row = waiting_row(waiting);
    KbntRun *run = kbnt_run_new(&saga->context, row);
    g_hash_table_insert(saga->running, (gpointer)kbnt_run_message_id(run), run);
    kbnt_run_begin(run);
}

static void
hold(KbntSaga *saga, const KbntValue *row)
{
    const char *message_id = kbnt_value_get_string(row, KBNT_FIELD_MESSAGE_ID);

    if (g_hash_table_contains(saga->waiting, message_id) ||
        g_hash_table_contains(saga->running, message_id))
        return;
    if (g_hash_table_size(saga->waiting) >= MOST_WAITING) {
        saga->more = TRUE;
        return;
    }
    g_hash_table_remove(saga->parked, message_id);
    Waiting *waiting = waiting_new(row);
    g_hash_table_insert(saga->waiting, g_strdup(message_id), waiting);
    saga->n_waiting[waiting->priority]++;
    kbnt_fair_share_push(saga->turns, message_id,
                         kbnt_value_get_string(row, KBNT_FIELD_USER_ID), waiting->priority);
}

static void
looked(KbntValue *result, const GError *error, gpointer data)
{
    KbntSaga *saga = data;
    const KbntWorldPort *world = &saga->ports->world;

    saga->looking = FALSE;
    if (error != NULL) {
        saga->more = TRUE;
        world->report(world->data, error, NULL, "the inbox is read again at the next renewal");
        return;
    }
    guint n_items = kbnt_value_length(result, KBNT_FIELD_ITEMS);
    for (guint i = 0; i < n_items; i++)
        hold(saga, kbnt_value_nth_value(result, KBNT_FIELD_ITEMS, i));
    fill_slots(saga);
}

static void
look(KbntSaga *saga)
{
    const KbntStorePort *store = &saga->ports->store;
    g_autoptr(KbntValue) argument = NULL;

    if (saga->looking || !saga->started)
        return;
    argument = kbnt_value_new();
    kbnt_value_set_int(argument, KBNT_FIELD_MAX_ROWS, PAGE + g_hash_table_size(saga->running));
    kbnt_value_set_string(argument, KBNT_FIELD_OWNER, saga->owner);
    saga->looking = TRUE;
    saga->more = FALSE;
    store->query(store->data, KBNT_STORE_WAITING, argument, looked, saga);
}

static void
fill_slots(KbntSaga *saga)
{
    while (saga->started && !saga->held && g_hash_table_size(saga->running) < saga->slots) {
        g_autofree char *message_id = kbnt_fair_share_pop(saga->turns);

        if (message_id == NULL)
            break;
        begin(saga, message_id);
    }
    if (saga->more && g_hash_table_size(saga->waiting) < PAGE / 2)
        look(saga);
}

void
kbnt_saga_offer(KbntSaga *saga, const KbntValue *row)
{
    if (kbnt_value_length(row, KBNT_FIELD_DEPENDS_ON) == 0)
        hold(saga, row);
    else {
        g_hash_table_add(saga->parked,
                         g_strdup(kbnt_value_get_string(row, KBNT_FIELD_MESSAGE_ID)));
        saga->more = TRUE;
    }
    fill_slots(saga);
}

void
kbnt_saga_refused(KbntSaga *saga, const KbntValue *row)
{
    const KbntWorldPort *world = &saga->ports->world;
    KbntValue *transition = kbnt_transition_new(saga->ports, KBNT_TRANSITION_REQUEST_ENDED,
                                                KBNT_SERVICE_CONSUMER,
                                                kbnt_value_get_value(row, KBNT_FIELD_REQUEST));

    kbnt_value_set_string(transition, KBNT_FIELD_OUTCOME_LABEL, "failed");
    kbnt_value_set_string(transition, KBNT_FIELD_CODE,
                          kbnt_error_code_name(KBNT_ERROR_DEADLINE_EXCEEDED));
    world->observe(world->data, transition);
    go_on_after_end(saga);
}

static void
mark_cancelled(KbntSaga *saga, const char *message_id, KbntCancelReason reason)
{
    Waiting *waiting = g_hash_table_lookup(saga->waiting, message_id);

    if (waiting != NULL)
        waiting->cancel = reason;
    else
        saga->more = TRUE;
}

void
kbnt_saga_cancel(KbntSaga *saga, const char *message_id, KbntCancelReason reason)
{
    KbntRun *run = g_hash_table_lookup(saga->running, message_id);

    if (run != NULL)
        kbnt_run_cancel(run, reason);
    else
        mark_cancelled(saga, message_id, reason);
    fill_slots(saga);
}

static void
renewed(KbntValue *result, const GError *error, gpointer data)
{
    KbntSaga *saga = data;
    const KbntWorldPort *world = &saga->ports->world;

    (void)result;
    if (error != NULL && !g_error_matches(error, KBNT_ERROR, KBNT_ERROR_STOPPED))
        world->report(world->data, error, NULL, "the leases are renewed again in a second");
}

static void
renew(gpointer data)
{
    KbntSaga *saga = data;
    const KbntStorePort *store = &saga->ports->store;
    const KbntWorldPort *world = &saga->ports->world;

    saga->renew_timer = world->after(world->data, RENEW_MS, renew, saga);
    if (g_hash_table_size(saga->running) > 0) {
        g_autoptr(KbntValue) argument = kbnt_value_new();

        kbnt_value_set_string(argument, KBNT_FIELD_OWNER, saga->owner);
        kbnt_value_set_int(argument, KBNT_FIELD_LEASE_MS, LEASE_MS);
        store->submit(store->data, KBNT_STORE_RENEW, argument, renewed, saga);
    }
    saga->more = TRUE;
    fill_slots(saga);
}

void
kbnt_saga_start(KbntSaga *saga)
{
    const KbntWorldPort *world = &saga->ports->world;

    saga->started = TRUE;
    saga->renew_timer = world->after(world->data, RENEW_MS, renew, saga);
    look(saga);
}

void
kbnt_saga_hold(KbntSaga *saga, gboolean held)
{
    saga->held = held;
    saga->more = TRUE;
    fill_slots(saga);
}

void
kbnt_saga_stop(KbntSaga *saga)
{
    const KbntWorldPort *world = &saga->ports->world;

    saga->started = FALSE;
    if (saga->renew_timer != 0)
        world->forget(world->data, saga->renew_timer);
    saga->renew_timer = 0;
}

guint
kbnt_saga_n_waiting(const KbntSaga *saga, KbntPriority priority)
{
    return saga->n_waiting[priority];
}

guint
kbnt_saga_n_running(const KbntSaga *saga)
{
    return g_hash_table_size(saga->running);
}
