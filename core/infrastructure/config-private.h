/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Owns the inside of a configuration, shared by the files that fill, compare and print it. */
#pragma once

#include "config.h"
#include "ini-file.h"

/* A section that somebody has declared, and the block that its rows fill. */
typedef struct {
    char *name;
    KbntKeyTable table; /* a copy; the rows are the owner's */
    gpointer block;
} KbntConfigSection;

struct KbntConfig {
    GHashTable *entries; /* "section\nkey" to KbntIniEntry */
    GPtrArray *sections; /* KbntConfigSection, as declared */
    GHashTable *skipped; /* names of sections that nobody checks */
    KbntFaultList *faults;
    KbntFaultList *warnings;
};

/* Returns: (transfer none) (nullable). */
KbntConfigSection *kbnt_config_find_section(KbntConfig *config, const char *name);

/* Returns: (transfer none) (nullable). */
KbntIniEntry *kbnt_config_find_entry(KbntConfig *config, const char *section, const char *key);

/* Takes the entry in place of one of the same section and key. */
void kbnt_config_take_entry(KbntConfig *config, KbntIniEntry *entry);

void kbnt_config_drop_entry(KbntConfig *config, const char *section, const char *key);

/* Returns: (transfer container): the entries of the section, by key. */
GPtrArray *kbnt_config_entries_of(KbntConfig *config, const char *section);

/* Clears the block and fills it again from the entries. */
void kbnt_config_fill(KbntConfig *config, KbntConfigSection *section);
