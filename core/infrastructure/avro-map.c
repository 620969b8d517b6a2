/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * avro-map.c: owns the table of the fields whose name on the wire does not say which field of
 * a KbntValue they are. All others are found by their name in the table of fields.
 */
#include "avro-map.h"

typedef struct {
    const char *record;
    const char *name;
    KbntAvroRole role;
    KbntField field;
} KbntAvroMapping;

static const KbntAvroMapping mappings[] = {
    { "VirtualizationMessage", "schemaVersion", KBNT_AVRO_CONSTANT, 0 },
    { "VirtualizationMessage", "messageType", KBNT_AVRO_FIELD, KBNT_FIELD_REQUEST_TYPE },
    { "VirtualizationMessage", "payload", KBNT_AVRO_FLAT, 0 },
    { "RequestPayload", "status", KBNT_AVRO_CONSTANT, 0 },
    { "VirtualizationEvent", "schemaVersion", KBNT_AVRO_CONSTANT, 0 },
    { "VirtualizationEvent", "payload", KBNT_AVRO_FLAT, 0 },
    { "VirtualizationEvent", "checksum", KBNT_AVRO_CHECKSUM, KBNT_FIELD_CHECKSUM },
    { "EventPayload", "status", KBNT_AVRO_FIELD, KBNT_FIELD_OUTCOME },
    { "HistoryEntry", "status", KBNT_AVRO_FIELD, KBNT_FIELD_HISTORY_STATUS },
    { "Health", "status", KBNT_AVRO_FIELD, KBNT_FIELD_HEALTH_STATUS },
    { "HealthCheck", "status", KBNT_AVRO_FIELD, KBNT_FIELD_CHECK_STATUS },
};

typedef struct {
    const char *name;
    KbntField field;
} KbntNamedField;

#define KBNT_ROW(number, field_name, text, type) { text, KBNT_FIELD_##field_name },
static const KbntNamedField named_fields[] = { KBNT_FIELD_TABLE(KBNT_ROW) };
#undef KBNT_ROW

KbntAvroRole
kbnt_avro_map(const char *record, const char *name, KbntField *ret_field)
{
    for (gsize i = 0; i < G_N_ELEMENTS(mappings); i++) {
        const KbntAvroMapping *mapping = &mappings[i];

        if (g_str_equal(mapping->record, record) && g_str_equal(mapping->name, name)) {
            *ret_field = mapping->field;
            return mapping->role;
        }
    }

    for (gsize i = 0; i < G_N_ELEMENTS(named_fields); i++) {
        if (g_str_equal(named_fields[i].name, name)) {
            *ret_field = named_fields[i].field;
            return KBNT_AVRO_FIELD;
        }
    }
    *ret_field = 0;
    return KBNT_AVRO_CONSTANT;
}
