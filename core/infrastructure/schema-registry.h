/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * schema-registry.h: owns the embedded, read-only schema registry, in Confluent's words.
 */
#ifndef KBNT_SCHEMA_REGISTRY_H
#define KBNT_SCHEMA_REGISTRY_H

#include "embedded-schemas.h"

#define KBNT_SUBJECT_REQUESTS "virtualization-requests-value"
#define KBNT_SUBJECT_EVENTS "virtualization-events-value"
#define KBNT_SCHEMA_REGISTRY_CONTENT_TYPE "application/vnd.schemaregistry.v1+json"

/**
 * kbnt_schema_registry_latest:
 *
 * Returns: (transfer none): the version of @subject that is written; the subject exists.
 */
const KbntEmbeddedSchema *kbnt_schema_registry_latest(const char *subject);

/**
 * kbnt_schema_registry_get:
 * @path: (transfer none): without query, decoded ("/schemas/ids/1263632001")
 * @ret_status: (out): HTTP status
 *
 * Answers a GET below /subjects and /schemas.
 *
 * Returns: (transfer full): JSON, of an error too.
 */
char *kbnt_schema_registry_get(const char *path, guint *ret_status);

#endif
