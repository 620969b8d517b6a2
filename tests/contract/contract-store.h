/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What the suites of stores share: values in one line, commands asked and awaited, and the
 * ordinary request, message and event that a test then changes. */
#pragma once

#include "contract.h"

G_BEGIN_DECLS

/* Field and content in turn, ended by 0. An INT, TIME, BOOL or enumeration is an int, a NUMBER
 * a double, a STRING or BYTES a text, a VALUE and an item of VALUES a KbntValue (transfer
 * full), an item of STRINGS a text. Naming a list twice appends.
 * Returns: (transfer full) */
KbntValue *store_value(KbntField first, ...);

/* All of these take the argument (transfer full). */

/* Submits a command and awaits it; an error ends the test. Returns: (transfer full) */
KbntValue *store_submit(Contract *contract, KbntStoreVerb verb, KbntValue *argument);
/* The same for a command that must be refused with @code. */
void store_refused(Contract *contract, KbntStoreVerb verb, KbntValue *argument,
                   KbntErrorCode code);
KbntValue *store_query(Contract *contract, KbntStoreVerb verb, KbntValue *argument);
void store_query_refused(Contract *contract, KbntStoreVerb verb, KbntValue *argument,
                         KbntErrorCode code);

/* Commands that are submitted in one call. */
typedef struct {
    guint n_tasks;
    KbntTask **tasks;
    ContractAnswer *answers;
} StoreBatch;

StoreBatch *store_batch_new(guint max_tasks);
void store_batch_free(StoreBatch *batch);
void store_batch_add(StoreBatch *batch, Contract *contract, KbntStoreVerb verb,
                     KbntValue *argument);
/* Submits and awaits all. */
void store_batch_run(StoreBatch *batch, Contract *contract);
guint store_batch_n_failed(const StoreBatch *batch, KbntErrorCode code);

G_DEFINE_AUTOPTR_CLEANUP_FUNC(StoreBatch, store_batch_free)

/* Returns: (transfer none): a UUID that is the same for the same number. */
const char *store_id(guint number);
const char *store_resource_id(guint number);

/* Returns: (transfer full): what an accept of a new machine takes; its message, request and
 * resource go by @number. */
KbntValue *store_accept(guint number);
/* Sets a field of its REQUEST. */
void store_set_request(KbntValue *accept, KbntField field, const char *text, gint64 number);
void store_add_charge(KbntValue *accept, const char *account, double amount, double limit);
void store_add_touch(KbntValue *accept, guint resource, const char *last_message_id);
/* Returns: (transfer full): an accept of another verb on the resource of @touched. */
KbntValue *store_follow(guint number, KbntRequestType type, guint touched);
/* Returns: (transfer full): event @sequence of the stream of request @number. */
KbntValue *store_event(guint number, gint64 sequence, KbntRequestStatus status);
/* Returns: (transfer full): a message of a new machine. */
KbntValue *store_message(guint number);
KbntValue *store_claim(guint number, const char *owner, gint64 sequence);
KbntValue *store_record(const char *body);

/* What the store says now. Returns: (transfer full) */
KbntValue *store_see_request(Contract *contract, guint number);
KbntValue *store_see_resource(Contract *contract, guint number);
KbntValue *store_see_message(Contract *contract, guint number);
/* Returns: reserved and used of an account's "vms". */
double store_see_reserved(Contract *contract, const char *account);
double store_see_used(Contract *contract, const char *account);
guint store_count_waiting(Contract *contract);
guint store_count_outbox(Contract *contract);
/* Returns: the sum of all TOTALS of that name. */
gint64 store_see_total(Contract *contract, const char *name);
/* Returns: how many faults the store finds in itself. */
guint store_count_faults(Contract *contract);

G_END_DECLS
