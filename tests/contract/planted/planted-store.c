/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The SQLite store with a planted fault: it is asked for something else than was meant. */
#include "../../../plugins/store/sqlite/keys.h"
#include "planted.h"

#undef kbnt_plugin
extern const KbntPlugin kbnt_plugin __attribute__((visibility("default")));

static const KbntStoreOps *
good(void)
{
    return (gconstpointer)hidden_plugin.ops;
}

static gboolean
planted_create(KbntHost *host, const void *config, void **ret_instance, GError **error)
{
    return good()->life.create(host, config, ret_instance, error);
}

static void
planted_start(void *instance, KbntTask *task)
{
    good()->life.start(instance, task);
}

static void
planted_stop(void *instance, KbntTask *task)
{
    good()->life.stop(instance, task);
}

static void
planted_destroy(void *instance)
{
    good()->life.destroy(instance);
}

static KbntValue *
planted_health(void *instance)
{
    return good()->life.health(instance);
}

static gboolean
says_state(const KbntValue *argument, KbntInboxState state)
{
    return kbnt_value_get_int(argument, KBNT_FIELD_INBOX_STATE) == (gint64)state;
}

static void
spoil_advance(KbntValue *argument)
{
    if (planted("forgets-debts") && says_state(argument, KBNT_INBOX_STATE_DEBT))
        kbnt_value_set_int(argument, KBNT_FIELD_INBOX_STATE, KBNT_INBOX_STATE_ENDED);
    if (planted("is-never-paid") && says_state(argument, KBNT_INBOX_STATE_ENDED))
        kbnt_value_set_int(argument, KBNT_FIELD_INBOX_STATE, KBNT_INBOX_STATE_DEBT);
    if (planted("keeps-one-stream"))
        kbnt_value_clear(argument, KBNT_FIELD_STREAM_ID);
    if (planted("mends-sequences") && kbnt_value_has(argument, KBNT_FIELD_SEQUENCE))
        kbnt_value_set_int(argument, KBNT_FIELD_SEQUENCE, 1);
    if (planted("forgets-dead-letters"))
        kbnt_value_clear(argument, KBNT_FIELD_DEAD_LETTER);
}

static void
spoil_command(guint32 verb, KbntValue *argument)
{
    if (verb == KBNT_STORE_ADVANCE)
        spoil_advance(argument);
    if (verb == KBNT_STORE_CLAIM && planted("works-on-debts") &&
        says_state(argument, KBNT_INBOX_STATE_DEBT))
        kbnt_value_set_int(argument, KBNT_FIELD_INBOX_STATE, KBNT_INBOX_STATE_RUNNING);
    if (verb == KBNT_STORE_EMIT && planted("forgets-what-is-deleted"))
        kbnt_value_clear(argument, KBNT_FIELD_RESOURCE);
    if (verb == KBNT_STORE_PRUNE && planted("keeps-dead-letters"))
        kbnt_value_set_int(argument, KBNT_FIELD_BEFORE, 0);
}

static void
planted_submit(void *instance, KbntTask *const *tasks, guint n_tasks)
{
    for (guint i = 0; i < n_tasks; i++)
        spoil_command(kbnt_task_verb(tasks[i]), kbnt_task_argument(tasks[i]));
    good()->submit(instance, tasks, n_tasks);
}

static void
planted_query(void *instance, KbntTask *task)
{
    KbntValue *argument = kbnt_task_argument(task);

    if (planted("lists-from-the-start") && kbnt_task_verb(task) == KBNT_STORE_DEBTS)
        kbnt_value_clear(argument, KBNT_FIELD_POSITION);
    if (planted("lists-too-few") && kbnt_task_verb(task) == KBNT_STORE_WORKING)
        kbnt_value_set_int(argument, KBNT_FIELD_MAX_ROWS, 1);
    good()->query(instance, task);
}

static const KbntStoreOps planted_ops = {
    .life = { .size = sizeof(KbntStoreOps),
              .create = planted_create,
              .start = planted_start,
              .stop = planted_stop,
              .destroy = planted_destroy,
              .health = planted_health },
    .submit = planted_submit,
    .query = planted_query,
};

const KbntPlugin kbnt_plugin = {
    KBNT_PLUGIN_ABI,
    .kind = KBNT_KIND_STORE,
    .name = "planted",
    .version = "0.1.0",
    .summary = "The SQLite store with a planted fault",
    .license = "LGPL-2.1-or-later",
    .url = "https://github.com/kbnt/kbnt/issues",
    .keys = sqlite_keys,
    .n_keys = SQLITE_N_KEYS,
    .key_size = sizeof(KbntKey),
    .config_size = sizeof(SqliteConfig),
    .ops = &planted_ops.life,
};
