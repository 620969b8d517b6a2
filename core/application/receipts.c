/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * receipts.c: owns which records of a subscription are done with, and acknowledges them in
 * order.
 */
#include "receipts.h"

typedef struct {
    KbntReceipts *receipts;
    gint32 number;
    gint64 next; /* the offset behind the last that came */
    GQueue open; /* of KbntReceipt, in order of offsets */
    gboolean lost;
} Partition;

struct KbntReceipt {
    Partition *partition;
    gint64 offset;
    gint64 sent_ms;
    gboolean left; /* until it comes again */
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

static KbntReceipt *
find_open(const Partition *partition, gint64 offset)
{
    for (GList *link = partition->open.head; link != NULL; link = link->next) {
        KbntReceipt *receipt = link->data;

        if (receipt->offset == offset)
            return receipt;
    }
    return NULL;
}

static KbntReceipt *
receipt_new(Partition *partition, gint64 offset, const KbntValue *record)
{
    KbntReceipt *receipt = g_new0(KbntReceipt, 1);

    receipt->partition = partition;
    receipt->offset = offset;
    receipt->sent_ms = kbnt_value_get_int(record, KBNT_FIELD_TIMESTAMP);
    partition->next = MAX(partition->next, offset + 1);
    g_queue_push_tail(&partition->open, receipt);
    return receipt;
}

KbntReceipt *
kbnt_receipts_add(KbntReceipts *receipts, const KbntValue *record)
{
    gint32 number = (gint32)kbnt_value_get_int(record, KBNT_FIELD_PARTITION);
    gint64 offset = kbnt_value_get_int(record, KBNT_FIELD_OFFSET);
    Partition *partition = find_partition(receipts, number);
    KbntReceipt *receipt = offset < partition->next ? find_open(partition, offset) : NULL;

    if (receipt == NULL)
        return receipt_new(partition, offset, record);
    if (!receipt->left)
        return NULL;
    receipt->left = FALSE;
    return receipt;
}

/* Acknowledges up to the first that is not settled. */
static void
acknowledge(Partition *partition)
{
    KbntReceipts *receipts = partition->receipts;
    const KbntReceipt *receipt;
    gint64 offset = -1;

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
kbnt_receipts_settle(KbntReceipt *receipt)
{
    receipt->settled = TRUE;
    acknowledge(receipt->partition);
}

/* Where the partition has left, the record comes to another, or under another receipt. */
void
kbnt_receipts_leave(KbntReceipt *receipt)
{
    receipt->left = TRUE;
    if (receipt->partition->lost)
        kbnt_receipts_settle(receipt);
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
    for (GList *link = partition->open.head; link != NULL; link = link->next) {
        KbntReceipt *receipt = link->data;

        receipt->settled |= receipt->left;
    }
    acknowledge(partition);
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
