/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Owns the adapters by which the ports of the application lead to plugins: a call becomes a
 * task, its completion a KbntDone. */
#pragma once

#include "loop.h"
#include "plugin-instance.h"
#include "ports.h"

/* The instance must outlive the port. */
KbntStorePort kbnt_plugin_store_port(KbntPluginInstance *store);
KbntTransportPort kbnt_plugin_transport_port(KbntPluginInstance *transport);

/* Calls to a provisioner can be cancelled, and end at their deadline whatever the plugin does.
 */
typedef struct KbntProvisionerCalls KbntProvisionerCalls;

KbntProvisionerCalls *kbnt_provisioner_calls_new(KbntLoop *loop,
                                                 KbntPluginInstance *provisioner);
void kbnt_provisioner_calls_free(KbntProvisionerCalls *calls);
KbntProvisionerPort kbnt_provisioner_calls_port(KbntProvisionerCalls *calls);
