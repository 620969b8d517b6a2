/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Owns the faults that one pass over the configuration finds, to be told all at once. */
#pragma once

#include <glib.h>

typedef struct KbntFaultList KbntFaultList;

KbntFaultList *kbnt_fault_list_new(void);
void kbnt_fault_list_free(KbntFaultList *faults);

/* origin: (nullable): a file, or "--set"; line: 0 where there is none. */
void kbnt_fault_list_add(KbntFaultList *faults, const char *origin, guint line,
                         const char *format, ...) G_GNUC_PRINTF(4, 5);

guint kbnt_fault_list_length(const KbntFaultList *faults);

/* Returns: (transfer full): "FILE:LINE: TEXT" a line, in the order of files and lines. */
char *kbnt_fault_list_text(KbntFaultList *faults);

/* TRUE where there is no fault; else FALSE with CONFIG_INVALID that tells them all. */
gboolean kbnt_fault_list_judge(KbntFaultList *faults, GError **error);

G_DEFINE_AUTOPTR_CLEANUP_FUNC(KbntFaultList, kbnt_fault_list_free)
