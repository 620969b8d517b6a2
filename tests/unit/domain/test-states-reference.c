/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Tests that docs/reference/states.md is what the tables of moves print; where a table has
 * changed, KBNT_TEST_UPDATE=1 in the environment of this program writes the document anew. */
#include "request-state.h"
#include "resource-state.h"
#include "runner.h"

static const char head[] = "# States\n"
                           "Printed from the tables in `core/domain/request-state.h` and "
                           "`core/domain/resource-state.h`; a test compares them.\n";

static void
print_table_head(GString *text, const char *title)
{
    g_string_append_printf(text, "\n## %s\n| from | to | by what |\n|-|-|-|\n", title);
}

static char *
print_reference(void)
{
    GString *text = g_string_new(head);

#define PRINT(from, to, why) g_string_append(text, "| " #from " | " #to " | " why " |\n");
    print_table_head(text, "Of a request");
    KBNT_REQUEST_MOVE_TABLE(PRINT)
    print_table_head(text, "Of a resource");
    KBNT_RESOURCE_MOVE_TABLE(PRINT)
#undef PRINT
    return g_string_free(text, FALSE);
}

static void
the_reference_of_the_states_is_what_the_tables_print(void)
{
    g_autofree char *path = g_build_filename(g_getenv("KBNT_TEST_SRCDIR"), "docs", "reference",
                                             "states.md", NULL);
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
    KBNT_TEST(the_reference_of_the_states_is_what_the_tables_print),
};

int
main(int argc, char **argv)
{
    return kbnt_test_main("domain/states-reference", argc, argv, tests, G_N_ELEMENTS(tests));
}
