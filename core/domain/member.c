/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* member.c: owns the walk over an object's members and the readers that all tables share. */
#include "member.h"

#include "fault.h"

#include <string.h>

/* How much of a client's own words a message repeats. */
#define QUOTED_MAX 64

static void
refuse(const KbntMember *member, const char *format, va_list arguments)
{
    g_autofree char *pointer = kbnt_pointer_child(member->parent, member->rule->name);
    g_autofree char *reason = g_strdup_vprintf(format, arguments);

    kbnt_fault_add(member->faults, KBNT_ERROR_VALIDATION_FAILED, KBNT_FAULT_SPECIFICATION,
                   pointer, "'%s' %s", member->rule->name, reason);
}

void
kbnt_member_refuse(const KbntMember *member, const char *format, ...)
{
    va_list arguments;

    va_start(arguments, format);
    refuse(member, format, arguments);
    va_end(arguments);
}

static const KbntMemberRule *
find_rule(const KbntMemberRule *table, const char *name)
{
    for (const KbntMemberRule *rule = table; rule->name; rule++) {
        if (g_str_equal(rule->name, name))
            return rule;
    }
    return NULL;
}

static void
refuse_unknown(const char *parent, const char *name, KbntValue *faults)
{
    g_autofree char *pointer = kbnt_pointer_child(parent, name);
    g_autofree char *quoted = g_utf8_substring(name, 0,
                                               MIN(g_utf8_strlen(name, -1), QUOTED_MAX));

    kbnt_fault_add(faults, KBNT_ERROR_VALIDATION_FAILED, KBNT_FAULT_SPECIFICATION, pointer,
                   "'%s' is not known here", quoted);
}

static void
refuse_missing(const KbntInput *object, const KbntMember *member)
{
    if (member->rule->required && !kbnt_input_member(object, member->rule->name))
        kbnt_member_refuse(member, "is required");
}

void
kbnt_members_read(const KbntInput *object, const char *pointer, const KbntMemberRule *table,
                  const KbntRules *rules, KbntValue *into, KbntValue *faults)
{
    KbntMember member = { .parent = pointer, .rules = rules, .into = into, .faults = faults };

    for (member.rule = table; member.rule->name; member.rule++)
        refuse_missing(object, &member);

    for (member.input = kbnt_input_first(object); member.input;
         member.input = kbnt_input_next(member.input)) {
        member.rule = find_rule(table, kbnt_input_name(member.input));
        if (member.rule)
            member.rule->read(&member);
        else
            refuse_unknown(pointer, kbnt_input_name(member.input), faults);
    }
}

const char *
kbnt_member_text(const KbntMember *member)
{
    const char *text = kbnt_input_text(member->input);

    if (!text)
        kbnt_member_refuse(member, "must be a string, not %s",
                           kbnt_input_kind_text(member->input));
    return text;
}

void
kbnt_member_set_int(const KbntMember *member, gint64 number, const char *unit)
{
    const KbntMemberRule *rule = member->rule;

    if (number >= rule->minimum && number <= rule->maximum)
        kbnt_value_set_int(member->into, rule->field, number);
    else
        kbnt_member_refuse(member,
                           "must be between %" G_GINT64_FORMAT " and %" G_GINT64_FORMAT
                           "%s, not %" G_GINT64_FORMAT,
                           rule->minimum, rule->maximum, unit, number);
}

void
kbnt_member_read_bool(const KbntMember *member)
{
    if (kbnt_input_kind(member->input) == KBNT_INPUT_BOOL)
        kbnt_value_set_int(member->into, member->rule->field, kbnt_input_bool(member->input));
    else
        kbnt_member_refuse(member, "must be a boolean, not %s",
                           kbnt_input_kind_text(member->input));
}

void
kbnt_member_read_int(const KbntMember *member)
{
    double number = kbnt_input_number(member->input);

    if (kbnt_input_kind(member->input) != KBNT_INPUT_NUMBER)
        kbnt_member_refuse(member, "must be a number, not %s",
                           kbnt_input_kind_text(member->input));
    else if (!(ABS(number) <= G_MAXINT32) || (double)(gint64)number != number)
        kbnt_member_refuse(member, "must be a whole number in range");
    else
        kbnt_member_set_int(member, (gint64)number, "");
}

gboolean
kbnt_name_is_valid(const char *text, gsize length_max)
{
    gsize length = strlen(text);

    if (length == 0 || length > length_max)
        return FALSE;
    return strspn(text, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
                        "0123456789._-") == length;
}

void
kbnt_member_read_name(const KbntMember *member)
{
    const char *text = kbnt_member_text(member);

    if (!text)
        return;
    if (kbnt_name_is_valid(text, (gsize)member->rule->maximum))
        kbnt_value_set_string(member->into, member->rule->field, text);
    else
        kbnt_member_refuse(member,
                           "must be 1 to %" G_GINT64_FORMAT " characters of A-Z a-z 0-9 . _ -",
                           member->rule->maximum);
}
