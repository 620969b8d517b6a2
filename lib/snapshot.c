/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* snapshot.c: owns KbntSnapshot, the registry of metrics at one moment. */
#include "snapshot-private.h"

typedef struct {
    char **label_values;
    double value;
    guint64 *counts;
} Series;

typedef struct {
    char *name;
    char *help;
    char *unit;
    KbntMetricKind kind;
    char **label_names;
    double *bounds;
    guint n_bounds;
    GArray *series;
} Family;

struct KbntSnapshot {
    gint n_references;
    gboolean sealed;
    GPtrArray *families;
};

static const char *const no_labels[] = { NULL };

static void
clear_series(gpointer data)
{
    Series *series = data;

    g_strfreev(series->label_values);
    g_free(series->counts);
}

static void
free_family(gpointer data)
{
    Family *family = data;

    g_free(family->name);
    g_free(family->help);
    g_free(family->unit);
    g_strfreev(family->label_names);
    g_free(family->bounds);
    g_array_unref(family->series);
    g_free(family);
}

KbntSnapshot *
kbnt_snapshot_new(void)
{
    KbntSnapshot *snapshot = g_new0(KbntSnapshot, 1);

    snapshot->n_references = 1;
    snapshot->families = g_ptr_array_new_with_free_func(free_family);
    return snapshot;
}

KbntSnapshot *
kbnt_snapshot_ref(KbntSnapshot *snapshot)
{
    g_return_val_if_fail(snapshot, NULL);

    g_atomic_int_inc(&snapshot->n_references);
    return snapshot;
}

void
kbnt_snapshot_unref(KbntSnapshot *snapshot)
{
    if (!snapshot || !g_atomic_int_dec_and_test(&snapshot->n_references))
        return;
    g_ptr_array_unref(snapshot->families);
    g_free(snapshot);
}

void
kbnt_snapshot_add_family(KbntSnapshot *snapshot, const char *name, const char *help,
                         const char *unit, KbntMetricKind kind, const char *const *label_names,
                         const double *bounds, guint n_bounds)
{
    Family *family;

    g_return_if_fail(snapshot && !snapshot->sealed && name && help && unit);

    family = g_new0(Family, 1);
    family->name = g_strdup(name);
    family->help = g_strdup(help);
    family->unit = g_strdup(unit);
    family->kind = kind;
    family->label_names = g_strdupv((char **)(label_names ? label_names : no_labels));
    family->bounds = g_memdup2(bounds, n_bounds * sizeof *bounds);
    family->n_bounds = n_bounds;
    family->series = g_array_new(FALSE, FALSE, sizeof(Series));
    g_array_set_clear_func(family->series, clear_series);
    g_ptr_array_add(snapshot->families, family);
}

void
kbnt_snapshot_add_series(KbntSnapshot *snapshot, const char *const *label_values, double value,
                         const guint64 *counts)
{
    char **values = (char **)(label_values ? label_values : no_labels);
    Family *family;
    Series series;

    g_return_if_fail(snapshot && !snapshot->sealed && snapshot->families->len > 0);

    family = snapshot->families->pdata[snapshot->families->len - 1];
    g_return_if_fail(g_strv_length(values) == g_strv_length(family->label_names));
    g_return_if_fail((counts != NULL) == (family->kind == KBNT_METRIC_HISTOGRAM));

    series.label_values = g_strdupv(values);
    series.value = value;
    series.counts = g_memdup2(counts, counts ? (family->n_bounds + 1) * sizeof *counts : 0);
    g_array_append_val(family->series, series);
}

static gint
compare_families(gconstpointer one, gconstpointer other)
{
    return g_strcmp0((*(Family *const *)one)->name, (*(Family *const *)other)->name);
}

static gint
compare_series(gconstpointer one, gconstpointer other)
{
    char **values = ((const Series *)one)->label_values;
    char **others = ((const Series *)other)->label_values;
    gint order = 0;

    for (guint i = 0; order == 0 && values[i]; i++)
        order = g_strcmp0(values[i], others[i]);
    return order;
}

void
kbnt_snapshot_seal(KbntSnapshot *snapshot)
{
    g_return_if_fail(snapshot);

    g_ptr_array_sort(snapshot->families, compare_families);
    for (guint i = 0; i < snapshot->families->len; i++)
        g_array_sort(((Family *)snapshot->families->pdata[i])->series, compare_series);
    snapshot->sealed = TRUE;
}

static const Family *
nth_family(const KbntSnapshot *snapshot, guint family)
{
    g_return_val_if_fail(snapshot && family < snapshot->families->len, NULL);
    return snapshot->families->pdata[family];
}

static const Series *
nth_series(const KbntSnapshot *snapshot, guint family, guint series)
{
    const Family *of = nth_family(snapshot, family);

    g_return_val_if_fail(of && series < of->series->len, NULL);
    return &g_array_index(of->series, Series, series);
}

guint
kbnt_snapshot_n_families(const KbntSnapshot *snapshot)
{
    g_return_val_if_fail(snapshot, 0);
    return snapshot->families->len;
}

const char *
kbnt_snapshot_name(const KbntSnapshot *snapshot, guint family)
{
    const Family *of = nth_family(snapshot, family);

    return of ? of->name : NULL;
}

const char *
kbnt_snapshot_help(const KbntSnapshot *snapshot, guint family)
{
    const Family *of = nth_family(snapshot, family);

    return of ? of->help : NULL;
}

const char *
kbnt_snapshot_unit(const KbntSnapshot *snapshot, guint family)
{
    const Family *of = nth_family(snapshot, family);

    return of ? of->unit : NULL;
}

KbntMetricKind
kbnt_snapshot_kind(const KbntSnapshot *snapshot, guint family)
{
    const Family *of = nth_family(snapshot, family);

    return of ? of->kind : KBNT_METRIC_GAUGE;
}

const char *const *
kbnt_snapshot_label_names(const KbntSnapshot *snapshot, guint family)
{
    const Family *of = nth_family(snapshot, family);

    return of ? (const char *const *)of->label_names : no_labels;
}

guint
kbnt_snapshot_n_series(const KbntSnapshot *snapshot, guint family)
{
    const Family *of = nth_family(snapshot, family);

    return of ? of->series->len : 0;
}

const char *const *
kbnt_snapshot_label_values(const KbntSnapshot *snapshot, guint family, guint series)
{
    const Series *of = nth_series(snapshot, family, series);

    return of ? (const char *const *)of->label_values : no_labels;
}

double
kbnt_snapshot_value(const KbntSnapshot *snapshot, guint family, guint series)
{
    const Series *of = nth_series(snapshot, family, series);

    return of ? of->value : 0;
}

guint
kbnt_snapshot_buckets(const KbntSnapshot *snapshot, guint family, guint series,
                      const guint64 **ret_counts, const double **ret_bounds)
{
    const Family *bounded = nth_family(snapshot, family);
    const Series *counted = nth_series(snapshot, family, series);

    if (!counted || !counted->counts)
        return 0;
    *ret_counts = counted->counts;
    *ret_bounds = bounded->bounds;
    return bounded->n_bounds;
}
