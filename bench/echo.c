/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* echo - the reference of the dry run: libmicrohttpd on one thread, answering what came. */
#include "bare-http.h"

static void
answer(BareCall *call, gpointer data)
{
    bare_call_echo(call);
}

int
main(void)
{
    return bare_http_serve(answer, NULL);
}
