/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A sound sink that fails where its configuration says; tests of the loader also damage copies
 * of its file. */
#include <kbnt/kbnt-plugin.h>

enum { NOWHERE, IN_CREATE, IN_START, IN_RELOAD, WITHOUT_A_WORD };
static const char *const places[] = {
    "nowhere", "create", "start", "reload", "silently", NULL
};

typedef struct {
    gint64 fails;
    char *label;
} PlantedConfig;

static const KbntKey planted_keys[] = {
    {
        .name = "fails",
        .type = KBNT_KEY_CHOICE,
        .offset = G_STRUCT_OFFSET(PlantedConfig, fails),
        .flags = KBNT_KEY_RELOADABLE,
        .default_text = "nowhere",
        .choices = places,
        .help = "The op that fails",
    },
    {
        .name = "label",
        .type = KBNT_KEY_STRING,
        .offset = G_STRUCT_OFFSET(PlantedConfig, label),
        .flags = KBNT_KEY_RELOADABLE,
        .default_text = "none",
        .help = "A text that a reload may change",
    },
};

typedef struct {
    KbntHost *host;
    const PlantedConfig *config;
} Planted;

static gboolean
planted_create(KbntHost *host, const void *config, void **ret_instance, GError **error)
{
    const PlantedConfig *planted_config = config;
    if (planted_config->fails == IN_CREATE)
        g_set_error_literal(error, KBNT_ERROR, KBNT_ERROR_CONFIG_INVALID, "a planted failure");
    if (planted_config->fails == IN_CREATE || planted_config->fails == WITHOUT_A_WORD)
        return FALSE;
    Planted *planted = g_new0(Planted, 1);
    planted->host = host;
    planted->config = config;
    *ret_instance = planted;
    return TRUE;
}

static void
planted_start(void *instance, KbntTask *task)
{
    Planted *planted = instance;
    kbnt_host_count(planted->host, "starts", 1);
    if (planted->config->fails == IN_START)
        kbnt_task_fail_literal(task, KBNT_ERROR_UNAVAILABLE, "a planted failure");
    else
        kbnt_task_complete(task, NULL);
}

static void
planted_stop(void *instance, KbntTask *task)
{
    kbnt_task_complete(task, NULL);
}

static gboolean
planted_reload(void *instance, const void *config, GError **error)
{
    Planted *planted = instance;
    const PlantedConfig *fresh = config;
    if (fresh->fails == IN_RELOAD) {
        g_set_error_literal(error, KBNT_ERROR, KBNT_ERROR_CONFIG_INVALID, "a planted failure");
        return FALSE;
    }
    planted->config = fresh;
    return TRUE;
}

static void
planted_destroy(void *instance)
{
    g_free(instance);
}

static KbntValue *
planted_health(void *instance)
{
    Planted *planted = instance;
    KbntValue *health = kbnt_value_new();
    kbnt_value_set_string(health, KBNT_FIELD_NAME, "planted");
    kbnt_value_set_int(health, KBNT_FIELD_CHECK_STATUS, KBNT_CHECK_STATUS_PASSED);
    kbnt_value_set_string(health, KBNT_FIELD_DETAIL, planted->config->label);
    return health;
}

static const KbntSinkOps planted_ops = {
    .life = { .size = sizeof(KbntSinkOps),
              .create = planted_create,
              .start = planted_start,
              .stop = planted_stop,
              .reload = planted_reload,
              .destroy = planted_destroy,
              .health = planted_health },
};

const KbntPlugin kbnt_plugin = {
    KBNT_PLUGIN_ABI,
    .kind = KBNT_KIND_SINK,
    .name = "planted",
    .version = "1.0",
    .summary = "A sink that fails on demand",
    .license = "LGPL-2.1-or-later",
    .url = "https://example.org/kbnt",
    KBNT_PLUGIN_CONFIG(PlantedConfig, planted_keys),
    .ops = &planted_ops.life,
};
