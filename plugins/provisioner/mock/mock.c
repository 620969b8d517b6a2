/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * mock.c: owns the plugin kbnt-provisioner-mock: a hypervisor that is made up.
 *
 * Hosts, latencies and faults come from the configuration; what was made is kept in a file, so
 * that a restarted daemon finds it. An op waits for the latency of its step, then has its
 * effect and completes; where the task was cancelled or its deadline passed in the meantime,
 * nothing happens.
 *
 * Threads: all ops run on the loop thread; lane "world" reads the file at start, and flushes it
 * where `sync` is set.
 */
#include "mock.h"

/* The step that asks, or where it is not said, the one that usually asks this. */
static KbntStep
step_of(const KbntTask *task, KbntStep usual)
{
    gint64 step = kbnt_value_get_int(kbnt_task_argument(task), KBNT_FIELD_STEP);

    return step > 0 && step < MOCK_N_STEPS ? (KbntStep)step : usual;
}

static void
begin_on_part(Mock *mock, KbntTask *task, MockEffect effect)
{
    static const KbntStep usual[] = {
        [KBNT_PART_NETWORK] = KBNT_STEP_NETWORK, [KBNT_PART_VOLUME] = KBNT_STEP_VOLUME,
        [KBNT_PART_SEED] = KBNT_STEP_SEED,       [KBNT_PART_FILTER] = KBNT_STEP_FILTER,
        [KBNT_PART_MACHINE] = KBNT_STEP_MACHINE,
    };
    KbntValue *argument = kbnt_task_argument(task);
    gint64 part = argument ? kbnt_value_get_int(argument, KBNT_FIELD_PART) : 0;

    if (part < KBNT_PART_NETWORK || part > KBNT_PART_MACHINE ||
        !kbnt_value_get_string(argument, KBNT_FIELD_PART_ID))
        kbnt_task_fail_literal(task, KBNT_ERROR_INTERNAL, "the argument names no part");
    else
        mock_call(mock, task, effect, step_of(task, usual[part]));
}

static void
mock_ensure(void *instance, KbntTask *task)
{
    begin_on_part(instance, task, mock_make_part);
}

static void
mock_remove(void *instance, KbntTask *task)
{
    begin_on_part(instance, task, mock_drop_part);
}

static void
mock_inspect(void *instance, KbntTask *task)
{
    mock_call(instance, task, mock_find_part, step_of(task, 0));
}

static void
mock_power(void *instance, KbntTask *task)
{
    mock_call(instance, task, mock_switch, step_of(task, KBNT_STEP_POWER));
}

static void
mock_attach(void *instance, KbntTask *task)
{
    mock_call(instance, task, mock_attach_volume, step_of(task, KBNT_STEP_ATTACH));
}

static void
mock_detach(void *instance, KbntTask *task)
{
    mock_call(instance, task, mock_detach_volume, step_of(task, KBNT_STEP_DETACH));
}

static void
mock_probe(void *instance, KbntTask *task)
{
    mock_call(instance, task, mock_ask_guest, step_of(task, KBNT_STEP_VERIFY));
}

static void
mock_list_owned(void *instance, KbntTask *task)
{
    mock_call(instance, task, mock_list_parts, 0);
}

static void
mock_hosts(void *instance, KbntTask *task)
{
    mock_call(instance, task, mock_list_hosts, 0);
}

static gboolean
mock_create(KbntHost *host, const void *config, void **ret_instance, GError **error)
{
    Mock *mock = g_new0(Mock, 1);

    mock->host = host;
    mock->config = config;
    mock->world = mock_world_new();
    mock->wait = mock_wait_new(host, mock_call_ended, mock);
    mock->faults = mock_faults_new(mock->config->faults);
    *ret_instance = mock;
    return TRUE;
}

static void
open_world(KbntTask *task, gpointer data)
{
    Mock *mock = data;
    GError *error = NULL;

    if (!mock_world_open(mock->world, kbnt_host_state_dir(mock->host), &error)) {
        kbnt_task_fail(task, error);
        return;
    }
    mock->is_running = TRUE;
    kbnt_task_complete(task, NULL);
}

static void
mock_start(void *instance, KbntTask *task)
{
    Mock *mock = instance;

    kbnt_host_run_blocking(mock->host, MOCK_LANE, open_world, task, mock);
}

static gboolean
mock_reload(void *instance, const void *config, GError **error)
{
    Mock *mock = instance;

    mock->config = config;
    mock_faults_free(mock->faults);
    mock->faults = mock_faults_new(mock->config->faults);
    return TRUE;
}

static void
close_world(KbntTask *task, gpointer data)
{
    mock_world_close(((Mock *)data)->world);
    kbnt_task_complete(task, NULL);
}

/* The lane works in order, so what was to be flushed is when the world closes. */
static void
mock_stop(void *instance, KbntTask *task)
{
    Mock *mock = instance;

    mock->is_running = FALSE;
    mock_wait_stop(mock->wait);
    kbnt_host_run_blocking(mock->host, MOCK_LANE, close_world, task, mock);
}

static void
mock_destroy(void *instance)
{
    Mock *mock = instance;

    if (!mock)
        return;
    mock_wait_free(mock->wait);
    mock_world_free(mock->world);
    mock_faults_free(mock->faults);
    g_free(mock);
}

static KbntValue *
mock_health(void *instance)
{
    Mock *mock = instance;
    KbntValue *health = kbnt_value_new();
    g_autofree char *detail = NULL;

    if (mock->is_running)
        detail = g_strdup_printf("%u parts on %u hosts", mock_world_size(mock->world),
                                 g_strv_length(mock->config->hosts));
    kbnt_value_set_string(health, KBNT_FIELD_NAME, "mock");
    kbnt_value_set_int(health, KBNT_FIELD_CHECK_STATUS,
                       mock->is_running ? KBNT_CHECK_STATUS_PASSED : KBNT_CHECK_STATUS_FAILED);
    kbnt_value_set_string(health, KBNT_FIELD_DETAIL, detail ? detail : "stopped");
    return health;
}

static const KbntProvisionerOps mock_ops = {
    .life = { .size = sizeof(KbntProvisionerOps),
              .create = mock_create,
              .start = mock_start,
              .stop = mock_stop,
              .reload = mock_reload,
              .destroy = mock_destroy,
              .health = mock_health },
    .hosts = mock_hosts,
    .ensure = mock_ensure,
    .inspect = mock_inspect,
    .remove = mock_remove,
    .power = mock_power,
    .attach = mock_attach,
    .detach = mock_detach,
    .probe = mock_probe,
    .list_owned = mock_list_owned,
};

const KbntPlugin kbnt_plugin = {
    KBNT_PLUGIN_ABI,
    .kind = KBNT_KIND_PROVISIONER,
    .name = "mock",
    .version = "0.1.0",
    .summary = "Machines, volumes and networks that are made up, for the demo and for tests",
    .license = "LGPL-2.1-or-later",
    .url = "https://github.com/kbnt/kbnt/issues",
    .caps = KBNT_PROVISIONER_ATTACH | KBNT_PROVISIONER_POWER,
    KBNT_PLUGIN_CONFIG(MockConfig, mock_keys),
    .ops = &mock_ops.life,
};
