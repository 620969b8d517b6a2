/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * kbnt-host.h: owns what the core does for a plugin, and the task by which work is handed over.
 *
 * A plugin gets a KbntHost in create() and has no other way into the process: it reads no
 * environment, no global, no file of the core. All functions may be called on any thread,
 * unless they say otherwise.
 */
#ifndef KBNT_HOST_H
#define KBNT_HOST_H

#include <glib.h>
#include <kbnt/kbnt-error.h>
#include <kbnt/kbnt-values.h>

G_BEGIN_DECLS

/**
 * KbntHost:
 *
 * The core as one plugin instance sees it; lives from before create() until after destroy().
 */
typedef struct KbntHost KbntHost;

/**
 * KbntTask:
 *
 * One piece of work: a verb, its argument, an idempotency key, a deadline, a way to cancel,
 * and a completion that happens exactly once, on the loop thread. Whoever is handed a task
 * owns it until it completes or fails it. Dropping one is a breach of contract that is
 * answered with INTERNAL and logged with the plugin's name.
 */
typedef struct KbntTask KbntTask;

/**
 * KbntLogLevel:
 *
 * The severities of syslog (RFC 5424) that kbnt uses.
 */
typedef enum {
    KBNT_LOG_ERROR = 3,
    KBNT_LOG_WARNING = 4,
    KBNT_LOG_NOTICE = 5,
    KBNT_LOG_INFO = 6,
    KBNT_LOG_DEBUG = 7,
} KbntLogLevel;

/**
 * kbnt_host_log:
 * @level: a KbntLogLevel
 * @topic: (transfer none): lower-case word for the part that speaks ("outbox")
 * @fields: (transfer none) (nullable): typed fields of the line (requestId, host, step, …);
 *   secret fields are left out
 * @text: constant text in English, one line, no final period; never a format
 *
 * Writes one line of the log. Return an error or log it, never both; a warning says what
 * happens next.
 */
void kbnt_host_log(KbntHost *host, KbntLogLevel level, const char *topic,
                   const KbntValue *fields, const char *text);

/**
 * kbnt_host_monotonic_us:
 *
 * Returns: microseconds on a clock that never goes back; the only clock for time-outs.
 */
gint64 kbnt_host_monotonic_us(KbntHost *host);

/**
 * kbnt_host_wall_ms:
 *
 * Returns: milliseconds since 1970-01-01T00:00:00Z; for information only.
 */
gint64 kbnt_host_wall_ms(KbntHost *host);

/**
 * kbnt_host_context:
 *
 * Returns: (transfer none): the context of the loop thread, to attach sources to.
 */
GMainContext *kbnt_host_context(KbntHost *host);

/**
 * kbnt_host_half:
 *
 * Returns: which half a store serves; for the other kinds the halves of the role, KBNT_HALF_ALL
 *   where the process has both.
 */
KbntHalf kbnt_host_half(KbntHost *host);

/**
 * kbnt_host_state_dir:
 *
 * Returns: (transfer none): the folder where this instance may keep files; it exists.
 */
const char *kbnt_host_state_dir(KbntHost *host);

/**
 * kbnt_host_run_blocking:
 * @lane: (transfer none): name of a queue; work of one lane runs in order on one thread
 * @work: runs on the lane's thread and may block; it completes @task
 * @task: (transfer full): handed to @work
 * @data: passed to @work
 *
 * Runs work that would block the loop. A lane that is full fails @task with QUEUE_FULL.
 * Loop thread only.
 */
void kbnt_host_run_blocking(KbntHost *host, const char *lane,
                            void (*work)(KbntTask *task, gpointer data), KbntTask *task,
                            gpointer data);

/**
 * kbnt_host_invoke:
 * @function: runs once on the loop thread
 * @data: passed to @function
 *
 * Re-enters the loop from any thread; blocks the calling thread while the ring is full.
 * Calls of one thread arrive in their order.
 */
void kbnt_host_invoke(KbntHost *host, void (*function)(gpointer data), gpointer data);

/**
 * kbnt_host_count:
 * @name: (transfer none): metric of the plugin, without the prefix kbnt_KIND_NAME_
 * @delta: what to add; never negative
 *
 * Adds to a counter of the plugin.
 */
void kbnt_host_count(KbntHost *host, const char *name, double delta);

/**
 * kbnt_host_gauge:
 * @name: (transfer none): metric of the plugin, without the prefix kbnt_KIND_NAME_
 * @value: what it is now
 *
 * Sets a gauge of the plugin.
 */
void kbnt_host_gauge(KbntHost *host, const char *name, double value);

/**
 * kbnt_host_secret:
 * @name: (transfer none): name of a credential ("signing.keys")
 *
 * Reads a credential of the service (systemd's LoadCredential, else the path that the
 * configuration names).
 *
 * Returns: (transfer full) (nullable): its bytes, or NULL with NOT_FOUND.
 */
GBytes *kbnt_host_secret(KbntHost *host, const char *name, GError **error);

/**
 * kbnt_host_uuid:
 * @ret_uuid: (out): 37 bytes: a random UUID (RFC 9562, version 4) in lower case, with its NUL
 */
void kbnt_host_uuid(KbntHost *host, char ret_uuid[37]);

/**
 * kbnt_task_verb:
 *
 * Returns: the number of the verb, of the op's table; 0 where the op itself is the verb.
 */
guint32 kbnt_task_verb(const KbntTask *task);

/**
 * kbnt_task_argument:
 *
 * Returns: (transfer none) (nullable): the argument; lives as long as the task.
 */
KbntValue *kbnt_task_argument(const KbntTask *task);

/**
 * kbnt_task_key:
 *
 * Returns: (transfer none) (nullable): the idempotency key; the same key means the same work.
 */
const char *kbnt_task_key(const KbntTask *task);

/**
 * kbnt_task_deadline_us:
 *
 * Returns: when the work is worth nothing any more, on the monotonic clock; 0 for never.
 */
gint64 kbnt_task_deadline_us(const KbntTask *task);

/**
 * kbnt_task_is_cancelled:
 *
 * Returns: TRUE once the work is no longer wanted; long work asks now and then, and fails the
 *   task with CANCELLED.
 */
gboolean kbnt_task_is_cancelled(const KbntTask *task);

/**
 * kbnt_task_complete:
 * @task: (transfer full): from here on the caller may not touch it
 * @result: (transfer full) (nullable): what came out
 *
 * Completes the task; the asker hears of it on the loop thread, never inside this call.
 */
void kbnt_task_complete(KbntTask *task, KbntValue *result);

/**
 * kbnt_task_fail:
 * @task: (transfer full): from here on the caller may not touch it
 * @error: (transfer full): of the domain KBNT_ERROR
 *
 * Fails the task; the asker hears of it on the loop thread, never inside this call.
 */
void kbnt_task_fail(KbntTask *task, GError *error);

/**
 * kbnt_task_fail_literal:
 * @task: (transfer full): from here on the caller may not touch it
 * @code: why
 * @message: as in g_error_new_literal()
 *
 * Fails the task with a new error.
 */
void kbnt_task_fail_literal(KbntTask *task, KbntErrorCode code, const char *message);

G_END_DECLS

#endif
