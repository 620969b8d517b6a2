/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* quantity.c: owns the reading of quantities with units: a number, a unit, words behind it. */
#include "quantity.h"

#include <math.h>
#include <string.h>

/* Beyond it a double no longer counts every whole number. */
#define NUMBER_MAX 9007199254740992.0
/* More digits than any quantity needs. */
#define DIGITS_MAX 15

typedef struct {
    const char *name;
    double factor;
} Unit;

static const Unit core_units[] = {
    { "", 1 },     { "core", 1 }, { "cores", 1 }, { "cpu", 1 },
    { "cpus", 1 }, { "vcpu", 1 }, { "vcpus", 1 }, { NULL, 0 },
};

/* In MB. */
static const Unit size_units[] = {
    { "", 1024 },           { "mb", 1 },          { "mib", 1 },  { "m", 1 },
    { "gb", 1024 },         { "gib", 1024 },      { "g", 1024 }, { "tb", 1024 * 1024 },
    { "tib", 1024 * 1024 }, { "t", 1024 * 1024 }, { NULL, 0 },
};

static gboolean
refuse(GError **error, const char *message)
{
    g_set_error_literal(error, KBNT_ERROR, KBNT_ERROR_VALIDATION_FAILED, message);
    return FALSE;
}

static const char *
skip_spaces(const char *at)
{
    while (*at == ' ')
        at++;
    return at;
}

/* Reads digits with an optional fraction: no sign, no exponent, no hexadecimal. */
static gboolean
read_number(const char **at, double *ret_number, GError **error)
{
    const char *start = skip_spaces(*at);
    const char *end = start;

    end += strspn(end, "0123456789");
    if (end == start)
        return refuse(error, "does not begin with a number");
    if (end[0] == '.' && g_ascii_isdigit(end[1]))
        end += 1 + strspn(end + 1, "0123456789");
    if (end - start > DIGITS_MAX)
        return refuse(error, "has too many digits");

    *ret_number = g_ascii_strtod(start, NULL);
    *at = end;
    return TRUE;
}

/* Returns: (transfer full): the next word in lower case; "" at the end. */
static char *
read_word(const char **at)
{
    const char *start = skip_spaces(*at);
    const char *end = start;

    while (g_ascii_isalpha(*end))
        end++;
    *at = end;
    return g_ascii_strdown(start, end - start);
}

static const Unit *
find_unit(const Unit *units, const char *name)
{
    for (const Unit *unit = units; unit->name; unit++) {
        if (g_str_equal(unit->name, name))
            return unit;
    }
    return NULL;
}

static gboolean
to_whole(double number, gint64 *ret_whole, GError **error)
{
    if (!isfinite(number) || number < 0 || number > NUMBER_MAX)
        return refuse(error, "is out of range");
    if ((double)(gint64)number != number)
        return refuse(error, "is not a whole number of its smallest unit");
    *ret_whole = (gint64)number;
    return TRUE;
}

/* Reads number and unit; *at is left behind them. */
static gboolean
read_quantity(const char **at, const Unit *units, gint64 *ret_whole, GError **error)
{
    g_autofree char *word = NULL;
    const Unit *unit;
    double number;

    if (!read_number(at, &number, error))
        return FALSE;
    word = read_word(at);
    unit = find_unit(units, word);
    if (!unit)
        return refuse(error, "has an unknown unit");
    return to_whole(number * unit->factor, ret_whole, error);
}

static gboolean
expect_end(const char *at, GError **error)
{
    return *skip_spaces(at) == '\0' || refuse(error, "has something behind its unit");
}

static gboolean
parse_plain(const char *text, const Unit *units, gint64 *ret_whole, GError **error)
{
    gint64 whole;

    if (!read_quantity(&text, units, &whole, error) || !expect_end(text, error))
        return FALSE;
    *ret_whole = whole;
    return TRUE;
}

gboolean
kbnt_quantity_parse_cores(const char *text, gint64 *ret_cores, GError **error)
{
    return parse_plain(text, core_units, ret_cores, error);
}

gboolean
kbnt_quantity_parse_size(const char *text, gint64 *ret_mb, GError **error)
{
    return parse_plain(text, size_units, ret_mb, error);
}

gboolean
kbnt_quantity_parse_memory(const char *text, gint64 *ret_mb, GError **error)
{
    g_autofree char *word = NULL;
    gint64 mb;

    if (!read_quantity(&text, size_units, &mb, error))
        return FALSE;
    word = read_word(&text);
    if (*word && !g_str_equal(word, "ram") && !g_str_equal(word, "memory"))
        return refuse(error, "has something behind its unit");
    if (!expect_end(text, error))
        return FALSE;
    *ret_mb = mb;
    return TRUE;
}

gboolean
kbnt_quantity_parse_disk(const char *text, gint64 *ret_mb, KbntDiskClass *ret_class,
                         GError **error)
{
    g_autofree char *word = NULL;
    KbntDiskClass class;
    gint64 mb;

    if (!read_quantity(&text, size_units, &mb, error))
        return FALSE;
    word = read_word(&text);
    class = kbnt_quantity_disk_class(word);
    if (*word && !class)
        return refuse(error, "has an unknown class, use standard, ssd, hdd or nvme");
    if (!expect_end(text, error))
        return FALSE;
    *ret_mb = mb;
    if (class)
        *ret_class = class;
    return TRUE;
}

gboolean
kbnt_quantity_cores_of_number(double number, gint64 *ret_cores, GError **error)
{
    return to_whole(number, ret_cores, error);
}

gboolean
kbnt_quantity_mb_of_number(double number, gint64 *ret_mb, GError **error)
{
    return to_whole(number * KBNT_MB_PER_GB, ret_mb, error);
}

KbntDiskClass
kbnt_quantity_disk_class(const char *word)
{
    g_autofree char *lower = g_ascii_strdown(word, -1);

    return (KbntDiskClass)kbnt_enum_from_name(KBNT_TYPE_DISK_CLASS, lower);
}
