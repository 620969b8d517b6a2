/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* verbs.c: owns the table that says which function answers a verb, and for which half. */
#include "accept.h"
#include "check.h"
#include "dead-letters.h"
#include "hosts.h"
#include "inbox-views.h"
#include "intake.h"
#include "outbox.h"
#include "projection.h"
#include "prune.h"
#include "request-views.h"
#include "saga-commands.h"
#include "store.h"
#include "streams.h"
#include "views.h"

static const struct {
    guint32 verb;
    KbntHalf half;
    StoreCommand command;
} commands[] = {
    { KBNT_STORE_ACCEPT, KBNT_HALF_PRODUCER, accept_request },
    { KBNT_STORE_CANCEL, KBNT_HALF_PRODUCER, accept_cancel },
    { KBNT_STORE_PROJECT, KBNT_HALF_PRODUCER, projection_apply },
    { KBNT_STORE_TAKE_IN, KBNT_HALF_CONSUMER, intake_take_in },
    { KBNT_STORE_TAKE_CANCEL, KBNT_HALF_CONSUMER, intake_take_cancel },
    { KBNT_STORE_CLAIM, KBNT_HALF_CONSUMER, saga_claim },
    { KBNT_STORE_ADVANCE, KBNT_HALF_CONSUMER, saga_advance },
    { KBNT_STORE_RENEW, KBNT_HALF_CONSUMER, saga_renew },
    { KBNT_STORE_EMIT, KBNT_HALF_CONSUMER, streams_emit },
    { KBNT_STORE_REPORT_HOSTS, KBNT_HALF_CONSUMER, hosts_report_all },
    { KBNT_STORE_TAKE_SERIALS, KBNT_HALF_CONSUMER, saga_take_serials },
    { KBNT_STORE_CONFIRM, KBNT_HALF_ALL, outbox_confirm },
    { KBNT_STORE_SETTLE, KBNT_HALF_ALL, outbox_settle },
    { KBNT_STORE_BURY, KBNT_HALF_ALL, dead_letters_bury },
    { KBNT_STORE_EXHUME, KBNT_HALF_ALL, dead_letters_exhume },
    { KBNT_STORE_PRUNE, KBNT_HALF_ALL, prune },
};

static const struct {
    guint32 verb;
    KbntHalf half;
    StoreQuery query;
} queries[] = {
    { KBNT_STORE_LOOKUP, KBNT_HALF_PRODUCER, request_views_lookup },
    { KBNT_STORE_REQUEST, KBNT_HALF_PRODUCER, request_views_one },
    { KBNT_STORE_REQUESTS, KBNT_HALF_PRODUCER, request_views_list },
    { KBNT_STORE_OVERDUE, KBNT_HALF_PRODUCER, request_views_overdue },
    { KBNT_STORE_QUOTA, KBNT_HALF_PRODUCER, request_views_quota },
    { KBNT_STORE_EVENTS, KBNT_HALF_PRODUCER, projection_list_events },
    { KBNT_STORE_WAITING, KBNT_HALF_CONSUMER, inbox_views_waiting },
    { KBNT_STORE_INBOX, KBNT_HALF_CONSUMER, inbox_views_one },
    { KBNT_STORE_STREAM, KBNT_HALF_CONSUMER, streams_view },
    { KBNT_STORE_DEBTS, KBNT_HALF_CONSUMER, inbox_views_debts },
    { KBNT_STORE_WORKING, KBNT_HALF_CONSUMER, inbox_views_working },
    { KBNT_STORE_META, KBNT_HALF_ALL, views_meta },
    { KBNT_STORE_TOTALS, KBNT_HALF_ALL, views_totals },
    { KBNT_STORE_OUTBOX, KBNT_HALF_ALL, outbox_list },
    { KBNT_STORE_RESOURCE, KBNT_HALF_ALL, views_resource },
    { KBNT_STORE_RESOURCES, KBNT_HALF_ALL, views_resources },
    { KBNT_STORE_HOSTS, KBNT_HALF_ALL, hosts_list },
    { KBNT_STORE_DEAD_LETTERS, KBNT_HALF_ALL, dead_letters_list },
    { KBNT_STORE_DEAD_LETTER, KBNT_HALF_ALL, dead_letters_one },
    { KBNT_STORE_CHECK, KBNT_HALF_ALL, check_all },
};

StoreCommand
store_command(KbntHalf half, guint32 verb)
{
    for (gsize i = 0; i < G_N_ELEMENTS(commands); i++)
        if (commands[i].verb == verb && (commands[i].half & half))
            return commands[i].command;
    return NULL;
}

StoreQuery
store_query(KbntHalf half, guint32 verb)
{
    for (gsize i = 0; i < G_N_ELEMENTS(queries); i++)
        if (queries[i].verb == verb && (queries[i].half & half))
            return queries[i].query;
    return NULL;
}
