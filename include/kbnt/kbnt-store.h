/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * kbnt-store.h: owns the port to the journal: the numbered commands and queries of the domain.
 *
 * A store serves one half (kbnt_host_half): the producer's requests, ledger and projection, or
 * the consumer's inbox, sagas and dead letters. Both have an outbox. Commands are submitted in
 * batches; the store puts what is queued into one commit, each command atomic in itself: it
 * happens whole, or fails and leaves nothing. A task completes after its commit is durable, in
 * the order of submission. Queries see at least what had completed before they were asked.
 *
 * A failed fsync ends the process, it is never retried. A full disk fails commands with
 * STORE_FULL and the store goes on; a damaged file refuses to start with STORE_CORRUPT.
 * Checks named below run inside the transaction; an argument field that a command does not
 * name is ignored. "Records" are values as in kbnt-transport.h: TOPIC, KEY, BODY, HEADERS, and
 * whatever else the core has put on them, which comes back too. Every command that puts RECORD
 * or RECORDS into the outbox gives back RECORDS: the same ones, each with its POSITION, in
 * order; positions grow in the order of commits.
 *
 * Values that the store keeps and gives back:
 *
 *   request        MESSAGE_ID, REQUEST_ID, SCOPE, CORRELATION_ID, REQUEST_TYPE, USER_ID,
 *                  GROUPS, PRIORITY, TIMESTAMP, TIMEOUT_MS, DEPENDS_ON, RETRY_OF,
 *                  VIRTUAL_RESOURCE_ID, RESOURCE_TYPE, RESOURCE_ID, SPECIFICATION, HISTORY,
 *                  BODY_HASH, IDEMPOTENCY_KEY, CREATED_AT, UPDATED_AT, DEADLINE,
 *                  COST_PER_HOUR_USD, BUDGET, REQUEST_STATUS, STEP, PERCENT, STARTED,
 *                  CANCEL_REQUESTED, PUBLICATION, RESULT, ERROR, SEQUENCE
 *   specification  of a machine: CPU, MEMORY_MB, DISK_MB, DISK_CLASS, NETWORK, IMAGE,
 *                  SSH_KEYS, USER_DATA (in the consumer's row alone, elsewhere their SHA256),
 *                  SECURITY_GROUPS, ANTI_AFFINITY, VOLUMES; of storage: SIZE_MB, DISK_CLASS,
 *                  IOPS; of a network: SUBNET, VLAN, GATEWAY, DHCP, NETWORK_MODE; of another
 *                  verb: VIRTUAL_RESOURCE_ID, FORCE, STORAGE_ID
 *   resource       VIRTUAL_RESOURCE_ID, VM_ID, RESOURCE_ID, RESOURCE_TYPE, RESOURCE_STATUS,
 *                  MESSAGE_ID (of the create), REQUEST_ID, USER_ID, SPECIFICATION, ENDPOINTS,
 *                  HEALTH, METRICS, HOST, REGION, HYPERVISOR, CREATED_AT, COST_PER_HOUR_USD,
 *                  ATTACHED_TO, OPEN_MESSAGE_ID (not terminal), LAST_MESSAGE_ID
 *   charge         ACCOUNT ("user:NAME", "group:NAME", "total"), QUANTITY, AMOUNT, LIMIT
 *   inbox row      MESSAGE_ID, REQUEST (as decoded), PRIORITY, USER_ID, INBOX_STATE, STEP,
 *                  OWNER, EPOCH, REMAINING_MS, RECEIVED_AT, VM_ID, CANCEL_REQUESTED,
 *                  CANCEL_REASON, STREAM_ID, SEQUENCE, PREVIOUS_CHECKSUM, DATA (the saga's
 *                  own state), JOURNAL
 *   journal line   STEP, PHASE, ATTEMPTS, TIMESTAMP, DATA
 *   dead letter    POSITION (its number), REASON, STEP, ATTEMPTS, TIMESTAMP, RECORD (raw, with
 *                  TOPIC, PARTITION, OFFSET), MESSAGE_ID where known, DETAIL
 */
#ifndef KBNT_STORE_H
#define KBNT_STORE_H

#include <kbnt/kbnt-host.h>
#include <kbnt/kbnt-life.h>

G_BEGIN_DECLS

/*
 * KBNT_STORE_VERB_TABLE: V(number, NAME, "name", HALF). Numbers are appended, never reused.
 * 1-99 are commands (submit), 100-199 queries (query).
 *
 * Commands of the producer's half
 *
 * ACCEPT  {REQUEST, RECORD, CHARGES, TOUCHES: values {VIRTUAL_RESOURCE_ID, LAST_MESSAGE_ID}}
 *   1. (SCOPE, REQUEST_ID) known: with the same BODY_HASH the result is {REPLAYED, REQUEST} and
 *      nothing is written, else REQUEST_ID_REUSED; the same for (SCOPE, IDEMPOTENCY_KEY), else
 *      IDEMPOTENCY_KEY_REUSED.
 *   2. Each of TOUCHES must exist, have no OPEN_MESSAGE_ID (RESOURCE_BUSY; a DELETE_RESOURCE
 *      may follow the open create of its own resource) and the LAST_MESSAGE_ID that was given
 *      (STORE_CONFLICT: look again). It becomes OPEN_MESSAGE_ID and LAST_MESSAGE_ID.
 *   3. A create's VIRTUAL_RESOURCE_ID must be new, deleted ones included (STORE_CONFLICT);
 *      its resource appears as PENDING.
 *   4. Each charge must fit: reserved + used + AMOUNT <= LIMIT (QUOTA_EXCEEDED, naming account,
 *      quantity, limit, used and asked). It is reserved for the MESSAGE_ID.
 *   Result {REQUEST, RECORDS}.
 * CANCEL  {TARGET_MESSAGE_ID, CANCEL_REASON, RECORD}
 *   The target must exist (NOT_FOUND) and not be terminal (STATE_CONFLICT). A target that has
 *   CANCEL_REQUESTED gives {REPLAYED, REQUEST}; else result {REQUEST, RECORDS}.
 * PROJECT  {STREAM_ID, SEQUENCE, EVENT_ID, EVENT_TYPE, USER_ID, TIMESTAMP, RECORD, MESSAGE_ID,
 *   REQUEST, RESOURCE, LEDGER_MOVE, HOST_REPORT}, all after TIMESTAMP optional
 *   (STREAM_ID, SEQUENCE) known: result {DUPLICATE}. Else the record is kept for replay under
 *   the next POSITION, and, where SEQUENCE is the stream's highest so far: the fields of
 *   REQUEST are set on the request MESSAGE_ID unless that is terminal; HISTORY is appended to,
 *   entries that are there already are left out; the fields of RESOURCE are set on its
 *   VIRTUAL_RESOURCE_ID (which appears, CREATED_AT the TIMESTAMP, if it is unknown and the
 *   patch has a RESOURCE_TYPE); a request that becomes terminal is no longer OPEN_MESSAGE_ID of
 *   anything; LEDGER_MOVE turns the reserved charges of MESSAGE_ID into used ones, or releases
 *   them all, and where there is no RESOURCE, one that MESSAGE_ID was to create and that is
 *   PENDING becomes DELETED; a RESOURCE that becomes DELETED releases those of the message that
 *   created it; HOST_REPORT {HOST, …} replaces the host's report. Result {POSITION,
 *   EXPECTED_SEQUENCE (highest so far + 1), PREVIOUS_STATUS, REQUEST (after)}.
 *
 * Commands of the consumer's half
 *
 * TAKE_IN  {MESSAGE_ID, BODY_HASH, REQUEST, PRIORITY, USER_ID, INBOX_STATE (WAITING, or ENDED
 *   where it is refused at once), REMAINING_MS, RECEIVED_AT, VM_ID, DEPENDS_ON, STREAM_ID,
 *   SEQUENCE, PREVIOUS_CHECKSUM, RECORDS}
 *   MESSAGE_ID known: with the same BODY_HASH, or as a tombstone, result {DUPLICATE,
 *   INBOX_STATE}, else ID_CONFLICT. RECORDS go to the outbox. A WAITING one waits for each of
 *   DEPENDS_ON that is neither ENDED nor a TOMBSTONE, also for one that has not come, but no
 *   longer than REMAINING_MS; an ENDED one frees what waits for it. Result {INBOX_STATE,
 *   RECORDS}.
 *
 * TAKE_CANCEL  {MESSAGE_ID, BODY_HASH, TARGET_MESSAGE_ID, CANCEL_REASON, STREAM_ID, SEQUENCE,
 *   PREVIOUS_CHECKSUM, RECORDS}
 *   As TAKE_IN for the cancel message itself. A target that is not ENDED gets
 *   CANCEL_REQUESTED and waits for no other any more; an unknown one becomes a TOMBSTONE with
 *   that stream, which frees what waits for it, and then alone RECORDS go to the outbox. Result
 *   {INBOX_STATE of the target, RECORDS, DUPLICATE}.
 *
 * CLAIM  as ADVANCE, with OWNER, LEASE_MS, EXPECTED_SEQUENCE (of the row as the claimer
 *   knows it); without EPOCH
 *   The row must be WAITING, or its lease must have ended (DEBT has none), and its SEQUENCE be
 *   the expected one; what has ended cannot be claimed (STORE_CONFLICT). The epoch is greater
 *   than any that this store has given. Result {EPOCH, CANCEL_REQUESTED, CANCEL_REASON,
 *   RECORDS}.
 *
 * ADVANCE  {MESSAGE_ID, EPOCH, INBOX_STATE, STEP, REMAINING_MS, DATA, JOURNAL (new lines),
 *   CLAIM: {VIRTUAL_RESOURCE_ID, HOST, CPU, MEMORY_MB, DISK_MB}, UNCLAIM with
 *   VIRTUAL_RESOURCE_ID, RESOURCE (fields to set on its VIRTUAL_RESOURCE_ID), STREAM_ID,
 *   SEQUENCE, PREVIOUS_CHECKSUM, RECORDS, LEASE_MS, DEAD_LETTER}
 *   The epoch must be the row's, and the row not ENDED (LEASE_LOST). A claim must fit what the
 *   host has reported less what is claimed (NO_CAPACITY); it is one row a resource. ENDED and
 *   DEBT free the lease; ENDED drops SSH_KEYS and USER_DATA from the row, unless a dead letter
 *   EXHAUSTED of the message is kept, and wakes what depends on it. DEAD_LETTER {REASON,
 *   DETAIL, STEP, ATTEMPTS}, of the MESSAGE_ID, is kept in the same commit. A STREAM_ID other
 *   than that of the row is continued as EMIT does it (STORE_CONFLICT), and the stream of the
 *   row stays where it is. Result {CANCEL_REQUESTED, CANCEL_REASON, RECORDS}.
 *
 * RENEW  {OWNER, LEASE_MS}: all leases of OWNER. Result {COUNT}.
 *
 * EMIT  {STREAM_ID, SEQUENCE, PREVIOUS_CHECKSUM, RECORDS, RESOURCE, VIRTUAL_RESOURCE_ID,
 *   UNCLAIM, HOSTS}, all but the first three optional: an event outside any request; SEQUENCE
 *   is the last of RECORDS, which must continue the stream (STORE_CONFLICT). HOSTS that are
 *   not named stay as they are. A RESOURCE that is DELETED stays so (STORE_CONFLICT). Result
 *   {RECORDS}.
 *
 * REPORT_HOSTS  {HOSTS}: what each host has; one that is not named any more is not ALIVE.
 *
 * TAKE_SERIALS  {NAME, COUNT}: result {POSITION}: the first of COUNT numbers, from 1, that
 *   nobody else gets under this NAME.
 *
 * Commands of both
 *
 * CONFIRM  {POSITION, SETTLED, and at the producer MESSAGE_ID, PUBLICATION, HISTORY}
 *   The outbox row is published; with SETTLED it is deleted. At the producer the request gets
 *   its PUBLICATION and history entry, and QUEUED becomes PROCESSING. Unknown positions are
 *   success. Result {PREVIOUS_STATUS}.
 *
 * SETTLE  {POSITION, COUNT}: deletes COUNT (1 where it is absent) outbox rows, those of the
 *   positions from POSITION on; unknown ones are success.
 *
 * BURY  {REASON, DETAIL, STEP, ATTEMPTS, MESSAGE_ID, RECORD, RECORDS}: keeps a dead letter,
 *   once a (TOPIC, PARTITION, OFFSET) of RECORD; RECORDS (its copy on the topic) go to the
 *   outbox. Result {POSITION, DUPLICATE, RECORDS}.
 *
 * EXHUME  {POSITION, RECORDS}: takes a dead letter away (NOT_FOUND); RECORDS, optional (it is
 *   redriven), go to the outbox. Result {RECORDS}.
 *
 * PRUNE  {NAME: "requests", "events", "inbox", "dead-letters"; BEFORE, MAX_ROWS}: deletes up
 *   to MAX_ROWS rows of what ended before, but for a request that holds charges and the
 *   newest event of a stream. Result {COUNT}.
 *
 * Queries of the producer's half
 *
 * LOOKUP  {SCOPE, REQUEST_ID, IDEMPOTENCY_KEY, RESOURCE_IDS}: result {REQUEST where that is
 *   known, RESOURCES: those of RESOURCE_IDS that are known, with REQUEST_TYPE: that of
 *   OPEN_MESSAGE_ID, or else of LAST_MESSAGE_ID where it is known, and RESOURCES: the
 *   VIRTUAL_RESOURCE_ID of some at least that are ATTACHED_TO it, if any are}
 *
 * REQUEST  {MESSAGE_ID} or {SCOPE, REQUEST_ID}: result {REQUEST}; NOT_FOUND
 *
 * REQUESTS  {USER_ID, REQUEST_STATUS, REQUEST_TYPE, MAX_ROWS, CURSOR}, all optional, newest
 *   first: result {ITEMS: requests, NEXT_CURSOR}; a cursor that was not given: MALFORMED
 *
 * OVERDUE  {BEFORE, MAX_ROWS}: result {ITEMS: requests not terminal, DEADLINE before, and no
 *   CANCEL_REQUESTED}
 *
 * QUOTA  {ITEMS: values {ACCOUNT}}: result {CHARGES: values {ACCOUNT, QUANTITY, RESERVED,
 *   USED}}; an ACCOUNT that ends in ':' stands for the sum of all that begin with it
 *
 * EVENTS  {POSITION (after it), MESSAGE_ID or USER_ID, MAX_ROWS}, all optional, in order of
 *   position: result {ITEMS: values {POSITION, STREAM_ID, SEQUENCE, EVENT_TYPE, RECORD},
 *   POSITION (the eldest kept), COUNT (the newest given)}
 *
 * Queries of the consumer's half
 *
 * WAITING  {MAX_ROWS, OWNER}: result {ITEMS: inbox rows that can be claimed now: WAITING, with
 *   nothing left to wait for or, their REMAINING_MS then 0, no time left to do so; or RUNNING
 *   or UNDOING with a lease that has ended; eldest first in each lane, and a full lane hides no
 *   other}
 *
 * INBOX  {MESSAGE_ID}: result {an inbox row with JOURNAL}; NOT_FOUND
 *
 * STREAM  {STREAM_ID}: result {SEQUENCE, PREVIOUS_CHECKSUM}; a new stream has SEQUENCE 0
 *
 * DEBTS  {MAX_ROWS, POSITION (after it, optional)}: result {ITEMS: inbox rows in DEBT, eldest
 *   first, POSITION of the last of them where there may be more}
 *
 * WORKING  {MAX_ROWS}: result {ITEMS: inbox rows RUNNING or UNDOING, whoever holds them}
 *
 * Queries of both
 *
 * META  {}: result {STORE_ID (a UUID, made with the store), VERSION, SIZE_BYTES, POSITION (no
 *   record of the outbox has had a higher one)}
 *
 * TOTALS  {}: result {TOTALS: values {NAME, COUNT, and what applies of RESOURCE_TYPE,
 *   RESOURCE_STATUS, PRIORITY, REQUEST_STATUS}}: "outbox" (unconfirmed), "dead-letters"; at the
 *   producer "requests" (not terminal, by PRIORITY, REQUEST_STATUS), "unstarted" (by PRIORITY);
 *   at the consumer "inbox" (neither ENDED nor TOMBSTONE, by PRIORITY), "resources" (that
 *   exist: neither PENDING nor DELETED, by RESOURCE_TYPE)
 *
 * OUTBOX  {POSITION (after it), MAX_ROWS}: result {ITEMS: records with POSITION, MESSAGE_ID,
 *   SETTLED FALSE, in order}
 *
 * RESOURCE  {VIRTUAL_RESOURCE_ID}: result {RESOURCE}; NOT_FOUND
 *
 * RESOURCES  {USER_ID, RESOURCE_TYPE, RESOURCE_STATUS, HOST, ATTACHED_TO, MAX_ROWS, CURSOR}: as
 *   REQUESTS; DELETED ones only where RESOURCE_STATUS asks for them
 *
 * HOSTS  {}: result {HOSTS: the last reports, with CLAIMED at the consumer, REPORTED_AT}
 *
 * DEAD_LETTERS  {POSITION (after it), MAX_ROWS}: result {ITEMS: dead letters}
 *
 * DEAD_LETTER  {POSITION}: result {RECORD: the dead letter}; NOT_FOUND
 *
 * CHECK  {}: result {FAULTS: values {MESSAGE}}, empty where file and rows are sound
 */
#define KBNT_STORE_VERB_TABLE(V) \
    V(1, ACCEPT, "accept", PRODUCER) \
    V(2, CANCEL, "cancel", PRODUCER) \
    V(3, PROJECT, "project", PRODUCER) \
    V(20, TAKE_IN, "take-in", CONSUMER) \
    V(21, TAKE_CANCEL, "take-cancel", CONSUMER) \
    V(22, CLAIM, "claim", CONSUMER) \
    V(23, ADVANCE, "advance", CONSUMER) \
    V(24, RENEW, "renew", CONSUMER) \
    V(25, EMIT, "emit", CONSUMER) \
    V(26, REPORT_HOSTS, "report-hosts", CONSUMER) \
    V(27, TAKE_SERIALS, "take-serials", CONSUMER) \
    V(40, CONFIRM, "confirm", ALL) \
    V(41, SETTLE, "settle", ALL) \
    V(42, BURY, "bury", ALL) \
    V(43, EXHUME, "exhume", ALL) \
    V(44, PRUNE, "prune", ALL) \
    V(100, LOOKUP, "lookup", PRODUCER) \
    V(101, REQUEST, "request", PRODUCER) \
    V(102, REQUESTS, "requests", PRODUCER) \
    V(103, OVERDUE, "overdue", PRODUCER) \
    V(104, QUOTA, "quota", PRODUCER) \
    V(105, EVENTS, "events", PRODUCER) \
    V(120, WAITING, "waiting", CONSUMER) \
    V(121, INBOX, "inbox", CONSUMER) \
    V(122, STREAM, "stream", CONSUMER) \
    V(123, DEBTS, "debts", CONSUMER) \
    V(124, WORKING, "working", CONSUMER) \
    V(140, META, "meta", ALL) \
    V(141, TOTALS, "totals", ALL) \
    V(142, OUTBOX, "outbox", ALL) \
    V(143, RESOURCE, "resource", ALL) \
    V(144, RESOURCES, "resources", ALL) \
    V(145, HOSTS, "hosts", ALL) \
    V(146, DEAD_LETTERS, "dead-letters", ALL) \
    V(147, DEAD_LETTER, "dead-letter", ALL) \
    V(148, CHECK, "check", ALL)

#define KBNT_ROW(number, name, text, half) KBNT_STORE_##name = (number),
typedef enum { KBNT_STORE_VERB_TABLE(KBNT_ROW) } KbntStoreVerb;
#undef KBNT_ROW

/**
 * KbntStoreCaps:
 * @KBNT_STORE_SHARED: several processes may work on one store
 */
typedef enum {
    KBNT_STORE_SHARED = 1 << 0,
} KbntStoreCaps;

/**
 * KbntStoreOps:
 * @life: create, start, stop, reload, destroy, health; start refuses a damaged store, one of a
 *   newer version, and one that another process holds (IN_USE, naming it)
 * @submit: @tasks: (transfer full each) commands, by kbnt_task_verb()
 * @query: a query, by kbnt_task_verb()
 *
 * The ops of a store. A verb that the store does not know fails with NOT_SUPPORTED.
 */
typedef struct {
    KbntLifeOps life;
    void (*submit)(void *instance, KbntTask *const *tasks, guint n_tasks);
    void (*query)(void *instance, KbntTask *task);
} KbntStoreOps;

G_END_DECLS

#endif
