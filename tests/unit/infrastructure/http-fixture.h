/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A server in its loop, and a client that speaks in raw bytes from a thread of its own. */
#pragma once

#include "http-server.h"

typedef struct {
    KbntLoop *loop;
    KbntHttpServer *server;
    guint16 port;
    char *folder; /* of the Unix socket */
    char *unix_path;
    /* What the echo handler saw. */
    guint n_stops;
    int idle_fd;
    guint handled;
    KbntHttpRequest *parked; /* of "/park" */
    KbntHttpStream *stream;  /* of "/stream" */
    gboolean is_stream_closed;
} HttpFixture;

/* The handler answers "METHOD path?name=value … body"; "/park" waits for the test, "/later" is
 * answered from the loop, "/stream" grows. Faults are answered "refused: detail". */
void http_fixture_set_up(HttpFixture *fixture, const KbntHttpLimits *limits);

/* The same with a handler of the test's own, after fixture->loop was made. */
void http_fixture_listen(HttpFixture *fixture, const KbntHttpLimits *limits,
                         KbntHttpHandler handler);

/* Stops the server and checks that it lets go of everything; the loop stays. */
void http_fixture_stop(HttpFixture *fixture);

/* The same, and ends the loop. */
void http_fixture_tear_down(HttpFixture *fixture);

/* Runs client on a thread of its own and the loop here, until the client returns. */
void http_fixture_run(HttpFixture *fixture, void (*client)(HttpFixture *fixture));

/* For the client's thread. */
int http_connect(HttpFixture *fixture);
int http_connect_unix(HttpFixture *fixture);
void http_send(int fd, const char *text);
/* Reads one whole answer (by its Content-Length), or what came before the end or 5 s. */
char *http_read(int fd);
/* Reads until the server closes. */
char *http_read_all(int fd);
/* Connects, sends, reads all, closes. */
char *http_ask(HttpFixture *fixture, const char *text);
