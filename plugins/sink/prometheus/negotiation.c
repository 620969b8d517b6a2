/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Owns which format a scraper gets: the Accept header with its weights (RFC 9110, 12.5.1). */
#include "prometheus.h"

#include <string.h>

/* How a range of media types names a format; the longer it says it, the more it counts. */
typedef enum {
    NAMES_NOTHING,
    NAMES_ANYTHING,
    NAMES_ITS_TYPE,
    NAMES_IT,
    NAMES_ITS_VERSION,
} Precision;

typedef struct {
    Precision precision;
    double weight;
} Liking;

static const struct {
    const char *type; /* of "type/subtype" */
    const char *full;
    const char *version;
} formats[] = {
    [PROMETHEUS_TEXT] = { "text/*", "text/plain", "0.0.4" },
    [PROMETHEUS_OPENMETRICS] = { "application/*", "application/openmetrics-text", "1.0.0" },
};

static Precision
precision_of(const char *range, PrometheusFormat format)
{
    if (g_ascii_strcasecmp(range, formats[format].full) == 0)
        return NAMES_IT;
    if (g_ascii_strcasecmp(range, formats[format].type) == 0)
        return NAMES_ITS_TYPE;
    return strcmp(range, "*/*") == 0 ? NAMES_ANYTHING : NAMES_NOTHING;
}

/* "version=0.0.4", with or without quotes. Returns: whether it is the one that we speak. */
static gboolean
is_version(const char *text, PrometheusFormat format)
{
    g_autofree char *bare = g_strdup(text);

    return strcmp(g_strstrip(g_strdelimit(bare, "\"", ' ')), formats[format].version) == 0;
}

/* A weight that is none (RFC 9110 has 0 to 1) is 0: what was not understood is not chosen. */
static double
weight_of(const char *text)
{
    char *rest = NULL;
    double weight = g_ascii_strtod(text, &rest);

    return rest == text || *rest || !(weight >= 0 && weight <= 1) ? 0 : weight;
}

/* Reads the parameters behind a range into liking; an unknown version is another format. */
static void
read_parameters(char **words, PrometheusFormat format, Liking *liking)
{
    for (guint i = 1; words[i]; i++) {
        char *word = g_strstrip(words[i]);

        if (g_ascii_strncasecmp(word, "q=", 2) == 0)
            liking->weight = weight_of(word + 2);
        else if (g_ascii_strncasecmp(word, "version=", 8) == 0)
            liking->precision = is_version(word + 8, format) ? NAMES_ITS_VERSION
                                                             : NAMES_NOTHING;
    }
}

static Liking
liking_in(const char *element, PrometheusFormat format)
{
    g_auto(GStrv) words = g_strsplit(element, ";", -1);
    Liking liking = { NAMES_NOTHING, 1 };

    if (!words[0])
        return liking;
    liking.precision = precision_of(g_strstrip(words[0]), format);
    if (liking.precision != NAMES_NOTHING)
        read_parameters(words, format, &liking);
    return liking;
}

/* The most precise range that names the format decides, of several the best weight. */
static double
weight_for(char **elements, PrometheusFormat format)
{
    Liking best = { NAMES_NOTHING, 0 };

    for (guint i = 0; elements[i]; i++) {
        Liking liking = liking_in(elements[i], format);

        if (liking.precision > best.precision)
            best = liking;
        else if (liking.precision == best.precision && liking.precision != NAMES_NOTHING)
            best.weight = MAX(best.weight, liking.weight);
    }
    return best.weight;
}

PrometheusFormat
prometheus_negotiate(const char *accept)
{
    g_auto(GStrv) elements = g_strsplit(accept ? accept : "", ",", -1);
    double text = weight_for(elements, PROMETHEUS_TEXT);
    double openmetrics = weight_for(elements, PROMETHEUS_OPENMETRICS);

    return openmetrics > text ? PROMETHEUS_OPENMETRICS : PROMETHEUS_TEXT;
}
