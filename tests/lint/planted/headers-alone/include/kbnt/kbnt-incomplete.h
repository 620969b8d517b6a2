/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A header that needs another one first. */
gint64 kbnt_answer(void);
