/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Tests of the metrics as a scraper reads them: the registry through the built plugin
 * kbnt-sink-prometheus, and promtool as the other side. */
#include "fake-host.h"
#include "metrics.h"
#include "runner.h"

#include <gmodule.h>
#include <kbnt/kbnt-plugin.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

/* The contract fixes these names; each has a twin in base units, or without its type. */
static const char *const fixed_against_convention[] = {
    "kbnt_message_processing_latency_ms",
    "kbnt_request_processing_duration_ms",
    "kbnt_virtual_machines_active_gauge",
    NULL,
};

typedef struct {
    FakeHost *host;
    const KbntSinkOps *ops;
    void *instance;
    const char *content_type;
} Scraped;

/* The file stays open: it is never unloaded in the daemon, either. */
static const KbntSinkOps *
open_plugin(void)
{
    g_autofree char *path = g_build_filename(g_getenv("KBNT_TEST_BUILDDIR"), "plugins", "sink",
                                             "prometheus", ".libs", "kbnt-sink-prometheus.so",
                                             NULL);
    GModule *module = g_module_open(path, G_MODULE_BIND_LOCAL);
    gpointer plugin = NULL;

    CU_ASSERT_FATAL(module && g_module_symbol(module, "kbnt_plugin", &plugin));
    g_module_make_resident(module);
    return (const KbntSinkOps *)(gconstpointer)((const KbntPlugin *)plugin)->ops;
}

static Scraped
scraped_new(void)
{
    Scraped scraped = { .host = fake_host_new(KBNT_HALF_ALL), .ops = open_plugin() };

    CU_ASSERT_FATAL(
        scraped.ops->life.create(fake_host_get(scraped.host), NULL, &scraped.instance, NULL));
    return scraped;
}

static void
scraped_clear(Scraped *scraped)
{
    scraped->ops->life.destroy(scraped->instance);
    fake_host_free(scraped->host);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(Scraped, scraped_clear)

static char *
scrape(Scraped *scraped, const KbntSnapshot *snapshot, const char *accept)
{
    g_autoptr(GBytes) text = scraped->ops->render(scraped->instance, snapshot, accept,
                                                  &scraped->content_type);

    return g_strndup(g_bytes_get_data(text, NULL), g_bytes_get_size(text));
}

static KbntSnapshot *
snapshot_of_the_registry(void)
{
    static const char *const topics[] = { "virtualization-requests", "virtualization-events",
                                          "virtualization-requests.dlq", NULL };
    const KbntMetricsSettings settings = {
        .half = KBNT_HALF_ALL,
        .version = "v0.1.0",
        .region = "local",
        .topics = topics,
        .targets = { { 0, 300, 120, 60, 30 } },
        .window_ms = 3600000,
        .objective = 0.9995,
    };
    g_autoptr(KbntMetrics) metrics = kbnt_metrics_new(&settings);

    kbnt_metrics_record(metrics, KBNT_METRIC_BOOT_SECONDS, KBNT_NO_LABELS, 3.25);
    kbnt_metrics_set(metrics, KBNT_METRIC_LAG, KBNT_LABELS(topics[0], "0"), 2);
    kbnt_metrics_set(metrics, KBNT_METRIC_PLUGIN_HEALTHY, KBNT_LABELS("sink.log"), 1);
    kbnt_metrics_add(metrics, KBNT_METRIC_SINK_DROPPED, KBNT_LABELS("sink.log"), 0);
    return kbnt_metrics_snapshot(metrics);
}

static KbntSnapshot *
small_snapshot(void)
{
    static const double bounds[] = { 0.5, 10 };
    static const guint64 counts[] = { 1, 2, 3 };
    KbntSnapshot *snapshot = kbnt_snapshot_new();

    kbnt_snapshot_add_family(snapshot, "a_total", "All \"a\"", "", KBNT_METRIC_COUNTER,
                             (const char *const[]){ "of", NULL }, NULL, 0);
    kbnt_snapshot_add_series(snapshot, (const char *const[]){ "x\"\\\n", NULL }, 1e6, NULL);
    kbnt_snapshot_add_family(snapshot, "b_seconds", "How long", "seconds",
                             KBNT_METRIC_HISTOGRAM, NULL, bounds, G_N_ELEMENTS(bounds));
    kbnt_snapshot_add_series(snapshot, NULL, 20.1, counts);
    kbnt_snapshot_add_family(snapshot, "c", "How high", "", KBNT_METRIC_GAUGE, NULL, NULL, 0);
    kbnt_snapshot_add_series(snapshot, NULL, -0.25, NULL);
    kbnt_snapshot_seal(snapshot);
    return snapshot;
}

static void
without_a_wish_the_text_format_is_written(void)
{
    g_auto(Scraped) scraped = scraped_new();
    g_autoptr(KbntSnapshot) snapshot = small_snapshot();
    g_autofree char *text = scrape(&scraped, snapshot, NULL);

    kbnt_assert_string(scraped.content_type, "text/plain; version=0.0.4; charset=utf-8");
    kbnt_assert_string(text, "# HELP a_total All \"a\"\n"
                             "# TYPE a_total counter\n"
                             "a_total{of=\"x\\\"\\\\\\n\"} 1000000\n"
                             "# HELP b_seconds How long\n"
                             "# TYPE b_seconds histogram\n"
                             "b_seconds_bucket{le=\"0.5\"} 1\n"
                             "b_seconds_bucket{le=\"10\"} 2\n"
                             "b_seconds_bucket{le=\"+Inf\"} 3\n"
                             "b_seconds_sum 20.1\n"
                             "b_seconds_count 3\n"
                             "# HELP c How high\n"
                             "# TYPE c gauge\n"
                             "c -0.25\n");
}

static void
openmetrics_names_the_family_says_the_unit_and_ends(void)
{
    g_auto(Scraped) scraped = scraped_new();
    g_autoptr(KbntSnapshot) snapshot = small_snapshot();
    g_autofree char *text = scrape(&scraped, snapshot, "application/openmetrics-text");

    kbnt_assert_string(scraped.content_type,
                       "application/openmetrics-text; version=1.0.0; charset=utf-8");
    kbnt_assert_string(text, "# HELP a All \\\"a\\\"\n"
                             "# TYPE a counter\n"
                             "a_total{of=\"x\\\"\\\\\\n\"} 1000000\n"
                             "# HELP b_seconds How long\n"
                             "# TYPE b_seconds histogram\n"
                             "# UNIT b_seconds seconds\n"
                             "b_seconds_bucket{le=\"0.5\"} 1\n"
                             "b_seconds_bucket{le=\"10.0\"} 2\n"
                             "b_seconds_bucket{le=\"+Inf\"} 3\n"
                             "b_seconds_sum 20.1\n"
                             "b_seconds_count 3\n"
                             "# HELP c How high\n"
                             "# TYPE c gauge\n"
                             "c -0.25\n"
                             "# EOF\n");
}

static void
the_better_liked_format_is_written(void)
{
    static const struct {
        const char *accept;
        gboolean is_openmetrics;
    } cases[] = {
        { "*/*", FALSE },
        { "text/plain", FALSE },
        { "text/html", FALSE },
        { "application/*", TRUE },
        { "Application/OpenMetrics-Text; version=1.0.0", TRUE },
        { "application/openmetrics-text;version=\"1.0.0\"", TRUE },
        { "application/openmetrics-text;version=9.0.0", FALSE },
        { "application/openmetrics-text;q=0.5,text/plain;version=0.0.4;q=0.9", FALSE },
        { "application/openmetrics-text;q=0.9,text/plain;version=0.0.4;q=0.5", TRUE },
        { "application/openmetrics-text;q=0,*/*", FALSE },
        { "application/openmetrics-text;q=2,*/*;q=0.1", FALSE },
        { "application/openmetrics-text;version=1.0.0;q=0.5,"
          "application/openmetrics-text;version=0.0.1;q=0.4,text/plain;version=0.0.4;q=0.3,"
          "*/*;q=0.2",
          TRUE }, /* what Prometheus sends */
    };
    g_auto(Scraped) scraped = scraped_new();
    g_autoptr(KbntSnapshot) snapshot = small_snapshot();

    for (gsize i = 0; i < G_N_ELEMENTS(cases); i++) {
        g_autofree char *text = scrape(&scraped, snapshot, cases[i].accept);
        const char *expected = cases[i].is_openmetrics ? "application/openmetrics-text"
                                                       : "text/plain";

        kbnt_assert_contains(scraped.content_type, expected);
    }
}

static void
every_series_of_the_registry_is_written_once(void)
{
    g_auto(Scraped) scraped = scraped_new();
    g_autoptr(KbntSnapshot) snapshot = snapshot_of_the_registry();
    g_autofree char *text = scrape(&scraped, snapshot, NULL);
    g_auto(GStrv) lines = g_strsplit(text, "\n", -1);
    g_autoptr(GHashTable) seen = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);

    for (guint i = 0; lines[i]; i++) {
        char *end = *lines[i] == '#' ? NULL : strrchr(lines[i], ' ');

        if (end)
            CU_ASSERT(g_hash_table_add(seen, g_strndup(lines[i], (gsize)(end - lines[i]))));
    }
    CU_ASSERT(g_hash_table_contains(seen, "kbnt_virtual_machines_active_gauge"));
    CU_ASSERT(g_hash_table_contains(seen, "kbnt_vm_boot_time_seconds_bucket{le=\"5\"}"));
}

/* In the child, before promtool: its input is the file. */
static void
read_from(gpointer file)
{
    dup2(fileno(file), STDIN_FILENO);
}

/* Returns: (transfer full) (nullable): what promtool complains of; NULL where it is missing. */
static char *
ask_promtool(const char *text)
{
    g_autofree char *promtool = g_find_program_in_path("promtool");
    char *command[] = { promtool, (char *)"check", (char *)"metrics", NULL };
    char *complaints = NULL;
    FILE *file;

    if (!promtool)
        return NULL;
    file = tmpfile();
    CU_ASSERT_PTR_NOT_NULL_FATAL(file);
    fputs(text, file);
    rewind(file);

    CU_ASSERT(g_spawn_sync(NULL, command, NULL, G_SPAWN_CHILD_INHERITS_STDIN, read_from, file,
                           NULL, &complaints, NULL, NULL));
    fclose(file);
    return complaints;
}

static gboolean
is_fixed(const char *complaint)
{
    g_autofree char *name = g_strndup(complaint, strcspn(complaint, " "));

    return g_strv_contains(fixed_against_convention, name);
}

static void
promtool_complains_of_fixed_names_alone(void)
{
    g_auto(Scraped) scraped = scraped_new();
    g_autoptr(KbntSnapshot) snapshot = snapshot_of_the_registry();
    g_autofree char *text = scrape(&scraped, snapshot, NULL);
    g_autofree char *complaints = ask_promtool(text);
    g_auto(GStrv) lines = g_strsplit(complaints ? complaints : "", "\n", -1);

    if (!complaints)
        g_print("  skip  promtool is not installed\n");
    for (guint i = 0; lines[i]; i++) {
        if (*lines[i] && !is_fixed(lines[i]))
            kbnt_assert_string(lines[i], "a fixed name");
    }
}

static void
promtool_finds_a_name_that_is_wrong(void)
{
    g_autofree char *complaints = ask_promtool("# HELP a_count_ms A\n# TYPE a_count_ms "
                                               "counter\na_count_ms 1\n");

    if (complaints)
        kbnt_assert_contains(complaints, "a_count_ms");
}

static const KbntTest tests[] = {
    KBNT_TEST(without_a_wish_the_text_format_is_written),
    KBNT_TEST(openmetrics_names_the_family_says_the_unit_and_ends),
    KBNT_TEST(the_better_liked_format_is_written),
    KBNT_TEST(every_series_of_the_registry_is_written_once),
    KBNT_TEST(promtool_complains_of_fixed_names_alone),
    KBNT_TEST(promtool_finds_a_name_that_is_wrong),
};

int
main(int argc, char **argv)
{
    return kbnt_test_main("infrastructure/exposition", argc, argv, tests, G_N_ELEMENTS(tests));
}
