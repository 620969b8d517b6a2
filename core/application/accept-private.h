/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * accept-private.h: owns what accept.c (the way) and accept-message.c (the message) share.
 */
#ifndef KBNT_ACCEPT_PRIVATE_H
#define KBNT_ACCEPT_PRIVATE_H

#include "accept.h"
#include "submission.h"

/* Hexadecimal digits of a new resource's id; long where the short one is taken. */
#define KBNT_SHORT_ID 8
#define KBNT_LONG_ID 12

struct KbntAccept {
    const KbntPorts *ports;
    KbntRelay *relay;
    KbntExpectation *expectation;
    KbntRoster *roster;
    KbntLedgerCache *ledger_cache;
    KbntAcceptSettings settings;
    GHashTable *waiting; /* messageId -> KbntAccepting, for the broker's confirmation */
    gboolean stopped;
};

typedef struct {
    KbntAccept *accept;
    KbntJudged judged;
    char *correlation_id;
    char *idempotency_key;
    char *trace_parent;
    char *scope;
    gint64 received_us;
    guint id_digits;
    guint tries;
    guint64 timer;
    KbntValue *view; /* stored, waiting for its confirmation */
    KbntAnswer answer;
    gpointer data;
} KbntAccepting;

/* Returns: (transfer full): the message in full: what is published. */
KbntValue *kbnt_accept_message(KbntAccepting *accepting);

/* Tells apart bodies that ask for different things under one name. */
void kbnt_accept_body_hash(KbntAccepting *accepting, char ret_hash[65]);

/*
 * Returns: (transfer full): the row: the message without its secrets, with what only the
 * producer knows.
 */
KbntValue *kbnt_accept_row(KbntAccepting *accepting, const KbntValue *message);

/* Returns: (transfer full) (nullable): the record for the outbox. */
KbntValue *kbnt_accept_record(KbntAccepting *accepting, const KbntValue *message,
                              GError **error);

#endif
