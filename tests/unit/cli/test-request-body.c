/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Tests of how words become the body of a request. */
#include "request-body.h"
#include "runner.h"

#include <glib/gstdio.h>
#include <stdlib.h>

#define READ(...) read_words((const char *const[]){ __VA_ARGS__, NULL })

static const KbntCommand command = { "submit", "[WHAT] [ID] [ID]",  "Submit",
                                     NULL,     kbnt_submit_options, NULL };

/* Returns: (transfer full): the body in JSON, or why there is none. */
static char *
read_words(const char *const *words)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(KbntInvocation) invocation = kbnt_invocation_new(&command, words, &error);
    json_t *body = invocation ? kbnt_request_body_read(invocation, &error) : NULL;
    char *text = body ? json_dumps(body, JSON_COMPACT | JSON_SORT_KEYS) : NULL;
    char *copy = g_strdup(text ? text : error->message);

    free(text);
    json_decref(body);
    return copy;
}

static void
a_machine_is_told_by_its_options(void)
{
    g_autofree char *body = READ("machine", "--cpu", "4", "--memory", "8GB", "--disk",
                                 "100GB SSD", "--network", "vlan-100", "--ssh-key", "k1",
                                 "--ssh-key", "k2", "--name", "vm-1", "--priority", "HIGH");

    kbnt_assert_string(
        body, "{\"metadata\":{\"priority\":\"HIGH\"},\"resourceId\":\"vm-1\","
              "\"specifications\":{\"cpu\":4,\"disk\":\"100GB SSD\",\"memory\":\"8GB\","
              "\"network\":\"vlan-100\",\"sshKeys\":[\"k1\",\"k2\"]},"
              "\"type\":\"CREATE_VIRTUAL_MACHINE\"}");
}

static void
a_verb_takes_the_ids_that_stand_behind_it(void)
{
    g_autofree char *stop = READ("stop", "VM-1", "--force");
    g_autofree char *attach = READ("attach", "VM-1", "STOR-1");
    g_autofree char *by_type = READ("DELETE_RESOURCE", "NET-1");

    kbnt_assert_contains(stop, "\"specifications\":{\"force\":true,\"virtualResourceId\":"
                               "\"VM-1\"},\"type\":\"STOP_VIRTUAL_MACHINE\"");
    kbnt_assert_contains(attach, "{\"storageId\":\"STOR-1\",\"virtualResourceId\":\"VM-1\"}");
    kbnt_assert_contains(by_type, "\"type\":\"DELETE_RESOURCE\"");
}

static void
a_network_without_dhcp_says_so(void)
{
    g_autofree char *body = READ("network", "--subnet", "10.0.1.0/24", "--vlan", "200",
                                 "--no-dhcp");

    kbnt_assert_contains(body, "{\"dhcp\":false,\"subnet\":\"10.0.1.0/24\",\"vlan\":200}");
}

static void
a_number_that_is_none_is_left_to_the_server(void)
{
    g_autofree char *body = READ("machine", "--cpu", "4 cores");

    kbnt_assert_contains(body, "\"cpu\":\"4 cores\"");
}

static void
what_is_missing_or_too_much_is_said(void)
{
    g_autofree char *nothing = READ("--cpu", "4");
    g_autofree char *unknown = READ("container");
    g_autofree char *no_id = READ("start");
    g_autofree char *one_id = READ("attach", "VM-1");
    g_autofree char *more = READ("machine", "VM-1");
    g_autofree char *both = READ("machine", "--file", "x.json");

    kbnt_assert_string(nothing, "WHAT is missing");
    kbnt_assert_contains(unknown, "is not one of the verbs");
    kbnt_assert_string(no_id, "one ID is needed");
    kbnt_assert_string(one_id, "MACHINE and STORAGE are needed");
    kbnt_assert_string(more, "there is a word too many");
    kbnt_assert_string(both, "with --file nothing else says what is asked for");
}

static void
a_file_that_is_not_json_is_named_with_its_line(void)
{
    g_autofree char *folder = g_dir_make_tmp("kbnt-XXXXXX", NULL);
    g_autofree char *file = g_build_filename(folder, "body.json", NULL);
    g_autofree char *body = NULL;

    g_file_set_contents(file, "{\n\"type\": 1,\n\"type\": 2}", -1, NULL);
    body = READ("--file", file);

    kbnt_assert_contains(body, "body.json', line 3: duplicate object key");
    g_remove(file);
    g_rmdir(folder);
}

/* Returns: (transfer full): the body that asks again, or why there is none. */
static char *
again(const char *specification, const char *const *words)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(KbntInvocation) invocation = kbnt_invocation_new(&command, words, &error);
    json_t *request = json_pack("{s:s, s:s, s:o*}", "type", "CREATE_VIRTUAL_MACHINE", "userId",
                                "u", "specification", json_loads(specification, 0, NULL));
    json_t *body = kbnt_request_body_again(invocation, request, &error);
    char *text = body ? json_dumps(body, JSON_COMPACT | JSON_SORT_KEYS) : NULL;
    char *copy = g_strdup(text ? text : error->message);

    free(text);
    json_decref(body);
    json_decref(request);
    return copy;
}

static void
asking_again_turns_the_view_back_into_a_request(void)
{
    static const char shown[] = "{\"cpu\": 4, \"memoryMb\": 8192, \"diskMb\": 102400, "
                                "\"diskClass\": \"ssd\", \"network\": \"vlan-100\", "
                                "\"vlan\": 100, \"networkId\": \"x\"}";
    g_autofree char *body = again(shown, (const char *const[]){ "--cpu", "8", NULL });

    kbnt_assert_string(body, "{\"metadata\":{\"userId\":\"u\"},\"specifications\":{\"cpu\":8,"
                             "\"disk\":\"102400MB ssd\",\"memory\":\"8192MB\",\"network\":"
                             "\"vlan-100\"},\"type\":\"CREATE_VIRTUAL_MACHINE\"}");
}

static void
a_secret_must_be_given_again(void)
{
    static const char shown[] = "{\"cpu\": 4, \"sshKeysSha256\": [\"5b\"]}";
    g_autofree char *without = again(shown, (const char *const[]){ NULL });
    g_autofree char *with = again(shown, (const char *const[]){ "--ssh-key", "k", NULL });
    g_autofree char *nothing = again("null", (const char *const[]){ NULL });

    kbnt_assert_contains(without, "give --ssh-key again");
    kbnt_assert_contains(with, "{\"cpu\":4,\"sshKeys\":[\"k\"]}");
    kbnt_assert_contains(nothing, "does not say any more");
}

static const KbntTest tests[] = {
    KBNT_TEST(a_machine_is_told_by_its_options),
    KBNT_TEST(a_verb_takes_the_ids_that_stand_behind_it),
    KBNT_TEST(a_network_without_dhcp_says_so),
    KBNT_TEST(a_number_that_is_none_is_left_to_the_server),
    KBNT_TEST(what_is_missing_or_too_much_is_said),
    KBNT_TEST(a_file_that_is_not_json_is_named_with_its_line),
    KBNT_TEST(asking_again_turns_the_view_back_into_a_request),
    KBNT_TEST(a_secret_must_be_given_again),
};

int
main(int argc, char **argv)
{
    return kbnt_test_main("cli/request-body", argc, argv, tests, G_N_ELEMENTS(tests));
}
