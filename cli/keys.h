/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * keys.h: owns the file of signing keys as an operator makes and rotates it.
 */
#ifndef KBNT_KEYS_H
#define KBNT_KEYS_H

#include "command.h"

/* Makes a file with one key; an existing file is never touched. Returns: an exit code. */
int kbnt_keys_new(KbntInvocation *invocation);

/* Puts a new key before the present one and drops all others. Returns: an exit code. */
int kbnt_keys_rotate(KbntInvocation *invocation);

#endif
