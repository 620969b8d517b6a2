/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * volumes.h: owns the volumes that a new machine is given, or gives back.
 */
#ifndef KBNT_VOLUMES_H
#define KBNT_VOLUMES_H

#include "relay.h"
#include "step.h"

/*
 * Asks for @act of @step. PLUG and UNPLUG are done for each of RESOURCES of @state, values
 * {VIRTUAL_RESOURCE_ID, MESSAGE_ID}: each is a call to the provisioner, and then, where it has
 * changed what the volume is, a commit of that under @epoch, with an event on the volume's own
 * stream. What was done before is found and left. @done hears of the first that fails. Any
 * other act is one call, as by kbnt_step_ask().
 */
void kbnt_volumes_ask(const KbntPorts *ports, KbntRelay *relay, const KbntPlanStep *step,
                      KbntAct act, const KbntValue *request, const KbntValue *state,
                      gint64 epoch, gint64 limit_us, KbntDone done, gpointer data);

/* No longer wants what the act of @step asks the provisioner for, which answers all the same.
 */
void kbnt_volumes_cancel(const KbntPorts *ports, const KbntPlanStep *step,
                         const KbntValue *request, const KbntValue *state);

#endif
