/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * inspection.c: owns the comparison of one host.
 *
 * The resources are read before the parts are listed, so whatever moves meanwhile looks amiss.
 * A suspect is therefore looked at again, and only what still stands is a finding (suspect.c).
 * A host that the reports no longer name alive has no parts. Work is done in turns of bounded
 * length.
 */
#include "inspection.h"

#include "inventory.h"
#include "suspect.h"

#define PAGE 500
#define PARTS_A_TURN 1000

/* More suspects than this wait for the next round. */
#define MOST_SUSPECTS 256

struct KbntInspection {
    const KbntUpkeep *upkeep;
    KbntValue *host;
    gboolean is_alive;
    KbntInventory *inventory;
    KbntValue *listed; /* PARTS of the host, or NULL */
    guint n_added;     /* of them */
    guint n_suspects;
    KbntSuspect *suspect; /* under investigation */
    KbntValue *findings;
    guint64 timer;
    KbntDone done;
    gpointer data;
};

static void read_page(KbntInspection *inspection, const char *cursor);

static void
end(KbntInspection *inspection, const GError *error)
{
    inspection->done(error == NULL ? inspection->findings : NULL, error, inspection->data);
}

static void
later(KbntInspection *inspection, void (*function)(gpointer))
{
    const KbntWorldPort *world = &inspection->upkeep->ports->world;

    inspection->timer = world->after(world->data, 0, function, inspection);
}

static void go_on(gpointer data);

static void
investigated(KbntValue *finding, const GError *error, gpointer data)
{
    KbntInspection *inspection = data;

    g_clear_pointer(&inspection->suspect, kbnt_suspect_free);
    if (error != NULL) {
        end(inspection, error);
        return;
    }
    if (finding != NULL)
        kbnt_value_append_value(inspection->findings, KBNT_FIELD_ITEMS, finding);
    later(inspection, go_on);
}

static void
go_on(gpointer data)
{
    KbntInspection *inspection = data;
    KbntValue *thing = NULL;
    KbntResourceStatus status = 0;
    KbntFinding finding = KBNT_FINDING_NONE;

    inspection->timer = 0;
    if (inspection->n_suspects++ < MOST_SUSPECTS)
        finding = kbnt_inventory_next(inspection->inventory, &thing, &status);
    if (finding == KBNT_FINDING_NONE) {
        end(inspection, NULL);
        return;
    }
    inspection->suspect = kbnt_suspect_investigate(
        inspection->upkeep, finding, thing, inspection->is_alive, investigated, inspection);
}

static void
add_parts(gpointer data)
{
    KbntInspection *inspection = data;
    guint n_parts = kbnt_value_length(inspection->listed, KBNT_FIELD_PARTS);
    guint end_of_turn = MIN(inspection->n_added + PARTS_A_TURN, n_parts);

    inspection->timer = 0;
    while (inspection->n_added < end_of_turn)
        kbnt_inventory_add_part(
            inspection->inventory,
            kbnt_value_nth_value(inspection->listed, KBNT_FIELD_PARTS, inspection->n_added++));
    later(inspection, inspection->n_added < n_parts ? add_parts : go_on);
}

static void
listed(KbntValue *result, const GError *error, gpointer data)
{
    KbntInspection *inspection = data;

    if (error != NULL) {
        end(inspection, error);
        return;
    }
    inspection->listed = kbnt_value_ref(result);
    add_parts(inspection);
}

static void
list(KbntInspection *inspection)
{
    const KbntPorts *ports = inspection->upkeep->ports;
    g_autoptr(KbntValue) argument = NULL;
    g_autofree char *key = NULL;

    if (!inspection->is_alive) {
        later(inspection, go_on);
        return;
    }
    argument = kbnt_value_new();
    kbnt_value_copy_field(argument, inspection->host, KBNT_FIELD_HOST);
    key = g_strconcat("list-owned:", kbnt_value_get_string(inspection->host, KBNT_FIELD_HOST),
                      NULL);
    ports->provisioner.call(ports->provisioner.data, KBNT_ACTION_LIST_OWNED, argument, key,
                            ports->world.monotonic_us(ports->world.data) +
                                KBNT_UPKEEP_CALL_MS * (gint64)1000,
                            listed, inspection);
}

static void
page_read(KbntValue *result, const GError *error, gpointer data)
{
    KbntInspection *inspection = data;
    guint n_items = error == NULL ? kbnt_value_length(result, KBNT_FIELD_ITEMS) : 0;
    const char *cursor = error == NULL ? kbnt_value_get_string(result, KBNT_FIELD_NEXT_CURSOR)
                                       : NULL;

    for (guint i = 0; i < n_items; i++)
        kbnt_inventory_add_resource(inspection->inventory,
                                    kbnt_value_nth_value(result, KBNT_FIELD_ITEMS, i));
    if (error != NULL)
        end(inspection, error);
    else if (cursor != NULL)
        read_page(inspection, cursor);
    else
        list(inspection);
}

static void
read_page(KbntInspection *inspection, const char *cursor)
{
    const KbntStorePort *store = &inspection->upkeep->ports->store;
    g_autoptr(KbntValue) argument = kbnt_value_new();

    kbnt_value_copy_field(argument, inspection->host, KBNT_FIELD_HOST);
    kbnt_value_set_int(argument, KBNT_FIELD_MAX_ROWS, PAGE);
    kbnt_value_set_string(argument, KBNT_FIELD_CURSOR, cursor);
    store->query(store->data, KBNT_STORE_RESOURCES, argument, page_read, inspection);
}

KbntInspection *
kbnt_inspection_begin(const KbntUpkeep *upkeep, const KbntValue *host, KbntDone done,
                      gpointer data)
{
    KbntInspection *inspection = g_new0(KbntInspection, 1);

    inspection->upkeep = upkeep;
    inspection->host = kbnt_value_copy(host);
    inspection->is_alive = kbnt_value_get_int(host, KBNT_FIELD_ALIVE) != 0;
    inspection->inventory = kbnt_inventory_new();
    inspection->findings = kbnt_value_new();
    kbnt_value_set_empty_list(inspection->findings, KBNT_FIELD_ITEMS);
    inspection->done = done;
    inspection->data = data;
    read_page(inspection, NULL);
    return inspection;
}

void
kbnt_inspection_free(KbntInspection *inspection)
{
    if (inspection == NULL)
        return;
    const KbntWorldPort *world = &inspection->upkeep->ports->world;
    if (inspection->timer != 0)
        world->forget(world->data, inspection->timer);
    kbnt_suspect_free(inspection->suspect);
    kbnt_inventory_free(inspection->inventory);
    kbnt_value_unref(inspection->listed);
    kbnt_value_unref(inspection->findings);
    kbnt_value_unref(inspection->host);
    g_free(inspection);
}
