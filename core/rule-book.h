/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Owns the rules of the domain as the configuration states them. */
#pragma once

#include "config-keys.h"
#include "rules.h"
#include "service-level.h"

typedef struct KbntRuleBook KbntRuleBook;

/* core lives as long as the book. Returns: (transfer full) (nullable): NULL with
 * CONFIG_INVALID, which names the section, the key or the file. */
KbntRuleBook *kbnt_rule_book_new(const KbntCoreConfig *core, GError **error);
void kbnt_rule_book_free(KbntRuleBook *book);

const KbntRules *kbnt_rule_book_rules(const KbntRuleBook *book);

/* Returns: how fast each priority is promised to be served. */
KbntServiceTargets kbnt_service_targets(const KbntSlaConfig *sla);

G_DEFINE_AUTOPTR_CLEANUP_FUNC(KbntRuleBook, kbnt_rule_book_free)
