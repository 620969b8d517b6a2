/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * query.h: owns the views: one, many, and who may see them.
 *
 * What a caller may not see is NOT_FOUND, as if it did not exist. @done is called once, later.
 */
#ifndef KBNT_QUERY_H
#define KBNT_QUERY_H

#include "permission.h"
#include "ports.h"
#include "rules.h"

typedef struct KbntQuery KbntQuery;

/* @rules lives as long as the query, until kbnt_query_set_rules() names others. */
KbntQuery *kbnt_query_new(const KbntPorts *ports, const KbntRules *rules);

void kbnt_query_free(KbntQuery *query);

void kbnt_query_set_rules(KbntQuery *query, const KbntRules *rules);

/*
 * @id: a requestId in the scope of @user_id (NULL: the caller's), or a messageId. Result
 * {REQUEST}.
 */
void kbnt_query_request(KbntQuery *query, const KbntCaller *caller, const char *id,
                        const char *user_id, KbntDone done, gpointer data);

/* @filter: USER_ID, REQUEST_STATUS, REQUEST_TYPE, MAX_ROWS, CURSOR, all optional. Result
 * {ITEMS, NEXT_CURSOR}. */
void kbnt_query_requests(KbntQuery *query, const KbntCaller *caller, const KbntValue *filter,
                         KbntDone done, gpointer data);

/* Result {RESOURCE}, with its COST so far. */
void kbnt_query_resource(KbntQuery *query, const KbntCaller *caller, const char *id,
                         KbntDone done, gpointer data);

/* @filter: USER_ID, RESOURCE_TYPE, RESOURCE_STATUS, HOST, MAX_ROWS, CURSOR. Result {ITEMS,
 * NEXT_CURSOR}. */
void kbnt_query_resources(KbntQuery *query, const KbntCaller *caller, const KbntValue *filter,
                          KbntDone done, gpointer data);

/* Result {HOSTS: the last reports, each with REPORTED_AT}. */
void kbnt_query_hosts(KbntQuery *query, KbntDone done, gpointer data);

/* Result {ITEMS: values {QUANTITY, LIMIT (absent: none), RESERVED, USED}}. */
void kbnt_query_quota(KbntQuery *query, const KbntCaller *caller, const char *user_id,
                      KbntDone done, gpointer data);

/*
 * The events after @position (0: from the start), of the request @message_id, or of all that
 * the caller may see. Result {ITEMS: values {POSITION, EVENT_TYPE, EVENT}, POSITION (the eldest
 * kept), COUNT (the newest given)}.
 */
void kbnt_query_events(KbntQuery *query, const KbntCaller *caller, const char *message_id,
                       gint64 position, guint max_rows, KbntDone done, gpointer data);

/*
 * Returns: (transfer none): the scope in which @caller's requestIds are unique, acting for
 * @user_id (nullable): one for all where nobody is authenticated.
 */
const char *kbnt_query_scope(const KbntCaller *caller, const char *user_id);

#endif
