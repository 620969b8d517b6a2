/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The resources of the provisioners' suites. */
#include "contract-parts.h"

#include <string.h>

static const KbntPart machine_parts[] = { KBNT_PART_NETWORK, KBNT_PART_VOLUME, KBNT_PART_SEED,
                                          KBNT_PART_FILTER, KBNT_PART_MACHINE };

void
resource_clear(Resource *resource)
{
    g_clear_pointer(&resource->host, g_free);
    g_clear_pointer(&resource->specification, kbnt_value_unref);
}

/* Returns: (transfer full): the report of the first host that is alive. */
static KbntValue *
find_host(Contract *contract)
{
    const KbntProvisionerOps *ops = contract_ops(contract);
    g_autoptr(KbntValue) result = contract_call(contract, ops->hosts, NULL);

    for (guint i = 0; i < kbnt_value_length(result, KBNT_FIELD_HOSTS); i++) {
        KbntValue *host = kbnt_value_nth_value(result, KBNT_FIELD_HOSTS, i);

        if (kbnt_value_get_int(host, KBNT_FIELD_ALIVE))
            return kbnt_value_ref(host);
    }
    CU_FAIL_FATAL("no host is alive");
    return NULL;
}

static KbntValue *
specify_machine(const KbntValue *host)
{
    KbntValue *image = kbnt_value_nth_value(host, KBNT_FIELD_IMAGES, 0);
    KbntValue *specification = kbnt_value_new();

    kbnt_value_set_int(specification, KBNT_FIELD_CPU, 1);
    kbnt_value_set_int(specification, KBNT_FIELD_MEMORY_MB, 256);
    kbnt_value_set_int(specification, KBNT_FIELD_DISK_MB, 1024);
    kbnt_value_set_int(specification, KBNT_FIELD_DISK_CLASS, KBNT_DISK_CLASS_STANDARD);
    kbnt_value_set_string(specification, KBNT_FIELD_NETWORK, "nat");
    kbnt_value_append_string(specification, KBNT_FIELD_SSH_KEYS, "ssh-ed25519 AAAA secret-key");
    kbnt_value_set_string(specification, KBNT_FIELD_USER_DATA, "secret-user-data");
    if (image)
        kbnt_value_set_string(specification, KBNT_FIELD_IMAGE,
                              kbnt_value_get_string(image, KBNT_FIELD_NAME));
    return specification;
}

static KbntValue *
specify(KbntResourceType type, const KbntValue *host)
{
    KbntValue *specification;

    if (type == KBNT_RESOURCE_TYPE_VIRTUAL_MACHINE)
        return specify_machine(host);
    specification = kbnt_value_new();
    if (type == KBNT_RESOURCE_TYPE_VIRTUAL_STORAGE) {
        kbnt_value_set_int(specification, KBNT_FIELD_SIZE_MB, 64);
        kbnt_value_set_int(specification, KBNT_FIELD_DISK_CLASS, KBNT_DISK_CLASS_SSD);
        return specification;
    }
    kbnt_value_set_string(specification, KBNT_FIELD_SUBNET, "10.99.1.0/24");
    kbnt_value_set_string(specification, KBNT_FIELD_GATEWAY, "10.99.1.1");
    kbnt_value_set_int(specification, KBNT_FIELD_DHCP, TRUE);
    kbnt_value_set_int(specification, KBNT_FIELD_NETWORK_MODE, KBNT_NETWORK_MODE_ISOLATED);
    return specification;
}

Resource
resource_new(Contract *contract, KbntResourceType type)
{
    g_autoptr(KbntValue) host = find_host(contract);
    Resource resource = { .type = type, .epoch = 1 };

    kbnt_host_uuid(fake_host_get(contract->host), resource.message_id);
    kbnt_uuid_name("resource", resource.message_id, resource.part_id);
    resource.host = g_strdup(kbnt_value_get_string(host, KBNT_FIELD_HOST));
    resource.specification = specify(type, host);
    return resource;
}

KbntValue *
resource_argument(const Resource *resource, KbntPart part)
{
    g_autofree char *id = kbnt_resource_id(resource->type, resource->message_id, 8);
    KbntValue *argument = kbnt_value_new();

    kbnt_value_set_int(argument, KBNT_FIELD_PART, part);
    kbnt_value_set_string(argument, KBNT_FIELD_PART_ID, resource->part_id);
    kbnt_value_set_string(argument, KBNT_FIELD_HOST, resource->host);
    kbnt_value_set_string(argument, KBNT_FIELD_MESSAGE_ID, resource->message_id);
    kbnt_value_set_string(argument, KBNT_FIELD_REQUEST_ID, "req-contract");
    kbnt_value_set_string(argument, KBNT_FIELD_USER_ID, "contract");
    kbnt_value_set_int(argument, KBNT_FIELD_EPOCH, resource->epoch);
    kbnt_value_set_string(argument, KBNT_FIELD_VERSION, "v0.1.0");
    kbnt_value_set_string(argument, KBNT_FIELD_VIRTUAL_RESOURCE_ID, id);
    kbnt_value_set_int(argument, KBNT_FIELD_RESOURCE_TYPE, resource->type);
    kbnt_value_set_value(argument, KBNT_FIELD_SPECIFICATION, resource->specification);
    return argument;
}

KbntValue *
resource_ensure(Contract *contract, const Resource *resource, KbntPart part)
{
    const KbntProvisionerOps *ops = contract_ops(contract);
    g_autoptr(KbntValue) argument = resource_argument(resource, part);

    return contract_call(contract, ops->ensure, argument);
}

GError *
resource_try(Contract *contract, const Resource *resource, KbntPart part)
{
    const KbntProvisionerOps *ops = contract_ops(contract);
    g_autoptr(KbntValue) argument = resource_argument(resource, part);
    g_auto(ContractAnswer) answer = { 0 };

    contract_ask(contract, ops->ensure, argument, &answer);
    contract_wait(contract, &answer);
    return g_steal_pointer(&answer.error);
}

KbntValue *
resource_inspect(Contract *contract, const Resource *resource, KbntPart part)
{
    const KbntProvisionerOps *ops = contract_ops(contract);
    g_autoptr(KbntValue) argument = resource_argument(resource, part);
    g_auto(ContractAnswer) answer = { 0 };

    contract_ask(contract, ops->inspect, argument, &answer);
    contract_wait(contract, &answer);
    if (g_error_matches(answer.error, KBNT_ERROR, KBNT_ERROR_NOT_FOUND))
        return NULL;
    kbnt_assert_no_error(answer.error);
    return g_steal_pointer(&answer.result);
}

void
resource_remove(Contract *contract, const Resource *resource, KbntPart part)
{
    const KbntProvisionerOps *ops = contract_ops(contract);
    g_autoptr(KbntValue) argument = resource_argument(resource, part);
    g_autoptr(KbntValue) result = contract_call(contract, ops->remove, argument);

    CU_ASSERT_PTR_NOT_NULL(result);
}

void
resource_build_machine(Contract *contract, const Resource *resource)
{
    for (guint i = 0; i < G_N_ELEMENTS(machine_parts); i++) {
        g_autoptr(KbntValue) made = resource_ensure(contract, resource, machine_parts[i]);

        CU_ASSERT(kbnt_value_has(made, KBNT_FIELD_RESOURCE_STATUS));
    }
}

void
resource_remove_all(Contract *contract, const Resource *resource)
{
    for (guint i = G_N_ELEMENTS(machine_parts); i > 0; i--)
        resource_remove(contract, resource, machine_parts[i - 1]);
}

KbntValue *
resource_power(Contract *contract, const Resource *resource, KbntPower action, const char *key)
{
    const KbntProvisionerOps *ops = contract_ops(contract);
    g_autoptr(KbntValue) argument = resource_argument(resource, KBNT_PART_MACHINE);
    g_auto(ContractAnswer) answer = { 0 };
    KbntTask *task;

    kbnt_value_set_int(argument, KBNT_FIELD_POWER_ACTION, action);
    kbnt_value_set_int(argument, KBNT_FIELD_FORCE, TRUE);
    task = contract_task(contract, 0, argument, &answer);
    kbnt_task_set_key(task, key);
    contract_op_begins();
    ops->power(contract->instance, task);
    contract_op_ended("power");
    contract_wait(contract, &answer);
    kbnt_assert_no_error(answer.error);
    return g_steal_pointer(&answer.result);
}

KbntResourceStatus
resource_status(const KbntValue *part)
{
    return (KbntResourceStatus)kbnt_value_get_int(part, KBNT_FIELD_RESOURCE_STATUS);
}

void
resource_take_over(Resource *resource)
{
    resource->epoch++;
}
