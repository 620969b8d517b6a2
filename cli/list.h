/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * list.h: owns how answers of the API are shown: lists, and sheets of one thing.
 */
#ifndef KBNT_LIST_H
#define KBNT_LIST_H

#include "command.h"
#include "print.h"

/**
 * KbntListQuery:
 * @path: of the list
 * @member: of the answer, that holds the rows
 * @columns: what is shown of each
 *
 * A list. The options user, status, type, host, limit and cursor of the command, where it has
 * them, become its query.
 */
typedef struct {
    const char *path;
    const char *member;
    const KbntColumn *columns;
    gsize n_columns;
} KbntListQuery;

/* Prints @answer (nullable), of which @lines are shown. Returns: an exit code. */
int kbnt_show(const KbntInvocation *invocation, const KbntAnswer *answer,
              const KbntColumn *lines, gsize n_lines);

/* Fetches and prints a list. Returns: an exit code. */
int kbnt_list(KbntInvocation *invocation, const KbntListQuery *query);

#endif
