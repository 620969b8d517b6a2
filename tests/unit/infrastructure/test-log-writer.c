/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Tests of the daemon's own log: one line of JSON a call, typed, without secrets. */
#include "log-writer.h"

#include "log-fields.h"
#include "runner.h"

#include <stdio.h>
#include <string.h>

typedef struct {
    FILE *file;
    KbntLogWriter *writer;
} Fixture;

static Fixture
fixture(void)
{
    Fixture self = { .file = tmpfile() };
    self.writer = kbnt_log_writer_new(KBNT_LOG_FORMAT_JSON, fileno(self.file));
    return self;
}

static void
fixture_clear(Fixture *self)
{
    kbnt_log_writer_free(self->writer);
    fclose(self->file);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(Fixture, fixture_clear)

/* Returns: (transfer full) (nullable): the first line, which must be all there is. */
static json_t *
read_line(Fixture *self)
{
    rewind(self->file);
    return json_loadf(self->file, JSON_REJECT_DUPLICATES, NULL);
}

static const char *
text_of(const json_t *line, const char *name)
{
    return json_string_value(json_object_get(line, name));
}

static KbntValue *
request_fields(void)
{
    KbntValue *fields = kbnt_value_new();
    kbnt_value_set_string(fields, KBNT_FIELD_REQUEST_ID, "req-1\n\"quoted\"");
    kbnt_value_set_string(fields, KBNT_FIELD_MESSAGE_ID, "m-1");
    kbnt_value_set_int(fields, KBNT_FIELD_SERVICE, KBNT_SERVICE_PRODUCER);
    kbnt_value_set_int(fields, KBNT_FIELD_LAYER, KBNT_LAYER_DOMAIN);
    kbnt_value_set_int(fields, KBNT_FIELD_TIMESTAMP, 1756549800123);
    kbnt_value_set_int(fields, KBNT_FIELD_ATTEMPTS, 3);
    kbnt_value_set_string(fields, KBNT_FIELD_USER_DATA, "password: hush");
    kbnt_value_append_string(fields, KBNT_FIELD_SSH_KEYS, "ssh-ed25519 hush");
    return fields;
}

static void
a_line_carries_its_fields_by_their_names_on_the_wire(void)
{
    g_auto(Fixture) self = fixture();
    g_autoptr(KbntValue) fields = request_fields();

    kbnt_log_writer_write(self.writer, KBNT_LOG_WARNING, "outbox", "store.sqlite", fields,
                          "the commit takes long; going on");

    json_t *line = read_line(&self);
    kbnt_assert_string(text_of(line, "level"), "warning");
    kbnt_assert_string(text_of(line, "topic"), "outbox");
    kbnt_assert_string(text_of(line, "plugin"), "store.sqlite");
    kbnt_assert_string(text_of(line, "text"), "the commit takes long; going on");
    kbnt_assert_string(text_of(line, "requestId"), "req-1\n\"quoted\"");
    kbnt_assert_string(text_of(line, "service"), "virtualization-producer-service");
    kbnt_assert_string(text_of(line, "layer"), "domain");
    kbnt_assert_string(text_of(line, "timestamp"), "2025-08-30T10:30:00.123Z");
    kbnt_assert_int(json_integer_value(json_object_get(line, "attempts")), 3);
    json_decref(line);
}

static void
secrets_are_in_no_line(void)
{
    g_auto(Fixture) self = fixture();
    g_autoptr(KbntValue) fields = request_fields();
    g_autoptr(KbntValue) outer = kbnt_value_new();
    kbnt_value_set_value(outer, KBNT_FIELD_SPECIFICATION, fields);
    g_autoptr(GPtrArray) pairs = g_ptr_array_new_with_free_func(g_free);

    kbnt_log_writer_write(self.writer, KBNT_LOG_INFO, "http", NULL, outer, "a request came");
    kbnt_log_fields_list(pairs, fields);

    json_t *line = read_line(&self);
    char *dump = json_dumps(line, 0);
    CU_ASSERT_PTR_NULL(strstr(dump, "hush"));
    for (guint i = 0; i < pairs->len; i++)
        CU_ASSERT_PTR_NULL(strstr(pairs->pdata[i], "hush"));
    free(dump);
    json_decref(line);
}

static void
the_journal_gets_names_of_its_own_kind(void)
{
    g_autoptr(KbntValue) fields = request_fields();
    g_autoptr(GPtrArray) pairs = g_ptr_array_new_with_free_func(g_free);

    kbnt_log_fields_list(pairs, fields);
    g_ptr_array_add(pairs, NULL);

    const char *const *list = (const char *const *)pairs->pdata;
    CU_ASSERT_TRUE(g_strv_contains(list, "KBNT_MESSAGE_ID=m-1"));
    CU_ASSERT_TRUE(g_strv_contains(list, "KBNT_ATTEMPTS=3"));
    CU_ASSERT_TRUE(g_strv_contains(list, "KBNT_LAYER=domain"));
}

static void
lines_below_the_level_are_left_out(void)
{
    g_auto(Fixture) self = fixture();

    kbnt_log_writer_write(self.writer, KBNT_LOG_DEBUG, "loop", NULL, NULL, "a turn");
    CU_ASSERT_PTR_NULL(read_line(&self));

    kbnt_log_writer_set_level(self.writer, KBNT_LOG_DEBUG);
    kbnt_log_writer_write(self.writer, KBNT_LOG_DEBUG, "loop", NULL, NULL, "a turn");
    json_t *line = read_line(&self);
    kbnt_assert_string(text_of(line, "level"), "debug");
    json_decref(line);
}

static void
an_error_is_told_with_its_code_and_cause(void)
{
    g_auto(Fixture) self = fixture();
    g_autoptr(GError) error = g_error_new_literal(KBNT_ERROR, KBNT_ERROR_STORE_FULL,
                                                  "the disk has no room");

    kbnt_log_writer_report(self.writer, KBNT_LOG_ERROR, "store", error, NULL,
                           "retrying in 5 s");

    json_t *line = read_line(&self);
    kbnt_assert_string(text_of(line, "code"), "STORE_FULL");
    kbnt_assert_string(text_of(line, "cause"), "the disk has no room");
    json_decref(line);
}

static void
a_log_without_a_reader_is_no_failure(void)
{
    g_autoptr(KbntLogWriter) writer = kbnt_log_writer_new(KBNT_LOG_FORMAT_JSON, -1);

    kbnt_log_writer_write(writer, KBNT_LOG_ERROR, "main", NULL, NULL, "nobody hears this");
}

static const KbntTest tests[] = {
    KBNT_TEST(a_line_carries_its_fields_by_their_names_on_the_wire),
    KBNT_TEST(secrets_are_in_no_line),
    KBNT_TEST(the_journal_gets_names_of_its_own_kind),
    KBNT_TEST(lines_below_the_level_are_left_out),
    KBNT_TEST(an_error_is_told_with_its_code_and_cause),
    KBNT_TEST(a_log_without_a_reader_is_no_failure),
};

int
main(int argc, char **argv)
{
    return kbnt_test_main("infrastructure/log-writer", argc, argv, tests, G_N_ELEMENTS(tests));
}
