/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * embedded-schemas.h: owns the schemas as they are in the binary. Their C file is printed at
 * build time from schemas/ids.table and the .avsc files beside it, whose text is kept.
 */
#ifndef KBNT_EMBEDDED_SCHEMAS_H
#define KBNT_EMBEDDED_SCHEMAS_H

#include <glib.h>

/**
 * KbntEmbeddedSchema:
 * @id: 1263632000 + n, never reused
 * @version: within its subject, from 1
 * @subject: the registry's name for what evolves
 * @text: the .avsc file, byte by byte
 *
 * One version of one schema.
 */
typedef struct {
    guint32 id;
    guint32 version;
    const char *subject;
    const char *text;
} KbntEmbeddedSchema;

/* In the order of the ids; the last one of a subject is what we write. */
extern const KbntEmbeddedSchema kbnt_embedded_schemas[];
extern const guint kbnt_n_embedded_schemas;

#endif
