/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * cancel.h: owns the message that asks the consumer to end a request and undo what was done.
 */
#ifndef KBNT_CANCEL_H
#define KBNT_CANCEL_H

#include "permission.h"
#include "ports.h"
#include "query.h"
#include "relay.h"

typedef struct KbntCancel KbntCancel;

KbntCancel *kbnt_cancel_new(const KbntPorts *ports, KbntQuery *query, KbntRelay *relay);

void kbnt_cancel_free(KbntCancel *cancel);

/*
 * @id and @user_id as in kbnt_query_request(). Result {REQUEST, REPLAYED}; NOT_FOUND;
 * STATE_CONFLICT where it is already terminal.
 */
void kbnt_cancel_request(KbntCancel *cancel, const KbntCaller *caller, const char *id,
                         const char *user_id, const char *correlation_id, KbntDone done,
                         gpointer data);

/* Asks the consumer to end @target, whose deadline has passed. */
void kbnt_cancel_overdue(KbntCancel *cancel, const KbntValue *target, KbntDone done,
                         gpointer data);

#endif
