/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * message-check.h: owns what a decoded message must be before anybody relies on it: a schema
 * gives types, not that an id is an id or that a machine is specified as one.
 */
#ifndef KBNT_MESSAGE_CHECK_H
#define KBNT_MESSAGE_CHECK_H

#include <kbnt/kbnt-values.h>

/**
 * kbnt_message_check_request:
 *
 * Returns: FALSE with UNDECODABLE, naming the field.
 */
gboolean kbnt_message_check_request(const KbntValue *request, GError **error);

/**
 * kbnt_message_check_event:
 *
 * Returns: FALSE with UNDECODABLE, naming the field.
 */
gboolean kbnt_message_check_event(const KbntValue *event, GError **error);

#endif
