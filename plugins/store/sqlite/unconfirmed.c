/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* unconfirmed.c: owns which records of the outbox nobody has confirmed yet. */
#include "unconfirmed.h"

struct Unconfirmed {
    GHashTable *positions;
    GArray *moved; /* of gint64: positions that came, negative ones went */
};

Unconfirmed *
unconfirmed_new(void)
{
    Unconfirmed *unconfirmed = g_new0(Unconfirmed, 1);

    unconfirmed->positions = g_hash_table_new(NULL, NULL);
    unconfirmed->moved = g_array_new(FALSE, FALSE, sizeof(gint64));
    return unconfirmed;
}

void
unconfirmed_free(Unconfirmed *unconfirmed)
{
    if (!unconfirmed)
        return;
    g_hash_table_unref(unconfirmed->positions);
    g_array_unref(unconfirmed->moved);
    g_free(unconfirmed);
}

static gpointer
key_of(gint64 position)
{
    return GSIZE_TO_POINTER((gsize)position);
}

void
unconfirmed_load(Unconfirmed *unconfirmed, Db *db)
{
    DbRow *row = db_find(db, "SELECT position FROM outbox", "");

    g_hash_table_remove_all(unconfirmed->positions);
    for (; row; row = db_next(db, row))
        g_hash_table_add(unconfirmed->positions, key_of(row_int(row, 0)));
}

void
unconfirmed_add(Unconfirmed *unconfirmed, gint64 position)
{
    g_hash_table_add(unconfirmed->positions, key_of(position));
    g_array_append_val(unconfirmed->moved, position);
}

gboolean
unconfirmed_take(Unconfirmed *unconfirmed, gint64 position)
{
    gint64 went = -position;

    if (!g_hash_table_remove(unconfirmed->positions, key_of(position)))
        return FALSE;
    g_array_append_val(unconfirmed->moved, went);
    return TRUE;
}

guint
unconfirmed_count(const Unconfirmed *unconfirmed)
{
    return g_hash_table_size(unconfirmed->positions);
}

void
unconfirmed_commit(Unconfirmed *unconfirmed)
{
    g_array_set_size(unconfirmed->moved, 0);
}

void
unconfirmed_undo(Unconfirmed *unconfirmed)
{
    for (guint i = unconfirmed->moved->len; i-- > 0;) {
        gint64 position = g_array_index(unconfirmed->moved, gint64, i);

        if (position > 0)
            g_hash_table_remove(unconfirmed->positions, key_of(position));
        else
            g_hash_table_add(unconfirmed->positions, key_of(-position));
    }
    unconfirmed_commit(unconfirmed);
}
