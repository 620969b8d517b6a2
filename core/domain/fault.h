/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * fault.h: owns one thing that is wrong with a request, and how all of them are gathered.
 *
 * Faults are the FAULTS of a value: each {CODE (a stable name), OPERATION (who found it),
 * POINTER (JSON Pointer into the body, "" for the whole), MESSAGE}.
 */
#ifndef KBNT_FAULT_H
#define KBNT_FAULT_H

#include <glib.h>
#include <kbnt/kbnt-values.h>

/* Who found a fault; shown as "step". */
#define KBNT_FAULT_SPECIFICATION "specification"
#define KBNT_FAULT_PERMISSION "permission"
#define KBNT_FAULT_QUOTA "quota"
#define KBNT_FAULT_BUDGET "budget"
#define KBNT_FAULT_POLICY "policy"
#define KBNT_FAULT_RESOURCE "resource"

/* The most faults that one answer lists: a body cannot blow up its answer. */
#define KBNT_FAULTS_MAX 100

/* Appends a fault to the FAULTS of into; past KBNT_FAULTS_MAX it is left out. */
void kbnt_fault_add(KbntValue *into, KbntErrorCode code, const char *operation,
                    const char *pointer, const char *format, ...) G_GNUC_PRINTF(5, 6);

guint kbnt_fault_count(const KbntValue *value);

/*
 * Returns: the code that answers all faults of value: the first by precedence of its HTTP
 * status (400, 401, 422, 403, 404, 409), then by order; 0 where there is no fault.
 */
KbntErrorCode kbnt_fault_leading_code(const KbntValue *value);

/* Returns: (transfer none) (nullable): the first fault of the leading code. */
KbntValue *kbnt_fault_leading(const KbntValue *value);

/* Returns: (transfer full): parent with "/name" behind it, escaped as RFC 6901 says. */
char *kbnt_pointer_child(const char *parent, const char *name);

#endif
