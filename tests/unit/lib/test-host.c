/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Tests of KbntHost: what passes it on the way to the core's services. */
#include "host-private.h"
#include "runner.h"

typedef struct {
    KbntValue *fields;
    char *text;
} Line;

static void
keep_line(gpointer data, KbntLogLevel level, const char *topic, const KbntValue *fields,
          const char *text)
{
    Line *line = data;

    line->fields = fields ? kbnt_value_copy(fields) : NULL;
    line->text = g_strdup(text);
}

static const KbntHostServices services = { .log = keep_line };

static void
clear_line(Line *line)
{
    kbnt_value_unref(line->fields);
    g_free(line->text);
}

static void
a_host_knows_its_half_and_its_folder(void)
{
    g_autoptr(KbntHost) host = kbnt_host_new(&services, NULL, KBNT_HALF_CONSUMER, "/state");

    kbnt_assert_int(kbnt_host_half(host), KBNT_HALF_CONSUMER);
    kbnt_assert_string(kbnt_host_state_dir(host), "/state");
}

static void
no_secret_and_nothing_that_may_hide_one_reaches_the_log(void)
{
    Line line = { 0 };
    g_autoptr(KbntHost) host = kbnt_host_new(&services, &line, KBNT_HALF_ALL, "/state");
    g_autoptr(KbntValue) fields = kbnt_value_new();

    kbnt_value_set_string(fields, KBNT_FIELD_REQUEST_ID, "req-1");
    kbnt_value_set_string(fields, KBNT_FIELD_USER_DATA, "password: x");
    kbnt_value_append_string(fields, KBNT_FIELD_SSH_KEYS, "ssh-ed25519 AAAA");
    kbnt_value_take_value(fields, KBNT_FIELD_SPECIFICATION, kbnt_value_new());
    kbnt_host_log(host, KBNT_LOG_INFO, "test", fields, "A line");

    kbnt_assert_string(line.text, "A line");
    kbnt_assert_int(kbnt_value_n_fields(line.fields), 1);
    kbnt_assert_string(kbnt_value_get_string(line.fields, KBNT_FIELD_REQUEST_ID), "req-1");
    kbnt_assert_int(kbnt_value_n_fields(fields), 4);
    clear_line(&line);
}

static void
a_line_may_have_no_fields(void)
{
    Line line = { 0 };
    g_autoptr(KbntHost) host = kbnt_host_new(&services, &line, KBNT_HALF_ALL, "/state");

    kbnt_host_log(host, KBNT_LOG_INFO, "test", NULL, "A line");

    CU_ASSERT_PTR_NULL(line.fields);
    clear_line(&line);
}

static const KbntTest tests[] = {
    KBNT_TEST(a_host_knows_its_half_and_its_folder),
    KBNT_TEST(no_secret_and_nothing_that_may_hide_one_reaches_the_log),
    KBNT_TEST(a_line_may_have_no_fields),
};

int
main(int argc, char **argv)
{
    return kbnt_test_main("lib/host", argc, argv, tests, G_N_ELEMENTS(tests));
}
