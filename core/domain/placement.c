/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* placement.c: owns the filtering and weighing of hosts for one request. */
#include "placement.h"

#include "network.h"

#include <string.h>

/* How many refusals one message tells. */
#define REASONS_MAX 8

/* How many machines antiAffinity looks at. */
#define NEIGHBOURS_MAX 1000

/* What hosts have a number of. */
enum { CPU, MEMORY, DISK, N_QUANTITIES };
static const KbntField quantity_fields[N_QUANTITIES] = {
    [CPU] = KBNT_FIELD_CPU,
    [MEMORY] = KBNT_FIELD_MEMORY_MB,
    [DISK] = KBNT_FIELD_DISK_MB,
};
static const char *const too_little[N_QUANTITIES] = {
    [CPU] = "has too few cores left",
    [MEMORY] = "has too little memory left",
    [DISK] = "has too little disk left",
};

/* What is asked of a host, taken out of the request once. */
typedef struct {
    const KbntValue *hosts;
    const KbntValue *specification;
    const char *user_id;
    const char *only_host;
    gint64 amounts[N_QUANTITIES];
} Demand;

/* What a host has, and what of it is left. */
typedef struct {
    gint64 capacity[N_QUANTITIES];
    gint64 left[N_QUANTITIES];
} Room;

/* Why hosts were refused, for the message and the code. */
typedef struct {
    GString *text;
    guint n_refused;
    guint n_without_image;
} Refusals;

static Demand
read_demand(const KbntValue *hosts, const KbntValue *request)
{
    const KbntValue *specification = kbnt_value_get_value(request, KBNT_FIELD_SPECIFICATION);

    return (Demand){
        .hosts = hosts,
        .specification = specification,
        .user_id = kbnt_value_get_string(request, KBNT_FIELD_USER_ID),
        .only_host = kbnt_value_get_string(hosts, KBNT_FIELD_HOST),
        .amounts = { [CPU] = kbnt_value_get_int(specification, KBNT_FIELD_CPU),
                     [MEMORY] = kbnt_value_get_int(specification, KBNT_FIELD_MEMORY_MB),
                     [DISK] = kbnt_value_get_int(specification, KBNT_FIELD_DISK_MB) +
                              kbnt_value_get_int(specification, KBNT_FIELD_SIZE_MB) },
    };
}

static Room
read_room(const KbntValue *host)
{
    const KbntValue *capacity = kbnt_value_get_value(host, KBNT_FIELD_CAPACITY);
    const KbntValue *claimed = kbnt_value_get_value(host, KBNT_FIELD_CLAIMED);
    Room room = { 0 };

    for (guint i = 0; i < N_QUANTITIES; i++) {
        room.capacity[i] = capacity ? kbnt_value_get_int(capacity, quantity_fields[i]) : 0;
        room.left[i] = room.capacity[i] -
                       (claimed ? kbnt_value_get_int(claimed, quantity_fields[i]) : 0);
    }
    return room;
}

static gboolean
is_labelled(const KbntValue *host, const char *label)
{
    for (guint i = 0; i < kbnt_value_length(host, KBNT_FIELD_LABELS); i++) {
        if (g_str_equal(kbnt_value_nth_string(host, KBNT_FIELD_LABELS, i), label))
            return TRUE;
    }
    return FALSE;
}

typedef gboolean (*LabelMatch)(const char *label_value, gconstpointer wanted);

static gboolean
label_equals(const char *label_value, gconstpointer wanted)
{
    return g_str_equal(label_value, wanted);
}

static gboolean
label_has_vlan(const char *label_value, gconstpointer wanted)
{
    const gint64 *vlan = wanted;
    KbntVlans vlans;

    return kbnt_vlans_parse(label_value, &vlans, NULL) && kbnt_vlans_allow(&vlans, *vlan);
}

/* Returns: whether one of the host's labels of this key matches, or it has none of them. */
static gboolean
labels_allow(const KbntValue *host, const char *key, LabelMatch match, gconstpointer wanted)
{
    gboolean has_key = FALSE;

    for (guint i = 0; i < kbnt_value_length(host, KBNT_FIELD_LABELS); i++) {
        const char *label = kbnt_value_nth_string(host, KBNT_FIELD_LABELS, i);

        if (!g_str_has_prefix(label, key))
            continue;
        if (match(label + strlen(key), wanted))
            return TRUE;
        has_key = TRUE;
    }
    return !has_key;
}

static gboolean
has_disk_class(const KbntValue *host, const Demand *demand)
{
    const char *class = kbnt_enum_name(
        KBNT_TYPE_DISK_CLASS, kbnt_value_get_int(demand->specification, KBNT_FIELD_DISK_CLASS));

    return !class || labels_allow(host, "disk:", label_equals, class);
}

static gboolean
has_vlan(const KbntValue *host, gint64 vlan)
{
    return vlan == 0 || labels_allow(host, "vlan:", label_has_vlan, &vlan);
}

static gboolean
has_network(const KbntValue *host, const Demand *demand)
{
    const char *network = kbnt_value_get_string(demand->specification, KBNT_FIELD_NETWORK);
    const char *mode = kbnt_enum_name(
        KBNT_TYPE_NETWORK_MODE,
        kbnt_value_get_int(demand->specification, KBNT_FIELD_NETWORK_MODE));

    if (network && (g_str_equal(network, "bridged") || g_str_equal(network, "nat")))
        mode = network;
    return (!mode || labels_allow(host, "network:", label_equals, mode)) &&
           has_vlan(host, network ? kbnt_vlan_of_name(network) : 0) &&
           has_vlan(host, kbnt_value_get_int(demand->specification, KBNT_FIELD_VLAN));
}

static gboolean
has_image(const KbntValue *host, const Demand *demand)
{
    const char *wanted = kbnt_value_get_string(demand->specification, KBNT_FIELD_IMAGE);

    for (guint i = 0; wanted && i < kbnt_value_length(host, KBNT_FIELD_IMAGES); i++) {
        const KbntValue *image = kbnt_value_nth_value(host, KBNT_FIELD_IMAGES, i);

        if (g_strcmp0(kbnt_value_get_string(image, KBNT_FIELD_NAME), wanted) == 0)
            return TRUE;
    }
    return !wanted;
}

static gboolean
keeps_apart(const KbntValue *neighbour, const Demand *demand, const char *apart_from)
{
    const KbntValue *specification = kbnt_value_get_value(neighbour, KBNT_FIELD_SPECIFICATION);

    if (g_strcmp0(kbnt_value_get_string(neighbour, KBNT_FIELD_VIRTUAL_RESOURCE_ID),
                  apart_from) == 0)
        return TRUE;
    return specification &&
           g_strcmp0(kbnt_value_get_string(neighbour, KBNT_FIELD_USER_ID), demand->user_id) ==
               0 &&
           g_strcmp0(kbnt_value_get_string(specification, KBNT_FIELD_ANTI_AFFINITY),
                     apart_from) == 0;
}

static gboolean
has_repelling_neighbour(const KbntValue *host, const Demand *demand)
{
    const char *apart_from = kbnt_value_get_string(demand->specification,
                                                   KBNT_FIELD_ANTI_AFFINITY);

    for (guint i = 0; apart_from && i < kbnt_value_length(demand->hosts, KBNT_FIELD_RESOURCES);
         i++) {
        const KbntValue *neighbour = kbnt_value_nth_value(demand->hosts, KBNT_FIELD_RESOURCES,
                                                          i);

        if (g_strcmp0(kbnt_value_get_string(neighbour, KBNT_FIELD_HOST),
                      kbnt_value_get_string(host, KBNT_FIELD_HOST)) == 0 &&
            keeps_apart(neighbour, demand, apart_from))
            return TRUE;
    }
    return FALSE;
}

/* Returns: (nullable): what speaks against the host apart from its image; NULL for nothing. */
static const char *
objection(const KbntValue *host, const Room *room, const Demand *demand)
{
    if (!kbnt_value_get_int(host, KBNT_FIELD_ALIVE))
        return "is not alive";
    if (demand->only_host &&
        g_strcmp0(kbnt_value_get_string(host, KBNT_FIELD_HOST), demand->only_host) != 0)
        return "is not where the rest of it lives";
    if (is_labelled(host, "lost"))
        return "does not answer";
    if (is_labelled(host, "drain"))
        return "is drained";
    if (!has_disk_class(host, demand))
        return "has no disks of that class";
    if (!has_network(host, demand))
        return "has no such network";
    if (has_repelling_neighbour(host, demand))
        return "has a machine that this one keeps away from";
    for (guint i = 0; i < N_QUANTITIES; i++) {
        if (room->left[i] < demand->amounts[i])
            return too_little[i];
    }
    return NULL;
}

static void
note_refusal(Refusals *refusals, const KbntValue *host, const char *reason)
{
    refusals->n_refused++;
    if (refusals->n_refused > REASONS_MAX)
        return;
    g_string_append_printf(refusals->text, "%s'%s' %s", refusals->text->len ? ", " : "",
                           kbnt_value_get_string(host, KBNT_FIELD_HOST), reason);
}

static gboolean
will_do(const KbntValue *host, const Room *room, const Demand *demand, Refusals *refusals)
{
    const char *reason = objection(host, room, demand);

    if (!has_image(host, demand)) {
        refusals->n_without_image++;
        reason = "does not have the image";
    }
    if (reason)
        note_refusal(refusals, host, reason);
    return reason == NULL;
}

/* Returns: the share of the scarcest quantity that stays free: it decides, so that no host runs
 * out of one while it has the others. A host with none of a quantity has all of it free. */
static double
weigh(const Room *room, const Demand *demand)
{
    double least = 1;

    for (guint i = 0; i < N_QUANTITIES; i++) {
        double left = (double)(room->left[i] - demand->amounts[i]);

        if (room->capacity[i] > 0)
            least = MIN(least, left / (double)room->capacity[i]);
    }
    return least;
}

static gboolean
is_better(const KbntValue *host, double weight, const KbntValue *best, double best_weight)
{
    if (!best || weight > best_weight)
        return TRUE;
    return weight == best_weight && g_strcmp0(kbnt_value_get_string(host, KBNT_FIELD_HOST),
                                              kbnt_value_get_string(best, KBNT_FIELD_HOST)) < 0;
}

static void
explain(const Refusals *refusals, const Demand *demand, guint n_hosts, GError **error)
{
    const char *image = kbnt_value_get_string(demand->specification, KBNT_FIELD_IMAGE);

    if (n_hosts == 0)
        g_set_error_literal(error, KBNT_ERROR, KBNT_ERROR_NO_CAPACITY,
                            "No host has reported yet, see that a provisioner runs");
    else if (refusals->n_without_image == n_hosts)
        g_set_error(error, KBNT_ERROR, KBNT_ERROR_IMAGE_UNKNOWN,
                    "No host has the image '%s', GET /api/v1/images lists what there is",
                    image);
    else
        g_set_error(error, KBNT_ERROR, KBNT_ERROR_NO_CAPACITY, "No host of %u will do: %s%s",
                    n_hosts, refusals->text->str,
                    refusals->n_refused > REASONS_MAX ? ", …" : "");
}

KbntValue *
kbnt_placement_choose(const KbntValue *hosts, const KbntValue *request, GError **error)
{
    g_autoptr(GString) text = g_string_new("");
    Refusals refusals = { .text = text };
    Demand demand = read_demand(hosts, request);
    guint n_hosts = kbnt_value_length(hosts, KBNT_FIELD_HOSTS);
    KbntValue *best = NULL;
    double best_weight = 0;

    for (guint i = 0; i < n_hosts; i++) {
        KbntValue *host = kbnt_value_nth_value(hosts, KBNT_FIELD_HOSTS, i);
        Room room = read_room(host);
        double weight = weigh(&room, &demand);

        if (!will_do(host, &room, &demand, &refusals) ||
            !is_better(host, weight, best, best_weight))
            continue;
        best = host;
        best_weight = weight;
    }
    if (!best)
        explain(&refusals, &demand, n_hosts, error);
    return best;
}

KbntValue *
kbnt_placement_neighbours(const char *user_id)
{
    KbntValue *filter = kbnt_value_new();

    kbnt_value_set_string(filter, KBNT_FIELD_USER_ID, user_id);
    kbnt_value_set_int(filter, KBNT_FIELD_RESOURCE_TYPE, KBNT_RESOURCE_TYPE_VIRTUAL_MACHINE);
    kbnt_value_set_int(filter, KBNT_FIELD_MAX_ROWS, NEIGHBOURS_MAX);
    return filter;
}
