/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * meter.c: owns the price of what goes on existing: one hour's price at each further hour
 * begun.
 *
 * A reading walks the resources page by page and tells, of each, the hours that have begun
 * since the reading before.
 */
#include "meter.h"

#include "cost.h"
#include "transition.h"

#define PAGE 500

struct KbntMeter {
    const KbntPorts *ports;
    gint64 interval_ms;
    gint64 last_ms; /* the latest reading: a clock that goes back charges no hour twice */
    gint64 now_ms;  /* this reading; all of its pages */
    guint64 timer;
};

static void read_page(KbntMeter *meter, const char *cursor);

KbntMeter *
kbnt_meter_new(const KbntPorts *ports)
{
    KbntMeter *meter = g_new0(KbntMeter, 1);

    meter->ports = ports;
    return meter;
}

void
kbnt_meter_free(KbntMeter *meter)
{
    if (meter == NULL)
        return;
    kbnt_meter_stop(meter);
    g_free(meter);
}

static void
charge(KbntMeter *meter, const KbntValue *resource)
{
    KbntValue *metrics = kbnt_value_get_value(resource, KBNT_FIELD_METRICS);
    double per_hour = metrics ? kbnt_value_get_number(metrics, KBNT_FIELD_COST_PER_HOUR_USD)
                              : 0;
    gint64 created_ms = kbnt_value_get_int(resource, KBNT_FIELD_CREATED_AT);
    gint64 before = kbnt_cost_hours_begun(created_ms, meter->last_ms);
    gint64 hours = kbnt_cost_hours_begun(created_ms, meter->now_ms) - before;

    if (hours <= 0 || per_hour <= 0)
        return;
    KbntValue *transition = kbnt_transition_new(meter->ports, KBNT_TRANSITION_RESOURCE_CHARGED,
                                                KBNT_SERVICE_CONSUMER, resource);
    kbnt_value_set_number(transition, KBNT_FIELD_COST, per_hour * (double)hours);
    meter->ports->world.observe(meter->ports->world.data, transition);
}

static void
page_read(KbntValue *result, const GError *error, gpointer data)
{
    KbntMeter *meter = data;
    const KbntWorldPort *world = &meter->ports->world;
    guint n_items = error == NULL ? kbnt_value_length(result, KBNT_FIELD_ITEMS) : 0;
    const char *cursor = error == NULL ? kbnt_value_get_string(result, KBNT_FIELD_NEXT_CURSOR)
                                       : NULL;

    if (error != NULL && meter->timer != 0)
        world->report(world->data, error, NULL, "the meter is read again at the next interval");
    for (guint i = 0; i < n_items; i++)
        charge(meter, kbnt_value_nth_value(result, KBNT_FIELD_ITEMS, i));
    if (cursor != NULL)
        read_page(meter, cursor);
    else if (error == NULL)
        meter->last_ms = MAX(meter->last_ms, meter->now_ms);
}

static void
read_page(KbntMeter *meter, const char *cursor)
{
    const KbntStorePort *store = &meter->ports->store;
    g_autoptr(KbntValue) argument = kbnt_value_new();

    kbnt_value_set_int(argument, KBNT_FIELD_MAX_ROWS, PAGE);
    kbnt_value_set_string(argument, KBNT_FIELD_CURSOR, cursor);
    store->query(store->data, KBNT_STORE_RESOURCES, argument, page_read, meter);
}

static void
read_meter(gpointer data)
{
    KbntMeter *meter = data;
    const KbntWorldPort *world = &meter->ports->world;

    meter->timer = world->after(world->data, meter->interval_ms, read_meter, meter);
    meter->now_ms = world->wall_ms(world->data);
    read_page(meter, NULL);
}

void
kbnt_meter_start(KbntMeter *meter, gint64 interval_ms)
{
    const KbntWorldPort *world = &meter->ports->world;

    meter->interval_ms = interval_ms;
    meter->last_ms = world->wall_ms(world->data);
    meter->timer = world->after(world->data, interval_ms, read_meter, meter);
}

void
kbnt_meter_stop(KbntMeter *meter)
{
    const KbntWorldPort *world = &meter->ports->world;

    if (meter->timer != 0)
        world->forget(world->data, meter->timer);
    meter->timer = 0;
}
