/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Tests of the reading of Server-Sent Events, however they are cut on their way. */
#include "event-lines.h"
#include "runner.h"

#include <string.h>

static gboolean
note(const char *event, const char *data, gpointer user_data)
{
    GString *heard = user_data;

    g_string_append_printf(heard, "[%s|%s]", event, data);
    return !g_str_equal(event, "last");
}

static gboolean
push(KbntEventLines *lines, const char *text)
{
    return kbnt_event_lines_push(lines, text, strlen(text));
}

static void
a_stream_is_heard_alike_however_it_is_cut(void)
{
    static const char stream[] = "id: s.1\nevent: A\ndata: {\"a\":1}\n\n: heartbeat\n\n"
                                 "id: s.2\nevent: B\ndata: one\ndata:two\n\n";

    for (gsize cut = 1; cut < sizeof stream; cut++) {
        GString *heard = g_string_new(NULL);
        g_autoptr(KbntEventLines) lines = kbnt_event_lines_new(note, heard);

        for (gsize at = 0; at < sizeof stream - 1; at += cut)
            kbnt_event_lines_push(lines, stream + at, MIN(cut, sizeof stream - 1 - at));
        kbnt_assert_string(heard->str, "[A|{\"a\":1}][B|one\ntwo]");
        kbnt_assert_string(kbnt_event_lines_last_id(lines), "s.2");
        g_string_free(heard, TRUE);
    }
}

static void
an_event_that_was_cut_off_does_not_count(void)
{
    GString *heard = g_string_new(NULL);
    g_autoptr(KbntEventLines) lines = kbnt_event_lines_new(note, heard);

    push(lines, "id: s.1\ndata: x\n\nid: s.2\ndata: ha");
    kbnt_event_lines_restart(lines);
    kbnt_assert_string(kbnt_event_lines_last_id(lines), "s.1");
    push(lines, "id: s.2\ndata: whole\n\n");

    kbnt_assert_string(heard->str, "[message|x][message|whole]");
    kbnt_assert_string(kbnt_event_lines_last_id(lines), "s.2");
    g_string_free(heard, TRUE);
}

static void
whoever_has_heard_enough_hears_no_more(void)
{
    GString *heard = g_string_new(NULL);
    g_autoptr(KbntEventLines) lines = kbnt_event_lines_new(note, heard);

    CU_ASSERT(push(lines, "event: a\ndata: 1\n\n"));
    CU_ASSERT(!push(lines, "event: last\ndata: 2\n\nevent: b\ndata: 3\n\n"));

    kbnt_assert_string(heard->str, "[a|1][last|2]");
    g_string_free(heard, TRUE);
}

static const KbntTest tests[] = {
    KBNT_TEST(a_stream_is_heard_alike_however_it_is_cut),
    KBNT_TEST(an_event_that_was_cut_off_does_not_count),
    KBNT_TEST(whoever_has_heard_enough_hears_no_more),
};

int
main(int argc, char **argv)
{
    return kbnt_test_main("cli/event-lines", argc, argv, tests, G_N_ELEMENTS(tests));
}
