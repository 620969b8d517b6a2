/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Requests and events with everything that their kind can carry. */
#include "sample-messages.h"

#define SET_INT(value, field, number) kbnt_value_set_int(value, KBNT_FIELD_##field, number)
#define SET_NUMBER(value, field, number) \
    kbnt_value_set_number(value, KBNT_FIELD_##field, number)
#define SET_TEXT(value, field, text) kbnt_value_set_string(value, KBNT_FIELD_##field, text)
#define ADD_TEXT(value, field, text) kbnt_value_append_string(value, KBNT_FIELD_##field, text)

static KbntValue *
machine_specification(void)
{
    KbntValue *machine = kbnt_value_new();

    SET_INT(machine, CPU, 4);
    SET_INT(machine, MEMORY_MB, 8192);
    SET_INT(machine, DISK_MB, 102400);
    SET_INT(machine, DISK_CLASS, KBNT_DISK_CLASS_SSD);
    SET_TEXT(machine, NETWORK, "vlan-100");
    SET_INT(machine, VLAN, 100);
    SET_TEXT(machine, IMAGE, "ubuntu-22.04");
    ADD_TEXT(machine, SSH_KEYS, "ssh-ed25519 AAAA user@host");
    SET_TEXT(machine, USER_DATA, "#cloud-config\n");
    ADD_TEXT(machine, SECURITY_GROUPS, "default");
    SET_TEXT(machine, ANTI_AFFINITY, "web");
    ADD_TEXT(machine, VOLUMES, "STOR-64DE90EF");
    return machine;
}

static KbntValue *
storage_specification(void)
{
    KbntValue *storage = kbnt_value_new();

    SET_INT(storage, SIZE_MB, 512000);
    SET_INT(storage, DISK_CLASS, KBNT_DISK_CLASS_SSD);
    SET_INT(storage, IOPS, 3000);
    return storage;
}

static KbntValue *
network_specification(void)
{
    KbntValue *network = kbnt_value_new();

    SET_TEXT(network, SUBNET, "10.0.1.0/24");
    SET_INT(network, VLAN, 200);
    SET_TEXT(network, GATEWAY, "10.0.1.1");
    SET_INT(network, DHCP, TRUE);
    SET_INT(network, NETWORK_MODE, KBNT_NETWORK_MODE_NAT);
    return network;
}

static KbntValue *
target_specification(void)
{
    KbntValue *target = kbnt_value_new();

    SET_TEXT(target, VIRTUAL_RESOURCE_ID, "VM-0909A693");
    SET_INT(target, FORCE, TRUE);
    return target;
}

static KbntValue *
attachment_specification(void)
{
    KbntValue *attachment = kbnt_value_new();

    SET_TEXT(attachment, VIRTUAL_RESOURCE_ID, "VM-0909A693");
    SET_TEXT(attachment, STORAGE_ID, "STOR-64DE90EF");
    return attachment;
}

/* Returns: (transfer full) (nullable): what a request of that type specifies. */
static KbntValue *
specification(KbntRequestType type)
{
    switch (type) {
    case KBNT_REQUEST_TYPE_CREATE_VIRTUAL_MACHINE:
        return machine_specification();
    case KBNT_REQUEST_TYPE_ALLOCATE_STORAGE:
        return storage_specification();
    case KBNT_REQUEST_TYPE_CREATE_NETWORK:
        return network_specification();
    case KBNT_REQUEST_TYPE_ATTACH_STORAGE:
    case KBNT_REQUEST_TYPE_DETACH_STORAGE:
        return attachment_specification();
    case KBNT_REQUEST_TYPE_CANCEL_REQUEST:
        return NULL;
    default:
        return target_specification();
    }
}

static KbntValue *
history_entry(KbntService service, KbntLayer layer, const char *operation)
{
    KbntValue *entry = kbnt_value_new();

    SET_INT(entry, SERVICE, service);
    SET_TEXT(entry, OPERATION, operation);
    SET_INT(entry, LAYER, layer);
    SET_INT(entry, HISTORY_STATUS, KBNT_HISTORY_STATUS_SUCCESS);
    SET_INT(entry, TIMESTAMP, SAMPLE_TIME_MS);
    return entry;
}

static void
add_cancel(KbntValue *request)
{
    SET_TEXT(request, TARGET_MESSAGE_ID, SAMPLE_OTHER_ID);
    SET_INT(request, CANCEL_REASON, KBNT_CANCEL_REASON_DEADLINE);
}

KbntValue *
kbnt_sample_request(KbntRequestType type)
{
    KbntValue *request = kbnt_value_new();

    SET_TEXT(request, MESSAGE_ID, SAMPLE_MESSAGE_ID);
    SET_TEXT(request, CORRELATION_ID, "corr-456");
    SET_TEXT(request, REQUEST_ID, "req-abc123");
    SET_INT(request, REQUEST_TYPE, type);
    SET_INT(request, TIMESTAMP, SAMPLE_TIME_MS);
    SET_INT(request, TIMEOUT_MS, 900000);
    SET_TEXT(request, USER_ID, "user-789");
    SET_INT(request, PRIORITY, KBNT_PRIORITY_HIGH);
    ADD_TEXT(request, DEPENDS_ON, SAMPLE_OTHER_ID);
    SET_TEXT(request, VIRTUAL_RESOURCE_ID, "VM-0909A693");
    SET_INT(request, RESOURCE_TYPE, KBNT_RESOURCE_TYPE_VIRTUAL_MACHINE);
    SET_TEXT(request, RESOURCE_ID, "vm-12345");
    kbnt_value_take_value(request, KBNT_FIELD_SPECIFICATION, specification(type));
    kbnt_value_take_item(
        request, KBNT_FIELD_HISTORY,
        history_entry(KBNT_SERVICE_PRODUCER, KBNT_LAYER_DOMAIN, "domain-validation"));
    if (type == KBNT_REQUEST_TYPE_CANCEL_REQUEST)
        add_cancel(request);
    return request;
}

static KbntValue *
confirmed_specification(void)
{
    KbntValue *specs = machine_specification();

    kbnt_value_clear(specs, KBNT_FIELD_SSH_KEYS);
    kbnt_value_clear(specs, KBNT_FIELD_USER_DATA);
    SET_TEXT(specs, USER_DATA_SHA256, "5b1c");
    return specs;
}

static KbntValue *
endpoints(void)
{
    KbntValue *value = kbnt_value_new();

    SET_TEXT(value, ADDRESS, "10.10.1.45/24");
    SET_TEXT(value, SSH, "10.10.1.45:22");
    return value;
}

static KbntValue *
health(void)
{
    KbntValue *value = kbnt_value_new();
    KbntValue *check = kbnt_value_new();

    SET_TEXT(check, NAME, "agent-answers");
    SET_INT(check, CHECK_STATUS, KBNT_CHECK_STATUS_PASSED);
    SET_INT(value, HEALTH_STATUS, KBNT_HEALTH_HEALTHY);
    SET_INT(value, PASSED, 1);
    SET_INT(value, TOTAL, 1);
    kbnt_value_take_item(value, KBNT_FIELD_CHECKS, check);
    SET_TEXT(value, MONITORING_AGENT, "skipped");
    return value;
}

static KbntValue *
metrics(void)
{
    KbntValue *value = kbnt_value_new();

    SET_NUMBER(value, PROVISIONING_SECONDS, 12.5);
    SET_NUMBER(value, BOOT_SECONDS, 8.25);
    SET_INT(value, MEMORY_USED_MB, 412);
    SET_NUMBER(value, COST_PER_HOUR_USD, 0.045);
    return value;
}

static KbntValue *
failure(void)
{
    KbntValue *value = kbnt_value_new();

    SET_TEXT(value, CODE, "NO_CAPACITY");
    SET_INT(value, STEP, KBNT_STEP_PLAN);
    SET_TEXT(value, MESSAGE, "No host has room for this");
    SET_INT(value, RETRYABLE, TRUE);
    return value;
}

static void
add_request_state(KbntValue *event)
{
    SET_TEXT(event, ORIGINAL_MESSAGE_ID, SAMPLE_MESSAGE_ID);
    SET_TEXT(event, CORRELATION_ID, "corr-456");
    SET_TEXT(event, REQUEST_ID, "req-abc123");
    SET_TEXT(event, USER_ID, "user-789");
    SET_INT(event, STEP, KBNT_STEP_VERIFY);
    SET_INT(event, PERCENT, 100);
    SET_TEXT(event, VIRTUAL_RESOURCE_ID, "VM-0909A693");
    SET_TEXT(event, VM_ID, "VM-KBNT-20250830-001");
    SET_INT(event, RESOURCE_TYPE, KBNT_RESOURCE_TYPE_VIRTUAL_MACHINE);
    SET_INT(event, RESOURCE_STATUS, KBNT_RESOURCE_STATUS_RUNNING);
    SET_INT(event, OUTCOME, KBNT_OUTCOME_SUCCESS);
    kbnt_value_take_value(event, KBNT_FIELD_RESOURCE_SPECS, confirmed_specification());
    kbnt_value_take_value(event, KBNT_FIELD_ENDPOINTS, endpoints());
    kbnt_value_take_value(event, KBNT_FIELD_HEALTH, health());
    kbnt_value_take_value(event, KBNT_FIELD_METRICS, metrics());
    kbnt_value_take_item(
        event, KBNT_FIELD_HISTORY,
        history_entry(KBNT_SERVICE_CONSUMER, KBNT_LAYER_APPLICATION, "plan-allocation"));
}

static KbntValue *
capacity(void)
{
    KbntValue *value = kbnt_value_new();

    SET_INT(value, CPU, 64);
    SET_INT(value, MEMORY_MB, 262144);
    SET_INT(value, DISK_MB, 4096000);
    return value;
}

static void
add_host_report(KbntValue *event)
{
    KbntValue *report = kbnt_value_new();
    KbntValue *image = kbnt_value_new();

    SET_TEXT(image, NAME, "ubuntu-22.04");
    SET_TEXT(image, SHA256, "e3b0c44298fc1c14");
    kbnt_value_take_value(report, KBNT_FIELD_CAPACITY, capacity());
    ADD_TEXT(report, LABELS, "ssd");
    kbnt_value_take_item(report, KBNT_FIELD_IMAGES, image);
    SET_INT(report, ALIVE, TRUE);
    kbnt_value_take_value(event, KBNT_FIELD_HOST_REPORT, report);
}

KbntValue *
kbnt_sample_event(KbntEventType type)
{
    KbntValue *event = kbnt_value_new();

    SET_TEXT(event, STREAM_ID, SAMPLE_MESSAGE_ID);
    SET_INT(event, SEQUENCE, 9);
    SET_TEXT(event, EVENT_ID, SAMPLE_OTHER_ID);
    SET_INT(event, EVENT_TYPE, type);
    SET_INT(event, SERVICE, KBNT_SERVICE_CONSUMER);
    SET_INT(event, TIMESTAMP, SAMPLE_TIME_MS);
    SET_TEXT(event, VERSION, "v1.2.3");
    SET_TEXT(event, HOST, "host-1");
    SET_TEXT(event, REGION, "local");
    SET_TEXT(event, HYPERVISOR, "mock");
    SET_TEXT(event, PREVIOUS_CHECKSUM, "sha256-00");
    if (type == KBNT_EVENT_TYPE_HOST_REPORTED)
        add_host_report(event);
    else
        add_request_state(event);
    if (type == KBNT_EVENT_TYPE_VIRTUALIZATION_FAILED)
        kbnt_value_take_value(event, KBNT_FIELD_ERROR, failure());
    return event;
}

KbntValue *
kbnt_sample_host(void)
{
    KbntValue *host = kbnt_value_new();
    KbntValue *image = kbnt_value_new();

    SET_TEXT(image, NAME, "ubuntu-22.04");
    SET_TEXT(host, HOST, "host-1");
    SET_TEXT(host, REGION, "region-1");
    SET_INT(host, ALIVE, TRUE);
    kbnt_value_take_value(host, KBNT_FIELD_CAPACITY, capacity());
    kbnt_value_take_item(host, KBNT_FIELD_IMAGES, image);
    return host;
}
