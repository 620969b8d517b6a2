/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Tests of how answers are shown, and of the reading of metrics. */
#include "metrics-text.h"
#include "print.h"
#include "runner.h"

static const KbntColumn columns[] = {
    { "NAME", "name" },
    { "STATUS", "inner.status" },
    { "N", "n" },
};

static void
a_table_is_as_wide_as_its_widest_cell(void)
{
    json_t *rows = json_loads(
        "[{\"name\": \"a\", \"inner\": {\"status\": \"RUNNING\"}, \"n\": 1},"
        " {\"name\": \"größer\", \"n\": 2.5}, {}]",
        0, NULL);
    g_autofree char *table = kbnt_table(columns, G_N_ELEMENTS(columns), rows);

    kbnt_assert_string(table, "NAME    STATUS   N\n"
                              "a       RUNNING  1\n"
                              "größer  -        2.5\n"
                              "-       -        -\n");
    json_decref(rows);
}

static void
a_table_of_nothing_has_its_titles(void)
{
    g_autofree char *table = kbnt_table(columns, G_N_ELEMENTS(columns), NULL);

    kbnt_assert_string(table, "NAME  STATUS  N\n");
}

static void
a_sheet_leaves_out_what_is_not_there(void)
{
    json_t *object = json_loads("{\"name\": \"a\", \"n\": null, \"inner\": {\"status\": true}}",
                                0, NULL);
    g_autofree char *sheet = kbnt_sheet(columns, G_N_ELEMENTS(columns), object);

    kbnt_assert_string(sheet, "NAME    a\nSTATUS  yes\n");
    json_decref(object);
}

static void
a_terminal_obeys_nobody_elses_name(void)
{
    json_t *object = json_loads("{\"name\": \"a\\u001b[2Jb\\u009bc\\n\"}", 0, NULL);
    g_autofree char *shown = kbnt_json_show(object, "name");

    kbnt_assert_string(shown, "a?[2Jb?c?");
    json_decref(object);
}

static void
a_list_is_shown_in_one_line(void)
{
    json_t *object = json_loads("{\"labels\": [\"ssd\", \"fast\"]}", 0, NULL);
    g_autofree char *shown = kbnt_json_show(object, "labels");

    kbnt_assert_string(shown, "ssd fast");
    json_decref(object);
}

static void
samples_are_summed_by_name_and_label(void)
{
    static const char text[] = "# HELP kbnt_a_total help\n"
                               "kbnt_a_total{status=\"success\",type=\"x\"} 3\n"
                               "kbnt_a_total{status=\"success\",type=\"y\"} 1\n"
                               "kbnt_a_total{status=\"failed\",type=\"{y}\"} 2\n"
                               "kbnt_a_total_more 100\n"
                               "kbnt_b 0.5\n";

    CU_ASSERT_DOUBLE_EQUAL(kbnt_metric_sum(text, "kbnt_a_total", NULL), 6, 1e-9);
    CU_ASSERT_DOUBLE_EQUAL(kbnt_metric_sum(text, "kbnt_a_total", "status=\"success\""), 4,
                           1e-9);
    CU_ASSERT_DOUBLE_EQUAL(kbnt_metric_sum(text, "kbnt_b", NULL), 0.5, 1e-9);
    CU_ASSERT_DOUBLE_EQUAL(kbnt_metric_sum(text, "kbnt_b", "x=\"y\""), 0, 1e-9);
    CU_ASSERT_DOUBLE_EQUAL(kbnt_metric_sum(text, "kbnt_c", NULL), 0, 1e-9);
}

static const KbntTest tests[] = {
    KBNT_TEST(a_table_is_as_wide_as_its_widest_cell),
    KBNT_TEST(a_table_of_nothing_has_its_titles),
    KBNT_TEST(a_sheet_leaves_out_what_is_not_there),
    KBNT_TEST(a_terminal_obeys_nobody_elses_name),
    KBNT_TEST(a_list_is_shown_in_one_line),
    KBNT_TEST(samples_are_summed_by_name_and_label),
};

int
main(int argc, char **argv)
{
    return kbnt_test_main("cli/print", argc, argv, tests, G_N_ELEMENTS(tests));
}
