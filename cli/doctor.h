/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * doctor.h: owns the looking for what is wrong, and top, the looking at what is going on.
 */
#ifndef KBNT_DOCTOR_H
#define KBNT_DOCTOR_H

#include "command.h"

/* Checks daemon, readiness, socket, store and clock. Returns: an exit code. */
int kbnt_doctor(KbntInvocation *invocation);

/* Shows what the daemon does, again and again. Returns: an exit code. */
int kbnt_top(KbntInvocation *invocation);

#endif
