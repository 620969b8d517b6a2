/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A plugin one of whose operations has a name of its own. */
static const KbntSinkOps ops = {
    .life = {
        .size = sizeof(KbntSinkOps),
        .create = bad_create,
        .destroy = NULL,
    },
    .observe = watch,
};
