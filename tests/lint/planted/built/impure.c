/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Stands for a domain file that asks the clock, writes a file and calls another layer. */
#include <glib.h>

void kbnt_http_server_stop(void);
gint64 impure(void);

gint64
impure(void)
{
    kbnt_http_server_stop();
    g_file_set_contents("answer", "42", 2, NULL);
    return g_get_monotonic_time();
}
