/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * inventory.c: owns what of one host is as it should be.
 *
 * Parts and resources meet by the messageId of the create. Which parts a resource consists of
 * are those that its create makes.
 */
#include "inventory.h"

#include "plan.h"
#include "resource-state.h"

typedef struct {
    KbntValue *resource;
    guint parts;               /* a bit each */
    KbntResourceStatus status; /* of the main part */
} Entry;

struct KbntInventory {
    GHashTable *by_message; /* messageId -> Entry, borrowed */
    GPtrArray *entries;
    GPtrArray *orphans; /* of KbntValue */
    guint next_orphan;
    guint next_entry;
};

const char *
kbnt_finding_name(KbntFinding finding)
{
    static const char *const names[] = {
#define NAME(id, name, what) [KBNT_FINDING_##id] = (name),
        KBNT_FINDING_TABLE(NAME)
#undef NAME
    };

    return names[finding];
}

static void
entry_free(gpointer data)
{
    Entry *entry = data;

    kbnt_value_unref(entry->resource);
    g_free(entry);
}

KbntInventory *
kbnt_inventory_new(void)
{
    KbntInventory *inventory = g_new0(KbntInventory, 1);

    inventory->by_message = g_hash_table_new(g_str_hash, g_str_equal);
    inventory->entries = g_ptr_array_new_with_free_func(entry_free);
    inventory->orphans = g_ptr_array_new_with_free_func((GDestroyNotify)kbnt_value_unref);
    return inventory;
}

void
kbnt_inventory_free(KbntInventory *inventory)
{
    if (inventory == NULL)
        return;
    g_hash_table_unref(inventory->by_message);
    g_ptr_array_unref(inventory->entries);
    g_ptr_array_unref(inventory->orphans);
    g_free(inventory);
}

static guint
bit_of(KbntPart part)
{
    return 1u << part;
}

/* What a create of @type makes: all of it, and the last of it. */
static guint
parts_of(KbntResourceType type, KbntPart *ret_main)
{
    static const KbntRequestType creates[] = {
        [KBNT_RESOURCE_TYPE_VIRTUAL_MACHINE] = KBNT_REQUEST_TYPE_CREATE_VIRTUAL_MACHINE,
        [KBNT_RESOURCE_TYPE_VIRTUAL_STORAGE] = KBNT_REQUEST_TYPE_ALLOCATE_STORAGE,
        [KBNT_RESOURCE_TYPE_VIRTUAL_NETWORK] = KBNT_REQUEST_TYPE_CREATE_NETWORK,
    };
    guint n_steps = 0;
    guint parts = 0;
    const KbntPlanStep *steps = type < G_N_ELEMENTS(creates)
                                    ? kbnt_plan_steps(creates[type], type, &n_steps)
                                    : NULL;

    for (guint i = 0; i < n_steps; i++)
        if (steps[i].act == KBNT_ACT_ENSURE) {
            parts |= bit_of(steps[i].part);
            *ret_main = steps[i].part;
        }
    return parts;
}

KbntPart
kbnt_inventory_main_part(KbntResourceType type)
{
    KbntPart part = 0;

    parts_of(type, &part);
    return part;
}

void
kbnt_inventory_add_resource(KbntInventory *inventory, KbntValue *resource)
{
    const char *message_id = kbnt_value_get_string(resource, KBNT_FIELD_MESSAGE_ID);
    Entry *entry = g_new0(Entry, 1);

    entry->resource = kbnt_value_ref(resource);
    g_ptr_array_add(inventory->entries, entry);
    if (message_id != NULL)
        g_hash_table_insert(inventory->by_message, (gpointer)message_id, entry);
}

void
kbnt_inventory_add_part(KbntInventory *inventory, KbntValue *part)
{
    const char *message_id = kbnt_value_get_string(part, KBNT_FIELD_MESSAGE_ID);
    KbntPart kind = kbnt_value_get_int(part, KBNT_FIELD_PART);
    Entry *entry = message_id ? g_hash_table_lookup(inventory->by_message, message_id) : NULL;

    if (entry == NULL) {
        g_ptr_array_add(inventory->orphans, kbnt_value_ref(part));
        return;
    }
    entry->parts |= bit_of(kind);
    if (kind ==
        kbnt_inventory_main_part(kbnt_value_get_int(entry->resource, KBNT_FIELD_RESOURCE_TYPE)))
        entry->status = kbnt_value_get_int(part, KBNT_FIELD_RESOURCE_STATUS);
}

/* Whether the resource has to be there, all of it. */
static gboolean
is_settled(KbntResourceStatus status)
{
    switch (status) {
    case KBNT_RESOURCE_STATUS_RUNNING:
    case KBNT_RESOURCE_STATUS_STOPPED:
    case KBNT_RESOURCE_STATUS_ALLOCATED:
    case KBNT_RESOURCE_STATUS_IN_USE:
    case KBNT_RESOURCE_STATUS_ACTIVE:
    case KBNT_RESOURCE_STATUS_LOST:
        return TRUE;
    default:
        return FALSE;
    }
}

static KbntFinding
judge(const Entry *entry)
{
    KbntResourceStatus status = kbnt_value_get_int(entry->resource, KBNT_FIELD_RESOURCE_STATUS);
    KbntPart main_part = 0;
    guint wanted = parts_of(kbnt_value_get_int(entry->resource, KBNT_FIELD_RESOURCE_TYPE),
                            &main_part);

    if (!is_settled(status))
        return KBNT_FINDING_NONE;
    if ((entry->parts & bit_of(main_part)) == 0)
        return KBNT_FINDING_MISSING;
    if ((entry->parts & wanted) != wanted)
        return KBNT_FINDING_INCOMPLETE;
    return kbnt_resource_state_may(status, entry->status) ? KBNT_FINDING_CHANGED
                                                          : KBNT_FINDING_NONE;
}

KbntFinding
kbnt_inventory_next(KbntInventory *inventory, KbntValue **ret_thing,
                    KbntResourceStatus *ret_status)
{
    if (inventory->next_orphan < inventory->orphans->len) {
        *ret_thing = g_ptr_array_index(inventory->orphans, inventory->next_orphan++);
        return KBNT_FINDING_ORPHAN;
    }
    while (inventory->next_entry < inventory->entries->len) {
        const Entry *entry = g_ptr_array_index(inventory->entries, inventory->next_entry++);
        KbntFinding finding = judge(entry);

        if (finding == KBNT_FINDING_NONE)
            continue;
        *ret_thing = entry->resource;
        *ret_status = finding == KBNT_FINDING_CHANGED ? entry->status : 0;
        return finding;
    }
    return KBNT_FINDING_NONE;
}
