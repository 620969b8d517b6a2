/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copies of the planted sink in a folder of their own, to be damaged. */
#include "planted-files.h"

#include "fake-host.h"

#include <kbnt/kbnt-plugin.h>
#include <string.h>
#include <sys/stat.h>

static char *
built_path(void)
{
    const char *top = g_getenv("KBNT_TEST_BUILDDIR");
    return g_build_filename(top ? top : ".", "tests", "unit", "infrastructure", ".libs",
                            "kbnt-sink-planted.so", NULL);
}

static void
read_file(const char *path, char **ret_bytes, gsize *ret_length)
{
    g_autoptr(GError) error = NULL;
    if (!g_file_get_contents(path, ret_bytes, ret_length, &error))
        g_error("%s; run from the folder of the build", error->message);
}

static void
write_file(const char *path, const char *bytes, gsize length)
{
    g_assert_true(g_file_set_contents_full(path, bytes, (gssize)length,
                                           G_FILE_SET_CONTENTS_NONE, 0755, NULL));
    g_assert_cmpint(chmod(path, 0755), ==, 0);
}

char *
planted_file_copy_as(const char *base_name)
{
    g_autofree char *built = built_path();
    g_autofree char *folder = g_dir_make_tmp("kbnt-plugin-XXXXXX", NULL);
    g_autofree char *bytes = NULL;
    gsize length = 0;
    read_file(built, &bytes, &length);
    char *path = g_build_filename(folder, base_name, NULL);
    write_file(path, bytes, length);
    return path;
}

char *
planted_file_copy(void)
{
    return planted_file_copy_as("kbnt-sink-planted.so");
}

void
planted_file_remove(char *path)
{
    g_autofree char *folder = g_path_get_dirname(path);
    fake_host_remove_tree(folder);
    g_free(path);
}

void
planted_file_patch(const char *path, gsize offset, gconstpointer patch, gsize patch_length)
{
    g_autofree char *bytes = NULL;
    gsize length = 0;
    read_file(path, &bytes, &length);
    g_assert_cmpuint(offset + patch_length, <=, length);
    memcpy(bytes + offset, patch, patch_length);
    write_file(path, bytes, length);
}

/* The first four words of the descriptor occur once in the file. */
static gsize
find_descriptor(const char *path)
{
    const guint32 words[] = { KBNT_ABI_MAJOR, KBNT_ABI_MINOR, sizeof(KbntPlugin),
                              KBNT_KIND_SINK };
    g_autofree char *bytes = NULL;
    gsize length = 0;
    read_file(path, &bytes, &length);
    const char *found = memmem(bytes, length, words, sizeof(words));
    g_assert_nonnull(found);
    return (gsize)(found - bytes);
}

void
planted_file_patch_descriptor(const char *path, gsize offset, guint32 word)
{
    planted_file_patch(path, find_descriptor(path) + offset, &word, sizeof(word));
}
