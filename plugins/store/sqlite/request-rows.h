/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * request-rows.h: owns the row of a request: the value as it was accepted in `body`, what it
 * holds of the ledger (charges.h) and which resources it touches beside it, and a checksum of
 * all that with the state. What has changed since lies in request_parts (parts.h).
 */
#ifndef SQLITE_REQUEST_ROWS_H
#define SQLITE_REQUEST_ROWS_H

#include "db.h"

#include <kbnt/kbnt-values.h>

/* What is needed of a row; request_row_read() reads them in this order. */
#define REQUEST_COLUMNS \
    "id, status, charges, cancel_reason, checksum, body, holds, touches, message_id"

/* A request as the writer knows it. */
typedef struct {
    gint64 id;
    /* The place of the next patch; they are counted from 1. */
    gint64 n_parts;
    /* A checksum of what stays as it was accepted. */
    gint64 seed;
    gint64 status;
    gint64 charges;
    gint64 cancel_reason;
    /* Of the events of its stream; 0 as long as nobody has asked. */
    gint64 highest_sequence;
    GBytes *holds;
    /* Ids of resources beside VIRTUAL_RESOURCE_ID, joined by line ends. */
    char *touches;
    KbntValue *value;
} Request;

void request_clear(Request *request);
/* Returns: the checksum of the row. */
gint64 request_checksum(const Request *request);
gint64 request_seed(gint64 id, GBytes *body, GBytes *holds, const char *touches);
/* Returns: (transfer full) (nullable): the ids of the TOUCHES of a command, joined. */
char *request_touches(const KbntValue *argument);

/*
 * Returns: whether @ret_request is what the row of REQUEST_COLUMNS and its parts say; else
 * @db has failed, and there is nothing to clear.
 */
gboolean request_row_read(Db *db, DbRow *row, Request *ret_request);
/* Returns: (transfer full) (nullable): the value alone; NULL fails @db. */
KbntValue *request_row_value(Db *db, DbRow *row);

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(Request, request_clear)

#endif
