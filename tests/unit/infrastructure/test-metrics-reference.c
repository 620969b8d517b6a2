/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Tests that docs/reference/metrics.md is what the table of metrics prints; where a row has
 * changed, KBNT_TEST_UPDATE=1 in the environment of this program writes the document anew. */
#include "metrics.h"

#include "runner.h"

#include <string.h>

#define INTRODUCTION \
    "# Metrics\n" \
    "Printed from the table in `core/infrastructure/metrics-table.h`; a test compares them. " \
    "Counters start at 0 with the process, and so does every label set that can be known. " \
    "A metric is exposed by the half that is named, role `all` has each once. Plugins add " \
    "`kbnt_KIND_NAME_…` of their own.\n\n" \
    "Buckets: `ms` 1 2 5 10 20 50 100 200 500 1000 5000; `ms_in_seconds` the same in seconds; " \
    "`seconds` 0.01 0.05 0.1 0.5 1 2 5 10 20 30 45 60 120 300 600; `bytes` 256 to 262144 by " \
    "powers of two and four.\n\n" \
    "| name | type | exposed by | labels | buckets | meaning |\n" \
    "|-|-|-|-|-|-|\n"

typedef struct {
    const char *name;
    const char *kind;
    const char *half;
    const char *labels;
    const char *buckets;
    const char *help;
} Row;

#define COUNTER "counter"
#define GAUGE "gauge"
#define HISTOGRAM "histogram"
#define PRODUCER "producer"
#define CONSUMER "consumer"
#define ALL "both"
#define ROW(id, name, kind, half, labels, buckets, known, help) \
    { name, kind, half, labels, #buckets, help },
static const Row rows[] = { KBNT_METRIC_TABLE(ROW) };

static char *
print_reference(void)
{
    GString *text = g_string_new(INTRODUCTION);

    for (gsize i = 0; i < G_N_ELEMENTS(rows); i++) {
        const Row *row = &rows[i];
        gboolean has_buckets = strcmp(row->kind, HISTOGRAM) == 0;
        g_auto(GStrv) labels = g_strsplit(row->labels, ",", -1);
        g_autofree char *listed = g_strjoinv(", ", labels);

        g_string_append_printf(text, "| %s | %s | %s | %s | %s | %s |\n", row->name, row->kind,
                               row->half, listed, has_buckets ? row->buckets : "", row->help);
    }
    return g_string_free(text, FALSE);
}

static void
the_reference_is_printed_from_the_table(void)
{
    g_autofree char *path = g_build_filename(g_getenv("KBNT_TEST_SRCDIR"), "docs", "reference",
                                             "metrics.md", NULL);
    g_autofree char *printed = print_reference();
    g_autofree char *written = NULL;
    g_autoptr(GError) error = NULL;

    if (g_getenv("KBNT_TEST_UPDATE"))
        g_file_set_contents(path, printed, -1, &error);
    kbnt_assert_no_error(error);
    g_file_get_contents(path, &written, NULL, &error);

    kbnt_assert_no_error(error);
    kbnt_assert_string(written, printed);
}

static const KbntTest tests[] = {
    KBNT_TEST(the_reference_is_printed_from_the_table),
};

int
main(int argc, char **argv)
{
    return kbnt_test_main("infrastructure/metrics-reference", argc, argv, tests,
                          G_N_ELEMENTS(tests));
}
