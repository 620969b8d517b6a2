/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * request-body.h: owns how options, a file or an earlier request become the body of a POST.
 */
#ifndef KBNT_REQUEST_BODY_H
#define KBNT_REQUEST_BODY_H

#include "command.h"

/* Each ends with an all-NULL one. */
extern const KbntOption kbnt_submit_options[];
extern const KbntOption kbnt_plan_options[];

/* What stands in their help. */
extern const char kbnt_request_body_details[];

/**
 * kbnt_request_body_read:
 *
 * Returns: (transfer full) (nullable): the body, or NULL with G_OPTION_ERROR (used wrongly) or
 *   another error.
 */
json_t *kbnt_request_body_read(const KbntInvocation *invocation, GError **error);

/**
 * kbnt_request_body_again:
 * @request: (transfer none): the view of an earlier request
 *
 * Asks for what @request asked for, under a new requestId; options that are given win.
 *
 * Returns: (transfer full) (nullable): the body, or NULL with NOT_FOUND where the view does not
 *   say all: keys and user data are never shown, so they must be given again.
 */
json_t *kbnt_request_body_again(const KbntInvocation *invocation, const json_t *request,
                                GError **error);

#endif
