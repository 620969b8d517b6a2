/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * checksum.c: owns the two checksums of a message: CRC-32C (RFC 3720, by ISA-L) over a record's
 * value, SHA-256 in the chain of events.
 */
#include "checksum.h"

#include <isa-l/crc.h>

void
kbnt_sha256_text(const guint8 *bytes, gsize length, char ret_text[KBNT_SHA256_TEXT_BYTES])
{
    g_autoptr(GChecksum) checksum = g_checksum_new(G_CHECKSUM_SHA256);

    g_checksum_update(checksum, bytes, (gssize)length);
    g_strlcpy(ret_text, "sha256-", KBNT_SHA256_TEXT_BYTES);
    g_strlcat(ret_text, g_checksum_get_string(checksum), KBNT_SHA256_TEXT_BYTES);
}

/* ISA-L leaves the two inversions of the standard to its caller, and only reads the bytes. */
void
kbnt_crc32c_text(const guint8 *bytes, gsize length, char ret_text[KBNT_CRC32C_TEXT_BYTES])
{
    guint32 crc = ~crc32_iscsi((unsigned char *)bytes, (int)length, G_MAXUINT32);

    g_snprintf(ret_text, KBNT_CRC32C_TEXT_BYTES, "crc32c-%08x", crc);
}
