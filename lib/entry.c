/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* entry.c: owns one field of a value with its content: copied, compared, freed. */
#include "entry.h"

#include <string.h>

KbntKept
kbnt_kept_as(KbntField field)
{
    KbntType type = kbnt_field_type(field);

    switch (type) {
    case KBNT_TYPE_NONE:
        return KBNT_KEPT_NOT;
    case KBNT_TYPE_NUMBER:
        return KBNT_KEPT_AS_REAL;
    case KBNT_TYPE_STRING:
    case KBNT_TYPE_SECRET:
        return KBNT_KEPT_AS_TEXT;
    case KBNT_TYPE_BYTES:
        return KBNT_KEPT_AS_BYTES;
    case KBNT_TYPE_VALUE:
        return KBNT_KEPT_AS_VALUE;
    case KBNT_TYPE_STRINGS:
    case KBNT_TYPE_SECRETS:
        return KBNT_KEPT_AS_TEXTS;
    case KBNT_TYPE_VALUES:
        return KBNT_KEPT_AS_VALUES;
    default:
        return KBNT_KEPT_AS_INT;
    }
}

gboolean
kbnt_kept_is_list(KbntKept kept)
{
    return kept == KBNT_KEPT_AS_TEXTS || kept == KBNT_KEPT_AS_VALUES;
}

static void
unref_item(gpointer item)
{
    kbnt_value_unref(item);
}

GPtrArray *
kbnt_list_new(KbntKept kept)
{
    return g_ptr_array_new_with_free_func(kept == KBNT_KEPT_AS_VALUES ? unref_item : g_free);
}

static gpointer
copy_item(gconstpointer item, gpointer kept)
{
    if (GPOINTER_TO_INT(kept) == KBNT_KEPT_AS_VALUES)
        return kbnt_value_ref(item);
    return g_strdup(item);
}

static GPtrArray *
copy_list(GPtrArray *list, KbntKept kept)
{
    GPtrArray *copy = kbnt_list_new(kept);

    for (guint i = 0; i < list->len; i++)
        g_ptr_array_add(copy, copy_item(list->pdata[i], GINT_TO_POINTER(kept)));
    return copy;
}

void
kbnt_entry_clear(KbntEntry *entry)
{
    switch (kbnt_kept_as(entry->field)) {
    case KBNT_KEPT_AS_TEXT:
        g_free(entry->as.text);
        break;
    case KBNT_KEPT_AS_BYTES:
        g_bytes_unref(entry->as.bytes);
        break;
    case KBNT_KEPT_AS_VALUE:
        kbnt_value_unref(entry->as.value);
        break;
    case KBNT_KEPT_AS_TEXTS:
    case KBNT_KEPT_AS_VALUES:
        g_ptr_array_unref(entry->as.list);
        break;
    default:
        break;
    }
}

KbntEntry
kbnt_entry_copy(const KbntEntry *entry)
{
    KbntEntry copy = *entry;
    KbntKept kept = kbnt_kept_as(entry->field);

    if (kept == KBNT_KEPT_AS_TEXT)
        copy.as.text = g_strdup(entry->as.text);
    else if (kept == KBNT_KEPT_AS_BYTES)
        copy.as.bytes = g_bytes_ref(entry->as.bytes);
    else if (kept == KBNT_KEPT_AS_VALUE)
        copy.as.value = kbnt_value_ref(entry->as.value);
    else if (kbnt_kept_is_list(kept))
        copy.as.list = copy_list(entry->as.list, kept);
    return copy;
}

static gboolean
lists_equal(GPtrArray *one, GPtrArray *other, KbntKept kept)
{
    if (one->len != other->len)
        return FALSE;
    for (guint i = 0; i < one->len; i++) {
        if (kept == KBNT_KEPT_AS_TEXTS ? strcmp(one->pdata[i], other->pdata[i]) != 0
                                       : !kbnt_value_equal(one->pdata[i], other->pdata[i]))
            return FALSE;
    }
    return TRUE;
}

gboolean
kbnt_entry_equal(const KbntEntry *one, const KbntEntry *other)
{
    KbntKept kept = kbnt_kept_as(one->field);

    if (one->field != other->field)
        return FALSE;
    switch (kept) {
    case KBNT_KEPT_AS_TEXT:
        return strcmp(one->as.text, other->as.text) == 0;
    case KBNT_KEPT_AS_BYTES:
        return g_bytes_equal(one->as.bytes, other->as.bytes);
    case KBNT_KEPT_AS_VALUE:
        return kbnt_value_equal(one->as.value, other->as.value);
    case KBNT_KEPT_AS_TEXTS:
    case KBNT_KEPT_AS_VALUES:
        return lists_equal(one->as.list, other->as.list, kept);
    default:
        return one->as.number == other->as.number;
    }
}
