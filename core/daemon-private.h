/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Owns what the files of the daemon share: its parts, and the steps of its start and stop. */
#pragma once

#include "consumer.h"
#include "core-ports.h"
#include "daemon.h"
#include "event-stream.h"
#include "http-routes.h"
#include "notify.h"
#include "plugin-ports.h"
#include "producer.h"
#include "remote-registry.h"
#include "rule-book.h"

#define KBNT_TOPIC_DEAD KBNT_TOPIC_REQUESTS ".dlq"

struct KbntDaemon {
    KbntConfig *config;
    KbntCoreConfig *core;
    KbntPluginLoader *loader;
    KbntLogWriter *log;
    const KbntConfigSource *source;
    GPtrArray *old_configs; /* of before a reload: something may still point into them */
    GPtrArray *old_cores;
    GPtrArray *old_books;
    KbntHalf half;
    guint n_partitions;

    KbntLoop *loop;
    KbntNotify *notify;
    KbntPluginMetrics *plugin_metrics;
    KbntMetrics *metrics;
    KbntRuleBook *rule_book;
    KbntCodec *codec;
    GBytes *signing_keys;         /* as they were read last; NULL where there are none */
    KbntRemoteRegistry *registry; /* NULL where none is configured */
    KbntHostShared shared;
    const char *secret_paths[3];
    KbntWorld world;

    KbntPluginInstance *transport;
    KbntPluginInstance *provisioner;
    KbntPluginInstance *producer_store;
    KbntPluginInstance *consumer_store;
    GPtrArray *sinks;      /* of KbntPluginInstance */
    GPtrArray *ring_sinks; /* those of them behind the rings of world, in their order */
    KbntProvisionerCalls *calls;
    KbntStoreCalls *producer_calls;
    KbntStoreCalls *consumer_calls;

    KbntPorts producer_ports;
    KbntPorts consumer_ports;
    KbntProducer *producer; /* NULL without that half */
    KbntConsumer *consumer; /* NULL without that half */

    KbntHttpRoutes *routes;
    KbntHttpServer *http;
    KbntEventStream *events;
    char *store_id;

    void (*const *steps)(KbntDaemon *daemon);      /* of the start, then of the stop */
    void (*const *join_steps)(KbntDaemon *daemon); /* NULL once the broker is joined */
    char *broker_fault; /* why the broker is not joined yet; NULL where it is, or may be soon */
    gboolean starting;
    gboolean waiting;      /* for the broker */
    gint64 met_another_us; /* when the start first saw another consumer; 0 for not */
    gboolean stopping;
    gboolean closing; /* the plugins stop, the stores among them */
    gboolean ready;
    gboolean producer_runs;
    gboolean consumer_runs;
    GError *failure; /* why the start failed */
    guint64 drain_timer;
    GSource *signals[3];
};

/* A step of the start or the stop has ended; has the form of a KbntDone. */
void kbnt_daemon_step_done(KbntValue *result, const GError *error, gpointer daemon);

/* Stops, whatever has been started. */
void kbnt_daemon_stop(KbntDaemon *daemon);

/* Stops, and says why when it has. */
void kbnt_daemon_fail(KbntDaemon *daemon, const GError *error);

/* Begins with the steps of the stop; where something was under way when it was asked for. */
void kbnt_daemon_begin_stop(KbntDaemon *daemon);

/* The step of the start that comes to the broker; without one the start goes on, and the broker
 * is asked again each second. */
void kbnt_daemon_join(KbntDaemon *daemon);

/* A step of the joining has ended; has the form of a KbntDone. */
void kbnt_daemon_join_done(KbntValue *result, const GError *error, gpointer data);

/* The broker does not answer the step of the joining that is under way. */
void kbnt_daemon_postpone_join(KbntDaemon *daemon, const GError *error);

/* The step of the joining by which a consumer is the only one, where it has to be. */
void kbnt_daemon_become_sole(KbntDaemon *daemon);

/* The steps of the start that concern HTTP, and the one of the stop. */
void kbnt_daemon_listen(KbntDaemon *daemon);
void kbnt_daemon_stop_listening(KbntDaemon *daemon);

/* Returns: (transfer full) (nullable): the signing keys as they are in their file now. */
GBytes *kbnt_daemon_read_keys(KbntDaemon *daemon, GError **error);

/* Reads the configuration again, and applies what may change without a restart; appends to
 * json a list of what was done with each key. */
gboolean kbnt_daemon_reload(KbntDaemon *daemon, GString *json, GError **error);

/* What the configuration says to the use cases. */
KbntProducerSettings kbnt_daemon_producer_settings(KbntDaemon *daemon);
KbntConsumerSettings kbnt_daemon_consumer_settings(KbntDaemon *daemon);
KbntRetention kbnt_daemon_retention(const KbntCoreConfig *core);

/* Returns: (transfer full): {HEALTH_STATUS, PASSED, TOTAL, CHECKS} from what is known. */
KbntValue *kbnt_daemon_health(KbntDaemon *daemon);

/* Sets the gauges that objects of the process know best; before a snapshot. */
void kbnt_daemon_set_gauges(KbntDaemon *daemon);

/* Asks the stores for the gauges that only they know; the next scrape shows them. */
void kbnt_daemon_ask_totals(KbntDaemon *daemon);
