/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * snapshot-private.h: owns how the core fills a KbntSnapshot, which sinks only read. Not
 * installed.
 *
 *     snapshot = kbnt_snapshot_new();
 *     kbnt_snapshot_add_family(snapshot, …);
 *     kbnt_snapshot_add_series(snapshot, …);   (of the family added last)
 *     kbnt_snapshot_seal(snapshot);
 */
#ifndef KBNT_SNAPSHOT_PRIVATE_H
#define KBNT_SNAPSHOT_PRIVATE_H

#include <kbnt/kbnt-sink.h>

G_BEGIN_DECLS

/**
 * kbnt_snapshot_new:
 *
 * Returns: (transfer full): a snapshot without families, to be filled and sealed.
 */
KbntSnapshot *kbnt_snapshot_new(void);

/**
 * kbnt_snapshot_ref:
 *
 * Returns: (transfer full): @snapshot; safe on any thread.
 */
KbntSnapshot *kbnt_snapshot_ref(KbntSnapshot *snapshot);

/**
 * kbnt_snapshot_unref:
 * @snapshot: (transfer full) (nullable): freed with its last reference
 */
void kbnt_snapshot_unref(KbntSnapshot *snapshot);

/**
 * kbnt_snapshot_add_family:
 * @name: (transfer none): copied, as is all that follows
 * @label_names: (nullable): NULL-terminated
 * @bounds: (nullable): upper bounds of a histogram's buckets, ascending, without +Inf
 */
void kbnt_snapshot_add_family(KbntSnapshot *snapshot, const char *name, const char *help,
                              const char *unit, KbntMetricKind kind,
                              const char *const *label_names, const double *bounds,
                              guint n_bounds);

/**
 * kbnt_snapshot_add_series:
 * @label_values: (nullable): NULL-terminated, as many as the family has names; copied
 * @value: of a counter or gauge; the sum of a histogram
 * @counts: (nullable): of a histogram: one cumulative count a bound, and one for +Inf; copied
 *
 * Adds to the family that was added last.
 */
void kbnt_snapshot_add_series(KbntSnapshot *snapshot, const char *const *label_values,
                              double value, const guint64 *counts);

/**
 * kbnt_snapshot_seal:
 *
 * Puts families and series in their order; nothing is added after it.
 */
void kbnt_snapshot_seal(KbntSnapshot *snapshot);

G_DEFINE_AUTOPTR_CLEANUP_FUNC(KbntSnapshot, kbnt_snapshot_unref)

G_END_DECLS

#endif
