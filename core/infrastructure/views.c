/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Owns the views: tables first, then the one walk that writes them. */
#include "views.h"

#include "json.h"

typedef struct {
    KbntField field;      /* 0: a group, an object made of the same value's own fields */
    const char *name;     /* (nullable): where it is shown under another than its own name */
    const KbntView *view; /* of a nested value, a list of them, or a group */
    gboolean is_nullable; /* shown as null where it is not set */
} Member;

struct KbntView {
    const Member *members;
    gsize n_members;
};

#define PLAIN(field) \
    { \
        KBNT_FIELD_##field, NULL, NULL, FALSE \
    }
#define NULLABLE(field) \
    { \
        KBNT_FIELD_##field, NULL, NULL, TRUE \
    }
#define RENAMED(field, name) \
    { \
        KBNT_FIELD_##field, name, NULL, FALSE \
    }
#define NESTED(field, view) \
    { \
        KBNT_FIELD_##field, NULL, &(view), FALSE \
    }
#define GROUPED(name, view) \
    { \
        0, name, &(view), FALSE \
    }
#define VIEW(members) \
    { \
        members, G_N_ELEMENTS(members) \
    }

static const Member history_members[] = {
    PLAIN(SERVICE),        PLAIN(OPERATION), PLAIN(LAYER),
    PLAIN(HISTORY_STATUS), PLAIN(TIMESTAMP), PLAIN(DETAIL),
};
static const KbntView view_history = VIEW(history_members);

static const Member error_members[] = {
    PLAIN(CODE), PLAIN(STEP), PLAIN(CAUSE), PLAIN(MESSAGE), PLAIN(RETRYABLE),
};
static const KbntView view_error = VIEW(error_members);

static const Member budget_members[] = {
    PLAIN(BUDGET_STATUS),
    PLAIN(COST_PER_HOUR_USD),
    PLAIN(LIMIT),
    PLAIN(LEFT),
};
const KbntView kbnt_view_budget = VIEW(budget_members);

static const Member specification_members[] = {
    PLAIN(CPU),
    PLAIN(MEMORY_MB),
    PLAIN(DISK_MB),
    PLAIN(SIZE_MB),
    PLAIN(DISK_CLASS),
    PLAIN(IOPS),
    PLAIN(NETWORK),
    PLAIN(NETWORK_ID),
    PLAIN(SUBNET),
    PLAIN(VLAN),
    PLAIN(GATEWAY),
    PLAIN(DHCP),
    PLAIN(NETWORK_MODE),
    PLAIN(IMAGE),
    PLAIN(VOLUMES),
    PLAIN(SECURITY_GROUPS),
    PLAIN(ANTI_AFFINITY),
    PLAIN(VIRTUAL_RESOURCE_ID),
    PLAIN(STORAGE_ID),
    PLAIN(FORCE),
    PLAIN(SSH_KEYS_SHA256),
    PLAIN(USER_DATA_SHA256),
};
static const KbntView view_specification = VIEW(specification_members);

static const Member endpoint_members[] = {
    PLAIN(ADDRESS), PLAIN(SSH), PLAIN(HTTP), PLAIN(MANAGEMENT), PLAIN(MAC),
};
static const KbntView view_endpoints = VIEW(endpoint_members);

static const Member check_members[] = {
    PLAIN(NAME),
    PLAIN(CHECK_STATUS),
    PLAIN(DETAIL),
};
static const KbntView view_check = VIEW(check_members);

static const Member health_members[] = {
    PLAIN(HEALTH_STATUS),       PLAIN(PASSED),           PLAIN(TOTAL),
    NESTED(CHECKS, view_check), PLAIN(MONITORING_AGENT),
};
const KbntView kbnt_view_health = VIEW(health_members);

static const Member metric_members[] = {
    NULLABLE(PROVISIONING_SECONDS), NULLABLE(BOOT_SECONDS),   NULLABLE(SERVICE_STARTUP_SECONDS),
    NULLABLE(CPU_PERCENT),          NULLABLE(MEMORY_USED_MB), NULLABLE(DISK_IOPS),
    NULLABLE(COST_PER_HOUR_USD),
};
static const KbntView view_metrics = VIEW(metric_members);

static const Member publication_members[] = {
    PLAIN(TOPIC), PLAIN(PARTITION), PLAIN(OFFSET), PLAIN(TIMESTAMP), PLAIN(CHECKSUM),
};
const KbntView kbnt_view_publication = VIEW(publication_members);

/* How a resource is doing, and where, wherever it is shown. */
#define PRESENT_STATE \
    NESTED(ENDPOINTS, view_endpoints), NESTED(HEALTH, kbnt_view_health), \
        NESTED(METRICS, view_metrics), PLAIN(HOST), PLAIN(REGION), PLAIN(HYPERVISOR), \
        PLAIN(ATTACHED_TO)

static const Member result_members[] = {
    PLAIN(VIRTUAL_RESOURCE_ID),
    PLAIN(VM_ID),
    PLAIN(RESOURCE_TYPE),
    RENAMED(RESOURCE_STATUS, "status"),
    NESTED(SPECIFICATION, view_specification),
    PRESENT_STATE,
};
static const KbntView view_result = VIEW(result_members);

static const Member request_members[] = {
    PLAIN(REQUEST_ID),
    PLAIN(MESSAGE_ID),
    PLAIN(CORRELATION_ID),
    PLAIN(USER_ID),
    PLAIN(REQUEST_TYPE),
    PLAIN(PRIORITY),
    PLAIN(REQUEST_STATUS),
    PLAIN(STEP),
    PLAIN(PERCENT),
    PLAIN(CREATED_AT),
    PLAIN(UPDATED_AT),
    PLAIN(DEADLINE),
    PLAIN(OVERDUE),
    PLAIN(VIRTUAL_RESOURCE_ID),
    PLAIN(RESOURCE_ID),
    PLAIN(RETRY_OF),
    NESTED(SPECIFICATION, view_specification),
    NESTED(BUDGET, kbnt_view_budget),
    NESTED(PUBLICATION, kbnt_view_publication),
    NESTED(HISTORY, view_history),
    NESTED(RESULT, view_result),
    NESTED(ERROR, view_error),
};
const KbntView kbnt_view_request = VIEW(request_members);

static const Member resource_members[] = {
    PLAIN(VIRTUAL_RESOURCE_ID),
    PLAIN(VM_ID),
    PLAIN(RESOURCE_ID),
    PLAIN(RESOURCE_TYPE),
    RENAMED(RESOURCE_STATUS, "status"),
    PLAIN(MESSAGE_ID),
    PLAIN(REQUEST_ID),
    PLAIN(USER_ID),
    NESTED(SPECIFICATION, view_specification),
    PRESENT_STATE,
    PLAIN(CREATED_AT),
    PLAIN(COST),
};
const KbntView kbnt_view_resource = VIEW(resource_members);

static const Member payload_members[] = {
    PLAIN(REQUEST_ID),
    PLAIN(USER_ID),
    PLAIN(VIRTUAL_RESOURCE_ID),
    PLAIN(VM_ID),
    PLAIN(RESOURCE_TYPE),
    PLAIN(OUTCOME),
    PLAIN(RESOURCE_STATUS),
    NESTED(RESOURCE_SPECS, view_specification),
    PRESENT_STATE,
    NESTED(ERROR, view_error),
};
static const KbntView view_payload = VIEW(payload_members);

static const Member capacity_members[] = {
    PLAIN(CPU),
    PLAIN(MEMORY_MB),
    PLAIN(DISK_MB),
};
static const KbntView view_capacity = VIEW(capacity_members);

static const Member image_members[] = {
    PLAIN(NAME),
    PLAIN(SHA256),
};
static const KbntView view_image = VIEW(image_members);

static const Member report_members[] = {
    NESTED(CAPACITY, view_capacity),
    PLAIN(LABELS),
    NESTED(IMAGES, view_image),
};
static const KbntView view_report = VIEW(report_members);

static const Member event_members[] = {
    PLAIN(SCHEMA_VERSION),
    PLAIN(STREAM_ID),
    PLAIN(SEQUENCE),
    PLAIN(EVENT_ID),
    NULLABLE(ORIGINAL_MESSAGE_ID),
    PLAIN(CORRELATION_ID),
    NULLABLE(REQUEST_ID),
    NULLABLE(USER_ID),
    PLAIN(EVENT_TYPE),
    PLAIN(SERVICE),
    PLAIN(TIMESTAMP),
    PLAIN(VERSION),
    PLAIN(STEP),
    PLAIN(PERCENT),
    GROUPED("payload", view_payload),
    NESTED(HOST_REPORT, view_report),
    NESTED(HISTORY, view_history),
    PLAIN(PREVIOUS_CHECKSUM),
    PLAIN(CHECKSUM),
};
const KbntView kbnt_view_event = VIEW(event_members);

static const Member host_members[] = {
    RENAMED(HOST, "name"),
    PLAIN(REGION),
    PLAIN(HYPERVISOR),
    PLAIN(ALIVE),
    PLAIN(LABELS),
    NESTED(CAPACITY, view_capacity),
    NESTED(CLAIMED, view_capacity),
    NESTED(IMAGES, view_image),
    PLAIN(REPORTED_AT),
};
const KbntView kbnt_view_host = VIEW(host_members);

static const Member charge_members[] = {
    PLAIN(QUANTITY),
    PLAIN(AMOUNT),
    PLAIN(LIMIT),
    PLAIN(LEFT),
};
static const KbntView view_charge = VIEW(charge_members);

static const Member plan_members[] = {
    PLAIN(REQUEST_TYPE),
    PLAIN(RESOURCE_TYPE),
    NESTED(SPECIFICATION, view_specification),
    NESTED(BUDGET, kbnt_view_budget),
    PLAIN(HOST),
    PLAIN(REGION),
    PLAIN(REPORTED_AT),
    { KBNT_FIELD_LABELS, "steps", NULL, FALSE },
    { KBNT_FIELD_CHARGES, "quota", &view_charge, FALSE },
};
const KbntView kbnt_view_plan = VIEW(plan_members);

static const Member raw_members[] = {
    PLAIN(TOPIC),
    PLAIN(PARTITION),
    PLAIN(OFFSET),
    PLAIN(TIMESTAMP),
};
static const KbntView view_raw = VIEW(raw_members);

static const Member dead_letter_members[] = {
    RENAMED(POSITION, "number"),
    RENAMED(REASON, "reason"),
    PLAIN(DETAIL),
    PLAIN(STEP),
    PLAIN(ATTEMPTS),
    PLAIN(TIMESTAMP),
    PLAIN(MESSAGE_ID),
    NESTED(RECORD, view_raw),
};
const KbntView kbnt_view_dead_letter = VIEW(dead_letter_members);

static const Member finding_members[] = {
    RENAMED(REASON, "finding"),
    PLAIN(HOST),
    PLAIN(VIRTUAL_RESOURCE_ID),
    PLAIN(RESOURCE_TYPE),
    RENAMED(RESOURCE_STATUS_BEFORE, "statusBefore"),
    RENAMED(RESOURCE_STATUS, "status"),
    PLAIN(PART),
    PLAIN(PART_ID),
    PLAIN(MESSAGE_ID),
};
const KbntView kbnt_view_finding = VIEW(finding_members);

static void
append_strings(GString *json, const KbntValue *value, KbntField field)
{
    g_string_append_c(json, '[');
    for (guint i = 0; i < kbnt_value_length(value, field); i++) {
        kbnt_json_append_comma(json);
        kbnt_json_append_text(json, kbnt_value_nth_string(value, field, i));
    }
    g_string_append_c(json, ']');
}

static void
append_items(const KbntView *view, GString *json, const KbntValue *value, KbntField field)
{
    g_string_append_c(json, '[');
    for (guint i = 0; i < kbnt_value_length(value, field); i++) {
        kbnt_json_append_comma(json);
        kbnt_view_append(view, json, kbnt_value_nth_value(value, field, i));
    }
    g_string_append_c(json, ']');
}

static void
append_enum(GString *json, KbntType type, gint64 number)
{
    const char *name = kbnt_enum_name(type, number);

    if (name != NULL)
        kbnt_json_append_text(json, name);
    else
        g_string_append(json, "null");
}

static void
append_field(const Member *member, GString *json, const KbntValue *value)
{
    KbntField field = member->field;
    KbntType type = kbnt_field_type(field);

    switch (type) {
    case KBNT_TYPE_BOOL:
        g_string_append(json, kbnt_value_get_int(value, field) ? "true" : "false");
        break;
    case KBNT_TYPE_INT:
        kbnt_json_append_int(json, kbnt_value_get_int(value, field));
        break;
    case KBNT_TYPE_NUMBER:
        kbnt_json_append_number(json, kbnt_value_get_number(value, field));
        break;
    case KBNT_TYPE_TIME:
        kbnt_json_append_time(json, kbnt_value_get_int(value, field));
        break;
    case KBNT_TYPE_STRING:
        kbnt_json_append_text(json, kbnt_value_get_string(value, field));
        break;
    case KBNT_TYPE_STRINGS:
        append_strings(json, value, field);
        break;
    case KBNT_TYPE_VALUE:
        kbnt_view_append(member->view, json, kbnt_value_get_value(value, field));
        break;
    case KBNT_TYPE_VALUES:
        append_items(member->view, json, value, field);
        break;
    default:
        /* Secrets and bytes are on no list; what remains are the enumerations. */
        g_assert(type >= KBNT_TYPE_HALF);
        append_enum(json, type, kbnt_value_get_int(value, field));
    }
}

static void
append_member(const Member *member, GString *json, const KbntValue *value)
{
    const char *name = member->name != NULL ? member->name : kbnt_field_name(member->field);
    gboolean is_set = member->field == 0 || kbnt_value_has(value, member->field);

    if (!is_set && !member->is_nullable)
        return;
    kbnt_json_append_key(json, name);
    if (!is_set)
        g_string_append(json, "null");
    else if (member->field == 0)
        kbnt_view_append(member->view, json, value);
    else
        append_field(member, json, value);
}

void
kbnt_view_append_members(const KbntView *view, GString *json, const KbntValue *value)
{
    for (gsize i = 0; i < view->n_members; i++)
        append_member(&view->members[i], json, value);
}

void
kbnt_view_append(const KbntView *view, GString *json, const KbntValue *value)
{
    g_string_append_c(json, '{');
    kbnt_view_append_members(view, json, value);
    g_string_append_c(json, '}');
}

void
kbnt_view_append_list(const KbntView *view, GString *json, const char *name,
                      const KbntValue *value, KbntField field)
{
    kbnt_json_append_key(json, name);
    append_items(view, json, value, field);
}
