/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * codec.h: owns the wire: domain values to a transport's records and back.
 *
 * A request record has the key messageId (of the target, for CANCEL_REQUEST), an event record
 * userId or "host:NAME". The value is Confluent's framing: 0, the schema id in four bytes, the
 * Avro body. All functions may be called on any thread.
 */
#ifndef KBNT_CODEC_H
#define KBNT_CODEC_H

#include <kbnt/kbnt-values.h>

#define KBNT_TOPIC_REQUESTS "virtualization-requests"
#define KBNT_TOPIC_EVENTS "virtualization-events"

typedef struct KbntCodec KbntCodec;

/**
 * kbnt_codec_new:
 * @signing_keys: (nullable): the file of keys (signature.h); NULL signs nothing
 * @needs_signature: whether a record without signature is refused
 *
 * Returns: (transfer full) (nullable): a codec, or NULL with CONFIG_INVALID.
 */
KbntCodec *kbnt_codec_new(GBytes *signing_keys, gboolean needs_signature, GError **error);

void kbnt_codec_free(KbntCodec *codec);

/**
 * kbnt_codec_set_keys:
 * @signing_keys: the file of keys as it is now
 *
 * Returns: FALSE with CONFIG_INVALID; the codec goes on with the keys that it has.
 */
gboolean kbnt_codec_set_keys(KbntCodec *codec, GBytes *signing_keys, GError **error);

/**
 * kbnt_codec_learn:
 * @schema_id: not one of the embedded registry
 * @subject: under which a registry has it
 * @schema: its text, untrusted
 *
 * Teaches the codec the schema of a foreign writer, for which decoding said SCHEMA_UNKNOWN.
 *
 * Returns: FALSE with SCHEMA_UNKNOWN where it cannot be read as one of ours.
 */
gboolean kbnt_codec_learn(KbntCodec *codec, guint32 schema_id, const char *subject,
                          const char *schema, GError **error);

/**
 * kbnt_codec_write_as:
 * @schema_id: by which a registry has our present schema of @subject
 *
 * From now on messages of @subject carry this id; they are read by it, too.
 *
 * Returns: FALSE with SCHEMA_UNKNOWN where the id stands for something else already.
 */
gboolean kbnt_codec_write_as(KbntCodec *codec, const char *subject, guint32 schema_id,
                             GError **error);

/* Returns: whether messages of that schema can be read. */
gboolean kbnt_codec_knows(KbntCodec *codec, guint32 schema_id);

/**
 * kbnt_codec_encode_request:
 *
 * Returns: (transfer full) (nullable): the record {TOPIC, KEY, BODY, HEADERS}, or NULL with
 *   INTERNAL where a field that every request has is not set.
 */
KbntValue *kbnt_codec_encode_request(KbntCodec *codec, const KbntValue *request,
                                     GError **error);

/**
 * kbnt_codec_as_written:
 *
 * An event that belongs to no request names no user: the owner of its resource is the key of
 * its record alone, so that it comes in order with the events of his requests.
 *
 * Returns: (transfer full): the event as readers of the topic see it.
 */
KbntValue *kbnt_codec_as_written(const KbntValue *event);

/**
 * kbnt_codec_encode_event:
 * @ret_checksum: (out): the checksum in the event, for the next one's PREVIOUS_CHECKSUM
 *
 * Returns: (transfer full) (nullable): the record, or NULL with INTERNAL where a field is
 *   missing or a secret would leave.
 */
KbntValue *kbnt_codec_encode_event(KbntCodec *codec, const KbntValue *event,
                                   char ret_checksum[72], GError **error);

/**
 * kbnt_codec_decode_request:
 * @record: untrusted
 *
 * Returns: (transfer full) (nullable): the request, or NULL with UNDECODABLE, SCHEMA_UNKNOWN,
 *   CHECKSUM_MISMATCH, UNSIGNED or SIGNATURE_INVALID.
 */
KbntValue *kbnt_codec_decode_request(KbntCodec *codec, const KbntValue *record, GError **error);

/**
 * kbnt_codec_decode_event:
 * @record: untrusted
 *
 * Returns: (transfer full) (nullable): the event with its CHECKSUM and its owner, or NULL as
 *   above.
 */
KbntValue *kbnt_codec_decode_event(KbntCodec *codec, const KbntValue *record, GError **error);

G_DEFINE_AUTOPTR_CLEANUP_FUNC(KbntCodec, kbnt_codec_free)

#endif
