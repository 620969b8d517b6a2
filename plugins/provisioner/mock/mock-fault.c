/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * mock-fault.c: owns the little language of faults and who is next to fail.
 *
 *   fault.VOLUME = every 3
 *   fault.BOOT = first 2 hang
 *   fault.MACHINE = rate 0.1 seed 7 code HOST_LOST after
 *
 * `after` lets the effect happen and loses the answer, which is what a crash of a hypervisor's
 * connection looks like.
 */
#include "mock-fault.h"

#include <stdlib.h>
#include <string.h>

#define PREFIX "fault."

typedef struct {
    guint64 every;
    guint64 first;
    double rate;
    guint64 seed;
    guint64 n_calls;
    MockFault fault;
} Rule;

struct MockFaults {
    Rule rules[KBNT_STEP_DETACH + 1];
};

static KbntStep
step_of(const char *name)
{
    g_autofree char *step = g_ascii_strup(name + strlen(PREFIX), -1);

    return (KbntStep)kbnt_enum_from_name(KBNT_TYPE_STEP, step);
}

static gboolean
parse_count(const char *text, guint64 *ret_count)
{
    return text && g_ascii_string_to_unsigned(text, 10, 1, G_MAXINT64, ret_count, NULL);
}

static gboolean
parse_rate(const char *text, double *ret_rate)
{
    char *end = NULL;

    *ret_rate = text ? g_ascii_strtod(text, &end) : 0;
    return text && end != text && !*end && *ret_rate >= 0 && *ret_rate <= 1;
}

/* Reads one clause and steps over its words. */
static gboolean
parse_clause(char ***words, Rule *rule)
{
    const char *word = *(*words)++;

    if (strcmp(word, "hang") == 0) {
        rule->fault.hangs = TRUE;
        return TRUE;
    }
    if (strcmp(word, "after") == 0) {
        rule->fault.comes_after = TRUE;
        return TRUE;
    }
    if (!**words)
        return FALSE;

    if (strcmp(word, "every") == 0)
        return parse_count(*(*words)++, &rule->every);
    if (strcmp(word, "first") == 0)
        return parse_count(*(*words)++, &rule->first);
    if (strcmp(word, "rate") == 0)
        return parse_rate(*(*words)++, &rule->rate);
    if (strcmp(word, "seed") == 0)
        return g_ascii_string_to_unsigned(*(*words)++, 10, 0, G_MAXUINT64, &rule->seed, NULL);
    if (strcmp(word, "code") == 0)
        rule->fault.code = kbnt_error_code_from_name(*(*words)++);
    return strcmp(word, "code") == 0 && rule->fault.code != 0;
}

static gboolean
parse_rule(const char *text, Rule *rule)
{
    g_auto(GStrv) words = g_strsplit(text, " ", -1);
    char **next = words;

    rule->fault.code = KBNT_ERROR_PROVISIONER_UNAVAILABLE;
    while (*next) {
        if (!**next)
            next++;
        else if (!parse_clause(&next, rule))
            return FALSE;
    }
    return rule->every > 0 || rule->first > 0 || rule->rate > 0;
}

gboolean
mock_fault_check(const char *name, const char *text, GError **error)
{
    Rule rule = { 0 };

    if (!step_of(name)) {
        g_set_error(error, KBNT_ERROR, KBNT_ERROR_CONFIG_INVALID,
                    "'%s' is no step: the name is fault.STEP, as in fault.VOLUME",
                    name + strlen(PREFIX));
        return FALSE;
    }
    if (!parse_rule(text, &rule)) {
        g_set_error(error, KBNT_ERROR, KBNT_ERROR_CONFIG_INVALID,
                    "'%s' is no fault: it begins with every N, first N or rate P seed S, and "
                    "may go on with hang, code NAME and after",
                    text);
        return FALSE;
    }
    return TRUE;
}

MockFaults *
mock_faults_new(char *const *pairs)
{
    MockFaults *faults = g_new0(MockFaults, 1);

    for (guint i = 0; pairs && pairs[i]; i += 2)
        parse_rule(pairs[i + 1], &faults->rules[step_of(pairs[i])]);
    return faults;
}

void
mock_faults_free(MockFaults *faults)
{
    g_free(faults);
}

/* splitmix64: the n-th number of a seed, without a state between calls. */
static double
random_unit(guint64 seed, guint64 n)
{
    guint64 mixed = seed + n * G_GUINT64_CONSTANT(0x9e3779b97f4a7c15);

    mixed = (mixed ^ (mixed >> 30)) * G_GUINT64_CONSTANT(0xbf58476d1ce4e5b9);
    mixed = (mixed ^ (mixed >> 27)) * G_GUINT64_CONSTANT(0x94d049bb133111eb);
    mixed ^= mixed >> 31;
    return (double)(mixed >> 11) / (double)(G_GUINT64_CONSTANT(1) << 53);
}

MockFault
mock_faults_next(MockFaults *faults, KbntStep step)
{
    static const MockFault none;
    Rule *rule = &faults->rules[step];

    rule->n_calls++;
    if ((rule->every > 0 && rule->n_calls % rule->every == 0) || rule->n_calls <= rule->first ||
        random_unit(rule->seed, rule->n_calls) < rule->rate)
        return rule->fault;
    return none;
}
