/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * submission.h: owns the judgement of what a client sent, as POST and dry run share it: read,
 * looked up, judged with all that is known.
 */
#ifndef KBNT_SUBMISSION_H
#define KBNT_SUBMISSION_H

#include "accept.h"
#include "judgement.h"
#include "ledger-cache.h"

/* A submission on its way, with what must outlive the call that brought it. */
typedef struct {
    const KbntPorts *ports;
    const KbntRules *rules;
    KbntRoster *roster;
    KbntCaller *caller;
    KbntValue *request;            /* as read, and completed by the use case */
    KbntValue *faults;             /* FAULTS of the reading */
    KbntValue *known;              /* the answer of LOOKUP, or NULL */
    KbntValue *ledger;             /* the answer of QUOTA, or NULL */
    KbntValue *verdict;            /* of the last judgement */
    char *accounts;                /* whose ledger was asked for */
    guint64 ledger_age;            /* when it was */
    KbntLedgerCache *ledger_cache; /* (nullable): where it need not be the very last */
    void (*looked)(gpointer data, const GError *error);
    gpointer data;
} KbntJudged;

/* Reads the body; @judged starts empty. */
void kbnt_judged_init(KbntJudged *judged, const KbntPorts *ports, const KbntRules *rules,
                      KbntRoster *roster, const KbntSubmission *submission);

void kbnt_judged_clear(KbntJudged *judged);

/* Returns: whether the request names resources that have to be looked up first. */
gboolean kbnt_judged_names_resources(const KbntJudged *judged);

/*
 * Looks up the resources that the request names and, with @scope, whether its requestId or
 * @idempotency_key is known there; @looked comes later.
 */
void kbnt_judged_look_up(KbntJudged *judged, const char *scope, const char *idempotency_key,
                         void (*looked)(gpointer data, const GError *error), gpointer data);

/*
 * Fetches the ledger's rows that the request is charged to; @looked comes later, or at once
 * where the cache knows them.
 */
void kbnt_judged_fetch_ledger(KbntJudged *judged,
                              void (*looked)(gpointer data, const GError *error),
                              gpointer data);

/* Judges by what is known now; TRUE where the request may be accepted. */
gboolean kbnt_judged_pass(KbntJudged *judged);

/* Returns: (transfer full): the error that leads the faults of the last judgement. */
GError *kbnt_judged_error(const KbntJudged *judged);

#endif
