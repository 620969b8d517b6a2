/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Prints the key tables: see reference.h. */
#include "reference.h"

typedef void (*EachRow)(GString *text, const KbntKey *row);

static void
each_row(GString *text, const KbntKeyTable *table, EachRow print)
{
    for (guint i = 0; i < table->n_keys; i++) {
        KbntKey row = kbnt_key_table_row(table, i);

        print(text, &row);
    }
}

/* Returns: (transfer full): "a duration, from 1s to 1h; may change by SIGHUP; since 1.0". */
static char *
facts_of(const KbntKey *row)
{
    g_autofree char *range = kbnt_key_range(row);
    GString *facts = g_string_new(range);

    if (row->unit)
        g_string_append_printf(facts, ", in %s", row->unit);
    if (row->flags & KBNT_KEY_REQUIRED)
        g_string_append(facts, "; must be set");
    if (row->flags & KBNT_KEY_RELOADABLE)
        g_string_append(facts, "; may change by SIGHUP");
    if (row->flags & KBNT_KEY_DEPRECATED)
        g_string_append_printf(facts, "; deprecated: use '%s'", row->replacement);
    if (row->since)
        g_string_append_printf(facts, "; since %s", row->since);
    return g_string_free(facts, FALSE);
}

static const char *
default_of(const KbntKey *row)
{
    return row->default_text ? row->default_text : "";
}

static void
print_example_row(GString *text, const KbntKey *row)
{
    g_autofree char *facts = facts_of(row);

    g_string_append_printf(text, "# %s\n# (%s)\n", row->help, facts);
    g_string_append_printf(text, "#%s = %s\n", row->name, default_of(row));
}

char *
kbnt_reference_example(const KbntReferenceSection *sections, gsize n_sections)
{
    GString *text = g_string_new("# kbnt.conf: every key, with its default. Comments stand on "
                                 "lines of their own.\n");

    for (gsize i = 0; i < n_sections; i++) {
        g_string_append_printf(text, "\n# %s\n[%s]\n", sections[i].summary, sections[i].name);
        each_row(text, sections[i].table, print_example_row);
    }
    return g_string_free(text, FALSE);
}

/* Appends with what would end a cell of a table escaped. */
static void
append_cell(GString *text, const char *plain)
{
    g_string_append(text, "| ");
    for (; *plain; plain++) {
        if (*plain == '|')
            g_string_append_c(text, '\\');
        g_string_append_c(text, *plain);
    }
    g_string_append_c(text, ' ');
}

static void
print_markdown_row(GString *text, const KbntKey *row)
{
    g_autofree char *facts = facts_of(row);
    g_autofree char *name = g_strdup_printf("`%s`", row->name);
    g_autofree char *value = row->default_text && *row->default_text
                                 ? g_strdup_printf("`%s`", row->default_text)
                                 : g_strdup("");

    append_cell(text, name);
    append_cell(text, value);
    append_cell(text, row->help);
    append_cell(text, facts);
    g_string_append(text, "|\n");
}

static const char markdown_head[] =
    "# Configuration\n"
    "Printed from the key tables by `kbntd --print-reference`. An INI file, then the files of "
    "`conf.d` beside it in byte order, then each `--set section.key=value`. A key that nobody "
    "knows is an error; `kbntd --check-config` tells every fault with file and line, `kbntd "
    "--print-config` every value with its origin. Comments stand on lines of their own.\n";

char *
kbnt_reference_markdown(const KbntReferenceSection *sections, gsize n_sections)
{
    GString *text = g_string_new(markdown_head);

    for (gsize i = 0; i < n_sections; i++) {
        g_string_append_printf(text, "\n## [%s]\n%s.\n\n", sections[i].name,
                               sections[i].summary);
        g_string_append(text, "| key | default | what | values |\n|-|-|-|-|\n");
        each_row(text, sections[i].table, print_markdown_row);
    }
    return g_string_free(text, FALSE);
}

/* Appends with what man's macros would take for their own escaped. */
static void
append_escaped(GString *text, const char *plain)
{
    if (*plain == '.' || *plain == '\'')
        g_string_append(text, "\\&");
    for (; *plain; plain++) {
        if (*plain == '\\')
            g_string_append(text, "\\e");
        else if (*plain == '-')
            g_string_append(text, "\\-");
        else
            g_string_append_c(text, *plain);
    }
}

static void
print_manual_row(GString *text, const KbntKey *row)
{
    g_autofree char *facts = facts_of(row);

    g_string_append(text, ".TP\n\\fB");
    append_escaped(text, row->name);
    g_string_append(text, "\\fR = ");
    append_escaped(text, default_of(row));
    g_string_append(text, "\n");
    append_escaped(text, row->help);
    g_string_append(text, "\n.br\n");
    append_escaped(text, facts);
    g_string_append(text, "\n");
}

static const char manual_head[] =
    ".\\\" Printed from the key tables by kbntd \\-\\-print\\-manual.\n"
    ".TH KBNT.CONF 5 \"\" kbnt \"File formats\"\n"
    ".SH NAME\nkbnt.conf \\- configuration of kbntd\n"
    ".SH DESCRIPTION\n"
    "An INI file, then the files of conf.d beside it in byte order, then each \\-\\-set. A key "
    "that nobody knows is an error. kbntd \\-\\-check\\-config names every fault with file and "
    "line, kbntd \\-\\-print\\-config every value with its origin. Durations take the units ms, "
    "s, m, h and d, sizes B, KiB, MiB, GiB and TiB.\n"
    ".SH SECTIONS\n";

char *
kbnt_reference_manual(const KbntReferenceSection *sections, gsize n_sections)
{
    GString *text = g_string_new(manual_head);

    for (gsize i = 0; i < n_sections; i++) {
        g_string_append(text, ".SS [");
        append_escaped(text, sections[i].name);
        g_string_append(text, "]\n");
        append_escaped(text, sections[i].summary);
        g_string_append(text, "\n");
        each_row(text, sections[i].table, print_manual_row);
    }
    return g_string_free(text, FALSE);
}
