/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* sample-input.c: see sample-input.h. */
#include "sample-input.h"

KbntInput *
sample_object(const char *name, ...)
{
    KbntInput *object = kbnt_input_new_object();
    va_list arguments;

    va_start(arguments, name);
    for (; name; name = va_arg(arguments, const char *))
        kbnt_input_set(object, name, va_arg(arguments, KbntInput *));
    va_end(arguments);
    return object;
}

KbntInput *
sample_array(KbntInput *item, ...)
{
    KbntInput *array = kbnt_input_new_array();
    va_list arguments;

    va_start(arguments, item);
    for (; item; item = va_arg(arguments, KbntInput *))
        kbnt_input_append(array, item);
    va_end(arguments);
    return array;
}
