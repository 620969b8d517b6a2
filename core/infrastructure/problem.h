/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Owns the document that says why a request was refused: problem+json (RFC 9457). */
#pragma once

#include <glib.h>
#include <kbnt/kbnt-values.h>

#define KBNT_PROBLEM_CONTENT_TYPE "application/problem+json"

/* Returns the code of the error: INTERNAL for one of a foreign domain. */
gint kbnt_problem_code(const GError *error);

/* faults: (nullable): FAULTS {CODE, OPERATION, POINTER, MESSAGE}, all of which are listed.
 * Returns (transfer full): the document. */
GBytes *kbnt_problem_new(const GError *error, const KbntValue *faults,
                         const char *correlation_id);

/* Returns a code of the table that this HTTP status answers, for faults found below the
 * use cases. */
gint kbnt_problem_code_of_status(guint status);
