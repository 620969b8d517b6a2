/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * member.h: owns the reading of an object by a table: one row a member, one fault each that is
 * wrong, missing or unknown.
 */
#ifndef KBNT_MEMBER_H
#define KBNT_MEMBER_H

#include "input.h"
#include "rules.h"

#include <kbnt/kbnt-values.h>

typedef struct KbntMember KbntMember;

/* A row: what a member is called, which field it fills, and who reads it. */
typedef struct {
    const char *name;
    KbntField field; /* 0 where the reader fills fields of its own choice */
    gboolean required;
    void (*read)(const KbntMember *member);
    gint64 minimum; /* of a number; of a text or list: its length */
    gint64 maximum;
} KbntMemberRule;

/* One member that is there, on its way from input to value. */
struct KbntMember {
    const KbntMemberRule *rule;
    const KbntInput *input;
    const char *parent; /* JSON Pointer of the object */
    const KbntRules *rules;
    KbntValue *into;
    KbntValue *faults;
};

/* Reads the members of object by the rows of table, which ends with a NULL name. */
void kbnt_members_read(const KbntInput *object, const char *pointer,
                       const KbntMemberRule *table, const KbntRules *rules, KbntValue *into,
                       KbntValue *faults);

/* Adds a VALIDATION_FAILED fault: the quoted name, then what format says. */
void kbnt_member_refuse(const KbntMember *member, const char *format, ...) G_GNUC_PRINTF(2, 3);

/* Returns: (nullable): the text, after refusing any other kind. */
const char *kbnt_member_text(const KbntMember *member);

/* Refuses a number outside minimum and maximum, else sets the field. */
void kbnt_member_set_int(const KbntMember *member, gint64 number, const char *unit);

/* Readers for tables. */
void kbnt_member_read_bool(const KbntMember *member);
void kbnt_member_read_int(const KbntMember *member);
void kbnt_member_read_name(const KbntMember *member);

/* Returns: whether the text is 1 to length_max of [A-Za-z0-9._-], as all ids are. */
gboolean kbnt_name_is_valid(const char *text, gsize length_max);

#endif
