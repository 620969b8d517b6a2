/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * kbnt-life.h: owns the ops that every plugin has, whatever its kind.
 */
#ifndef KBNT_LIFE_H
#define KBNT_LIFE_H

#include <kbnt/kbnt-host.h>

G_BEGIN_DECLS

/**
 * KbntLifeOps:
 * @size: sizeof of the whole ops struct of the kind; the core never reads past it
 * @create: makes an instance: no I/O, no thread; @config is the filled struct, which belongs
 *   to the core and lives until stop, or until a reload has returned
 * @start: opens files and connections; completes when the instance is able to work
 * @stop: ends work in flight and joins threads; after it completes no callback may fire
 * @reload: (nullable): takes a new configuration, of which only RELOADABLE keys differ; FALSE
 *   keeps the old one
 * @destroy: frees an instance that was never started or has been stopped; @instance may be
 *   half-made
 * @health: (nullable): (transfer full): {NAME, CHECK_STATUS, DETAIL}, from what is known; no
 * I/O
 *
 * First member of the ops of every kind, called in this order on the loop thread. A NULL op
 * other than health and reload is a contract breach that the loader refuses.
 */
typedef struct {
    guint32 size;
    gboolean (*create)(KbntHost *host, const void *config, void **ret_instance, GError **error);
    void (*start)(void *instance, KbntTask *task);
    void (*stop)(void *instance, KbntTask *task);
    gboolean (*reload)(void *instance, const void *config, GError **error);
    void (*destroy)(void *instance);
    KbntValue *(*health)(void *instance);
} KbntLifeOps;

G_END_DECLS

#endif
