/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Requests and events with everything that their kind can carry. */
#ifndef KBNT_SAMPLE_MESSAGES_H
#define KBNT_SAMPLE_MESSAGES_H

#include <kbnt/kbnt-values.h>

#define SAMPLE_MESSAGE_ID "0909a693-7e4b-4c6e-9a55-0d2f4f1c8b11"
#define SAMPLE_OTHER_ID "7ae8ff2d-25a1-4f0e-8a2b-3d1c9e5f6a77"
#define SAMPLE_TIME_MS G_GINT64_CONSTANT(1756549800123) /* 2025-08-30T10:30:00.123Z */

/* Returns: (transfer full): a request of that type. */
KbntValue *kbnt_sample_request(KbntRequestType type);

/* Returns: (transfer full): an event of that type. */
KbntValue *kbnt_sample_event(KbntEventType type);

/* Returns: (transfer full): a host with room for any of these, as a provisioner reports it. */
KbntValue *kbnt_sample_host(void);

#endif
