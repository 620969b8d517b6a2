/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Tests of what a command is given: options, operands, and what is wrong with them. */
#include "command.h"
#include "runner.h"

#define PARSE(command, ...) parse(command, (const char *const[]){ __VA_ARGS__, NULL })

static int
do_nothing(KbntInvocation *invocation)
{
    return KBNT_EXIT_DONE;
}

static const KbntOption options[] = {
    { "name", "NAME", "A name" },
    { "names", NULL, "A flag whose name begins like another" },
    { NULL, NULL, NULL },
};

static const KbntCommand command = { "try",         "ID [SECOND]", "Try",
                                     "More of it.", options,       do_nothing };
static const KbntCommand many = { "many", "ID…", "Many", NULL, NULL, do_nothing };

static KbntInvocation *
parse(const KbntCommand *which, const char *const *arguments)
{
    g_autoptr(GError) error = NULL;
    KbntInvocation *invocation = kbnt_invocation_new(which, arguments, &error);

    kbnt_assert_no_error(error);
    CU_ASSERT_PTR_NOT_NULL_FATAL(invocation);
    return invocation;
}

static void
check_refused(const KbntCommand *which, const char *const *arguments, const char *why)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(KbntInvocation) invocation = kbnt_invocation_new(which, arguments, &error);

    CU_ASSERT_PTR_NULL(invocation);
    CU_ASSERT(error && error->domain == G_OPTION_ERROR);
    kbnt_assert_string(error ? error->message : NULL, why);
}

static void
options_and_operands_come_in_any_order(void)
{
    g_autoptr(KbntInvocation) invocation = PARSE(&command, "--name", "a", "one", "--json",
                                                 "two");

    kbnt_assert_string(kbnt_invocation_get(invocation, "name"), "a");
    kbnt_assert_string(kbnt_invocation_operand(invocation, 0), "one");
    kbnt_assert_string(kbnt_invocation_operand(invocation, 1), "two");
    CU_ASSERT_PTR_NULL(kbnt_invocation_operand(invocation, 2));
    CU_ASSERT(kbnt_invocation_wants_json(invocation));
    CU_ASSERT(!kbnt_invocation_has(invocation, "names"));
}

static void
an_option_given_twice_has_both_values(void)
{
    g_autoptr(KbntInvocation) invocation = PARSE(&command, "--name=a", "x", "--name", "b=c");
    const char *const *values = kbnt_invocation_get_all(invocation, "name");

    kbnt_assert_string(values[0], "a");
    kbnt_assert_string(values[1], "b=c");
    CU_ASSERT_PTR_NULL(values[2]);
    kbnt_assert_string(kbnt_invocation_get(invocation, "name"), "b=c");
}

static void
behind_two_dashes_everything_is_an_operand(void)
{
    g_autoptr(KbntInvocation) invocation = PARSE(&command, "--", "--name", "--json");

    kbnt_assert_string(kbnt_invocation_operand(invocation, 0), "--name");
    kbnt_assert_int(kbnt_invocation_n_operands(invocation), 2);
    CU_ASSERT(!kbnt_invocation_wants_json(invocation));
}

static void
what_is_used_wrongly_is_named(void)
{
    check_refused(&command, (const char *const[]){ "x", "--nam", "a", NULL },
                  "'--nam' is not an option of this command");
    check_refused(&command, (const char *const[]){ "x", "--name", NULL },
                  "'--name' needs a value");
    check_refused(&command, (const char *const[]){ "x", "--json=yes", NULL },
                  "'--json=yes' takes no value");
    check_refused(&command, (const char *const[]){ "x", "-n", NULL },
                  "'-n' is not an option: options begin with two dashes");
    check_refused(&command, (const char *const[]){ NULL }, "'ID' is missing");
    check_refused(&command, (const char *const[]){ "a", "b", "c", NULL },
                  "'c' is one word too many");
}

static void
an_operand_with_dots_may_be_several(void)
{
    g_autoptr(KbntInvocation) invocation = PARSE(&many, "a", "b", "c");

    kbnt_assert_int(kbnt_invocation_n_operands(invocation), 3);
    check_refused(&many, (const char *const[]){ NULL }, "'ID…' is missing");
}

static void
who_asks_for_help_needs_no_operands(void)
{
    g_autoptr(KbntInvocation) whole = PARSE(&command, "--help");
    g_autoptr(KbntInvocation) brief = PARSE(&command, "-h");
    g_autofree char *help = kbnt_command_help(&command);

    CU_ASSERT(kbnt_invocation_wants_help(whole));
    CU_ASSERT(kbnt_invocation_wants_help(brief));
    kbnt_assert_contains(help, "Usage: kbntctl try ID [SECOND] [OPTION…]\n\nTry.\n");
    kbnt_assert_contains(help, "\nMore of it.\n");
    kbnt_assert_contains(help, "  --name NAME                A name\n");
    kbnt_assert_contains(help, "  --json ");
}

static void
the_api_is_where_the_option_the_environment_or_the_default_says(void)
{
    g_autoptr(KbntInvocation) by_option = PARSE(&command, "x", "--url", "http://a:1");
    g_autoptr(KbntInvocation) by_environment = PARSE(&command, "x");
    g_autoptr(KbntInvocation) by_default = PARSE(&command, "x");

    g_setenv("KBNT_URL", "http://b:2", TRUE);
    kbnt_assert_string(kbnt_client_place(kbnt_invocation_api(by_option)), "http://a:1");
    kbnt_assert_string(kbnt_client_place(kbnt_invocation_api(by_environment)), "http://b:2");
    g_unsetenv("KBNT_URL");
    kbnt_assert_string(kbnt_client_place(kbnt_invocation_api(by_default)),
                       "http://127.0.0.1:8080");
}

static void
check_commands(const KbntCommand *commands, GHashTable *names)
{
    for (; commands->name; commands++) {
        CU_ASSERT(g_hash_table_add(names, (gpointer)commands->name));
        CU_ASSERT(commands->run != NULL);
        CU_ASSERT(g_ascii_isupper(commands->summary[0]));
        CU_ASSERT(!g_str_has_suffix(commands->summary, "."));
        for (const KbntOption *option = commands->options; option && option->name; option++)
            CU_ASSERT(option->help && !g_str_has_suffix(option->help, "."));
    }
}

static void
each_command_has_a_name_of_its_own_and_one_sentence(void)
{
    g_autoptr(GHashTable) names = g_hash_table_new(g_str_hash, g_str_equal);

    check_commands(kbnt_request_commands, names);
    check_commands(kbnt_view_commands, names);
    check_commands(kbnt_operator_commands, names);
}

static const KbntTest tests[] = {
    KBNT_TEST(options_and_operands_come_in_any_order),
    KBNT_TEST(an_option_given_twice_has_both_values),
    KBNT_TEST(behind_two_dashes_everything_is_an_operand),
    KBNT_TEST(what_is_used_wrongly_is_named),
    KBNT_TEST(an_operand_with_dots_may_be_several),
    KBNT_TEST(who_asks_for_help_needs_no_operands),
    KBNT_TEST(the_api_is_where_the_option_the_environment_or_the_default_says),
    KBNT_TEST(each_command_has_a_name_of_its_own_and_one_sentence),
};

int
main(int argc, char **argv)
{
    return kbnt_test_main("cli/invocation", argc, argv, tests, G_N_ELEMENTS(tests));
}
