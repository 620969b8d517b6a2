/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* mock-machine.c: owns power and the volumes that are plugged into a machine. */
#include "mock.h"

static gboolean
look_up_machine(Mock *mock, KbntValue *argument, KbntValue **ret_machine, GError **error)
{
    if (!mock_look_up(mock, argument, ret_machine, error))
        return FALSE;
    return *ret_machine || mock_not_found(argument, error);
}

static double
boot_seconds(Mock *mock, KbntTask *task)
{
    const MockConfig *config = mock->config;
    KbntStep step = (KbntStep)kbnt_value_get_int(kbnt_task_argument(task), KBNT_FIELD_STEP);
    gint64 latency_ms =
        config->latency_ms[step == KBNT_STEP_BOOT ? KBNT_STEP_BOOT : KBNT_STEP_POWER];

    return (double)latency_ms * config->latency_factor / 1000;
}

static gboolean
is_done_already(KbntPower action, KbntValue *machine, const char *key)
{
    gboolean is_running = kbnt_value_get_int(machine, KBNT_FIELD_RESOURCE_STATUS) ==
                          KBNT_RESOURCE_STATUS_RUNNING;

    if (action == KBNT_POWER_START)
        return is_running;
    if (action == KBNT_POWER_STOP)
        return !is_running;
    return key &&
           g_strcmp0(kbnt_value_get_string(machine, KBNT_FIELD_IDEMPOTENCY_KEY), key) == 0;
}

static gboolean
check_reboot(KbntPower action, KbntValue *machine, GError **error)
{
    if (action != KBNT_POWER_REBOOT ||
        kbnt_value_get_int(machine, KBNT_FIELD_RESOURCE_STATUS) == KBNT_RESOURCE_STATUS_RUNNING)
        return TRUE;
    g_set_error(error, KBNT_ERROR, KBNT_ERROR_STATE_CONFLICT,
                "machine '%s' is not running, start it instead",
                kbnt_value_get_string(machine, KBNT_FIELD_PART_ID));
    return FALSE;
}

static KbntValue *
tell_power(KbntValue *machine, gboolean booted)
{
    KbntValue *told = kbnt_value_new();

    kbnt_value_copy_field(told, machine, KBNT_FIELD_RESOURCE_STATUS);
    if (booted)
        kbnt_value_copy_field(told, machine, KBNT_FIELD_BOOT_SECONDS);
    return told;
}

gboolean
mock_switch(Mock *mock, KbntTask *task, KbntValue **ret_result, GError **error)
{
    KbntValue *argument = kbnt_task_argument(task);
    KbntPower action = (KbntPower)kbnt_value_get_int(argument, KBNT_FIELD_POWER_ACTION);
    g_autoptr(KbntValue) changed = NULL;
    KbntValue *machine = NULL;

    if (!look_up_machine(mock, argument, &machine, error))
        return FALSE;
    if (is_done_already(action, machine, kbnt_task_key(task))) {
        *ret_result = tell_power(machine, action == KBNT_POWER_REBOOT);
        return TRUE;
    }
    if (!check_reboot(action, machine, error))
        return FALSE;

    changed = mock_change(machine, argument);
    kbnt_value_set_string(changed, KBNT_FIELD_IDEMPOTENCY_KEY, kbnt_task_key(task));
    kbnt_value_set_int(changed, KBNT_FIELD_RESOURCE_STATUS,
                       action == KBNT_POWER_STOP ? KBNT_RESOURCE_STATUS_STOPPED
                                                 : KBNT_RESOURCE_STATUS_RUNNING);
    if (action != KBNT_POWER_STOP)
        kbnt_value_set_number(changed, KBNT_FIELD_BOOT_SECONDS, boot_seconds(mock, task));
    if (!mock_keep(mock, kbnt_value_ref(changed), error))
        return FALSE;
    *ret_result = tell_power(changed, action != KBNT_POWER_STOP);
    return TRUE;
}

static KbntValue *
find_volume(Mock *mock, KbntValue *argument, GError **error)
{
    const char *message_id = kbnt_value_get_string(argument, KBNT_FIELD_STORAGE_ID);
    KbntValue *volume = NULL;
    char part_id[37];

    kbnt_uuid_name("resource", message_id ? message_id : "", part_id);
    if (!mock_world_find(mock->world, KBNT_PART_VOLUME, part_id, &volume, error))
        return NULL;
    if (!volume)
        g_set_error(error, KBNT_ERROR, KBNT_ERROR_NOT_FOUND, "volume '%s' is not there",
                    part_id);
    return volume;
}

static gboolean
plug(Mock *mock, KbntValue *volume, const char *machine_id, KbntValue **ret_result,
     GError **error)
{
    g_autoptr(KbntValue) changed = kbnt_value_copy(volume);

    kbnt_value_set_string(changed, KBNT_FIELD_ATTACHED_TO, machine_id);
    kbnt_value_set_int(changed, KBNT_FIELD_RESOURCE_STATUS,
                       machine_id ? KBNT_RESOURCE_STATUS_IN_USE
                                  : KBNT_RESOURCE_STATUS_ALLOCATED);
    if (!mock_keep(mock, kbnt_value_ref(changed), error))
        return FALSE;
    *ret_result = g_steal_pointer(&changed);
    return TRUE;
}

static gboolean
refuse_attached(KbntValue *volume, const char *machine_id, GError **error)
{
    g_set_error(error, KBNT_ERROR, KBNT_ERROR_STATE_CONFLICT,
                "volume '%s' is attached to machine '%s', detach it there first",
                kbnt_value_get_string(volume, KBNT_FIELD_PART_ID), machine_id);
    return FALSE;
}

gboolean
mock_attach_volume(Mock *mock, KbntTask *task, KbntValue **ret_result, GError **error)
{
    KbntValue *argument = kbnt_task_argument(task);
    const char *machine_id = kbnt_value_get_string(argument, KBNT_FIELD_PART_ID);
    KbntValue *machine = NULL;
    KbntValue *volume;
    const char *holder;

    if (!look_up_machine(mock, argument, &machine, error))
        return FALSE;
    volume = find_volume(mock, argument, error);
    if (!volume)
        return FALSE;

    holder = kbnt_value_get_string(volume, KBNT_FIELD_ATTACHED_TO);
    if (!holder)
        return plug(mock, volume, machine_id, ret_result, error);
    if (g_strcmp0(holder, machine_id) != 0)
        return refuse_attached(volume, holder, error);
    *ret_result = kbnt_value_ref(volume);
    return TRUE;
}

gboolean
mock_detach_volume(Mock *mock, KbntTask *task, KbntValue **ret_result, GError **error)
{
    KbntValue *argument = kbnt_task_argument(task);
    const char *machine_id = kbnt_value_get_string(argument, KBNT_FIELD_PART_ID);
    KbntValue *machine = NULL;
    KbntValue *volume;

    if (!mock_look_up(mock, argument, &machine, error))
        return FALSE;
    volume = find_volume(mock, argument, error);
    if (!volume)
        return FALSE;
    if (g_strcmp0(kbnt_value_get_string(volume, KBNT_FIELD_ATTACHED_TO), machine_id) == 0)
        return plug(mock, volume, NULL, ret_result, error);
    *ret_result = kbnt_value_ref(volume);
    return TRUE;
}
