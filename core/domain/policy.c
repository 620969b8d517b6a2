/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* policy.c: owns the declared rules: read once, asked for each request. */
#include "policy.h"

#include "fault.h"
#include "quantity.h"

#include <string.h>

#define MINUTES_PER_HOUR 60
#define MINUTES_PER_DAY 1440

typedef struct {
    KbntField field;
    gint64 most;
} Maximum;

typedef struct {
    char *name;
    GPtrArray *types; /* globs; NULL where the rule does not speak of it */
    GPtrArray *users;
    GPtrArray *groups;
    GPtrArray *images;
    GPtrArray *networks;
    GPtrArray *priorities;
    char *resource_id;
    GArray *maxima;
    gboolean has_hours;
    guint from_minute;
    guint to_minute;
} Rule;

struct KbntPolicy {
    GPtrArray *rules;
};

/* Where the reading of a file stands. */
typedef struct {
    Rule *rule;
    const char *pointer; /* of the rule */
    KbntValue *faults;
} Reading;

static void
unref_list(GPtrArray *list)
{
    if (list)
        g_ptr_array_unref(list);
}

static void
free_rule(gpointer data)
{
    Rule *rule = data;

    g_free(rule->name);
    unref_list(rule->types);
    unref_list(rule->users);
    unref_list(rule->groups);
    unref_list(rule->images);
    unref_list(rule->networks);
    unref_list(rule->priorities);
    g_free(rule->resource_id);
    g_array_unref(rule->maxima);
    g_free(rule);
}

static Rule *
new_rule(void)
{
    Rule *rule = g_new0(Rule, 1);

    rule->maxima = g_array_new(FALSE, FALSE, sizeof(Maximum));
    return rule;
}

static void
refuse(const Reading *reading, const KbntInput *member, const char *reason)
{
    g_autofree char *pointer = kbnt_pointer_child(reading->pointer, kbnt_input_name(member));

    kbnt_fault_add(reading->faults, KBNT_ERROR_CONFIG_INVALID, KBNT_FAULT_POLICY, pointer,
                   "'%s' %s", kbnt_input_name(member), reason);
}

/* Reads a list of globs into the member of the rule at offset. */
static void
read_globs(const Reading *reading, const KbntInput *member, gsize offset)
{
    GPtrArray *globs = g_ptr_array_new_with_free_func(g_free);

    if (kbnt_input_kind(member) != KBNT_INPUT_ARRAY)
        refuse(reading, member, "must be an array of strings");
    for (const KbntInput *item = kbnt_input_first(member); item; item = kbnt_input_next(item)) {
        if (kbnt_input_text(item))
            g_ptr_array_add(globs, g_strdup(kbnt_input_text(item)));
        else
            refuse(reading, member, "must be an array of strings");
    }
    G_STRUCT_MEMBER(GPtrArray *, reading->rule, offset) = globs;
}

/* Reads a text into the member of the rule at offset. */
static void
read_text(const Reading *reading, const KbntInput *member, gsize offset)
{
    if (kbnt_input_text(member))
        G_STRUCT_MEMBER(char *, reading->rule, offset) = g_strdup(kbnt_input_text(member));
    else
        refuse(reading, member, "must be a string");
}

/* Reads "HH:MM" at exactly this place. */
static gboolean
read_minute(const char *text, guint *ret_minute)
{
    guint hour;
    guint minute;

    for (guint i = 0; i < 5; i++) {
        if (i == 2 ? text[i] != ':' : !g_ascii_isdigit(text[i]))
            return FALSE;
    }
    hour = (guint)(text[0] - '0') * 10 + (guint)(text[1] - '0');
    minute = (guint)(text[3] - '0') * 10 + (guint)(text[4] - '0');
    *ret_minute = hour * MINUTES_PER_HOUR + minute;
    return minute < MINUTES_PER_HOUR && *ret_minute <= MINUTES_PER_DAY;
}

static void
read_hours(const Reading *reading, const KbntInput *member, gsize offset)
{
    const char *text = kbnt_input_text(member);
    Rule *rule = reading->rule;

    if (!text || strlen(text) != strlen("HH:MM-HH:MM") || text[5] != '-' ||
        !read_minute(text, &rule->from_minute) || !read_minute(text + 6, &rule->to_minute))
        refuse(reading, member, "must be hours such as 08:00-18:00");
    rule->has_hours = TRUE;
}

static gboolean
read_limit(const KbntInput *limit, KbntField field, gint64 *ret_most)
{
    gboolean is_size = field != KBNT_FIELD_CPU && field != KBNT_FIELD_IOPS;
    const char *text = kbnt_input_text(limit);

    if (text)
        return is_size ? kbnt_quantity_parse_size(text, ret_most, NULL)
                       : kbnt_quantity_parse_cores(text, ret_most, NULL);
    if (kbnt_input_kind(limit) != KBNT_INPUT_NUMBER)
        return FALSE;
    return is_size ? kbnt_quantity_mb_of_number(kbnt_input_number(limit), ret_most, NULL)
                   : kbnt_quantity_cores_of_number(kbnt_input_number(limit), ret_most, NULL);
}

static KbntField
field_of_limit(const char *name)
{
    static const struct {
        const char *name;
        KbntField field;
    } fields[] = {
        { "cpu", KBNT_FIELD_CPU },      { "memory", KBNT_FIELD_MEMORY_MB },
        { "disk", KBNT_FIELD_DISK_MB }, { "size", KBNT_FIELD_SIZE_MB },
        { "iops", KBNT_FIELD_IOPS },
    };

    for (gsize i = 0; i < G_N_ELEMENTS(fields); i++) {
        if (g_str_equal(fields[i].name, name))
            return fields[i].field;
    }
    return 0;
}

static void
read_maxima(const Reading *reading, const KbntInput *member, gsize offset)
{
    if (kbnt_input_kind(member) != KBNT_INPUT_OBJECT)
        refuse(reading, member, "must be an object");
    for (const KbntInput *limit = kbnt_input_first(member);
         limit && kbnt_input_kind(member) == KBNT_INPUT_OBJECT;
         limit = kbnt_input_next(limit)) {
        Maximum maximum = { .field = field_of_limit(kbnt_input_name(limit)) };

        if (maximum.field && read_limit(limit, maximum.field, &maximum.most))
            g_array_append_val(reading->rule->maxima, maximum);
        else
            refuse(reading, member,
                   "may have cpu, memory, disk, size and iops, each a quantity");
    }
}

static const struct {
    const char *name;
    void (*read)(const Reading *reading, const KbntInput *member, gsize offset);
    gsize offset;
} rule_members[] = {
    { "name", read_text, G_STRUCT_OFFSET(Rule, name) },
    { "types", read_globs, G_STRUCT_OFFSET(Rule, types) },
    { "users", read_globs, G_STRUCT_OFFSET(Rule, users) },
    { "groups", read_globs, G_STRUCT_OFFSET(Rule, groups) },
    { "images", read_globs, G_STRUCT_OFFSET(Rule, images) },
    { "networks", read_globs, G_STRUCT_OFFSET(Rule, networks) },
    { "max", read_maxima, 0 },
    { "hours", read_hours, 0 },
    { "priorities", read_globs, G_STRUCT_OFFSET(Rule, priorities) },
    { "resourceId", read_text, G_STRUCT_OFFSET(Rule, resource_id) },
};

static void
read_rule_member(const Reading *reading, const KbntInput *member)
{
    for (gsize i = 0; i < G_N_ELEMENTS(rule_members); i++) {
        if (g_str_equal(rule_members[i].name, kbnt_input_name(member))) {
            rule_members[i].read(reading, member, rule_members[i].offset);
            return;
        }
    }
    refuse(reading, member, "is not known in a rule");
}

static Rule *
read_rule(const KbntInput *input, guint index, KbntValue *faults)
{
    g_autofree char *pointer = g_strdup_printf("/rules/%u", index);
    Rule *rule = new_rule();
    const Reading reading = { rule, pointer, faults };

    if (kbnt_input_kind(input) == KBNT_INPUT_OBJECT)
        for (const KbntInput *member = kbnt_input_first(input); member;
             member = kbnt_input_next(member))
            read_rule_member(&reading, member);
    if (!rule->name) {
        kbnt_fault_add(faults, KBNT_ERROR_CONFIG_INVALID, KBNT_FAULT_POLICY, pointer,
                       "A rule must be an object with a 'name'");
        rule->name = g_strdup("");
    }
    return rule;
}

static gboolean
is_policy_file(const KbntInput *file)
{
    const KbntInput *rules = kbnt_input_member(file, "rules");

    return rules && kbnt_input_kind(rules) == KBNT_INPUT_ARRAY && kbnt_input_length(file) == 1;
}

KbntPolicy *
kbnt_policy_new(const KbntInput *file, KbntValue *faults)
{
    g_autoptr(KbntPolicy) policy = g_new0(KbntPolicy, 1);
    guint faults_before = kbnt_fault_count(faults);

    policy->rules = g_ptr_array_new_with_free_func(free_rule);
    if (!is_policy_file(file)) {
        kbnt_fault_add(faults, KBNT_ERROR_CONFIG_INVALID, KBNT_FAULT_POLICY, "",
                       "A policy must be an object with the array 'rules' and nothing else");
        return NULL;
    }
    for (const KbntInput *rule = kbnt_input_first(kbnt_input_member(file, "rules")); rule;
         rule = kbnt_input_next(rule))
        g_ptr_array_add(policy->rules, read_rule(rule, policy->rules->len, faults));
    return kbnt_fault_count(faults) == faults_before ? g_steal_pointer(&policy) : NULL;
}

void
kbnt_policy_free(KbntPolicy *policy)
{
    if (!policy)
        return;
    g_ptr_array_unref(policy->rules);
    g_free(policy);
}

static gboolean
matches(GPtrArray *globs, const char *text)
{
    for (guint i = 0; i < globs->len; i++) {
        if (g_pattern_match_simple(globs->pdata[i], text))
            return TRUE;
    }
    return FALSE;
}

static gboolean
matches_any_group(GPtrArray *globs, const char *const *groups)
{
    for (; groups && *groups; groups++) {
        if (matches(globs, *groups))
            return TRUE;
    }
    return FALSE;
}

static gboolean
is_for(const Rule *rule, const KbntCaller *caller, const KbntValue *request)
{
    const char *type = kbnt_enum_name(KBNT_TYPE_REQUEST_TYPE,
                                      kbnt_value_get_int(request, KBNT_FIELD_REQUEST_TYPE));

    return (!rule->types || (type && matches(rule->types, type))) &&
           (!rule->users || matches(rule->users, caller->user_id)) &&
           (!rule->groups || matches_any_group(rule->groups, caller->groups));
}

static void
deny(const Rule *rule, const char *pointer, const char *reason, KbntValue *faults)
{
    kbnt_fault_add(faults, KBNT_ERROR_POLICY_DENIED, KBNT_FAULT_POLICY, pointer, "Rule '%s' %s",
                   rule->name, reason);
}

/* A text that the request does not have breaks no rule. */
static void
judge_text(const Rule *rule, GPtrArray *globs, const char *text, const char *reason,
           KbntValue *faults)
{
    if (globs && text && !matches(globs, text))
        deny(rule, "", reason, faults);
}

static void
judge_maxima(const Rule *rule, const KbntValue *specification, KbntValue *faults)
{
    for (guint i = 0; i < rule->maxima->len; i++) {
        const Maximum *maximum = &g_array_index(rule->maxima, Maximum, i);

        if (kbnt_value_get_int(specification, maximum->field) <= maximum->most)
            continue;
        kbnt_fault_add(faults, KBNT_ERROR_POLICY_DENIED, KBNT_FAULT_POLICY, "",
                       "Rule '%s' allows '%s' up to %" G_GINT64_FORMAT, rule->name,
                       kbnt_field_name(maximum->field), maximum->most);
    }
}

static void
judge_hours(const Rule *rule, guint minute, KbntValue *faults)
{
    gboolean within;

    if (!rule->has_hours)
        return;
    within = rule->from_minute <= rule->to_minute
                 ? minute >= rule->from_minute && minute < rule->to_minute
                 : minute >= rule->from_minute || minute < rule->to_minute;
    if (!within)
        deny(rule, "", "does not allow this at this hour", faults);
}

static void
judge_rule(const Rule *rule, const KbntValue *request, guint minute, KbntValue *faults)
{
    const KbntValue *specification = kbnt_value_get_value(request, KBNT_FIELD_SPECIFICATION);
    const char *resource_id = kbnt_value_get_string(request, KBNT_FIELD_RESOURCE_ID);
    const char *priority = kbnt_enum_name(KBNT_TYPE_PRIORITY,
                                          kbnt_value_get_int(request, KBNT_FIELD_PRIORITY));

    if (specification) {
        judge_text(rule, rule->images, kbnt_value_get_string(specification, KBNT_FIELD_IMAGE),
                   "does not allow this image", faults);
        judge_text(rule, rule->networks,
                   kbnt_value_get_string(specification, KBNT_FIELD_NETWORK),
                   "does not allow this network", faults);
        judge_maxima(rule, specification, faults);
    }
    judge_text(rule, rule->priorities, priority, "does not allow this priority", faults);
    if (rule->resource_id &&
        !g_pattern_match_simple(rule->resource_id, resource_id ? resource_id : ""))
        deny(rule, "/resourceId", "asks for another form of resourceId", faults);
    judge_hours(rule, minute, faults);
}

void
kbnt_policy_judge(const KbntPolicy *policy, const KbntCaller *caller, const KbntValue *request,
                  guint minute_of_day, KbntValue *faults)
{
    for (guint i = 0; policy && i < policy->rules->len; i++) {
        const Rule *rule = policy->rules->pdata[i];

        if (is_for(rule, caller, request))
            judge_rule(rule, request, minute_of_day, faults);
    }
}
