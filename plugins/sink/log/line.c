/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Owns how a transition is written: a line of JSON, or an entry of the journal. */
#include "log.h"

/* All entries would name this one file and line, which say nothing of the transition. */
#define SD_JOURNAL_SUPPRESS_LOCATION

#include <errno.h>
#include <jansson.h>
#include <stdlib.h>
#include <string.h>
#include <systemd/sd-journal.h>
#include <unistd.h>

const KbntField log_fields[] = {
    KBNT_FIELD_MESSAGE_ID,
    KBNT_FIELD_CORRELATION_ID,
    KBNT_FIELD_REQUEST_ID,
    KBNT_FIELD_SERVICE,
    KBNT_FIELD_LAYER,
    KBNT_FIELD_TRANSITION,
    KBNT_FIELD_REQUEST_TYPE,
    KBNT_FIELD_USER_ID,
    KBNT_FIELD_PRIORITY,
    KBNT_FIELD_STEP,
    KBNT_FIELD_OUTCOME_LABEL,
    KBNT_FIELD_CODE,
    KBNT_FIELD_REASON,
    KBNT_FIELD_DETAIL,
    KBNT_FIELD_ATTEMPTS,
    KBNT_FIELD_EVENT_TYPE,
    KBNT_FIELD_DUPLICATE,
    KBNT_FIELD_EXPECTED_SEQUENCE,
    KBNT_FIELD_VIRTUAL_RESOURCE_ID,
    KBNT_FIELD_RESOURCE_TYPE,
    KBNT_FIELD_RESOURCE_STATUS,
    KBNT_FIELD_HOST,
    KBNT_FIELD_REGION,
    KBNT_FIELD_COST_PER_HOUR_USD,
    KBNT_FIELD_COST,
    KBNT_FIELD_TOPIC,
    KBNT_FIELD_SIZE_BYTES,
    KBNT_FIELD_SECONDS,
};
const guint n_log_fields = G_N_ELEMENTS(log_fields);

static char *
time_text(gint64 wall_ms)
{
    g_autoptr(GDateTime) second = g_date_time_new_from_unix_utc(wall_ms / 1000);
    g_autofree char *text = second ? g_date_time_format(second, "%Y-%m-%dT%H:%M:%S") : NULL;

    return text ? g_strdup_printf("%s.%03dZ", text, (gint)(wall_ms % 1000)) : g_strdup("");
}

static const char *
level_name(KbntLogLevel level)
{
    static const char *const names[] = { "error", "warning", "notice", "info", "debug" };

    return names[CLAMP((gint)level, KBNT_LOG_ERROR, KBNT_LOG_DEBUG) - KBNT_LOG_ERROR];
}

/* NULL for what is more than one text, number or name: nothing nested, no bytes, no secret. */
static json_t *
field_json(const KbntValue *transition, KbntField field)
{
    KbntType type = kbnt_field_type(field);

    if (!kbnt_value_has(transition, field))
        return NULL;
    switch (type) {
    case KBNT_TYPE_BOOL:
        return json_boolean(kbnt_value_get_int(transition, field));
    case KBNT_TYPE_INT:
        return json_integer(kbnt_value_get_int(transition, field));
    case KBNT_TYPE_NUMBER:
        return json_real(kbnt_value_get_number(transition, field));
    case KBNT_TYPE_STRING:
        return json_string(kbnt_value_get_string(transition, field));
    default:
        if (type < KBNT_TYPE_HALF)
            return NULL;
        return json_string(kbnt_enum_name(type, kbnt_value_get_int(transition, field)));
    }
}

char *
log_line_json(const KbntValue *transition, const LogHeading *heading)
{
    g_autofree char *time = time_text(kbnt_value_get_int(transition, KBNT_FIELD_TIMESTAMP));
    json_t *line = json_pack("{s:s, s:s, s:s}", "time", time, "level",
                             level_name(heading->level), "text", heading->text);

    for (guint i = 0; i < n_log_fields; i++) {
        json_t *shown = field_json(transition, log_fields[i]);

        if (!shown && i < N_LOG_IDENTITY)
            shown = json_null();
        if (shown)
            json_object_set_new(line, kbnt_field_name(log_fields[i]), shown);
    }
    char *dump = json_dumps(line, JSON_COMPACT);
    char *text = g_strconcat(dump ? dump : "{}", "\n", NULL);
    free(dump);
    json_decref(line);
    return text;
}

char *
log_field_text(const KbntValue *transition, KbntField field)
{
    json_t *shown = field_json(transition, field);
    char *dump = shown && !json_is_string(shown) ? json_dumps(shown, JSON_ENCODE_ANY) : NULL;
    char *text = g_strdup(json_is_string(shown) ? json_string_value(shown) : dump);

    free(dump);
    json_decref(shown);
    return text;
}

/* "requestId" becomes "KBNT_REQUEST_ID", as in all entries of kbnt. */
static char *
journal_name(const char *name)
{
    GString *upper = g_string_new("KBNT_");

    for (; *name; name++) {
        if (g_ascii_isupper(*name))
            g_string_append_c(upper, '_');
        g_string_append_c(upper, g_ascii_toupper(*name));
    }
    return g_string_free(upper, FALSE);
}

static void
add_pairs(GPtrArray *pairs, const KbntValue *transition)
{
    for (guint i = 0; i < n_log_fields; i++) {
        g_autofree char *text = log_field_text(transition, log_fields[i]);
        g_autofree char *name = journal_name(kbnt_field_name(log_fields[i]));

        if (text || i < N_LOG_IDENTITY)
            g_ptr_array_add(pairs, g_strdup_printf("%s=%s", name, text ? text : ""));
    }
}

gint
log_line_send(const KbntValue *transition, const LogHeading *heading)
{
    g_autoptr(GPtrArray) pairs = g_ptr_array_new_with_free_func(g_free);
    g_autofree struct iovec *vectors = NULL;

    /* sd_journal_sendv() calls it a success where there is no journal at all. */
    if (access(LOG_JOURNAL_SOCKET, W_OK) != 0)
        return errno;
    g_ptr_array_add(pairs, g_strdup_printf("MESSAGE=%s", heading->text));
    g_ptr_array_add(pairs, g_strdup_printf("PRIORITY=%d", (gint)heading->level));
    add_pairs(pairs, transition);
    vectors = g_new0(struct iovec, pairs->len);
    for (guint i = 0; i < pairs->len; i++)
        vectors[i] = (struct iovec){ pairs->pdata[i], strlen(pairs->pdata[i]) };
    return -MIN(sd_journal_sendv(vectors, (int)pairs->len), 0);
}
