/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* mock-build.c: owns what a new part looks like: its owner, its first status, its addresses. */
#include "mock.h"

#include <stdlib.h>
#include <string.h>

#define VLAN_PREFIX "vlan-"

/* What the owner says of itself is kept with the part. */
static const KbntField owner_fields[] = {
    KBNT_FIELD_PART,          KBNT_FIELD_PART_ID,
    KBNT_FIELD_HOST,          KBNT_FIELD_MESSAGE_ID,
    KBNT_FIELD_REQUEST_ID,    KBNT_FIELD_USER_ID,
    KBNT_FIELD_EPOCH,         KBNT_FIELD_VERSION,
    KBNT_FIELD_RESOURCE_TYPE, KBNT_FIELD_VIRTUAL_RESOURCE_ID,
    KBNT_FIELD_VM_ID,         KBNT_FIELD_VLAN,
};

static KbntResourceStatus
first_status(KbntPart part)
{
    switch (part) {
    case KBNT_PART_MACHINE:
        return KBNT_RESOURCE_STATUS_STOPPED;
    case KBNT_PART_VOLUME:
    case KBNT_PART_SEED:
        return KBNT_RESOURCE_STATUS_ALLOCATED;
    default:
        return KBNT_RESOURCE_STATUS_ACTIVE;
    }
}

/* What was confirmed of the specification; the part that the resource is about keeps it. */
static KbntValue *
confirm_specification(KbntValue *specification)
{
    KbntValue *confirmed = kbnt_value_copy(specification);

    kbnt_value_clear(confirmed, KBNT_FIELD_SSH_KEYS);
    kbnt_value_clear(confirmed, KBNT_FIELD_USER_DATA);
    return confirmed;
}

static gboolean
is_main_part(KbntPart part, KbntResourceType type)
{
    switch (type) {
    case KBNT_RESOURCE_TYPE_VIRTUAL_MACHINE:
        return part == KBNT_PART_MACHINE;
    case KBNT_RESOURCE_TYPE_VIRTUAL_STORAGE:
        return part == KBNT_PART_VOLUME;
    default:
        return TRUE;
    }
}

static void
name_network(KbntValue *part, KbntValue *specification)
{
    const char *network = kbnt_value_get_string(specification, KBNT_FIELD_NETWORK);
    char mac[18];

    if (!network) {
        kbnt_value_set_string(part, KBNT_FIELD_NETWORK_ID,
                              kbnt_value_get_string(part, KBNT_FIELD_PART_ID));
        kbnt_value_copy_field(part, specification, KBNT_FIELD_VLAN);
        return;
    }
    kbnt_value_set_string(part, KBNT_FIELD_NETWORK_ID, network);
    if (g_str_has_prefix(network, VLAN_PREFIX))
        kbnt_value_set_int(part, KBNT_FIELD_VLAN, atoi(network + strlen(VLAN_PREFIX)));
    kbnt_mac_address(kbnt_value_get_string(part, KBNT_FIELD_MESSAGE_ID), mac);
    kbnt_value_set_string(part, KBNT_FIELD_MAC, mac);
}

static void
plug_in_machine(Mock *mock, KbntValue *part, KbntValue *argument)
{
    g_autofree char *address = mock_world_free_address(
        mock->world, kbnt_value_get_string(part, KBNT_FIELD_PART_ID));
    char mac[18];

    kbnt_mac_address(kbnt_value_get_string(part, KBNT_FIELD_MESSAGE_ID), mac);
    kbnt_value_set_string(part, KBNT_FIELD_MAC, mac);
    kbnt_value_set_string(part, KBNT_FIELD_ADDRESS, address);
    kbnt_value_copy_field(part, argument, KBNT_FIELD_NETWORK_ID);
}

KbntValue *
mock_build_part(Mock *mock, KbntValue *argument)
{
    KbntPart kind = (KbntPart)kbnt_value_get_int(argument, KBNT_FIELD_PART);
    KbntResourceType type = (KbntResourceType)kbnt_value_get_int(argument,
                                                                 KBNT_FIELD_RESOURCE_TYPE);
    KbntValue *specification = kbnt_value_get_value(argument, KBNT_FIELD_SPECIFICATION);
    KbntValue *part = kbnt_value_new();

    for (guint i = 0; i < G_N_ELEMENTS(owner_fields); i++)
        kbnt_value_copy_field(part, argument, owner_fields[i]);
    kbnt_value_set_int(part, KBNT_FIELD_RESOURCE_STATUS, first_status(kind));
    kbnt_value_set_int(part, KBNT_FIELD_CREATED_AT, kbnt_host_wall_ms(mock->host));
    if (kind == KBNT_PART_NETWORK && specification)
        name_network(part, specification);
    if (kind == KBNT_PART_MACHINE)
        plug_in_machine(mock, part, argument);
    if (specification && is_main_part(kind, type))
        kbnt_value_take_value(part, KBNT_FIELD_SPECIFICATION,
                              confirm_specification(specification));
    return part;
}
