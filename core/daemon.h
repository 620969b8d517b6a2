/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Owns the daemon: everything put together for its role, started in order, stopped in order. */
#pragma once

#include "plugin-loader.h"

typedef struct KbntDaemon KbntDaemon;

/* Where the configuration came from, to be read again at SIGHUP. */
typedef struct {
    const char *path;               /* (nullable): no file was named and none was found */
    const char *const *assignments; /* (nullable): --set, NULL-terminated */
} KbntConfigSource;

/* Takes over config, core and loader, which have been declared and finished; log and source
 * outlive the daemon. Returns: (transfer full) (nullable): NULL with an error that says what to
 * do. */
KbntDaemon *kbnt_daemon_new(KbntConfig *config, KbntCoreConfig *core, KbntPluginLoader *loader,
                            KbntLogWriter *log, const KbntConfigSource *source, GError **error);
void kbnt_daemon_free(KbntDaemon *daemon);

/* Starts, works until SIGTERM or SIGINT, stops. Returns: FALSE with why it could not start. */
gboolean kbnt_daemon_run(KbntDaemon *daemon, GError **error);

G_DEFINE_AUTOPTR_CLEANUP_FUNC(KbntDaemon, kbnt_daemon_free)
