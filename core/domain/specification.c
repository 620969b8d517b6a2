/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* specification.c: owns the reading of a whole body: its form, its type, what follows from
 * both. */
#include "specification.h"

#include "fault.h"
#include "specification-members.h"

#include <string.h>

#define NAME_LENGTH_MAX 64
#define USER_LENGTH_MAX 128
#define DEFAULT_SECURITY_GROUP "default"

typedef struct {
    KbntRequestType type;
    KbntResourceType resource_type; /* 0: whatever the id names */
    void (*complete)(KbntValue *specification, const char *pointer, const KbntRules *rules,
                     KbntValue *faults);
} Verb;

static void
add_fault(KbntValue *faults, const char *pointer, const char *message)
{
    kbnt_fault_add(faults, KBNT_ERROR_VALIDATION_FAILED, KBNT_FAULT_SPECIFICATION, pointer,
                   "%s", message);
}

static void
default_int(KbntValue *specification, KbntField field, gint64 number)
{
    if (!kbnt_value_has(specification, field))
        kbnt_value_set_int(specification, field, number);
}

static void
complete_machine(KbntValue *specification, const char *pointer, const KbntRules *rules,
                 KbntValue *faults)
{
    const char *const *groups = rules->security_groups;

    default_int(specification, KBNT_FIELD_DISK_CLASS, KBNT_DISK_CLASS_STANDARD);
    if (!kbnt_value_has(specification, KBNT_FIELD_IMAGE))
        kbnt_value_set_string(specification, KBNT_FIELD_IMAGE, rules->default_image);
    if (!kbnt_value_has(specification, KBNT_FIELD_SECURITY_GROUPS) && groups &&
        g_strv_contains(groups, DEFAULT_SECURITY_GROUP))
        kbnt_value_append_string(specification, KBNT_FIELD_SECURITY_GROUPS,
                                 DEFAULT_SECURITY_GROUP);
}

static void
complete_storage(KbntValue *specification, const char *pointer, const KbntRules *rules,
                 KbntValue *faults)
{
    default_int(specification, KBNT_FIELD_DISK_CLASS, KBNT_DISK_CLASS_STANDARD);
}

static void
complete_gateway(KbntValue *specification, const char *pointer, KbntValue *faults)
{
    const char *cidr = kbnt_value_get_string(specification, KBNT_FIELD_SUBNET);
    const char *gateway = kbnt_value_get_string(specification, KBNT_FIELD_GATEWAY);
    g_autofree char *first_host = NULL;
    KbntSubnet subnet;
    guint32 address = 0;

    if (!cidr || !kbnt_subnet_parse(cidr, &subnet, NULL))
        return;
    first_host = kbnt_subnet_nth_host(&subnet, 1);
    if (!gateway)
        kbnt_value_set_string(specification, KBNT_FIELD_GATEWAY, first_host);
    else if (kbnt_address_parse(gateway, &address) && !kbnt_subnet_has_host(&subnet, address)) {
        g_autofree char *at = kbnt_pointer_child(pointer, "gateway");

        add_fault(faults, at, "'gateway' must be the address of a host in 'subnet'");
    }
}

static void
complete_network(KbntValue *specification, const char *pointer, const KbntRules *rules,
                 KbntValue *faults)
{
    default_int(specification, KBNT_FIELD_DHCP, TRUE);
    default_int(specification, KBNT_FIELD_NETWORK_MODE, KBNT_NETWORK_MODE_ISOLATED);
    complete_gateway(specification, pointer, faults);
}

static void
complete_force(KbntValue *specification, const char *pointer, const KbntRules *rules,
               KbntValue *faults)
{
    default_int(specification, KBNT_FIELD_FORCE, FALSE);
}

static const Verb verbs[] = {
    { KBNT_REQUEST_TYPE_CREATE_VIRTUAL_MACHINE, KBNT_RESOURCE_TYPE_VIRTUAL_MACHINE,
      complete_machine },
    { KBNT_REQUEST_TYPE_ALLOCATE_STORAGE, KBNT_RESOURCE_TYPE_VIRTUAL_STORAGE,
      complete_storage },
    { KBNT_REQUEST_TYPE_CREATE_NETWORK, KBNT_RESOURCE_TYPE_VIRTUAL_NETWORK, complete_network },
    { KBNT_REQUEST_TYPE_DELETE_RESOURCE, 0, complete_force },
    { KBNT_REQUEST_TYPE_START_VIRTUAL_MACHINE, KBNT_RESOURCE_TYPE_VIRTUAL_MACHINE,
      complete_force },
    { KBNT_REQUEST_TYPE_STOP_VIRTUAL_MACHINE, KBNT_RESOURCE_TYPE_VIRTUAL_MACHINE,
      complete_force },
    { KBNT_REQUEST_TYPE_REBOOT_VIRTUAL_MACHINE, KBNT_RESOURCE_TYPE_VIRTUAL_MACHINE,
      complete_force },
    { KBNT_REQUEST_TYPE_ATTACH_STORAGE, KBNT_RESOURCE_TYPE_VIRTUAL_STORAGE, NULL },
    { KBNT_REQUEST_TYPE_DETACH_STORAGE, KBNT_RESOURCE_TYPE_VIRTUAL_STORAGE, NULL },
};

static const Verb *
find_verb(KbntRequestType type)
{
    for (gsize i = 0; i < G_N_ELEMENTS(verbs); i++) {
        if (verbs[i].type == type)
            return &verbs[i];
    }
    return NULL;
}

static void
read_type(const KbntMember *member)
{
    const char *text = kbnt_member_text(member);
    KbntRequestType type = (KbntRequestType)kbnt_enum_from_name(KBNT_TYPE_REQUEST_TYPE, text);

    if (find_verb(type))
        kbnt_value_set_int(member->into, KBNT_FIELD_REQUEST_TYPE, type);
    else if (text)
        kbnt_member_refuse(member, "is no type that can be asked for, see GET /openapi.json");
}

static void
read_priority(const KbntMember *member)
{
    const char *text = kbnt_member_text(member);
    gint64 priority = kbnt_enum_from_name(KBNT_TYPE_PRIORITY, text);

    if (priority)
        kbnt_value_set_int(member->into, KBNT_FIELD_PRIORITY, priority);
    else if (text)
        kbnt_member_refuse(member, "must be LOW, NORMAL, HIGH or CRITICAL");
}

/* Users come from many directories: theirs may also hold an '@'. */
static void
read_user(const KbntMember *member)
{
    const char *text = kbnt_member_text(member);
    g_autofree char *without_at = NULL;

    if (!text)
        return;
    without_at = g_strdelimit(g_strdup(text), "@", '-');
    if (kbnt_name_is_valid(without_at, (gsize)member->rule->maximum))
        kbnt_value_set_string(member->into, member->rule->field, text);
    else
        kbnt_member_refuse(member, "must be 1 to 128 characters of A-Z a-z 0-9 . _ @ -");
}

static const KbntMemberRule metadata_members[] = {
    { "requestId", KBNT_FIELD_REQUEST_ID, FALSE, kbnt_member_read_name, 1, NAME_LENGTH_MAX },
    { "userId", KBNT_FIELD_USER_ID, FALSE, read_user, 1, USER_LENGTH_MAX },
    { "priority", KBNT_FIELD_PRIORITY, FALSE, read_priority, 0, 0 },
    { NULL, 0, FALSE, NULL, 0, 0 },
};

static void
read_metadata(const KbntMember *member)
{
    if (kbnt_input_kind(member->input) == KBNT_INPUT_OBJECT)
        kbnt_members_read(member->input, "/metadata", metadata_members, member->rules,
                          member->into, member->faults);
    else
        kbnt_member_refuse(member, "must be an object, not %s",
                           kbnt_input_kind_text(member->input));
}

/* Read later, when the type is known. */
static void
leave_for_later(const KbntMember *member)
{
}

static const KbntMemberRule body_members[] = {
    { "type", KBNT_FIELD_REQUEST_TYPE, TRUE, read_type, 0, 0 },
    { "resourceId", KBNT_FIELD_RESOURCE_ID, FALSE, kbnt_member_read_name, 1, NAME_LENGTH_MAX },
    { "specifications", 0, FALSE, leave_for_later, 0, 0 },
    { "spec", 0, FALSE, leave_for_later, 0, 0 },
    { "metadata", 0, FALSE, read_metadata, 0, 0 },
    { NULL, 0, FALSE, NULL, 0, 0 },
};

/* Returns: (nullable): what is specified, and where, in the one form or the other. */
static const KbntInput *
find_specification(const KbntInput *body, const char **ret_pointer, KbntValue *faults)
{
    const KbntInput *full = kbnt_input_member(body, "specifications");
    const KbntInput *brief = kbnt_input_member(body, "spec");
    const KbntInput *found = full ? full : brief;

    *ret_pointer = full ? "/specifications" : "/spec";
    if (full && brief)
        add_fault(faults, "/spec", "'spec' and 'specifications' exclude each other");
    else if (!found)
        add_fault(faults, "", "'specifications' (or 'spec') is required");
    else if (kbnt_input_kind(found) != KBNT_INPUT_OBJECT)
        add_fault(faults, *ret_pointer, "must be an object");
    else
        return found;
    return NULL;
}

static void
read_specification(const KbntInput *body, const Verb *verb, const KbntRules *rules,
                   KbntValue *request, KbntValue *faults)
{
    const char *pointer = NULL;
    const KbntInput *found = find_specification(body, &pointer, faults);
    g_autoptr(KbntValue) specification = NULL;

    if (!found || !verb)
        return;
    specification = kbnt_value_new();
    kbnt_members_read(found, pointer, kbnt_specification_members(verb->type), rules,
                      specification, faults);
    if (verb->complete)
        verb->complete(specification, pointer, rules, faults);
    kbnt_value_take_value(request, KBNT_FIELD_SPECIFICATION, g_steal_pointer(&specification));
}

/* What a verb works on, and what type that is, stands in the request itself, too. */
static void
name_target(KbntValue *request, const Verb *verb)
{
    const KbntValue *specification = kbnt_value_get_value(request, KBNT_FIELD_SPECIFICATION);
    const char *target = NULL;
    KbntResourceType type = verb->resource_type;

    if (specification && kbnt_value_has(specification, KBNT_FIELD_STORAGE_ID))
        target = kbnt_value_get_string(specification, KBNT_FIELD_STORAGE_ID);
    else if (specification)
        target = kbnt_value_get_string(specification, KBNT_FIELD_VIRTUAL_RESOURCE_ID);
    if (!type && target)
        type = kbnt_specification_type_of_id(target);

    kbnt_value_set_string(request, KBNT_FIELD_VIRTUAL_RESOURCE_ID, target);
    if (type)
        kbnt_value_set_int(request, KBNT_FIELD_RESOURCE_TYPE, type);
}

KbntValue *
kbnt_specification_read(const KbntInput *body, const KbntRules *rules, KbntValue *faults)
{
    KbntValue *request = kbnt_value_new();
    const Verb *verb;

    if (kbnt_input_kind(body) != KBNT_INPUT_OBJECT) {
        add_fault(faults, "", "The body must be an object");
        return request;
    }

    kbnt_members_read(body, "", body_members, rules, request, faults);
    default_int(request, KBNT_FIELD_PRIORITY, KBNT_PRIORITY_NORMAL);
    verb = find_verb((KbntRequestType)kbnt_value_get_int(request, KBNT_FIELD_REQUEST_TYPE));
    read_specification(body, verb, rules, request, faults);
    if (verb)
        name_target(request, verb);
    return request;
}

static void
replace_by_hash(KbntValue *shown, KbntField secret, KbntField hash)
{
    const char *text = kbnt_value_get_string(shown, secret);
    g_autofree char *digest = NULL;

    if (!text)
        return;
    digest = g_compute_checksum_for_string(G_CHECKSUM_SHA256, text, -1);
    kbnt_value_set_string(shown, hash, digest);
    kbnt_value_clear(shown, secret);
}

static void
replace_all_by_hashes(KbntValue *shown, KbntField secrets, KbntField hashes)
{
    for (guint i = 0; i < kbnt_value_length(shown, secrets); i++) {
        const char *text = kbnt_value_nth_string(shown, secrets, i);
        g_autofree char *digest = g_compute_checksum_for_string(G_CHECKSUM_SHA256, text, -1);

        kbnt_value_append_string(shown, hashes, digest);
    }
    kbnt_value_clear(shown, secrets);
}

KbntValue *
kbnt_specification_without_secrets(const KbntValue *specification)
{
    KbntValue *shown = kbnt_value_copy(specification);

    replace_by_hash(shown, KBNT_FIELD_USER_DATA, KBNT_FIELD_USER_DATA_SHA256);
    replace_all_by_hashes(shown, KBNT_FIELD_SSH_KEYS, KBNT_FIELD_SSH_KEYS_SHA256);
    return shown;
}

static void
add_id(GPtrArray *ids, const char *id)
{
    if (id && !g_ptr_array_find_with_equal_func(ids, id, g_str_equal, NULL))
        g_ptr_array_add(ids, g_strdup(id));
}

char **
kbnt_specification_named_resources(const KbntValue *request)
{
    const KbntValue *specification = kbnt_value_get_value(request, KBNT_FIELD_SPECIFICATION);
    GPtrArray *ids = g_ptr_array_new();
    const char *network;

    if (specification) {
        add_id(ids, kbnt_value_get_string(specification, KBNT_FIELD_VIRTUAL_RESOURCE_ID));
        add_id(ids, kbnt_value_get_string(specification, KBNT_FIELD_STORAGE_ID));
        for (guint i = 0; i < kbnt_value_length(specification, KBNT_FIELD_VOLUMES); i++)
            add_id(ids, kbnt_value_nth_string(specification, KBNT_FIELD_VOLUMES, i));
        network = kbnt_value_get_string(specification, KBNT_FIELD_NETWORK);
        if (network && kbnt_specification_type_of_id(network))
            add_id(ids, network);
    }
    g_ptr_array_add(ids, NULL);
    return (char **)g_ptr_array_free(ids, FALSE);
}

static gboolean
has_id_digits(const char *digits)
{
    gsize length = strspn(digits, "0123456789ABCDEF");

    return digits[length] == '\0' && (length == 8 || length == 12);
}

KbntResourceType
kbnt_specification_type_of_id(const char *id)
{
    if (g_str_has_prefix(id, "VM-") && has_id_digits(id + strlen("VM-")))
        return KBNT_RESOURCE_TYPE_VIRTUAL_MACHINE;
    if (g_str_has_prefix(id, "STOR-") && has_id_digits(id + strlen("STOR-")))
        return KBNT_RESOURCE_TYPE_VIRTUAL_STORAGE;
    if (g_str_has_prefix(id, "NET-") && has_id_digits(id + strlen("NET-")))
        return KBNT_RESOURCE_TYPE_VIRTUAL_NETWORK;
    return 0;
}
