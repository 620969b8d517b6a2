/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Arbitrary text as the schema of a foreign registry: learned or refused, never more. */
#include "codec.h"
#include "schema-registry.h"

int LLVMFuzzerTestOneInput(const guint8 *data, gsize size);

int
LLVMFuzzerTestOneInput(const guint8 *data, gsize size)
{
    g_autoptr(KbntCodec) codec = kbnt_codec_new(NULL, FALSE, NULL);
    g_autofree char *schema = g_strndup((const char *)data, size);
    g_autoptr(GError) error = NULL;

    g_assert(kbnt_codec_learn(codec, 1, KBNT_SUBJECT_REQUESTS, schema, &error) == !error);
    return 0;
}
