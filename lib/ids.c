/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * ids.c: owns the names that follow from other names: UUIDv5, resource ids, MAC addresses.
 *
 * The rules and their test vectors are in docs/reference/identifiers.md; what exists under a
 * name would be lost if they changed.
 */
#include <kbnt/kbnt-values.h>
#include <string.h>

#define UUID_BYTES 16
#define SHA1_BYTES 20
#define UUID_LENGTH 36

/* f6a3aeb7-128b-43fc-b054-212568b96ce7, the namespace of all UUIDv5 of kbnt: fixed for ever. */
static const guint8 namespace_bytes[UUID_BYTES] = {
    0xf6, 0xa3, 0xae, 0xb7, 0x12, 0x8b, 0x43, 0xfc,
    0xb0, 0x54, 0x21, 0x25, 0x68, 0xb9, 0x6c, 0xe7,
};

static void
hash_name(const char *kind, const char *name, guint8 ret_digest[SHA1_BYTES])
{
    g_autoptr(GChecksum) sha1 = g_checksum_new(G_CHECKSUM_SHA1);
    gsize length = SHA1_BYTES;

    g_checksum_update(sha1, namespace_bytes, sizeof namespace_bytes);
    g_checksum_update(sha1, (const guint8 *)kind, (gssize)strlen(kind));
    g_checksum_update(sha1, (const guint8 *)":", 1);
    g_checksum_update(sha1, (const guint8 *)name, (gssize)strlen(name));
    g_checksum_get_digest(sha1, ret_digest, &length);
}

/* Writes the first 16 bytes as text, after setting version 5 and the variant of RFC 9562. */
static void
format_uuid(guint8 bytes[SHA1_BYTES], char ret_uuid[UUID_LENGTH + 1])
{
    static const char digits[] = "0123456789abcdef";
    char *at = ret_uuid;

    bytes[6] = (bytes[6] & 0x0f) | 0x50;
    bytes[8] = (bytes[8] & 0x3f) | 0x80;
    for (guint i = 0; i < UUID_BYTES; i++) {
        if (i == 4 || i == 6 || i == 8 || i == 10)
            *at++ = '-';
        *at++ = digits[bytes[i] >> 4];
        *at++ = digits[bytes[i] & 0x0f];
    }
    *at = '\0';
}

void
kbnt_uuid_name(const char *kind, const char *name, char ret_uuid[37])
{
    guint8 digest[SHA1_BYTES];

    g_return_if_fail(kind && name && ret_uuid);

    hash_name(kind, name, digest);
    format_uuid(digest, ret_uuid);
}

gboolean
kbnt_uuid_is_valid(const char *text)
{
    if (!text || strlen(text) != UUID_LENGTH)
        return FALSE;
    for (guint i = 0; i < UUID_LENGTH; i++) {
        gboolean is_dash = i == 8 || i == 13 || i == 18 || i == 23;

        if (is_dash ? text[i] != '-' : !g_ascii_isxdigit(text[i]) || g_ascii_isupper(text[i]))
            return FALSE;
    }
    return TRUE;
}

static const char *
prefix_of(KbntResourceType type)
{
    switch (type) {
    case KBNT_RESOURCE_TYPE_VIRTUAL_MACHINE:
        return "VM-";
    case KBNT_RESOURCE_TYPE_VIRTUAL_STORAGE:
        return "STOR-";
    case KBNT_RESOURCE_TYPE_VIRTUAL_NETWORK:
        return "NET-";
    }
    return NULL;
}

char *
kbnt_resource_id(KbntResourceType type, const char *message_id, guint digits)
{
    const char *prefix = prefix_of(type);
    char uuid[UUID_LENGTH + 1];
    GString *id;

    g_return_val_if_fail(prefix && message_id && digits <= 32, NULL);

    kbnt_uuid_name("resource", message_id, uuid);
    id = g_string_new(prefix);
    for (const char *at = uuid; digits > 0; at++) {
        if (*at == '-')
            continue;
        g_string_append_c(id, g_ascii_toupper(*at));
        digits--;
    }
    return g_string_free(id, FALSE);
}

void
kbnt_mac_address(const char *message_id, char ret_mac[18])
{
    guint8 digest[SHA1_BYTES];

    g_return_if_fail(message_id && ret_mac);

    hash_name("resource", message_id, digest);
    g_snprintf(ret_mac, 18, "%02x:%02x:%02x:%02x:%02x:%02x", (digest[0] & 0xfc) | 0x02,
               digest[1], digest[2], digest[3], digest[4], digest[5]);
}
