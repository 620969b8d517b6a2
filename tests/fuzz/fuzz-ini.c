/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Arbitrary bytes as a configuration file: each fault is reported, and no value leaves its
 * range. */
#include "config.h"

#include <sys/mman.h>
#include <unistd.h>

int LLVMFuzzerTestOneInput(const guint8 *data, gsize size);

typedef struct {
    char *text;
    gboolean flag;
    gint64 count;
    guint64 limit_bytes;
    gint64 wait_ms;
    char **words;
    char **others;
} FuzzedBlock;

/* clang-format off */
#define FUZZED_ROW(key, key_type, member, usual) \
    { .name = (key), .type = (key_type), .offset = G_STRUCT_OFFSET(FuzzedBlock, member), \
      .default_text = (usual), .since = "1.0", .help = (key) }
/* clang-format on */

static const KbntKey keys[] = {
    FUZZED_ROW("text", KBNT_KEY_STRING, text, ""),
    FUZZED_ROW("flag", KBNT_KEY_BOOL, flag, "false"),
    FUZZED_ROW("count", KBNT_KEY_INT, count, "0"),
    FUZZED_ROW("limit", KBNT_KEY_SIZE, limit_bytes, "1MiB"),
    FUZZED_ROW("wait", KBNT_KEY_DURATION, wait_ms, "1s"),
    FUZZED_ROW("words", KBNT_KEY_LIST, words, ""),
    FUZZED_ROW("*.*", KBNT_KEY_OPEN, others, NULL),
};

static const KbntKeyTable table = KBNT_KEY_TABLE(FuzzedBlock, keys);

/* Returns: a file without a name that holds the bytes. */
static int
file_of(const guint8 *data, gsize size)
{
    int file = memfd_create("fuzzed", MFD_CLOEXEC);

    g_assert(file >= 0);
    g_assert(write(file, data, size) == (gssize)size);
    return file;
}

int
LLVMFuzzerTestOneInput(const guint8 *data, gsize size)
{
    int file = file_of(data, size);
    g_autofree char *path = g_strdup_printf("/proc/self/fd/%d", file);
    g_autoptr(KbntConfig) config = kbnt_config_new();
    g_autoptr(GError) error = NULL;
    const FuzzedBlock *block;

    kbnt_config_read(config, path);
    block = kbnt_config_declare(config, "fuzzed", &table);
    g_assert(kbnt_config_finish(config, &error) == !error);
    g_assert(block->text && block->words && block->wait_ms >= 0);

    close(file);
    return 0;
}
