/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * host-report.c: owns what the consumer tells of its hosts: capacity, labels, images.
 *
 * One round asks the provisioner, keeps the answer in the store, and emits HOST_REPORTED on the
 * stream of each host. A round has ended when all that is committed; the next begins when its
 * time has come.
 */
#include "host-report.h"

#include "transition.h"

#define ASK_MS 10000

struct KbntHostReport {
    const KbntPorts *ports;
    KbntRelay *relay;
    const char *region;
    gint64 interval_ms;
    GHashTable *streams; /* host name -> KbntStream */
    guint64 timer;
    guint n_open;  /* commits of this round that are awaited */
    GError *error; /* (nullable): why this round did not keep the hosts */
    gboolean stopped;
    KbntDone done; /* of the first round; NULL after it */
    gpointer data;
};

/* One host's event on its way. */
typedef struct {
    KbntHostReport *report;
    KbntValue *host;
    KbntStream next;
} Telling;

KbntHostReport *
kbnt_host_report_new(const KbntPorts *ports, KbntRelay *relay, const char *region)
{
    KbntHostReport *report = g_new0(KbntHostReport, 1);

    report->ports = ports;
    report->relay = relay;
    report->region = region;
    report->streams = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, g_free);
    return report;
}

void
kbnt_host_report_free(KbntHostReport *report)
{
    if (report == NULL)
        return;
    kbnt_host_report_stop(report);
    g_hash_table_unref(report->streams);
    g_clear_error(&report->error);
    g_free(report);
}

static void ask(gpointer data);

static void
end_round(KbntHostReport *report, const GError *error)
{
    const KbntWorldPort *world = &report->ports->world;
    KbntDone done = report->done;

    report->done = NULL;
    if (error != NULL && !report->stopped)
        world->report(world->data, error, NULL,
                      "the hosts are asked again at the next interval");
    if (!report->stopped)
        report->timer = world->after(world->data, report->interval_ms, ask, report);
    if (done != NULL)
        done(NULL, error, report->data);
}

static void
one_committed(KbntHostReport *report)
{
    g_autoptr(GError) error = NULL;

    if (--report->n_open > 0)
        return;
    error = g_steal_pointer(&report->error);
    end_round(report, error);
}

static void
telling_free(Telling *telling)
{
    kbnt_value_unref(telling->host);
    g_free(telling);
}

static void
told(KbntValue *result, const GError *error, gpointer data)
{
    Telling *telling = data;
    KbntHostReport *report = telling->report;
    const KbntWorldPort *world = &report->ports->world;
    const char *name = kbnt_value_get_string(telling->host, KBNT_FIELD_HOST);
    guint n_records = error == NULL ? kbnt_value_length(result, KBNT_FIELD_RECORDS) : 0;

    if (error != NULL) {
        g_hash_table_remove(report->streams, name);
        if (!report->stopped)
            world->report(world->data, error, telling->host,
                          "the host is reported again later");
    } else
        g_hash_table_replace(report->streams, g_strdup(name),
                             g_memdup2(&telling->next, sizeof telling->next));
    for (guint i = 0; i < n_records; i++)
        kbnt_relay_push(report->relay, kbnt_value_nth_value(result, KBNT_FIELD_RECORDS, i));
    telling_free(telling);
    one_committed(report);
}

static KbntValue *
report_state(const KbntValue *host)
{
    static const KbntField fields[] = { KBNT_FIELD_CAPACITY, KBNT_FIELD_LABELS,
                                        KBNT_FIELD_IMAGES };
    static const KbntField named[] = { KBNT_FIELD_HOST, KBNT_FIELD_REGION,
                                       KBNT_FIELD_HYPERVISOR };
    KbntValue *state = kbnt_value_new();
    KbntValue *body = kbnt_value_new();

    for (guint i = 0; i < G_N_ELEMENTS(fields); i++)
        kbnt_value_copy_field(body, host, fields[i]);
    if (kbnt_value_has(host, KBNT_FIELD_ALIVE) &&
        kbnt_value_get_int(host, KBNT_FIELD_ALIVE) == 0)
        kbnt_value_append_string(body, KBNT_FIELD_LABELS, "lost");
    for (guint i = 0; i < G_N_ELEMENTS(named); i++)
        kbnt_value_copy_field(state, host, named[i]);
    kbnt_value_take_value(state, KBNT_FIELD_HOST_REPORT, body);
    kbnt_value_set_int(state, KBNT_FIELD_OUTCOME, KBNT_OUTCOME_SUCCESS);
    return state;
}

static void
emit(Telling *telling)
{
    const KbntPorts *ports = telling->report->ports;
    g_autoptr(KbntValue) state = report_state(telling->host);
    g_autoptr(KbntValue) command = kbnt_value_new();
    g_autoptr(GError) error = NULL;

    if (!kbnt_transition_emit(ports, &telling->next, KBNT_EVENT_TYPE_HOST_REPORTED, state,
                              command, &error)) {
        told(NULL, error, telling);
        return;
    }
    kbnt_stream_save(&telling->next, command);
    ports->store.submit(ports->store.data, KBNT_STORE_EMIT, command, told, telling);
}

static void
stream_found(KbntValue *result, const GError *error, gpointer data)
{
    Telling *telling = data;

    if (error != NULL) {
        told(NULL, error, telling);
        return;
    }
    g_autoptr(KbntValue) row = kbnt_value_copy(result);
    kbnt_value_set_string(row, KBNT_FIELD_STREAM_ID, telling->next.id);
    kbnt_stream_load(&telling->next, row);
    emit(telling);
}

static void
tell(KbntHostReport *report, KbntValue *host)
{
    const KbntStorePort *store = &report->ports->store;
    const char *name = kbnt_value_get_string(host, KBNT_FIELD_HOST);
    const KbntStream *known = g_hash_table_lookup(report->streams, name);
    Telling *telling = g_new0(Telling, 1);
    char stream_id[37];

    telling->report = report;
    telling->host = kbnt_value_ref(host);
    if (known != NULL) {
        telling->next = *known;
        emit(telling);
        return;
    }
    g_autoptr(KbntValue) argument = kbnt_value_new();
    kbnt_uuid_name("host", name, stream_id);
    kbnt_stream_init(&telling->next, stream_id);
    kbnt_value_set_string(argument, KBNT_FIELD_STREAM_ID, stream_id);
    store->query(store->data, KBNT_STORE_STREAM, argument, stream_found, telling);
}

static void
kept(KbntValue *result, const GError *error, gpointer data)
{
    KbntHostReport *report = data;

    (void)result;
    if (error != NULL)
        report->error = g_error_copy(error);
    one_committed(report);
}

/* The hosts as they are kept and told: each in a region. */
static KbntValue *
with_regions(const KbntHostReport *report, const KbntValue *answer)
{
    KbntValue *hosts = kbnt_value_new();
    guint n_hosts = kbnt_value_length(answer, KBNT_FIELD_HOSTS);

    kbnt_value_set_empty_list(hosts, KBNT_FIELD_HOSTS);
    for (guint i = 0; i < n_hosts; i++) {
        KbntValue *host = kbnt_value_copy(kbnt_value_nth_value(answer, KBNT_FIELD_HOSTS, i));

        if (!kbnt_value_has(host, KBNT_FIELD_REGION))
            kbnt_value_set_string(host, KBNT_FIELD_REGION, report->region);
        kbnt_value_take_item(hosts, KBNT_FIELD_HOSTS, host);
    }
    return hosts;
}

static void
answered(KbntValue *result, const GError *error, gpointer data)
{
    KbntHostReport *report = data;
    const KbntStorePort *store = &report->ports->store;
    g_autoptr(KbntValue) hosts = NULL;

    if (error != NULL || report->stopped) {
        end_round(report, error);
        return;
    }
    hosts = with_regions(report, result);
    guint n_hosts = kbnt_value_length(hosts, KBNT_FIELD_HOSTS);
    report->n_open = 1 + n_hosts;
    store->submit(store->data, KBNT_STORE_REPORT_HOSTS, hosts, kept, report);
    for (guint i = 0; i < n_hosts; i++)
        tell(report, kbnt_value_nth_value(hosts, KBNT_FIELD_HOSTS, i));
}

static void
ask(gpointer data)
{
    KbntHostReport *report = data;
    const KbntProvisionerPort *provisioner = &report->ports->provisioner;
    const KbntWorldPort *world = &report->ports->world;

    report->timer = 0;
    provisioner->call(provisioner->data, KBNT_ACTION_HOSTS, NULL, "hosts",
                      world->monotonic_us(world->data) + ASK_MS * 1000, answered, report);
}

void
kbnt_host_report_start(KbntHostReport *report, gint64 interval_ms, KbntDone done, gpointer data)
{
    report->interval_ms = interval_ms;
    report->done = done;
    report->data = data;
    ask(report);
}

void
kbnt_host_report_stop(KbntHostReport *report)
{
    const KbntWorldPort *world = &report->ports->world;

    report->stopped = TRUE;
    if (report->timer != 0)
        world->forget(world->data, report->timer);
    report->timer = 0;
}
