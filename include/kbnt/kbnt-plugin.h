/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * kbnt-plugin.h: owns the descriptor by which a shared object is a plugin, and its ABI history.
 *
 * A plugin is one file kbnt-KIND-NAME.so that exports exactly one symbol, `kbnt_plugin`, a
 * const KbntPlugin written with designated initializers:
 *
 *     const KbntPlugin kbnt_plugin = {
 *         KBNT_PLUGIN_ABI,
 *         .kind = KBNT_KIND_SINK,
 *         .name = "example",
 *         …
 *         KBNT_PLUGIN_CONFIG(ExampleConfig, example_keys),
 *         .ops = &example_ops.life,
 *     };
 *
 * Rules of the ABI: what is appended (a field of the descriptor, an op, a key flag, a row of a
 * table) raises the minor number; anything else raises the major number. The core loads a
 * plugin of its own major number and of the same or an elder minor number.
 *
 * History of the ABI:
 *
 *   1.0 (2026-11-24): first version.
 *   1.1 (2026-11-25): the query WORKING of a store, POSITION of DEBTS, DEAD_LETTER and a stream
 *     other than its own of ADVANCE; transitions of cleanup debts.
 *   1.2 (2026-11-26): the times of a KbntSubscription; sums of accounts of QUOTA.
 */
#ifndef KBNT_PLUGIN_H
#define KBNT_PLUGIN_H

#include <kbnt/kbnt-config.h>
#include <kbnt/kbnt-provisioner.h>
#include <kbnt/kbnt-sink.h>
#include <kbnt/kbnt-store.h>
#include <kbnt/kbnt-transport.h>

G_BEGIN_DECLS

#define KBNT_ABI_MAJOR 1
#define KBNT_ABI_MINOR 2

/**
 * KbntKind:
 *
 * The kinds of plugins. The ops of a kind are KbntTransportOps, KbntProvisionerOps,
 * KbntSinkOps and KbntStoreOps, each of which begins with KbntLifeOps.
 */
typedef enum {
    KBNT_KIND_TRANSPORT = 1,
    KBNT_KIND_PROVISIONER = 2,
    KBNT_KIND_SINK = 3,
    KBNT_KIND_STORE = 4,
} KbntKind;

/**
 * KbntPlugin:
 * @abi_major: KBNT_ABI_MAJOR of the headers that the plugin was built with; read first
 * @abi_minor: KBNT_ABI_MINOR, likewise
 * @struct_size: sizeof(KbntPlugin); the core never reads past it
 * @kind: a KbntKind
 * @name: [a-z][a-z0-9-]*; the file is kbnt-KIND-NAME.so and its section [KIND.NAME]
 * @version: of the plugin
 * @summary: one line, no final period
 * @license: an SPDX expression
 * @url: where to report bugs
 * @caps: bits of the kind's Caps enumeration; they must agree with the ops that are not NULL
 * @keys: (nullable): the key table
 * @n_keys: its rows
 * @key_size: sizeof(KbntKey), the stride of the rows
 * @config_size: of the struct that the core fills from @keys
 * @ops: the vtable of the kind
 *
 * What a plugin is; all of it constant, read without calling the plugin.
 */
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
    const KbntKey *keys;
    guint32 n_keys;
    guint32 key_size;
    guint64 config_size;
    const KbntLifeOps *ops;
} KbntPlugin;

#define KBNT_PLUGIN_ABI \
    .abi_major = KBNT_ABI_MAJOR, .abi_minor = KBNT_ABI_MINOR, .struct_size = sizeof(KbntPlugin)

#define KBNT_PLUGIN_CONFIG(struct_type, key_table) \
    .keys = (key_table), .n_keys = G_N_ELEMENTS(key_table), .key_size = sizeof(KbntKey), \
    .config_size = sizeof(struct_type)

/**
 * kbnt_plugin:
 *
 * The one exported symbol of a plugin.
 */
extern const KbntPlugin kbnt_plugin __attribute__((visibility("default")));

G_END_DECLS

#endif
