/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Owns what each transition is called in the log, and how grave it is. */
#include "log.h"

#include <string.h>

typedef struct {
    LogHeading usual;
    LogHeading failed;    /* where it ended without success; text NULL: as usual */
    LogHeading cancelled; /* likewise */
} Row;

#define H(level, text) \
    { \
        KBNT_LOG_##level, text \
    }

static const Row rows[] = {
    [KBNT_TRANSITION_REQUEST_RECEIVED] = { H(INFO, "A request has arrived") },
    [KBNT_TRANSITION_REQUEST_REPLAYED] = { H(INFO, "A request has come again and is answered "
                                                   "with what is known") },
    [KBNT_TRANSITION_REQUEST_REJECTED] = { H(NOTICE, "A request is refused") },
    [KBNT_TRANSITION_REQUEST_ACCEPTED] = { H(INFO, "A request is accepted and stored") },
    [KBNT_TRANSITION_RECORD_CONFIRMED] = { H(DEBUG, "A record is published") },
    [KBNT_TRANSITION_RECORD_RESENT] = { H(NOTICE, "A record is published again") },
    [KBNT_TRANSITION_MESSAGE_RECEIVED] = { H(INFO, "A message is in the inbox") },
    [KBNT_TRANSITION_MESSAGE_REDELIVERED] = { H(NOTICE, "A message was in the inbox already") },
    [KBNT_TRANSITION_MESSAGE_DEAD] = { H(WARNING, "A message is dead and waits for kbntctl "
                                                  "dlq") },
    [KBNT_TRANSITION_ALLOCATION_CLAIMED] = { H(INFO, "Capacity is claimed on a host") },
    [KBNT_TRANSITION_STEP_ENDED] = { H(DEBUG, "A step is done"),
                                     H(WARNING, "A step has failed and what was done is "
                                                "undone"),
                                     { 0 } },
    [KBNT_TRANSITION_STEP_RETRIED] = { H(WARNING, "A step has failed and is tried again") },
    [KBNT_TRANSITION_RESOURCE_CREATED] = { H(INFO, "A resource is created") },
    [KBNT_TRANSITION_RESOURCE_CHANGED] = { H(INFO, "A resource is in another state") },
    [KBNT_TRANSITION_RESOURCE_REMOVED] = { H(INFO, "A resource is removed") },
    [KBNT_TRANSITION_RESOURCE_CHARGED] = { H(DEBUG, "A resource is charged a further hour") },
    [KBNT_TRANSITION_REQUEST_ENDED] = { H(INFO, "A request has succeeded"),
                                        H(WARNING, "A request has failed and its event says "
                                                   "so"),
                                        H(NOTICE, "A request is cancelled") },
    [KBNT_TRANSITION_EVENT_ACKNOWLEDGED] = { H(DEBUG, "An event is acknowledged") },
    [KBNT_TRANSITION_REQUEST_SETTLED] = { H(INFO, "The producer knows that a request has "
                                                  "succeeded"),
                                          H(NOTICE, "The producer knows that a request has "
                                                    "failed"),
                                          H(NOTICE, "The producer knows that a request is "
                                                    "cancelled") },
    [KBNT_TRANSITION_EVENT_PROJECTED] = { H(DEBUG, "An event is part of the view") },
    [KBNT_TRANSITION_DEBT_LEFT] = { H(WARNING, "A failed request has left something, which is "
                                               "removed when the host lets it") },
    [KBNT_TRANSITION_DEBT_PAID] = { H(NOTICE, "What a failed request had left is removed") },
    [KBNT_TRANSITION_RECONCILED] = { H(DEBUG, "Store and hypervisor were compared") },
};

static const LogHeading newer = H(INFO, "A transition of a newer kbnt");

static const LogHeading *
heading_in(const Row *row, const char *outcome)
{
    if (outcome && strcmp(outcome, "failed") == 0 && row->failed.text)
        return &row->failed;
    if (outcome && strcmp(outcome, "cancelled") == 0 && row->cancelled.text)
        return &row->cancelled;
    return row->usual.text ? &row->usual : &newer;
}

LogHeading
log_heading_of(const KbntValue *transition)
{
    gint64 kind = kbnt_value_get_int(transition, KBNT_FIELD_TRANSITION);
    const char *outcome = kbnt_value_get_string(transition, KBNT_FIELD_OUTCOME_LABEL);

    if (kind <= 0 || kind >= (gint64)G_N_ELEMENTS(rows))
        return newer;
    return *heading_in(&rows[kind], outcome);
}
