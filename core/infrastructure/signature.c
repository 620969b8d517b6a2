/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * signature.c: owns the keys that sign records, and the signature.
 */
#include "signature.h"

#include <string.h>

#define SECRET_BYTES_MIN 16
#define SECRET_BYTES_MAX 1024
#define KEY_ID_CHARS "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789._-"

/* hmac has the secret taken in and is only copied from. */
typedef struct {
    char *id;
    GHmac *hmac;
} KbntSigningKey;

struct KbntKeyring {
    gatomicrefcount references;
    GPtrArray *keys;
};

static void
signing_key_free(gpointer data)
{
    KbntSigningKey *key = data;

    g_hmac_unref(key->hmac);
    g_free(key->id);
    g_free(key);
}

/* Returns: (transfer full) (nullable): the bytes, or NULL where it is not a secret. */
static GByteArray *
parse_secret(const char *hex)
{
    gsize n_digits = strlen(hex);
    g_autoptr(GByteArray) secret = g_byte_array_new();

    if (n_digits % 2 != 0 || n_digits < 2 * SECRET_BYTES_MIN || n_digits > 2 * SECRET_BYTES_MAX)
        return NULL;
    for (gsize i = 0; i < n_digits; i += 2) {
        int high = g_ascii_xdigit_value(hex[i]);
        int low = g_ascii_xdigit_value(hex[i + 1]);
        guint8 byte = (guint8)(high << 4 | low);

        if (high < 0 || low < 0)
            return NULL;
        g_byte_array_append(secret, &byte, 1);
    }
    return g_steal_pointer(&secret);
}

static KbntSigningKey *
parse_line(const char *line, GError **error)
{
    const char *colon = strchr(line, ':');
    g_autoptr(GByteArray) secret = NULL;
    KbntSigningKey *key;

    if (!colon || colon == line || strspn(line, KEY_ID_CHARS) != (gsize)(colon - line)) {
        g_set_error(error, KBNT_ERROR, KBNT_ERROR_CONFIG_INVALID,
                    "it does not begin with a key's id and a colon");
        return NULL;
    }
    secret = parse_secret(colon + 1);
    if (!secret) {
        g_set_error(error, KBNT_ERROR, KBNT_ERROR_CONFIG_INVALID,
                    "its secret is not 16 to 1024 bytes in hexadecimal digits");
        return NULL;
    }

    key = g_new0(KbntSigningKey, 1);
    key->id = g_strndup(line, (gsize)(colon - line));
    key->hmac = g_hmac_new(G_CHECKSUM_SHA256, secret->data, secret->len);
    memset(secret->data, 0, secret->len);
    return key;
}

static const KbntSigningKey *
find_key(const KbntKeyring *keyring, const char *id, gsize length)
{
    for (guint i = 0; i < keyring->keys->len; i++) {
        const KbntSigningKey *key = keyring->keys->pdata[i];

        if (strlen(key->id) == length && memcmp(key->id, id, length) == 0)
            return key;
    }
    return NULL;
}

static gboolean
add_line(KbntKeyring *keyring, char *line, GError **error)
{
    KbntSigningKey *key;

    g_strstrip(line);
    if (*line == '\0' || *line == '#')
        return TRUE;
    key = parse_line(line, error);
    if (!key)
        return FALSE;
    if (find_key(keyring, key->id, strlen(key->id))) {
        g_set_error(error, KBNT_ERROR, KBNT_ERROR_CONFIG_INVALID, "key '%s' is there twice",
                    key->id);
        signing_key_free(key);
        return FALSE;
    }
    g_ptr_array_add(keyring->keys, key);
    return TRUE;
}

static gboolean
add_lines(KbntKeyring *keyring, char **lines, GError **error)
{
    for (guint i = 0; lines[i]; i++) {
        if (!add_line(keyring, lines[i], error)) {
            g_prefix_error(error, "line %u of the signing keys: ", i + 1);
            return FALSE;
        }
    }
    if (keyring->keys->len > 0)
        return TRUE;
    g_set_error(error, KBNT_ERROR, KBNT_ERROR_CONFIG_INVALID,
                "the signing keys are empty; 'kbntctl keys new' makes one");
    return FALSE;
}

KbntKeyring *
kbnt_keyring_new(GBytes *text, GError **error)
{
    gsize length;
    const char *content = g_bytes_get_data(text, &length);
    g_autofree char *copy = g_strndup(content ? content : "", length);
    g_auto(GStrv) lines = g_strsplit(copy, "\n", -1);
    g_autoptr(KbntKeyring) keyring = g_new0(KbntKeyring, 1);

    g_atomic_ref_count_init(&keyring->references);
    keyring->keys = g_ptr_array_new_with_free_func(signing_key_free);
    return add_lines(keyring, lines, error) ? g_steal_pointer(&keyring) : NULL;
}

KbntKeyring *
kbnt_keyring_ref(KbntKeyring *keyring)
{
    g_atomic_ref_count_inc(&keyring->references);
    return keyring;
}

void
kbnt_keyring_unref(KbntKeyring *keyring)
{
    if (!keyring || !g_atomic_ref_count_dec(&keyring->references))
        return;
    g_ptr_array_unref(keyring->keys);
    g_free(keyring);
}

static void
take_in(GHmac *hmac, gconstpointer bytes, gsize length)
{
    guint32 prefix = GUINT32_TO_BE((guint32)length);

    g_hmac_update(hmac, (const guint8 *)&prefix, sizeof prefix);
    if (length > 0)
        g_hmac_update(hmac, bytes, (gssize)length);
}

static void
take_in_bytes(GHmac *hmac, GBytes *bytes)
{
    gsize length = 0;
    gconstpointer data = bytes ? g_bytes_get_data(bytes, &length) : NULL;

    take_in(hmac, data, length);
}

static char *
sign_with(const KbntSigningKey *key, const KbntSigned *what)
{
    GHmac *hmac = g_hmac_copy(key->hmac);
    char *signature;

    take_in(hmac, what->topic, strlen(what->topic));
    take_in_bytes(hmac, what->key);
    take_in_bytes(hmac, what->value);
    signature = g_strconcat(key->id, ":", g_hmac_get_string(hmac), NULL);
    g_hmac_unref(hmac);
    return signature;
}

char *
kbnt_keyring_sign(const KbntKeyring *keyring, const KbntSigned *what)
{
    return sign_with(keyring->keys->pdata[0], what);
}

/* Takes as long for any two texts of one length: how far a forgery is right must not show. */
static gboolean
equal_in_constant_time(const char *one, const char *other)
{
    gsize length = strlen(one);
    guint8 difference = 0;

    if (strlen(other) != length)
        return FALSE;
    for (gsize i = 0; i < length; i++)
        difference |= (guint8)(one[i] ^ other[i]);
    return difference == 0;
}

gboolean
kbnt_keyring_verify(const KbntKeyring *keyring, const KbntSigned *what, const char *signature,
                    GError **error)
{
    gsize id_length = strcspn(signature, ":");
    const KbntSigningKey *key = find_key(keyring, signature, id_length);
    g_autofree char *expected = NULL;

    if (!key) {
        g_set_error(error, KBNT_ERROR, KBNT_ERROR_SIGNATURE_INVALID,
                    "the record is signed with a key that is not among the signing keys");
        return FALSE;
    }
    expected = sign_with(key, what);
    if (equal_in_constant_time(expected, signature))
        return TRUE;
    g_set_error(error, KBNT_ERROR, KBNT_ERROR_SIGNATURE_INVALID,
                "the record was changed after key '%s' signed it, or somebody else signed it",
                key->id);
    return FALSE;
}
