/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The mock provisioner with a planted fault. */
#include "../../../plugins/provisioner/mock/mock.h"
#include "planted.h"

#include <glib/gstdio.h>

#undef kbnt_plugin
extern const KbntPlugin kbnt_plugin __attribute__((visibility("default")));

static char *hosts[] = { (char *)"planted-1", NULL };
static char *images[] = { (char *)"planted-image", NULL };
static char *nothing[] = { NULL };

static const MockConfig config = { .hosts = hosts,
                                   .cores = 64,
                                   .memory_bytes = G_GUINT64_CONSTANT(1) << 36,
                                   .disk_bytes = G_GUINT64_CONSTANT(1) << 40,
                                   .regions = nothing,
                                   .labels = nothing,
                                   .images = images,
                                   .lost_hosts = nothing,
                                   .management_url = (char *)"" };

static gint64 highest_epoch;

static const KbntProvisionerOps *
good(void)
{
    return (gconstpointer)hidden_plugin.ops;
}

static gboolean
planted_create(KbntHost *host, const void *unused, void **ret_instance, GError **error)
{
    return hidden_plugin.ops->create(host, &config, ret_instance, error);
}

static void
planted_start(void *instance, KbntTask *task)
{
    const Mock *mock = instance;
    g_autofree char *path = g_build_filename(kbnt_host_state_dir(mock->host), "world.jsonl",
                                             NULL);

    if (planted("forgets-its-world"))
        g_unlink(path);
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

static void
planted_hosts(void *instance, KbntTask *task)
{
    if (planted("has-no-hosts"))
        kbnt_task_complete(task, kbnt_value_new());
    else
        good()->hosts(instance, task);
}

/* Whether the caller has been outrun; a fault that takes that for success. */
static gboolean
forgives_epoch(KbntTask *task)
{
    gint64 epoch = kbnt_value_get_int(kbnt_task_argument(task), KBNT_FIELD_EPOCH);

    highest_epoch = MAX(highest_epoch, epoch);
    return planted("ignores-the-epoch") && epoch < highest_epoch;
}

static void
planted_ensure(void *instance, KbntTask *task)
{
    if (planted("blocks-the-loop"))
        g_usleep(150000);
    if (planted("ends-twice"))
        kbnt_task_complete(task, kbnt_value_ref(kbnt_task_argument(task)));
    if (planted("makes-nothing") || planted("gives-secrets-away") || forgives_epoch(task))
        kbnt_task_complete(task, kbnt_value_ref(kbnt_task_argument(task)));
    else
        good()->ensure(instance, task);
}

static void
planted_inspect(void *instance, KbntTask *task)
{
    good()->inspect(instance, task);
}

static void
planted_remove(void *instance, KbntTask *task)
{
    if (planted("never-removes") || forgives_epoch(task))
        kbnt_task_complete(task, NULL);
    else
        good()->remove(instance, task);
}

static void
planted_power(void *instance, KbntTask *task)
{
    KbntValue *result;

    if (!planted("only-says-that-it-runs")) {
        good()->power(instance, task);
        return;
    }
    result = kbnt_value_new();
    kbnt_value_set_int(result, KBNT_FIELD_RESOURCE_STATUS, KBNT_RESOURCE_STATUS_RUNNING);
    kbnt_value_set_number(result, KBNT_FIELD_BOOT_SECONDS, 1);
    kbnt_task_complete(task, result);
}

static void
planted_attach(void *instance, KbntTask *task)
{
    if (planted("attaches-nothing"))
        kbnt_task_complete(task, NULL);
    else
        good()->attach(instance, task);
}

static void
planted_detach(void *instance, KbntTask *task)
{
    good()->detach(instance, task);
}

static void
planted_probe(void *instance, KbntTask *task)
{
    if (planted("has-no-health"))
        kbnt_task_complete(task, kbnt_value_new());
    else
        good()->probe(instance, task);
}

static void
planted_list_owned(void *instance, KbntTask *task)
{
    if (planted("owns-nothing"))
        kbnt_task_complete(task, kbnt_value_new());
    else
        good()->list_owned(instance, task);
}

static const KbntProvisionerOps planted_ops = {
    .life = { .size = sizeof(KbntProvisionerOps),
              .create = planted_create,
              .start = planted_start,
              .stop = planted_stop,
              .destroy = planted_destroy,
              .health = planted_health },
    .hosts = planted_hosts,
    .ensure = planted_ensure,
    .inspect = planted_inspect,
    .remove = planted_remove,
    .power = planted_power,
    .attach = planted_attach,
    .detach = planted_detach,
    .probe = planted_probe,
    .list_owned = planted_list_owned,
};

const KbntPlugin kbnt_plugin = {
    KBNT_PLUGIN_ABI,
    .kind = KBNT_KIND_PROVISIONER,
    .name = "planted",
    .version = "0.1.0",
    .summary = "The mock provisioner with a planted fault",
    .license = "LGPL-2.1-or-later",
    .url = "https://github.com/kbnt/kbnt/issues",
    .caps = KBNT_PROVISIONER_ATTACH | KBNT_PROVISIONER_POWER,
    .ops = &planted_ops.life,
};
