/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * redrive.h: owns the second try of a request whose attempts are used up: a new request, judged
 * again, that names the old one.
 */
#ifndef KBNT_REDRIVE_H
#define KBNT_REDRIVE_H

#include "accept.h"

/*
 * Makes of @letter, a dead letter EXHAUSTED of the store of @ports, a new request through
 * @accept, and takes the letter away once that is stored. Doing it twice gives the same
 * request. Result {REQUEST: the new one}.
 */
void kbnt_redrive(const KbntPorts *ports, KbntAccept *accept, const KbntValue *letter,
                  KbntDone done, gpointer data);

#endif
