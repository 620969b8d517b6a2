/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * asker.c: owns a copy of who asked, for an answer that is judged after the call has returned.
 */
#include "asker.h"

KbntCaller *
kbnt_asker_new(const KbntCaller *caller)
{
    KbntCaller *asker = g_new0(KbntCaller, 1);

    asker->user_id = g_strdup(caller->user_id);
    asker->roles = (const char *const *)g_strdupv((char **)caller->roles);
    asker->groups = (const char *const *)g_strdupv((char **)caller->groups);
    asker->administrator = caller->administrator;
    asker->authenticated = caller->authenticated;
    return asker;
}

void
kbnt_asker_free(KbntCaller *asker)
{
    if (asker == NULL)
        return;
    g_free((char *)asker->user_id);
    g_strfreev((char **)asker->roles);
    g_strfreev((char **)asker->groups);
    g_free(asker);
}
