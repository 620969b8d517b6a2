/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Owns what another schema registry than the embedded one is needed for: the schemas of foreign
 * writers are looked up there, ours are registered there, and both are kept on disk.
 *
 * Everything here is for the loop thread; the calls themselves have a lane. */
#pragma once

#include "codec.h"
#include "loop.h"
#include "ports.h"
#include "registry-client.h"

typedef struct KbntRemoteRegistry KbntRemoteRegistry;

/* Teaches the codec what a life before has found. @access: its texts live on; @folder: where
 * schemas are kept. Fails with CONFIG_INVALID where the folder cannot be made. */
KbntRemoteRegistry *kbnt_remote_registry_new(KbntLoop *loop, KbntCodec *codec,
                                             const KbntRegistryAccess *access,
                                             const char *folder, GError **error);

/* Cuts short what is under way: whoever waits hears STOPPED. */
void kbnt_remote_registry_free(KbntRemoteRegistry *registry);

/* look_up of a KbntCodecPort. */
gboolean kbnt_remote_registry_look_up(gpointer registry, const KbntValue *record, KbntDone done,
                                      gpointer data);

/* Registers the schemas that are written; messages carry the ids that the registry gives, from
 * @done on. A registry that does not answer is done without where those ids are known. */
void kbnt_remote_registry_register(KbntRemoteRegistry *registry, KbntDone done, gpointer data);
