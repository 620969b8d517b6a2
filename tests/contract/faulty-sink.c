/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A sink that breaks one promise at a time: the contract suite must find each (faulty-sink.sh).
 */
#include <kbnt/kbnt-plugin.h>

enum { NO_FAULT, CHANGES, SPILLS, FORGETS, HOLDS, VARIES, LOSES };
static const char *const faults[] = { "none",  "changes", "spills", "forgets",
                                      "holds", "varies",  "loses",  NULL };

typedef struct {
    gint64 fault;
} FaultyConfig;

static const KbntKey faulty_keys[] = {
    { .name = "fault",
      .type = KBNT_KEY_CHOICE,
      .offset = G_STRUCT_OFFSET(FaultyConfig, fault),
      .default_text = "none",
      .choices = faults,
      .since = "0.1.0",
      .help = "The promise that is broken" },
};

typedef struct {
    gint64 fault;
    guint n_rendered;
} Faulty;

static gboolean
faulty_create(KbntHost *host, const void *config, void **ret_instance, GError **error)
{
    Faulty *faulty = g_new0(Faulty, 1);

    faulty->fault = ((const FaultyConfig *)config)->fault;
    *ret_instance = faulty;
    return TRUE;
}

static void
faulty_start(void *instance, KbntTask *task)
{
    kbnt_task_complete(task, NULL);
}

static void
faulty_stop(void *instance, KbntTask *task)
{
    kbnt_task_complete(task, NULL);
}

static void
faulty_destroy(void *instance)
{
    g_free(instance);
}

static void
faulty_observe(void *instance, const KbntValue *transition)
{
    Faulty *faulty = instance;

    if (faulty->fault == CHANGES)
        kbnt_value_clear((KbntValue *)transition, KBNT_FIELD_REQUEST_ID);
}

/* Where it spills, a line feed of a label begins another line. */
static void
append_family(GString *text, const KbntSnapshot *snapshot, guint family, gint64 fault)
{
    for (guint i = 0; i < kbnt_snapshot_n_series(snapshot, family); i++) {
        const char *label = kbnt_snapshot_label_values(snapshot, family, i)[0];
        g_autofree char *shown = fault == SPILLS ? g_strdup(label) : g_strescape(label, NULL);

        g_string_append_printf(text, "%s %s %g\n", kbnt_snapshot_name(snapshot, family), shown,
                               kbnt_snapshot_value(snapshot, family, i));
    }
}

static GBytes *
faulty_render(void *instance, const KbntSnapshot *snapshot, const char *accept,
              const char **ret_content_type)
{
    Faulty *faulty = instance;
    GString *text = g_string_new(NULL);

    for (guint i = faulty->fault == LOSES; i < kbnt_snapshot_n_families(snapshot); i++)
        append_family(text, snapshot, i, faulty->fault);
    if (faulty->fault == VARIES)
        g_string_append_printf(text, "%u", faulty->n_rendered++);
    if (faulty->fault == HOLDS)
        g_usleep(G_USEC_PER_SEC / 4);
    if (faulty->fault != FORGETS)
        *ret_content_type = "text/plain";
    return g_string_free_to_bytes(text);
}

static const KbntSinkOps faulty_ops = {
    .life = { .size = sizeof(KbntSinkOps),
              .create = faulty_create,
              .start = faulty_start,
              .stop = faulty_stop,
              .destroy = faulty_destroy },
    .observe = faulty_observe,
    .render = faulty_render,
};

const KbntPlugin kbnt_plugin = {
    KBNT_PLUGIN_ABI,
    .kind = KBNT_KIND_SINK,
    .name = "faulty",
    .version = "0.1.0",
    .summary = "A sink that breaks a promise",
    .license = "LGPL-2.1-or-later",
    .url = "https://example.org/kbnt",
    .caps = KBNT_SINK_RENDERS,
    KBNT_PLUGIN_CONFIG(FaultyConfig, faulty_keys),
    .ops = &faulty_ops.life,
};
