/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Tests of the serial numbers of machines. */
#include "fake-ports.h"
#include "runner.h"
#include "serials.h"

#define BLOCK 16
#define NEW_YEAR_MS G_GINT64_CONSTANT(1767225600000) /* 2026-01-01 UTC */

typedef struct {
    FakePorts *fake;
    FakeCalls *commands;
    KbntSerials *serials;
    GString *answers;
} Fixture;

static Fixture *
fixture_new(void)
{
    Fixture *fixture = g_new0(Fixture, 1);

    fixture->fake = fake_ports_new(TRUE);
    fixture->commands = fake_ports_commands(fixture->fake);
    fixture->serials = kbnt_serials_new(fake_ports_get(fixture->fake));
    fixture->answers = g_string_new(NULL);
    return fixture;
}

static void
fixture_free(Fixture *fixture)
{
    kbnt_serials_free(fixture->serials);
    fake_ports_free(fixture->fake);
    g_string_free(fixture->answers, TRUE);
    g_free(fixture);
}

G_DEFINE_AUTOPTR_CLEANUP_FUNC(Fixture, fixture_free)

static void
note_answer(const char *vm_id, const GError *error, gpointer data)
{
    const char *text = error != NULL ? kbnt_error_code_name(error->code) : vm_id;

    g_string_append_printf(((Fixture *)data)->answers, "%s ", text);
}

static void
take(Fixture *fixture, gint64 timestamp_ms)
{
    kbnt_serials_take(fixture->serials, timestamp_ms, note_answer, fixture);
}

static void
answer_block(Fixture *fixture, gint64 first)
{
    g_autoptr(KbntValue) block = kbnt_value_new();

    kbnt_value_set_int(block, KBNT_FIELD_POSITION, first);
    fake_calls_complete(fixture->commands, block);
}

static void
a_block_is_asked_for_by_the_day(void)
{
    g_autoptr(Fixture) fixture = fixture_new();

    take(fixture, NEW_YEAR_MS - 1);

    kbnt_assert_int(fake_calls_verb(fixture->commands, 0), KBNT_STORE_TAKE_SERIALS);
    KbntValue *argument = fake_calls_argument(fixture->commands, 0);
    kbnt_assert_string(kbnt_value_get_string(argument, KBNT_FIELD_NAME), "20251231");
    kbnt_assert_int(kbnt_value_get_int(argument, KBNT_FIELD_COUNT), BLOCK);
}

static void
one_block_serves_many(void)
{
    g_autoptr(Fixture) fixture = fixture_new();

    take(fixture, NEW_YEAR_MS);
    answer_block(fixture, 17);
    for (guint i = 1; i < BLOCK; i++)
        take(fixture, NEW_YEAR_MS);

    kbnt_assert_int(fake_calls_length(fixture->commands), 0);
    kbnt_assert_contains(fixture->answers->str, "VM-KBNT-20260101-017 VM-KBNT-20260101-018 ");
    CU_ASSERT(g_str_has_suffix(fixture->answers->str, " VM-KBNT-20260101-032 "));
}

static void
a_block_that_is_used_up_is_followed_by_another(void)
{
    g_autoptr(Fixture) fixture = fixture_new();

    take(fixture, NEW_YEAR_MS);
    answer_block(fixture, 1);
    for (guint i = 0; i < BLOCK; i++)
        take(fixture, NEW_YEAR_MS);
    kbnt_assert_int(fake_calls_length(fixture->commands), 1);
    answer_block(fixture, 40);

    CU_ASSERT(
        g_str_has_suffix(fixture->answers->str, " VM-KBNT-20260101-016 VM-KBNT-20260101-040 "));
}

static void
a_new_day_takes_a_new_block(void)
{
    g_autoptr(Fixture) fixture = fixture_new();

    take(fixture, NEW_YEAR_MS - 1);
    answer_block(fixture, 90);
    take(fixture, NEW_YEAR_MS);
    kbnt_assert_int(fake_calls_length(fixture->commands), 1);
    answer_block(fixture, 1);

    kbnt_assert_string(fixture->answers->str, "VM-KBNT-20251231-090 VM-KBNT-20260101-001 ");
}

static void
answers_come_in_the_order_asked(void)
{
    g_autoptr(Fixture) fixture = fixture_new();

    take(fixture, NEW_YEAR_MS);
    take(fixture, NEW_YEAR_MS - 1);
    take(fixture, NEW_YEAR_MS);
    kbnt_assert_int(fake_calls_length(fixture->commands), 1);
    answer_block(fixture, 1);
    answer_block(fixture, 90);
    answer_block(fixture, 17);

    kbnt_assert_string(fixture->answers->str, "VM-KBNT-20260101-001 VM-KBNT-20251231-090 "
                                              "VM-KBNT-20260101-017 ");
}

static void
a_store_that_fails_is_told_to_one_and_asked_again_for_the_next(void)
{
    g_autoptr(Fixture) fixture = fixture_new();

    take(fixture, NEW_YEAR_MS);
    take(fixture, NEW_YEAR_MS);
    fake_calls_fail(fixture->commands, KBNT_ERROR_STORE_FULL);
    answer_block(fixture, 1);

    kbnt_assert_string(fixture->answers->str, "STORE_FULL VM-KBNT-20260101-001 ");
}

static const KbntTest tests[] = {
    KBNT_TEST(a_block_is_asked_for_by_the_day),
    KBNT_TEST(one_block_serves_many),
    KBNT_TEST(a_block_that_is_used_up_is_followed_by_another),
    KBNT_TEST(a_new_day_takes_a_new_block),
    KBNT_TEST(answers_come_in_the_order_asked),
    KBNT_TEST(a_store_that_fails_is_told_to_one_and_asked_again_for_the_next),
};

int
main(int argc, char **argv)
{
    return kbnt_test_main("application/serials", argc, argv, tests, G_N_ELEMENTS(tests));
}
