/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A plugin of kind ELDER_KIND as one that was built for ABI 1.0: its structs are written down
 * here as the headers had them then, never again to be changed. Its sink can be used. */
#include <kbnt/kbnt-host.h>

typedef struct {
    guint32 size;
    gboolean (*create)(KbntHost *host, const void *config, void **ret_instance, GError **error);
    void (*start)(void *instance, KbntTask *task);
    void (*stop)(void *instance, KbntTask *task);
    gboolean (*reload)(void *instance, const void *config, GError **error);
    void (*destroy)(void *instance);
    KbntValue *(*health)(void *instance);
} ElderLife;

typedef void (*ElderOp)(void);

/* The ops of each kind behind the life, in their order: those that must be there. */
#if ELDER_KIND == 1
#define ELDER_N_OPS 11
#define ELDER_OPS \
    elder_op, elder_op, elder_op, elder_op, elder_op, elder_op, elder_op, elder_op, elder_op
#elif ELDER_KIND == 2
#define ELDER_N_OPS 9
#define ELDER_OPS elder_op, elder_op, elder_op, elder_op, NULL, NULL, NULL, elder_op, elder_op
#elif ELDER_KIND == 3
#define ELDER_N_OPS 2
#define ELDER_OPS elder_op
#else
#define ELDER_N_OPS 2
#define ELDER_OPS elder_op, elder_op
#endif

typedef struct {
    ElderLife life;
    ElderOp ops[ELDER_N_OPS];
} ElderOps;

typedef struct {
    const char *name;
    guint32 type;
    guint32 flags;
    gsize offset;
    const char *default_text;
    const char *minimum;
    const char *maximum;
    const char *const *choices;
    const char *unit;
    const char *since;
    const char *help;
    const char *replacement;
    gboolean (*check)(const char *name, const char *text, GError **error);
} ElderKey;

typedef struct {
    guint32 abi_major;
    guint32 abi_minor;
    guint32 struct_size;
    guint32 kind;
    const char *name;
    const char *version;
    const char *summary;
    const char *license;
    const char *url;
    guint64 caps;
    const ElderKey *keys;
    guint32 n_keys;
    guint32 key_size;
    guint64 config_size;
    const ElderLife *ops;
} ElderPlugin;

typedef struct {
    gint64 level;
} ElderConfig;

static const ElderKey elder_keys[] = {
    { .name = "level",
      .type = 3,
      .offset = G_STRUCT_OFFSET(ElderConfig, level),
      .default_text = "7",
      .minimum = "0",
      .maximum = "9",
      .since = "1.0",
      .help = "A number that an elder plugin knows of" },
};

static gboolean
elder_create(KbntHost *host, const void *config, void **ret_instance, GError **error)
{
    const ElderConfig *elder_config = config;

    if (elder_config->level != 7) {
        g_set_error_literal(error, KBNT_ERROR, KBNT_ERROR_CONFIG_INVALID, "was misread");
        return FALSE;
    }
    *ret_instance = host;
    return TRUE;
}

static void
elder_done(void *instance, KbntTask *task)
{
    kbnt_task_complete(task, NULL);
}

static void
elder_destroy(void *instance)
{
}

/* Stands for each op that the kind must have. */
static void
elder_op(void)
{
}

static const ElderOps elder_ops = {
    .life = { .size = sizeof(ElderOps),
              .create = elder_create,
              .start = elder_done,
              .stop = elder_done,
              .destroy = elder_destroy },
    .ops = { ELDER_OPS },
};

extern const ElderPlugin kbnt_plugin __attribute__((visibility("default")));

const ElderPlugin kbnt_plugin = {
    .abi_major = 1,
    .abi_minor = 0,
    .struct_size = sizeof(ElderPlugin),
    .kind = ELDER_KIND,
    .name = "elder",
    .version = "1.0",
    .summary = "A plugin of the first ABI",
    .license = "LGPL-2.1-or-later",
    .url = "https://example.org/kbnt",
    .keys = elder_keys,
    .n_keys = G_N_ELEMENTS(elder_keys),
    .key_size = sizeof(ElderKey),
    .config_size = sizeof(ElderConfig),
    .ops = &elder_ops.life,
};
