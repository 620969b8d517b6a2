/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Owns what kbntd prints of its configuration instead of serving. */
#pragma once

#include "config-keys.h"

/* Each returns (transfer full) text. */

/* Every key with its value and where that comes from. */
char *kbnt_printing_config(KbntConfig *config);

/* A file, the manual page and the page of the reference, with every key of the core and of the
 * plugins in plugin_dir. */
char *kbnt_printing_example(const char *plugin_dir);
char *kbnt_printing_manual(const char *plugin_dir);
char *kbnt_printing_reference(const char *plugin_dir);
