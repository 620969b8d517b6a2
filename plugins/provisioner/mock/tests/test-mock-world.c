/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Tests of the file that the mock keeps its world in. */
#include "contract-parts.h"

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>

static char *
world_path(Contract *contract)
{
    return g_build_filename(fake_host_state_dir(contract->host), "world.jsonl", NULL);
}

static char *
read_world(Contract *contract)
{
    g_autofree char *path = world_path(contract);
    g_autoptr(GError) error = NULL;
    char *text = NULL;

    g_file_get_contents(path, &text, NULL, &error);
    kbnt_assert_no_error(error);
    return text;
}

static void
append_to_world(Contract *contract, const char *text)
{
    g_autofree char *path = world_path(contract);
    FILE *file = fopen(path, "a");

    g_assert(file);
    fputs(text, file);
    fclose(file);
}

static void
the_file_holds_what_was_made_and_no_secret(void)
{
    g_autoptr(Contract) contract = contract_open();
    g_auto(Resource) machine = resource_new(contract, KBNT_RESOURCE_TYPE_VIRTUAL_MACHINE);
    g_autofree char *text = NULL;

    resource_build_machine(contract, &machine);
    text = read_world(contract);

    kbnt_assert_contains(text, "{\"world\":\"kbnt-mock\",\"version\":1}\n");
    kbnt_assert_contains(text, machine.part_id);
    CU_ASSERT_PTR_NULL(strstr(text, "secret"));
}

static void
texts_that_json_must_escape_come_back_as_they_were(void)
{
    static const char user[] = "o\"neil\\ \n\x01 caf\xc3\xa9";
    g_autoptr(Contract) contract = contract_open();
    const KbntProvisionerOps *ops = contract_ops(contract);
    g_auto(Resource) volume = resource_new(contract, KBNT_RESOURCE_TYPE_VIRTUAL_STORAGE);
    g_autoptr(KbntValue) argument = resource_argument(&volume, KBNT_PART_VOLUME);
    g_autoptr(KbntValue) made = NULL;
    g_autoptr(KbntValue) found = NULL;
    g_autoptr(Contract) second = NULL;

    kbnt_value_set_string(argument, KBNT_FIELD_USER_ID, user);
    made = contract_call(contract, ops->ensure, argument);
    contract_stop(contract);
    second = contract_open_again(contract);
    found = resource_inspect(second, &volume, KBNT_PART_VOLUME);

    CU_ASSERT(found && kbnt_value_equal(found, made));
    kbnt_assert_string(kbnt_value_get_string(found, KBNT_FIELD_USER_ID), user);
}

static void
a_torn_last_line_is_cut_off(void)
{
    g_autoptr(Contract) contract = contract_open();
    g_auto(Resource) volume = resource_new(contract, KBNT_RESOURCE_TYPE_VIRTUAL_STORAGE);
    g_autoptr(KbntValue) made = resource_ensure(contract, &volume, KBNT_PART_VOLUME);
    g_autofree char *before = read_world(contract);
    g_autofree char *after = NULL;
    g_autoptr(Contract) second = NULL;
    g_autoptr(KbntValue) found = NULL;

    contract_stop(contract);
    append_to_world(contract, "{\"op\":\"put\",\"part\":\"vol");
    second = contract_open_again(contract);
    found = resource_inspect(second, &volume, KBNT_PART_VOLUME);
    after = read_world(contract);

    CU_ASSERT(found && kbnt_value_equal(found, made));
    kbnt_assert_string(after, before);
}

static void
a_damaged_line_refuses_to_start_and_is_named(void)
{
    g_autoptr(Contract) contract = contract_open();
    g_autoptr(GError) error = NULL;

    contract_stop(contract);
    append_to_world(contract, "{\"op\":\"dance\"}\n");
    CU_ASSERT_FALSE(contract_start(contract, &error));

    kbnt_assert_error(error, KBNT_ERROR, KBNT_ERROR_STORE_CORRUPT);
    kbnt_assert_contains(error->message, "world.jsonl' line 2");
}

static void
the_file_is_written_anew_before_it_is_mostly_history(void)
{
    enum { N_VOLUMES = 6000 };
    const char *const more[] = { "latency_factor=0", NULL };
    g_autoptr(Contract) contract = contract_open_with(more);
    g_auto(Resource) kept = resource_new(contract, KBNT_RESOURCE_TYPE_VIRTUAL_STORAGE);
    g_auto(Resource) volume = resource_new(contract, KBNT_RESOURCE_TYPE_VIRTUAL_STORAGE);
    g_autoptr(Contract) second = NULL;
    g_autoptr(KbntValue) found = NULL;
    g_autofree char *text = NULL;
    guint n_lines = 0;

    kbnt_value_unref(resource_ensure(contract, &kept, KBNT_PART_VOLUME));
    for (guint i = 0; i < N_VOLUMES / 2; i++) {
        kbnt_value_unref(resource_ensure(contract, &volume, KBNT_PART_VOLUME));
        resource_remove(contract, &volume, KBNT_PART_VOLUME);
    }
    text = read_world(contract);
    for (const char *at = text; (at = strchr(at, '\n')); at++)
        n_lines++;
    CU_ASSERT(n_lines < N_VOLUMES - 1000);

    contract_stop(contract);
    second = contract_open_again(contract);
    found = resource_inspect(second, &kept, KBNT_PART_VOLUME);
    CU_ASSERT_PTR_NOT_NULL(found);
}

/* A limit on the size of files stands in for a disk that is full. */
static void
a_full_disk_fails_the_call_and_leaves_the_world_whole(void)
{
    struct rlimit unlimited;
    struct rlimit limited;
    g_autoptr(Contract) contract = contract_open();
    g_auto(Resource) volume = resource_new(contract, KBNT_RESOURCE_TYPE_VIRTUAL_STORAGE);
    g_autoptr(GError) error = NULL;
    g_autofree char *before = read_world(contract);
    g_autofree char *after = NULL;

    signal(SIGXFSZ, SIG_IGN);
    g_assert(getrlimit(RLIMIT_FSIZE, &unlimited) == 0);
    limited = unlimited;
    limited.rlim_cur = strlen(before) + 20;
    g_assert(setrlimit(RLIMIT_FSIZE, &limited) == 0);
    error = resource_try(contract, &volume, KBNT_PART_VOLUME);
    g_assert(setrlimit(RLIMIT_FSIZE, &unlimited) == 0);
    after = read_world(contract);

    kbnt_assert_error(error, KBNT_ERROR, KBNT_ERROR_PROVISIONER_UNAVAILABLE);
    kbnt_assert_string(after, before);
    kbnt_value_unref(resource_ensure(contract, &volume, KBNT_PART_VOLUME));
}

static void
a_flushed_world_answers_like_any_other(void)
{
    const char *const more[] = { "latency_factor=0", "sync=true", NULL };
    g_autoptr(Contract) contract = contract_open_with(more);
    g_auto(Resource) machine = resource_new(contract, KBNT_RESOURCE_TYPE_VIRTUAL_MACHINE);

    resource_build_machine(contract, &machine);
    resource_remove_all(contract, &machine);
}

static const KbntTest tests[] = {
    KBNT_TEST(the_file_holds_what_was_made_and_no_secret),
    KBNT_TEST(texts_that_json_must_escape_come_back_as_they_were),
    KBNT_TEST(a_torn_last_line_is_cut_off),
    KBNT_TEST(a_damaged_line_refuses_to_start_and_is_named),
    KBNT_TEST(the_file_is_written_anew_before_it_is_mostly_history),
    KBNT_TEST(a_full_disk_fails_the_call_and_leaves_the_world_whole),
    KBNT_TEST(a_flushed_world_answers_like_any_other),
};

int
main(int argc, char **argv)
{
    static char *const arguments[] = { (char *)"latency_factor=0.05", NULL };

    contract_load_built("provisioner", "mock", arguments);
    return kbnt_test_main("plugins/mock-world", argc, argv, tests, G_N_ELEMENTS(tests));
}
