/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A sink that misbehaves while it is linked, before anybody has read its descriptor: how, its
 * file's folder says, so that one file serves all tests. */
#include <dlfcn.h>
#include <kbnt/kbnt-plugin.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

__attribute__((constructor)) static void
misbehave(void)
{
    Dl_info own;

    if (!dladdr(&kbnt_plugin, &own))
        return;
    if (strstr(own.dli_fname, "/crashes/"))
        abort();
    if (strstr(own.dli_fname, "/exits/"))
        exit(0);
    if (strstr(own.dli_fname, "/hangs/"))
        pause();
}

static const KbntSinkOps wild_ops = { .life = { .size = sizeof(KbntSinkOps) } };

const KbntPlugin kbnt_plugin = {
    KBNT_PLUGIN_ABI,
    .kind = KBNT_KIND_SINK,
    .name = "wild",
    .version = "1.0",
    .summary = "A sink that is never loaded",
    .license = "LGPL-2.1-or-later",
    .url = "https://example.org/kbnt",
    .ops = &wild_ops.life,
};
