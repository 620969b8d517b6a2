/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Owns how a snapshot reads: the text format 0.0.4 of Prometheus, and OpenMetrics 1.0.
 *
 * They differ in three things: OpenMetrics names the family of a counter without _total, says
 * the unit, and ends with "# EOF". The labels of a series and the bounds of a family are
 * written once and copied from there on.
 */
#include "prometheus.h"

#include <math.h>
#include <string.h>

#define COUNTER_SUFFIX "_total"

typedef struct {
    const KbntSnapshot *snapshot;
    PrometheusFormat format;
    GString *text;
    GString *labels; /* of the present series: a="b",c="d" */
} Exposition;

/* Backslash and line feed are escaped everywhere, the quote in label values (and OpenMetrics)
 * alone. */
static void
append_escaped(GString *text, const char *raw, gboolean quotes)
{
    for (; *raw; raw++) {
        if (*raw == '\n')
            g_string_append(text, "\\n");
        else if (*raw == '\\' || (quotes && *raw == '"'))
            g_string_append_printf(text, "\\%c", *raw);
        else
            g_string_append_c(text, *raw);
    }
}

static void
append_count(GString *text, guint64 count)
{
    char digits[20];
    guint at = sizeof digits;

    do {
        digits[--at] = (char)('0' + count % 10);
        count /= 10;
    } while (count > 0);
    g_string_append_len(text, digits + at, (gssize)(sizeof digits - at));
}

/* Whole numbers are written without exponent, the others as short as they read back alike. */
static void
append_number(GString *text, double number)
{
    char digits[G_ASCII_DTOSTR_BUF_SIZE];

    if (isnan(number) || isinf(number)) {
        g_string_append(text, isnan(number) ? "NaN" : number > 0 ? "+Inf" : "-Inf");
        return;
    }
    if (number >= 0 && number < 1e15 && number == floor(number)) {
        append_count(text, (guint64)number);
        return;
    }
    g_ascii_formatd(digits, sizeof digits, "%.15g", number);
    if (g_ascii_strtod(digits, NULL) != number)
        g_ascii_dtostr(digits, sizeof digits, number);
    g_string_append(text, digits);
}

/* A whole bound is "1" in the text format and "1.0" in OpenMetrics, as all clients write it. */
static char *
bound_text(PrometheusFormat format, double bound)
{
    GString *text = g_string_new(NULL);

    append_number(text, bound);
    if (format == PROMETHEUS_OPENMETRICS && bound == floor(bound))
        g_string_append(text, ".0");
    return g_string_free(text, FALSE);
}

static void
append_head(Exposition *exposition, const char *keyword, const char *name, gsize length)
{
    g_string_append_printf(exposition->text, "# %s ", keyword);
    g_string_append_len(exposition->text, name, (gssize)length);
    g_string_append_c(exposition->text, ' ');
}

/* Returns: how much of the family's name its head lines show. */
static gsize
family_length(const Exposition *exposition, guint family)
{
    const char *name = kbnt_snapshot_name(exposition->snapshot, family);
    gboolean is_counter = kbnt_snapshot_kind(exposition->snapshot, family) ==
                          KBNT_METRIC_COUNTER;
    gsize length = strlen(name);

    if (exposition->format == PROMETHEUS_OPENMETRICS && is_counter &&
        g_str_has_suffix(name, COUNTER_SUFFIX))
        length -= strlen(COUNTER_SUFFIX);
    return length;
}

static void
append_family_head(Exposition *exposition, guint family)
{
    static const char *const kinds[] = { [KBNT_METRIC_COUNTER] = "counter",
                                         [KBNT_METRIC_GAUGE] = "gauge",
                                         [KBNT_METRIC_HISTOGRAM] = "histogram" };
    const KbntSnapshot *snapshot = exposition->snapshot;
    const char *name = kbnt_snapshot_name(snapshot, family);
    const char *unit = kbnt_snapshot_unit(snapshot, family);
    gboolean is_open = exposition->format == PROMETHEUS_OPENMETRICS;
    gsize length = family_length(exposition, family);

    append_head(exposition, "HELP", name, length);
    append_escaped(exposition->text, kbnt_snapshot_help(snapshot, family), is_open);
    g_string_append_c(exposition->text, '\n');
    append_head(exposition, "TYPE", name, length);
    g_string_append_printf(exposition->text, "%s\n",
                           kinds[kbnt_snapshot_kind(snapshot, family)]);
    if (!is_open || !*unit)
        return;
    append_head(exposition, "UNIT", name, length);
    g_string_append_printf(exposition->text, "%s\n", unit);
}

static void
write_labels(Exposition *exposition, guint family, guint series)
{
    const char *const *names = kbnt_snapshot_label_names(exposition->snapshot, family);
    const char *const *values = kbnt_snapshot_label_values(exposition->snapshot, family,
                                                           series);

    g_string_truncate(exposition->labels, 0);
    for (guint i = 0; names[i]; i++) {
        if (i > 0)
            g_string_append_c(exposition->labels, ',');
        g_string_append(exposition->labels, names[i]);
        g_string_append(exposition->labels, "=\"");
        append_escaped(exposition->labels, values[i], TRUE);
        g_string_append_c(exposition->labels, '"');
    }
}

/* name{labels}, up to the blank; suffix: "_sum", or "". */
static void
append_series(Exposition *exposition, const char *name, const char *suffix)
{
    GString *text = exposition->text;

    g_string_append(text, name);
    g_string_append(text, suffix);
    if (exposition->labels->len > 0) {
        g_string_append_c(text, '{');
        g_string_append_len(text, exposition->labels->str, (gssize)exposition->labels->len);
        g_string_append_c(text, '}');
    }
    g_string_append_c(text, ' ');
}

/* bound: as text; NULL for +Inf. */
static void
append_bucket(Exposition *exposition, const char *name, const char *bound, guint64 count)
{
    GString *text = exposition->text;

    g_string_append(text, name);
    g_string_append(text, "_bucket{");
    g_string_append_len(text, exposition->labels->str, (gssize)exposition->labels->len);
    g_string_append(text, exposition->labels->len > 0 ? ",le=\"" : "le=\"");
    g_string_append(text, bound ? bound : "+Inf");
    g_string_append(text, "\"} ");
    append_count(text, count);
    g_string_append_c(text, '\n');
}

/* Returns: (transfer full): the bounds as texts, NULL-terminated. */
static char **
bound_texts(PrometheusFormat format, const double *bounds, guint n_bounds)
{
    char **texts = g_new0(char *, n_bounds + 1);

    for (guint i = 0; i < n_bounds; i++)
        texts[i] = bound_text(format, bounds[i]);
    return texts;
}

static void
append_histogram(Exposition *exposition, guint family, guint series, char **bounds,
                 const guint64 *counts)
{
    const char *name = kbnt_snapshot_name(exposition->snapshot, family);
    guint i = 0;

    for (; bounds[i]; i++)
        append_bucket(exposition, name, bounds[i], counts[i]);
    append_bucket(exposition, name, NULL, counts[i]);
    append_series(exposition, name, "_sum");
    append_number(exposition->text, kbnt_snapshot_value(exposition->snapshot, family, series));
    g_string_append_c(exposition->text, '\n');
    append_series(exposition, name, "_count");
    append_count(exposition->text, counts[i]);
    g_string_append_c(exposition->text, '\n');
}

static void
append_histograms(Exposition *exposition, guint family)
{
    g_auto(GStrv) texts = NULL;

    for (guint i = 0; i < kbnt_snapshot_n_series(exposition->snapshot, family); i++) {
        const guint64 *counts = NULL;
        const double *bounds = NULL;
        guint n_bounds = kbnt_snapshot_buckets(exposition->snapshot, family, i, &counts,
                                               &bounds);

        if (!texts)
            texts = bound_texts(exposition->format, bounds, n_bounds);
        write_labels(exposition, family, i);
        append_histogram(exposition, family, i, texts, counts);
    }
}

static void
append_values(Exposition *exposition, guint family)
{
    const char *name = kbnt_snapshot_name(exposition->snapshot, family);

    for (guint i = 0; i < kbnt_snapshot_n_series(exposition->snapshot, family); i++) {
        write_labels(exposition, family, i);
        append_series(exposition, name, "");
        append_number(exposition->text, kbnt_snapshot_value(exposition->snapshot, family, i));
        g_string_append_c(exposition->text, '\n');
    }
}

GBytes *
prometheus_expose(const KbntSnapshot *snapshot, PrometheusFormat format)
{
    Exposition exposition = { snapshot, format, g_string_sized_new(64 * 1024),
                              g_string_new(NULL) };

    for (guint i = 0; i < kbnt_snapshot_n_families(snapshot); i++) {
        append_family_head(&exposition, i);
        if (kbnt_snapshot_kind(snapshot, i) == KBNT_METRIC_HISTOGRAM)
            append_histograms(&exposition, i);
        else
            append_values(&exposition, i);
    }
    if (format == PROMETHEUS_OPENMETRICS)
        g_string_append(exposition.text, "# EOF\n");
    g_string_free(exposition.labels, TRUE);
    return g_string_free_to_bytes(exposition.text);
}
