/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * mock-part.c: owns making, finding and dropping parts: the effects that every kind of part
 * has.
 *
 * Doing twice is finding what is there, and whoever comes with an epoch that a later holder has
 * outrun changes nothing.
 */
#include "mock.h"

static const char *
name_of_part(KbntValue *argument)
{
    const char *name = kbnt_enum_name(KBNT_TYPE_PART,
                                      kbnt_value_get_int(argument, KBNT_FIELD_PART));

    return name ? name : "part";
}

gboolean
mock_not_found(KbntValue *argument, GError **error)
{
    g_set_error(error, KBNT_ERROR, KBNT_ERROR_NOT_FOUND, "%s '%s' is not there",
                name_of_part(argument), kbnt_value_get_string(argument, KBNT_FIELD_PART_ID));
    return FALSE;
}

static gboolean
check_host(Mock *mock, const char *host, GError **error)
{
    if (!host || mock_host_is_alive(mock, host))
        return TRUE;
    g_set_error(error, KBNT_ERROR, KBNT_ERROR_HOST_LOST, "host '%s' does not answer", host);
    return FALSE;
}

static gboolean
check_epoch(KbntValue *argument, const KbntValue *part, GError **error)
{
    gint64 held = kbnt_value_get_int(part, KBNT_FIELD_EPOCH);

    if (!kbnt_value_has(argument, KBNT_FIELD_EPOCH) ||
        kbnt_value_get_int(argument, KBNT_FIELD_EPOCH) >= held)
        return TRUE;
    g_set_error(error, KBNT_ERROR, KBNT_ERROR_LEASE_LOST,
                "%s '%s' belongs to epoch %" G_GINT64_FORMAT ", the caller is elder",
                name_of_part(argument), kbnt_value_get_string(argument, KBNT_FIELD_PART_ID),
                held);
    return FALSE;
}

gboolean
mock_look_up(Mock *mock, KbntValue *argument, KbntValue **ret_part, GError **error)
{
    const char *host = kbnt_value_get_string(argument, KBNT_FIELD_HOST);
    KbntValue *part = NULL;

    if (!check_host(mock, host, error) ||
        !mock_world_find(mock->world, (KbntPart)kbnt_value_get_int(argument, KBNT_FIELD_PART),
                         kbnt_value_get_string(argument, KBNT_FIELD_PART_ID), &part, error))
        return FALSE;
    if (part && (!check_host(mock, kbnt_value_get_string(part, KBNT_FIELD_HOST), error) ||
                 !check_epoch(argument, part, error)))
        return FALSE;
    *ret_part = part;
    return TRUE;
}

KbntValue *
mock_change(KbntValue *part, KbntValue *argument)
{
    KbntValue *changed = kbnt_value_copy(part);

    if (kbnt_value_has(argument, KBNT_FIELD_EPOCH))
        kbnt_value_copy_field(changed, argument, KBNT_FIELD_EPOCH);
    return changed;
}

gboolean
mock_keep(Mock *mock, KbntValue *part, GError **error)
{
    return mock_world_put(mock->world, part, error);
}

static gboolean
check_image(Mock *mock, KbntValue *argument, GError **error)
{
    KbntValue *specification = kbnt_value_get_value(argument, KBNT_FIELD_SPECIFICATION);
    const char *image = specification ? kbnt_value_get_string(specification, KBNT_FIELD_IMAGE)
                                      : NULL;

    if (!image || kbnt_value_get_int(argument, KBNT_FIELD_PART) != KBNT_PART_VOLUME ||
        mock_has_image(mock, image))
        return TRUE;
    g_set_error(error, KBNT_ERROR, KBNT_ERROR_IMAGE_UNKNOWN,
                "image '%s' is on no host, see 'images'", image);
    return FALSE;
}

static gboolean
check_found(KbntValue *argument, KbntValue *part, GError **error)
{
    const char *wanted = kbnt_value_get_string(argument, KBNT_FIELD_HOST);
    const char *host = kbnt_value_get_string(part, KBNT_FIELD_HOST);

    if (!wanted || g_strcmp0(wanted, host) == 0)
        return TRUE;
    g_set_error(error, KBNT_ERROR, KBNT_ERROR_STATE_CONFLICT,
                "%s '%s' is on host '%s', not '%s'", name_of_part(argument),
                kbnt_value_get_string(argument, KBNT_FIELD_PART_ID), host, wanted);
    return FALSE;
}

static gboolean
is_outrun(KbntValue *argument, KbntValue *part)
{
    return kbnt_value_get_int(argument, KBNT_FIELD_EPOCH) >
           kbnt_value_get_int(part, KBNT_FIELD_EPOCH);
}

gboolean
mock_make_part(Mock *mock, KbntTask *task, KbntValue **ret_result, GError **error)
{
    KbntValue *argument = kbnt_task_argument(task);
    g_autoptr(KbntValue) made = NULL;
    KbntValue *found = NULL;

    if (!mock_look_up(mock, argument, &found, error))
        return FALSE;
    if (found ? !check_found(argument, found, error) : !check_image(mock, argument, error))
        return FALSE;
    if (found && !is_outrun(argument, found)) {
        *ret_result = kbnt_value_ref(found);
        return TRUE;
    }

    made = found ? mock_change(found, argument) : mock_build_part(mock, argument);
    if (!mock_keep(mock, kbnt_value_ref(made), error))
        return FALSE;
    *ret_result = g_steal_pointer(&made);
    return TRUE;
}

gboolean
mock_find_part(Mock *mock, KbntTask *task, KbntValue **ret_result, GError **error)
{
    KbntValue *argument = kbnt_task_argument(task);
    KbntValue *part = NULL;

    if (!mock_look_up(mock, argument, &part, error))
        return FALSE;
    if (!part)
        return mock_not_found(argument, error);
    *ret_result = kbnt_value_ref(part);
    return TRUE;
}

/* A machine that goes lets go of the volumes that were plugged into it. */
static gboolean
unplug_volumes(Mock *mock, KbntValue *machine, GError **error)
{
    const char *part_id = kbnt_value_get_string(machine, KBNT_FIELD_PART_ID);
    g_autoptr(GPtrArray) volumes = mock_world_list(mock->world, NULL, part_id, error);

    if (!volumes)
        return FALSE;
    for (guint i = 0; i < volumes->len; i++) {
        KbntValue *volume = kbnt_value_copy(volumes->pdata[i]);

        kbnt_value_clear(volume, KBNT_FIELD_ATTACHED_TO);
        kbnt_value_set_int(volume, KBNT_FIELD_RESOURCE_STATUS, KBNT_RESOURCE_STATUS_ALLOCATED);
        if (!mock_keep(mock, volume, error))
            return FALSE;
    }
    return TRUE;
}

gboolean
mock_drop_part(Mock *mock, KbntTask *task, KbntValue **ret_result, GError **error)
{
    KbntValue *argument = kbnt_task_argument(task);
    g_autoptr(KbntValue) part = NULL;
    KbntValue *found = NULL;

    if (!mock_look_up(mock, argument, &found, error))
        return FALSE;
    if (!found)
        return TRUE;
    part = kbnt_value_ref(found);
    if (kbnt_value_has(part, KBNT_FIELD_ATTACHED_TO)) {
        g_set_error(error, KBNT_ERROR, KBNT_ERROR_STATE_CONFLICT,
                    "volume '%s' is attached, detach it first",
                    kbnt_value_get_string(part, KBNT_FIELD_PART_ID));
        return FALSE;
    }
    if (kbnt_value_get_int(part, KBNT_FIELD_PART) == KBNT_PART_MACHINE &&
        !unplug_volumes(mock, part, error))
        return FALSE;
    return mock_world_remove(mock->world, part, error);
}

gboolean
mock_list_parts(Mock *mock, KbntTask *task, KbntValue **ret_result, GError **error)
{
    const char *host = kbnt_value_get_string(kbnt_task_argument(task), KBNT_FIELD_HOST);
    g_autoptr(GPtrArray) parts = NULL;
    KbntValue *result;

    if (!check_host(mock, host, error))
        return FALSE;
    parts = mock_world_list(mock->world, host, NULL, error);
    if (!parts)
        return FALSE;
    result = kbnt_value_new();
    kbnt_value_set_empty_list(result, KBNT_FIELD_PARTS);
    for (guint i = 0; i < parts->len; i++)
        kbnt_value_append_value(result, KBNT_FIELD_PARTS, parts->pdata[i]);
    *ret_result = result;
    return TRUE;
}
