/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Arbitrary bytes as the value of a record: a reason of a dead letter, or a message that is the
 * same after another turn over the wire. */
#include "codec.h"

int LLVMFuzzerTestOneInput(const guint8 *data, gsize size);

static KbntValue *
record_of(const guint8 *data, gsize size)
{
    g_autoptr(GBytes) value = g_bytes_new(data, size);
    KbntValue *record = kbnt_value_new();

    kbnt_value_set_bytes(record, KBNT_FIELD_BODY, value);
    return record;
}

static void
turn_request(KbntCodec *codec, const KbntValue *request)
{
    g_autoptr(KbntValue) record = kbnt_codec_encode_request(codec, request, NULL);
    g_autoptr(KbntValue) back = NULL;

    g_assert(record);
    back = kbnt_codec_decode_request(codec, record, NULL);
    g_assert(kbnt_value_equal(request, back));
}

static void
turn_event(KbntCodec *codec, const KbntValue *event)
{
    char checksum[72];
    g_autoptr(KbntValue) record = kbnt_codec_encode_event(codec, event, checksum, NULL);

    g_assert(record);
}

int
LLVMFuzzerTestOneInput(const guint8 *data, gsize size)
{
    static KbntCodec *codec;
    g_autoptr(KbntValue) record = record_of(data, size);
    g_autoptr(GError) error = NULL;
    g_autoptr(KbntValue) request = NULL;
    g_autoptr(KbntValue) event = NULL;

    if (!codec)
        codec = kbnt_codec_new(NULL, FALSE, NULL);
    request = kbnt_codec_decode_request(codec, record, &error);
    g_assert((request == NULL) == (error && error->code >= KBNT_ERROR_UNDECODABLE &&
                                   error->code <= KBNT_ERROR_CHECKSUM_MISMATCH));
    if (request)
        turn_request(codec, request);
    event = kbnt_codec_decode_event(codec, record, NULL);
    if (event)
        turn_event(codec, event);
    return 0;
}
