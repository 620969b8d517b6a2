/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * example.c: owns the plugin kbnt-sink-example: a line of text for each request that ends.
 *
 * It is the plugin to copy: one of everything that a plugin has, and nothing else. Read it from
 * the bottom up, beside docs/guide/your-first-plugin.md.
 *
 * Threads: the ops run on the loop thread, but observe on the sink's own; what blocks in start
 * and stop runs in the lane "file". Only `failures_only` is used by two threads at once.
 */
#include <kbnt/kbnt-plugin.h>

#include <errno.h>
#include <stdio.h>
#include <string.h>

typedef struct {
    char *path;
    gboolean failures_only;
} ExampleConfig;

static const KbntKey example_keys[] = {
    { .name = "path",
      .type = KBNT_KEY_PATH,
      .offset = G_STRUCT_OFFSET(ExampleConfig, path),
      .default_text = "",
      .since = "0.1.0",
      .help = "File to append to; empty is requests.txt in the state folder" },
    { .name = "failures_only",
      .type = KBNT_KEY_BOOL,
      .flags = KBNT_KEY_RELOADABLE,
      .offset = G_STRUCT_OFFSET(ExampleConfig, failures_only),
      .default_text = "false",
      .since = "0.1.0",
      .help = "Leaves out requests that ended well" },
};

typedef struct {
    KbntHost *host;
    char *path;
    FILE *file;         /* open from start to stop */
    gint failures_only; /* atomic */
} Example;

static gboolean
is_wanted(Example *example, const KbntValue *transition)
{
    const char *outcome = kbnt_value_get_string(transition, KBNT_FIELD_OUTCOME_LABEL);
    gint64 kind = kbnt_value_get_int(transition, KBNT_FIELD_TRANSITION);

    if (kind != KBNT_TRANSITION_REQUEST_ENDED || !outcome)
        return FALSE;
    return strcmp(outcome, "success") != 0 || !g_atomic_int_get(&example->failures_only);
}

static void
open_file(KbntTask *task, gpointer data)
{
    Example *example = data;

    example->file = fopen(example->path, "ae");
    if (example->file)
        kbnt_task_complete(task, NULL);
    else
        kbnt_task_fail(task, g_error_new(KBNT_ERROR, KBNT_ERROR_CONFIG_INVALID,
                                         "cannot open '%s': %s: change sink.example.path",
                                         example->path, g_strerror(errno)));
}

static void
close_file(KbntTask *task, gpointer data)
{
    Example *example = data;

    g_clear_pointer(&example->file, fclose);
    kbnt_task_complete(task, NULL);
}

static gboolean
example_create(KbntHost *host, const void *config, void **ret_instance, GError **error)
{
    const ExampleConfig *settings = config;
    Example *example = g_new0(Example, 1);

    example->host = host;
    example->path = *settings->path
                        ? g_strdup(settings->path)
                        : g_build_filename(kbnt_host_state_dir(host), "requests.txt", NULL);
    example->failures_only = settings->failures_only;
    *ret_instance = example;
    return TRUE;
}

static void
example_start(void *instance, KbntTask *task)
{
    Example *example = instance;

    kbnt_host_run_blocking(example->host, "file", open_file, task, example);
}

static void
example_observe(void *instance, const KbntValue *transition)
{
    Example *example = instance;

    if (!is_wanted(example, transition))
        return;
    const char *request_id = kbnt_value_get_string(transition, KBNT_FIELD_REQUEST_ID);
    const char *outcome = kbnt_value_get_string(transition, KBNT_FIELD_OUTCOME_LABEL);
    fprintf(example->file, "%s %s\n", request_id ? request_id : "-", outcome);
    fflush(example->file);
    kbnt_host_count(example->host, "lines", 1);
}

static gboolean
example_reload(void *instance, const void *config, GError **error)
{
    Example *example = instance;
    const ExampleConfig *settings = config;

    g_atomic_int_set(&example->failures_only, settings->failures_only);
    return TRUE;
}

static void
example_stop(void *instance, KbntTask *task)
{
    Example *example = instance;

    kbnt_host_run_blocking(example->host, "file", close_file, task, example);
}

static void
example_destroy(void *instance)
{
    Example *example = instance;

    g_free(example->path);
    g_free(example);
}

static const KbntSinkOps example_ops = {
    .life = { .size = sizeof(KbntSinkOps),
              .create = example_create,
              .start = example_start,
              .stop = example_stop,
              .reload = example_reload,
              .destroy = example_destroy },
    .observe = example_observe,
};

const KbntPlugin kbnt_plugin = {
    KBNT_PLUGIN_ABI,
    .kind = KBNT_KIND_SINK,
    .name = "example",
    .version = "0.1.0",
    .summary = "A line of text for each request that ends",
    .license = "LGPL-2.1-or-later",
    .url = "https://github.com/kbnt/kbnt/issues",
    KBNT_PLUGIN_CONFIG(ExampleConfig, example_keys),
    .ops = &example_ops.life,
};
