/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* mock-fault.h: owns the faults that the configuration plants, step by step. */
#pragma once

#include <kbnt/kbnt-values.h>

typedef struct MockFaults MockFaults;

/* What becomes of one call: code is 0 where nothing is planted. */
typedef struct {
    gint code;
    gboolean hangs;
    gboolean comes_after;
} MockFault;

/* The check of the key row fault.*: pure. */
gboolean mock_fault_check(const char *name, const char *text, GError **error);

/* @pairs: (nullable): checked names and texts in turn. Counting begins anew. */
MockFaults *mock_faults_new(char *const *pairs);

void mock_faults_free(MockFaults *faults);

/* Counts a call of the step and says whether it fails. The same configuration and order of
 * calls gives the same faults. */
MockFault mock_faults_next(MockFaults *faults, KbntStep step);
