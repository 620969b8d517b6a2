/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Cursors for a transport that has none, in the memory of this process, with planted faults. */
#include "planted-cursors.h"

#include "planted.h"

typedef struct {
    void *holder; /* NULL for nobody */
    gint64 position;
    gboolean is_set;
} Cursor;

static GHashTable *cursors;   /* owner to Cursor */
static GHashTable *displaced; /* instances whose cursor another has taken */

static Cursor *
find_cursor(const KbntTask *task)
{
    const char *owner = kbnt_value_get_string(kbnt_task_argument(task), KBNT_FIELD_OWNER);
    Cursor *cursor;

    if (!cursors) {
        cursors = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, g_free);
        displaced = g_hash_table_new(NULL, NULL);
    }
    cursor = g_hash_table_lookup(cursors, owner);
    if (!cursor) {
        cursor = g_new0(Cursor, 1);
        g_hash_table_insert(cursors, g_strdup(owner), cursor);
    }
    return cursor;
}

void
planted_cursors_read(void *instance, KbntTask *task)
{
    Cursor *cursor = find_cursor(task);
    KbntValue *result;

    if (g_hash_table_contains(displaced, instance)) {
        kbnt_task_fail_literal(task, KBNT_ERROR_IN_USE, "another has taken the cursor");
        return;
    }
    if (cursor->holder && cursor->holder != instance && !planted("lets-the-elder-publish"))
        g_hash_table_add(displaced, cursor->holder);
    cursor->holder = instance;
    if (!cursor->is_set) {
        kbnt_task_fail_literal(task, KBNT_ERROR_NOT_FOUND, "nothing was published");
        return;
    }
    result = kbnt_value_new();
    kbnt_value_set_int(result, KBNT_FIELD_POSITION, cursor->position);
    kbnt_task_complete(task, result);
}

static void
refuse(KbntTask *const *tasks, guint n_tasks, KbntTask *done, KbntErrorCode code)
{
    for (guint i = 0; i < n_tasks; i++)
        kbnt_task_fail_literal(tasks[i], code, "the batch is refused");
    kbnt_task_fail_literal(done, code, "the batch is refused");
}

/* Confirms what it throws away. */
static void
forget(KbntTask *const *tasks, guint n_tasks)
{
    for (guint i = 0; i < n_tasks; i++)
        kbnt_task_complete(tasks[i], kbnt_value_new());
}

static void
move(Cursor *cursor, const KbntTask *done)
{
    cursor->position = kbnt_value_get_int(kbnt_task_argument(done), KBNT_FIELD_POSITION);
    cursor->is_set = TRUE;
}

void
planted_cursors_publish(void *instance, PlantedPublish publish, gboolean is_known,
                        KbntTask *const *tasks, guint n_tasks, KbntTask *done)
{
    Cursor *cursor = find_cursor(done);
    gboolean is_held = !g_hash_table_contains(displaced, instance) &&
                       (cursor->holder == instance || planted("lets-the-elder-publish") ||
                        planted("publishes-unread"));

    if (!is_known && planted("moves-the-cursor-first"))
        move(cursor, done);
    if (!is_known || !is_held) {
        refuse(tasks, n_tasks, done,
               is_known ? KBNT_ERROR_TRANSPORT_UNAVAILABLE : KBNT_ERROR_NOT_FOUND);
        return;
    }
    if (planted("moves-the-cursor-alone"))
        forget(tasks, n_tasks);
    else
        publish(instance, tasks, n_tasks);
    if (!planted("forgets-the-cursor"))
        move(cursor, done);
    kbnt_task_complete(done, NULL);
}

void
planted_cursors_stop(void *instance)
{
    GHashTableIter iter;
    gpointer cursor;

    if (!cursors)
        return;
    g_hash_table_remove(displaced, instance);
    g_hash_table_iter_init(&iter, cursors);
    while (g_hash_table_iter_next(&iter, NULL, &cursor)) {
        if (((Cursor *)cursor)->holder == instance)
            ((Cursor *)cursor)->holder = NULL;
        if (planted("keeps-cursors-to-itself"))
            ((Cursor *)cursor)->is_set = FALSE;
    }
}
