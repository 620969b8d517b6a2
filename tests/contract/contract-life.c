/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What every plugin promises from create to destroy, whatever its kind. */
#include "contract.h"

#include <glib/gstdio.h>

#define N_LIVES 100

static guint
count_entries(const char *path)
{
    g_autoptr(GDir) folder = g_dir_open(path, 0, NULL);
    guint n_entries = 0;

    while (folder && g_dir_read_name(folder))
        n_entries++;
    return n_entries;
}

static guint
count_descriptors(void)
{
    return count_entries("/proc/self/fd");
}

static guint
count_threads(void)
{
    return count_entries("/proc/self/task");
}

/* A joined thread is gone from the process a moment later than from its joiner's view. */
static guint
count_threads_down_to(guint expected)
{
    gint64 end_us = g_get_monotonic_time() + G_USEC_PER_SEC;

    while (count_threads() > expected && g_get_monotonic_time() < end_us)
        g_thread_yield();
    return count_threads();
}

static void
creating_touches_no_file_and_starts_no_thread(void)
{
    guint n_descriptors;
    guint n_threads;
    g_autoptr(Contract) first = contract_new();
    g_autoptr(Contract) second = NULL;

    n_descriptors = count_descriptors();
    n_threads = count_threads();
    second = contract_new();

    /* The second host brings its context's eventfd, and the instance nothing. */
    CU_ASSERT(count_descriptors() <= n_descriptors + 1);
    kbnt_assert_int(count_threads(), n_threads);
    kbnt_assert_int(count_entries(fake_host_state_dir(second->host)), 0);
}

static void
created_and_never_started_it_can_be_destroyed(void)
{
    for (guint i = 0; i < N_LIVES; i++)
        contract_close(contract_new());
}

static void
live_once(void)
{
    contract_close(contract_open());
}

static void
a_hundred_lives_leave_no_descriptor_and_no_thread_behind(void)
{
    guint n_descriptors;
    guint n_threads;

    live_once();
    n_threads = count_threads();
    n_descriptors = count_descriptors();
    for (guint i = 0; i < N_LIVES; i++)
        live_once();

    kbnt_assert_int(count_threads_down_to(n_threads), n_threads);
    kbnt_assert_int(count_descriptors(), n_descriptors);
}

static void
it_finds_its_own_state_again(void)
{
    g_autoptr(Contract) first = contract_open();

    contract_stop(first);
    for (guint i = 0; i < 3; i++)
        contract_close(contract_open_again(first));
}

static void
two_instances_live_side_by_side(void)
{
    g_autoptr(Contract) one = contract_open();
    g_autoptr(Contract) other = contract_open();

    CU_ASSERT(one->instance != other->instance);
    contract_stop(one);
    contract_linger(other, 5);
}

static void
a_start_that_fails_leaves_something_to_destroy(void)
{
    g_autoptr(Contract) contract = contract_new();
    g_autoptr(GError) error = NULL;

    g_rmdir(fake_host_state_dir(contract->host));

    if (!contract_start(contract, &error))
        CU_ASSERT_EQUAL(error->domain, KBNT_ERROR);
}

static void
started_it_tells_its_health_by_named_checks(void)
{
    g_autoptr(Contract) contract = contract_open();
    g_autoptr(KbntValue) health = NULL;

    if (!contract_plugin()->ops->health) {
        contract_skip("the plugin has no health op");
        return;
    }
    contract_op_begins();
    health = contract_plugin()->ops->health(contract->instance);
    contract_op_ended("health");

    CU_ASSERT_PTR_NOT_NULL_FATAL(health);
    CU_ASSERT(kbnt_value_get_string(health, KBNT_FIELD_NAME) != NULL);
    kbnt_assert_int(kbnt_value_get_int(health, KBNT_FIELD_CHECK_STATUS),
                    KBNT_CHECK_STATUS_PASSED);
}

static void
stopped_it_is_silent(void)
{
    g_autoptr(Contract) contract = contract_open();
    guint n_logged;

    contract_stop(contract);
    fake_host_settle(contract->host);
    n_logged = fake_host_n_logged(contract->host);
    contract_linger(contract, 50);

    kbnt_assert_int(fake_host_n_logged(contract->host), n_logged);
}

static void
stopped_it_leaves_no_source_on_the_loop(void)
{
    g_autoptr(Contract) contract = contract_open();
    gint priority = 0;
    gint timeout_ms = 0;
    GPollFD polled[16];

    contract_stop(contract);
    fake_host_settle(contract->host);

    g_assert(g_main_context_acquire(fake_host_context(contract->host)));
    g_main_context_prepare(fake_host_context(contract->host), &priority);
    /* One descriptor is the context's own. */
    kbnt_assert_int(g_main_context_query(fake_host_context(contract->host), G_MAXINT,
                                         &timeout_ms, polled, G_N_ELEMENTS(polled)),
                    1);
    kbnt_assert_int(timeout_ms, -1);
    g_main_context_release(fake_host_context(contract->host));
}

static void
an_unchanged_configuration_can_be_loaded_again(void)
{
    g_autoptr(Contract) contract = contract_open();
    g_autoptr(GError) error = NULL;
    gpointer config = contract_config(NULL, &error);

    kbnt_assert_no_error(error);
    if (!contract_plugin()->ops->reload) {
        contract_skip("the plugin has no reload op");
        return;
    }
    CU_ASSERT(contract_plugin()->ops->reload(contract->instance, config, &error));
    kbnt_assert_no_error(error);
}

static const KbntTest tests[] = {
    KBNT_TEST(creating_touches_no_file_and_starts_no_thread),
    KBNT_TEST(created_and_never_started_it_can_be_destroyed),
    KBNT_TEST(a_hundred_lives_leave_no_descriptor_and_no_thread_behind),
    KBNT_TEST(it_finds_its_own_state_again),
    KBNT_TEST(two_instances_live_side_by_side),
    KBNT_TEST(a_start_that_fails_leaves_something_to_destroy),
    KBNT_TEST(started_it_tells_its_health_by_named_checks),
    KBNT_TEST(stopped_it_is_silent),
    KBNT_TEST(stopped_it_leaves_no_source_on_the_loop),
    KBNT_TEST(an_unchanged_configuration_can_be_loaded_again),
};

const ContractSuite contract_life_suite = { 0, tests, G_N_ELEMENTS(tests) };
