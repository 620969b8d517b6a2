/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * codec.c: owns the wire: domain values to a transport's records and back.
 */
#include "codec.h"

#include "avro-decode.h"
#include "avro-encode.h"
#include "checksum.h"
#include "frame.h"
#include "message-check.h"
#include "record-headers.h"
#include "schema-registry.h"
#include "signature.h"

#include <pthread.h>
#include <string.h>

/* A schema that messages are read by; own: of the subject's latest version. A registry may have
 * that version under an id of its own. */
typedef struct {
    guint32 id;
    gboolean is_latest;
    char *subject;
    KbntAvroPlan *plan;
} Schema;

/* The schemas are never taken away again; the lock guards the table and the keyring's place,
 * and recall_lock the histories of events, of our own schema alone. */
struct KbntCodec {
    pthread_mutex_t lock;
    KbntKeyring *keyring;
    gboolean needs_signature;
    GHashTable *schemas;
    const Schema *requests;
    const Schema *events;
    gint requests_id; /* atomic: what messages carry; a registry may have another than ours */
    gint events_id;
    pthread_mutex_t recall_lock;
    KbntAvroRecall *written;
    KbntAvroRecall *read;
};

static void
schema_free(gpointer data)
{
    Schema *schema = data;

    kbnt_avro_plan_free(schema->plan);
    g_free(schema->subject);
    g_free(schema);
}

static const Schema *
keep_schema(KbntCodec *codec, guint32 id, const char *subject, const char *text,
            KbntAvroPlan *plan)
{
    Schema *schema = g_new0(Schema, 1);

    schema->id = id;
    schema->is_latest = g_str_equal(text, kbnt_schema_registry_latest(subject)->text);
    schema->subject = g_strdup(subject);
    schema->plan = plan;
    g_hash_table_insert(codec->schemas, GUINT_TO_POINTER(id), schema);
    return schema;
}

static const Schema *
keep_own(KbntCodec *codec, const char *subject)
{
    const KbntEmbeddedSchema *latest = kbnt_schema_registry_latest(subject);
    KbntAvroPlan *plan = kbnt_avro_plan_new(latest->text, strlen(latest->text), NULL);

    g_assert(plan);
    return keep_schema(codec, latest->id, subject, latest->text, plan);
}

static const Schema *
own_schema(KbntCodec *codec, const char *subject)
{
    if (g_str_equal(subject, KBNT_SUBJECT_REQUESTS))
        return codec->requests;
    return g_str_equal(subject, KBNT_SUBJECT_EVENTS) ? codec->events : NULL;
}

static void
keep_earlier(KbntCodec *codec)
{
    for (guint i = 0; i < kbnt_n_embedded_schemas; i++) {
        const KbntEmbeddedSchema *schema = &kbnt_embedded_schemas[i];
        gboolean is_kept = g_hash_table_contains(codec->schemas, GUINT_TO_POINTER(schema->id));

        if (!is_kept) {
            gboolean is_read = kbnt_codec_learn(codec, schema->id, schema->subject,
                                                schema->text, NULL);
            g_assert(is_read);
        }
    }
}

KbntCodec *
kbnt_codec_new(GBytes *signing_keys, gboolean needs_signature, GError **error)
{
    g_autoptr(KbntCodec) codec = g_new0(KbntCodec, 1);

    pthread_mutex_init(&codec->lock, NULL);
    pthread_mutex_init(&codec->recall_lock, NULL);
    codec->written = kbnt_avro_recall_new();
    codec->read = kbnt_avro_recall_new();
    codec->needs_signature = needs_signature;
    codec->schemas = g_hash_table_new_full(NULL, NULL, NULL, schema_free);
    codec->requests = keep_own(codec, KBNT_SUBJECT_REQUESTS);
    codec->events = keep_own(codec, KBNT_SUBJECT_EVENTS);
    codec->requests_id = (gint)codec->requests->id;
    codec->events_id = (gint)codec->events->id;
    kbnt_avro_plan_set_default(codec->events->plan, "version", "v" KBNT_VERSION);
    keep_earlier(codec);
    if (signing_keys && !kbnt_codec_set_keys(codec, signing_keys, error))
        return NULL;
    return g_steal_pointer(&codec);
}

void
kbnt_codec_free(KbntCodec *codec)
{
    if (!codec)
        return;
    g_hash_table_unref(codec->schemas);
    kbnt_keyring_unref(codec->keyring);
    kbnt_avro_recall_free(codec->written);
    kbnt_avro_recall_free(codec->read);
    pthread_mutex_destroy(&codec->recall_lock);
    pthread_mutex_destroy(&codec->lock);
    g_free(codec);
}

gboolean
kbnt_codec_set_keys(KbntCodec *codec, GBytes *signing_keys, GError **error)
{
    KbntKeyring *keyring = kbnt_keyring_new(signing_keys, error);
    KbntKeyring *previous;

    if (!keyring)
        return FALSE;
    pthread_mutex_lock(&codec->lock);
    previous = codec->keyring;
    codec->keyring = keyring;
    pthread_mutex_unlock(&codec->lock);
    kbnt_keyring_unref(previous);
    return TRUE;
}

/* Returns: (transfer full) (nullable): the keys as they are now. */
static KbntKeyring *
current_keys(KbntCodec *codec)
{
    KbntKeyring *keyring;

    pthread_mutex_lock(&codec->lock);
    keyring = codec->keyring ? kbnt_keyring_ref(codec->keyring) : NULL;
    pthread_mutex_unlock(&codec->lock);
    return keyring;
}

gboolean
kbnt_codec_learn(KbntCodec *codec, guint32 schema_id, const char *subject, const char *schema,
                 GError **error)
{
    const Schema *own = own_schema(codec, subject);
    g_autoptr(KbntAvroPlan) plan = NULL;

    if (!own) {
        g_set_error(error, KBNT_ERROR, KBNT_ERROR_SCHEMA_UNKNOWN,
                    "schema %u is of subject '%s', which is not one of ours", schema_id,
                    subject);
        return FALSE;
    }
    plan = kbnt_avro_plan_new(schema, strlen(schema), error);
    if (!plan || !kbnt_avro_plan_align(plan, own->plan, error)) {
        g_prefix_error(error, "schema %u: ", schema_id);
        return FALSE;
    }

    pthread_mutex_lock(&codec->lock);
    if (!g_hash_table_contains(codec->schemas, GUINT_TO_POINTER(schema_id)))
        keep_schema(codec, schema_id, subject, schema, g_steal_pointer(&plan));
    pthread_mutex_unlock(&codec->lock);
    return TRUE;
}

static const Schema *
find_schema(KbntCodec *codec, guint32 id, const Schema *own, GError **error)
{
    const Schema *schema;

    pthread_mutex_lock(&codec->lock);
    schema = g_hash_table_lookup(codec->schemas, GUINT_TO_POINTER(id));
    pthread_mutex_unlock(&codec->lock);
    if (schema && g_str_equal(schema->subject, own->subject))
        return schema;
    if (schema) {
        g_set_error(error, KBNT_ERROR, KBNT_ERROR_SCHEMA_UNKNOWN,
                    "schema %u is of subject '%s', this topic has '%s'", id, schema->subject,
                    own->subject);
    } else {
        g_set_error(error, KBNT_ERROR, KBNT_ERROR_SCHEMA_UNKNOWN, "schema %u is not known here",
                    id);
    }
    return NULL;
}

gboolean
kbnt_codec_knows(KbntCodec *codec, guint32 schema_id)
{
    gboolean is_known;

    pthread_mutex_lock(&codec->lock);
    is_known = g_hash_table_contains(codec->schemas, GUINT_TO_POINTER(schema_id));
    pthread_mutex_unlock(&codec->lock);
    return is_known;
}

gboolean
kbnt_codec_write_as(KbntCodec *codec, const char *subject, guint32 schema_id, GError **error)
{
    const Schema *own = own_schema(codec, subject);

    g_assert(own);
    if (!kbnt_codec_learn(codec, schema_id, subject, kbnt_schema_registry_latest(subject)->text,
                          error) ||
        !find_schema(codec, schema_id, own, error))
        return FALSE;
    g_atomic_int_set(own == codec->requests ? &codec->requests_id : &codec->events_id,
                     (gint)schema_id);
    return TRUE;
}

static void
add_checksum(KbntValue *record, GBytes *body)
{
    char checksum[KBNT_CRC32C_TEXT_BYTES];
    gsize length;
    const guint8 *bytes = g_bytes_get_data(body, &length);

    kbnt_crc32c_text(bytes, length, checksum);
    kbnt_record_add_header(record, KBNT_HEADER_CHECKSUM, checksum);
}

static void
add_signature(KbntCodec *codec, KbntValue *record, const KbntSigned *what)
{
    g_autoptr(KbntKeyring) keyring = current_keys(codec);
    g_autofree char *signature = keyring ? kbnt_keyring_sign(keyring, what) : NULL;

    kbnt_record_add_header(record, KBNT_HEADER_SIGNATURE, signature);
}

static KbntValue *
make_record(KbntCodec *codec, const char *topic, const char *key_text, KbntAvroBuffer *buffer)
{
    KbntValue *record = kbnt_value_new();
    g_autoptr(GBytes) key = g_bytes_new(key_text, strlen(key_text));
    g_autoptr(GBytes) body = kbnt_avro_buffer_steal(buffer);
    const KbntSigned what = { .topic = topic, .key = key, .value = body };

    kbnt_value_set_string(record, KBNT_FIELD_TOPIC, topic);
    kbnt_value_set_bytes(record, KBNT_FIELD_KEY, key);
    kbnt_value_set_bytes(record, KBNT_FIELD_BODY, body);
    add_checksum(record, body);
    add_signature(codec, record, &what);
    kbnt_record_add_header(record, KBNT_HEADER_DOMAIN, "virtualization");
    return record;
}

static const char *
request_key(const KbntValue *request)
{
    if (kbnt_value_get_int(request, KBNT_FIELD_REQUEST_TYPE) ==
        KBNT_REQUEST_TYPE_CANCEL_REQUEST)
        return kbnt_value_get_string(request, KBNT_FIELD_TARGET_MESSAGE_ID);
    return kbnt_value_get_string(request, KBNT_FIELD_MESSAGE_ID);
}

/* Returns: (transfer full): who gets the events of a user, or of a host, in order. */
static char *
event_key(const KbntValue *event)
{
    const char *user = kbnt_value_get_string(event, KBNT_FIELD_USER_ID);
    const char *host = kbnt_value_get_string(event, KBNT_FIELD_HOST);

    if (user)
        return g_strdup(user);
    return g_strconcat("host:", host ? host : "", NULL);
}

KbntValue *
kbnt_codec_encode_request(KbntCodec *codec, const KbntValue *request, GError **error)
{
    g_auto(KbntAvroBuffer) buffer = { 0 };
    const char *key = request_key(request);
    KbntValue *record;

    if (!key) {
        g_set_error(error, KBNT_ERROR, KBNT_ERROR_INTERNAL, "a request without messageId");
        return NULL;
    }
    kbnt_frame_put(&buffer, (guint32)g_atomic_int_get(&codec->requests_id));
    if (!kbnt_avro_encode(codec->requests->plan, request, TRUE, NULL, &buffer, NULL, error))
        return NULL;

    record = make_record(codec, KBNT_TOPIC_REQUESTS, key, &buffer);
    kbnt_record_add_header(record, KBNT_HEADER_TRACE_PARENT,
                           kbnt_value_get_string(request, KBNT_FIELD_TRACE_PARENT));
    return record;
}

static gboolean
is_of_request(const KbntValue *event)
{
    return kbnt_value_has(event, KBNT_FIELD_ORIGINAL_MESSAGE_ID);
}

KbntValue *
kbnt_codec_as_written(const KbntValue *event)
{
    KbntValue *written;

    if (is_of_request(event) || !kbnt_value_has(event, KBNT_FIELD_USER_ID))
        return kbnt_value_ref((KbntValue *)event);
    written = kbnt_value_copy(event);
    kbnt_value_clear(written, KBNT_FIELD_USER_ID);
    return written;
}

static gboolean
encode_event(KbntCodec *codec, const KbntValue *event, KbntAvroBuffer *buffer,
             char ret_checksum[72], GError **error)
{
    gboolean is_encoded;

    pthread_mutex_lock(&codec->recall_lock);
    is_encoded = kbnt_avro_encode(codec->events->plan, event, FALSE, codec->written, buffer,
                                  ret_checksum, error);
    kbnt_avro_recall_close(codec->written, event);
    pthread_mutex_unlock(&codec->recall_lock);
    return is_encoded;
}

KbntValue *
kbnt_codec_encode_event(KbntCodec *codec, const KbntValue *event, char ret_checksum[72],
                        GError **error)
{
    g_auto(KbntAvroBuffer) buffer = { 0 };
    g_autofree char *key = event_key(event);
    g_autoptr(KbntValue) written = kbnt_codec_as_written(event);
    KbntValue *record;

    kbnt_frame_put(&buffer, (guint32)g_atomic_int_get(&codec->events_id));
    if (!encode_event(codec, written, &buffer, ret_checksum, error))
        return NULL;

    record = make_record(codec, KBNT_TOPIC_EVENTS, key, &buffer);
    kbnt_record_add_cloud_event(record, event);
    return record;
}

/* An absent checksum is accepted: a foreign publisher may not know of it. */
static gboolean
check_checksum(const KbntValue *record, const guint8 *bytes, gsize length, GError **error)
{
    g_autofree char *found = kbnt_record_find_header(record, KBNT_HEADER_CHECKSUM);
    char expected[KBNT_CRC32C_TEXT_BYTES];

    if (!found)
        return TRUE;
    kbnt_crc32c_text(bytes, length, expected);
    if (g_str_equal(found, expected))
        return TRUE;
    g_set_error(error, KBNT_ERROR, KBNT_ERROR_CHECKSUM_MISMATCH,
                "the value is '%s', its header says '%.64s'", expected, found);
    return FALSE;
}

static gboolean
check_signature(KbntCodec *codec, const KbntValue *record, GBytes *body, GError **error)
{
    g_autofree char *found = kbnt_record_find_header(record, KBNT_HEADER_SIGNATURE);
    g_autoptr(KbntKeyring) keyring = current_keys(codec);
    const char *topic = kbnt_value_get_string(record, KBNT_FIELD_TOPIC);
    const KbntSigned what = {
        .topic = topic ? topic : "",
        .key = kbnt_value_get_bytes(record, KBNT_FIELD_KEY),
        .value = body,
    };

    if (found && keyring)
        return kbnt_keyring_verify(keyring, &what, found, error);
    if (!codec->needs_signature)
        return TRUE;
    g_set_error(error, KBNT_ERROR, KBNT_ERROR_UNSIGNED,
                "the record has no header '" KBNT_HEADER_SIGNATURE
                "': give its publisher a signing key");
    return FALSE;
}

/* What an elder or foreign schema says is read without memory: its bytes mean other things. */
static KbntValue *
decode_body(KbntCodec *codec, const Schema *schema, const guint8 *body, gsize length,
            GError **error)
{
    KbntValue *value;

    if (!schema->is_latest || !g_str_equal(schema->subject, codec->events->subject))
        return kbnt_avro_decode(schema->plan, body, length, NULL, error);
    pthread_mutex_lock(&codec->recall_lock);
    value = kbnt_avro_decode(codec->events->plan, body, length, codec->read, error);
    if (value)
        kbnt_avro_recall_close(codec->read, value);
    pthread_mutex_unlock(&codec->recall_lock);
    return value;
}

static KbntValue *
decode(KbntCodec *codec, const Schema *own, const KbntValue *record, GError **error)
{
    GBytes *body = kbnt_value_get_bytes(record, KBNT_FIELD_BODY);
    gsize length = 0;
    const guint8 *bytes = body ? g_bytes_get_data(body, &length) : NULL;
    const Schema *schema;
    guint32 id;

    if (!check_checksum(record, bytes, length, error) ||
        !check_signature(codec, record, body, error) ||
        !kbnt_frame_read(bytes, length, &id, error))
        return NULL;
    schema = find_schema(codec, id, own, error);
    if (!schema)
        return NULL;
    return decode_body(codec, schema, bytes + KBNT_FRAME_BYTES, length - KBNT_FRAME_BYTES,
                       error);
}

KbntValue *
kbnt_codec_decode_request(KbntCodec *codec, const KbntValue *record, GError **error)
{
    g_autoptr(KbntValue) request = decode(codec, codec->requests, record, error);
    g_autofree char *trace_parent = NULL;

    if (!request || !kbnt_message_check_request(request, error))
        return NULL;
    trace_parent = kbnt_record_find_header(record, KBNT_HEADER_TRACE_PARENT);
    if (kbnt_trace_parent_is_valid(trace_parent))
        kbnt_value_set_string(request, KBNT_FIELD_TRACE_PARENT, trace_parent);
    return g_steal_pointer(&request);
}

/* Whose an event of a resource is that belongs to no request: the key of its record says it. */
static KbntValue *
with_owner(KbntValue *event, const KbntValue *record)
{
    GBytes *key = kbnt_value_get_bytes(record, KBNT_FIELD_KEY);
    g_autofree char *owner = NULL;
    KbntValue *owned;

    if (is_of_request(event) || !key || !kbnt_value_has(event, KBNT_FIELD_VIRTUAL_RESOURCE_ID))
        return kbnt_value_ref(event);
    owner = g_strndup(g_bytes_get_data(key, NULL), g_bytes_get_size(key));
    owned = kbnt_value_copy(event);
    if (g_utf8_validate(owner, -1, NULL))
        kbnt_value_set_string(owned, KBNT_FIELD_USER_ID, owner);
    return owned;
}

KbntValue *
kbnt_codec_decode_event(KbntCodec *codec, const KbntValue *record, GError **error)
{
    g_autoptr(KbntValue) event = decode(codec, codec->events, record, error);

    if (!event || !kbnt_message_check_event(event, error))
        return NULL;
    return with_owner(event, record);
}
