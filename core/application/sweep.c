/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * sweep.c: owns what a store needs now and then: overdue requests ended, old rows pruned.
 */
#include "sweep.h"

#define SWEEP_MS 1000
#define SWEEPS_A_PRUNE 60
#define PAGE 100
#define PRUNE_ROWS 500

struct KbntSweep {
    const KbntPorts *ports;
    KbntCancel *cancel;
    KbntRetention retention;
    guint64 timer;
    guint n_sweeps;
    gboolean looking;
};

typedef struct {
    KbntSweep *sweep;
    KbntValue *argument;
} Prune;

static void sweep_now(gpointer data);

KbntSweep *
kbnt_sweep_new(const KbntPorts *ports, KbntCancel *cancel, const KbntRetention *retention)
{
    KbntSweep *sweep = g_new0(KbntSweep, 1);

    sweep->ports = ports;
    sweep->cancel = cancel;
    sweep->retention = *retention;
    return sweep;
}

void
kbnt_sweep_free(KbntSweep *sweep)
{
    if (sweep == NULL)
        return;
    kbnt_sweep_stop(sweep);
    g_free(sweep);
}

void
kbnt_sweep_set_retention(KbntSweep *sweep, const KbntRetention *retention)
{
    sweep->retention = *retention;
}

static void
report(KbntSweep *sweep, const GError *error, const char *text)
{
    const KbntWorldPort *world = &sweep->ports->world;

    if (!g_error_matches(error, KBNT_ERROR, KBNT_ERROR_STOPPED))
        world->report(world->data, error, NULL, text);
}

static void
cancelled(KbntValue *result, const GError *error, gpointer data)
{
    (void)result;
    if (error != NULL && !g_error_matches(error, KBNT_ERROR, KBNT_ERROR_STATE_CONFLICT))
        report(data, error, "the overdue request is looked at again in a second");
}

static void
overdue_found(KbntValue *result, const GError *error, gpointer data)
{
    KbntSweep *sweep = data;
    guint n_items = error == NULL ? kbnt_value_length(result, KBNT_FIELD_ITEMS) : 0;

    sweep->looking = FALSE;
    if (error != NULL)
        report(sweep, error, "overdue requests are looked for again in a second");
    for (guint i = 0; i < n_items; i++)
        kbnt_cancel_overdue(sweep->cancel, kbnt_value_nth_value(result, KBNT_FIELD_ITEMS, i),
                            cancelled, sweep);
}

static void
look_for_overdue(KbntSweep *sweep)
{
    const KbntStorePort *store = &sweep->ports->store;
    const KbntWorldPort *world = &sweep->ports->world;
    g_autoptr(KbntValue) argument = NULL;

    if (sweep->cancel == NULL || sweep->looking)
        return;
    argument = kbnt_value_new();
    kbnt_value_set_int(argument, KBNT_FIELD_BEFORE, world->wall_ms(world->data));
    kbnt_value_set_int(argument, KBNT_FIELD_MAX_ROWS, PAGE);
    sweep->looking = TRUE;
    store->query(store->data, KBNT_STORE_OVERDUE, argument, overdue_found, sweep);
}

static void
pruned(KbntValue *result, const GError *error, gpointer data)
{
    Prune *prune = data;
    const KbntStorePort *store = &prune->sweep->ports->store;

    if (error == NULL && kbnt_value_get_int(result, KBNT_FIELD_COUNT) >= PRUNE_ROWS) {
        store->submit(store->data, KBNT_STORE_PRUNE, prune->argument, pruned, prune);
        return;
    }
    if (error != NULL)
        report(prune->sweep, error, "old rows are pruned again in a minute");
    kbnt_value_unref(prune->argument);
    g_free(prune);
}

static void
prune(KbntSweep *sweep, const char *name, gint64 kept_ms)
{
    const KbntStorePort *store = &sweep->ports->store;
    const KbntWorldPort *world = &sweep->ports->world;

    if (kept_ms <= 0)
        return;
    Prune *prune = g_new0(Prune, 1);
    prune->sweep = sweep;
    prune->argument = kbnt_value_new();
    kbnt_value_set_string(prune->argument, KBNT_FIELD_NAME, name);
    kbnt_value_set_int(prune->argument, KBNT_FIELD_BEFORE,
                       world->wall_ms(world->data) - kept_ms);
    kbnt_value_set_int(prune->argument, KBNT_FIELD_MAX_ROWS, PRUNE_ROWS);
    store->submit(store->data, KBNT_STORE_PRUNE, prune->argument, pruned, prune);
}

static void
prune_all(KbntSweep *sweep)
{
    const KbntRetention *retention = &sweep->retention;

    if (sweep->cancel != NULL) {
        prune(sweep, "requests", retention->requests_ms);
        prune(sweep, "events", retention->events_ms);
    } else
        prune(sweep, "inbox", retention->inbox_ms);
    prune(sweep, "dead-letters", retention->dead_letters_ms);
}

static void
sweep_now(gpointer data)
{
    KbntSweep *sweep = data;
    const KbntWorldPort *world = &sweep->ports->world;

    sweep->timer = world->after(world->data, SWEEP_MS, sweep_now, sweep);
    look_for_overdue(sweep);
    if (++sweep->n_sweeps % SWEEPS_A_PRUNE == 0)
        prune_all(sweep);
}

void
kbnt_sweep_start(KbntSweep *sweep)
{
    const KbntWorldPort *world = &sweep->ports->world;

    sweep->timer = world->after(world->data, SWEEP_MS, sweep_now, sweep);
}

void
kbnt_sweep_stop(KbntSweep *sweep)
{
    const KbntWorldPort *world = &sweep->ports->world;

    if (sweep->timer != 0)
        world->forget(world->data, sweep->timer);
    sweep->timer = 0;
}
