/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Cursors for a transport that has none, in the memory of this process, with planted faults. */
#pragma once

#include <kbnt/kbnt-transport.h>

/* Hands a batch out. */
typedef void (*PlantedPublish)(void *instance, KbntTask *const *tasks, guint n_tasks);

/* The ops, over a transport that has ensured the topics of the tasks where @is_known. */
void planted_cursors_publish(void *instance, PlantedPublish publish, gboolean is_known,
                             KbntTask *const *tasks, guint n_tasks, KbntTask *done);
void planted_cursors_read(void *instance, KbntTask *task);

/* The instance is stopped and holds nothing any more. */
void planted_cursors_stop(void *instance);
