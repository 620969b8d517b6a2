/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Owns the daemon's own log: one line a call, as JSON to a descriptor or to the journal. */
#include "log-writer.h"

#include "log-fields.h"

/* All entries would name this one file and line. */
#define SD_JOURNAL_SUPPRESS_LOCATION

#include <errno.h>
#include <pthread.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <systemd/sd-journal.h>
#include <unistd.h>

struct KbntLogWriter {
    pthread_mutex_t mutex; /* a line is written whole before the next */
    gint fd;
    gboolean to_journal;
    gint least; /* atomic */
};

/* systemd names the stream that it has connected, by device and inode. */
static gboolean
is_journal_stream(gint fd)
{
    struct stat status;
    const char *stream = g_getenv("JOURNAL_STREAM");
    if (!stream || fstat(fd, &status) != 0)
        return FALSE;
    g_autofree char *ours = g_strdup_printf("%" G_GUINT64_FORMAT ":%" G_GUINT64_FORMAT,
                                            (guint64)status.st_dev, (guint64)status.st_ino);
    return strcmp(stream, ours) == 0;
}

KbntLogWriter *
kbnt_log_writer_new(KbntLogFormat format, gint fd)
{
    KbntLogWriter *writer = g_new0(KbntLogWriter, 1);
    pthread_mutex_init(&writer->mutex, NULL);
    writer->fd = fd;
    writer->least = KBNT_LOG_INFO;
    kbnt_log_writer_set_format(writer, format);
    return writer;
}

void
kbnt_log_writer_free(KbntLogWriter *writer)
{
    if (!writer)
        return;
    pthread_mutex_destroy(&writer->mutex);
    g_free(writer);
}

void
kbnt_log_writer_set_format(KbntLogWriter *writer, KbntLogFormat format)
{
    writer->to_journal = format == KBNT_LOG_FORMAT_JOURNAL ||
                         (format == KBNT_LOG_FORMAT_AUTO && is_journal_stream(writer->fd));
}

void
kbnt_log_writer_set_level(KbntLogWriter *writer, KbntLogLevel least)
{
    g_atomic_int_set(&writer->least, (gint)least);
}

static const char *
level_name(KbntLogLevel level)
{
    static const char *const names[] = { "error", "warning", "notice", "info", "debug" };
    return names[CLAMP((gint)level, KBNT_LOG_ERROR, KBNT_LOG_DEBUG) - KBNT_LOG_ERROR];
}

/* What cannot be written is lost: there is nobody left to tell. */
static void
write_whole(KbntLogWriter *writer, const char *bytes, gsize length)
{
    pthread_mutex_lock(&writer->mutex);
    while (length > 0) {
        gssize written = write(writer->fd, bytes, length);
        if (written < 0 && errno != EINTR)
            break;
        bytes += MAX(written, 0);
        length -= (gsize)MAX(written, 0);
    }
    pthread_mutex_unlock(&writer->mutex);
}

static void
write_json(KbntLogWriter *writer, KbntLogLevel level, const char *topic, const char *plugin,
           const KbntValue *fields, const char *text)
{
    json_t *line = json_object();
    g_autofree char *now = kbnt_log_time_text(g_get_real_time() / 1000);
    json_object_set_new(line, "time", json_string(now));
    json_object_set_new(line, "level", json_string(level_name(level)));
    json_object_set_new(line, "topic", json_string(topic));
    if (plugin)
        json_object_set_new(line, "plugin", json_string(plugin));
    json_object_set_new(line, "text", json_string(text));
    if (fields)
        kbnt_log_fields_add(line, fields);

    char *dump = json_dumps(line, JSON_COMPACT);
    g_autofree char *terminated = g_strconcat(dump ? dump : "{}", "\n", NULL);
    write_whole(writer, terminated, strlen(terminated));
    free(dump);
    json_decref(line);
}

static void
write_journal(KbntLogLevel level, const char *topic, const char *plugin,
              const KbntValue *fields, const char *text)
{
    g_autoptr(GPtrArray) pairs = g_ptr_array_new_with_free_func(g_free);
    g_ptr_array_add(pairs, g_strdup_printf("MESSAGE=%s", text));
    g_ptr_array_add(pairs, g_strdup_printf("PRIORITY=%d", (gint)level));
    g_ptr_array_add(pairs, g_strdup_printf("KBNT_TOPIC=%s", topic));
    if (plugin)
        g_ptr_array_add(pairs, g_strdup_printf("KBNT_PLUGIN=%s", plugin));
    if (fields)
        kbnt_log_fields_list(pairs, fields);

    g_autofree struct iovec *vectors = g_new0(struct iovec, pairs->len);
    for (guint i = 0; i < pairs->len; i++)
        vectors[i] = (struct iovec){ pairs->pdata[i], strlen(pairs->pdata[i]) };
    sd_journal_sendv(vectors, (int)pairs->len);
}

void
kbnt_log_writer_write(KbntLogWriter *writer, KbntLogLevel level, const char *topic,
                      const char *plugin, const KbntValue *fields, const char *text)
{
    if ((gint)level > g_atomic_int_get(&writer->least))
        return;
    if (writer->to_journal)
        write_journal(level, topic, plugin, fields, text);
    else
        write_json(writer, level, topic, plugin, fields, text);
}

void
kbnt_log_writer_report(KbntLogWriter *writer, KbntLogLevel level, const char *topic,
                       const GError *error, const KbntValue *fields, const char *text)
{
    g_autoptr(KbntValue) all = fields ? kbnt_value_copy(fields) : kbnt_value_new();
    kbnt_value_set_string(all, KBNT_FIELD_CAUSE, error->message);
    if (error->domain == KBNT_ERROR)
        kbnt_value_set_string(all, KBNT_FIELD_CODE, kbnt_error_code_name(error->code));
    kbnt_log_writer_write(writer, level, topic, NULL, all, text);
}
