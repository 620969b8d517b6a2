/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * checksum.c: owns the two checksums of a message: CRC-32C (RFC 3720, by ISA-L) over a record's
 * value, SHA-256 (FIPS 180-4, by Nettle) in the chain of events.
 */
#include "checksum.h"

#include <isa-l/crc.h>
#include <nettle/base16.h>
#include <nettle/sha2.h>
#include <string.h>

void
kbnt_sha256_digits(const guint8 *bytes, gsize length, char ret_digits[KBNT_SHA256_DIGITS + 1])
{
    struct sha256_ctx context;
    guint8 digest[SHA256_DIGEST_SIZE];

    sha256_init(&context);
    sha256_update(&context, length, bytes);
    sha256_digest(&context, sizeof digest, digest);
    base16_encode_update(ret_digits, sizeof digest, digest);
    ret_digits[KBNT_SHA256_DIGITS] = '\0';
}

void
kbnt_sha256_text(const guint8 *bytes, gsize length, char ret_text[KBNT_SHA256_TEXT_BYTES])
{
    static const char prefix[] = "sha256-";

    memcpy(ret_text, prefix, sizeof prefix - 1);
    kbnt_sha256_digits(bytes, length, ret_text + sizeof prefix - 1);
}

/* ISA-L leaves the two inversions of the standard to its caller, and only reads the bytes. */
void
kbnt_crc32c_text(const guint8 *bytes, gsize length, char ret_text[KBNT_CRC32C_TEXT_BYTES])
{
    guint32 crc = ~crc32_iscsi((unsigned char *)bytes, (int)length, G_MAXUINT32);

    g_snprintf(ret_text, KBNT_CRC32C_TEXT_BYTES, "crc32c-%08x", crc);
}
