/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* fields.c: owns the look-ups in the tables of enumerations and fields of kbnt-fields.h. */
#include <kbnt/kbnt-values.h>

typedef struct {
    gint64 number;
    const char *name;
} EnumRow;

typedef struct {
    KbntType type;
    const EnumRow *rows;
    guint n_rows;
} EnumTable;

typedef struct {
    const char *name;
    KbntType type;
} FieldRow;

#define ROW(number, name, text) { number, text },
static const EnumRow half_rows[] = { KBNT_HALF_TABLE(ROW) };
static const EnumRow request_type_rows[] = { KBNT_REQUEST_TYPE_TABLE(ROW) };
static const EnumRow priority_rows[] = { KBNT_PRIORITY_TABLE(ROW) };
static const EnumRow request_status_rows[] = { KBNT_REQUEST_STATUS_TABLE(ROW) };
static const EnumRow resource_type_rows[] = { KBNT_RESOURCE_TYPE_TABLE(ROW) };
static const EnumRow resource_status_rows[] = { KBNT_RESOURCE_STATUS_TABLE(ROW) };
static const EnumRow event_type_rows[] = { KBNT_EVENT_TYPE_TABLE(ROW) };
static const EnumRow outcome_rows[] = { KBNT_OUTCOME_TABLE(ROW) };
static const EnumRow history_status_rows[] = { KBNT_HISTORY_STATUS_TABLE(ROW) };
static const EnumRow service_rows[] = { KBNT_SERVICE_TABLE(ROW) };
static const EnumRow layer_rows[] = { KBNT_LAYER_TABLE(ROW) };
static const EnumRow step_rows[] = { KBNT_STEP_TABLE(ROW) };
static const EnumRow phase_rows[] = { KBNT_PHASE_TABLE(ROW) };
static const EnumRow inbox_state_rows[] = { KBNT_INBOX_STATE_TABLE(ROW) };
static const EnumRow part_rows[] = { KBNT_PART_TABLE(ROW) };
static const EnumRow power_rows[] = { KBNT_POWER_TABLE(ROW) };
static const EnumRow disk_class_rows[] = { KBNT_DISK_CLASS_TABLE(ROW) };
static const EnumRow network_mode_rows[] = { KBNT_NETWORK_MODE_TABLE(ROW) };
static const EnumRow cancel_reason_rows[] = { KBNT_CANCEL_REASON_TABLE(ROW) };
static const EnumRow health_rows[] = { KBNT_HEALTH_TABLE(ROW) };
static const EnumRow check_status_rows[] = { KBNT_CHECK_STATUS_TABLE(ROW) };
static const EnumRow budget_rows[] = { KBNT_BUDGET_TABLE(ROW) };
static const EnumRow ledger_move_rows[] = { KBNT_LEDGER_MOVE_TABLE(ROW) };
static const EnumRow transition_rows[] = { KBNT_TRANSITION_TABLE(ROW) };
#undef ROW

#define TABLE(type, rows) [(type)-KBNT_TYPE_HALF] = { type, rows, G_N_ELEMENTS(rows) }
static const EnumTable enum_tables[] = {
    TABLE(KBNT_TYPE_HALF, half_rows),
    TABLE(KBNT_TYPE_REQUEST_TYPE, request_type_rows),
    TABLE(KBNT_TYPE_PRIORITY, priority_rows),
    TABLE(KBNT_TYPE_REQUEST_STATUS, request_status_rows),
    TABLE(KBNT_TYPE_RESOURCE_TYPE, resource_type_rows),
    TABLE(KBNT_TYPE_RESOURCE_STATUS, resource_status_rows),
    TABLE(KBNT_TYPE_EVENT_TYPE, event_type_rows),
    TABLE(KBNT_TYPE_OUTCOME, outcome_rows),
    TABLE(KBNT_TYPE_HISTORY_STATUS, history_status_rows),
    TABLE(KBNT_TYPE_SERVICE, service_rows),
    TABLE(KBNT_TYPE_LAYER, layer_rows),
    TABLE(KBNT_TYPE_STEP, step_rows),
    TABLE(KBNT_TYPE_PHASE, phase_rows),
    TABLE(KBNT_TYPE_INBOX_STATE, inbox_state_rows),
    TABLE(KBNT_TYPE_PART, part_rows),
    TABLE(KBNT_TYPE_POWER, power_rows),
    TABLE(KBNT_TYPE_DISK_CLASS, disk_class_rows),
    TABLE(KBNT_TYPE_NETWORK_MODE, network_mode_rows),
    TABLE(KBNT_TYPE_CANCEL_REASON, cancel_reason_rows),
    TABLE(KBNT_TYPE_HEALTH, health_rows),
    TABLE(KBNT_TYPE_CHECK_STATUS, check_status_rows),
    TABLE(KBNT_TYPE_BUDGET, budget_rows),
    TABLE(KBNT_TYPE_LEDGER_MOVE, ledger_move_rows),
    TABLE(KBNT_TYPE_TRANSITION, transition_rows),
};
#undef TABLE

/* By field number, with holes where the numbers have them. */
#define FIELD_ROW(number, name, text, type) [number] = { text, KBNT_TYPE_##type },
static const FieldRow field_rows[] = { KBNT_FIELD_TABLE(FIELD_ROW) };
#undef FIELD_ROW

static const EnumTable *
find_table(KbntType type)
{
    gsize index = (gsize)type - KBNT_TYPE_HALF;

    return type >= KBNT_TYPE_HALF && index < G_N_ELEMENTS(enum_tables) ? &enum_tables[index]
                                                                       : NULL;
}

const char *
kbnt_enum_name(KbntType type, gint64 number)
{
    const EnumTable *table = find_table(type);

    for (guint i = 0; table && i < table->n_rows; i++) {
        if (table->rows[i].number == number)
            return table->rows[i].name;
    }
    return NULL;
}

gint64
kbnt_enum_from_name(KbntType type, const char *name)
{
    const EnumTable *table = find_table(type);

    for (guint i = 0; table && i < table->n_rows; i++) {
        if (g_strcmp0(table->rows[i].name, name) == 0)
            return table->rows[i].number;
    }
    return 0;
}

gint64
kbnt_enum_next(KbntType type, gint64 number)
{
    const EnumTable *table = find_table(type);
    guint i = 0;

    if (!table)
        return 0;
    if (number == 0)
        return table->rows[0].number;
    while (i < table->n_rows && table->rows[i].number != number)
        i++;
    return i + 1 < table->n_rows ? table->rows[i + 1].number : 0;
}

const char *
kbnt_field_name(KbntField field)
{
    return (gsize)field < G_N_ELEMENTS(field_rows) ? field_rows[field].name : NULL;
}

KbntType
kbnt_field_type(KbntField field)
{
    return (gsize)field < G_N_ELEMENTS(field_rows) ? field_rows[field].type : KBNT_TYPE_NONE;
}
