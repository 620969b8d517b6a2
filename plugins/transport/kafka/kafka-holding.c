/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* kafka-holding.c: owns one owner's transactions: records and cursor go out together, or not.
 */
#include "kafka-holding.h"

#include "kafka-calls.h"
#include "kafka-cursor.h"
#include "kafka-offsets.h"
#include "kafka-producer.h"
#include "kafka-record.h"
#include "kafka-settings.h"

#define PAUSE_MS 20

struct KafkaHolding {
    KbntHost *host;
    const KafkaConfig *config;
    KafkaPatience patience;
    char *owner;
    char *holder;        /* what this one is called in the cursor */
    KafkaClient *client; /* NULL where it must begin anew */
    KafkaClient *reader; /* of the cursor; NULL until it is needed */
    rd_kafka_consumer_group_metadata_t *group;
    gboolean has_claimed;
    gboolean is_displaced;
};

KafkaHolding *
kafka_holding_new(KbntHost *host, const KafkaConfig *config, const char *owner,
                  const gint *hurry)
{
    KafkaHolding *holding = g_new0(KafkaHolding, 1);

    holding->host = host;
    holding->config = config;
    holding->patience = (KafkaPatience){ hurry, config->flush_ms };
    holding->owner = g_strdup(owner);
    holding->holder = g_uuid_string_random();
    holding->group = rd_kafka_consumer_group_metadata_new(owner);
    return holding;
}

static void
let_go(KafkaHolding *holding)
{
    kafka_producer_end(g_steal_pointer(&holding->client), 0);
}

void
kafka_holding_free(gpointer data)
{
    KafkaHolding *holding = data;

    let_go(holding);
    kafka_client_unref(holding->reader);
    rd_kafka_consumer_group_metadata_destroy(holding->group);
    g_free(holding->owner);
    g_free(holding->holder);
    g_free(holding);
}

const char *
kafka_holding_owner(const KafkaHolding *holding)
{
    return holding->owner;
}

static void
on_delivery(rd_kafka_t *handle, const rd_kafka_message_t *message, void *opaque)
{
    KafkaParcel *parcel = message->_private;

    if (!message->err)
        parcel->confirmation = kafka_record_confirmation(message);
}

static void
on_log(const rd_kafka_t *handle, int level, const char *facility, const char *text)
{
    KafkaHolding *holding = rd_kafka_opaque(handle);

    kafka_log(holding->host, level, text);
}

static gboolean
open_client(KafkaHolding *holding, GError **error)
{
    rd_kafka_conf_t *conf = kafka_settings_transactions(holding->config, holding->owner, error);

    if (!conf)
        return FALSE;
    rd_kafka_conf_set_opaque(conf, holding);
    rd_kafka_conf_set_dr_msg_cb(conf, on_delivery);
    rd_kafka_conf_set_log_cb(conf, on_log);
    holding->client = kafka_client_new(RD_KAFKA_PRODUCER, conf, error);
    return holding->client != NULL;
}

/* After a fault the transaction is aborted where that can be; else the client has to go, and
 * the next one ends what it has begun. */
static gboolean
give_up(KafkaHolding *holding, rd_kafka_error_t *fault, GError **error)
{
    g_autofree char *subject = g_strdup_printf("the transactions of '%s'", holding->owner);
    rd_kafka_error_t *left = NULL;

    g_propagate_error(error, kafka_error_new(rd_kafka_error_code(fault), subject,
                                             rd_kafka_error_string(fault)));
    if (rd_kafka_error_txn_requires_abort(fault))
        left = kafka_call(rd_kafka_abort_transaction, holding->client->handle,
                          &holding->patience);
    if (!rd_kafka_error_txn_requires_abort(fault) || left)
        let_go(holding);
    if (left)
        rd_kafka_error_destroy(left);
    rd_kafka_error_destroy(fault);
    return FALSE;
}

/* Taking. */

static gboolean
displace(KafkaHolding *holding, GError **error)
{
    holding->is_displaced = TRUE;
    let_go(holding);
    g_set_error(error, KBNT_ERROR, KBNT_ERROR_IN_USE,
                "another process publishes as '%s': stop one of the two, and start the other "
                "again",
                holding->owner);
    return FALSE;
}

/* A cursor that the brokers have forgotten has no holder. */
static gboolean
is_anothers(const KafkaHolding *holding, const KafkaCursor *cursor)
{
    return cursor->holder && !g_str_equal(cursor->holder, holding->holder);
}

/* Looks until no transaction of the owner is under way. */
static gboolean
look(KafkaHolding *holding, const char *topic, KafkaCursor *ret_cursor, GError **error)
{
    gint64 begun_us = g_get_monotonic_time();
    GError *fault = NULL;

    if (!holding->reader)
        holding->reader = kafka_offsets_reader(holding->host, holding->config, holding->owner,
                                               error);
    if (!holding->reader)
        return FALSE;
    while (!kafka_cursor_look(holding->reader, holding->owner, topic, ret_cursor, &fault)) {
        if (!g_error_matches(fault, KBNT_ERROR, KBNT_ERROR_TRANSPORT_UNAVAILABLE) ||
            !kafka_patience_is_left(&holding->patience, begun_us)) {
            g_propagate_error(error, fault);
            return FALSE;
        }
        g_clear_error(&fault);
        g_usleep(PAUSE_MS * 1000);
    }
    return TRUE;
}

/* A holder that has to begin anew looks first whether another has come meanwhile. */
static gboolean
begin(KafkaHolding *holding, const char *topic, GError **error)
{
    g_auto(KafkaCursor) cursor = { .position = -1 };
    rd_kafka_error_t *fault;

    if (holding->has_claimed) {
        if (!look(holding, topic, &cursor, error))
            return FALSE;
        if (is_anothers(holding, &cursor))
            return displace(holding, error);
    }
    if (!open_client(holding, error))
        return FALSE;
    fault = kafka_call(rd_kafka_init_transactions, holding->client->handle, &holding->patience);
    return !fault || give_up(holding, fault, error);
}

static rd_kafka_error_t *
send_all(KafkaHolding *holding, KafkaParcel *parcels, guint n_parcels)
{
    rd_kafka_t *handle = holding->client->handle;
    rd_kafka_resp_err_t code = RD_KAFKA_RESP_ERR_NO_ERROR;

    for (guint i = 0; i < n_parcels && !code; i++) {
        KbntValue *record = kbnt_task_argument(parcels[i].task);
        rd_kafka_topic_t *topic = rd_kafka_topic_new(
            handle, kbnt_value_get_string(record, KBNT_FIELD_TOPIC), NULL);

        code = kafka_record_send(handle, topic, parcels[i].n_partitions, record, &parcels[i]);
        rd_kafka_topic_destroy(topic);
    }
    return code ? rd_kafka_error_new(code, "%s", rd_kafka_err2str(code)) : NULL;
}

static gboolean
transact(KafkaHolding *holding, KafkaParcel *parcels, guint n_parcels, const char *topic,
         gint64 position, GError **error)
{
    const KafkaCursor cursor = { position, holding->holder };
    rd_kafka_topic_partition_list_t *offsets = kafka_cursor_offsets(topic, &cursor);
    rd_kafka_t *handle = holding->client->handle;
    rd_kafka_error_t *fault = rd_kafka_begin_transaction(handle);

    if (!fault)
        fault = send_all(holding, parcels, n_parcels);
    if (!fault)
        fault = kafka_call_send_offsets(handle, offsets, holding->group, &holding->patience);
    if (!fault)
        fault = kafka_call(rd_kafka_commit_transaction, handle, &holding->patience);
    rd_kafka_topic_partition_list_destroy(offsets);
    return !fault || give_up(holding, fault, error);
}

gboolean
kafka_holding_take(KafkaHolding *holding, const char *topic, gint64 *ret_position,
                   GError **error)
{
    g_auto(KafkaCursor) cursor = { .position = -1 };

    if (holding->is_displaced)
        return displace(holding, error);
    if (!holding->client && !begin(holding, topic, error))
        return FALSE;
    if (!look(holding, topic, &cursor, error))
        return FALSE;
    if (holding->has_claimed && is_anothers(holding, &cursor))
        return displace(holding, error);
    if (!holding->has_claimed && !transact(holding, NULL, 0, topic, cursor.position, error))
        return FALSE;
    holding->has_claimed = TRUE;
    *ret_position = cursor.position;
    return TRUE;
}

gboolean
kafka_holding_publish(KafkaHolding *holding, KafkaParcel *parcels, guint n_parcels,
                      const char *topic, gint64 position, GError **error)
{
    if (holding->client && holding->has_claimed)
        return transact(holding, parcels, n_parcels, topic, position, error);
    g_set_error(error, KBNT_ERROR, KBNT_ERROR_TRANSPORT_UNAVAILABLE,
                "the cursor of '%s' must be read before its records are published",
                holding->owner);
    return FALSE;
}
