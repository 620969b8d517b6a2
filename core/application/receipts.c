/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * receipts.c: owns which records of a subscription are done with, and acknowledges them in
 * order.
 */
#include "receipts.h"

typedef struct {
    KbntReceipts *receipts;
    gint32 number;
    GQueue open; /* of KbntReceipt, in order of offsets */
    gboolean lost;
} Partition;

struct KbntReceipt {
    Partition *partition;
    gint64 offset;
    gint64 sent_ms;
    gboolean settled;
};

struct KbntReceipts {
    const KbntTransportPort *transport;
    const KbntSubscription *subscription;
    GPtrArray *partitions;
};

static void
partition_free(gpointer data)
{
    Partition *partition = data;

    g_queue_clear_full(&partition->open, g_free);
    g_free(partition);
}

KbntReceipts *
kbnt_receipts_new(const KbntTransportPort *transport, const KbntSubscription *subscription)
{
    KbntReceipts *receipts = g_new0(KbntReceipts, 1);

    receipts->transport = transport;
    receipts->subscription = subscription;
    receipts->partitions = g_ptr_array_new_with_free_func(partition_free);
    return receipts;
}

void
kbnt_receipts_free(KbntReceipts *receipts)
{
    if (receipts == NULL)
        return;
    g_ptr_array_unref(receipts->partitions);
    g_free(receipts);
}

static Partition *
find_partition(KbntReceipts *receipts, gint32 number)
{
    for (guint i = 0; i < receipts->partitions->len; i++) {
        Partition *partition = g_ptr_array_index(receipts->partitions, i);

        if (partition->number == number && !partition->lost)
            return partition;
    }

    Partition *partition = g_new0(Partition, 1);
    partition->receipts = receipts;
    partition->number = number;
    g_ptr_array_add(receipts->partitions, partition);
    return partition;
}

KbntReceipt *
kbnt_receipts_add(KbntReceipts *receipts, const KbntValue *record)
{
    gint32 number = (gint32)kbnt_value_get_int(record, KBNT_FIELD_PARTITION);
    KbntReceipt *receipt = g_new0(KbntReceipt, 1);

    receipt->partition = find_partition(receipts, number);
    receipt->offset = kbnt_value_get_int(record, KBNT_FIELD_OFFSET);
    receipt->sent_ms = kbnt_value_get_int(record, KBNT_FIELD_TIMESTAMP);
    g_queue_push_tail(&receipt->partition->open, receipt);
    return receipt;
}

void
kbnt_receipts_settle(KbntReceipt *receipt)
{
    Partition *partition = receipt->partition;
    KbntReceipts *receipts = partition->receipts;
    gint64 offset = -1;

    receipt->settled = TRUE;
    while ((receipt = g_queue_peek_head(&partition->open)) != NULL && receipt->settled) {
        offset = receipt->offset;
        g_free(g_queue_pop_head(&partition->open));
    }
    if (offset >= 0 && !partition->lost)
        receipts->transport->acknowledge(receipts->transport->data, receipts->subscription,
                                         partition->number, offset);
    if (partition->lost && g_queue_is_empty(&partition->open))
        g_ptr_array_remove(receipts->partitions, partition);
}

void
kbnt_receipts_assigned(KbntReceipts *receipts, gint32 partition)
{
    find_partition(receipts, partition);
}

void
kbnt_receipts_lost(KbntReceipts *receipts, gint32 number)
{
    Partition *partition = find_partition(receipts, number);

    partition->lost = TRUE;
    if (g_queue_is_empty(&partition->open))
        g_ptr_array_remove(receipts->partitions, partition);
}

void
kbnt_receipts_each(const KbntReceipts *receipts, gint64 now_ms,
                   void (*each)(gint32 partition, double lag_seconds, guint n_open,
                                gpointer data),
                   gpointer data)
{
    for (guint i = 0; i < receipts->partitions->len; i++) {
        const Partition *partition = g_ptr_array_index(receipts->partitions, i);
        const KbntReceipt *eldest = partition->open.head ? partition->open.head->data : NULL;
        gint64 age_ms = eldest != NULL ? MAX(now_ms - eldest->sent_ms, 0) : 0;

        if (!partition->lost)
            each(partition->number, (double)age_ms / 1000, partition->open.length, data);
    }
}
