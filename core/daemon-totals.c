/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Owns the gauges that only a store knows: dead letters, which an operator takes away, and how
 * much of the quotas is used. A scrape shows what the store said last, and asks it again.
 */
#include "daemon-private.h"
#include "quota.h"

static void
set_dead_letters(KbntDaemon *daemon, const char *service, const KbntValue *totals)
{
    for (guint i = 0; i < kbnt_value_length(totals, KBNT_FIELD_TOTALS); i++) {
        const KbntValue *total = kbnt_value_nth_value(totals, KBNT_FIELD_TOTALS, i);

        if (g_strcmp0(kbnt_value_get_string(total, KBNT_FIELD_NAME), "dead-letters") == 0)
            kbnt_metrics_set(daemon->metrics, KBNT_METRIC_DEAD_LETTERS, KBNT_LABELS(service),
                             (double)kbnt_value_get_int(total, KBNT_FIELD_COUNT));
    }
}

static void
producer_counted(KbntValue *result, const GError *error, gpointer data)
{
    if (error == NULL)
        set_dead_letters(data, "producer", result);
}

static void
consumer_counted(KbntValue *result, const GError *error, gpointer data)
{
    if (error == NULL)
        set_dead_letters(data, "consumer", result);
}

static void
quota_read(KbntValue *result, const GError *error, gpointer data)
{
    KbntDaemon *daemon = data;
    guint n_charges = error == NULL ? kbnt_value_length(result, KBNT_FIELD_CHARGES) : 0;

    for (guint i = 0; i < n_charges; i++) {
        const KbntValue *charge = kbnt_value_nth_value(result, KBNT_FIELD_CHARGES, i);
        const char *quantity = kbnt_value_get_string(charge, KBNT_FIELD_QUANTITY);

        kbnt_metrics_set(daemon->metrics, KBNT_METRIC_QUOTA_USED, KBNT_LABELS(quantity),
                         kbnt_value_get_number(charge, KBNT_FIELD_USED));
        kbnt_metrics_set(daemon->metrics, KBNT_METRIC_QUOTA_RESERVED, KBNT_LABELS(quantity),
                         kbnt_value_get_number(charge, KBNT_FIELD_RESERVED));
    }
}

static void
ask_quota(KbntDaemon *daemon)
{
    const KbntStorePort *store = &daemon->producer_ports.store;
    g_autoptr(KbntValue) argument = kbnt_value_new();
    KbntValue *account = kbnt_value_new();

    kbnt_value_set_string(account, KBNT_FIELD_ACCOUNT, KBNT_QUOTA_OF_USERS);
    kbnt_value_take_item(argument, KBNT_FIELD_ITEMS, account);
    store->query(store->data, KBNT_STORE_QUOTA, argument, quota_read, daemon);
}

void
kbnt_daemon_ask_totals(KbntDaemon *daemon)
{
    const KbntStorePort *producer = &daemon->producer_ports.store;
    const KbntStorePort *consumer = &daemon->consumer_ports.store;

    if (daemon->stopping)
        return;
    if (daemon->producer != NULL) {
        producer->query(producer->data, KBNT_STORE_TOTALS, NULL, producer_counted, daemon);
        ask_quota(daemon);
    }
    if (daemon->consumer != NULL)
        consumer->query(consumer->data, KBNT_STORE_TOTALS, NULL, consumer_counted, daemon);
}
