/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Owns a member that the guide knows. */
typedef struct {
    gint failures_only;
} Bad;
