/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Owns what the outside is shown of each kind of value: one list of allowed members a view.
 *
 * What is not on the list is never shown, whatever a store or plugin has put on the value;
 * secrets are on no list. */
#pragma once

#include <glib.h>
#include <kbnt/kbnt-values.h>

typedef struct KbntView KbntView;

extern const KbntView kbnt_view_request;
extern const KbntView kbnt_view_resource;
extern const KbntView kbnt_view_event;
extern const KbntView kbnt_view_host;
extern const KbntView kbnt_view_publication;
extern const KbntView kbnt_view_budget;
extern const KbntView kbnt_view_plan;
extern const KbntView kbnt_view_dead_letter;
extern const KbntView kbnt_view_health;
extern const KbntView kbnt_view_finding;

/* Appends {…} with the members of the view that the value has, in the view's order. */
void kbnt_view_append(const KbntView *view, GString *json, const KbntValue *value);

/* The same without the braces, for an object that has more than the view. */
void kbnt_view_append_members(const KbntView *view, GString *json, const KbntValue *value);

/* Appends a key and the list of what stands in field, each as the view shows it. */
void kbnt_view_append_list(const KbntView *view, GString *json, const char *name,
                           const KbntValue *value, KbntField field);
