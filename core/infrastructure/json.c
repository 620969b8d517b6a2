/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Owns JSON. Reading is jansson's, the strictest of those we tried; writing is our own, since
 * an answer is written in one pass and never looked at again. */
#include "json.h"

#include <float.h>
#include <jansson.h>
#include <kbnt/kbnt-error.h>
#include <math.h>
#include <string.h>
#include <time.h>

/* Whole numbers below it are exact in a double and in a JavaScript number. */
#define WHOLE_MAX 9007199254740992.0
/* Below it a double has all of fifteen digits. */
#define DIGITS_MAX 1e15
#define MILLION 1000000

static KbntInput *convert(json_t *json, guint depth);

static KbntInput *
convert_array(json_t *json, guint depth)
{
    g_autoptr(KbntInput) array = kbnt_input_new_array();

    for (size_t i = 0; i < json_array_size(json); i++) {
        KbntInput *item = convert(json_array_get(json, i), depth);

        if (item == NULL)
            return NULL;
        kbnt_input_append(array, item);
    }
    return g_steal_pointer(&array);
}

static KbntInput *
convert_object(json_t *json, guint depth)
{
    g_autoptr(KbntInput) object = kbnt_input_new_object();
    const char *name;
    json_t *value;

    json_object_foreach(json, name, value)
    {
        KbntInput *member = convert(value, depth);

        if (member == NULL)
            return NULL;
        kbnt_input_set(object, name, member);
    }
    return g_steal_pointer(&object);
}

/* Returns NULL where it nests deeper than depth. */
static KbntInput *
convert(json_t *json, guint depth)
{
    switch (json_typeof(json)) {
    case JSON_OBJECT:
        return depth > 0 ? convert_object(json, depth - 1) : NULL;
    case JSON_ARRAY:
        return depth > 0 ? convert_array(json, depth - 1) : NULL;
    case JSON_STRING:
        return kbnt_input_new_text(json_string_value(json));
    case JSON_INTEGER:
    case JSON_REAL:
        return kbnt_input_new_number(json_number_value(json));
    case JSON_TRUE:
    case JSON_FALSE:
        return kbnt_input_new_bool(json_is_true(json));
    case JSON_NULL:
        break;
    }
    return kbnt_input_new_null();
}

KbntInput *
kbnt_json_parse(const char *text, gsize length, GError **error)
{
    /* An integer past 64 bits is well-formed JSON: the domain says what is wrong with it. */
    size_t flags = JSON_REJECT_DUPLICATES | JSON_DECODE_ANY | JSON_DECODE_INT_AS_REAL;
    json_error_t fault;
    json_t *json = json_loadb(text, length, flags, &fault);
    KbntInput *input;

    if (json == NULL) {
        g_set_error(error, KBNT_ERROR, KBNT_ERROR_MALFORMED,
                    "the body is not JSON: %s (line %d, column %d)", fault.text, fault.line,
                    fault.column);
        return NULL;
    }
    input = convert(json, KBNT_JSON_DEPTH_MAX);
    json_decref(json);
    if (input == NULL)
        g_set_error(error, KBNT_ERROR, KBNT_ERROR_MALFORMED,
                    "the body nests deeper than %d levels", KBNT_JSON_DEPTH_MAX);
    return input;
}

/* Returns: where so many characters more are to be written. */
static char *
extend(GString *json, gsize length)
{
    gsize before = json->len;

    g_string_set_size(json, before + length);
    return json->str + before;
}

static void
append_escape(GString *json, guchar byte)
{
    static const char short_escapes[][2] = {
        { '"', '"' }, { '\\', '\\' }, { '\n', 'n' }, { '\r', 'r' }, { '\t', 't' },
    };

    for (gsize i = 0; i < G_N_ELEMENTS(short_escapes); i++) {
        if (short_escapes[i][0] == byte) {
            g_string_append_c(json, '\\');
            g_string_append_c(json, short_escapes[i][1]);
            return;
        }
    }
    g_string_append_printf(json, "\\u%04x", byte);
}

static gboolean
needs_escape(guchar byte)
{
    return byte < ' ' || byte == '"' || byte == '\\' || byte == 0x7f;
}

static void
append_escaped(GString *json, const char *text)
{
    const char *plain = text;

    g_string_append_c(json, '"');
    for (; *text != '\0'; text++) {
        if (!needs_escape((guchar)*text))
            continue;
        g_string_append_len(json, plain, text - plain);
        append_escape(json, (guchar)*text);
        plain = text + 1;
    }
    g_string_append_len(json, plain, text - plain);
    g_string_append_c(json, '"');
}

static void
append_quoted(GString *json, const char *text, gsize length)
{
    char *at = extend(json, length + 2);

    *at++ = '"';
    memcpy(at, text, length);
    at[length] = '"';
}

/* How many characters stand for themselves: mostly all. */
static gsize
plain_length(const char *text)
{
    gsize length = 0;

    while ((guchar)text[length] < 0x7f && !needs_escape((guchar)text[length]))
        length++;
    return length;
}

void
kbnt_json_append_text(GString *json, const char *text)
{
    gsize length = plain_length(text);
    g_autofree char *repaired = NULL;

    if (text[length] == '\0') {
        append_quoted(json, text, length);
        return;
    }
    /* Only the text of a foreign error could be anything but UTF-8; an answer never is. */
    if (!g_utf8_validate(text, -1, NULL))
        text = repaired = g_utf8_make_valid(text, -1);
    append_escaped(json, text);
}

void
kbnt_json_append_int(GString *json, gint64 number)
{
    char digits[24];
    char *at = digits + sizeof digits;
    guint64 rest = number < 0 ? -(guint64)number : (guint64)number;

    do
        *--at = (char)('0' + rest % 10);
    while ((rest /= 10) > 0);
    if (number < 0)
        *--at = '-';
    g_string_append_len(json, at, digits + sizeof digits - at);
}

/* Exactly so many digits, with zeros in front. */
static void
append_digits(GString *json, guint number, guint n_digits)
{
    char *digits = extend(json, n_digits);

    for (guint i = n_digits; i > 0; i--, number /= 10)
        digits[i - 1] = (char)('0' + number % 10);
}

/* Whether the digits of an integer say it all: printing and reading a real takes far longer. */
static gboolean
is_whole(double number)
{
    return fabs(number) < WHOLE_MAX && number == floor(number);
}

/* Whether six decimals say it all, as they do of prices: dividing by a million rounds just as
 * reading the digits would. */
static gboolean
has_six_decimals(double number, gint64 *ret_millionths)
{
    double millionths = number * MILLION + (number < 0 ? -0.5 : 0.5);

    *ret_millionths = fabs(millionths) < DIGITS_MAX ? (gint64)millionths : 0;
    return (double)*ret_millionths / MILLION == number;
}

static void
append_millionths(GString *json, gint64 millionths)
{
    if (millionths < 0)
        g_string_append_c(json, '-');
    kbnt_json_append_int(json, ABS(millionths) / MILLION);
    g_string_append_c(json, '.');
    append_digits(json, (guint)(ABS(millionths) % MILLION), 6);
    while (json->str[json->len - 1] == '0')
        g_string_truncate(json, json->len - 1);
}

static void
append_real(GString *json, double number)
{
    char digits[G_ASCII_DTOSTR_BUF_SIZE];

    g_ascii_formatd(digits, sizeof digits, "%.15g", number);
    if (g_ascii_strtod(digits, NULL) != number)
        g_ascii_dtostr(digits, sizeof digits, number);
    g_string_append(json, digits);
}

void
kbnt_json_append_number(GString *json, double number)
{
    gint64 millionths;

    if (!isfinite(number) || number == DBL_MAX)
        g_string_append(json, "null");
    else if (is_whole(number))
        kbnt_json_append_int(json, (gint64)number);
    else if (has_six_decimals(number, &millionths))
        append_millionths(json, millionths);
    else
        append_real(json, number);
}

void
kbnt_json_append_time(GString *json, gint64 wall_ms)
{
    time_t seconds = (time_t)(wall_ms / 1000);
    struct tm parts = { 0 };

    gmtime_r(&seconds, &parts);

    const struct {
        int number;
        guint n_digits;
        char after;
    } pieces[] = {
        { parts.tm_year + 1900, 4, '-' },  { parts.tm_mon + 1, 2, '-' },
        { parts.tm_mday, 2, 'T' },         { parts.tm_hour, 2, ':' },
        { parts.tm_min, 2, ':' },          { parts.tm_sec, 2, '.' },
        { (int)(wall_ms % 1000), 3, 'Z' },
    };

    g_string_append_c(json, '"');
    for (gsize i = 0; i < G_N_ELEMENTS(pieces); i++) {
        append_digits(json, (guint)pieces[i].number, pieces[i].n_digits);
        g_string_append_c(json, pieces[i].after);
    }
    g_string_append_c(json, '"');
}

void
kbnt_json_append_comma(GString *json)
{
    char last = json->len > 0 ? json->str[json->len - 1] : '{';

    if (last != '{' && last != '[')
        g_string_append_c(json, ',');
}

void
kbnt_json_append_key(GString *json, const char *name)
{
    kbnt_json_append_comma(json);
    append_quoted(json, name, strlen(name));
    g_string_append_c(json, ':');
}

void
kbnt_json_append_text_member(GString *json, const char *name, const char *text)
{
    if (text == NULL)
        return;
    kbnt_json_append_key(json, name);
    kbnt_json_append_text(json, text);
}

void
kbnt_json_append_int_member(GString *json, const char *name, gint64 number)
{
    kbnt_json_append_key(json, name);
    kbnt_json_append_int(json, number);
}

void
kbnt_json_append_bool_member(GString *json, const char *name, gboolean truth)
{
    kbnt_json_append_key(json, name);
    g_string_append(json, truth ? "true" : "false");
}
