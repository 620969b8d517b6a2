/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * log.c: owns the plugin kbnt-sink-log: one line for each transition.
 *
 * Lines go to stderr, to a file or to the systemd journal; each carries messageId,
 * correlationId, requestId, service and layer, by which a request is followed through both
 * services. A reload opens the file anew, so that it can be rotated.
 *
 * Threads: observe runs on the sink's own thread and may block; it alone writes. Start and stop
 * open and close in the lane "file", while nothing is observed. Guide:
 * docs/guide/your-first-plugin.md.
 */
#include "log.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

typedef enum {
    LOG_FORMAT_JSON,
    LOG_FORMAT_JOURNAL,
} LogFormat;

typedef struct {
    gint64 format;
    char *path;
    gint64 level;
} LogConfig;

static const char *const formats[] = { "json", "journal", NULL };
static const char *const levels[] = { "error", "warning", "notice", "info", "debug", NULL };

static const KbntKey log_keys[] = {
    { .name = "format",
      .type = KBNT_KEY_CHOICE,
      .offset = G_STRUCT_OFFSET(LogConfig, format),
      .default_text = "json",
      .choices = formats,
      .since = "0.1.0",
      .help = "JSON lines, or entries of the systemd journal with the same fields" },
    { .name = "path",
      .type = KBNT_KEY_PATH,
      .offset = G_STRUCT_OFFSET(LogConfig, path),
      .default_text = "",
      .since = "0.1.0",
      .help = "File that the JSON lines are appended to; stderr where it is empty" },
    { .name = "level",
      .type = KBNT_KEY_CHOICE,
      .flags = KBNT_KEY_RELOADABLE,
      .offset = G_STRUCT_OFFSET(LogConfig, level),
      .default_text = "info",
      .choices = levels,
      .since = "0.1.0",
      .help = "The least grave transitions that get a line" },
};

typedef struct {
    KbntHost *host;
    LogFormat format;
    char *path; /* NULL for stderr */
    gint fd;
    gint least;        /* atomic: a KbntLogLevel */
    gint is_to_reopen; /* atomic */
    gint lost_errno;   /* atomic: why the last line was lost, 0 where it was not */
} Log;

static void
apply(Log *log, const LogConfig *config)
{
    g_atomic_int_set(&log->least, KBNT_LOG_ERROR + (gint)config->level);
}

static gboolean
log_create(KbntHost *host, const void *config, void **ret_instance, GError **error)
{
    const LogConfig *settings = config;
    Log *log = g_new0(Log, 1);

    log->host = host;
    log->format = (LogFormat)settings->format;
    log->path = *settings->path ? g_strdup(settings->path) : NULL;
    log->fd = -1;
    apply(log, settings);
    *ret_instance = log;
    return TRUE;
}

static gint
open_output(const Log *log)
{
    if (!log->path)
        return STDERR_FILENO;
    return open(log->path, O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC, 0640);
}

static void
close_output(Log *log)
{
    if (log->path && log->fd >= 0)
        close(log->fd);
    log->fd = -1;
}

static void
start_json(KbntTask *task, gpointer data)
{
    Log *log = data;

    log->fd = open_output(log);
    if (log->fd >= 0)
        kbnt_task_complete(task, NULL);
    else
        kbnt_task_fail(task, g_error_new(KBNT_ERROR, KBNT_ERROR_CONFIG_INVALID,
                                         "cannot open '%s': %s: change sink.log.path",
                                         log->path, g_strerror(errno)));
}

static void
start_journal(KbntTask *task, gpointer data)
{
    if (access(LOG_JOURNAL_SOCKET, W_OK) == 0)
        kbnt_task_complete(task, NULL);
    else
        kbnt_task_fail(task, g_error_new(KBNT_ERROR, KBNT_ERROR_CONFIG_INVALID,
                                         "cannot write to the journal at '%s': %s: set "
                                         "sink.log.format = json",
                                         LOG_JOURNAL_SOCKET, g_strerror(errno)));
}

static void
log_start(void *instance, KbntTask *task)
{
    Log *log = instance;

    kbnt_host_run_blocking(log->host, "file",
                           log->format == LOG_FORMAT_JOURNAL ? start_journal : start_json, task,
                           log);
}

/* A file that cannot be opened anew is tried again with the next line. */
static void
reopen(Log *log)
{
    if (!g_atomic_int_get(&log->is_to_reopen) && log->fd >= 0)
        return;
    g_atomic_int_set(&log->is_to_reopen, FALSE);
    close_output(log);
    log->fd = open_output(log);
}

/* Returns: 0, or the errno for which the line is lost. */
static gint
write_json(Log *log, const KbntValue *transition, const LogHeading *heading)
{
    g_autofree char *line = log_line_json(transition, heading);
    gsize length = strlen(line);
    gsize done = 0;

    reopen(log);
    while (done < length) {
        gssize written = write(log->fd, line + done, length - done);

        if (written < 0 && errno != EINTR)
            return errno;
        done += (gsize)MAX(written, 0);
    }
    return 0;
}

static void
log_observe(void *instance, const KbntValue *transition)
{
    Log *log = instance;
    LogHeading heading = log_heading_of(transition);
    gint lost_errno;

    if ((gint)heading.level > g_atomic_int_get(&log->least))
        return;
    if (log->format == LOG_FORMAT_JOURNAL)
        lost_errno = log_line_send(transition, &heading);
    else
        lost_errno = write_json(log, transition, &heading);
    g_atomic_int_set(&log->lost_errno, lost_errno);
    kbnt_host_count(log->host, lost_errno ? "lost" : "lines", 1);
}

static gboolean
log_reload(void *instance, const void *config, GError **error)
{
    Log *log = instance;

    apply(log, config);
    g_atomic_int_set(&log->is_to_reopen, TRUE);
    return TRUE;
}

static void
stop_file(KbntTask *task, gpointer data)
{
    close_output(data);
    kbnt_task_complete(task, NULL);
}

static void
log_stop(void *instance, KbntTask *task)
{
    Log *log = instance;

    kbnt_host_run_blocking(log->host, "file", stop_file, task, log);
}

static void
log_destroy(void *instance)
{
    Log *log = instance;

    g_free(log->path);
    g_free(log);
}

static KbntValue *
log_health(void *instance)
{
    Log *log = instance;
    KbntValue *health = kbnt_value_new();
    gint lost_errno = g_atomic_int_get(&log->lost_errno);

    kbnt_value_set_string(health, KBNT_FIELD_NAME, "log");
    kbnt_value_set_int(health, KBNT_FIELD_CHECK_STATUS,
                       lost_errno ? KBNT_CHECK_STATUS_FAILED : KBNT_CHECK_STATUS_PASSED);
    if (lost_errno) {
        g_autofree char *detail = g_strdup_printf("lines are lost: %s", g_strerror(lost_errno));

        kbnt_value_set_string(health, KBNT_FIELD_DETAIL, detail);
    }
    return health;
}

static const KbntSinkOps log_ops = {
    .life = { .size = sizeof(KbntSinkOps),
              .create = log_create,
              .start = log_start,
              .stop = log_stop,
              .reload = log_reload,
              .destroy = log_destroy,
              .health = log_health },
    .observe = log_observe,
};

const KbntPlugin kbnt_plugin = {
    KBNT_PLUGIN_ABI,
    .kind = KBNT_KIND_SINK,
    .name = "log",
    .version = "0.1.0",
    .summary = "A line for each transition, as JSON or in the journal",
    .license = "LGPL-2.1-or-later",
    .url = "https://github.com/kbnt/kbnt/issues",
    KBNT_PLUGIN_CONFIG(LogConfig, log_keys),
    .ops = &log_ops.life,
};
