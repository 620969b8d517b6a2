/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Tests of KbntTask: it ends once, later, on the loop thread, whatever its owner does. */
#include "fake-host.h"
#include "runner.h"

#include <kbnt/kbnt-host.h>

/* What an asker hears. */
typedef struct {
    guint n_ends;
    KbntValue *result;
    GError *error;
    GThread *thread;
} Ear;

static void
hear(KbntValue *result, const GError *error, gpointer data)
{
    Ear *ear = data;

    ear->n_ends++;
    ear->thread = g_thread_self();
    if (result)
        ear->result = kbnt_value_ref(result);
    if (error)
        ear->error = g_error_copy(error);
}

static gboolean
has_heard(gpointer data)
{
    return ((Ear *)data)->n_ends > 0;
}

static void
clear_ear(Ear *ear)
{
    kbnt_value_unref(ear->result);
    g_clear_error(&ear->error);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(Ear, clear_ear)

static void
a_task_carries_what_its_asker_said(void)
{
    g_autoptr(FakeHost) host = fake_host_new(KBNT_HALF_ALL);
    g_autoptr(KbntValue) argument = kbnt_value_new();
    KbntTask *task = kbnt_task_new(fake_host_get(host), 7, argument, NULL, NULL);

    kbnt_task_set_key(task, "key-1");
    kbnt_task_set_deadline_us(task, 1234);

    kbnt_assert_int(kbnt_task_verb(task), 7);
    CU_ASSERT(kbnt_task_argument(task) == argument);
    kbnt_assert_string(kbnt_task_key(task), "key-1");
    kbnt_assert_int(kbnt_task_deadline_us(task), 1234);
    kbnt_task_complete(task, NULL);
    fake_host_settle(host);
}

static void
the_asker_hears_later_and_never_inside_the_call(void)
{
    g_autoptr(FakeHost) host = fake_host_new(KBNT_HALF_ALL);
    g_auto(Ear) ear = { 0 };
    KbntTask *task = kbnt_task_new(fake_host_get(host), 0, NULL, hear, &ear);
    KbntValue *result = kbnt_value_new();

    kbnt_value_set_int(result, KBNT_FIELD_COUNT, 3);
    kbnt_task_complete(task, result);
    kbnt_assert_int(ear.n_ends, 0);
    fake_host_settle(host);

    kbnt_assert_int(ear.n_ends, 1);
    kbnt_assert_int(kbnt_value_get_int(ear.result, KBNT_FIELD_COUNT), 3);
    CU_ASSERT_PTR_NULL(ear.error);
}

static void
a_failure_brings_its_code_and_message(void)
{
    g_autoptr(FakeHost) host = fake_host_new(KBNT_HALF_ALL);
    g_auto(Ear) ear = { 0 };
    KbntTask *task = kbnt_task_new(fake_host_get(host), 0, NULL, hear, &ear);

    kbnt_task_fail_literal(task, KBNT_ERROR_HOST_LOST, "'h1' is gone");
    fake_host_settle(host);

    kbnt_assert_error(ear.error, KBNT_ERROR, KBNT_ERROR_HOST_LOST);
    kbnt_assert_string(ear.error->message, "'h1' is gone");
}

static void
a_failure_of_a_foreign_domain_becomes_internal(void)
{
    g_autoptr(FakeHost) host = fake_host_new(KBNT_HALF_ALL);
    g_auto(Ear) ear = { 0 };
    KbntTask *task = kbnt_task_new(fake_host_get(host), 0, NULL, hear, &ear);

    kbnt_task_fail(task, g_error_new_literal(g_quark_from_static_string("x"), 1, "strange"));
    fake_host_settle(host);

    kbnt_assert_error(ear.error, KBNT_ERROR, KBNT_ERROR_INTERNAL);
    kbnt_assert_contains(ear.error->message, "strange");
}

static void
dropping_an_open_task_fails_it_with_internal_and_says_so(void)
{
    g_autoptr(FakeHost) host = fake_host_new(KBNT_HALF_ALL);
    g_auto(Ear) ear = { 0 };
    KbntTask *task = kbnt_task_new(fake_host_get(host), 0, NULL, hear, &ear);

    kbnt_task_unref(task);
    fake_host_settle(host);

    kbnt_assert_int(ear.n_ends, 1);
    kbnt_assert_error(ear.error, KBNT_ERROR, KBNT_ERROR_INTERNAL);
    CU_ASSERT(fake_host_logged(host, KBNT_LOG_ERROR, "dropped without an end"));
}

static void
a_second_end_is_refused_and_logged(void)
{
    g_autoptr(FakeHost) host = fake_host_new(KBNT_HALF_ALL);
    g_auto(Ear) ear = { 0 };
    g_autoptr(KbntTask) asked = kbnt_task_new(fake_host_get(host), 0, NULL, hear, &ear);

    kbnt_task_complete(kbnt_task_ref(asked), NULL);
    kbnt_task_fail_literal(asked, KBNT_ERROR_HOST_LOST, "too late");
    fake_host_settle(host);

    kbnt_assert_int(ear.n_ends, 1);
    CU_ASSERT_PTR_NULL(ear.error);
    CU_ASSERT(fake_host_logged(host, KBNT_LOG_ERROR, "ended twice"));
}

static void
cancelling_is_seen_by_the_owner_who_still_ends_it(void)
{
    g_autoptr(FakeHost) host = fake_host_new(KBNT_HALF_ALL);
    g_auto(Ear) ear = { 0 };
    g_autoptr(KbntTask) asked = kbnt_task_new(fake_host_get(host), 0, NULL, hear, &ear);
    KbntTask *owned = kbnt_task_ref(asked);

    CU_ASSERT(!kbnt_task_is_cancelled(owned));
    kbnt_task_cancel(asked);
    CU_ASSERT(kbnt_task_is_cancelled(owned));
    kbnt_task_fail_literal(owned, KBNT_ERROR_CANCELLED, "was cancelled");
    fake_host_settle(host);

    kbnt_assert_error(ear.error, KBNT_ERROR, KBNT_ERROR_CANCELLED);
}

static void
complete_on_a_lane(KbntTask *task, gpointer data)
{
    kbnt_task_complete(task, NULL);
}

static void
an_end_on_another_thread_is_heard_on_the_loop_thread(void)
{
    g_autoptr(FakeHost) host = fake_host_new(KBNT_HALF_ALL);
    g_auto(Ear) ear = { 0 };
    KbntTask *task = kbnt_task_new(fake_host_get(host), 0, NULL, hear, &ear);

    kbnt_host_run_blocking(fake_host_get(host), "lane", complete_on_a_lane, task, NULL);

    CU_ASSERT(fake_host_run_until(host, has_heard, &ear, 5000));
    CU_ASSERT(ear.thread == g_thread_self());
}

static const KbntTest tests[] = {
    KBNT_TEST(a_task_carries_what_its_asker_said),
    KBNT_TEST(the_asker_hears_later_and_never_inside_the_call),
    KBNT_TEST(a_failure_brings_its_code_and_message),
    KBNT_TEST(a_failure_of_a_foreign_domain_becomes_internal),
    KBNT_TEST(dropping_an_open_task_fails_it_with_internal_and_says_so),
    KBNT_TEST(a_second_end_is_refused_and_logged),
    KBNT_TEST(cancelling_is_seen_by_the_owner_who_still_ends_it),
    KBNT_TEST(an_end_on_another_thread_is_heard_on_the_loop_thread),
};

int
main(int argc, char **argv)
{
    return kbnt_test_main("lib/task", argc, argv, tests, G_N_ELEMENTS(tests));
}
