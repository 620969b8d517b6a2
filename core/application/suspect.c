/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * suspect.c: owns the second look at what seems amiss on a host.
 *
 * An orphan is one only if no message in work or in debt and no resource owns it, and it is
 * still there afterwards: it is reported, never touched. A resource is looked at on the
 * hypervisor first, then in the store: where work on it is under way, or its state has moved
 * since, nothing is amiss. What then still differs becomes the state of the resource, with an
 * event on its own stream, where the table of the domain has that move.
 */
#include "suspect.h"

#include "resource-event.h"
#include "resource-state.h"
#include "specification.h"
#include "transition.h"

/* Most messages in work that are looked through. */
#define MOST_WORKING 10000

struct KbntSuspect {
    const KbntUpkeep *upkeep;
    KbntFinding finding;
    KbntValue *thing;
    gboolean is_alive;
    KbntResourceStatus seen; /* what the resource is */
    KbntDone done;
    gpointer data;
};

void
kbnt_suspect_free(KbntSuspect *suspect)
{
    if (suspect == NULL)
        return;
    kbnt_value_unref(suspect->thing);
    g_free(suspect);
}

static void
acquit(KbntSuspect *suspect)
{
    suspect->done(NULL, NULL, suspect->data);
}

static void
fail(KbntSuspect *suspect, const GError *error)
{
    suspect->done(NULL, error, suspect->data);
}

/* @after: what its state has become, 0 where that stays. */
static void
convict(KbntSuspect *suspect, KbntResourceStatus after)
{
    static const KbntField fields[] = {
        KBNT_FIELD_HOST, KBNT_FIELD_VIRTUAL_RESOURCE_ID, KBNT_FIELD_RESOURCE_TYPE,
        KBNT_FIELD_PART, KBNT_FIELD_MESSAGE_ID,          KBNT_FIELD_PART_ID,
    };
    g_autoptr(KbntValue) finding = kbnt_value_new();

    kbnt_value_set_string(finding, KBNT_FIELD_REASON, kbnt_finding_name(suspect->finding));
    for (guint i = 0; i < G_N_ELEMENTS(fields); i++)
        if (kbnt_value_has(suspect->thing, fields[i]))
            kbnt_value_copy_field(finding, suspect->thing, fields[i]);
    if (suspect->finding != KBNT_FINDING_ORPHAN)
        kbnt_value_set_int(finding, KBNT_FIELD_RESOURCE_STATUS_BEFORE,
                           kbnt_value_get_int(suspect->thing, KBNT_FIELD_RESOURCE_STATUS));
    if (after != 0)
        kbnt_value_set_int(finding, KBNT_FIELD_RESOURCE_STATUS, after);
    suspect->done(finding, NULL, suspect->data);
}

static void
query(KbntSuspect *suspect, KbntStoreVerb verb, KbntField field, KbntDone done)
{
    const KbntStorePort *store = &suspect->upkeep->ports->store;
    g_autoptr(KbntValue) argument = kbnt_value_new();

    kbnt_value_copy_field(argument, suspect->thing, field);
    store->query(store->data, verb, argument, done, suspect);
}

/* Looks at a part of the resource, or at the part that is the suspect itself. */
static void
inspect(KbntSuspect *suspect, KbntPart part, const char *part_id, KbntDone done)
{
    const KbntPorts *ports = suspect->upkeep->ports;
    g_autoptr(KbntValue) argument = kbnt_value_new();
    g_autofree char *key = g_strdup_printf("inspect:%s:%d", part_id, part);

    kbnt_value_copy_field(argument, suspect->thing, KBNT_FIELD_HOST);
    kbnt_value_copy_field(argument, suspect->thing, KBNT_FIELD_MESSAGE_ID);
    kbnt_value_set_int(argument, KBNT_FIELD_PART, part);
    kbnt_value_set_string(argument, KBNT_FIELD_PART_ID, part_id);
    ports->provisioner.call(ports->provisioner.data, KBNT_ACTION_INSPECT, argument, key,
                            ports->world.monotonic_us(ports->world.data) +
                                KBNT_UPKEEP_CALL_MS * (gint64)1000,
                            done, suspect);
}

/* An orphan. */

static void
part_inspected(KbntValue *result, const GError *error, gpointer data)
{
    (void)result;
    if (g_error_matches(error, KBNT_ERROR, KBNT_ERROR_NOT_FOUND))
        acquit(data);
    else if (error != NULL)
        fail(data, error);
    else
        convict(data, 0);
}

static gboolean
owns(const KbntValue *resource, const KbntValue *part)
{
    return resource != NULL &&
           kbnt_value_get_int(resource, KBNT_FIELD_RESOURCE_STATUS) !=
               KBNT_RESOURCE_STATUS_DELETED &&
           g_strcmp0(kbnt_value_get_string(resource, KBNT_FIELD_MESSAGE_ID),
                     kbnt_value_get_string(part, KBNT_FIELD_MESSAGE_ID)) == 0;
}

static void
owner_found(KbntValue *result, const GError *error, gpointer data)
{
    KbntSuspect *suspect = data;
    KbntValue *thing = suspect->thing;

    if (error != NULL && !g_error_matches(error, KBNT_ERROR, KBNT_ERROR_NOT_FOUND))
        fail(suspect, error);
    else if (error == NULL && owns(kbnt_value_get_value(result, KBNT_FIELD_RESOURCE), thing))
        acquit(suspect);
    else
        inspect(suspect, kbnt_value_get_int(thing, KBNT_FIELD_PART),
                kbnt_value_get_string(thing, KBNT_FIELD_PART_ID), part_inspected);
}

static gboolean
has_ended(const KbntValue *row)
{
    KbntInboxState state = kbnt_value_get_int(row, KBNT_FIELD_INBOX_STATE);

    return state == KBNT_INBOX_STATE_ENDED || state == KBNT_INBOX_STATE_TOMBSTONE;
}

static void
message_found(KbntValue *result, const GError *error, gpointer data)
{
    KbntSuspect *suspect = data;

    if (error != NULL && !g_error_matches(error, KBNT_ERROR, KBNT_ERROR_NOT_FOUND))
        fail(suspect, error);
    else if (error == NULL && !has_ended(result))
        acquit(suspect);
    else
        query(suspect, KBNT_STORE_RESOURCE, KBNT_FIELD_VIRTUAL_RESOURCE_ID, owner_found);
}

/* A resource. */

static void
changed(KbntValue *result, const GError *error, gpointer data)
{
    KbntSuspect *suspect = data;
    const KbntPorts *ports = suspect->upkeep->ports;

    if (g_error_matches(error, KBNT_ERROR, KBNT_ERROR_STORE_CONFLICT)) {
        acquit(suspect);
        return;
    }
    if (error != NULL) {
        fail(suspect, error);
        return;
    }
    kbnt_relay_push_all(suspect->upkeep->relay, result);
    KbntValue *transition = kbnt_transition_new(ports, KBNT_TRANSITION_RESOURCE_CHANGED,
                                                KBNT_SERVICE_CONSUMER, suspect->thing);
    kbnt_value_set_int(transition, KBNT_FIELD_RESOURCE_STATUS, suspect->seen);
    ports->world.observe(ports->world.data, transition);
    convict(suspect, suspect->seen);
}

static void
event_made(KbntValue *command, const GError *error, gpointer data)
{
    KbntSuspect *suspect = data;
    const KbntStorePort *store = &suspect->upkeep->ports->store;

    if (error != NULL) {
        fail(suspect, error);
        return;
    }
    KbntValue *resource = kbnt_value_new();
    kbnt_value_copy_field(resource, suspect->thing, KBNT_FIELD_VIRTUAL_RESOURCE_ID);
    kbnt_value_set_int(resource, KBNT_FIELD_RESOURCE_STATUS, suspect->seen);
    kbnt_value_take_value(command, KBNT_FIELD_RESOURCE, resource);
    store->submit(store->data, KBNT_STORE_EMIT, command, changed, suspect);
}

/* Whether the move can be told: what it was plugged into is not known from a state alone. */
static gboolean
may_change(KbntResourceStatus before, KbntResourceStatus seen)
{
    gboolean plugs = before == KBNT_RESOURCE_STATUS_IN_USE ||
                     seen == KBNT_RESOURCE_STATUS_IN_USE;

    return kbnt_resource_state_may(before, seen) &&
           (!plugs || before == KBNT_RESOURCE_STATUS_LOST || seen == KBNT_RESOURCE_STATUS_LOST);
}

static void
resource_found(KbntValue *result, const GError *error, gpointer data)
{
    KbntSuspect *suspect = data;
    KbntValue *now = error == NULL ? kbnt_value_get_value(result, KBNT_FIELD_RESOURCE) : NULL;
    KbntResourceStatus before = kbnt_value_get_int(suspect->thing, KBNT_FIELD_RESOURCE_STATUS);

    if (error != NULL)
        fail(suspect, error);
    else if (kbnt_value_get_int(now, KBNT_FIELD_RESOURCE_STATUS) != (gint64)before)
        acquit(suspect);
    else if (suspect->seen != 0 && may_change(before, suspect->seen)) {
        g_autoptr(KbntValue) resource = kbnt_value_copy(now);

        kbnt_value_set_int(resource, KBNT_FIELD_RESOURCE_STATUS, suspect->seen);
        kbnt_resource_event_make(suspect->upkeep->ports, KBNT_EVENT_TYPE_RESOURCE_STATE_CHANGED,
                                 resource, event_made, suspect);
    } else
        convict(suspect, 0);
}

/* Whether @row, an inbox row, is work on the resource, or on what it is plugged into. */
static gboolean
works_on(const KbntValue *row, const char *resource_id)
{
    const KbntValue *request = kbnt_value_get_value(row, KBNT_FIELD_REQUEST);
    g_auto(GStrv) named = kbnt_specification_named_resources(request);

    return g_strcmp0(kbnt_value_get_string(request, KBNT_FIELD_VIRTUAL_RESOURCE_ID),
                     resource_id) == 0 ||
           g_strv_contains((const char *const *)named, resource_id);
}

static void
working_found(KbntValue *result, const GError *error, gpointer data)
{
    KbntSuspect *suspect = data;
    const char *resource_id = kbnt_value_get_string(suspect->thing,
                                                    KBNT_FIELD_VIRTUAL_RESOURCE_ID);
    guint n_items = error == NULL ? kbnt_value_length(result, KBNT_FIELD_ITEMS) : 0;

    for (guint i = 0; i < n_items; i++)
        if (works_on(kbnt_value_nth_value(result, KBNT_FIELD_ITEMS, i), resource_id)) {
            acquit(suspect);
            return;
        }
    if (error != NULL)
        fail(suspect, error);
    else
        query(suspect, KBNT_STORE_RESOURCE, KBNT_FIELD_VIRTUAL_RESOURCE_ID, resource_found);
}

static void
look_for_work(KbntSuspect *suspect)
{
    const KbntStorePort *store = &suspect->upkeep->ports->store;
    g_autoptr(KbntValue) argument = kbnt_value_new();

    kbnt_value_set_int(argument, KBNT_FIELD_MAX_ROWS, MOST_WORKING);
    store->query(store->data, KBNT_STORE_WORKING, argument, working_found, suspect);
}

static void
main_part_inspected(KbntValue *result, const GError *error, gpointer data)
{
    KbntSuspect *suspect = data;
    gboolean is_missing = g_error_matches(error, KBNT_ERROR, KBNT_ERROR_NOT_FOUND);

    if (error != NULL && !is_missing) {
        fail(suspect, error);
        return;
    }
    if (is_missing != (suspect->finding == KBNT_FINDING_MISSING)) {
        acquit(suspect);
        return;
    }
    if (suspect->finding != KBNT_FINDING_INCOMPLETE)
        suspect->seen = is_missing ? KBNT_RESOURCE_STATUS_LOST
                                   : kbnt_value_get_int(result, KBNT_FIELD_RESOURCE_STATUS);
    look_for_work(suspect);
}

static void
look_at_resource(KbntSuspect *suspect)
{
    const char *message_id = kbnt_value_get_string(suspect->thing, KBNT_FIELD_MESSAGE_ID);
    char part_id[37];

    if (!suspect->is_alive) {
        suspect->seen = KBNT_RESOURCE_STATUS_LOST;
        look_for_work(suspect);
        return;
    }
    kbnt_uuid_name("resource", message_id, part_id);
    inspect(
        suspect,
        kbnt_inventory_main_part(kbnt_value_get_int(suspect->thing, KBNT_FIELD_RESOURCE_TYPE)),
        part_id, main_part_inspected);
}

KbntSuspect *
kbnt_suspect_investigate(const KbntUpkeep *upkeep, KbntFinding finding, KbntValue *thing,
                         gboolean is_alive, KbntDone done, gpointer data)
{
    KbntSuspect *suspect = g_new0(KbntSuspect, 1);

    suspect->upkeep = upkeep;
    suspect->finding = finding;
    suspect->thing = kbnt_value_ref(thing);
    suspect->is_alive = is_alive;
    suspect->done = done;
    suspect->data = data;
    if (finding == KBNT_FINDING_ORPHAN)
        query(suspect, KBNT_STORE_INBOX, KBNT_FIELD_MESSAGE_ID, message_found);
    else
        look_at_resource(suspect);
    return suspect;
}
