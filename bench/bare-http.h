/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* bare-http.h: owns libmicrohttpd with nothing around it, as the references serve by it. */
#pragma once

#include <glib.h>

/* A request whose body has come. */
typedef struct BareCall BareCall;

/* Called on the one thread of the server, to answer now or to hold. */
typedef void (*BareHandler)(BareCall *call, gpointer data);

/* Answers with the body that came. */
void bare_call_echo(BareCall *call);

/* Keeps the connection until bare_call_resume(), which any thread may call, echoes. */
void bare_call_hold(BareCall *call);
void bare_call_resume(BareCall *call);

/* Listens on a free port of loopback, prints it, serves until standard input ends.
 * Returns: an exit status. */
int bare_http_serve(BareHandler handler, gpointer data);
