/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Owns one plugin's file: opened with suspicion, its descriptor checked and read. */
#include "plugin-file.h"

#include "elf-header.h"
#include "plugin-keys.h"
#include "plugin-trial.h"
#include <fcntl.h>
#include <gio/gio.h>
#include <gmodule.h>
#include <grp.h>
#include <pwd.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* The descriptor of ABI 1.0; a shorter one was never released. */
#define SMALLEST_DESCRIPTOR (G_STRUCT_OFFSET(KbntPlugin, ops) + sizeof(gpointer))

/* Linking a large library takes a tenth of a second. */
#define LOAD_LIMIT_MS 5000

struct KbntPluginFile {
    char *path;
    char *section;
    KbntPlugin plugin;
    KbntPluginOps ops;
    KbntKeyTable keys;
};

G_GNUC_PRINTF(2, 3)
static gboolean
refuse(GError **error, const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    g_autofree char *text = g_strdup_vprintf(format, arguments);
    va_end(arguments);
    g_set_error_literal(error, KBNT_ERROR, KBNT_ERROR_PLUGIN_INVALID, text);
    return FALSE;
}

guint32
kbnt_plugin_file_split_name(const char *path, char **ret_name)
{
    g_autofree char *base = g_path_get_basename(path);
    if (!g_str_has_prefix(base, "kbnt-") || !g_str_has_suffix(base, ".so"))
        return 0;
    g_autofree char *middle = g_strndup(base + 5, strlen(base) - 5 - 3);
    char *dash = strchr(middle, '-');
    if (!dash || dash[1] == '\0')
        return 0;
    *dash = '\0';
    guint32 kind = kbnt_plugin_kind_from_name(middle);
    if (kind)
        *ret_name = g_strdup(dash + 1);
    return kind;
}

/* Whether the group is the one that Debian makes for its owner alone: of the same name. */
static gboolean
is_own_group(uid_t owner, gid_t group)
{
    char user_text[4096], group_text[4096];
    struct passwd user_entry, *user = NULL;
    struct group group_entry, *owned = NULL;
    getpwuid_r(owner, &user_entry, user_text, sizeof(user_text), &user);
    getgrgid_r(group, &group_entry, group_text, sizeof(group_text), &owned);
    return user && owned && user->pw_gid == group && strcmp(user->pw_name, owned->gr_name) == 0;
}

static gboolean
check_writers(gint fd, GError **error)
{
    struct stat status;
    if (fstat(fd, &status) != 0)
        return refuse(error, "cannot be examined: %s", g_strerror(errno));
    if (status.st_mode & S_IWOTH)
        return refuse(error, "is writable by everybody; run 'chmod o-w' on it");
    if ((status.st_mode & S_IWGRP) && !is_own_group(status.st_uid, status.st_gid))
        return refuse(error, "is writable by a group; run 'chmod g-w' on it");
    return TRUE;
}

static gboolean
check_before_loading(const char *path, GError **error)
{
    gint fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
    if (fd < 0)
        return refuse(error, "cannot be opened: %s", g_strerror(errno));
    gboolean sound = check_writers(fd, error) && kbnt_elf_header_check(fd, error);
    close(fd);
    return sound;
}

static const KbntPlugin *
load_symbol(const char *path, GError **error)
{
    gpointer symbol = NULL;
    GModule *module = g_module_open(path, G_MODULE_BIND_LOCAL);
    if (!module) {
        refuse(error, "cannot be linked: %s", g_module_error());
        return NULL;
    }
    g_module_make_resident(module);
    if (!g_module_symbol(module, "kbnt_plugin", &symbol) || !symbol)
        refuse(error, "does not export 'kbnt_plugin'; define the descriptor and export it");
    return symbol;
}

/* Reads the three frozen words before anything else. */
static gboolean
check_abi(const KbntPlugin *foreign, GError **error)
{
    if (foreign->abi_major != KBNT_ABI_MAJOR || foreign->abi_minor > KBNT_ABI_MINOR)
        return refuse(
            error,
            "was built for the plugin ABI %u.%u, this kbnt has %u.%u; build the plugin "
            "again with the headers of this kbnt%s",
            foreign->abi_major, foreign->abi_minor, KBNT_ABI_MAJOR, KBNT_ABI_MINOR,
            foreign->abi_major == KBNT_ABI_MAJOR ? ", or install a newer kbnt" : "");
    if (foreign->struct_size < SMALLEST_DESCRIPTOR)
        return refuse(error, "has a descriptor of %u bytes, less than any; use KBNT_PLUGIN_ABI",
                      foreign->struct_size);
    return TRUE;
}

static gboolean
check_name(const KbntPlugin *plugin, const char *path, GError **error)
{
    g_autofree char *name = NULL;
    guint32 kind = kbnt_plugin_file_split_name(path, &name);
    if (!kbnt_plugin_kind_name(plugin->kind))
        return refuse(error, "is of kind %u, which does not exist; use a KbntKind",
                      plugin->kind);
    if (!plugin->name ||
        !g_regex_match_simple("^[a-z][a-z0-9-]*$", plugin->name, G_REGEX_DOLLAR_ENDONLY, 0))
        return refuse(error, "has the name '%s'; use lower-case letters, digits and '-'",
                      plugin->name ? plugin->name : "");
    if (kind != plugin->kind || g_strcmp0(name, plugin->name) != 0)
        return refuse(error,
                      "says that it is the %s '%s'; name the file 'kbnt-%s-%s.so', or mend the "
                      "descriptor",
                      kbnt_plugin_kind_name(plugin->kind), plugin->name,
                      kbnt_plugin_kind_name(plugin->kind), plugin->name);
    if (!plugin->version || !plugin->summary || !plugin->license || !plugin->url)
        return refuse(error, "lacks version, summary, license or url; fill the descriptor");
    return TRUE;
}

static gboolean
read_plugin(KbntPluginFile *file, const KbntPlugin *foreign, GError **error)
{
    KbntPlugin *plugin = &file->plugin;
    if (!check_abi(foreign, error))
        return FALSE;
    memcpy(plugin, foreign, MIN(foreign->struct_size, sizeof(*plugin)));
    if (!check_name(plugin, file->path, error) ||
        !kbnt_plugin_ops_read(plugin, &file->ops, error))
        return FALSE;
    file->keys = (KbntKeyTable){ plugin->keys, plugin->n_keys, plugin->key_size,
                                 plugin->config_size };
    file->section = g_strdup_printf("%s.%s", kbnt_plugin_kind_name(plugin->kind), plugin->name);
    return kbnt_plugin_keys_check(&file->keys, file->ops.life.reload != NULL, error);
}

static gboolean
load(KbntPluginFile *file, GError **error)
{
    const KbntPlugin *foreign = load_symbol(file->path, error);
    return foreign && read_plugin(file, foreign, error);
}

/* What is wrong with a file that comes back from loading is told by the one who keeps it. */
static void
try_to_load(gpointer file)
{
    load(file, NULL);
}

KbntPluginFile *
kbnt_plugin_file_open(const char *path, GError **error)
{
    g_autoptr(KbntPluginFile) file = g_new0(KbntPluginFile, 1);
    file->path = g_canonicalize_filename(path, NULL);
    if (!check_before_loading(file->path, error) ||
        !kbnt_plugin_trial(try_to_load, file, LOAD_LIMIT_MS, error) || !load(file, error)) {
        g_prefix_error(error, "plugin '%s' ", path);
        return NULL;
    }
    return g_steal_pointer(&file);
}

void
kbnt_plugin_file_free(KbntPluginFile *file)
{
    if (!file)
        return;
    g_free(file->path);
    g_free(file->section);
    g_free(file);
}

const char *
kbnt_plugin_file_path(const KbntPluginFile *file)
{
    return file->path;
}

const KbntPlugin *
kbnt_plugin_file_plugin(const KbntPluginFile *file)
{
    return &file->plugin;
}

const KbntPluginOps *
kbnt_plugin_file_ops(const KbntPluginFile *file)
{
    return &file->ops;
}

const KbntKeyTable *
kbnt_plugin_file_keys(const KbntPluginFile *file)
{
    return &file->keys;
}

const char *
kbnt_plugin_file_section(const KbntPluginFile *file)
{
    return file->section;
}
