/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * plan.h: owns which steps a verb takes, in order, as data.
 */
#ifndef KBNT_PLAN_H
#define KBNT_PLAN_H

#include <kbnt/kbnt-values.h>

/* What a step does, or what undoes it. */
typedef enum {
    KBNT_ACT_NONE,    /* nothing to do, or to undo */
    KBNT_ACT_PLACE,   /* choose a host and claim its capacity; undone with the request's end */
    KBNT_ACT_FIND,    /* look up the resource that the verb is about */
    KBNT_ACT_ENSURE,  /* make the part, or find it */
    KBNT_ACT_REMOVE,  /* take the part away */
    KBNT_ACT_START,   /* power on */
    KBNT_ACT_HALT,    /* power off, forced */
    KBNT_ACT_POWER,   /* what the verb asks */
    KBNT_ACT_ATTACH,  /* the volume to the machine */
    KBNT_ACT_DETACH,  /* the volume from the machine */
    KBNT_ACT_PLUG,    /* every volume of the specification, to the new machine */
    KBNT_ACT_UNPLUG,  /* every volume of the specification, from it */
    KBNT_ACT_PROBE,   /* ask the guest */
    KBNT_ACT_INSPECT, /* see that the part is there */
    KBNT_ACT_ABSENT,  /* see that the part is gone */
} KbntAct;

/* A step as data: the saga journals it, asks the provisioner, and may try again or undo. */
typedef struct {
    KbntStep step;
    KbntAct act;
    KbntAct undo;
    KbntPart part;
    gint64 deadline_ms; /* of one attempt */
    guint attempts;     /* of errors of class RETRY */
    guint percent;      /* of the whole, once the step is done */
} KbntPlanStep;

/*
 * Returns: (transfer none): the steps of @verb on a resource of @type; @ret_n_steps is 0 for a
 * verb that has none.
 */
const KbntPlanStep *kbnt_plan_steps(KbntRequestType verb, KbntResourceType type,
                                    guint *ret_n_steps);

/*
 * Returns: (transfer none): the steps of @request {REQUEST_TYPE, RESOURCE_TYPE, SPECIFICATION}:
 * those of its verb, and one more where a new machine is to have volumes.
 */
const KbntPlanStep *kbnt_plan_steps_of(const KbntValue *request, guint *ret_n_steps);

/* Returns: the last of @steps, from @index down, that can be undone; -1 where there is none. */
gint kbnt_plan_undo_from(const KbntPlanStep *steps, gint index);

/* Returns: what the resource is once @verb is done. */
KbntResourceStatus kbnt_plan_final_status(KbntRequestType verb, KbntResourceType type);

/* Returns: whether @verb makes a new resource. */
gboolean kbnt_plan_creates(KbntRequestType verb);

#endif
