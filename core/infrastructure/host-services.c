/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Owns what stands behind the KbntHost of a plugin in the daemon. */
#include "host-services.h"

#include <string.h>
#include <uuid.h>

struct KbntPluginHost {
    KbntHostShared shared;
    char *section;
    KbntHost *host;
};

/* Work on its way to a lane. */
typedef struct {
    void (*work)(KbntTask *task, gpointer data);
    KbntTask *task;
    gpointer data;
} LaneWork;

static void
host_log(gpointer data, KbntLogLevel level, const char *topic, const KbntValue *fields,
         const char *text)
{
    KbntPluginHost *plugin_host = data;
    kbnt_log_writer_write(plugin_host->shared.log, level, topic, plugin_host->section, fields,
                          text);
}

static gint64
host_monotonic_us(gpointer data)
{
    return g_get_monotonic_time();
}

static gint64
host_wall_ms(gpointer data)
{
    return g_get_real_time() / 1000;
}

static GMainContext *
host_context(gpointer data)
{
    KbntPluginHost *plugin_host = data;
    return kbnt_loop_context(plugin_host->shared.loop);
}

static void
do_lane_work(gpointer data)
{
    LaneWork *lane_work = data;
    lane_work->work(lane_work->task, lane_work->data);
    g_free(lane_work);
}

static void
host_run_blocking(gpointer data, const char *lane, void (*work)(KbntTask *task, gpointer data),
                  KbntTask *task, gpointer work_data)
{
    KbntPluginHost *plugin_host = data;
    g_autofree char *name = g_strconcat(plugin_host->section, "/", lane, NULL);
    LaneWork *lane_work = g_new0(LaneWork, 1);
    g_autoptr(GError) error = NULL;
    *lane_work = (LaneWork){ work, task, work_data };
    if (kbnt_loop_run_blocking(plugin_host->shared.loop, name, do_lane_work, lane_work, &error))
        return;
    g_free(lane_work);
    kbnt_task_fail(task, g_steal_pointer(&error));
}

static void
host_invoke(gpointer data, void (*function)(gpointer), gpointer function_data)
{
    KbntPluginHost *plugin_host = data;
    kbnt_loop_invoke_named(plugin_host->shared.loop, plugin_host->section, function,
                           function_data);
}

static void
host_count(gpointer data, const char *name, double delta)
{
    KbntPluginHost *plugin_host = data;
    kbnt_plugin_metrics_count(plugin_host->shared.metrics, plugin_host->section, name, delta);
}

static void
host_gauge(gpointer data, const char *name, double value)
{
    KbntPluginHost *plugin_host = data;
    kbnt_plugin_metrics_gauge(plugin_host->shared.metrics, plugin_host->section, name, value);
}

static char *
secret_path(const KbntHostShared *shared, const char *name)
{
    const char *folder = g_getenv("CREDENTIALS_DIRECTORY");
    g_autofree char *loaded = folder ? g_build_filename(folder, name, NULL) : NULL;
    if (loaded && g_file_test(loaded, G_FILE_TEST_IS_REGULAR))
        return g_steal_pointer(&loaded);
    const char *const *paths = shared->secret_paths;
    for (gsize i = 0; paths && paths[i]; i += 2)
        if (strcmp(paths[i], name) == 0 && *paths[i + 1])
            return g_strdup(paths[i + 1]);
    return NULL;
}

GBytes *
kbnt_host_shared_secret(const KbntHostShared *shared, const char *name, GError **error)
{
    g_autofree char *path = strchr(name, '/') ? NULL : secret_path(shared, name);
    g_autofree char *contents = NULL;
    g_autoptr(GError) cause = NULL;
    gsize length = 0;
    if (path && g_file_get_contents(path, &contents, &length, &cause))
        return g_bytes_new_take(g_steal_pointer(&contents), length);
    g_set_error(error, KBNT_ERROR, KBNT_ERROR_NOT_FOUND,
                "credential '%s' is not there: %s; load it with systemd's LoadCredential, or "
                "name its file in the configuration",
                name, cause ? cause->message : "nothing names its file");
    return NULL;
}

static GBytes *
host_secret(gpointer data, const char *name, GError **error)
{
    KbntPluginHost *plugin_host = data;
    return kbnt_host_shared_secret(&plugin_host->shared, name, error);
}

static void
host_uuid(gpointer data, char ret_uuid[37])
{
    uuid_t uuid;
    uuid_generate_random(uuid);
    uuid_unparse_lower(uuid, ret_uuid);
}

static const KbntHostServices services = {
    .log = host_log,
    .monotonic_us = host_monotonic_us,
    .wall_ms = host_wall_ms,
    .context = host_context,
    .run_blocking = host_run_blocking,
    .invoke = host_invoke,
    .count = host_count,
    .gauge = host_gauge,
    .secret = host_secret,
    .uuid = host_uuid,
};

KbntPluginHost *
kbnt_plugin_host_new(const KbntHostShared *shared, const char *section, KbntHalf half)
{
    KbntPluginHost *plugin_host = g_new0(KbntPluginHost, 1);
    plugin_host->shared = *shared;
    plugin_host->section = g_strdup(section);
    plugin_host->host = kbnt_host_new(&services, plugin_host, half, shared->state_dir);
    return plugin_host;
}

void
kbnt_plugin_host_free(KbntPluginHost *plugin_host)
{
    if (!plugin_host)
        return;
    kbnt_host_free(plugin_host->host);
    g_free(plugin_host->section);
    g_free(plugin_host);
}

KbntHost *
kbnt_plugin_host_get(KbntPluginHost *plugin_host)
{
    return plugin_host->host;
}
