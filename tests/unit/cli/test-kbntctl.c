/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Tests of the program, as far as no daemon is needed. */
#include "runner.h"

#include <glib/gstdio.h>
#include <string.h>
#include <sys/stat.h>

/* Nobody listens there: port 1 of loopback. */
#define NOBODY "http://127.0.0.1:1"

#define RUN(out, err, ...) run(out, err, (const char *[]){ __VA_ARGS__, NULL })

static int
run(char **ret_out, char **ret_err, const char *const *arguments)
{
    g_autoptr(GPtrArray) words = g_ptr_array_new();
    g_autofree char *program = g_build_filename(g_getenv("KBNT_TEST_BUILDDIR"), "cli",
                                                "kbntctl", NULL);
    g_autoptr(GError) error = NULL;
    int status = -1;

    g_ptr_array_add(words, program);
    for (; *arguments; arguments++)
        g_ptr_array_add(words, (gpointer)*arguments);
    g_ptr_array_add(words, NULL);
    g_spawn_sync(NULL, (char **)words->pdata, NULL, G_SPAWN_DEFAULT, NULL, NULL, ret_out,
                 ret_err, &status, &error);
    kbnt_assert_no_error(error);
    return WEXITSTATUS(status);
}

static void
help_goes_to_standard_output_and_is_no_failure(void)
{
    g_autofree char *out = NULL;
    g_autofree char *err = NULL;
    g_autofree char *own = NULL;

    kbnt_assert_int(RUN(&out, &err, "--help"), 0);
    kbnt_assert_int(RUN(&own, NULL, "help", "dlq", "show"), 0);

    kbnt_assert_contains(out, "  demo ");
    kbnt_assert_string(err, "");
    kbnt_assert_contains(own, "Usage: kbntctl dlq show NUMBER");
}

static void
the_reference_is_what_the_program_prints(void)
{
    g_autofree char *file = g_build_filename(g_getenv("KBNT_TEST_SRCDIR"), "docs", "reference",
                                             "kbntctl.md", NULL);
    g_autofree char *committed = NULL;
    g_autofree char *printed = NULL;

    kbnt_assert_int(RUN(&printed, NULL, "help", "--all"), 0);
    g_file_get_contents(file, &committed, NULL, NULL);

    /* Else: cli/kbntctl help --all > docs/reference/kbntctl.md */
    CU_ASSERT(g_strcmp0(printed, committed) == 0);
}

static void
what_is_used_wrongly_ends_with_two(void)
{
    g_autofree char *none = NULL;
    g_autofree char *unknown = NULL;
    g_autofree char *family = NULL;
    g_autofree char *option = NULL;

    kbnt_assert_int(RUN(NULL, &none, "nothing-like-it"), 2);
    kbnt_assert_int(RUN(NULL, &family, "dlq"), 2);
    kbnt_assert_int(RUN(NULL, &option, "list", "--bogus"), 2);
    kbnt_assert_int(RUN(NULL, &unknown, "submit", "container"), 2);

    kbnt_assert_contains(none, "there is no command 'nothing-like-it'");
    kbnt_assert_contains(family, "there is no command 'dlq' alone, say which one");
    kbnt_assert_contains(family, "dlq redrive");
    kbnt_assert_contains(option, "'--bogus' is not an option of this command; see 'kbntctl "
                                 "list --help'");
    kbnt_assert_contains(unknown, "'container' is not one of the verbs");
}

static void
options_of_every_command_may_stand_before_it(void)
{
    g_autofree char *list = NULL;
    g_autofree char *help = NULL;
    g_autofree char *foreign = NULL;
    g_autofree char *alone = NULL;

    kbnt_assert_int(RUN(NULL, &list, "--json", "--url", NOBODY, "list"), 1);
    kbnt_assert_int(RUN(&help, NULL, "--url=" NOBODY, "dlq", "show", "--help"), 0);
    kbnt_assert_int(RUN(NULL, &foreign, "--limit", "3", "list"), 2);
    kbnt_assert_int(RUN(NULL, &alone, "--url", NOBODY), 2);

    kbnt_assert_contains(list, "no kbnt answers at '" NOBODY "'");
    kbnt_assert_contains(help, "Usage: kbntctl dlq show NUMBER");
    kbnt_assert_contains(foreign, "'--limit' stands where the command should");
    kbnt_assert_contains(alone, "Usage: kbntctl COMMAND");
}

static void
without_a_daemon_it_says_where_it_looked_and_what_to_do(void)
{
    g_autofree char *list = NULL;
    g_autofree char *watch = NULL;
    g_autofree char *letters = NULL;

    kbnt_assert_int(RUN(NULL, &list, "list", "--url", NOBODY), 1);
    kbnt_assert_int(RUN(NULL, &watch, "watch", "req-1", "--url", NOBODY), 1);
    kbnt_assert_int(RUN(NULL, &letters, "dlq", "list", "--socket", "/nowhere/all.sock"), 1);

    kbnt_assert_contains(list, "no kbnt answers at '" NOBODY "'");
    kbnt_assert_contains(list, "systemctl start kbnt");
    kbnt_assert_contains(watch, "no kbnt answers at '" NOBODY "'");
    kbnt_assert_contains(letters, "no kbnt answers at '/nowhere/all.sock'");
}

static void
the_doctor_finds_the_daemon_missing(void)
{
    g_autofree char *out = NULL;
    g_autofree char *json = NULL;

    kbnt_assert_int(RUN(&out, NULL, "doctor", "--url", NOBODY), 1);
    kbnt_assert_int(RUN(&json, NULL, "doctor", "--json", "--url", NOBODY), 1);

    kbnt_assert_contains(out, "FAIL daemon");
    kbnt_assert_contains(json, "\"status\": \"failed\"");
}

/* Returns: (transfer full): the lines of a file of keys. */
static char **
lines_of(const char *file)
{
    g_autofree char *text = NULL;

    CU_ASSERT_FATAL(g_file_get_contents(file, &text, NULL, NULL));
    return g_strsplit(text, "\n", -1);
}

static void
rotation_puts_a_new_key_first_and_keeps_the_one_before(void)
{
    g_autofree char *folder = g_dir_make_tmp("kbnt-XXXXXX", NULL);
    g_autofree char *file = g_build_filename(folder, "signing.keys", NULL);
    g_autofree char *out = NULL;
    g_autofree char *second_out = NULL;
    g_autofree char *third_out = NULL;
    g_autofree char *err = NULL;
    struct stat info = { 0 };

    kbnt_assert_int(RUN(&out, NULL, "keys", "new", "--file", file), 0);
    g_auto(GStrv) first = lines_of(file);
    kbnt_assert_int(RUN(&second_out, NULL, "keys", "rotate", "--file", file), 0);
    kbnt_assert_int(RUN(&third_out, NULL, "keys", "rotate", "--file", file), 0);
    g_auto(GStrv) third = lines_of(file);
    kbnt_assert_int(RUN(NULL, &err, "keys", "new", "--file", file), 1);
    stat(file, &info);

    kbnt_assert_int(g_strv_length(first), 2);
    kbnt_assert_int(g_strv_length(third), 3);
    CU_ASSERT(!g_strv_contains((const char *const *)third, first[0]));
    kbnt_assert_int(strlen(strchr(third[0], ':')), 65);
    kbnt_assert_int(info.st_mode & 0777, 0600);
    kbnt_assert_contains(out, "signs from");
    kbnt_assert_contains(err, "File exists");
    g_remove(file);
    g_rmdir(folder);
}

/* Returns: (transfer full): the keys of a file, without its comments. */
static GPtrArray *
keys_of(const char *file)
{
    GPtrArray *keys = g_ptr_array_new_with_free_func(g_free);
    g_auto(GStrv) lines = lines_of(file);

    for (guint i = 0; lines[i]; i++)
        if (*lines[i] != '\0' && *lines[i] != '#')
            g_ptr_array_add(keys, g_strdup(lines[i]));
    return keys;
}

static void
a_staged_key_verifies_first_and_signs_after_the_next_rotation(void)
{
    g_autofree char *folder = g_dir_make_tmp("kbnt-XXXXXX", NULL);
    g_autofree char *file = g_build_filename(folder, "signing.keys", NULL);
    g_autofree char *err = NULL;

    kbnt_assert_int(RUN(NULL, NULL, "keys", "new", "--file", file), 0);
    g_autoptr(GPtrArray) before = keys_of(file);
    kbnt_assert_int(RUN(NULL, NULL, "keys", "rotate", "--stage", "--file", file), 0);
    g_autoptr(GPtrArray) staged = keys_of(file);
    kbnt_assert_int(RUN(NULL, &err, "keys", "rotate", "--stage", "--file", file), 1);
    kbnt_assert_int(RUN(NULL, NULL, "keys", "rotate", "--file", file), 0);
    g_autoptr(GPtrArray) rotated = keys_of(file);

    kbnt_assert_int(staged->len, 2);
    kbnt_assert_string(staged->pdata[0], before->pdata[0]);
    kbnt_assert_contains(err, "has a staged key already");
    kbnt_assert_int(rotated->len, 2);
    kbnt_assert_string(rotated->pdata[0], staged->pdata[1]);
    kbnt_assert_string(rotated->pdata[1], before->pdata[0]);
    g_remove(file);
    g_rmdir(folder);
}

static const KbntTest tests[] = {
    KBNT_TEST(help_goes_to_standard_output_and_is_no_failure),
    KBNT_TEST(the_reference_is_what_the_program_prints),
    KBNT_TEST(what_is_used_wrongly_ends_with_two),
    KBNT_TEST(options_of_every_command_may_stand_before_it),
    KBNT_TEST(without_a_daemon_it_says_where_it_looked_and_what_to_do),
    KBNT_TEST(the_doctor_finds_the_daemon_missing),
    KBNT_TEST(rotation_puts_a_new_key_first_and_keeps_the_one_before),
    KBNT_TEST(a_staged_key_verifies_first_and_signs_after_the_next_rotation),
};

int
main(int argc, char **argv)
{
    return kbnt_test_main("cli/kbntctl", argc, argv, tests, G_N_ELEMENTS(tests));
}
