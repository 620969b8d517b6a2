/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* mock-guest.c: owns what a guest answers when it is asked: endpoints, health, metrics. */
#include "mock.h"

#include <string.h>

static const char *const agent_texts[] = { "installed", "skipped", "failed" };

/* The five of a machine, and what is said of each where it passes and where it does not. */
static const struct {
    const char *name;
    const char *passed;
    const char *failed;
} checks[] = {
    { "domain-running", "the machine runs", "the machine is off" },
    { "agent-answers", "the guest's agent answered", "the machine is off" },
    { "address-reachable", "the address answered", "the machine is off" },
    { "boot-finished", "the guest has booted", "the machine is off" },
    { "console-clean", "the console shows no fault", "the console is silent" },
};

static KbntValue *
make_check(guint index, gboolean passed)
{
    KbntValue *check = kbnt_value_new();

    kbnt_value_set_string(check, KBNT_FIELD_NAME, checks[index].name);
    kbnt_value_set_int(check, KBNT_FIELD_CHECK_STATUS,
                       passed ? KBNT_CHECK_STATUS_PASSED : KBNT_CHECK_STATUS_FAILED);
    kbnt_value_set_string(check, KBNT_FIELD_DETAIL,
                          passed ? checks[index].passed : checks[index].failed);
    return check;
}

static KbntValue *
make_health(const Mock *mock, gboolean is_running)
{
    KbntValue *health = kbnt_value_new();

    kbnt_value_set_int(health, KBNT_FIELD_HEALTH_STATUS,
                       is_running ? KBNT_HEALTH_HEALTHY : KBNT_HEALTH_UNHEALTHY);
    kbnt_value_set_int(health, KBNT_FIELD_PASSED, is_running ? G_N_ELEMENTS(checks) : 0);
    kbnt_value_set_int(health, KBNT_FIELD_TOTAL, G_N_ELEMENTS(checks));
    for (guint i = 0; i < G_N_ELEMENTS(checks); i++)
        kbnt_value_take_item(health, KBNT_FIELD_CHECKS, make_check(i, is_running));
    kbnt_value_set_string(health, KBNT_FIELD_MONITORING_AGENT,
                          agent_texts[mock->config->monitoring_agent]);
    return health;
}

static void
set_port(KbntValue *endpoints, KbntField field, const char *address, const char *port)
{
    gsize length = strcspn(address, "/");
    g_autofree char *text = g_strdup_printf("%.*s:%s", (int)length, address, port);

    kbnt_value_set_string(endpoints, field, text);
}

static void
set_management(const Mock *mock, KbntValue *endpoints, KbntValue *machine)
{
    const char *id = kbnt_value_get_string(machine, KBNT_FIELD_VIRTUAL_RESOURCE_ID);
    const char *host = kbnt_value_get_string(machine, KBNT_FIELD_HOST);
    g_autoptr(GString) url = g_string_new(mock->config->management_url);

    if (url->len == 0)
        return;
    g_string_replace(url, "{id}", id ? id : "", 0);
    g_string_replace(url, "{host}", host ? host : "", 0);
    kbnt_value_set_string(endpoints, KBNT_FIELD_MANAGEMENT, url->str);
}

static KbntValue *
make_endpoints(const Mock *mock, KbntValue *machine, gboolean is_running)
{
    const char *address = kbnt_value_get_string(machine, KBNT_FIELD_ADDRESS);
    KbntValue *endpoints = kbnt_value_new();

    if (!address)
        return endpoints;
    kbnt_value_set_string(endpoints, KBNT_FIELD_ADDRESS, address);
    if (is_running) {
        set_port(endpoints, KBNT_FIELD_SSH, address, "22");
        set_port(endpoints, KBNT_FIELD_HTTP, address, "80");
    }
    set_management(mock, endpoints, machine);
    return endpoints;
}

/* A load that is the same for the same machine: a little idle work, a fifth of its memory. */
static KbntValue *
make_metrics(const Mock *mock, KbntValue *machine, gboolean is_running)
{
    KbntValue *specification = kbnt_value_get_value(machine, KBNT_FIELD_SPECIFICATION);
    guint seed = g_str_hash(kbnt_value_get_string(machine, KBNT_FIELD_PART_ID));
    const MockConfig *config = mock->config;
    KbntValue *metrics = kbnt_value_new();

    kbnt_value_copy_field(metrics, machine, KBNT_FIELD_BOOT_SECONDS);
    if (!is_running)
        return metrics;
    kbnt_value_set_number(metrics, KBNT_FIELD_SERVICE_STARTUP_SECONDS,
                          (double)config->latency_ms[KBNT_STEP_AGENT] * config->latency_factor /
                              1000);
    kbnt_value_set_number(metrics, KBNT_FIELD_CPU_PERCENT, 1 + seed % 80 / 10.0);
    kbnt_value_set_number(metrics, KBNT_FIELD_DISK_IOPS, 20 + seed % 100);
    if (specification)
        kbnt_value_set_int(metrics, KBNT_FIELD_MEMORY_USED_MB,
                           kbnt_value_get_int(specification, KBNT_FIELD_MEMORY_MB) / 5);
    return metrics;
}

gboolean
mock_ask_guest(Mock *mock, KbntTask *task, KbntValue **ret_result, GError **error)
{
    KbntValue *argument = kbnt_task_argument(task);
    KbntValue *machine = NULL;
    KbntValue *result;
    gboolean is_running;

    if (!mock_look_up(mock, argument, &machine, error))
        return FALSE;
    if (!machine)
        return mock_not_found(argument, error);

    is_running = kbnt_value_get_int(machine, KBNT_FIELD_RESOURCE_STATUS) ==
                 KBNT_RESOURCE_STATUS_RUNNING;
    result = kbnt_value_new();
    kbnt_value_take_value(result, KBNT_FIELD_ENDPOINTS,
                          make_endpoints(mock, machine, is_running));
    kbnt_value_take_value(result, KBNT_FIELD_HEALTH, make_health(mock, is_running));
    kbnt_value_take_value(result, KBNT_FIELD_METRICS, make_metrics(mock, machine, is_running));
    kbnt_value_set_string(result, KBNT_FIELD_HYPERVISOR, "mock");
    kbnt_value_set_value(result, KBNT_FIELD_RESOURCE_SPECS,
                         kbnt_value_get_value(machine, KBNT_FIELD_SPECIFICATION));
    *ret_result = result;
    return TRUE;
}
