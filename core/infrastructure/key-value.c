/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Owns how the text of a key becomes the typed, bounded member of a configuration struct. */
#include "key-value.h"

#include <kbnt/kbnt-error.h>
#include <math.h>
#include <string.h>

typedef union {
    gint64 integer;
    guint64 size;
    double number;
    gboolean boolean;
    char *text;
    char **list;
} Member;

typedef struct {
    const char *name;
    guint64 factor;
} Unit;

/* The unit "" is for a bare number, which only 0 may be where a duration is meant. */
static const Unit size_units[] = {
    { "B", 1 },
    { "KiB", G_GUINT64_CONSTANT(1) << 10 },
    { "MiB", G_GUINT64_CONSTANT(1) << 20 },
    { "GiB", G_GUINT64_CONSTANT(1) << 30 },
    { "TiB", G_GUINT64_CONSTANT(1) << 40 },
    { "", 1 },
    { NULL, 0 },
};
static const Unit duration_units[] = {
    { "ms", 1 },       { "s", 1000 }, { "m", 60 * 1000 }, { "h", 60 * 60 * 1000 },
    { "d", 86400000 }, { NULL, 0 },
};

KbntKey
kbnt_key_table_row(const KbntKeyTable *table, guint index)
{
    KbntKey row = { 0 };
    const char *first = (const char *)table->keys;
    memcpy(&row, first + index * table->key_size, MIN(table->key_size, sizeof(row)));
    return row;
}

gint
kbnt_key_table_find(const KbntKeyTable *table, const char *key)
{
    gint glob = -1;
    for (guint i = 0; i < table->n_keys; i++) {
        KbntKey row = kbnt_key_table_row(table, i);
        if (row.type != KBNT_KEY_OPEN && strcmp(row.name, key) == 0)
            return (gint)i;
        if (row.type == KBNT_KEY_OPEN && glob < 0 && g_pattern_match_simple(row.name, key))
            glob = (gint)i;
    }
    return glob;
}

G_GNUC_PRINTF(2, 3)
static gboolean
refuse(GError **error, const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    g_autofree char *message = g_strdup_vprintf(format, arguments);
    va_end(arguments);
    g_set_error_literal(error, KBNT_ERROR, KBNT_ERROR_CONFIG_INVALID, message);
    return FALSE;
}

static const Unit *
find_unit(const Unit *units, const char *name)
{
    for (; units->name; units++)
        if (strcmp(units->name, name) == 0)
            return units;
    return NULL;
}

/* A whole number with a unit; FALSE where it is neither that nor within 63 bits. */
static gboolean
parse_scaled(const Unit *units, const char *text, gint64 *ret_scaled)
{
    char *rest = NULL;
    if (!g_ascii_isdigit(*text))
        return FALSE;
    guint64 number = g_ascii_strtoull(text, &rest, 10);
    while (*rest == ' ')
        rest++;
    const Unit *unit = find_unit(units, rest);
    if (!unit && number == 0 && *rest == '\0')
        unit = units;
    if (!unit || number > (guint64)G_MAXINT64 / unit->factor)
        return FALSE;
    *ret_scaled = (gint64)(number * unit->factor);
    return TRUE;
}

static gboolean
parse_number(const char *text, double *ret_number)
{
    char *rest = NULL;
    if (!g_ascii_isdigit(*text) && *text != '-' && *text != '.')
        return FALSE;
    *ret_number = g_ascii_strtod(text, &rest);
    return *rest == '\0' && rest != text && isfinite(*ret_number);
}

static gboolean
parse_choice(const KbntKey *row, const char *text, gint64 *ret_choice)
{
    for (gint64 i = 0; row->choices[i]; i++) {
        if (strcmp(row->choices[i], text) == 0) {
            *ret_choice = i;
            return TRUE;
        }
    }
    return FALSE;
}

static gboolean
parse_bool(const char *text, gboolean *ret_boolean)
{
    *ret_boolean = strcmp(text, "true") == 0;
    return *ret_boolean || strcmp(text, "false") == 0;
}

static gboolean
parse_path(const KbntKey *row, const char *text, char **ret_path)
{
    gboolean may_be_empty = !row->default_text || *row->default_text == '\0';
    if (!g_path_is_absolute(text) && !(may_be_empty && *text == '\0'))
        return FALSE;
    *ret_path = g_strdup(text);
    return TRUE;
}

static char **
parse_list(const char *text)
{
    g_auto(GStrv) parts = g_strsplit(text, ";", -1);
    g_autoptr(GStrvBuilder) items = g_strv_builder_new();
    for (gsize i = 0; parts[i]; i++)
        if (*g_strstrip(parts[i]))
            g_strv_builder_add(items, parts[i]);
    return g_strv_builder_end(items);
}

static gboolean
parse_member(const KbntKey *row, const char *text, Member *ret_member)
{
    switch (row->type) {
    case KBNT_KEY_BOOL:
        return parse_bool(text, &ret_member->boolean);
    case KBNT_KEY_INT:
        return g_ascii_string_to_signed(text, 10, G_MININT64, G_MAXINT64, &ret_member->integer,
                                        NULL);
    case KBNT_KEY_NUMBER:
        return parse_number(text, &ret_member->number);
    case KBNT_KEY_SIZE:
        return parse_scaled(size_units, text, &ret_member->integer);
    case KBNT_KEY_DURATION:
        return parse_scaled(duration_units, text, &ret_member->integer);
    case KBNT_KEY_CHOICE:
        return parse_choice(row, text, &ret_member->integer);
    case KBNT_KEY_PATH:
        return parse_path(row, text, &ret_member->text);
    case KBNT_KEY_LIST:
        ret_member->list = parse_list(text);
        return TRUE;
    case KBNT_KEY_STRING:
    case KBNT_KEY_SECRET:
        ret_member->text = g_strdup(text);
        return TRUE;
    default:
        return FALSE;
    }
}

/* Negative where one is less than other, by the row's type. */
static gint
compare_members(const KbntKey *row, const Member *one, const Member *other)
{
    if (row->type == KBNT_KEY_NUMBER)
        return (one->number > other->number) - (one->number < other->number);
    return (one->integer > other->integer) - (one->integer < other->integer);
}

static gboolean
is_bounded(const KbntKey *row)
{
    return row->type == KBNT_KEY_INT || row->type == KBNT_KEY_NUMBER ||
           row->type == KBNT_KEY_SIZE || row->type == KBNT_KEY_DURATION;
}

static gboolean
is_within_bounds(const KbntKey *row, const Member *member)
{
    Member bound;
    if (!is_bounded(row))
        return TRUE;
    if (row->minimum && parse_member(row, row->minimum, &bound) &&
        compare_members(row, member, &bound) < 0)
        return FALSE;
    return !(row->maximum && parse_member(row, row->maximum, &bound) &&
             compare_members(row, member, &bound) > 0);
}

gsize
kbnt_key_member_size(guint32 type)
{
    switch (type) {
    case KBNT_KEY_BOOL:
        return sizeof(gboolean);
    case KBNT_KEY_NUMBER:
        return sizeof(double);
    case KBNT_KEY_INT:
    case KBNT_KEY_SIZE:
    case KBNT_KEY_DURATION:
    case KBNT_KEY_CHOICE:
        return sizeof(gint64);
    case KBNT_KEY_STRING:
    case KBNT_KEY_SECRET:
    case KBNT_KEY_PATH:
        return sizeof(char *);
    case KBNT_KEY_LIST:
    case KBNT_KEY_OPEN:
        return sizeof(char **);
    default:
        return 0;
    }
}

const char *
kbnt_key_type_name(guint32 type)
{
    static const char *const names[] = {
        [KBNT_KEY_STRING] = "string", [KBNT_KEY_BOOL] = "bool",
        [KBNT_KEY_INT] = "int",       [KBNT_KEY_NUMBER] = "number",
        [KBNT_KEY_SIZE] = "size",     [KBNT_KEY_DURATION] = "duration",
        [KBNT_KEY_CHOICE] = "choice", [KBNT_KEY_LIST] = "list",
        [KBNT_KEY_SECRET] = "secret", [KBNT_KEY_PATH] = "path",
        [KBNT_KEY_OPEN] = "open",
    };
    return type < G_N_ELEMENTS(names) ? names[type] : NULL;
}

static char *
kind_of_value(const KbntKey *row)
{
    switch (row->type) {
    case KBNT_KEY_BOOL:
        return g_strdup("true or false");
    case KBNT_KEY_INT:
        return g_strdup_printf("a whole number%s%s", row->unit ? " of " : "",
                               row->unit ? row->unit : "");
    case KBNT_KEY_SIZE:
        return g_strdup("a size in B, KiB, MiB, GiB or TiB");
    case KBNT_KEY_DURATION:
        return g_strdup("a duration in ms, s, m, h or d");
    case KBNT_KEY_PATH:
        return g_strdup("an absolute path");
    case KBNT_KEY_LIST:
        return g_strdup("a list separated by ';'");
    case KBNT_KEY_CHOICE: {
        g_autofree char *choices = g_strjoinv(", ", (char **)row->choices);
        return g_strdup_printf("one of %s", choices);
    }
    default:
        return g_strdup_printf("a %s", kbnt_key_type_name(row->type));
    }
}

char *
kbnt_key_range(const KbntKey *row)
{
    g_autofree char *kind = kind_of_value(row);
    if (row->minimum && row->maximum)
        return g_strdup_printf("%s, from %s to %s", kind, row->minimum, row->maximum);
    if (row->minimum)
        return g_strdup_printf("%s, at least %s", kind, row->minimum);
    if (row->maximum)
        return g_strdup_printf("%s, at most %s", kind, row->maximum);
    return g_steal_pointer(&kind);
}

static void
clear_member(guint32 type, Member *member)
{
    if (type == KBNT_KEY_LIST || type == KBNT_KEY_OPEN)
        g_strfreev(member->list);
    else if (type == KBNT_KEY_STRING || type == KBNT_KEY_SECRET || type == KBNT_KEY_PATH)
        g_free(member->text);
}

static const char *
shown(const KbntKey *row, const char *text)
{
    return row->type == KBNT_KEY_SECRET ? "***" : text;
}

static gboolean
parse_checked(const KbntKey *row, const char *text, Member *ret_member, GError **error)
{
    Member member = { 0 };
    g_autofree char *range = kbnt_key_range(row);
    if (!parse_member(row, text, &member))
        return refuse(error, "'%s' is not %s", shown(row, text), range);
    if (is_within_bounds(row, &member) && (!row->check || row->check(row->name, text, error))) {
        *ret_member = member;
        return TRUE;
    }
    if (!is_within_bounds(row, &member))
        refuse(error, "'%s' is not %s", shown(row, text), range);
    clear_member(row->type, &member);
    return FALSE;
}

gboolean
kbnt_key_parse(const KbntKey *row, const char *text, gpointer block, GError **error)
{
    Member member = { 0 };
    if (!parse_checked(row, text, &member, error))
        return FALSE;
    memcpy((char *)block + row->offset, &member, kbnt_key_member_size(row->type));
    return TRUE;
}

gboolean
kbnt_key_judge(const KbntKey *row, const char *name, const char *text, GError **error)
{
    Member member = { 0 };
    if (row->type == KBNT_KEY_OPEN)
        return !row->check || row->check(name, text, error);
    if (!parse_checked(row, text, &member, error))
        return FALSE;
    clear_member(row->type, &member);
    return TRUE;
}

void
kbnt_key_clear(const KbntKey *row, gpointer block)
{
    Member member = { 0 };
    gsize size = kbnt_key_member_size(row->type);
    memcpy(&member, (char *)block + row->offset, size);
    clear_member(row->type, &member);
    memset((char *)block + row->offset, 0, size);
}

void
kbnt_key_set_open(const KbntKey *row, char **names_and_values, gpointer block)
{
    memcpy((char *)block + row->offset, &names_and_values, sizeof(names_and_values));
}
