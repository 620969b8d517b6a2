/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Owns answers that grow: a bounded buffer between the loop and a client that may be slow.
 *
 * While the buffer is empty the connection is suspended; a client that leaves then is noticed
 * at the next append, which is one reason for heartbeats. */
#include "http-private.h"

#include <string.h>

/* Consumed bytes at the head of the buffer that are worth moving the rest for. */
#define COMPACT_BYTES (64 * 1024)
#define BLOCK_BYTES 4096

struct KbntHttpStream {
    KbntHttpConnection *connection; /* NULL once libmicrohttpd is through with the request */
    GByteArray *buffer;
    gsize consumed_bytes;
    gboolean is_suspended;
    gboolean is_ended;
    gboolean is_cut;
    void (*on_close)(gpointer data); /* (nullable) */
    void (*drained)(gpointer data);  /* (nullable) */
    gpointer data;                   /* of both */
};

static gsize
waiting_bytes(const KbntHttpStream *stream)
{
    return stream->buffer->len - stream->consumed_bytes;
}

static void
consume(KbntHttpStream *stream, gsize length)
{
    stream->consumed_bytes += length;
    if (waiting_bytes(stream) == 0) {
        g_byte_array_set_size(stream->buffer, 0);
        stream->consumed_bytes = 0;
    } else if (stream->consumed_bytes >= COMPACT_BYTES) {
        g_byte_array_remove_range(stream->buffer, 0, (guint)stream->consumed_bytes);
        stream->consumed_bytes = 0;
    }
}

static void
tell_drained(KbntHttpStream *stream)
{
    void (*drained)(gpointer data) = g_steal_pointer(&stream->drained);

    if (drained != NULL)
        drained(stream->data);
}

static ssize_t
read_stream(void *cls, uint64_t position, char *ret_bytes, size_t room)
{
    KbntHttpStream *stream = cls;
    gsize length = MIN(waiting_bytes(stream), room);

    if (stream->is_cut)
        return MHD_CONTENT_READER_END_WITH_ERROR;
    if (length > 0) {
        memcpy(ret_bytes, stream->buffer->data + stream->consumed_bytes, length);
        consume(stream, length);
        return (ssize_t)length;
    }
    if (stream->is_ended)
        return MHD_CONTENT_READER_END_OF_STREAM;
    stream->is_suspended = TRUE;
    MHD_suspend_connection(stream->connection->mhd);
    tell_drained(stream);
    return 0;
}

static void
wake(KbntHttpStream *stream)
{
    if (stream->connection == NULL || !stream->is_suspended)
        return;
    stream->is_suspended = FALSE;
    MHD_resume_connection(stream->connection->mhd);
    kbnt_http_server_wake(stream->connection->server);
}

static void
free_stream(void *cls)
{
    KbntHttpStream *stream = cls;

    if (stream->connection != NULL)
        stream->connection->stream = NULL;
    if (stream->on_close != NULL)
        stream->on_close(stream->data);
    g_byte_array_unref(stream->buffer);
    g_free(stream);
}

void
kbnt_http_stream_forget_connection(KbntHttpStream *stream)
{
    stream->connection = NULL;
}

KbntHttpStream *
kbnt_http_reply_stream(KbntHttpRequest *request, guint status, const KbntHttpHeader *headers,
                       void (*on_close)(gpointer data), gpointer data)
{
    KbntHttpStream *stream = g_new0(KbntHttpStream, 1);
    gboolean is_late = kbnt_http_request_is_late(request);

    stream->buffer = g_byte_array_new();
    if (!is_late) {
        stream->on_close = on_close;
        stream->data = data;
        stream->connection = request->connection;
        request->connection->stream = stream;
    }
    kbnt_http_request_deliver(request, status, headers,
                              MHD_create_response_from_callback(MHD_SIZE_UNKNOWN, BLOCK_BYTES,
                                                                read_stream, stream,
                                                                free_stream));
    return is_late ? NULL : stream;
}

void
kbnt_http_stream_append(KbntHttpStream *stream, const char *bytes, gsize length)
{
    if (stream->is_cut || stream->is_ended || stream->connection == NULL)
        return;
    if (waiting_bytes(stream) + length > stream->connection->server->limits.stream_bytes) {
        kbnt_http_stream_cut(stream);
        return;
    }
    g_byte_array_append(stream->buffer, (const guint8 *)bytes, (guint)length);
    wake(stream);
}

void
kbnt_http_stream_when_drained(KbntHttpStream *stream, void (*drained)(gpointer data))
{
    stream->drained = drained;
    /* The reader says so as soon as it finds nothing to read. */
    wake(stream);
}

void
kbnt_http_stream_end(KbntHttpStream *stream)
{
    stream->is_ended = TRUE;
    wake(stream);
}

/* The client does not read, so the reader may never be called again: the socket is shut too. */
void
kbnt_http_stream_cut(KbntHttpStream *stream)
{
    stream->is_cut = TRUE;
    if (stream->connection != NULL)
        kbnt_http_connection_close(stream->connection);
    wake(stream);
}
