/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Owns an HTTP/1.1 server in the loop: listeners, connections, limits and deadlines.
 *
 * It knows HTTP and nothing of kbnt. A request is handed to the handler on the loop thread
 * once its body is complete, and is answered exactly once, now or later. Loop thread only. */
#pragma once

#include "loop.h"

#include <glib.h>
#include <sys/types.h>

typedef struct KbntHttpServer KbntHttpServer;
typedef struct KbntHttpRequest KbntHttpRequest;
typedef struct KbntHttpStream KbntHttpStream;

/* The last of an array has no name. */
typedef struct {
    const char *name;
    const char *value;
} KbntHttpHeader;

/* Who is at the other end. */
typedef struct {
    gboolean
        is_unix; /* the caller came by the Unix socket; uid, gid and pid are the kernel's */
    gboolean is_loopback;
    uid_t uid;
    gid_t gid;
    pid_t pid;
    char address[64]; /* numeric, without the port; "unix" for the Unix socket */
} KbntHttpPeer;

typedef struct {
    gsize body_bytes;              /* 413 beyond */
    gsize header_bytes;            /* request line included; 431 beyond */
    guint header_count;            /* 431 beyond */
    gsize stream_bytes;            /* a stream whose client is further behind is cut */
    guint connections;             /* 503 beyond */
    guint connections_per_address; /* 503 beyond */
    gint64 head_timeout_us;        /* from connection or last answer to the end of a header */
    gint64 body_timeout_us;        /* from the end of the header to the end of the body: 408 */
    gint64 handling_timeout_us;    /* for the handler: 503 beyond */
    gint64 answer_timeout_us;      /* for the client to take the answer */
} KbntHttpLimits;

extern const KbntHttpLimits kbnt_http_default_limits;

typedef struct {
    /* Owes one kbnt_http_reply() or kbnt_http_reply_stream(), now or later. HEAD arrives as
     * GET, its body is left out on the way back. */
    void (*handle)(KbntHttpRequest *request, gpointer data);
    /* Answers a fault that the server found, by kbnt_http_reply(), before it returns. The
     * request may be blank where the fault came before it could be read. */
    void (*refuse)(KbntHttpRequest *request, guint status, const char *detail, gpointer data);
    gpointer data;
} KbntHttpHandler;

/* hosts: (nullable): the names that TCP clients may give as Host, without port or
 * brackets, NULL at the end; any other is answered with 421. Copied. */
KbntHttpServer *kbnt_http_server_new(KbntLoop *loop, const KbntHttpLimits *limits,
                                     const char *const *hosts, KbntHttpHandler handler,
                                     GError **error);

/* address: "127.0.0.1:8080", "[::1]:0"; port 0 lets the kernel choose, ret_port tells. */
gboolean kbnt_http_server_listen_tcp(KbntHttpServer *server, const char *address,
                                     guint16 *ret_port, GError **error);

/* A socket file that nobody serves any more is replaced; the file is removed at the stop. */
gboolean kbnt_http_server_listen_unix(KbntHttpServer *server, const char *path, mode_t mode,
                                      GError **error);

/* Stops accepting, answers what was begun, ends streams; done follows on the loop when all
 * connections are gone, which grace_us bounds. Once only. */
void kbnt_http_server_stop(KbntHttpServer *server, gint64 grace_us, KbntLoopFunc done,
                           gpointer data);

guint kbnt_http_server_connections(KbntHttpServer *server);

/* Only after the stop is done, or where nothing ever listened. */
void kbnt_http_server_free(KbntHttpServer *server);

G_DEFINE_AUTOPTR_CLEANUP_FUNC(KbntHttpServer, kbnt_http_server_free)

/* What a handler may ask of a request until it has replied; all borrowed from the request. */
const char *kbnt_http_request_method(const KbntHttpRequest *request);
/* Decoded, without the query; begins with '/' (or is "*", for OPTIONS). */
const char *kbnt_http_request_path(const KbntHttpRequest *request);
const char *kbnt_http_request_query(const KbntHttpRequest *request, const char *name);
guint kbnt_http_request_n_queries(const KbntHttpRequest *request);
const char *kbnt_http_request_query_at(const KbntHttpRequest *request, guint index,
                                       const char **ret_value);
const char *kbnt_http_request_header(const KbntHttpRequest *request, const char *name);
const char *kbnt_http_request_body(const KbntHttpRequest *request, gsize *ret_length);
const KbntHttpPeer *kbnt_http_request_peer(const KbntHttpRequest *request);
gint64 kbnt_http_request_received_us(const KbntHttpRequest *request);

/* A place for what the handler knows of the request; release runs when the request ends. */
void kbnt_http_request_set_data(KbntHttpRequest *request, gpointer data,
                                GDestroyNotify release);
gpointer kbnt_http_request_data(const KbntHttpRequest *request);

/* headers: (nullable); body: (transfer full) (nullable). After it the request is gone. */
void kbnt_http_reply(KbntHttpRequest *request, guint status, const KbntHttpHeader *headers,
                     GBytes *body);

/* Answers with a body that grows. on_close is called once, never inside this call, when the
 * client is gone or the stream has ended or was cut; the stream is dead after it. Returns NULL,
 * and forgets on_close, where the answer comes too late. */
KbntHttpStream *kbnt_http_reply_stream(KbntHttpRequest *request, guint status,
                                       const KbntHttpHeader *headers,
                                       void (*on_close)(gpointer data), gpointer data);
/* Never blocks; what the client is too slow for cuts the stream (on_close comes later). */
void kbnt_http_stream_append(KbntHttpStream *stream, const char *bytes, gsize length);
/* Runs drained once, when the client has taken all that was appended, later in any case: for
 * whoever has more to give than the buffer holds. */
void kbnt_http_stream_when_drained(KbntHttpStream *stream, void (*drained)(gpointer data));
/* What was appended is still sent. */
void kbnt_http_stream_end(KbntHttpStream *stream);
