/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * signature.h: owns the keys that sign records, and the signature: "KEYID:" and the lower-case
 * hexadecimal HMAC-SHA256 over topic, key and value, each preceded by its length in four
 * bytes, the most significant first.
 */
#ifndef KBNT_SIGNATURE_H
#define KBNT_SIGNATURE_H

#include <kbnt/kbnt-error.h>

/**
 * KbntKeyring:
 *
 * The keys of one file. The first signs, all verify, so that a new one can be put first while
 * records of the old one are still on their way. Counted atomically, never changed.
 */
typedef struct KbntKeyring KbntKeyring;

/**
 * KbntSigned:
 * @topic: (transfer none)
 * @key: (nullable): the record's key
 * @value: the record's value
 *
 * What a signature is over.
 */
typedef struct {
    const char *topic;
    GBytes *key;
    GBytes *value;
} KbntSigned;

/**
 * kbnt_keyring_new:
 * @text: (transfer none): lines "KEYID:hexadecimal secret" of at least 16 bytes; empty lines
 *   and those that begin with '#' are skipped
 *
 * Returns: (transfer full) (nullable): the keys, or NULL with CONFIG_INVALID, naming the line
 *   but never its content.
 */
KbntKeyring *kbnt_keyring_new(GBytes *text, GError **error);

KbntKeyring *kbnt_keyring_ref(KbntKeyring *keyring);

void kbnt_keyring_unref(KbntKeyring *keyring);

/**
 * kbnt_keyring_sign:
 *
 * Returns: (transfer full): the signature by the first key.
 */
char *kbnt_keyring_sign(const KbntKeyring *keyring, const KbntSigned *what);

/**
 * kbnt_keyring_verify:
 * @signature: untrusted
 *
 * Returns: FALSE with SIGNATURE_INVALID.
 */
gboolean kbnt_keyring_verify(const KbntKeyring *keyring, const KbntSigned *what,
                             const char *signature, GError **error);

G_DEFINE_AUTOPTR_CLEANUP_FUNC(KbntKeyring, kbnt_keyring_unref)

#endif
