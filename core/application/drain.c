/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * drain.c: owns whether a consumer takes new work.
 *
 * To leave the group and to join it take a while; what is wanted by then is done next.
 */
#include "drain.h"

#define RETRY_MS 1000

struct KbntDrain {
    const KbntPorts *ports;
    KbntIntake *intake;
    KbntSaga *saga;
    gboolean wanted;
    gboolean begun;
    gboolean has_left; /* the group, or is leaving it */
    gboolean moving;
    gboolean stopped;
    guint64 timer;
};

static void move(gpointer data);

KbntDrain *
kbnt_drain_new(const KbntPorts *ports, KbntIntake *intake, KbntSaga *saga)
{
    KbntDrain *drain = g_new0(KbntDrain, 1);

    drain->ports = ports;
    drain->intake = intake;
    drain->saga = saga;
    drain->has_left = TRUE;
    return drain;
}

void
kbnt_drain_free(KbntDrain *drain)
{
    if (drain == NULL)
        return;
    kbnt_drain_stop(drain);
    g_free(drain);
}

static void
moved(KbntValue *result, const GError *error, gpointer data)
{
    KbntDrain *drain = data;
    const KbntWorldPort *world = &drain->ports->world;

    (void)result;
    drain->moving = FALSE;
    if (drain->stopped)
        return;
    if (error == NULL) {
        move(drain);
        return;
    }
    drain->has_left = !drain->has_left;
    world->report(world->data, error, NULL, "it is tried again in a second");
    drain->timer = world->after(world->data, RETRY_MS, move, drain);
}

static void
move(gpointer data)
{
    KbntDrain *drain = data;

    drain->timer = 0;
    if (!drain->begun || drain->moving || drain->wanted == drain->has_left)
        return;
    drain->moving = TRUE;
    drain->has_left = drain->wanted;
    if (drain->wanted)
        kbnt_intake_stop(drain->intake, moved, drain);
    else
        kbnt_intake_start(drain->intake, moved, drain);
}

void
kbnt_drain_begin(KbntDrain *drain, gboolean has_joined)
{
    drain->begun = TRUE;
    drain->has_left = !has_joined;
    move(drain);
}

void
kbnt_drain_set(KbntDrain *drain, gboolean wanted)
{
    if (drain->stopped)
        return;
    drain->wanted = wanted;
    kbnt_saga_hold(drain->saga, wanted);
    if (drain->timer == 0)
        move(drain);
}

gboolean
kbnt_drain_is_wanted(const KbntDrain *drain)
{
    return drain->wanted;
}

guint
kbnt_drain_n_working(const KbntDrain *drain)
{
    return kbnt_saga_n_running(drain->saga);
}

gboolean
kbnt_drain_has_left(const KbntDrain *drain)
{
    return drain->has_left && !drain->moving;
}

void
kbnt_drain_stop(KbntDrain *drain)
{
    const KbntWorldPort *world = &drain->ports->world;

    drain->stopped = TRUE;
    if (drain->timer != 0)
        world->forget(world->data, drain->timer);
    drain->timer = 0;
}
