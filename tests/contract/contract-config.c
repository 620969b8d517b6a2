/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Reads the text of one key into a configuration struct, as kbnt-config.h says. */
#include "contract.h"

#include <math.h>
#include <string.h>

typedef struct {
    const char *suffix;
    gint64 factor;
} Unit;

static const Unit size_units[] = { { "KiB", 1LL << 10 }, { "MiB", 1LL << 20 },
                                   { "GiB", 1LL << 30 }, { "TiB", 1LL << 40 },
                                   { "B", 1 },           { "", 1 } };
static const Unit duration_units[] = { { "ms", 1 },          { "s", 1000 },     { "m", 60000 },
                                       { "h", 3600 * 1000 }, { "d", 86400000 }, { "", 1 } };

/* Texts and lists live until the end of the process, as the configurations do. */
static const char *
keep_text(const char *text)
{
    static GStringChunk *texts;

    if (!texts)
        texts = g_string_chunk_new(1024);
    return g_string_chunk_insert(texts, text);
}

static char **
keep_list(char **list)
{
    static GPtrArray *lists;

    if (!lists)
        lists = g_ptr_array_new();
    g_ptr_array_add(lists, list);
    return list;
}

static gboolean
refuse(const char *name, const char *text, const char *wanted, GError **error)
{
    g_set_error(error, KBNT_ERROR, KBNT_ERROR_CONFIG_INVALID, "key '%s': '%s' is not %s", name,
                text, wanted);
    return FALSE;
}

static gboolean
parse_int(const char *text, gint64 *ret_number)
{
    char *end = NULL;
    gint64 number = g_ascii_strtoll(text, &end, 10);

    if (end == text || *end)
        return FALSE;
    *ret_number = number;
    return TRUE;
}

static gboolean
parse_number(const char *text, double *ret_number)
{
    char *end = NULL;
    double number = g_ascii_strtod(text, &end);

    if (end == text || *end || !isfinite(number))
        return FALSE;
    *ret_number = number;
    return TRUE;
}

static gboolean
parse_with_unit(const char *text, const Unit *units, guint n_units, gint64 *ret_number)
{
    char *end = NULL;
    gint64 number = g_ascii_strtoll(text, &end, 10);

    if (end == text)
        return FALSE;
    for (guint i = 0; i < n_units; i++) {
        if (strcmp(end, units[i].suffix) == 0) {
            *ret_number = number * units[i].factor;
            return TRUE;
        }
    }
    return FALSE;
}

static gboolean
parse_choice(const char *text, const char *const *choices, gint64 *ret_index)
{
    for (gint64 i = 0; choices && choices[i]; i++) {
        if (strcmp(choices[i], text) == 0) {
            *ret_index = i;
            return TRUE;
        }
    }
    return FALSE;
}

static gboolean
parse_bool(const char *text, gboolean *ret_value)
{
    if (strcmp(text, "true") != 0 && strcmp(text, "false") != 0)
        return FALSE;
    *ret_value = strcmp(text, "true") == 0;
    return TRUE;
}

static char **
append_pair(char **pairs, const char *name, const char *text)
{
    guint n = pairs ? g_strv_length(pairs) : 0;
    char **longer = g_new0(char *, n + 3);

    for (guint i = 0; i < n; i++)
        longer[i] = pairs[i];
    longer[n] = (char *)keep_text(name);
    longer[n + 1] = (char *)keep_text(text);
    return keep_list(longer);
}

static gboolean
in_range(const KbntKey *key, double number)
{
    double least = key->minimum ? g_ascii_strtod(key->minimum, NULL) : -INFINITY;
    double most = key->maximum ? g_ascii_strtod(key->maximum, NULL) : INFINITY;

    return number >= least && number <= most;
}

static gboolean
duration_or_size_in_range(const KbntKey *key, const Unit *units, guint n_units, gint64 number)
{
    gint64 least = G_MININT64;
    gint64 most = G_MAXINT64;

    if (key->minimum && !parse_with_unit(key->minimum, units, n_units, &least))
        return FALSE;
    if (key->maximum && !parse_with_unit(key->maximum, units, n_units, &most))
        return FALSE;
    return number >= least && number <= most;
}

gboolean
contract_fill_key(gpointer config, const KbntKey *key, const char *name, const char *text,
                  GError **error)
{
    gpointer member = G_STRUCT_MEMBER_P(config, key->offset);

    if (key->check && !key->check(name, text, error))
        return FALSE;

    switch (key->type) {
    case KBNT_KEY_STRING:
    case KBNT_KEY_SECRET:
    case KBNT_KEY_PATH:
        *(const char **)member = keep_text(text);
        return TRUE;
    case KBNT_KEY_BOOL:
        return parse_bool(text, member) || refuse(name, text, "true or false", error);
    case KBNT_KEY_INT:
        return (parse_int(text, member) && in_range(key, (double)*(gint64 *)member)) ||
               refuse(name, text, "a whole number in its range", error);
    case KBNT_KEY_NUMBER:
        return (parse_number(text, member) && in_range(key, *(double *)member)) ||
               refuse(name, text, "a number in its range", error);
    case KBNT_KEY_SIZE:
        return (parse_with_unit(text, size_units, G_N_ELEMENTS(size_units), member) &&
                duration_or_size_in_range(key, size_units, G_N_ELEMENTS(size_units),
                                          *(gint64 *)member)) ||
               refuse(name, text, "a size in its range", error);
    case KBNT_KEY_DURATION:
        return (parse_with_unit(text, duration_units, G_N_ELEMENTS(duration_units), member) &&
                duration_or_size_in_range(key, duration_units, G_N_ELEMENTS(duration_units),
                                          *(gint64 *)member)) ||
               refuse(name, text, "a duration in its range", error);
    case KBNT_KEY_CHOICE:
        return parse_choice(text, key->choices, member) ||
               refuse(name, text, "one of its choices", error);
    case KBNT_KEY_LIST:
        *(char ***)member = keep_list(*text ? g_strsplit(text, ";", -1) : g_new0(char *, 1));
        return TRUE;
    case KBNT_KEY_OPEN:
        *(char ***)member = append_pair(*(char ***)member, name, text);
        return TRUE;
    default:
        return refuse(name, text, "of a known type", error);
    }
}
