/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What the suites of stores share: values in one line, commands asked and awaited, and the
 * ordinary request, message and event that a test then changes. */
#include "contract-store.h"

#include <stdarg.h>
#include <string.h>

static void
set_next(KbntValue *value, KbntField field, va_list *contents)
{
    switch ((guint)kbnt_field_type(field)) {
    case KBNT_TYPE_NUMBER:
        kbnt_value_set_number(value, field, va_arg(*contents, double));
        return;
    case KBNT_TYPE_STRING:
    case KBNT_TYPE_SECRET:
        kbnt_value_set_string(value, field, va_arg(*contents, const char *));
        return;
    case KBNT_TYPE_STRINGS:
    case KBNT_TYPE_SECRETS:
        kbnt_value_append_string(value, field, va_arg(*contents, const char *));
        return;
    case KBNT_TYPE_BYTES: {
        const char *text = va_arg(*contents, const char *);
        g_autoptr(GBytes) bytes = g_bytes_new(text, strlen(text));

        kbnt_value_set_bytes(value, field, bytes);
        return;
    }
    case KBNT_TYPE_VALUE:
        kbnt_value_take_value(value, field, va_arg(*contents, KbntValue *));
        return;
    case KBNT_TYPE_VALUES:
        kbnt_value_take_item(value, field, va_arg(*contents, KbntValue *));
        return;
    default:
        kbnt_value_set_int(value, field, va_arg(*contents, int));
    }
}

KbntValue *
store_value(KbntField first, ...)
{
    KbntValue *value = kbnt_value_new();
    va_list contents;

    va_start(contents, first);
    for (KbntField field = first; field; field = va_arg(contents, int))
        set_next(value, field, &contents);
    va_end(contents);
    return value;
}

static void
submit(Contract *contract, KbntStoreVerb verb, KbntValue *argument, ContractAnswer *answer)
{
    const KbntStoreOps *ops = contract_ops(contract);
    KbntTask *task = contract_task(contract, verb, argument, answer);

    kbnt_value_unref(argument);
    contract_op_begins();
    ops->submit(contract->instance, &task, 1);
    contract_op_ended("submit");
    contract_wait(contract, answer);
}

static void
query(Contract *contract, KbntStoreVerb verb, KbntValue *argument, ContractAnswer *answer)
{
    const KbntStoreOps *ops = contract_ops(contract);
    KbntTask *task = contract_task(contract, verb, argument, answer);

    kbnt_value_unref(argument);
    contract_op_begins();
    ops->query(contract->instance, task);
    contract_op_ended("query");
    contract_wait(contract, answer);
}

KbntValue *
store_submit(Contract *contract, KbntStoreVerb verb, KbntValue *argument)
{
    g_auto(ContractAnswer) answer = { 0 };

    submit(contract, verb, argument, &answer);
    kbnt_assert_no_error(answer.error);
    return answer.result ? g_steal_pointer(&answer.result) : kbnt_value_new();
}

void
store_refused(Contract *contract, KbntStoreVerb verb, KbntValue *argument, KbntErrorCode code)
{
    g_auto(ContractAnswer) answer = { 0 };

    submit(contract, verb, argument, &answer);
    kbnt_assert_error(answer.error, KBNT_ERROR, (int)code);
}

KbntValue *
store_query(Contract *contract, KbntStoreVerb verb, KbntValue *argument)
{
    g_auto(ContractAnswer) answer = { 0 };

    query(contract, verb, argument, &answer);
    kbnt_assert_no_error(answer.error);
    return answer.result ? g_steal_pointer(&answer.result) : kbnt_value_new();
}

void
store_query_refused(Contract *contract, KbntStoreVerb verb, KbntValue *argument,
                    KbntErrorCode code)
{
    g_auto(ContractAnswer) answer = { 0 };

    query(contract, verb, argument, &answer);
    kbnt_assert_error(answer.error, KBNT_ERROR, (int)code);
}

StoreBatch *
store_batch_new(guint max_tasks)
{
    StoreBatch *batch = g_new0(StoreBatch, 1);

    batch->tasks = g_new0(KbntTask *, max_tasks);
    batch->answers = g_new0(ContractAnswer, max_tasks);
    return batch;
}

void
store_batch_free(StoreBatch *batch)
{
    for (guint i = 0; i < batch->n_tasks; i++)
        contract_answer_clear(&batch->answers[i]);
    g_free(batch->answers);
    g_free(batch->tasks);
    g_free(batch);
}

void
store_batch_add(StoreBatch *batch, Contract *contract, KbntStoreVerb verb, KbntValue *argument)
{
    guint place = batch->n_tasks++;

    batch->tasks[place] = contract_task(contract, verb, argument, &batch->answers[place]);
    kbnt_value_unref(argument);
}

void
store_batch_run(StoreBatch *batch, Contract *contract)
{
    const KbntStoreOps *ops = contract_ops(contract);

    contract_op_begins();
    ops->submit(contract->instance, batch->tasks, batch->n_tasks);
    contract_op_ended("submit");
    for (guint i = 0; i < batch->n_tasks; i++)
        contract_wait(contract, &batch->answers[i]);
}

guint
store_batch_n_failed(const StoreBatch *batch, KbntErrorCode code)
{
    guint n_failed = 0;

    for (guint i = 0; i < batch->n_tasks; i++)
        n_failed += g_error_matches(batch->answers[i].error, KBNT_ERROR, (gint)code);
    return n_failed;
}

/* A few texts at a time, so that a test may name several in one expression. */
static char *
next_text(void)
{
    static char texts[16][64];
    static guint n_printed;

    return texts[n_printed++ % G_N_ELEMENTS(texts)];
}

static const char *
print_number(const char *prefix, guint number)
{
    char *text = next_text();

    g_snprintf(text, 64, "%s%u", prefix, number);
    return text;
}

const char *
store_id(guint number)
{
    char *text = next_text();

    g_snprintf(text, 64, "%08x-0000-4000-8000-000000000000", number);
    return text;
}

const char *
store_resource_id(guint number)
{
    char *text = next_text();

    g_snprintf(text, 64, "VM-%08X", number);
    return text;
}

KbntValue *
store_record(const char *body)
{
    return store_value(KBNT_FIELD_TOPIC, "virtualization-requests", KBNT_FIELD_KEY, "key",
                       KBNT_FIELD_BODY, body, KBNT_FIELD_HEADERS,
                       store_value(KBNT_FIELD_NAME, "kbnt-domain", KBNT_FIELD_HEADER_VALUE,
                                   "virtualization", 0),
                       KBNT_FIELD_CORRELATION_ID, "corr-1", 0);
}

static KbntValue *
machine(void)
{
    return store_value(KBNT_FIELD_CPU, 4, KBNT_FIELD_MEMORY_MB, 8192, KBNT_FIELD_DISK_MB,
                       102400, KBNT_FIELD_NETWORK, "vlan-100", 0);
}

static KbntValue *
entry(const char *operation)
{
    return store_value(KBNT_FIELD_SERVICE, KBNT_SERVICE_PRODUCER, KBNT_FIELD_OPERATION,
                       operation, KBNT_FIELD_HISTORY_STATUS, KBNT_HISTORY_STATUS_SUCCESS, 0);
}

KbntValue *
store_accept(guint number)
{
    KbntValue *request = store_value(
        KBNT_FIELD_MESSAGE_ID, store_id(number), KBNT_FIELD_REQUEST_ID,
        print_number("req-", number), KBNT_FIELD_SCOPE, "all", KBNT_FIELD_BODY_HASH,
        print_number("hash-", number), KBNT_FIELD_CORRELATION_ID, "corr-1",
        KBNT_FIELD_REQUEST_TYPE, KBNT_REQUEST_TYPE_CREATE_VIRTUAL_MACHINE, KBNT_FIELD_USER_ID,
        "user-1", KBNT_FIELD_PRIORITY, KBNT_PRIORITY_NORMAL, KBNT_FIELD_REQUEST_STATUS,
        KBNT_REQUEST_STATUS_QUEUED, KBNT_FIELD_VIRTUAL_RESOURCE_ID, store_resource_id(number),
        KBNT_FIELD_RESOURCE_TYPE, KBNT_RESOURCE_TYPE_VIRTUAL_MACHINE, KBNT_FIELD_CREATED_AT,
        1000, KBNT_FIELD_DEADLINE, 5000, KBNT_FIELD_SPECIFICATION, machine(),
        KBNT_FIELD_HISTORY, entry("domain-validation"), 0);

    return store_value(KBNT_FIELD_REQUEST, request, KBNT_FIELD_RECORD, store_record("request"),
                       0);
}

void
store_set_request(KbntValue *accept, KbntField field, const char *text, gint64 number)
{
    KbntValue *request = kbnt_value_copy(kbnt_value_get_value(accept, KBNT_FIELD_REQUEST));

    if (text)
        kbnt_value_set_string(request, field, text);
    else
        kbnt_value_set_int(request, field, number);
    kbnt_value_take_value(accept, KBNT_FIELD_REQUEST, request);
}

void
store_add_charge(KbntValue *accept, const char *account, double amount, double limit)
{
    kbnt_value_take_item(accept, KBNT_FIELD_CHARGES,
                         store_value(KBNT_FIELD_ACCOUNT, account, KBNT_FIELD_QUANTITY, "vms",
                                     KBNT_FIELD_AMOUNT, amount, KBNT_FIELD_LIMIT, limit, 0));
}

void
store_add_touch(KbntValue *accept, guint resource, const char *last_message_id)
{
    kbnt_value_take_item(accept, KBNT_FIELD_TOUCHES,
                         store_value(KBNT_FIELD_VIRTUAL_RESOURCE_ID,
                                     store_resource_id(resource), KBNT_FIELD_LAST_MESSAGE_ID,
                                     last_message_id, 0));
}

KbntValue *
store_follow(guint number, KbntRequestType type, guint touched)
{
    KbntValue *accept = store_accept(number);

    store_set_request(accept, KBNT_FIELD_REQUEST_TYPE, NULL, type);
    store_set_request(accept, KBNT_FIELD_VIRTUAL_RESOURCE_ID, store_resource_id(touched), 0);
    store_add_touch(accept, touched, store_id(touched));
    return accept;
}

KbntValue *
store_event(guint number, gint64 sequence, KbntRequestStatus status)
{
    KbntValue *request = store_value(KBNT_FIELD_REQUEST_STATUS, (int)status, KBNT_FIELD_STARTED,
                                     TRUE, KBNT_FIELD_UPDATED_AT, (int)(2000 + sequence), 0);

    return store_value(KBNT_FIELD_STREAM_ID, store_id(number), KBNT_FIELD_SEQUENCE,
                       (int)sequence, KBNT_FIELD_EVENT_ID, "event", KBNT_FIELD_EVENT_TYPE,
                       KBNT_EVENT_TYPE_VIRTUALIZATION_STEP_COMPLETED, KBNT_FIELD_USER_ID,
                       "user-1", KBNT_FIELD_TIMESTAMP, (int)(2000 + sequence),
                       KBNT_FIELD_RECORD, store_record("event"), KBNT_FIELD_MESSAGE_ID,
                       store_id(number), KBNT_FIELD_REQUEST, request, 0);
}

KbntValue *
store_message(guint number)
{
    KbntValue *specification = machine();
    KbntValue *request;

    kbnt_value_set_string(specification, KBNT_FIELD_USER_DATA, "#cloud-config");
    kbnt_value_append_string(specification, KBNT_FIELD_SSH_KEYS, "ssh-ed25519 AAAA");
    request = store_value(KBNT_FIELD_MESSAGE_ID, store_id(number), KBNT_FIELD_SPECIFICATION,
                          specification, KBNT_FIELD_VIRTUAL_RESOURCE_ID,
                          store_resource_id(number), 0);
    return store_value(KBNT_FIELD_MESSAGE_ID, store_id(number), KBNT_FIELD_BODY_HASH,
                       print_number("hash-", number), KBNT_FIELD_REQUEST, request,
                       KBNT_FIELD_PRIORITY, KBNT_PRIORITY_NORMAL, KBNT_FIELD_USER_ID, "user-1",
                       KBNT_FIELD_INBOX_STATE, KBNT_INBOX_STATE_WAITING,
                       KBNT_FIELD_REMAINING_MS, 60000, KBNT_FIELD_RECEIVED_AT, 1000,
                       KBNT_FIELD_VM_ID, "VM-KBNT-1", KBNT_FIELD_STREAM_ID, store_id(number),
                       KBNT_FIELD_SEQUENCE, 1, KBNT_FIELD_PREVIOUS_CHECKSUM, "sha256-1",
                       KBNT_FIELD_RECORDS, store_record("accepted"), 0);
}

KbntValue *
store_claim(guint number, const char *owner, gint64 sequence)
{
    return store_value(KBNT_FIELD_MESSAGE_ID, store_id(number), KBNT_FIELD_OWNER, owner,
                       KBNT_FIELD_LEASE_MS, 3000, KBNT_FIELD_EXPECTED_SEQUENCE, (int)sequence,
                       KBNT_FIELD_INBOX_STATE, KBNT_INBOX_STATE_RUNNING, 0);
}
