/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Trees of input for tests, written so that they read like the JSON that they stand for:
 *
 *     body = OBJECT("type", TEXT("CREATE_NETWORK"),
 *                   "spec", OBJECT("subnet", TEXT("10.0.1.0/24")));
 */
#pragma once

#include "input.h"

/* Each is (transfer full), and takes what it is given. */
#define TEXT(text) kbnt_input_new_text(text)
#define NUMBER(number) kbnt_input_new_number(number)
#define BOOL(truth) kbnt_input_new_bool(truth)
#define OBJECT(...) sample_object(__VA_ARGS__, NULL)
#define ARRAY(...) sample_array(__VA_ARGS__, NULL)

/* Names and nodes in turn, ended by NULL. */
KbntInput *sample_object(const char *name, ...) G_GNUC_NULL_TERMINATED;

KbntInput *sample_array(KbntInput *item, ...) G_GNUC_NULL_TERMINATED;
