/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Owns how a list is asked for and answered: one row a query parameter, one page a time. */
#pragma once

#include "http-call.h"
#include "views.h"

#include <kbnt/kbnt-values.h>

/* A parameter and the field it filters by; the field's type says what is allowed. */
typedef struct {
    const char *name; /* NULL ends the table */
    KbntField field;
} KbntFilterRule;

/* The longest page, and the one that is given where none is asked for. */
#define KBNT_PAGE_ROWS_MAX 1000
#define KBNT_PAGE_ROWS_DEFAULT 100

/* Returns (transfer full) (nullable): the filter with MAX_ROWS, or NULL after it has refused
 * the call, naming the parameter. */
KbntValue *kbnt_query_filter_read(KbntCall *call, const KbntFilterRule *rules);

/* Returns TRUE where the query says name=true; FALSE where it is absent or false. Anything
 * else refuses the call and sets ret_refused. */
gboolean kbnt_query_flag(KbntCall *call, const char *name, gboolean *ret_refused);

/* Answers a list whose parameters were read with the page in ITEMS, under that name; or with
 * error (nullable), where what the store finds malformed is the cursor. */
void kbnt_query_answer_page(KbntCall *call, const KbntView *view, const char *name,
                            const KbntValue *result, const GError *error);
