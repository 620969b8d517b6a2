/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* input.c: owns KbntInput, a tree of nodes, each a list of its children. */
#include "input.h"

struct KbntInput {
    KbntInputKind kind;
    char *name;
    char *text;
    double number;
    KbntInput *first;
    KbntInput *last;
    KbntInput *next;
    guint length;
};

static KbntInput *
new_node(KbntInputKind kind)
{
    KbntInput *node = g_new0(KbntInput, 1);

    node->kind = kind;
    return node;
}

KbntInput *
kbnt_input_new_null(void)
{
    return new_node(KBNT_INPUT_NULL);
}

KbntInput *
kbnt_input_new_bool(gboolean truth)
{
    KbntInput *node = new_node(KBNT_INPUT_BOOL);

    node->number = truth ? 1 : 0;
    return node;
}

KbntInput *
kbnt_input_new_number(double number)
{
    KbntInput *node = new_node(KBNT_INPUT_NUMBER);

    node->number = number;
    return node;
}

KbntInput *
kbnt_input_new_text(const char *text)
{
    KbntInput *node = new_node(KBNT_INPUT_TEXT);

    node->text = g_strdup(text);
    return node;
}

KbntInput *
kbnt_input_new_array(void)
{
    return new_node(KBNT_INPUT_ARRAY);
}

KbntInput *
kbnt_input_new_object(void)
{
    return new_node(KBNT_INPUT_OBJECT);
}

static void
hang_below(KbntInput *parent, KbntInput *child)
{
    if (parent->last)
        parent->last->next = child;
    else
        parent->first = child;
    parent->last = child;
    parent->length++;
}

void
kbnt_input_append(KbntInput *array, KbntInput *item)
{
    g_assert(array->kind == KBNT_INPUT_ARRAY && item);
    hang_below(array, item);
}

void
kbnt_input_set(KbntInput *object, const char *name, KbntInput *member)
{
    g_assert(object->kind == KBNT_INPUT_OBJECT && name && member && !member->name);
    member->name = g_strdup(name);
    hang_below(object, member);
}

void
kbnt_input_free(KbntInput *root)
{
    KbntInput *next;

    if (!root)
        return;
    for (KbntInput *child = root->first; child; child = next) {
        next = child->next;
        kbnt_input_free(child);
    }
    g_free(root->name);
    g_free(root->text);
    g_free(root);
}

KbntInputKind
kbnt_input_kind(const KbntInput *node)
{
    return node->kind;
}

const char *
kbnt_input_kind_text(const KbntInput *node)
{
    static const char *const texts[] = {
        [KBNT_INPUT_NULL] = "null",       [KBNT_INPUT_BOOL] = "a boolean",
        [KBNT_INPUT_NUMBER] = "a number", [KBNT_INPUT_TEXT] = "a string",
        [KBNT_INPUT_ARRAY] = "an array",  [KBNT_INPUT_OBJECT] = "an object",
    };

    return texts[node->kind];
}

const char *
kbnt_input_name(const KbntInput *node)
{
    return node->name;
}

gboolean
kbnt_input_bool(const KbntInput *node)
{
    return node->kind == KBNT_INPUT_BOOL && node->number != 0;
}

double
kbnt_input_number(const KbntInput *node)
{
    return node->kind == KBNT_INPUT_NUMBER ? node->number : 0;
}

const char *
kbnt_input_text(const KbntInput *node)
{
    return node->text;
}

const KbntInput *
kbnt_input_member(const KbntInput *object, const char *name)
{
    if (object->kind != KBNT_INPUT_OBJECT)
        return NULL;
    for (const KbntInput *member = object->first; member; member = member->next) {
        if (g_str_equal(member->name, name))
            return member;
    }
    return NULL;
}

guint
kbnt_input_length(const KbntInput *parent)
{
    return parent->length;
}

const KbntInput *
kbnt_input_first(const KbntInput *parent)
{
    return parent->first;
}

const KbntInput *
kbnt_input_next(const KbntInput *node)
{
    return node->next;
}
