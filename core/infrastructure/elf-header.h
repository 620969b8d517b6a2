/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Owns the look into a shared object before the dynamic linker gets it: a file that is cut off
 * would end this process by SIGBUS, and one of another machine is told apart by its header. */
#pragma once

#include <glib.h>

/* fd: open for reading, at any position. Returns: FALSE with PLUGIN_INVALID, which says what
 * the file is instead and what to do, without naming it. */
gboolean kbnt_elf_header_check(gint fd, GError **error);
