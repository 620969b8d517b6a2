/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Owns the daemon's own log: one line a call, with typed fields, as JSON or to the journal. */
#pragma once

#include <kbnt/kbnt-host.h>

typedef struct KbntLogWriter KbntLogWriter;

typedef enum {
    KBNT_LOG_FORMAT_AUTO,
    KBNT_LOG_FORMAT_JSON,
    KBNT_LOG_FORMAT_JOURNAL,
} KbntLogFormat;

/* fd: (transfer none): where JSON goes; AUTO takes the journal where systemd has connected it.
 */
KbntLogWriter *kbnt_log_writer_new(KbntLogFormat format, gint fd);
void kbnt_log_writer_free(KbntLogWriter *writer);

/* Before other threads write. */
void kbnt_log_writer_set_format(KbntLogWriter *writer, KbntLogFormat format);

/* Lines below this level are left out; KBNT_LOG_INFO at first. Any thread. */
void kbnt_log_writer_set_level(KbntLogWriter *writer, KbntLogLevel least);

/* Writes one line: topic, plugin ("sink.log", nullable), text, and fields (nullable), without
 * those that are secret. Any thread. */
void kbnt_log_writer_write(KbntLogWriter *writer, KbntLogLevel level, const char *topic,
                           const char *plugin, const KbntValue *fields, const char *text);

/* Writes the error's message as CAUSE and its code as CODE beside the fields. */
void kbnt_log_writer_report(KbntLogWriter *writer, KbntLogLevel level, const char *topic,
                            const GError *error, const KbntValue *fields, const char *text);

G_DEFINE_AUTOPTR_CLEANUP_FUNC(KbntLogWriter, kbnt_log_writer_free)
