/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Tests of the configuration: what files and --set become, and what they are refused for. */
#include "config.h"

#include "fake-host.h"
#include "runner.h"

#include <glib/gstdio.h>
#include <string.h>

typedef struct {
    char *name;
    gint64 wait_ms;
    guint64 body_bytes;
    gint64 threads;
    double share;
    gboolean strict;
    gint64 level;
    char **origins;
    char *token;
    char *folder;
    char **limits;
} Block;

static gboolean
check_limit(const char *name, const char *text, GError **error)
{
    if (g_ascii_isdigit(*text))
        return TRUE;
    g_set_error(error, KBNT_ERROR, KBNT_ERROR_CONFIG_INVALID, "'%s' is not a number", text);
    return FALSE;
}

static const char *const levels[] = { "low", "high", NULL };

/* clang-format off */
#define MEMBER(member) .offset = G_STRUCT_OFFSET(Block, member)
static const KbntKey rows[] = {
    { "name", KBNT_KEY_STRING, KBNT_KEY_RELOADABLE, MEMBER(name), "nobody", .help = "a" },
    { "wait", KBNT_KEY_DURATION, 0, MEMBER(wait_ms), "100ms", "1ms", "1h", .help = "b" },
    { "body", KBNT_KEY_SIZE, 0, MEMBER(body_bytes), "256KiB", .maximum = "1GiB", .help = "c" },
    { "threads", KBNT_KEY_INT, 0, MEMBER(threads), "2", "0", "64", .help = "d" },
    { "share", KBNT_KEY_NUMBER, 0, MEMBER(share), "0.5", "0", "1", .help = "e" },
    { "strict", KBNT_KEY_BOOL, 0, MEMBER(strict), "true", .help = "f" },
    { "level", KBNT_KEY_CHOICE, 0, MEMBER(level), "low", .choices = levels, .help = "g" },
    { "origins", KBNT_KEY_LIST, 0, MEMBER(origins), "", .help = "h" },
    { "token", KBNT_KEY_SECRET, 0, MEMBER(token), "", .help = "i" },
    { "folder", KBNT_KEY_PATH, 0, MEMBER(folder), "/var", .help = "j" },
    { "user.*", KBNT_KEY_OPEN, KBNT_KEY_RELOADABLE, MEMBER(limits), .help = "k",
      .check = check_limit },
};
static const KbntKeyTable table = KBNT_KEY_TABLE(Block, rows);
/* clang-format on */

/* A folder with a kbnt.conf and, where drop_in is not NULL, conf.d/10.conf. */
typedef struct {
    char *folder;
    char *path;
    KbntConfig *config;
    const Block *block;
} Fixture;

static void
write_file(const char *folder, const char *name, const char *text)
{
    g_autofree char *path = g_build_filename(folder, name, NULL);
    g_autofree char *parent = g_path_get_dirname(path);
    g_mkdir_with_parents(parent, 0700);
    g_assert_true(g_file_set_contents(path, text, -1, NULL));
}

static Fixture
fixture_with(const char *text, const char *drop_in, const char *assignment)
{
    Fixture fixture = { .folder = g_dir_make_tmp("kbnt-config-XXXXXX", NULL) };
    fixture.path = g_build_filename(fixture.folder, "kbnt.conf", NULL);
    write_file(fixture.folder, "kbnt.conf", text);
    if (drop_in)
        write_file(fixture.folder, "conf.d/10.conf", drop_in);
    fixture.config = kbnt_config_new();
    kbnt_config_read(fixture.config, fixture.path);
    if (assignment)
        kbnt_config_set(fixture.config, assignment);
    fixture.block = kbnt_config_declare(fixture.config, "part", &table);
    return fixture;
}

static Fixture
fixture(const char *text)
{
    return fixture_with(text, NULL, NULL);
}

static void
fixture_clear(Fixture *self)
{
    kbnt_config_free(self->config);
    fake_host_remove_tree(self->folder);
    g_free(self->folder);
    g_free(self->path);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(Fixture, fixture_clear)

/* Asserts that finish refuses, with each of the parts in its message. */
static void
assert_refused(Fixture *self, const char *first, const char *second)
{
    g_autoptr(GError) error = NULL;
    CU_ASSERT_FALSE(kbnt_config_finish(self->config, &error));
    kbnt_assert_error(error, KBNT_ERROR, KBNT_ERROR_CONFIG_INVALID);
    kbnt_assert_contains(error->message, first);
    kbnt_assert_contains(error->message, second);
}

static void
an_empty_file_gives_every_default(void)
{
    g_auto(Fixture) self = fixture("");
    g_autoptr(GError) error = NULL;

    gboolean sound = kbnt_config_finish(self.config, &error);

    kbnt_assert_no_error(error);
    CU_ASSERT_TRUE(sound);
    kbnt_assert_string(self.block->name, "nobody");
    kbnt_assert_int(self.block->wait_ms, 100);
    kbnt_assert_int((gint64)self.block->body_bytes, 262144);
    CU_ASSERT_TRUE(self.block->strict);
    kbnt_assert_int(self.block->level, 0);
    kbnt_assert_int(g_strv_length(self.block->origins), 0);
}

static void
every_type_is_parsed_with_its_units(void)
{
    g_auto(Fixture) self = fixture("# a comment\n[part]\nname = two words\nwait=15m\n"
                                   "body = 2 MiB\nthreads = 7\nshare = 0.25\nstrict = false\n"
                                   "level = high\norigins = a; b;\ntoken = x\nfolder = /tmp\n"
                                   "user.ann = 3\n");
    g_autoptr(GError) error = NULL;

    kbnt_config_finish(self.config, &error);

    kbnt_assert_no_error(error);
    kbnt_assert_string(self.block->name, "two words");
    kbnt_assert_int(self.block->wait_ms, 900000);
    kbnt_assert_int((gint64)self.block->body_bytes, 2097152);
    kbnt_assert_int(self.block->threads, 7);
    CU_ASSERT_DOUBLE_EQUAL(self.block->share, 0.25, 0);
    CU_ASSERT_FALSE(self.block->strict);
    kbnt_assert_int(self.block->level, 1);
    kbnt_assert_string(self.block->origins[1], "b");
    kbnt_assert_string(self.block->limits[0], "user.ann");
    kbnt_assert_string(self.block->limits[1], "3");
}

static void
drop_ins_win_over_the_file_and_set_over_both(void)
{
    g_auto(Fixture) self = fixture_with("[part]\nname = file\nthreads = 1\nshare = 0.1\n",
                                        "[part]\nthreads = 2\nshare = 0.2\n", "part.share=0.3");
    g_autofree char *of_name = kbnt_config_origin(self.config, "part", "name");
    g_autofree char *of_threads = kbnt_config_origin(self.config, "part", "threads");
    g_autofree char *of_share = kbnt_config_origin(self.config, "part", "share");
    g_autofree char *of_level = kbnt_config_origin(self.config, "part", "level");

    kbnt_assert_string(self.block->name, "file");
    kbnt_assert_int(self.block->threads, 2);
    CU_ASSERT_DOUBLE_EQUAL(self.block->share, 0.3, 0);
    kbnt_assert_contains(of_name, "kbnt.conf:2");
    kbnt_assert_contains(of_threads, "conf.d/10.conf:2");
    kbnt_assert_string(of_share, "--set");
    kbnt_assert_string(of_level, "default");
}

static void
an_unknown_key_is_refused_with_its_place_and_the_nearest_name(void)
{
    g_auto(Fixture) self = fixture("[part]\n\nthraeds = 1\n");

    assert_refused(&self, "kbnt.conf:3: there is no key 'thraeds' in [part]",
                   "did you mean 'threads'?");
}

static void
an_unknown_section_is_refused_with_the_nearest_name(void)
{
    g_auto(Fixture) self = fixture("[prat]\nname = x\n");

    assert_refused(&self, "kbnt.conf:2: there is no section [prat]", "did you mean 'part'?");
}

static void
a_key_that_stands_twice_is_refused_with_both_lines(void)
{
    g_auto(Fixture) self = fixture("[part]\nname = a\nthreads = 1\nname = b\n");

    assert_refused(&self, "kbnt.conf:4:", "stands already on line 2");
}

static void
a_section_that_stands_twice_is_refused_with_both_lines(void)
{
    g_auto(Fixture) self = fixture("[part]\nname = a\n[part]\nthreads = 1\n");

    assert_refused(&self, "kbnt.conf:3: section [part]", "stands already on line 1");
}

static void
a_comment_behind_a_value_is_refused(void)
{
    g_auto(Fixture) hash = fixture("[part]\nthreads = 1 # one\n");
    g_auto(Fixture) semicolon = fixture("[part]\nthreads = 1 ;one\n");

    assert_refused(&hash, "kbnt.conf:2:", "lines of their own");
    assert_refused(&semicolon, "kbnt.conf:2:", "lines of their own");
}

static void
a_line_that_is_nothing_is_refused(void)
{
    g_auto(Fixture) self = fixture("[part]\nhello\n; no\n");

    assert_refused(&self, "kbnt.conf:2: 'hello' is neither", "kbnt.conf:3: '; no' is neither");
}

static void
all_faults_are_told_in_one_pass(void)
{
    g_auto(Fixture) self = fixture("[part]\nthreads = 65\nwait = 5\nwhat = 1\nlevel = top\n"
                                   "folder = here\nshare = nan\nuser.ann = many\n");
    g_autoptr(GError) error = NULL;

    kbnt_config_finish(self.config, &error);

    g_auto(GStrv) lines = g_strsplit(error->message, "\n", -1);
    kbnt_assert_int(g_strv_length(lines), 7);
    kbnt_assert_contains(lines[0], "kbnt.conf:2: key 'threads' of [part]: '65' is not");
    kbnt_assert_contains(lines[1], "duration in ms, s, m, h or d, from 1ms to 1h");
    kbnt_assert_contains(lines[2], "there is no key 'what'");
    kbnt_assert_contains(lines[3], "one of low, high");
    kbnt_assert_contains(lines[4], "absolute path");
    kbnt_assert_contains(lines[5], "a number");
    kbnt_assert_contains(lines[6], "'many' is not a number");
}

static void
numbers_that_do_not_fit_are_refused(void)
{
    static const char *const values[] = { "wait = 99999999999999999999s",
                                          "wait = 9223372036854775807d",
                                          "wait = -1s",
                                          "body = 1e3",
                                          "threads = 9223372036854775808",
                                          "share = 1e999",
                                          "share = inf",
                                          "threads = 1.5",
                                          "threads =",
                                          "wait = 1 s 2" };
    for (gsize i = 0; i < G_N_ELEMENTS(values); i++) {
        g_autofree char *text = g_strdup_printf("[part]\n%s\n", values[i]);
        g_auto(Fixture) self = fixture(text);

        assert_refused(&self, "kbnt.conf:2:", "is not");
    }
}

static void
a_secret_is_shown_nowhere(void)
{
    g_auto(Fixture) self = fixture("[part]\ntoken = hush\n");
    g_auto(Fixture) fresh = fixture("[part]\ntoken = other\n");

    g_autoptr(GPtrArray) changes = kbnt_config_take_reloadable(fresh.config, self.config);

    const KbntConfigChange *change = changes->pdata[0];
    kbnt_assert_string(change->before, "***");
    kbnt_assert_string(change->after, "***");
    kbnt_assert_string(self.block->token, "hush");
}

static void
a_reload_takes_what_is_reloadable_and_keeps_the_rest(void)
{
    g_auto(Fixture) running = fixture("[part]\nname = a\nthreads = 1\nuser.ann = 1\n");
    g_auto(Fixture) fresh = fixture("[part]\nname = b\nthreads = 2\nuser.bob = 2\n");

    g_autoptr(GPtrArray) changes = kbnt_config_take_reloadable(fresh.config, running.config);

    kbnt_assert_int(changes->len, 4);
    g_autofree char *of_name = kbnt_config_change_text(changes->pdata[0]);
    g_autofree char *of_threads = kbnt_config_change_text(changes->pdata[1]);
    kbnt_assert_string(of_name, "[part] name: 'a' becomes 'b'");
    kbnt_assert_string(of_threads,
                       "[part] threads: '1' stays until a restart, then becomes '2'");
    kbnt_assert_string(fresh.block->name, "b");
    kbnt_assert_int(fresh.block->threads, 1);
    kbnt_assert_string(fresh.block->limits[0], "user.bob");
    kbnt_assert_int(g_strv_length(fresh.block->limits), 2);
}

static void
a_skipped_section_is_a_warning(void)
{
    g_auto(Fixture) self = fixture("[sink.other]\nwhatever = 1\n");

    kbnt_config_skip(self.config, "sink.other", "no plugin of that name is installed");

    g_autoptr(GError) error = NULL;
    g_autofree char *warnings = kbnt_config_warnings(self.config);
    CU_ASSERT_TRUE(kbnt_config_finish(self.config, &error));
    kbnt_assert_contains(warnings, "[sink.other] is not checked");
}

static void
set_knows_the_sections_of_plugins(void)
{
    g_autoptr(KbntConfig) config = kbnt_config_new();
    kbnt_config_set(config, "transport.kafka.bootstrap.servers=b:9092");

    g_auto(GStrv) sections = kbnt_config_sections(config, "transport.*");

    g_autofree char *origin = kbnt_config_origin(config, "transport.kafka",
                                                 "bootstrap.servers");
    kbnt_assert_string(sections[0], "transport.kafka");
    kbnt_assert_string(origin, "--set");
}

static void
a_missing_file_is_a_fault(void)
{
    g_autoptr(KbntConfig) config = kbnt_config_new();
    g_autoptr(GError) error = NULL;
    kbnt_config_read(config, "/nonexistent/kbnt.conf");

    CU_ASSERT_FALSE(kbnt_config_finish(config, &error));
    kbnt_assert_contains(error->message, "/nonexistent/kbnt.conf");
}

static void
rows_of_an_elder_plugin_are_read_by_their_own_stride(void)
{
    enum { ELDER_SIZE = G_STRUCT_OFFSET(KbntKey, replacement) };
    g_autofree char *elder = g_malloc0(2 * ELDER_SIZE);
    memcpy(elder, &rows[0], ELDER_SIZE);
    memcpy(elder + ELDER_SIZE, &rows[3], ELDER_SIZE);
    KbntKeyTable elder_table = { (const KbntKey *)elder, 2, ELDER_SIZE, sizeof(Block) };
    g_autoptr(KbntConfig) config = kbnt_config_new();

    const Block *block = kbnt_config_declare(config, "part", &elder_table);

    kbnt_assert_string(block->name, "nobody");
    kbnt_assert_int(block->threads, 2);
}

static const KbntTest tests[] = {
    KBNT_TEST(an_empty_file_gives_every_default),
    KBNT_TEST(every_type_is_parsed_with_its_units),
    KBNT_TEST(drop_ins_win_over_the_file_and_set_over_both),
    KBNT_TEST(an_unknown_key_is_refused_with_its_place_and_the_nearest_name),
    KBNT_TEST(an_unknown_section_is_refused_with_the_nearest_name),
    KBNT_TEST(a_key_that_stands_twice_is_refused_with_both_lines),
    KBNT_TEST(a_section_that_stands_twice_is_refused_with_both_lines),
    KBNT_TEST(a_comment_behind_a_value_is_refused),
    KBNT_TEST(a_line_that_is_nothing_is_refused),
    KBNT_TEST(all_faults_are_told_in_one_pass),
    KBNT_TEST(numbers_that_do_not_fit_are_refused),
    KBNT_TEST(a_secret_is_shown_nowhere),
    KBNT_TEST(a_reload_takes_what_is_reloadable_and_keeps_the_rest),
    KBNT_TEST(a_skipped_section_is_a_warning),
    KBNT_TEST(set_knows_the_sections_of_plugins),
    KBNT_TEST(a_missing_file_is_a_fault),
    KBNT_TEST(rows_of_an_elder_plugin_are_read_by_their_own_stride),
};

int
main(int argc, char **argv)
{
    return kbnt_test_main("infrastructure/config", argc, argv, tests, G_N_ELEMENTS(tests));
}
