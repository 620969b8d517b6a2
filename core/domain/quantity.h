/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* quantity.h: owns what "4 cores", "8GB RAM" and "100GB SSD" mean in numbers. */
#ifndef KBNT_QUANTITY_H
#define KBNT_QUANTITY_H

#include <glib.h>
#include <kbnt/kbnt-values.h>

/* GB here is 1024 MB: 8 GB are 8192 MB, as a machine's memory is counted. */
#define KBNT_MB_PER_GB 1024

/*
 * Each reads a text; FALSE sets VALIDATION_FAILED with what is wrong with it, without naming
 * the member.
 *
 * cores: "4", "4 cores", "4 vCPU".
 * size: "500GB", "8192 MB", "8" (GB).
 * memory: a size, with "RAM" behind it or not.
 * disk: "100GB SSD", "1 TB"; the class behind it is optional, then *ret_class is untouched.
 */
gboolean kbnt_quantity_parse_cores(const char *text, gint64 *ret_cores, GError **error);
gboolean kbnt_quantity_parse_size(const char *text, gint64 *ret_mb, GError **error);
gboolean kbnt_quantity_parse_memory(const char *text, gint64 *ret_mb, GError **error);
gboolean kbnt_quantity_parse_disk(const char *text, gint64 *ret_mb, KbntDiskClass *ret_class,
                                  GError **error);

/* A number counts cores, or GB; FALSE where it is not whole in cores, or in MB. */
gboolean kbnt_quantity_cores_of_number(double number, gint64 *ret_cores, GError **error);
gboolean kbnt_quantity_mb_of_number(double number, gint64 *ret_mb, GError **error);

/* Returns: the class that a word names in any case, or 0. */
KbntDiskClass kbnt_quantity_disk_class(const char *word);

#endif
