/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * step.h: owns one step on the provisioner: what it is asked, and what its answer means.
 */
#ifndef KBNT_STEP_H
#define KBNT_STEP_H

#include "plan.h"
#include "ports.h"

/* Returns: how long whoever asks for @step holds its message: longer than the call may take. */
gint64 kbnt_step_lease_ms(const KbntPlanStep *step);

/*
 * Asks the provisioner for @act (an act that needs it) of @step. @request is the message,
 * @state what earlier steps gave. The answer comes within the step's deadline, and by
 * @limit_us on the monotonic clock.
 */
void kbnt_step_ask(const KbntPorts *ports, const KbntPlanStep *step, KbntAct act,
                   const KbntValue *request, const KbntValue *state, gint64 epoch,
                   gint64 limit_us, KbntDone done, gpointer data);

/* No longer wants the answer of kbnt_step_ask(), which comes all the same. */
void kbnt_step_cancel(const KbntPorts *ports, const KbntPlanStep *step, KbntAct act,
                      const KbntValue *request, const KbntValue *state);

/* Takes over into @state what the answer @result (nullable) tells. */
void kbnt_step_merge(KbntValue *state, const KbntValue *result);

/*
 * Judges the outcome of @act: an error of the provisioner that is success (a part to be gone
 * is not found), or an answer that is a failure (an unhealthy machine).
 */
gboolean kbnt_step_succeeded(const KbntPlanStep *step, KbntAct act, const KbntValue *result,
                             const GError *answer, GError **error);

#endif
