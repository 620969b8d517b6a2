/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* specification-members.c: owns the readers of single members, and the tables that name them.
 */
#include "specification-members.h"

#include "quantity.h"
#include "specification.h"

#include <string.h>

#define MB_PER_TB (G_GINT64_CONSTANT(1024) * KBNT_MB_PER_GB)
#define CPU_MAX 512
#define MEMORY_MIN_MB 64
#define MEMORY_MAX_MB (16 * MB_PER_TB)
#define DISK_MIN_MB 64
#define DISK_MAX_MB (64 * MB_PER_TB)
#define IOPS_MIN 100
#define IOPS_MAX 1000000
#define NAME_LENGTH_MAX 64
#define IMAGE_LENGTH_MAX 128
#define LIST_MAX 16
#define SSH_KEY_BYTES_MAX 8192
#define USER_DATA_BYTES_MAX 65536

typedef gboolean (*NumberReader)(double number, gint64 *ret_whole, GError **error);
typedef gboolean (*TextReader)(const char *text, gint64 *ret_whole, GError **error);

/* Reads a quantity that may be a number or a text; FALSE after refusing it. */
static gboolean
read_quantity(const KbntMember *member, NumberReader of_number, TextReader of_text,
              gint64 *ret_whole)
{
    KbntInputKind kind = kbnt_input_kind(member->input);
    g_autoptr(GError) error = NULL;
    gboolean read = FALSE;

    if (kind == KBNT_INPUT_NUMBER)
        read = of_number(kbnt_input_number(member->input), ret_whole, &error);
    else if (kind == KBNT_INPUT_TEXT)
        read = of_text(kbnt_input_text(member->input), ret_whole, &error);
    else
        kbnt_member_refuse(member, "must be a number or a string with a unit, not %s",
                           kbnt_input_kind_text(member->input));
    if (error)
        kbnt_member_refuse(member, "%s", error->message);
    return read;
}

static void
read_cores(const KbntMember *member)
{
    gint64 cores;

    if (read_quantity(member, kbnt_quantity_cores_of_number, kbnt_quantity_parse_cores, &cores))
        kbnt_member_set_int(member, cores, " cores");
}

static void
read_memory(const KbntMember *member)
{
    gint64 mb;

    if (read_quantity(member, kbnt_quantity_mb_of_number, kbnt_quantity_parse_memory, &mb))
        kbnt_member_set_int(member, mb, " MB");
}

static void
set_disk(const KbntMember *member, gint64 mb, KbntDiskClass class)
{
    kbnt_member_set_int(member, mb, " MB");
    if (class)
        kbnt_value_set_int(member->into, KBNT_FIELD_DISK_CLASS, class);
}

/* The text of a disk may end in a class, so it is read on its own. */
static void
read_disk(const KbntMember *member)
{
    const char *text = kbnt_input_text(member->input);
    g_autoptr(GError) error = NULL;
    KbntDiskClass class = 0;
    gint64 mb;

    if (!text && read_quantity(member, kbnt_quantity_mb_of_number, NULL, &mb))
        set_disk(member, mb, 0);
    if (text && kbnt_quantity_parse_disk(text, &mb, &class, &error))
        set_disk(member, mb, class);
    if (error)
        kbnt_member_refuse(member, "%s", error->message);
}

static void
read_size(const KbntMember *member)
{
    gint64 mb;

    if (read_quantity(member, kbnt_quantity_mb_of_number, kbnt_quantity_parse_size, &mb))
        kbnt_member_set_int(member, mb, " MB");
}

static void
read_class(const KbntMember *member)
{
    const char *text = kbnt_member_text(member);
    KbntDiskClass class = text ? kbnt_quantity_disk_class(text) : 0;

    if (class)
        kbnt_value_set_int(member->into, member->rule->field, class);
    else if (text)
        kbnt_member_refuse(member, "must be standard, ssd, hdd or nvme");
}

gboolean
kbnt_specification_is_network(const char *text)
{
    return g_str_equal(text, "bridged") || g_str_equal(text, "nat") ||
           kbnt_vlan_of_name(text) ||
           kbnt_specification_type_of_id(text) == KBNT_RESOURCE_TYPE_VIRTUAL_NETWORK;
}

static void
read_network(const KbntMember *member)
{
    const char *text = kbnt_member_text(member);
    gint64 vlan = text ? kbnt_vlan_of_name(text) : 0;

    if (!text)
        return;
    if (!kbnt_specification_is_network(text))
        kbnt_member_refuse(member,
                           "must be bridged, nat, vlan-N with N from 1 to 4094, or the id "
                           "of a network");
    else if (vlan && !kbnt_vlans_allow(&member->rules->vlans, vlan))
        kbnt_member_refuse(member, "names a VLAN that this site does not allow");
    else
        kbnt_value_set_string(member->into, member->rule->field, text);
}

/* Returns: whether the input is an array within the rule's length, after refusing it else. */
static gboolean
check_list(const KbntMember *member)
{
    if (kbnt_input_kind(member->input) != KBNT_INPUT_ARRAY) {
        kbnt_member_refuse(member, "must be an array, not %s",
                           kbnt_input_kind_text(member->input));
        return FALSE;
    }
    if (kbnt_input_length(member->input) > (guint)member->rule->maximum) {
        kbnt_member_refuse(member, "must have at most %" G_GINT64_FORMAT " items",
                           member->rule->maximum);
        return FALSE;
    }
    return TRUE;
}

/* Returns: NULL where the item is fine, else what is wrong with it. */
typedef const char *(*ItemCheck)(const KbntMember *member, const char *text);

static void
read_list(const KbntMember *member, ItemCheck check)
{
    guint index = 0;

    if (!check_list(member))
        return;
    kbnt_value_set_empty_list(member->into, member->rule->field);
    for (const KbntInput *item = kbnt_input_first(member->input); item;
         item = kbnt_input_next(item), index++) {
        const char *text = kbnt_input_text(item);
        const char *reason = text ? check(member, text) : "must be a string";

        if (reason)
            kbnt_member_refuse(member, "item %u %s", index, reason);
        else
            kbnt_value_append_string(member->into, member->rule->field, text);
    }
}

static gboolean
is_base64(const char *text, gsize length)
{
    return length > 0 && strspn(text, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
                                      "0123456789+/=") >= length;
}

static const char *
check_ssh_key(const KbntMember *member, const char *text)
{
    gsize type_length = strcspn(text, " ");
    const char *body = text + type_length + strspn(text + type_length, " ");

    if (strlen(text) > SSH_KEY_BYTES_MAX)
        return "is longer than 8192 bytes";
    if (strpbrk(text, "\r\n\t"))
        return "must be one line";
    if (!g_str_has_prefix(text, "ssh-") && !g_str_has_prefix(text, "ecdsa-sha2-") &&
        !g_str_has_prefix(text, "sk-"))
        return "is no public key, write such as 'ssh-ed25519 AAAA... name'";
    if (!is_base64(body, strcspn(body, " ")))
        return "has no key in Base64 behind its type";
    return NULL;
}

static void
read_ssh_keys(const KbntMember *member)
{
    read_list(member, check_ssh_key);
}

static const char *
check_security_group(const KbntMember *member, const char *text)
{
    const char *const *known = member->rules->security_groups;

    return known && g_strv_contains(known, text) ? NULL : "is no security group that exists";
}

static void
read_security_groups(const KbntMember *member)
{
    read_list(member, check_security_group);
}

static const char *
check_volume(const KbntMember *member, const char *text)
{
    if (kbnt_specification_type_of_id(text) != KBNT_RESOURCE_TYPE_VIRTUAL_STORAGE)
        return "is no id of a storage, such as 'STOR-64DE90EF'";
    for (guint i = 0; i < kbnt_value_length(member->into, KBNT_FIELD_VOLUMES); i++) {
        if (g_str_equal(kbnt_value_nth_string(member->into, KBNT_FIELD_VOLUMES, i), text))
            return "is there twice";
    }
    return NULL;
}

static void
read_volumes(const KbntMember *member)
{
    read_list(member, check_volume);
}

gboolean
kbnt_specification_is_image(const char *text)
{
    return g_ascii_isalnum(*text) && kbnt_name_is_valid(text, IMAGE_LENGTH_MAX);
}

/* "..", "-x" and their like are none. */
static void
read_image(const KbntMember *member)
{
    const char *text = kbnt_input_text(member->input);

    if (text && *text && !g_ascii_isalnum(*text))
        kbnt_member_refuse(member, "must begin with a letter or a digit");
    else
        kbnt_member_read_name(member);
}

static void
read_user_data(const KbntMember *member)
{
    const char *text = kbnt_member_text(member);

    if (!text)
        return;
    if (strlen(text) <= (gsize)member->rule->maximum)
        kbnt_value_set_string(member->into, member->rule->field, text);
    else
        kbnt_member_refuse(member, "must have at most %" G_GINT64_FORMAT " bytes",
                           member->rule->maximum);
}

static void
read_subnet(const KbntMember *member)
{
    const char *text = kbnt_member_text(member);
    g_autoptr(GError) error = NULL;
    KbntSubnet subnet;

    if (!text)
        return;
    if (kbnt_subnet_parse(text, &subnet, &error))
        kbnt_value_set_string(member->into, member->rule->field, text);
    else
        kbnt_member_refuse(member, "%s", error->message);
}

static void
read_gateway(const KbntMember *member)
{
    const char *text = kbnt_member_text(member);
    guint32 address;

    if (!text)
        return;
    if (kbnt_address_parse(text, &address))
        kbnt_value_set_string(member->into, member->rule->field, text);
    else
        kbnt_member_refuse(member, "must be an IPv4 address such as 10.0.1.1");
}

static void
read_vlan(const KbntMember *member)
{
    kbnt_member_read_int(member);
    if (kbnt_value_has(member->into, member->rule->field) &&
        !kbnt_vlans_allow(&member->rules->vlans,
                          kbnt_value_get_int(member->into, member->rule->field)))
        kbnt_member_refuse(member, "is not among the VLANs that this site allows");
}

static void
read_mode(const KbntMember *member)
{
    const char *text = kbnt_member_text(member);
    gint64 mode = kbnt_enum_from_name(KBNT_TYPE_NETWORK_MODE, text);

    if (mode)
        kbnt_value_set_int(member->into, member->rule->field, mode);
    else if (text)
        kbnt_member_refuse(member, "must be isolated, nat or bridged");
}

static void
read_id(const KbntMember *member, KbntResourceType type, const char *example)
{
    const char *text = kbnt_member_text(member);
    KbntResourceType found = text ? kbnt_specification_type_of_id(text) : 0;

    if (found && (!type || found == type))
        kbnt_value_set_string(member->into, member->rule->field, text);
    else if (text)
        kbnt_member_refuse(member, "must be an id such as '%s'", example);
}

static void
read_any_id(const KbntMember *member)
{
    read_id(member, 0, "VM-0909A693");
}

static void
read_machine_id(const KbntMember *member)
{
    read_id(member, KBNT_RESOURCE_TYPE_VIRTUAL_MACHINE, "VM-0909A693");
}

static void
read_storage_id(const KbntMember *member)
{
    read_id(member, KBNT_RESOURCE_TYPE_VIRTUAL_STORAGE, "STOR-64DE90EF");
}

static const KbntMemberRule machine_members[] = {
    { "cpu", KBNT_FIELD_CPU, TRUE, read_cores, 1, CPU_MAX },
    { "memory", KBNT_FIELD_MEMORY_MB, TRUE, read_memory, MEMORY_MIN_MB, MEMORY_MAX_MB },
    { "disk", KBNT_FIELD_DISK_MB, TRUE, read_disk, DISK_MIN_MB, DISK_MAX_MB },
    { "network", KBNT_FIELD_NETWORK, TRUE, read_network, 0, 0 },
    { "image", KBNT_FIELD_IMAGE, FALSE, read_image, 1, IMAGE_LENGTH_MAX },
    { "sshKeys", KBNT_FIELD_SSH_KEYS, FALSE, read_ssh_keys, 0, LIST_MAX },
    { "userData", KBNT_FIELD_USER_DATA, FALSE, read_user_data, 0, USER_DATA_BYTES_MAX },
    { "securityGroups", KBNT_FIELD_SECURITY_GROUPS, FALSE, read_security_groups, 0, LIST_MAX },
    { "antiAffinity", KBNT_FIELD_ANTI_AFFINITY, FALSE, kbnt_member_read_name, 1,
      NAME_LENGTH_MAX },
    { "volumes", KBNT_FIELD_VOLUMES, FALSE, read_volumes, 0, LIST_MAX },
    { NULL, 0, FALSE, NULL, 0, 0 },
};

static const KbntMemberRule storage_members[] = {
    { "size", KBNT_FIELD_SIZE_MB, TRUE, read_size, DISK_MIN_MB, DISK_MAX_MB },
    { "type", KBNT_FIELD_DISK_CLASS, FALSE, read_class, 0, 0 },
    { "iops", KBNT_FIELD_IOPS, FALSE, kbnt_member_read_int, IOPS_MIN, IOPS_MAX },
    { NULL, 0, FALSE, NULL, 0, 0 },
};

static const KbntMemberRule network_members[] = {
    { "subnet", KBNT_FIELD_SUBNET, TRUE, read_subnet, 0, 0 },
    { "vlan", KBNT_FIELD_VLAN, FALSE, read_vlan, KBNT_VLAN_MIN, KBNT_VLAN_MAX },
    { "gateway", KBNT_FIELD_GATEWAY, FALSE, read_gateway, 0, 0 },
    { "dhcp", KBNT_FIELD_DHCP, FALSE, kbnt_member_read_bool, 0, 0 },
    { "mode", KBNT_FIELD_NETWORK_MODE, FALSE, read_mode, 0, 0 },
    { NULL, 0, FALSE, NULL, 0, 0 },
};

static const KbntMemberRule delete_members[] = {
    { "virtualResourceId", KBNT_FIELD_VIRTUAL_RESOURCE_ID, TRUE, read_any_id, 0, 0 },
    { "force", KBNT_FIELD_FORCE, FALSE, kbnt_member_read_bool, 0, 0 },
    { NULL, 0, FALSE, NULL, 0, 0 },
};

static const KbntMemberRule power_members[] = {
    { "virtualResourceId", KBNT_FIELD_VIRTUAL_RESOURCE_ID, TRUE, read_machine_id, 0, 0 },
    { "force", KBNT_FIELD_FORCE, FALSE, kbnt_member_read_bool, 0, 0 },
    { NULL, 0, FALSE, NULL, 0, 0 },
};

static const KbntMemberRule attachment_members[] = {
    { "virtualResourceId", KBNT_FIELD_VIRTUAL_RESOURCE_ID, TRUE, read_machine_id, 0, 0 },
    { "storageId", KBNT_FIELD_STORAGE_ID, TRUE, read_storage_id, 0, 0 },
    { NULL, 0, FALSE, NULL, 0, 0 },
};

const KbntMemberRule *
kbnt_specification_members(KbntRequestType type)
{
    switch (type) {
    case KBNT_REQUEST_TYPE_CREATE_VIRTUAL_MACHINE:
        return machine_members;
    case KBNT_REQUEST_TYPE_ALLOCATE_STORAGE:
        return storage_members;
    case KBNT_REQUEST_TYPE_CREATE_NETWORK:
        return network_members;
    case KBNT_REQUEST_TYPE_DELETE_RESOURCE:
        return delete_members;
    case KBNT_REQUEST_TYPE_START_VIRTUAL_MACHINE:
    case KBNT_REQUEST_TYPE_STOP_VIRTUAL_MACHINE:
    case KBNT_REQUEST_TYPE_REBOOT_VIRTUAL_MACHINE:
        return power_members;
    case KBNT_REQUEST_TYPE_ATTACH_STORAGE:
    case KBNT_REQUEST_TYPE_DETACH_STORAGE:
        return attachment_members;
    case KBNT_REQUEST_TYPE_CANCEL_REQUEST:
        return NULL;
    }
    return NULL;
}
