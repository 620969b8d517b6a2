/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * values.c: owns KbntValue, a set of fields sorted by their numbers.
 *
 * A value is one block of entries of 16 bytes, found by binary search: a request has some
 * thirty fields, so that is smaller and faster than any hash table. The first entries lie in
 * the value itself, since most values are small and never grow.
 */
#include "entry.h"

#include <string.h>

#define ENTRIES_AT_FIRST 6

struct KbntValue {
    gint n_references;
    guint n_entries;
    guint n_allocated;
    KbntEntry *entries; /* own, or a block elsewhere once these were too few */
    KbntEntry own[];
};

/* Returns: the place of the field, or where it belongs. */
static inline guint
place_of(const KbntValue *value, KbntField field)
{
    guint low = 0;
    guint high = value->n_entries;

    while (low < high) {
        guint middle = (low + high) / 2;

        if (value->entries[middle].field < field)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

static inline KbntEntry *
find_entry(const KbntValue *value, KbntField field)
{
    guint place = place_of(value, field);

    if (place == value->n_entries || value->entries[place].field != field)
        return NULL;
    return &value->entries[place];
}

/* Returns: (nullable): the entry of a field that is read as @kept. */
static inline const KbntEntry *
read_entry(const KbntValue *value, KbntField field, KbntKept kept)
{
    g_return_val_if_fail(value, NULL);
    g_return_val_if_fail(kbnt_kept_as(field) == kept, NULL);
    return find_entry(value, field);
}

static void
make_room(KbntValue *value)
{
    guint n_used = value->n_entries;

    value->n_allocated = MAX(n_used * 2, ENTRIES_AT_FIRST);
    if (value->entries == value->own) {
        value->entries = g_new(KbntEntry, value->n_allocated);
        memcpy(value->entries, value->own, n_used * sizeof *value->own);
    } else {
        value->entries = g_renew(KbntEntry, value->entries, value->n_allocated);
    }
}

static void
put_entry(KbntValue *value, KbntEntry entry)
{
    guint place = place_of(value, entry.field);
    KbntEntry *at;

    if (place < value->n_entries && value->entries[place].field == entry.field) {
        kbnt_entry_clear(&value->entries[place]);
        value->entries[place] = entry;
        return;
    }

    if (value->n_entries == value->n_allocated)
        make_room(value);
    at = &value->entries[place];
    if (place < value->n_entries)
        memmove(at + 1, at, (value->n_entries - place) * sizeof *at);
    *at = entry;
    value->n_entries++;
}

static void
drop_entry(KbntValue *value, KbntField field)
{
    guint place = place_of(value, field);
    KbntEntry *at;

    if (place == value->n_entries || value->entries[place].field != field)
        return;
    at = &value->entries[place];
    kbnt_entry_clear(at);
    value->n_entries--;
    memmove(at, at + 1, (value->n_entries - place) * sizeof *at);
}

static inline gboolean
is_own(const KbntValue *value)
{
    return value && g_atomic_int_get(&value->n_references) == 1;
}

static KbntValue *
new_value(guint n_allocated)
{
    KbntValue *value = g_malloc(sizeof *value + n_allocated * sizeof *value->own);

    value->n_references = 1;
    value->n_entries = 0;
    value->n_allocated = n_allocated;
    value->entries = value->own;
    return value;
}

KbntValue *
kbnt_value_new(void)
{
    return new_value(ENTRIES_AT_FIRST);
}

KbntValue *
kbnt_value_copy(const KbntValue *value)
{
    KbntValue *copy;

    g_return_val_if_fail(value, kbnt_value_new());

    /* What is copied is mostly added to. */
    copy = new_value(value->n_entries + ENTRIES_AT_FIRST);
    copy->n_entries = value->n_entries;
    for (guint i = 0; i < value->n_entries; i++)
        copy->entries[i] = kbnt_entry_copy(&value->entries[i]);
    return copy;
}

KbntValue *
kbnt_value_ref(const KbntValue *value)
{
    KbntValue *counted = (KbntValue *)value;

    g_return_val_if_fail(value, NULL);

    g_atomic_int_inc(&counted->n_references);
    return counted;
}

void
kbnt_value_unref(KbntValue *value)
{
    if (!value || !g_atomic_int_dec_and_test(&value->n_references))
        return;
    for (guint i = 0; i < value->n_entries; i++)
        kbnt_entry_clear(&value->entries[i]);
    if (value->entries != value->own)
        g_free(value->entries);
    g_free(value);
}

gboolean
kbnt_value_has(const KbntValue *value, KbntField field)
{
    g_return_val_if_fail(value, FALSE);
    return find_entry(value, field) != NULL;
}

void
kbnt_value_clear(KbntValue *value, KbntField field)
{
    g_return_if_fail(is_own(value));
    drop_entry(value, field);
}

gint64
kbnt_value_get_int(const KbntValue *value, KbntField field)
{
    const KbntEntry *entry = read_entry(value, field, KBNT_KEPT_AS_INT);

    return entry ? entry->as.number : 0;
}

double
kbnt_value_get_number(const KbntValue *value, KbntField field)
{
    const KbntEntry *entry = read_entry(value, field, KBNT_KEPT_AS_REAL);

    return entry ? entry->as.real : 0;
}

const char *
kbnt_value_get_string(const KbntValue *value, KbntField field)
{
    const KbntEntry *entry = read_entry(value, field, KBNT_KEPT_AS_TEXT);

    return entry ? entry->as.text : NULL;
}

GBytes *
kbnt_value_get_bytes(const KbntValue *value, KbntField field)
{
    const KbntEntry *entry = read_entry(value, field, KBNT_KEPT_AS_BYTES);

    return entry ? entry->as.bytes : NULL;
}

KbntValue *
kbnt_value_get_value(const KbntValue *value, KbntField field)
{
    const KbntEntry *entry = read_entry(value, field, KBNT_KEPT_AS_VALUE);

    return entry ? entry->as.value : NULL;
}

guint
kbnt_value_length(const KbntValue *value, KbntField field)
{
    const KbntEntry *entry;

    g_return_val_if_fail(value, 0);
    g_return_val_if_fail(kbnt_kept_is_list(kbnt_kept_as(field)), 0);

    entry = find_entry(value, field);
    return entry ? entry->as.list->length : 0;
}

static gpointer
nth_item(const KbntValue *value, KbntField field, guint index, KbntKept kept)
{
    const KbntEntry *entry = read_entry(value, field, kept);

    return entry && index < entry->as.list->length ? entry->as.list->items[index] : NULL;
}

const char *
kbnt_value_nth_string(const KbntValue *value, KbntField field, guint index)
{
    return nth_item(value, field, index, KBNT_KEPT_AS_TEXTS);
}

KbntValue *
kbnt_value_nth_value(const KbntValue *value, KbntField field, guint index)
{
    return nth_item(value, field, index, KBNT_KEPT_AS_VALUES);
}

void
kbnt_value_set_int(KbntValue *value, KbntField field, gint64 number)
{
    g_return_if_fail(is_own(value) && kbnt_kept_as(field) == KBNT_KEPT_AS_INT);
    put_entry(value, (KbntEntry){ field, KBNT_KEPT_AS_INT, .as.number = number });
}

void
kbnt_value_set_number(KbntValue *value, KbntField field, double number)
{
    g_return_if_fail(is_own(value) && kbnt_kept_as(field) == KBNT_KEPT_AS_REAL);
    put_entry(value, (KbntEntry){ field, KBNT_KEPT_AS_REAL, .as.real = number });
}

void
kbnt_value_set_string(KbntValue *value, KbntField field, const char *text)
{
    g_return_if_fail(is_own(value) && kbnt_kept_as(field) == KBNT_KEPT_AS_TEXT);

    if (text)
        put_entry(value,
                  (KbntEntry){ field, KBNT_KEPT_AS_TEXT, .as.text = kbnt_text_new(text) });
    else
        drop_entry(value, field);
}

void
kbnt_value_set_bytes(KbntValue *value, KbntField field, GBytes *bytes)
{
    g_return_if_fail(is_own(value) && kbnt_kept_as(field) == KBNT_KEPT_AS_BYTES);

    if (bytes)
        put_entry(value,
                  (KbntEntry){ field, KBNT_KEPT_AS_BYTES, .as.bytes = g_bytes_ref(bytes) });
    else
        drop_entry(value, field);
}

void
kbnt_value_set_value(KbntValue *value, KbntField field, const KbntValue *nested)
{
    kbnt_value_take_value(value, field, nested ? kbnt_value_ref(nested) : NULL);
}

void
kbnt_value_take_value(KbntValue *value, KbntField field, KbntValue *nested)
{
    g_autoptr(KbntValue) taken = nested;

    g_return_if_fail(is_own(value) && kbnt_kept_as(field) == KBNT_KEPT_AS_VALUE);
    g_return_if_fail(nested != value);

    if (nested)
        put_entry(value, (KbntEntry){ field, KBNT_KEPT_AS_VALUE,
                                      .as.value = g_steal_pointer(&taken) });
    else
        drop_entry(value, field);
}

void
kbnt_value_set_empty_list(KbntValue *value, KbntField field)
{
    KbntKept kept = kbnt_kept_as(field);

    g_return_if_fail(is_own(value) && kbnt_kept_is_list(kept));
    put_entry(value, (KbntEntry){ field, kept, .as.list = kbnt_list_new() });
}

static void
append_item(KbntValue *value, KbntField field, gpointer item)
{
    KbntEntry *entry = find_entry(value, field);

    if (!entry) {
        kbnt_value_set_empty_list(value, field);
        entry = find_entry(value, field);
    }
    kbnt_entry_append(entry, item);
}

void
kbnt_value_append_string(KbntValue *value, KbntField field, const char *text)
{
    g_return_if_fail(is_own(value) && kbnt_kept_as(field) == KBNT_KEPT_AS_TEXTS && text);
    append_item(value, field, kbnt_text_new(text));
}

void
kbnt_value_append_value(KbntValue *value, KbntField field, const KbntValue *nested)
{
    kbnt_value_take_item(value, field, kbnt_value_ref(nested));
}

void
kbnt_value_take_item(KbntValue *value, KbntField field, KbntValue *nested)
{
    g_autoptr(KbntValue) taken = nested;

    g_return_if_fail(is_own(value) && kbnt_kept_as(field) == KBNT_KEPT_AS_VALUES && nested);
    g_return_if_fail(nested != value);
    append_item(value, field, g_steal_pointer(&taken));
}

void
kbnt_value_copy_field(KbntValue *value, const KbntValue *from, KbntField field)
{
    const KbntEntry *entry;

    g_return_if_fail(is_own(value) && from);

    entry = find_entry(from, field);
    if (value == from)
        return;
    if (entry)
        put_entry(value, kbnt_entry_copy(entry));
    else
        drop_entry(value, field);
}

void
kbnt_value_merge(KbntValue *value, const KbntValue *patch)
{
    g_return_if_fail(is_own(value) && patch && value != patch);

    for (guint i = 0; i < patch->n_entries; i++)
        put_entry(value, kbnt_entry_copy(&patch->entries[i]));
}

guint
kbnt_value_n_fields(const KbntValue *value)
{
    g_return_val_if_fail(value, 0);
    return value->n_entries;
}

const KbntEntry *
kbnt_value_entries(const KbntValue *value, guint *ret_n)
{
    *ret_n = value->n_entries;
    return value->entries;
}

KbntField
kbnt_value_nth_field(const KbntValue *value, guint index)
{
    g_return_val_if_fail(value && index < value->n_entries, 0);
    return value->entries[index].field;
}

gboolean
kbnt_value_equal(const KbntValue *one, const KbntValue *other)
{
    g_return_val_if_fail(one && other, FALSE);

    if (one == other)
        return TRUE;
    if (one->n_entries != other->n_entries)
        return FALSE;
    for (guint i = 0; i < one->n_entries; i++) {
        if (!kbnt_entry_equal(&one->entries[i], &other->entries[i]))
            return FALSE;
    }
    return TRUE;
}
