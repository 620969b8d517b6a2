/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* error.c: owns the look-ups in the table of error codes; the table is in kbnt-error.h. */
#include <kbnt/kbnt-error.h>

typedef struct {
    gint code;
    const char *name;
    KbntErrorClass error_class;
    guint http_status;
    const char *text;
} CodeRow;

#define CODE_ROW(number, name, class_name, status, text) \
    { number, #name, KBNT_CLASS_##class_name, status, text },
static const CodeRow code_rows[] = { KBNT_ERROR_TABLE(CODE_ROW) };
#undef CODE_ROW

/* Not G_DEFINE_QUARK, whose static two threads write at once. */
GQuark
kbnt_error_quark(void)
{
    return g_quark_from_static_string("kbnt-error-quark");
}

static const CodeRow *
find_row(gint code)
{
    for (gsize i = 0; i < G_N_ELEMENTS(code_rows); i++) {
        if (code_rows[i].code == code)
            return &code_rows[i];
    }
    return NULL;
}

/* An unknown code is a bug of whoever made it: it is answered as INTERNAL. */
static const CodeRow *
row_or_internal(gint code)
{
    const CodeRow *row = find_row(code);

    return row ? row : find_row(KBNT_ERROR_INTERNAL);
}

KbntErrorClass
kbnt_error_class(const GError *error)
{
    g_return_val_if_fail(error, KBNT_CLASS_BUG);

    if (error->domain != KBNT_ERROR)
        return KBNT_CLASS_BUG;
    return row_or_internal(error->code)->error_class;
}

const char *
kbnt_error_code_name(gint code)
{
    return row_or_internal(code)->name;
}

gint
kbnt_error_code_from_name(const char *name)
{
    for (gsize i = 0; i < G_N_ELEMENTS(code_rows); i++) {
        if (g_strcmp0(code_rows[i].name, name) == 0)
            return code_rows[i].code;
    }
    return 0;
}

const char *
kbnt_error_code_text(gint code)
{
    return row_or_internal(code)->text;
}

guint
kbnt_error_http_status(gint code)
{
    return row_or_internal(code)->http_status;
}
