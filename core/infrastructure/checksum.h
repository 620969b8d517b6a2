/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * checksum.h: owns the two checksums of a message in the text that they travel in.
 */
#ifndef KBNT_CHECKSUM_H
#define KBNT_CHECKSUM_H

#include <glib.h>

#define KBNT_SHA256_DIGITS 64
/* "sha256-", 64 hexadecimal digits and the NUL. */
#define KBNT_SHA256_TEXT_BYTES 72
/* "crc32c-", 8 hexadecimal digits and the NUL. */
#define KBNT_CRC32C_TEXT_BYTES 16

/* Writes the SHA-256 in lower-case hexadecimal digits. */
void kbnt_sha256_digits(const guint8 *bytes, gsize length,
                        char ret_digits[KBNT_SHA256_DIGITS + 1]);

/**
 * kbnt_sha256_text:
 * @ret_text: (out): "sha256-" and lower-case hexadecimal digits
 */
void kbnt_sha256_text(const guint8 *bytes, gsize length, char ret_text[KBNT_SHA256_TEXT_BYTES]);

/**
 * kbnt_crc32c_text:
 * @ret_text: (out): "crc32c-" and lower-case hexadecimal digits
 */
void kbnt_crc32c_text(const guint8 *bytes, gsize length, char ret_text[KBNT_CRC32C_TEXT_BYTES]);

#endif
