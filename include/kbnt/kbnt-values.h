/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * kbnt-values.h: owns the one opaque, counted value by which core and plugins exchange data.
 *
 * A value is a set of fields. Which fields exist, their numbers, names and types, is the table
 * in kbnt-fields.h; which of them a specification, a request, an event, a resource, a record
 * or an argument has, is said where that thing is described. A codec, a store or a view walks
 * the table instead of naming each member, so a field is added in one row.
 *
 * Life: whoever makes a value fills it and hands it over; from then on nobody changes it (the
 * setters refuse a value that has more than one reference). Reading is safe on any thread.
 */
#ifndef KBNT_VALUES_H
#define KBNT_VALUES_H

#include <glib.h>
#include <kbnt/kbnt-error.h>
#include <kbnt/kbnt-fields.h>

G_BEGIN_DECLS

#define KBNT_ROW(number, name, text) KBNT_HALF_##name = (number),
typedef enum { KBNT_HALF_TABLE(KBNT_ROW) } KbntHalf;
#undef KBNT_ROW
#define KBNT_ROW(number, name, text) KBNT_REQUEST_TYPE_##name = (number),
typedef enum { KBNT_REQUEST_TYPE_TABLE(KBNT_ROW) } KbntRequestType;
#undef KBNT_ROW
#define KBNT_ROW(number, name, text) KBNT_PRIORITY_##name = (number),
typedef enum { KBNT_PRIORITY_TABLE(KBNT_ROW) } KbntPriority;
#undef KBNT_ROW
#define KBNT_ROW(number, name, text) KBNT_REQUEST_STATUS_##name = (number),
typedef enum { KBNT_REQUEST_STATUS_TABLE(KBNT_ROW) } KbntRequestStatus;
#undef KBNT_ROW
#define KBNT_ROW(number, name, text) KBNT_RESOURCE_TYPE_##name = (number),
typedef enum { KBNT_RESOURCE_TYPE_TABLE(KBNT_ROW) } KbntResourceType;
#undef KBNT_ROW
#define KBNT_ROW(number, name, text) KBNT_RESOURCE_STATUS_##name = (number),
typedef enum { KBNT_RESOURCE_STATUS_TABLE(KBNT_ROW) } KbntResourceStatus;
#undef KBNT_ROW
#define KBNT_ROW(number, name, text) KBNT_EVENT_TYPE_##name = (number),
typedef enum { KBNT_EVENT_TYPE_TABLE(KBNT_ROW) } KbntEventType;
#undef KBNT_ROW
#define KBNT_ROW(number, name, text) KBNT_OUTCOME_##name = (number),
typedef enum { KBNT_OUTCOME_TABLE(KBNT_ROW) } KbntOutcome;
#undef KBNT_ROW
#define KBNT_ROW(number, name, text) KBNT_HISTORY_STATUS_##name = (number),
typedef enum { KBNT_HISTORY_STATUS_TABLE(KBNT_ROW) } KbntHistoryStatus;
#undef KBNT_ROW
#define KBNT_ROW(number, name, text) KBNT_SERVICE_##name = (number),
typedef enum { KBNT_SERVICE_TABLE(KBNT_ROW) } KbntService;
#undef KBNT_ROW
#define KBNT_ROW(number, name, text) KBNT_LAYER_##name = (number),
typedef enum { KBNT_LAYER_TABLE(KBNT_ROW) } KbntLayer;
#undef KBNT_ROW
#define KBNT_ROW(number, name, text) KBNT_STEP_##name = (number),
typedef enum { KBNT_STEP_TABLE(KBNT_ROW) } KbntStep;
#undef KBNT_ROW
#define KBNT_ROW(number, name, text) KBNT_PHASE_##name = (number),
typedef enum { KBNT_PHASE_TABLE(KBNT_ROW) } KbntPhase;
#undef KBNT_ROW
#define KBNT_ROW(number, name, text) KBNT_INBOX_STATE_##name = (number),
typedef enum { KBNT_INBOX_STATE_TABLE(KBNT_ROW) } KbntInboxState;
#undef KBNT_ROW
#define KBNT_ROW(number, name, text) KBNT_PART_##name = (number),
typedef enum { KBNT_PART_TABLE(KBNT_ROW) } KbntPart;
#undef KBNT_ROW
#define KBNT_ROW(number, name, text) KBNT_POWER_##name = (number),
typedef enum { KBNT_POWER_TABLE(KBNT_ROW) } KbntPower;
#undef KBNT_ROW
#define KBNT_ROW(number, name, text) KBNT_DISK_CLASS_##name = (number),
typedef enum { KBNT_DISK_CLASS_TABLE(KBNT_ROW) } KbntDiskClass;
#undef KBNT_ROW
#define KBNT_ROW(number, name, text) KBNT_NETWORK_MODE_##name = (number),
typedef enum { KBNT_NETWORK_MODE_TABLE(KBNT_ROW) } KbntNetworkMode;
#undef KBNT_ROW
#define KBNT_ROW(number, name, text) KBNT_CANCEL_REASON_##name = (number),
typedef enum { KBNT_CANCEL_REASON_TABLE(KBNT_ROW) } KbntCancelReason;
#undef KBNT_ROW
#define KBNT_ROW(number, name, text) KBNT_HEALTH_##name = (number),
typedef enum { KBNT_HEALTH_TABLE(KBNT_ROW) } KbntHealth;
#undef KBNT_ROW
#define KBNT_ROW(number, name, text) KBNT_CHECK_STATUS_##name = (number),
typedef enum { KBNT_CHECK_STATUS_TABLE(KBNT_ROW) } KbntCheckStatus;
#undef KBNT_ROW
#define KBNT_ROW(number, name, text) KBNT_BUDGET_##name = (number),
typedef enum { KBNT_BUDGET_TABLE(KBNT_ROW) } KbntBudget;
#undef KBNT_ROW
#define KBNT_ROW(number, name, text) KBNT_LEDGER_MOVE_##name = (number),
typedef enum { KBNT_LEDGER_MOVE_TABLE(KBNT_ROW) } KbntLedgerMove;
#undef KBNT_ROW
#define KBNT_ROW(number, name, text) KBNT_TRANSITION_##name = (number),
typedef enum { KBNT_TRANSITION_TABLE(KBNT_ROW) } KbntTransition;
#undef KBNT_ROW

#define KBNT_ROW(number, name, text, type) KBNT_FIELD_##name = (number),
typedef enum { KBNT_FIELD_TABLE(KBNT_ROW) } KbntField;
#undef KBNT_ROW

/**
 * KbntType:
 *
 * The type of a field. An enumeration is a type of its own from KBNT_TYPE_HALF on: its values
 * are read and set as integers and named by kbnt_enum_name().
 */
typedef enum {
    KBNT_TYPE_NONE = 0,
    KBNT_TYPE_BOOL = 1,
    KBNT_TYPE_INT = 2,
    KBNT_TYPE_NUMBER = 3,
    KBNT_TYPE_TIME = 4,
    KBNT_TYPE_STRING = 5,
    KBNT_TYPE_BYTES = 6,
    KBNT_TYPE_VALUE = 7,
    KBNT_TYPE_STRINGS = 8,
    KBNT_TYPE_VALUES = 9,
    KBNT_TYPE_SECRET = 10,
    KBNT_TYPE_SECRETS = 11,
    KBNT_TYPE_HALF = 32,
    KBNT_TYPE_REQUEST_TYPE = 33,
    KBNT_TYPE_PRIORITY = 34,
    KBNT_TYPE_REQUEST_STATUS = 35,
    KBNT_TYPE_RESOURCE_TYPE = 36,
    KBNT_TYPE_RESOURCE_STATUS = 37,
    KBNT_TYPE_EVENT_TYPE = 38,
    KBNT_TYPE_OUTCOME = 39,
    KBNT_TYPE_HISTORY_STATUS = 40,
    KBNT_TYPE_SERVICE = 41,
    KBNT_TYPE_LAYER = 42,
    KBNT_TYPE_STEP = 43,
    KBNT_TYPE_PHASE = 44,
    KBNT_TYPE_INBOX_STATE = 45,
    KBNT_TYPE_PART = 46,
    KBNT_TYPE_POWER = 47,
    KBNT_TYPE_DISK_CLASS = 48,
    KBNT_TYPE_NETWORK_MODE = 49,
    KBNT_TYPE_CANCEL_REASON = 50,
    KBNT_TYPE_HEALTH = 51,
    KBNT_TYPE_CHECK_STATUS = 52,
    KBNT_TYPE_BUDGET = 53,
    KBNT_TYPE_LEDGER_MOVE = 54,
    KBNT_TYPE_TRANSITION = 55,
} KbntType;

/**
 * kbnt_enum_name:
 * @type: the type of an enumeration
 * @number: one of its members
 *
 * Returns: (transfer none) (nullable): its text on the wire, or NULL where it has none.
 */
const char *kbnt_enum_name(KbntType type, gint64 number);

/**
 * kbnt_enum_from_name:
 * @type: the type of an enumeration
 * @name: (nullable): the exact text on the wire
 *
 * Returns: the member's number, or 0 where there is none.
 */
gint64 kbnt_enum_from_name(KbntType type, const char *name);

/**
 * kbnt_enum_next:
 * @type: the type of an enumeration
 * @number: a member, or 0 to begin
 *
 * Returns: the member after @number in the table's order, or 0 after the last.
 */
gint64 kbnt_enum_next(KbntType type, gint64 number);

/**
 * kbnt_field_name:
 *
 * Returns: (transfer none) (nullable): the field's name in JSON and Avro, or NULL where the
 *   number is unknown.
 */
const char *kbnt_field_name(KbntField field);

/**
 * kbnt_field_type:
 *
 * Returns: the field's type, KBNT_TYPE_NONE where the number is unknown.
 */
KbntType kbnt_field_type(KbntField field);

/**
 * KbntValue:
 *
 * A set of fields, counted atomically.
 */
typedef struct KbntValue KbntValue;

/**
 * kbnt_value_new:
 *
 * Returns: (transfer full): a value without fields.
 */
KbntValue *kbnt_value_new(void);

/**
 * kbnt_value_copy:
 *
 * Returns: (transfer full): a value of its own with the same fields; nested values are shared.
 */
KbntValue *kbnt_value_copy(const KbntValue *value);

/**
 * kbnt_value_ref:
 *
 * Returns: (transfer full): @value, which nobody may change from here on.
 */
KbntValue *kbnt_value_ref(const KbntValue *value);

/**
 * kbnt_value_unref:
 * @value: (transfer full) (nullable): freed with its last reference
 */
void kbnt_value_unref(KbntValue *value);

/**
 * kbnt_value_has:
 *
 * Returns: whether the field is set.
 */
gboolean kbnt_value_has(const KbntValue *value, KbntField field);

/**
 * kbnt_value_clear:
 *
 * Takes the field away, where it is set.
 */
void kbnt_value_clear(KbntValue *value, KbntField field);

/**
 * kbnt_value_get_int:
 *
 * Returns: a BOOL, INT, TIME or enumeration field; 0 where it is not set.
 */
gint64 kbnt_value_get_int(const KbntValue *value, KbntField field);

/**
 * kbnt_value_get_number:
 *
 * Returns: a NUMBER field; 0 where it is not set.
 */
double kbnt_value_get_number(const KbntValue *value, KbntField field);

/**
 * kbnt_value_get_string:
 *
 * Returns: (transfer none) (nullable): a STRING or SECRET field, NUL-terminated UTF-8; NULL
 *   where it is not set.
 */
const char *kbnt_value_get_string(const KbntValue *value, KbntField field);

/**
 * kbnt_value_get_bytes:
 *
 * Returns: (transfer none) (nullable): a BYTES field; NULL where it is not set.
 */
GBytes *kbnt_value_get_bytes(const KbntValue *value, KbntField field);

/**
 * kbnt_value_get_value:
 *
 * Returns: (transfer none) (nullable): a VALUE field; NULL where it is not set.
 */
KbntValue *kbnt_value_get_value(const KbntValue *value, KbntField field);

/**
 * kbnt_value_length:
 *
 * Returns: the number of items of a STRINGS, SECRETS or VALUES field; 0 where it is not set.
 */
guint kbnt_value_length(const KbntValue *value, KbntField field);

/**
 * kbnt_value_nth_string:
 *
 * Returns: (transfer none) (nullable): an item of a STRINGS or SECRETS field.
 */
const char *kbnt_value_nth_string(const KbntValue *value, KbntField field, guint index);

/**
 * kbnt_value_nth_value:
 *
 * Returns: (transfer none) (nullable): an item of a VALUES field.
 */
KbntValue *kbnt_value_nth_value(const KbntValue *value, KbntField field, guint index);

/**
 * kbnt_value_set_int:
 *
 * Sets a BOOL, INT, TIME or enumeration field.
 */
void kbnt_value_set_int(KbntValue *value, KbntField field, gint64 number);

/**
 * kbnt_value_set_number:
 *
 * Sets a NUMBER field.
 */
void kbnt_value_set_number(KbntValue *value, KbntField field, double number);

/**
 * kbnt_value_set_string:
 * @text: (transfer none) (nullable): NULL clears the field
 *
 * Sets a STRING or SECRET field to a copy of @text.
 */
void kbnt_value_set_string(KbntValue *value, KbntField field, const char *text);

/**
 * kbnt_value_set_bytes:
 * @bytes: (transfer none) (nullable): NULL clears the field
 *
 * Sets a BYTES field.
 */
void kbnt_value_set_bytes(KbntValue *value, KbntField field, GBytes *bytes);

/**
 * kbnt_value_set_value:
 * @nested: (transfer none) (nullable): NULL clears the field
 *
 * Sets a VALUE field.
 */
void kbnt_value_set_value(KbntValue *value, KbntField field, const KbntValue *nested);

/**
 * kbnt_value_take_value:
 * @nested: (transfer full) (nullable): NULL clears the field
 *
 * Sets a VALUE field.
 */
void kbnt_value_take_value(KbntValue *value, KbntField field, KbntValue *nested);

/**
 * kbnt_value_set_empty_list:
 *
 * Sets a STRINGS, SECRETS or VALUES field to a list without items.
 */
void kbnt_value_set_empty_list(KbntValue *value, KbntField field);

/**
 * kbnt_value_append_string:
 * @text: (transfer none): copied
 *
 * Appends to a STRINGS or SECRETS field, which begins empty.
 */
void kbnt_value_append_string(KbntValue *value, KbntField field, const char *text);

/**
 * kbnt_value_append_value:
 * @nested: (transfer none)
 *
 * Appends to a VALUES field, which begins empty.
 */
void kbnt_value_append_value(KbntValue *value, KbntField field, const KbntValue *nested);

/**
 * kbnt_value_take_item:
 * @nested: (transfer full)
 *
 * Appends to a VALUES field, which begins empty.
 */
void kbnt_value_take_item(KbntValue *value, KbntField field, KbntValue *nested);

/**
 * kbnt_value_copy_field:
 * @from: (transfer none): where the field comes from
 *
 * Sets @field of @value to what it is in @from; clears it where it is not set there.
 */
void kbnt_value_copy_field(KbntValue *value, const KbntValue *from, KbntField field);

/**
 * kbnt_value_merge:
 * @patch: (transfer none): whose fields win
 *
 * Sets each field that @patch has.
 */
void kbnt_value_merge(KbntValue *value, const KbntValue *patch);

/**
 * kbnt_value_n_fields:
 *
 * Returns: the number of fields that are set.
 */
guint kbnt_value_n_fields(const KbntValue *value);

/**
 * kbnt_value_nth_field:
 *
 * Returns: the field at @index, in the order of the numbers; walks a value of unknown shape.
 */
KbntField kbnt_value_nth_field(const KbntValue *value, guint index);

/**
 * kbnt_value_equal:
 *
 * Returns: whether both have the same fields with the same content.
 */
gboolean kbnt_value_equal(const KbntValue *one, const KbntValue *other);

/**
 * kbnt_value_to_bytes:
 *
 * The value as a GVariant of type a(uv), for a store's own rows; never sent to a broker.
 *
 * Returns: (transfer full): bytes that kbnt_value_from_bytes() of this or any later version
 *   reads.
 */
GBytes *kbnt_value_to_bytes(const KbntValue *value);

/**
 * kbnt_value_from_bytes:
 * @bytes: (transfer none): untrusted
 *
 * Fields of an unknown number or of another type are left out.
 *
 * Returns: (transfer full) (nullable): the value, or NULL with STORE_CORRUPT.
 */
KbntValue *kbnt_value_from_bytes(GBytes *bytes, GError **error);

G_DEFINE_AUTOPTR_CLEANUP_FUNC(KbntValue, kbnt_value_unref)

/*
 * Names of things. All UUIDs are lower-case text of 36 characters.
 */

/**
 * kbnt_uuid_name:
 * @kind: "resource", "event", "stream" or "host"
 * @name: (transfer none): what stands behind the colon
 * @ret_uuid: (out): 37 bytes: UUIDv5 of kbnt's namespace over "kind:name"
 */
void kbnt_uuid_name(const char *kind, const char *name, char ret_uuid[37]);

/**
 * kbnt_uuid_is_valid:
 * @text: (nullable)
 *
 * Returns: whether @text is a UUID in lower-case text form.
 */
gboolean kbnt_uuid_is_valid(const char *text);

/**
 * kbnt_resource_id:
 * @message_id: of the create request
 * @digits: 8, or 12 where those 8 are taken
 *
 * Returns: (transfer full): the virtualResourceId ("VM-0909A693").
 */
char *kbnt_resource_id(KbntResourceType type, const char *message_id, guint digits);

/**
 * kbnt_mac_address:
 * @message_id: of the create request
 * @ret_mac: (out): 18 bytes: a locally administered unicast address, 46 bits of the UUIDv5
 */
void kbnt_mac_address(const char *message_id, char ret_mac[18]);

/**
 * kbnt_partition:
 * @key: (nullable): the key's bytes
 * @length: their number
 * @n_partitions: at least 1
 *
 * Returns: (murmur2(key) & 0x7fffffff) % n_partitions, as Kafka's Java and JavaScript clients.
 */
gint32 kbnt_partition(const void *key, gsize length, gint32 n_partitions);

G_END_DECLS

#endif
