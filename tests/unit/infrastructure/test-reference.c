/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Tests of the printed reference: reference.c. */
#include "config.h"
#include "reference.h"
#include "runner.h"

#include <gio/gio.h>
#include <glib/gstdio.h>
#include <string.h>

typedef struct {
    gint64 wait_ms;
    char *name;
} Door;

static const KbntKey keys[] = {
    { .name = "wait",
      .type = KBNT_KEY_DURATION,
      .flags = KBNT_KEY_RELOADABLE,
      .offset = G_STRUCT_OFFSET(Door, wait_ms),
      .default_text = "1s",
      .minimum = "10ms",
      .maximum = "1h",
      .since = "1.0",
      .help = "How long the door stays open" },
    { .name = "name",
      .type = KBNT_KEY_STRING,
      .offset = G_STRUCT_OFFSET(Door, name),
      .default_text = ".front-door",
      .since = "1.1",
      .help = "What is written on it | or beside" },
};

static const KbntKeyTable table = KBNT_KEY_TABLE(Door, keys);
static const KbntReferenceSection section = { "door", "The way in", &table };

static void
the_example_shows_help_range_and_default_of_each_key(void)
{
    g_autofree char *text = kbnt_reference_example(&section, 1);

    kbnt_assert_contains(text, "\n# The way in\n[door]\n");
    kbnt_assert_contains(text, "\n# How long the door stays open\n# (");
    kbnt_assert_contains(text, "from 10ms to 1h; may change by SIGHUP; since 1.0)\n");
    kbnt_assert_contains(text, "\n#wait = 1s\n");
    kbnt_assert_contains(text, "\n#name = .front-door\n");
}

static void
the_example_is_a_configuration_once_its_keys_are_uncommented(void)
{
    g_autofree char *example = kbnt_reference_example(&section, 1);
    g_autoptr(GRegex) comment = g_regex_new("^#(?=\\w+ = )", G_REGEX_MULTILINE, 0, NULL);
    g_autofree char *text = g_regex_replace_literal(comment, example, -1, 0, "", 0, NULL);
    g_autofree char *path = NULL;
    g_autoptr(KbntConfig) config = kbnt_config_new();
    g_autoptr(GError) error = NULL;
    const Door *door;
    int file = g_file_open_tmp("kbnt-XXXXXX", &path, &error);

    kbnt_assert_no_error(error);
    g_close(file, NULL);
    g_file_set_contents(path, text, -1, &error);
    kbnt_assert_no_error(error);

    kbnt_config_read(config, path);
    door = kbnt_config_declare(config, "door", &table);
    kbnt_config_finish(config, &error);
    g_unlink(path);

    kbnt_assert_no_error(error);
    kbnt_assert_int(door->wait_ms, 1000);
    kbnt_assert_string(door->name, ".front-door");
}

static void
the_manual_escapes_what_its_macros_would_take(void)
{
    g_autofree char *text = kbnt_reference_manual(&section, 1);

    kbnt_assert_contains(text, "\n.SS [door]\nThe way in\n.TP\n\\fBwait\\fR = 1s\n");
    kbnt_assert_contains(text, "\\fBname\\fR = \\&.front\\-door\n");
}

static void
the_page_is_a_table_whose_cells_stay_whole(void)
{
    g_autofree char *text = kbnt_reference_markdown(&section, 1);

    kbnt_assert_contains(text, "\n## [door]\nThe way in.\n\n| key |");
    kbnt_assert_contains(text, "\n| `wait` | `1s` | How long the door stays open | a duration");
    kbnt_assert_contains(text, "| What is written on it \\| or beside |");
}

static const KbntTest tests[] = {
    KBNT_TEST(the_example_shows_help_range_and_default_of_each_key),
    KBNT_TEST(the_example_is_a_configuration_once_its_keys_are_uncommented),
    KBNT_TEST(the_manual_escapes_what_its_macros_would_take),
    KBNT_TEST(the_page_is_a_table_whose_cells_stay_whole),
};

int
main(int argc, char **argv)
{
    return kbnt_test_main("infrastructure/reference", argc, argv, tests, G_N_ELEMENTS(tests));
}
