/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Tests of opening plugin files: a sound one is read, a broken one is refused by name, and none
 * ends this process. */
#include "plugin-file.h"

#include "planted-files.h"
#include "plugin-keys.h"
#include "runner.h"

#include <elf.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

typedef char PlantedPath;
G_DEFINE_AUTOPTR_CLEANUP_FUNC(PlantedPath, planted_file_remove)

static void
assert_refused(const char *path, const char *part)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(KbntPluginFile) file = kbnt_plugin_file_open(path, &error);
    CU_ASSERT_PTR_NULL(file);
    kbnt_assert_error(error, KBNT_ERROR, KBNT_ERROR_PLUGIN_INVALID);
    kbnt_assert_contains(error->message, path);
    kbnt_assert_contains(error->message, part);
}

static void
a_sound_plugin_is_read_without_being_called(void)
{
    g_autoptr(PlantedPath) path = planted_file_copy();
    g_autoptr(GError) error = NULL;

    g_autoptr(KbntPluginFile) file = kbnt_plugin_file_open(path, &error);

    kbnt_assert_no_error(error);
    kbnt_assert_string(kbnt_plugin_file_plugin(file)->name, "planted");
    kbnt_assert_string(kbnt_plugin_file_section(file), "sink.planted");
    kbnt_assert_int(kbnt_plugin_file_keys(file)->n_keys, 2);
    CU_ASSERT_PTR_NOT_NULL(kbnt_plugin_file_ops(file)->life.create);
    CU_ASSERT_PTR_NULL(kbnt_plugin_file_ops(file)->sink.render);
}

#define ABI_MINOR G_STRINGIFY(KBNT_ABI_MINOR)

static void
another_major_abi_is_refused_with_both_versions(void)
{
    g_autoptr(PlantedPath) path = planted_file_copy();
    planted_file_patch_descriptor(path, G_STRUCT_OFFSET(KbntPlugin, abi_major),
                                  KBNT_ABI_MAJOR + 1);

    assert_refused(path, "was built for the plugin ABI 2." ABI_MINOR
                         ", this kbnt has 1." ABI_MINOR "; build the plugin again");
}

static void
a_newer_minor_abi_is_refused(void)
{
    g_autoptr(PlantedPath) path = planted_file_copy();
    planted_file_patch_descriptor(path, G_STRUCT_OFFSET(KbntPlugin, abi_minor),
                                  KBNT_ABI_MINOR + 1);

    assert_refused(path, "or install a newer kbnt");
}

static KbntPluginFile *
open_elder(guint32 kind, GError **error)
{
    const char *top = g_getenv("KBNT_TEST_BUILDDIR");
    g_autofree char *base = g_strdup_printf("kbnt-%s-elder.so", kbnt_plugin_kind_name(kind));
    g_autofree char *path = g_build_filename(top ? top : ".", "tests", "unit", "infrastructure",
                                             ".libs", base, NULL);
    return kbnt_plugin_file_open(path, error);
}

static void
plugins_of_every_kind_that_were_built_for_the_first_abi_are_read(void)
{
    for (guint32 kind = 1; kbnt_plugin_kind_name(kind); kind++) {
        g_autoptr(GError) error = NULL;

        g_autoptr(KbntPluginFile) file = open_elder(kind, &error);

        kbnt_assert_no_error(error);
        CU_ASSERT_PTR_NOT_NULL_FATAL(file);
        kbnt_assert_int(kbnt_plugin_file_plugin(file)->abi_minor, 0);
        kbnt_assert_int(kbnt_plugin_file_plugin(file)->kind, kind);
        kbnt_assert_string(kbnt_key_table_row(kbnt_plugin_file_keys(file), 0).default_text,
                           "7");
        CU_ASSERT_PTR_NOT_NULL(kbnt_plugin_file_ops(file)->life.create);
    }
}

/* The ops of an elder minor end earlier, and what follows them in memory is not read. */
static void
ops_of_an_elder_minor_are_read_by_their_own_size(void)
{
    g_autoptr(PlantedPath) path = planted_file_copy();
    g_autoptr(KbntPluginFile) file = kbnt_plugin_file_open(path, NULL);
    KbntPluginOps own = *kbnt_plugin_file_ops(file);
    KbntPlugin plugin = *kbnt_plugin_file_plugin(file);
    struct {
        KbntPluginOps ops;
        gpointer behind;
    } longer = { own, &longer };
    g_autoptr(GError) error = NULL;
    longer.ops.life.size = sizeof(KbntSinkOps) + 8;
    plugin.ops = &longer.ops.life;
    KbntPluginOps ops;

    CU_ASSERT_TRUE(kbnt_plugin_ops_read(&plugin, &ops, &error));

    kbnt_assert_no_error(error);
    CU_ASSERT_TRUE(memcmp((char *)&ops + sizeof(KbntSinkOps),
                          (char[sizeof(ops) - sizeof(KbntSinkOps)]){ 0 },
                          sizeof(ops) - sizeof(KbntSinkOps)) == 0);
}

static void
a_file_cut_off_anywhere_is_refused(void)
{
    g_autoptr(PlantedPath) path = planted_file_copy();
    struct stat status;
    stat(path, &status);

    for (off_t length = status.st_size - 1; length > 0; length = length * 3 / 4) {
        g_assert_cmpint(truncate(path, length), ==, 0);
        assert_refused(path, length < 4 ? "not a shared object" : "cut off");
    }
    g_assert_cmpint(truncate(path, 0), ==, 0);
    assert_refused(path, "not a shared object");
}

static void
a_plugin_for_another_machine_is_refused(void)
{
    g_autoptr(PlantedPath) path = planted_file_copy();
    const guint16 machine = EM_68K;
    planted_file_patch(path, G_STRUCT_OFFSET(Elf64_Ehdr, e_machine), &machine, sizeof(machine));

    assert_refused(path, "is for another architecture (ELF machine 4");
}

static void
a_text_with_the_name_of_a_plugin_is_refused(void)
{
    g_autoptr(PlantedPath) path = planted_file_copy();
    g_assert_true(g_file_set_contents(path, "#!/bin/sh\necho no\n", -1, NULL));

    assert_refused(path, "is not a shared object");
}

static void
a_folder_with_the_name_of_a_plugin_is_refused(void)
{
    g_autoptr(PlantedPath) path = planted_file_copy();
    g_assert_cmpint(unlink(path), ==, 0);
    g_assert_cmpint(mkdir(path, 0755), ==, 0);

    assert_refused(path, "is not a regular file");
}

static void
a_file_that_everybody_can_write_is_refused(void)
{
    g_autoptr(PlantedPath) path = planted_file_copy();
    chmod(path, 0757);

    assert_refused(path, "is writable by everybody; run 'chmod o-w'");
}

static void
a_file_that_a_foreign_group_can_write_is_refused(void)
{
    g_autoptr(PlantedPath) path = planted_file_copy();
    if (chown(path, (uid_t)-1, 65534) != 0)
        return; /* without privilege no foreign group can be given */
    chmod(path, 0775);

    assert_refused(path, "is writable by a group; run 'chmod g-w'");
}

static void
a_library_without_the_symbol_is_refused(void)
{
    g_autoptr(PlantedPath) path = planted_file_copy();
    g_autofree char *bytes = NULL;
    gsize length = 0;
    g_file_get_contents(path, &bytes, &length, NULL);
    for (char *at = bytes; (at = memmem(at, length - (gsize)(at - bytes), "kbnt_plugin", 12));)
        at[5] = 'q';
    g_assert_true(g_file_set_contents(path, bytes, (gssize)length, NULL));

    assert_refused(path, "kbnt_plugin");
}

static void
a_file_of_another_name_than_its_plugin_is_refused(void)
{
    g_autoptr(PlantedPath) other = planted_file_copy_as("kbnt-sink-other.so");
    g_autoptr(PlantedPath) kind = planted_file_copy_as("kbnt-store-planted.so");

    assert_refused(other, "name the file 'kbnt-sink-planted.so'");
    assert_refused(kind, "says that it is the sink 'planted'");
}

static void
a_capability_without_its_op_is_refused(void)
{
    g_autoptr(PlantedPath) path = planted_file_copy();
    planted_file_patch_descriptor(path, G_STRUCT_OFFSET(KbntPlugin, caps), KBNT_SINK_RENDERS);

    assert_refused(path, "has no op 'render', against what its capabilities say");
}

static void
a_capability_that_no_kind_has_is_refused(void)
{
    g_autoptr(PlantedPath) path = planted_file_copy();
    planted_file_patch_descriptor(path, G_STRUCT_OFFSET(KbntPlugin, caps), 1u << 20);

    assert_refused(path, "has the capability bits 0x100000");
}

static void
a_kind_that_does_not_exist_is_refused(void)
{
    g_autoptr(PlantedPath) path = planted_file_copy();
    planted_file_patch_descriptor(path, G_STRUCT_OFFSET(KbntPlugin, kind), 77);

    assert_refused(path, "is of kind 77");
}

static void
a_key_outside_the_struct_is_refused(void)
{
    g_autoptr(PlantedPath) path = planted_file_copy();
    planted_file_patch_descriptor(path, G_STRUCT_OFFSET(KbntPlugin, config_size), 8);

    assert_refused(path, "key 'label' lies outside the configuration struct");
}

/* One sound row, to be spoilt. */
static KbntKey
sound_row(void)
{
    return (KbntKey){ .name = "size",
                      .type = KBNT_KEY_INT,
                      .default_text = "1",
                      .minimum = "1",
                      .maximum = "9",
                      .help = "How large" };
}

static void
assert_row_refused(KbntKey row, const char *part)
{
    KbntKeyTable table = { &row, 1, sizeof(row), sizeof(gint64) };
    g_autoptr(GError) error = NULL;
    CU_ASSERT_FALSE(kbnt_plugin_keys_check(&table, FALSE, &error));
    kbnt_assert_contains(error->message, part);
}

static void
rows_that_are_not_sound_are_refused(void)
{
    KbntKey nameless = sound_row(), helpless = sound_row(), outside = sound_row();
    KbntKey defaultless = sound_row(), rigid = sound_row(), untyped = sound_row();
    nameless.name = NULL;
    helpless.help = "";
    outside.default_text = "10";
    defaultless.default_text = NULL;
    rigid.flags = KBNT_KEY_RELOADABLE;
    untyped.type = 99;

    assert_row_refused(nameless, "has no name");
    assert_row_refused(helpless, "has no help");
    assert_row_refused(outside, "has a default that is refused");
    assert_row_refused(defaultless, "has no default");
    assert_row_refused(rigid, "there is no op 'reload'");
    assert_row_refused(untyped, "has a type that does not exist");
}

static const KbntTest tests[] = {
    KBNT_TEST(a_sound_plugin_is_read_without_being_called),
    KBNT_TEST(another_major_abi_is_refused_with_both_versions),
    KBNT_TEST(a_newer_minor_abi_is_refused),
    KBNT_TEST(plugins_of_every_kind_that_were_built_for_the_first_abi_are_read),
    KBNT_TEST(ops_of_an_elder_minor_are_read_by_their_own_size),
    KBNT_TEST(a_file_cut_off_anywhere_is_refused),
    KBNT_TEST(a_plugin_for_another_machine_is_refused),
    KBNT_TEST(a_text_with_the_name_of_a_plugin_is_refused),
    KBNT_TEST(a_folder_with_the_name_of_a_plugin_is_refused),
    KBNT_TEST(a_file_that_everybody_can_write_is_refused),
    KBNT_TEST(a_file_that_a_foreign_group_can_write_is_refused),
    KBNT_TEST(a_library_without_the_symbol_is_refused),
    KBNT_TEST(a_file_of_another_name_than_its_plugin_is_refused),
    KBNT_TEST(a_capability_without_its_op_is_refused),
    KBNT_TEST(a_capability_that_no_kind_has_is_refused),
    KBNT_TEST(a_kind_that_does_not_exist_is_refused),
    KBNT_TEST(a_key_outside_the_struct_is_refused),
    KBNT_TEST(rows_that_are_not_sound_are_refused),
};

int
main(int argc, char **argv)
{
    return kbnt_test_main("infrastructure/plugin-file", argc, argv, tests, G_N_ELEMENTS(tests));
}
