/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Owns the adapters by which the ports of the application lead to plugins: a call becomes a
 * task, its completion a KbntDone. */
#pragma once

#include "loop.h"
#include "plugin-instance.h"
#include "ports.h"

/* Commands to a store, gathered over a turn of the loop: one lock and one waking for all that a
 * batch of events brings. Queries go at once. */
typedef struct KbntStoreCalls KbntStoreCalls;

KbntStoreCalls *kbnt_store_calls_new(KbntLoop *loop, KbntPluginInstance *store);
void kbnt_store_calls_free(KbntStoreCalls *calls);
KbntStorePort kbnt_store_calls_port(KbntStoreCalls *calls);

/* The instance must outlive the port. */
KbntTransportPort kbnt_plugin_transport_port(KbntPluginInstance *transport);

/* Calls to a provisioner can be cancelled, and end at their deadline whatever the plugin does.
 */
typedef struct KbntProvisionerCalls KbntProvisionerCalls;

KbntProvisionerCalls *kbnt_provisioner_calls_new(KbntLoop *loop,
                                                 KbntPluginInstance *provisioner);
void kbnt_provisioner_calls_free(KbntProvisionerCalls *calls);
KbntProvisionerPort kbnt_provisioner_calls_port(KbntProvisionerCalls *calls);
