/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * kbnt-plugin-check - holds one plugin file to the contract of its kind
 *
 *   kbnt-plugin-check FILE.so [KEY=VALUE …] [--test NAME] [--except NAME…] [--list]
 *
 * Opens the file as the daemon would, fills its configuration from its own key table and the
 * arguments, and runs the suites that apply. Exits with 0 when all tests passed, 1 when one
 * failed or the file is no plugin, 2 on wrong usage.
 */
#include "contract.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define EXIT_USAGE 2

/* A new suite is one row here and one source in the folder's Makefile.am. */
static const ContractSuite *const suites[] = {
    &contract_descriptor_suite, &contract_life_suite,       &contract_sink_suite,
    &contract_publish_suite,    &contract_delivery_suite,   &contract_atomic_suite,
    &contract_group_suite,      &contract_part_suite,       &contract_guest_suite,
    &contract_accept_suite,     &contract_projection_suite, &contract_inbox_suite,
    &contract_saga_suite,       &contract_debts_suite,      &contract_lists_suite,
    &contract_durability_suite,
};

/* Says which tests are left out, so that nobody takes them for passed. */
static gboolean
is_wanted(const KbntTest *test, char **excepted)
{
    if (!excepted || !g_strv_contains((const char *const *)excepted, test->name))
        return TRUE;
    printf("  skip  %s: left out by --except\n", test->name);
    return FALSE;
}

static GArray *
collect_tests(guint32 kind, char **excepted)
{
    GArray *tests = g_array_new(FALSE, FALSE, sizeof(KbntTest));

    for (guint i = 0; i < G_N_ELEMENTS(suites); i++) {
        if (suites[i]->kind != 0 && suites[i]->kind != kind)
            continue;
        for (gsize j = 0; j < suites[i]->n_tests; j++) {
            if (is_wanted(&suites[i]->tests[j], excepted))
                g_array_append_val(tests, suites[i]->tests[j]);
        }
    }
    return tests;
}

static int
run_suites(const char *program, const char *filter, char **excepted)
{
    const KbntPlugin *plugin = contract_plugin();
    const char *kind = contract_kind_name(plugin->kind);
    g_autofree char *title = g_strdup_printf("contract/%s %s", kind ? kind : "unknown",
                                             plugin->name);
    g_autoptr(GArray) tests = collect_tests(plugin->kind, excepted);
    char *arguments[] = { (char *)program, (char *)filter, NULL };

    return kbnt_test_main(title, filter ? 2 : 1, arguments, (KbntTest *)(void *)tests->data,
                          tests->len);
}

static gboolean
keys_are_pairs(char *const *keys)
{
    for (guint i = 0; keys && keys[i]; i++) {
        if (!strchr(keys[i], '='))
            return FALSE;
    }
    return TRUE;
}

int
main(int argc, char **argv)
{
    g_autofree char *test = NULL;
    gboolean list = FALSE;
    g_auto(GStrv) words = NULL;
    g_auto(GStrv) excepted = NULL;
    GOptionEntry entries[] = {
        { "test", 't', 0, G_OPTION_ARG_STRING, &test, "Run tests whose name contains NAME",
          "NAME" },
        { "except", 'x', 0, G_OPTION_ARG_STRING_ARRAY, &excepted,
          "Leave out the test NAME; may be given again", "NAME" },
        { "list", 'l', 0, G_OPTION_ARG_NONE, &list, "Print the names of the tests", NULL },
        { G_OPTION_REMAINING, 0, 0, G_OPTION_ARG_FILENAME_ARRAY, &words, NULL,
          "FILE.so [KEY=VALUE …]" },
        { 0 },
    };
    g_autoptr(GOptionContext) options = g_option_context_new(NULL);
    g_autoptr(GError) error = NULL;

    g_option_context_add_main_entries(options, entries, NULL);
    g_option_context_set_summary(options, "Holds a plugin to the contract of its kind.");
    if (!g_option_context_parse(options, &argc, &argv, &error)) {
        g_printerr("kbnt-plugin-check: %s\n", error->message);
        return EXIT_USAGE;
    }
    if (!words || !keys_are_pairs(words + 1)) {
        g_printerr("kbnt-plugin-check: wants FILE.so [KEY=VALUE …], see --help\n");
        return EXIT_USAGE;
    }
    if (!contract_load(words[0], words + 1, &error) || !contract_config(NULL, &error)) {
        g_printerr("kbnt-plugin-check: %s\n", error->message);
        return EXIT_FAILURE;
    }
    return run_suites(argv[0], list ? "--list" : test, excepted);
}
