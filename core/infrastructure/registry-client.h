/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Owns the calls to a Confluent-compatible schema registry, by libcurl. They block. */
#pragma once

#include <glib.h>
#include <kbnt/kbnt-error.h>

/* Where the registry is, and who asks; user and CA file are empty where there is none. */
typedef struct {
    const char *url;
    const char *user;
    const char *password;
    const char *ca_file;
    const gint *is_ending; /* atomic: calls under way are cut short */
} KbntRegistryAccess;

/* Returns: (transfer full): the text of a schema. SCHEMA_UNKNOWN where the registry says that
 * it has none, UNAVAILABLE where it may answer later. */
char *kbnt_registry_client_find(const KbntRegistryAccess *access, guint32 id, GError **error);

/* Registers a schema, which may be registered before. Returns: its id; 0 with STATE_CONFLICT
 * where the registry refuses it, PERMISSION_DENIED, or UNAVAILABLE where it may answer later.
 */
guint32 kbnt_registry_client_register(const KbntRegistryAccess *access, const char *subject,
                                      const char *schema, GError **error);
