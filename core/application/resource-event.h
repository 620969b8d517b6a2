/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * resource-event.h: owns the events of a resource outside any request: on the stream of its
 * own.
 */
#ifndef KBNT_RESOURCE_EVENT_H
#define KBNT_RESOURCE_EVENT_H

#include "ports.h"

/*
 * Makes the next event @type of the stream of @resource, which carries the state that it has on
 * @resource. @made hears of a command {STREAM_ID, SEQUENCE, PREVIOUS_CHECKSUM, RECORDS}, which
 * it may add to and submit.
 */
void kbnt_resource_event_make(const KbntPorts *ports, KbntEventType type,
                              const KbntValue *resource, KbntDone made, gpointer data);

#endif
