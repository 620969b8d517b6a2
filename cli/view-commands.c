/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * view-commands.c: owns what only looks: resources, hosts, images, quota, events.
 */
#include "list.h"

#include <stdio.h>

static const KbntOption resource_options[] = {
    { "user", "NAME", "Only of this user" },
    { "type", "TYPE", "virtual-machine, virtual-storage or virtual-network" },
    { "status", "STATUS", "As RUNNING; DELETED ones appear only when asked for" },
    { "host", "NAME", "Only on this host" },
    { "limit", "NUMBER", "At most so many" },
    { "cursor", "CURSOR", "Go on where a list ended" },
    { NULL, NULL, NULL },
};

static const KbntOption event_options[] = {
    { "request", "ID", "Only of this request, from its start to its end" },
    { NULL, NULL, NULL },
};

static const KbntColumn resource_columns[] = {
    { "RESOURCE", "virtualResourceId" },
    { "TYPE", "resourceType" },
    { "STATUS", "status" },
    { "NAME", "resourceId" },
    { "HOST", "host" },
    { "USER", "userId" },
    { "CREATED", "createdAt" },
};

static const KbntColumn resource_lines[] = {
    { "resource", "virtualResourceId" },
    { "serial", "vmId" },
    { "name", "resourceId" },
    { "type", "resourceType" },
    { "status", "status" },
    { "user", "userId" },
    { "cores", "specification.cpu" },
    { "memory MB", "specification.memoryMb" },
    { "disk MB", "specification.diskMb" },
    { "size MB", "specification.sizeMb" },
    { "class", "specification.diskClass" },
    { "image", "specification.image" },
    { "network", "specification.network" },
    { "subnet", "specification.subnet" },
    { "vlan", "specification.vlan" },
    { "address", "endpoints.address" },
    { "ssh", "endpoints.ssh" },
    { "http", "endpoints.http" },
    { "management", "endpoints.management" },
    { "health", "health.status" },
    { "attached to", "attachedTo" },
    { "host", "host" },
    { "region", "region" },
    { "hypervisor", "hypervisor" },
    { "made in s", "metrics.provisioningSeconds" },
    { "booted in s", "metrics.bootSeconds" },
    { "USD an hour", "metrics.costPerHourUsd" },
    { "USD so far", "cost" },
    { "created", "createdAt" },
    { "request", "requestId" },
};

static const KbntColumn host_columns[] = {
    { "HOST", "name" },
    { "ALIVE", "alive" },
    { "CORES", "capacity.cpu" },
    { "MEMORY MB", "capacity.memoryMb" },
    { "DISK MB", "capacity.diskMb" },
    { "HYPERVISOR", "hypervisor" },
    { "REGION", "region" },
    { "LABELS", "labels" },
    { "REPORTED", "reportedAt" },
};

static const KbntColumn image_columns[] = {
    { "IMAGE", "name" },
    { "SHA256", "sha256" },
    { "HOST", "host" },
    { "REPORTED", "reportedAt" },
};

static const KbntColumn quota_columns[] = {
    { "QUANTITY", "quantity" },
    { "USED", "used" },
    { "RESERVED", "reserved" },
    { "LIMIT", "limit" },
};

static int
show_resource(KbntInvocation *invocation, const char *id)
{
    g_autofree char *escaped = g_uri_escape_string(id, NULL, FALSE);
    g_autofree char *path = g_strconcat("/api/v1/resources/", escaped, NULL);
    g_autoptr(KbntAnswer) answer = kbnt_invocation_fetch(
        invocation, kbnt_invocation_api(invocation), "GET", path, NULL);

    return kbnt_show(invocation, answer, resource_lines, G_N_ELEMENTS(resource_lines));
}

static int
resources(KbntInvocation *invocation)
{
    static const KbntListQuery query = {
        .path = "/api/v1/resources",
        .member = "resources",
        .columns = resource_columns,
        .n_columns = G_N_ELEMENTS(resource_columns),
    };
    const char *id = kbnt_invocation_operand(invocation, 0);

    return id ? show_resource(invocation, id) : kbnt_list(invocation, &query);
}

static int
hosts(KbntInvocation *invocation)
{
    static const KbntListQuery query = {
        .path = "/api/v1/hosts",
        .member = "hosts",
        .columns = host_columns,
        .n_columns = G_N_ELEMENTS(host_columns),
    };

    return kbnt_list(invocation, &query);
}

static int
images(KbntInvocation *invocation)
{
    static const KbntListQuery query = {
        .path = "/api/v1/images",
        .member = "images",
        .columns = image_columns,
        .n_columns = G_N_ELEMENTS(image_columns),
    };

    return kbnt_list(invocation, &query);
}

/* {"vms": {"limit": …}} as rows {"quantity": "vms", "limit": …}. */
static json_t *
quota_rows(json_t *quantities)
{
    json_t *rows = json_array();
    const char *name;
    json_t *figures;

    json_object_foreach(quantities, name, figures)
    {
        json_t *row = json_is_object(figures) ? json_copy(figures) : json_object();

        json_object_set_new(row, "quantity", json_string(name));
        json_array_append_new(rows, row);
    }
    return rows;
}

static int
quota(KbntInvocation *invocation)
{
    const char *user = kbnt_invocation_operand(invocation, 0);
    g_autofree char *escaped = g_uri_escape_string(user ? user : "anonymous", NULL, FALSE);
    g_autofree char *path = g_strconcat("/api/v1/quotas/", escaped, NULL);
    g_autoptr(KbntAnswer) answer = kbnt_invocation_fetch(
        invocation, kbnt_invocation_api(invocation), "GET", path, NULL);
    g_autofree char *table = NULL;
    json_t *rows;

    if (!answer)
        return KBNT_EXIT_FAILED;
    if (kbnt_invocation_wants_json(invocation)) {
        kbnt_print_json(answer->json);
        return KBNT_EXIT_DONE;
    }
    rows = quota_rows(answer->json);
    table = kbnt_table(quota_columns, G_N_ELEMENTS(quota_columns), rows);
    fputs(table, stdout);
    json_decref(rows);
    return KBNT_EXIT_DONE;
}

static gboolean
print_event(const char *type, json_t *event, gpointer user_data)
{
    g_autofree char *time = kbnt_json_show(event, "timestamp");
    g_autofree char *request = kbnt_json_show(event, "requestId");
    g_autofree char *subject = kbnt_json_show(event, "payload.virtualResourceId");
    g_autofree char *host = kbnt_json_show(event, "payload.host");
    g_autofree char *step = kbnt_json_show(event, "step");

    if (kbnt_invocation_wants_json(user_data))
        kbnt_print_json(event);
    else
        printf("%s  %-29s %-8s %-14s %-12s %s\n", time, type, step, subject, host, request);
    fflush(stdout);
    return TRUE;
}

static int
events(KbntInvocation *invocation)
{
    const char *request = kbnt_invocation_get(invocation, "request");
    g_autofree char *escaped = request ? g_uri_escape_string(request, NULL, FALSE) : NULL;
    g_autofree char *path = request ? g_strconcat("/api/v1/requests/", escaped, "/events", NULL)
                                    : g_strdup("/api/v1/events");
    g_autoptr(GError) error = NULL;

    if (kbnt_client_listen(kbnt_invocation_api(invocation), path, print_event, invocation,
                           &error))
        return KBNT_EXIT_DONE;
    return kbnt_invocation_fail(invocation, error);
}

const KbntCommand kbnt_view_commands[] = {
    { "resources", "[ID]", "List resources, or show one", NULL, resource_options, resources },
    { "hosts", NULL, "List the hosts, as they last reported", NULL, NULL, hosts },
    { "images", NULL, "List the images that the hosts have", NULL, NULL, images },
    { "quota", "[USER]", "Show what a user may have, has and waits for", NULL, NULL, quota },
    { "events", NULL, "Show events as they happen",
      "Without --request it goes on until it is interrupted.", event_options, events },
    { NULL, NULL, NULL, NULL, NULL, NULL },
};
