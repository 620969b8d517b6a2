/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * watch.h: owns the looking on while a request is worked on.
 */
#ifndef KBNT_WATCH_H
#define KBNT_WATCH_H

#include "command.h"

/**
 * kbnt_watch_request:
 * @id: a requestId or a messageId
 *
 * Prints each event of the request until it has ended.
 *
 * Returns: KBNT_EXIT_DONE where it completed.
 */
int kbnt_watch_request(KbntInvocation *invocation, const char *id);

/* Runs the reference run. Returns: an exit code. */
int kbnt_demo(KbntInvocation *invocation);

#endif
