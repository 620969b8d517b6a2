/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * mock-world.c: owns the table of parts.
 *
 * The file is the world; memory holds where the line of each part lies and by what it is looked
 * for, some hundred bytes a part, and the parts that were written or read last.
 */
#include "mock-world.h"
#include "mock-address.h"
#include "mock-journal.h"
#include "mock-record.h"

#include <fcntl.h>
#include <string.h>

#define FILE_NAME "world.jsonl"
/* The file is written anew when it has this many lines and four times what is needed. */
#define LEAST_LINES 4096
#define MOST_REMEMBERED 1024

typedef struct {
    char name[38];
    MockPlace place;
    guint address;    /* its number, from 1; 0 for none */
    const char *host; /* (nullable): interned */
    char *attached_to;
    KbntValue *value; /* NULL where it has to be read */
    GList *link;      /* in remembered, with the value */
} Kept;

struct MockWorld {
    MockJournal journal;
    GHashTable *parts; /* name -> Kept */
    GQueue remembered; /* of Kept, the eldest first */
    guint8 taken[MOCK_N_ADDRESSES + 1];
};

static void
kept_free(gpointer data)
{
    Kept *kept = data;

    kbnt_value_unref(kept->value);
    g_free(kept->attached_to);
    g_free(kept);
}

static void
let_go(MockWorld *world, Kept *kept)
{
    if (!kept->link)
        return;
    g_queue_delete_link(&world->remembered, kept->link);
    kept->link = NULL;
    g_clear_pointer(&kept->value, kbnt_value_unref);
}

static void
remember(MockWorld *world, Kept *kept, KbntValue *value)
{
    if (world->remembered.length >= MOST_REMEMBERED)
        let_go(world, g_queue_peek_head(&world->remembered));
    kept->value = value;
    g_queue_push_tail(&world->remembered, kept);
    kept->link = world->remembered.tail;
}

MockWorld *
mock_world_new(void)
{
    MockWorld *world = g_new0(MockWorld, 1);

    world->journal.descriptor = -1;
    world->parts = g_hash_table_new_full(g_str_hash, g_str_equal, NULL, kept_free);
    g_queue_init(&world->remembered);
    return world;
}

void
mock_world_free(MockWorld *world)
{
    if (!world)
        return;
    mock_world_close(world);
    g_hash_table_unref(world->parts);
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

static void
forget(MockWorld *world, const KbntValue *part)
{
    Kept *kept;
    char name[38];

    name_part(name, part);
    kept = g_hash_table_lookup(world->parts, name);
    if (!kept)
        return;
    world->taken[kept->address] = FALSE;
    let_go(world, kept);
    g_hash_table_remove(world->parts, name);
}

/* Returns: (transfer none): what is kept of the part, which lies at @place. */
static Kept *
keep(MockWorld *world, const KbntValue *part, MockPlace place)
{
    Kept *kept = g_new0(Kept, 1);

    name_part(kept->name, part);
    kept->place = place;
    kept->address = mock_address_number(kbnt_value_get_string(part, KBNT_FIELD_ADDRESS));
    kept->host = g_intern_string(kbnt_value_get_string(part, KBNT_FIELD_HOST));
    kept->attached_to = g_strdup(kbnt_value_get_string(part, KBNT_FIELD_ATTACHED_TO));
    world->taken[kept->address] = TRUE;
    g_hash_table_replace(world->parts, kept->name, kept);
    return kept;
}

static gboolean
take_in_line(const char *line, gsize length, MockPlace place, gpointer data, GError **error)
{
    MockWorld *world = data;
    g_autoptr(KbntValue) part = NULL;
    gboolean is_gone = FALSE;

    if (!mock_record_read(line, length, &part, &is_gone, error))
        return FALSE;
    if (part)
        forget(world, part);
    if (part && !is_gone)
        keep(world, part, place);
    return TRUE;
}

static gboolean
write_anew(MockWorld *world, GError **error)
{
    g_autoptr(GPtrArray) places = g_ptr_array_new();
    g_autofree char *header = mock_record_header();
    GHashTableIter iterator;
    gpointer kept;

    g_hash_table_iter_init(&iterator, world->parts);
    while (g_hash_table_iter_next(&iterator, NULL, &kept))
        g_ptr_array_add(places, &((Kept *)kept)->place);
    return mock_journal_replace(&world->journal, header, places, error);
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
    g_queue_clear(&world->remembered);
    g_hash_table_remove_all(world->parts);
    memset(world->taken, FALSE, sizeof world->taken);
}

/* Returns: (transfer none) (nullable): the part; NULL where it cannot be read. */
static KbntValue *
value_of(MockWorld *world, Kept *kept, GError **error)
{
    g_autofree char *line = NULL;
    KbntValue *part = NULL;
    gboolean is_gone;

    if (kept->value)
        return kept->value;
    line = mock_journal_read(&world->journal, kept->place, error);
    if (!line || !mock_record_read(line, strlen(line), &part, &is_gone, error))
        return NULL;
    remember(world, kept, part);
    return part;
}

gboolean
mock_world_find(MockWorld *world, KbntPart part, const char *part_id, KbntValue **ret_part,
                GError **error)
{
    char name[38];
    Kept *kept;

    make_name(name, part, part_id);
    kept = g_hash_table_lookup(world->parts, name);
    *ret_part = kept ? value_of(world, kept, error) : NULL;
    return !kept || *ret_part;
}

static gboolean
append(MockWorld *world, const char *line, MockPlace *ret_place, GError **error)
{
    guint n_needed = g_hash_table_size(world->parts) + 1;

    if (world->journal.n_lines >= LEAST_LINES && world->journal.n_lines / 4 >= n_needed &&
        !write_anew(world, error))
        return FALSE;
    return mock_journal_append(&world->journal, line, ret_place, error);
}

gboolean
mock_world_put(MockWorld *world, KbntValue *part, GError **error)
{
    g_autofree char *line = mock_record_put(part);
    MockPlace place;

    if (!append(world, line, &place, error)) {
        kbnt_value_unref(part);
        return FALSE;
    }
    forget(world, part);
    remember(world, keep(world, part, place), part);
    return TRUE;
}

gboolean
mock_world_remove(MockWorld *world, KbntValue *part, GError **error)
{
    g_autofree char *line = mock_record_remove(
        (KbntPart)kbnt_value_get_int(part, KBNT_FIELD_PART),
        kbnt_value_get_string(part, KBNT_FIELD_PART_ID));

    if (!append(world, line, NULL, error))
        return FALSE;
    forget(world, part);
    return TRUE;
}

static gboolean
is_wanted(const Kept *kept, const char *host, const char *attached_to)
{
    return attached_to ? g_strcmp0(kept->attached_to, attached_to) == 0
                       : g_strcmp0(kept->host, host) == 0;
}

GPtrArray *
mock_world_list(MockWorld *world, const char *host, const char *attached_to, GError **error)
{
    g_autoptr(GPtrArray) found = g_ptr_array_new_with_free_func(
        (GDestroyNotify)kbnt_value_unref);
    GHashTableIter iterator;
    gpointer kept;

    g_hash_table_iter_init(&iterator, world->parts);
    while (g_hash_table_iter_next(&iterator, NULL, &kept)) {
        KbntValue *value;

        if (!is_wanted(kept, host, attached_to))
            continue;
        value = value_of(world, kept, error);
        if (!value)
            return NULL;
        g_ptr_array_add(found, kbnt_value_ref(value));
    }
    return g_steal_pointer(&found);
}

guint
mock_world_size(MockWorld *world)
{
    return g_hash_table_size(world->parts);
}

char *
mock_world_free_address(MockWorld *world, const char *part_id)
{
    return mock_address_free(world->taken, part_id);
}

int
mock_world_duplicate_descriptor(MockWorld *world)
{
    return fcntl(world->journal.descriptor, F_DUPFD_CLOEXEC, 0);
}
