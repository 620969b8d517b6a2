/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* entry.c: owns one field of a value with its content: shared, compared, freed. */
#include "entry.h"

#include <string.h>

#define ITEMS_AT_FIRST 4

/* A text with the number of those who share it in front. */
typedef struct {
    gint n_references;
    char bytes[];
} Text;

#define KEPT_AS(type) \
    ((type) == KBNT_TYPE_NUMBER                                   ? KBNT_KEPT_AS_REAL \
     : (type) == KBNT_TYPE_STRING || (type) == KBNT_TYPE_SECRET   ? KBNT_KEPT_AS_TEXT \
     : (type) == KBNT_TYPE_BYTES                                  ? KBNT_KEPT_AS_BYTES \
     : (type) == KBNT_TYPE_VALUE                                  ? KBNT_KEPT_AS_VALUE \
     : (type) == KBNT_TYPE_STRINGS || (type) == KBNT_TYPE_SECRETS ? KBNT_KEPT_AS_TEXTS \
     : (type) == KBNT_TYPE_VALUES                                 ? KBNT_KEPT_AS_VALUES \
                                                                  : KBNT_KEPT_AS_INT)
#define KEPT(number, name, text, type) [number] = KEPT_AS(KBNT_TYPE_##type),
const guint8 kbnt_kept_by_field[KBNT_N_FIELDS] = { KBNT_FIELD_TABLE(KEPT) };
#undef KEPT
#undef KEPT_AS

static Text *
counted(char *text)
{
    return (Text *)(text - G_STRUCT_OFFSET(Text, bytes));
}

char *
kbnt_text_new(const char *text)
{
    gsize size = strlen(text) + 1;
    Text *made = g_malloc(sizeof *made + size);

    made->n_references = 1;
    memcpy(made->bytes, text, size);
    return made->bytes;
}

static char *
text_ref(char *text)
{
    g_atomic_int_inc(&counted(text)->n_references);
    return text;
}

static void
text_unref(char *text)
{
    if (g_atomic_int_dec_and_test(&counted(text)->n_references))
        g_free(counted(text));
}

static KbntList *
new_list(guint n_allocated)
{
    KbntList *list = g_malloc(sizeof *list + n_allocated * sizeof *list->items);

    list->n_references = 1;
    list->length = 0;
    list->n_allocated = n_allocated;
    return list;
}

KbntList *
kbnt_list_new(void)
{
    return new_list(ITEMS_AT_FIRST);
}

static void
list_unref(KbntList *list, KbntKept kept)
{
    if (!g_atomic_int_dec_and_test(&list->n_references))
        return;
    for (guint i = 0; i < list->length; i++) {
        if (kept == KBNT_KEPT_AS_VALUES)
            kbnt_value_unref(list->items[i]);
        else
            text_unref(list->items[i]);
    }
    g_free(list);
}

/* Returns: (transfer full): a list of its own with the same items. */
static KbntList *
copy_list(const KbntList *list, KbntKept kept)
{
    KbntList *copy = new_list(list->length + ITEMS_AT_FIRST);

    copy->length = list->length;
    for (guint i = 0; i < list->length; i++)
        copy->items[i] = kept == KBNT_KEPT_AS_VALUES ? (gpointer)kbnt_value_ref(list->items[i])
                                                     : text_ref(list->items[i]);
    return copy;
}

void
kbnt_entry_append(KbntEntry *entry, gpointer item)
{
    KbntList *list = entry->as.list;

    if (g_atomic_int_get(&list->n_references) > 1) {
        list = copy_list(list, (KbntKept)entry->kept);
        list_unref(entry->as.list, (KbntKept)entry->kept);
    } else if (list->length == list->n_allocated) {
        list->n_allocated *= 2;
        list = g_realloc(list, sizeof *list + list->n_allocated * sizeof *list->items);
    }
    list->items[list->length++] = item;
    entry->as.list = list;
}

void
kbnt_entry_clear(KbntEntry *entry)
{
    switch (entry->kept) {
    case KBNT_KEPT_AS_TEXT:
        text_unref(entry->as.text);
        break;
    case KBNT_KEPT_AS_BYTES:
        g_bytes_unref(entry->as.bytes);
        break;
    case KBNT_KEPT_AS_VALUE:
        kbnt_value_unref(entry->as.value);
        break;
    case KBNT_KEPT_AS_TEXTS:
    case KBNT_KEPT_AS_VALUES:
        list_unref(entry->as.list, (KbntKept)entry->kept);
        break;
    default:
        break;
    }
}

KbntEntry
kbnt_entry_copy(const KbntEntry *entry)
{
    KbntEntry copy = *entry;

    switch (entry->kept) {
    case KBNT_KEPT_AS_TEXT:
        text_ref(entry->as.text);
        break;
    case KBNT_KEPT_AS_BYTES:
        g_bytes_ref(entry->as.bytes);
        break;
    case KBNT_KEPT_AS_VALUE:
        kbnt_value_ref(entry->as.value);
        break;
    case KBNT_KEPT_AS_TEXTS:
        g_atomic_int_inc(&entry->as.list->n_references);
        break;
    case KBNT_KEPT_AS_VALUES:
        copy.as.list = copy_list(entry->as.list, KBNT_KEPT_AS_VALUES);
        break;
    default:
        break;
    }
    return copy;
}

static gboolean
lists_equal(const KbntList *one, const KbntList *other, KbntKept kept)
{
    if (one->length != other->length)
        return FALSE;
    for (guint i = 0; i < one->length; i++) {
        if (kept == KBNT_KEPT_AS_TEXTS ? strcmp(one->items[i], other->items[i]) != 0
                                       : !kbnt_value_equal(one->items[i], other->items[i]))
            return FALSE;
    }
    return TRUE;
}

gboolean
kbnt_entry_equal(const KbntEntry *one, const KbntEntry *other)
{
    if (one->field != other->field)
        return FALSE;
    switch (one->kept) {
    case KBNT_KEPT_AS_TEXT:
        return strcmp(one->as.text, other->as.text) == 0;
    case KBNT_KEPT_AS_BYTES:
        return g_bytes_equal(one->as.bytes, other->as.bytes);
    case KBNT_KEPT_AS_VALUE:
        return kbnt_value_equal(one->as.value, other->as.value);
    case KBNT_KEPT_AS_TEXTS:
    case KBNT_KEPT_AS_VALUES:
        return lists_equal(one->as.list, other->as.list, (KbntKept)one->kept);
    default:
        return one->as.number == other->as.number;
    }
}
