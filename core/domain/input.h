/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * input.h: owns the neutral tree of what a client or a rules file wrote.
 *
 * The adapter that parses JSON builds it, the domain reads it: so the domain judges every
 * member, known or not, without knowing JSON. The builder has bounded depth and size before.
 */
#ifndef KBNT_INPUT_H
#define KBNT_INPUT_H

#include <glib.h>

typedef enum {
    KBNT_INPUT_NULL = 1,
    KBNT_INPUT_BOOL = 2,
    KBNT_INPUT_NUMBER = 3,
    KBNT_INPUT_TEXT = 4,
    KBNT_INPUT_ARRAY = 5,
    KBNT_INPUT_OBJECT = 6,
} KbntInputKind;

/* A node of the tree; it owns what hangs below it. */
typedef struct KbntInput KbntInput;

/* Each returns (transfer full) a node of its own; text is copied. */
KbntInput *kbnt_input_new_null(void);
KbntInput *kbnt_input_new_bool(gboolean truth);
KbntInput *kbnt_input_new_number(double number);
KbntInput *kbnt_input_new_text(const char *text);
KbntInput *kbnt_input_new_array(void);
KbntInput *kbnt_input_new_object(void);

/* Appends (transfer full) item to an array. */
void kbnt_input_append(KbntInput *array, KbntInput *item);

/* Appends (transfer full) member to an object, which has no member of that name yet. */
void kbnt_input_set(KbntInput *object, const char *name, KbntInput *member);

/* Frees a root with its tree; NULL is fine. */
void kbnt_input_free(KbntInput *root);

KbntInputKind kbnt_input_kind(const KbntInput *node);

/* Returns: "a number", "an object", …, for messages. */
const char *kbnt_input_kind_text(const KbntInput *node);

/* Returns: (nullable): the name under which a member hangs in its object. */
const char *kbnt_input_name(const KbntInput *node);

gboolean kbnt_input_bool(const KbntInput *node);
double kbnt_input_number(const KbntInput *node);

/* Returns: (transfer none) (nullable): the text; NULL for any other kind. */
const char *kbnt_input_text(const KbntInput *node);

/* Returns: (nullable): the member of an object; NULL for any other kind. */
const KbntInput *kbnt_input_member(const KbntInput *object, const char *name);

/* Items of an array, members of an object, in the order in which they were written. */
guint kbnt_input_length(const KbntInput *parent);
const KbntInput *kbnt_input_first(const KbntInput *parent);
const KbntInput *kbnt_input_next(const KbntInput *node);

G_DEFINE_AUTOPTR_CLEANUP_FUNC(KbntInput, kbnt_input_free)

#endif
