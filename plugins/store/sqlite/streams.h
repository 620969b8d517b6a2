/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * streams.h: owns where each stream of events stands: a request's in its inbox row, any other
 * in a row of its own.
 */
#ifndef SQLITE_STREAMS_H
#define SQLITE_STREAMS_H

#include "store.h"

/* Returns: whether STREAM_ID is another than that of the message itself. */
gboolean streams_is_foreign(const KbntValue *argument, const char *message_id);
/* Returns: whether RECORDS continue STREAM_ID, one of the rows of its own; else STORE_CONFLICT.
 */
gboolean streams_check(Store *store, const KbntValue *argument, GError **error);
/* Notes STREAM_ID, SEQUENCE and PREVIOUS_CHECKSUM, unless the message's own row has them. */
void streams_follow(Store *store, const KbntValue *argument, const char *message_id);
KbntValue *streams_emit(Store *store, const KbntValue *argument, GError **error);
KbntValue *streams_view(Store *store, Db *db, const KbntValue *argument, GError **error);

#endif
