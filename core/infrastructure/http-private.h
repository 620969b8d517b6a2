/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What the files of the HTTP server share among themselves, and nobody else sees. */
#pragma once

#include "http-server.h"

#include <microhttpd.h>

/* Where a connection is; each phase has a deadline of its own. */
typedef enum {
    KBNT_HTTP_IDLE,      /* until the header of a request is complete */
    KBNT_HTTP_RECEIVING, /* until its body is */
    KBNT_HTTP_HANDLING,  /* until the handler has replied; suspended in libmicrohttpd */
    KBNT_HTTP_ANSWERING, /* until the answer is sent */
    KBNT_HTTP_STREAMING, /* until the stream ends; no deadline, its buffer is bounded */
    KBNT_HTTP_REFUSED,   /* answered behind libmicrohttpd's back; swallows, then closes */
} KbntHttpPhase;

typedef struct KbntHttpConnection {
    KbntHttpServer *server;
    struct MHD_Connection *mhd;
    GList link; /* in server->connections */
    int fd;
    KbntHttpPhase phase;
    gint64 deadline_us;
    gint64 idle_since_us;
    gboolean has_served; /* a request came before */
    KbntHttpPeer peer;
    KbntHttpRequest *request; /* (nullable): the one in progress */
    KbntHttpStream *stream;   /* (nullable): its answer, where that is a stream */
} KbntHttpConnection;

struct KbntHttpRequest {
    KbntHttpConnection *connection; /* NULL once libmicrohttpd is through with the request */
    char *authority;                /* (nullable): of a target in absolute form */
    char *path;                     /* decoded */
    GPtrArray *queries;             /* (nullable): name, value, name, value, … decoded */
    const char *method;
    const char *target_end; /* in the line of the request, of which it is the middle */
    const char *fault;      /* (nullable): what is wrong with the target */
    gboolean is_begun;      /* its header was judged */
    gboolean is_owed;       /* the handler has it and has not replied */
    gboolean is_refusing;   /* the reply that comes now is the server's own */
    gboolean is_suspended;  /* libmicrohttpd waits for the reply */
    GByteArray *body;       /* (nullable) */
    gsize swallowed_bytes;
    gint64 received_us;
    guint status;                  /* 0 until there is a reply */
    struct MHD_Response *response; /* (nullable): the reply, until it is queued */
    GBytes *response_body;         /* (nullable) */
    gpointer data;
    GDestroyNotify release_data;
};

struct KbntHttpServer {
    KbntLoop *loop;
    KbntHttpLimits limits;
    char **hosts; /* (nullable) */
    KbntHttpHandler handler;
    struct MHD_Daemon *daemon;
    GSource *events; /* its epoll descriptor */
    GSource *driver; /* ready when libmicrohttpd must run again, see drive() */
    GPtrArray *listeners;
    GQueue connections; /* of KbntHttpConnection, by their link */
    GHashTable *per_address;
    KbntHttpConnection *accepting; /* between accept() and libmicrohttpd's notice */
    guint64 sweep_timer;           /* 0 where none is set */
    gboolean is_stopping;
    guint64 grace_timer;
    KbntLoopFunc stopped;
    gpointer stopped_data;
    gboolean is_told; /* stopped has been called, or is about to be */
};

/* http-server.c */
void kbnt_http_server_wake(KbntHttpServer *server);
void kbnt_http_server_connection_gone(KbntHttpServer *server);

/* http-listener.c */
void kbnt_http_listener_free(gpointer listener);

/* http-connection.c */
gboolean kbnt_http_connection_add(KbntHttpServer *server, int fd, KbntHttpPeer peer,
                                  gconstpointer address, guint address_length);
void kbnt_http_connection_notify(void *server, struct MHD_Connection *mhd,
                                 void **socket_context,
                                 enum MHD_ConnectionNotificationCode code);
void kbnt_http_connection_enter(KbntHttpConnection *connection, KbntHttpPhase phase);
void kbnt_http_connection_close(KbntHttpConnection *connection);
void kbnt_http_connection_refuse_raw(KbntHttpConnection *connection, KbntHttpRequest *request,
                                     guint status, const char *detail);
void kbnt_http_connection_end_idle(KbntHttpConnection *connection);
void kbnt_http_connection_end_late(KbntHttpConnection *connection);

/* http-request.c */
void *kbnt_http_request_begin(void *server, const char *target, struct MHD_Connection *mhd);
enum MHD_Result kbnt_http_request_advance(void *server, struct MHD_Connection *mhd,
                                          const char *url, const char *method,
                                          const char *version, const char *upload,
                                          size_t *upload_size, void **request);
void kbnt_http_request_completed(void *server, struct MHD_Connection *mhd, void **request,
                                 enum MHD_RequestTerminationCode code);
/* The connection is through with its request, which lives on while a reply is owed. */
void kbnt_http_request_forget_connection(KbntHttpConnection *connection);
KbntHttpRequest *kbnt_http_request_new(KbntHttpConnection *connection);
void kbnt_http_request_free(KbntHttpRequest *request);
void kbnt_http_request_refuse(KbntHttpRequest *request, guint status, const char *detail);

/* http-target.c */
void kbnt_http_target_parse(KbntHttpRequest *request, const char *target);

/* http-head.c: returns the status that refuses the request, or 0. */
guint kbnt_http_head_judge(KbntHttpRequest *request, const char **ret_detail,
                           gboolean *ret_has_body);

/* http-stream.c */
void kbnt_http_stream_cut(KbntHttpStream *stream);
void kbnt_http_stream_forget_connection(KbntHttpStream *stream);
void kbnt_http_request_deliver(KbntHttpRequest *request, guint status,
                               const KbntHttpHeader *headers, struct MHD_Response *response);
gboolean kbnt_http_request_is_late(const KbntHttpRequest *request);
