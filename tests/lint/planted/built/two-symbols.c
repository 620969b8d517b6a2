/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Stands for a plugin that exports more than kbnt_plugin and misses a symbol of its own. */
extern const int kbnt_plugin;
extern int kbnt_missing(void);
int second_symbol(void);

const int kbnt_plugin = 1;

int
second_symbol(void)
{
    return kbnt_missing();
}
