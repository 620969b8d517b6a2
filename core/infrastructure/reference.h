/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Owns what is printed of the key tables for people: the example file, the
 * manual page and the page of the reference. */
#pragma once

#include "key-value.h"

/* One section and the table that declares its keys. */
typedef struct {
    const char *name;    /* as it stands between the brackets */
    const char *summary; /* one line, no final period */
    const KbntKeyTable *table;
} KbntReferenceSection;

/* Returns: (transfer full): a configuration file in which every key stands, as a comment, with
 * its help, range and default. */
char *kbnt_reference_example(const KbntReferenceSection *sections, gsize n_sections);

/* Returns: (transfer full): docs/reference/configuration.md. */
char *kbnt_reference_markdown(const KbntReferenceSection *sections, gsize n_sections);

/* Returns: (transfer full): the manual page kbnt.conf(5), in man's macros. */
char *kbnt_reference_manual(const KbntReferenceSection *sections, gsize n_sections);
