/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Owns the configuration: INI files and --set in, checked blocks with the origin of each value
 * out.
 *
 *     config = kbnt_config_new();
 *     kbnt_config_read(config, path);               the file and its conf.d, as far as readable
 *     kbnt_config_set(config, "http.listen=…");     --set wins over files
 *     http = kbnt_config_declare(config, "http", &table);
 *     …                                             every section that somebody owns
 *     kbnt_config_finish(config, &error);           all faults of all steps at once
 *
 * Faults are kept until then; a block with a faulty key holds that key's default. */
#pragma once

#include "fault-list.h"
#include "key-value.h"

typedef struct KbntConfig KbntConfig;

KbntConfig *kbnt_config_new(void);

/* Ends the life of all blocks. */
void kbnt_config_free(KbntConfig *config);

/* Reads the file, then the *.conf of the folder conf.d beside it, in byte order. A file that is
 * missing is a fault, a folder is not. */
void kbnt_config_read(KbntConfig *config, const char *path);

/* assignment: "section.key=value"; a section [KIND.NAME] of a plugin keeps its dot. */
void kbnt_config_set(KbntConfig *config, const char *assignment);

/* Fills a block from table. Returns: (transfer none): it, at the same address until
 * kbnt_config_free(). table: (transfer none): copied; its rows must outlive config. */
gconstpointer kbnt_config_declare(KbntConfig *config, const char *section,
                                  const KbntKeyTable *table);

/* Returns: (transfer none) (nullable): the block of a declared section. */
gconstpointer kbnt_config_block(KbntConfig *config, const char *section);

/* Returns: (transfer full): names of the sections that match the glob and that a file or --set
 * has named, sorted. */
char **kbnt_config_sections(KbntConfig *config, const char *glob);

/* Says that nobody checks this section; why: (nullable): shown as a warning. */
void kbnt_config_skip(KbntConfig *config, const char *section, const char *why);

/* Adds a fault of the owner of a key: a combination that cannot work. */
void kbnt_config_refuse(KbntConfig *config, const char *section, const char *key,
                        const char *format, ...) G_GNUC_PRINTF(4, 5);

/* Warns of a key that is set: it is legal, but does not do what one may expect. */
void kbnt_config_warn(KbntConfig *config, const char *section, const char *key,
                      const char *format, ...) G_GNUC_PRINTF(4, 5);

/* Finds what nobody has declared; FALSE with CONFIG_INVALID that tells all faults, a line each.
 */
gboolean kbnt_config_finish(KbntConfig *config, GError **error);

/* Returns: (transfer full): what was warned of, deprecated keys and skipped sections, a line
 * each, or "". */
char *kbnt_config_warnings(KbntConfig *config);

/* Returns: (transfer full): where the value comes from: "FILE:LINE", "--set" or "default". */
char *kbnt_config_origin(KbntConfig *config, const char *section, const char *key);

/* Calls each for every key of every declared section that has a value, in the order of
 * declaration and of the rows; secrets are shown as ***. */
void kbnt_config_walk(KbntConfig *config,
                      void (*each)(const char *section, const KbntKey *row, const char *key,
                                   const char *shown, const char *origin, gpointer data),
                      gpointer data);

/* One key that differs between two configurations; a side without it is NULL, secrets are ***.
 */
typedef struct {
    char *section;
    char *key;
    char *before;
    char *after;
    gboolean reloadable;
} KbntConfigChange;

/* Compares what both have declared. A key that needs a restart keeps, in fresh, the value that
 * it has in running. Returns: (transfer full): KbntConfigChange's. */
GPtrArray *kbnt_config_take_reloadable(KbntConfig *fresh, KbntConfig *running);

/* Returns: (transfer full): "[http] publish_wait: '100ms' becomes '1s'", or that it needs a
 * restart. */
char *kbnt_config_change_text(const KbntConfigChange *change);

G_DEFINE_AUTOPTR_CLEANUP_FUNC(KbntConfig, kbnt_config_free)
