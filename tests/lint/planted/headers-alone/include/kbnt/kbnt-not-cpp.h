/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A header that C++ does not take. */
int kbnt_answer(int class);
