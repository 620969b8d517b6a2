/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* mock.h: owns what the files of this plugin share: the configuration and the instance. */
#pragma once

#include "mock-fault.h"
#include "mock-wait.h"
#include "mock-world.h"

#include <kbnt/kbnt-plugin.h>

#define MOCK_N_STEPS (KBNT_STEP_DETACH + 1)

typedef struct {
    char **hosts;
    gint64 cores;
    guint64 memory_bytes;
    guint64 disk_bytes;
    char **regions;
    char **labels;
    char **images;
    char **lost_hosts;
    char *management_url;
    gint64 monitoring_agent;
    gboolean sync;
    double latency_factor;
    gint64 latency_ms[MOCK_N_STEPS];
    char **faults;
} MockConfig;

typedef struct {
    KbntHost *host;
    const MockConfig *config;
    MockWorld *world;
    MockWait *wait;
    MockFaults *faults;
    gboolean is_running;
} Mock;

/* An effect on the world, at the end of its latency. @result: (out) (transfer full) (nullable).
 * Returns: FALSE with the error that fails the task. */
typedef gboolean (*MockEffect)(Mock *mock, KbntTask *task, KbntValue **ret_result,
                               GError **error);

#define MOCK_N_KEYS 24

extern const KbntKey mock_keys[MOCK_N_KEYS];

/* The lane of what blocks: reading and flushing the world's file. */
#define MOCK_LANE "world"

/* Lets the task have its effect after the latency of the step, or its planted fault. */
void mock_call(Mock *mock, KbntTask *task, MockEffect effect, KbntStep step);

/* Ends the wait of a call: the MockWaitDone of the instance. */
void mock_call_ended(KbntTask *task, gpointer work, gboolean is_due, gpointer mock);

/* The effects on parts: mock-part.c and mock-machine.c. */
gboolean mock_make_part(Mock *mock, KbntTask *task, KbntValue **ret_result, GError **error);
gboolean mock_find_part(Mock *mock, KbntTask *task, KbntValue **ret_result, GError **error);
gboolean mock_drop_part(Mock *mock, KbntTask *task, KbntValue **ret_result, GError **error);
gboolean mock_list_parts(Mock *mock, KbntTask *task, KbntValue **ret_result, GError **error);
gboolean mock_switch(Mock *mock, KbntTask *task, KbntValue **ret_result, GError **error);
gboolean mock_attach_volume(Mock *mock, KbntTask *task, KbntValue **ret_result, GError **error);
gboolean mock_detach_volume(Mock *mock, KbntTask *task, KbntValue **ret_result, GError **error);
gboolean mock_ask_guest(Mock *mock, KbntTask *task, KbntValue **ret_result, GError **error);
gboolean mock_list_hosts(Mock *mock, KbntTask *task, KbntValue **ret_result, GError **error);

/* Returns: (transfer full): a new part of the argument's kind, not kept yet. */
KbntValue *mock_build_part(Mock *mock, KbntValue *argument);

/* Looks up the part of the argument's PART and PART_ID on a host that is alive, and holds its
 * epoch against the argument's. Returns: FALSE with HOST_LOST or LEASE_LOST; a part that is not
 * there is no failure, *ret_part is NULL then. */
gboolean mock_look_up(Mock *mock, KbntValue *argument, KbntValue **ret_part, GError **error);

/* Sets NOT_FOUND for the part of the argument. Returns: FALSE. */
gboolean mock_not_found(KbntValue *argument, GError **error);

/* Writes the changed part to the world's file, and then to the world. @part: (transfer full).
 */
gboolean mock_keep(Mock *mock, KbntValue *part, GError **error);

/* Returns: (transfer full): a copy of the part to be changed, which carries the argument's
 * epoch. */
KbntValue *mock_change(KbntValue *part, KbntValue *argument);

/* Whether the host is in the configuration and not lost. */
gboolean mock_host_is_alive(const Mock *mock, const char *host);

/* Whether the hosts have the image. */
gboolean mock_has_image(const Mock *mock, const char *image);
