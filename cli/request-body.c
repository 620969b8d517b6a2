/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * request-body.c: owns how options, a file or an earlier request become the body of a POST.
 * What may be asked is the server's to judge: here words are only put in their places.
 */
#include "request-body.h"

#include <stdio.h>
#include <string.h>

const char kbnt_request_body_details[] =
    "WHAT is one of\n"
    "  machine              --cpu 4 --memory 8GB --disk '100GB SSD' --network vlan-100\n"
    "  storage              --size 500GB --type ssd --iops 3000\n"
    "  network              --subnet 10.0.1.0/24 --vlan 200\n"
    "  start, stop, reboot, delete ID\n"
    "  attach, detach MACHINE STORAGE\n"
    "or any type of the API, with --file: a JSON document, '-' for standard input.";

/* clang-format off */
#define WHAT_IS_ASKED_FOR \
    { "file", "FILE", "The whole body in JSON; '-' is standard input" }, \
    { "cpu", "CORES", "Of a machine" }, \
    { "memory", "SIZE", "Of a machine, as '8GB' or '512MB'" }, \
    { "disk", "SIZE", "Of a machine, as '100GB' or '100GB SSD'" }, \
    { "network", "NAME", "Of a machine: bridged, nat, vlan-N or a network's id" }, \
    { "image", "NAME", "Of a machine" }, \
    { "ssh-key", "KEY", "Of a machine; may be given again" }, \
    { "user-data", "FILE", "Of a machine: for its first boot" }, \
    { "security-group", "NAME", "Of a machine; may be given again" }, \
    { "anti-affinity", "NAME", "Of a machine: apart from others of that name" }, \
    { "volume", "ID", "Of a machine; may be given again" }, \
    { "size", "SIZE", "Of storage, as '500GB'" }, \
    { "type", "CLASS", "Of storage: standard, ssd, hdd or nvme" }, \
    { "iops", "NUMBER", "Of storage" }, \
    { "subnet", "CIDR", "Of a network" }, \
    { "vlan", "NUMBER", "Of a network" }, \
    { "gateway", "ADDRESS", "Of a network" }, \
    { "mode", "MODE", "Of a network: isolated, nat or bridged" }, \
    { "no-dhcp", NULL, "Of a network" }, \
    { "force", NULL, "Of stop, reboot and delete" }, \
    { "name", "NAME", "Your own name for the thing (resourceId)" }, \
    { "request-id", "ID", "Makes a second submission the same request" }, \
    { "user", "NAME", "On whose behalf, for administrators" }, \
    { "priority", "LEVEL", "LOW, NORMAL, HIGH or CRITICAL" }
/* clang-format on */

const KbntOption kbnt_plan_options[] = {
    WHAT_IS_ASKED_FOR,
    { NULL, NULL, NULL },
};

const KbntOption kbnt_submit_options[] = {
    WHAT_IS_ASKED_FOR,
    { "again", "ID", "Ask again for what that request asked for" },
    { "watch", NULL, "Stay until it has ended" },
    { NULL, NULL, NULL },
};

typedef struct {
    const char *word;
    const char *type;
    const char *operands[2]; /* the members that the words behind it are */
} Verb;

static const Verb verbs[] = {
    { "machine", "CREATE_VIRTUAL_MACHINE", { NULL, NULL } },
    { "storage", "ALLOCATE_STORAGE", { NULL, NULL } },
    { "network", "CREATE_NETWORK", { NULL, NULL } },
    { "start", "START_VIRTUAL_MACHINE", { "virtualResourceId", NULL } },
    { "stop", "STOP_VIRTUAL_MACHINE", { "virtualResourceId", NULL } },
    { "reboot", "REBOOT_VIRTUAL_MACHINE", { "virtualResourceId", NULL } },
    { "delete", "DELETE_RESOURCE", { "virtualResourceId", NULL } },
    { "attach", "ATTACH_STORAGE", { "virtualResourceId", "storageId" } },
    { "detach", "DETACH_STORAGE", { "virtualResourceId", "storageId" } },
};

/* How the value of an option stands in JSON. */
typedef enum { AS_TEXT, AS_NUMBER, AS_LIST, AS_TRUE, AS_FALSE } Form;

typedef struct {
    const char *option;
    const char *member;
    Form form;
} Mapping;

static const Mapping specification_mappings[] = {
    { "cpu", "cpu", AS_NUMBER },
    { "memory", "memory", AS_TEXT },
    { "disk", "disk", AS_TEXT },
    { "network", "network", AS_TEXT },
    { "image", "image", AS_TEXT },
    { "ssh-key", "sshKeys", AS_LIST },
    { "security-group", "securityGroups", AS_LIST },
    { "anti-affinity", "antiAffinity", AS_TEXT },
    { "volume", "volumes", AS_LIST },
    { "size", "size", AS_TEXT },
    { "type", "type", AS_TEXT },
    { "iops", "iops", AS_NUMBER },
    { "subnet", "subnet", AS_TEXT },
    { "vlan", "vlan", AS_NUMBER },
    { "gateway", "gateway", AS_TEXT },
    { "mode", "mode", AS_TEXT },
    { "no-dhcp", "dhcp", AS_FALSE },
    { "force", "force", AS_TRUE },
};

static const Mapping metadata_mappings[] = {
    { "request-id", "requestId", AS_TEXT },
    { "user", "userId", AS_TEXT },
    { "priority", "priority", AS_TEXT },
};

static json_t *
misused(GError **error, const char *why)
{
    g_set_error_literal(error, G_OPTION_ERROR, G_OPTION_ERROR_BAD_VALUE, why);
    return NULL;
}

/* A number stays what was typed where it is none: the server names the fault. */
static json_t *
number_or_text(const char *text)
{
    gint64 number;

    if (g_ascii_string_to_signed(text, 10, G_MININT64, G_MAXINT64, &number, NULL))
        return json_integer(number);
    return json_string(text);
}

static json_t *
list_of(const char *const *texts)
{
    json_t *list = json_array();

    for (; *texts; texts++)
        json_array_append_new(list, json_string(*texts));
    return list;
}

static json_t *
value_of(const KbntInvocation *invocation, const Mapping *mapping)
{
    switch (mapping->form) {
    case AS_TEXT:
        return json_string(kbnt_invocation_get(invocation, mapping->option));
    case AS_NUMBER:
        return number_or_text(kbnt_invocation_get(invocation, mapping->option));
    case AS_LIST:
        return list_of(kbnt_invocation_get_all(invocation, mapping->option));
    case AS_TRUE:
        return json_true();
    case AS_FALSE:
        return json_false();
    }
    g_assert_not_reached();
}

static void
map_options(const KbntInvocation *invocation, const Mapping *mappings, gsize n_mappings,
            json_t *object)
{
    for (gsize i = 0; i < n_mappings; i++) {
        if (kbnt_invocation_has(invocation, mappings[i].option))
            json_object_set_new(object, mappings[i].member, value_of(invocation, &mappings[i]));
    }
}

static gboolean
add_user_data(const KbntInvocation *invocation, json_t *specification, GError **error)
{
    const char *file = kbnt_invocation_get(invocation, "user-data");
    g_autofree char *text = NULL;

    if (!file)
        return TRUE;
    if (!g_file_get_contents(file, &text, NULL, error))
        return FALSE;
    json_object_set_new(specification, "userData", json_string(text));
    return TRUE;
}

static const Verb *
find_verb(const char *word)
{
    for (gsize i = 0; i < G_N_ELEMENTS(verbs); i++) {
        if (g_str_equal(verbs[i].word, word) || g_str_equal(verbs[i].type, word))
            return &verbs[i];
    }
    return NULL;
}

static guint
n_operands_of(const Verb *verb)
{
    return verb->operands[1] ? 2 : verb->operands[0] ? 1 : 0;
}

static json_t *
read_specification(const KbntInvocation *invocation, const Verb *verb, GError **error)
{
    json_t *specification = json_object();

    for (guint i = 0; i < n_operands_of(verb); i++)
        json_object_set_new(specification, verb->operands[i],
                            json_string(kbnt_invocation_operand(invocation, i + 1)));
    map_options(invocation, specification_mappings, G_N_ELEMENTS(specification_mappings),
                specification);
    if (add_user_data(invocation, specification, error))
        return specification;
    json_decref(specification);
    return NULL;
}

static json_t *
read_options(const KbntInvocation *invocation, GError **error)
{
    const char *word = kbnt_invocation_operand(invocation, 0);
    const Verb *verb = word ? find_verb(word) : NULL;
    json_t *specification;
    json_t *metadata;

    if (!verb && word) {
        g_autofree char *why = g_strdup_printf(
            "'%s' is not one of the verbs%s", word,
            g_file_test(word, G_FILE_TEST_EXISTS) ? ", name a file with --file" : "");

        return misused(error, why);
    }
    if (!verb)
        return misused(error, "WHAT is missing");
    if (kbnt_invocation_n_operands(invocation) != n_operands_of(verb) + 1)
        return misused(error, n_operands_of(verb) == 2   ? "MACHINE and STORAGE are needed"
                              : n_operands_of(verb) == 1 ? "one ID is needed"
                                                         : "there is a word too many");
    specification = read_specification(invocation, verb, error);
    if (!specification)
        return NULL;

    metadata = json_object();
    map_options(invocation, metadata_mappings, G_N_ELEMENTS(metadata_mappings), metadata);
    return json_pack("{s:s, s:s*, s:o, s:o}", "type", verb->type, "resourceId",
                     kbnt_invocation_get(invocation, "name"), "specifications", specification,
                     "metadata", metadata);
}

static json_t *
read_file(const char *file, GError **error)
{
    gboolean is_input = g_str_equal(file, "-");
    json_error_t fault;
    json_t *body = is_input ? json_loadf(stdin, JSON_REJECT_DUPLICATES, &fault)
                            : json_load_file(file, JSON_REJECT_DUPLICATES, &fault);

    if (!body)
        g_set_error(error, KBNT_ERROR, KBNT_ERROR_MALFORMED, "'%s', line %d: %s", file,
                    fault.line, fault.text);
    return body;
}

json_t *
kbnt_request_body_read(const KbntInvocation *invocation, GError **error)
{
    const char *file = kbnt_invocation_get(invocation, "file");

    if (!file)
        return read_options(invocation, error);
    if (kbnt_invocation_n_operands(invocation) > 0)
        return misused(error, "with --file nothing else says what is asked for");
    return read_file(file, error);
}

/* Views show sizes in MB under names of their own; the API reads "8192MB". */
static void
rename_size(json_t *specification, const char *shown, const char *asked)
{
    const json_t *megabytes = json_object_get(specification, shown);
    g_autofree char *text = NULL;

    if (!megabytes)
        return;
    text = g_strdup_printf("%" JSON_INTEGER_FORMAT "MB", json_integer_value(megabytes));
    json_object_set_new(specification, asked, json_string(text));
    json_object_del(specification, shown);
}

static void
rename_class(json_t *specification)
{
    const char *class = json_string_value(json_object_get(specification, "diskClass"));
    const char *disk = json_string_value(json_object_get(specification, "disk"));
    g_autofree char *with_class = disk && class ? g_strdup_printf("%s %s", disk, class) : NULL;

    if (with_class)
        json_object_set_new(specification, "disk", json_string(with_class));
    else if (class)
        json_object_set_new(specification, "type", json_string(class));
    json_object_del(specification, "diskClass");
}

/* What the view adds is not for the API to read: a machine's network says it all. */
static void
drop_derived(json_t *specification)
{
    static const char *const derived[] = { "networkId", "sshKeysSha256", "userDataSha256",
                                           "mac" };

    for (guint i = 0; i < G_N_ELEMENTS(derived); i++)
        json_object_del(specification, derived[i]);
    if (json_object_get(specification, "cpu"))
        json_object_del(specification, "vlan");
}

/* Of a secret the view has the sum only: whoever asks again must have it. */
static gboolean
check_secret(const KbntInvocation *invocation, const json_t *shown, const char *sum,
             const char *option, GError **error)
{
    if (!json_object_get(shown, sum) || kbnt_invocation_has(invocation, option))
        return TRUE;
    g_set_error(error, KBNT_ERROR, KBNT_ERROR_NOT_FOUND,
                "what it asked for is not kept whole: give --%s again", option);
    return FALSE;
}

static json_t *
unview(const json_t *shown)
{
    json_t *asked = json_deep_copy(shown);

    rename_size(asked, "memoryMb", "memory");
    rename_size(asked, "diskMb", "disk");
    rename_size(asked, "sizeMb", "size");
    rename_class(asked);
    drop_derived(asked);
    return asked;
}

static json_t *
metadata_of(const KbntInvocation *invocation, const json_t *request)
{
    json_t *metadata = json_pack("{s:O*, s:O*}", "userId", json_object_get(request, "userId"),
                                 "priority", json_object_get(request, "priority"));

    map_options(invocation, metadata_mappings, G_N_ELEMENTS(metadata_mappings), metadata);
    return metadata;
}

json_t *
kbnt_request_body_again(const KbntInvocation *invocation, const json_t *request, GError **error)
{
    const json_t *shown = json_object_get(request, "specification");
    json_t *asked;

    if (!json_is_object(shown)) {
        g_set_error(error, KBNT_ERROR, KBNT_ERROR_NOT_FOUND,
                    "it does not say any more what it asked for");
        return NULL;
    }
    if (!check_secret(invocation, shown, "sshKeysSha256", "ssh-key", error) ||
        !check_secret(invocation, shown, "userDataSha256", "user-data", error))
        return NULL;

    asked = unview(shown);
    map_options(invocation, specification_mappings, G_N_ELEMENTS(specification_mappings),
                asked);
    if (!add_user_data(invocation, asked, error)) {
        json_decref(asked);
        return NULL;
    }
    return json_pack("{s:O, s:s*, s:o, s:o}", "type", json_object_get(request, "type"),
                     "resourceId", kbnt_invocation_get(invocation, "name"), "specifications",
                     asked, "metadata", metadata_of(invocation, request));
}
