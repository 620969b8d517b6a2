/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * avro-recall.c: owns the histories that were written or read of late, by stream.
 */
#include "avro-recall.h"

#include <string.h>

#define MOST_STREAMS 512

struct KbntAvroItems {
    char *stream_id;
    GList link;
    GByteArray *bytes;
    GArray *ends; /* of guint: where each item ends in bytes */
    GPtrArray *values;
};

struct KbntAvroRecall {
    GHashTable *streams;
    GQueue eldest_first; /* of KbntAvroItems, by their last use */
};

static void
items_free(gpointer data)
{
    KbntAvroItems *items = data;

    g_ptr_array_unref(items->values);
    g_array_unref(items->ends);
    g_byte_array_unref(items->bytes);
    g_free(items->stream_id);
    g_free(items);
}

static KbntAvroItems *
items_new(const char *stream_id)
{
    KbntAvroItems *items = g_new0(KbntAvroItems, 1);

    items->stream_id = g_strdup(stream_id);
    items->link.data = items;
    items->bytes = g_byte_array_new();
    items->ends = g_array_new(FALSE, FALSE, sizeof(guint));
    items->values = g_ptr_array_new_with_free_func((GDestroyNotify)kbnt_value_unref);
    return items;
}

KbntAvroRecall *
kbnt_avro_recall_new(void)
{
    KbntAvroRecall *recall = g_new0(KbntAvroRecall, 1);

    recall->streams = g_hash_table_new_full(g_str_hash, g_str_equal, NULL, items_free);
    g_queue_init(&recall->eldest_first);
    return recall;
}

void
kbnt_avro_recall_free(KbntAvroRecall *recall)
{
    if (!recall)
        return;
    g_hash_table_unref(recall->streams);
    g_free(recall);
}

static void
drop(KbntAvroRecall *recall, KbntAvroItems *items)
{
    g_queue_unlink(&recall->eldest_first, &items->link);
    g_hash_table_remove(recall->streams, items->stream_id);
}

KbntAvroItems *
kbnt_avro_recall_open(KbntAvroRecall *recall, const KbntValue *event)
{
    const char *stream_id = kbnt_value_get_string(event, KBNT_FIELD_STREAM_ID);
    KbntAvroItems *items;

    if (!stream_id || kbnt_value_get_int(event, KBNT_FIELD_SEQUENCE) < 2)
        return NULL;
    items = g_hash_table_lookup(recall->streams, stream_id);
    if (items) {
        g_queue_unlink(&recall->eldest_first, &items->link);
    } else {
        if (recall->eldest_first.length >= MOST_STREAMS)
            drop(recall, g_queue_peek_head(&recall->eldest_first));
        items = items_new(stream_id);
        g_hash_table_insert(recall->streams, items->stream_id, items);
    }
    g_queue_push_tail_link(&recall->eldest_first, &items->link);
    return items;
}

static gboolean
is_last(const KbntValue *event)
{
    switch (kbnt_value_get_int(event, KBNT_FIELD_EVENT_TYPE)) {
    case KBNT_EVENT_TYPE_VIRTUALIZATION_COMPLETED:
    case KBNT_EVENT_TYPE_VIRTUALIZATION_FAILED:
    case KBNT_EVENT_TYPE_VIRTUALIZATION_CANCELLED:
        return TRUE;
    default:
        return FALSE;
    }
}

void
kbnt_avro_recall_close(KbntAvroRecall *recall, const KbntValue *event)
{
    const char *stream_id = kbnt_value_get_string(event, KBNT_FIELD_STREAM_ID);
    KbntAvroItems *items;

    if (!stream_id || !is_last(event))
        return;
    items = g_hash_table_lookup(recall->streams, stream_id);
    if (items)
        drop(recall, items);
}

guint
kbnt_avro_items_match_values(const KbntAvroItems *items, const KbntValue *value,
                             KbntField field)
{
    guint n_most = MIN(items->values->len, kbnt_value_length(value, field));
    guint n = 0;

    while (n < n_most && items->values->pdata[n] == kbnt_value_nth_value(value, field, n))
        n++;
    return n;
}

guint
kbnt_avro_items_match_bytes(const KbntAvroItems *items, const guint8 *bytes, gsize length,
                            guint n_most)
{
    guint begin = 0;

    for (guint n = 0; n < MIN(items->values->len, n_most); n++) {
        guint end = g_array_index(items->ends, guint, n);

        if (end > length || memcmp(items->bytes->data + begin, bytes + begin, end - begin) != 0)
            return n;
        begin = end;
    }
    return MIN(items->values->len, n_most);
}

const guint8 *
kbnt_avro_items_bytes(const KbntAvroItems *items, guint n_items, gsize *ret_length)
{
    *ret_length = n_items > 0 ? g_array_index(items->ends, guint, n_items - 1) : 0;
    return items->bytes->data;
}

const KbntValue *
kbnt_avro_items_value(const KbntAvroItems *items, guint index)
{
    return items->values->pdata[index];
}

void
kbnt_avro_items_put(KbntAvroItems *items, guint index, const guint8 *bytes, gsize length,
                    const KbntValue *value)
{
    gsize kept = 0;
    guint end;

    g_assert(index <= items->values->len);
    kbnt_avro_items_bytes(items, index, &kept);
    g_byte_array_set_size(items->bytes, (guint)kept);
    g_array_set_size(items->ends, index);
    g_ptr_array_set_size(items->values, (gint)index);

    g_byte_array_append(items->bytes, bytes, (guint)length);
    end = items->bytes->len;
    g_array_append_val(items->ends, end);
    g_ptr_array_add(items->values, kbnt_value_ref(value));
}
