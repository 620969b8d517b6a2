/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Owns the table of all ops of all kinds. */
#include "plugin-ops.h"

#include <string.h>

/* When an op must be there, and when it must not. */
typedef enum {
    ALWAYS,
    OPTIONAL,
    WITH_CAP,
    WITHOUT_CAP,
} Presence;

typedef struct {
    const char *name;
    gsize offset;
    Presence presence;
    guint64 cap;
} OpRow;

typedef struct {
    const char *name;
    gsize size;          /* of the newest vtable */
    gsize smallest_size; /* of the vtable of ABI 1.0 */
    guint64 caps;        /* all that exist */
    const OpRow *ops;
    gsize n_ops;
} KindRow;

/* clang-format off */
#define OP(type, op, when, ...) \
    { .name = #op, .offset = G_STRUCT_OFFSET(type, op), .presence = when, ##__VA_ARGS__ }

static const OpRow life_ops[] = {
    OP(KbntLifeOps, create, ALWAYS),
    OP(KbntLifeOps, start, ALWAYS),
    OP(KbntLifeOps, stop, ALWAYS),
    OP(KbntLifeOps, destroy, ALWAYS),
};
static const OpRow transport_ops[] = {
    OP(KbntTransportOps, ensure_topic, ALWAYS),
    OP(KbntTransportOps, describe, ALWAYS),
    OP(KbntTransportOps, publish, ALWAYS),
    OP(KbntTransportOps, subscribe, ALWAYS),
    OP(KbntTransportOps, unsubscribe, ALWAYS),
    OP(KbntTransportOps, acknowledge, ALWAYS),
    OP(KbntTransportOps, pause, ALWAYS),
    OP(KbntTransportOps, resume, ALWAYS),
    OP(KbntTransportOps, watch_settled, WITHOUT_CAP, .cap = KBNT_TRANSPORT_DURABLE),
    OP(KbntTransportOps, publish_atomic, WITH_CAP, .cap = KBNT_TRANSPORT_ATOMIC),
    OP(KbntTransportOps, read_cursor, WITH_CAP, .cap = KBNT_TRANSPORT_ATOMIC),
};
static const OpRow provisioner_ops[] = {
    OP(KbntProvisionerOps, hosts, ALWAYS),
    OP(KbntProvisionerOps, ensure, ALWAYS),
    OP(KbntProvisionerOps, inspect, ALWAYS),
    OP(KbntProvisionerOps, remove, ALWAYS),
    OP(KbntProvisionerOps, power, WITH_CAP, .cap = KBNT_PROVISIONER_POWER),
    OP(KbntProvisionerOps, attach, WITH_CAP, .cap = KBNT_PROVISIONER_ATTACH),
    OP(KbntProvisionerOps, detach, WITH_CAP, .cap = KBNT_PROVISIONER_ATTACH),
    OP(KbntProvisionerOps, probe, ALWAYS),
    OP(KbntProvisionerOps, list_owned, ALWAYS),
};
static const OpRow sink_ops[] = {
    OP(KbntSinkOps, observe, OPTIONAL),
    OP(KbntSinkOps, render, WITH_CAP, .cap = KBNT_SINK_RENDERS),
};
static const OpRow store_ops[] = {
    OP(KbntStoreOps, submit, ALWAYS),
    OP(KbntStoreOps, query, ALWAYS),
};

#define KIND(text, type, last_op, all_caps, rows) \
    { text, sizeof(type), G_STRUCT_OFFSET(type, last_op) + sizeof(gpointer), all_caps, rows, \
      G_N_ELEMENTS(rows) }
static const KindRow kinds[] = {
    [KBNT_KIND_TRANSPORT] = KIND("transport", KbntTransportOps, read_cursor,
        KBNT_TRANSPORT_DURABLE | KBNT_TRANSPORT_ATOMIC | KBNT_TRANSPORT_SHARED |
        KBNT_TRANSPORT_OFFSETS, transport_ops),
    [KBNT_KIND_PROVISIONER] = KIND("provisioner", KbntProvisionerOps, list_owned,
        KBNT_PROVISIONER_ATTACH | KBNT_PROVISIONER_POWER, provisioner_ops),
    [KBNT_KIND_SINK] = KIND("sink", KbntSinkOps, render, KBNT_SINK_RENDERS, sink_ops),
    [KBNT_KIND_STORE] = KIND("store", KbntStoreOps, query, KBNT_STORE_SHARED, store_ops),
};
/* clang-format on */

const char *
kbnt_plugin_kind_name(guint32 kind)
{
    return kind < G_N_ELEMENTS(kinds) ? kinds[kind].name : NULL;
}

guint32
kbnt_plugin_kind_from_name(const char *name)
{
    for (guint32 kind = 1; kind < G_N_ELEMENTS(kinds); kind++)
        if (strcmp(kinds[kind].name, name) == 0)
            return kind;
    return 0;
}

static gboolean
has_op(const KbntPluginOps *ops, const OpRow *row)
{
    gpointer op;
    memcpy(&op, (const char *)ops + row->offset, sizeof(op));
    return op != NULL;
}

static gboolean
check_op(const KbntPluginOps *ops, const OpRow *row, guint64 caps, GError **error)
{
    gboolean has_cap = (caps & row->cap) != 0;
    gboolean expected = row->presence == ALWAYS || (row->presence == WITH_CAP && has_cap) ||
                        (row->presence == WITHOUT_CAP && !has_cap);
    if (row->presence == OPTIONAL || has_op(ops, row) == expected)
        return TRUE;

    const char *blame = row->presence == ALWAYS ? "" : ", against what its capabilities say";
    if (expected)
        g_set_error(error, KBNT_ERROR, KBNT_ERROR_PLUGIN_INVALID,
                    "has no op '%s'%s; set it in the vtable", row->name, blame);
    else
        g_set_error(error, KBNT_ERROR, KBNT_ERROR_PLUGIN_INVALID,
                    "has the op '%s'%s; make caps and vtable agree", row->name, blame);
    return FALSE;
}

static gboolean
check_ops(const KbntPluginOps *ops, const OpRow *rows, gsize n_rows, guint64 caps,
          GError **error)
{
    for (gsize i = 0; i < n_rows; i++)
        if (!check_op(ops, &rows[i], caps, error))
            return FALSE;
    return TRUE;
}

gboolean
kbnt_plugin_ops_read(const KbntPlugin *plugin, KbntPluginOps *ret_ops, GError **error)
{
    const KindRow *kind = &kinds[plugin->kind];
    KbntPluginOps ops = { 0 };
    if (!plugin->ops || plugin->ops->size < kind->smallest_size) {
        g_set_error(error, KBNT_ERROR, KBNT_ERROR_PLUGIN_INVALID,
                    "has no whole vtable of a %s; set .ops, and .size in it to its sizeof",
                    kind->name);
        return FALSE;
    }
    if (plugin->caps & ~kind->caps) {
        g_set_error(error, KBNT_ERROR, KBNT_ERROR_PLUGIN_INVALID,
                    "has the capability bits 0x%" G_GINT64_MODIFIER
                    "x, which no %s has; use those of kbnt-%s.h",
                    plugin->caps & ~kind->caps, kind->name, kind->name);
        return FALSE;
    }
    memcpy(&ops, plugin->ops, MIN(plugin->ops->size, kind->size));
    if (!check_ops(&ops, life_ops, G_N_ELEMENTS(life_ops), plugin->caps, error) ||
        !check_ops(&ops, kind->ops, kind->n_ops, plugin->caps, error))
        return FALSE;
    *ret_ops = ops;
    return TRUE;
}
