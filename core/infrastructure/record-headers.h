/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * record-headers.h: owns the headers of a record: their names, how they are added and found.
 */
#ifndef KBNT_RECORD_HEADERS_H
#define KBNT_RECORD_HEADERS_H

#include <kbnt/kbnt-values.h>

#define KBNT_HEADER_CHECKSUM "kbnt-checksum"
#define KBNT_HEADER_SIGNATURE "kbnt-signature"
#define KBNT_HEADER_DOMAIN "kbnt-domain"
#define KBNT_HEADER_TRACE_PARENT "traceparent"

/* A traceparent of W3C Trace Context, version 00. */
#define KBNT_TRACE_PARENT_BYTES 55

/**
 * kbnt_record_add_header:
 * @text: (transfer none) (nullable): NULL adds nothing
 */
void kbnt_record_add_header(KbntValue *record, const char *name, const char *text);

/**
 * kbnt_record_find_header:
 *
 * Returns: (transfer full) (nullable): the first header of that name, as text; what follows a
 *   NUL in it is lost.
 */
char *kbnt_record_find_header(const KbntValue *record, const char *name);

/**
 * kbnt_record_add_cloud_event:
 * @event: (transfer none): whose attributes are added
 *
 * Adds the headers of CloudEvents 1.0 in binary mode.
 */
void kbnt_record_add_cloud_event(KbntValue *record, const KbntValue *event);

/**
 * kbnt_trace_parent_is_valid:
 * @text: (nullable)
 *
 * Returns: whether it has the form of W3C Trace Context.
 */
gboolean kbnt_trace_parent_is_valid(const char *text);

#endif
