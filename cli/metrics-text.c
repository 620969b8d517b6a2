/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * metrics-text.c: owns the reading of Prometheus' text format.
 */
#include "metrics-text.h"

#include <string.h>

/* Returns: (nullable): what stands behind the labels, where the line is such a sample. */
static const char *
value_of(char *line, const char *name, const char *label)
{
    gsize length = strlen(name);
    char *labels = line + length;
    char *end;

    if (strncmp(line, name, length) != 0 || (*labels != '{' && *labels != ' '))
        return NULL;
    end = *labels == '{' ? strrchr(labels, '}') : NULL;
    if (*labels == '{' && !end)
        return NULL;
    if (end)
        *end = '\0';
    if (label && !(end && strstr(labels, label)))
        return NULL;
    return end ? end + 1 : labels;
}

double
kbnt_metric_sum(const char *text, const char *name, const char *label)
{
    g_auto(GStrv) lines = g_strsplit(text, "\n", -1);
    double sum = 0;

    for (guint i = 0; lines[i]; i++) {
        const char *value = value_of(lines[i], name, label);

        if (value)
            sum += g_ascii_strtod(value, NULL);
    }
    return sum;
}
