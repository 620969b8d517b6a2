/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A file in a layout of its own. */
int answer(void) { return 42;}
