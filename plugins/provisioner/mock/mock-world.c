/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * mock-world.c: owns the table of parts.
 *
 * Beside each part stands its line of the file, so that writing the file anew costs no
 * encoding.
 */
#include "mock-world.h"
#include "mock-journal.h"
#include "mock-record.h"

#include <fcntl.h>
#include <string.h>

#define FILE_NAME "world.jsonl"
/* The file is written anew when it has this many lines and four times what is needed. */
#define LEAST_LINES 4096
#define N_ADDRESSES (254 * 253)

typedef struct {
    KbntValue *value;
    char *line;
} Kept;

struct MockWorld {
    MockJournal journal;
    GHashTable *parts;
    GHashTable *addresses;
};

static void
kept_free(gpointer data)
{
    Kept *kept = data;

    kbnt_value_unref(kept->value);
    g_free(kept->line);
    g_free(kept);
}

MockWorld *
mock_world_new(void)
{
    MockWorld *world = g_new0(MockWorld, 1);

    world->journal.descriptor = -1;
    world->parts = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, kept_free);
    world->addresses = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
    return world;
}

void
mock_world_free(MockWorld *world)
{
    if (!world)
        return;
    mock_world_close(world);
    g_hash_table_unref(world->parts);
    g_hash_table_unref(world->addresses);
    g_free(world);
}

/* 'M' and a UUID: short, and the same for the same part. */
static void
make_name(char name[38], KbntPart part, const char *part_id)
{
    name[0] = (char)('A' + part);
    g_strlcpy(name + 1, part_id ? part_id : "", 37);
}

static void
name_part(char name[38], const KbntValue *part)
{
    make_name(name, (KbntPart)kbnt_value_get_int(part, KBNT_FIELD_PART),
              kbnt_value_get_string(part, KBNT_FIELD_PART_ID));
}

static Kept *
find_kept(MockWorld *world, const KbntValue *part)
{
    char name[38];

    name_part(name, part);
    return g_hash_table_lookup(world->parts, name);
}

static void
forget(MockWorld *world, const KbntValue *part)
{
    Kept *kept = find_kept(world, part);
    const char *address;
    char name[38];

    if (!kept)
        return;
    address = kbnt_value_get_string(kept->value, KBNT_FIELD_ADDRESS);
    if (address)
        g_hash_table_remove(world->addresses, address);
    name_part(name, part);
    g_hash_table_remove(world->parts, name);
}

/* Takes over part and line. */
static void
keep(MockWorld *world, KbntValue *part, char *line)
{
    const char *address = kbnt_value_get_string(part, KBNT_FIELD_ADDRESS);
    Kept *kept = g_new0(Kept, 1);
    char name[38];

    name_part(name, part);
    kept->value = part;
    kept->line = line;
    if (address)
        g_hash_table_add(world->addresses, g_strdup(address));
    g_hash_table_replace(world->parts, g_strdup(name), kept);
}

static gboolean
take_in_line(const char *line, gsize length, gpointer data, GError **error)
{
    MockWorld *world = data;
    KbntValue *part = NULL;
    gboolean is_gone = FALSE;

    if (!mock_record_read(line, length, &part, &is_gone, error))
        return FALSE;
    if (!part)
        return TRUE;
    forget(world, part);
    if (is_gone)
        kbnt_value_unref(part);
    else
        keep(world, part, g_strdup_printf("%.*s\n", (int)length, line));
    return TRUE;
}

static gboolean
write_anew(MockWorld *world, GError **error)
{
    g_autoptr(GPtrArray) lines = g_ptr_array_new();
    g_autofree char *header = mock_record_header();
    GHashTableIter iterator;
    gpointer kept;

    g_ptr_array_add(lines, header);
    g_hash_table_iter_init(&iterator, world->parts);
    while (g_hash_table_iter_next(&iterator, NULL, &kept))
        g_ptr_array_add(lines, ((Kept *)kept)->line);
    return mock_journal_replace(&world->journal, lines, error);
}

gboolean
mock_world_open(MockWorld *world, const char *folder, GError **error)
{
    g_autofree char *path = g_build_filename(folder, FILE_NAME, NULL);
    g_autofree char *header = mock_record_header();

    if (mock_journal_open(&world->journal, path, header, take_in_line, world, error))
        return TRUE;
    mock_world_close(world);
    return FALSE;
}

void
mock_world_close(MockWorld *world)
{
    mock_journal_close(&world->journal);
    g_hash_table_remove_all(world->parts);
    g_hash_table_remove_all(world->addresses);
}

KbntValue *
mock_world_find(MockWorld *world, KbntPart part, const char *part_id)
{
    char name[38];
    Kept *kept;

    make_name(name, part, part_id);
    kept = g_hash_table_lookup(world->parts, name);
    return kept ? kept->value : NULL;
}

static gboolean
append(MockWorld *world, const char *line, GError **error)
{
    guint n_needed = g_hash_table_size(world->parts) + 1;

    if (world->journal.n_lines >= LEAST_LINES && world->journal.n_lines / 4 >= n_needed &&
        !write_anew(world, error))
        return FALSE;
    return mock_journal_append(&world->journal, line, error);
}

gboolean
mock_world_put(MockWorld *world, KbntValue *part, GError **error)
{
    char *line = mock_record_put(part);

    if (!append(world, line, error)) {
        kbnt_value_unref(part);
        g_free(line);
        return FALSE;
    }
    forget(world, part);
    keep(world, part, line);
    return TRUE;
}

gboolean
mock_world_remove(MockWorld *world, KbntValue *part, GError **error)
{
    g_autofree char *line = mock_record_remove(
        (KbntPart)kbnt_value_get_int(part, KBNT_FIELD_PART),
        kbnt_value_get_string(part, KBNT_FIELD_PART_ID));
    g_autoptr(KbntValue) held = kbnt_value_ref(part);

    if (!append(world, line, error))
        return FALSE;
    forget(world, held);
    return TRUE;
}

GPtrArray *
mock_world_list(MockWorld *world, KbntField field, const char *text)
{
    GPtrArray *found = g_ptr_array_new();
    GHashTableIter iterator;
    gpointer data;

    g_hash_table_iter_init(&iterator, world->parts);
    while (g_hash_table_iter_next(&iterator, NULL, &data)) {
        KbntValue *value = ((Kept *)data)->value;

        if (g_strcmp0(kbnt_value_get_string(value, field), text) == 0)
            g_ptr_array_add(found, value);
    }
    return found;
}

guint
mock_world_size(MockWorld *world)
{
    return g_hash_table_size(world->parts);
}

char *
mock_world_free_address(MockWorld *world, const char *part_id)
{
    guint first = g_str_hash(part_id) % N_ADDRESSES;

    for (guint i = 0; i < N_ADDRESSES; i++) {
        guint place = (first + i) % N_ADDRESSES;
        g_autofree char *address = g_strdup_printf("10.10.%u.%u/24", place / 253 + 1,
                                                   place % 253 + 2);

        if (!g_hash_table_contains(world->addresses, address))
            return g_steal_pointer(&address);
    }
    return NULL;
}

int
mock_world_duplicate_descriptor(MockWorld *world)
{
    return fcntl(world->journal.descriptor, F_DUPFD_CLOEXEC, 0);
}
