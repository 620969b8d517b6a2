/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * What is left when the process ends anywhere in the way from one version of the tables to
 * another: SQLite's own system calls are counted, and SIGKILL comes before each that writes, or
 * in the middle of it.
 */
#include "contract-store.h"

#include <signal.h>
#include <sqlite3.h>
#include <stdio.h>
#include <unistd.h>

typedef ssize_t (*Pwrite)(int file, const void *bytes, size_t size, off_t offset);

static Pwrite pwrite_of_sqlite;
static guint n_writes;
/* Of the write that does not come to its end, 0 for none; and how much of it is done. */
static guint last_write;
static gboolean is_torn;

static ssize_t
count_write(int file, const void *bytes, size_t size, off_t offset)
{
    if (++n_writes == last_write) {
        if (is_torn)
            pwrite_of_sqlite(file, bytes, size / 2, offset);
        raise(SIGKILL);
    }
    return pwrite_of_sqlite(file, bytes, size, offset);
}

static void
count_writes(void)
{
    static const char *const names[] = { "pwrite64", "pwrite" };
    sqlite3_vfs *vfs;

    sqlite3_initialize();
    vfs = sqlite3_vfs_find(NULL);
    for (gsize i = 0; i < G_N_ELEMENTS(names) && !pwrite_of_sqlite; i++) {
        pwrite_of_sqlite = (Pwrite)vfs->xGetSystemCall(vfs, names[i]);
        if (pwrite_of_sqlite)
            vfs->xSetSystemCall(vfs, names[i], (sqlite3_syscall_ptr)count_write);
    }
    g_assert(pwrite_of_sqlite);
}

/* A file at rest, and what a store that works with it must show. */
typedef struct {
    KbntHalf half;
    char *content;
    gsize length;
    KbntValue *seen;
} Rest;

static void
rest_clear(Rest *rest)
{
    g_free(rest->content);
    kbnt_value_unref(rest->seen);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(Rest, rest_clear)

static char *
path_of(Contract *contract)
{
    KbntHalf half = kbnt_host_half(fake_host_get(contract->host));

    return g_build_filename(fake_host_state_dir(contract->host),
                            half == KBNT_HALF_PRODUCER ? "producer.db" : "consumer.db", NULL);
}

/* Request 1 made a machine, 2 has failed, 3 waits. */
static void
fill_producer(Contract *contract)
{
    for (guint i = 1; i <= 3; i++) {
        KbntValue *accept = store_accept(i);

        store_add_charge(accept, "user:user-1", 1, 10);
        kbnt_value_unref(store_submit(contract, KBNT_STORE_ACCEPT, accept));
    }
    kbnt_value_unref(store_submit(contract, KBNT_STORE_PROJECT,
                                  store_event(1, 1, KBNT_REQUEST_STATUS_COMPLETED)));
    kbnt_value_unref(store_submit(contract, KBNT_STORE_PROJECT,
                                  store_event(2, 1, KBNT_REQUEST_STATUS_FAILED)));
}

/* Message 1 is worked on, 2 waits. */
static void
fill_consumer(Contract *contract)
{
    for (guint i = 1; i <= 2; i++)
        kbnt_value_unref(store_submit(contract, KBNT_STORE_TAKE_IN, store_message(i)));
    kbnt_value_unref(store_submit(contract, KBNT_STORE_CLAIM, store_claim(1, "worker-1", 1)));
}

static void
fill(Contract *contract, KbntHalf half)
{
    if (half == KBNT_HALF_PRODUCER)
        fill_producer(contract);
    else
        fill_consumer(contract);
}

/* Returns: (transfer full): all that was put into the store. */
static KbntValue *
see_all(Contract *contract, KbntHalf half)
{
    KbntValue *seen = kbnt_value_new();

    if (half == KBNT_HALF_PRODUCER) {
        for (guint i = 1; i <= 3; i++) {
            kbnt_value_take_item(seen, KBNT_FIELD_ITEMS, store_see_request(contract, i));
            kbnt_value_take_item(seen, KBNT_FIELD_ITEMS, store_see_resource(contract, i));
        }
        kbnt_value_set_number(seen, KBNT_FIELD_RESERVED,
                              store_see_reserved(contract, "user:user-1"));
    } else {
        for (guint i = 1; i <= 2; i++)
            kbnt_value_take_item(seen, KBNT_FIELD_ITEMS, store_see_message(contract, i));
    }
    kbnt_value_set_int(seen, KBNT_FIELD_COUNT, store_count_outbox(contract));
    return seen;
}

static void
take_content(Contract *contract, Rest *rest)
{
    g_autofree char *path = path_of(contract);

    g_clear_pointer(&rest->content, g_free);
    CU_ASSERT_FATAL(g_file_get_contents(path, &rest->content, &rest->length, NULL));
}

/* Returns: (transfer full): a subject on a copy of the file. */
static Contract *
copy_with(const Rest *rest, const char *const *more)
{
    Contract *contract = contract_new_half(rest->half, more);
    g_autofree char *path = path_of(contract);

    CU_ASSERT_FATAL(g_file_set_contents(path, rest->content, (gssize)rest->length, NULL));
    return contract;
}

static void
fill_rest(Rest *rest, KbntHalf half)
{
    g_autoptr(Contract) contract = contract_open_half(half, NULL);

    rest->half = half;
    fill(contract, half);
    rest->seen = see_all(contract, half);
    contract_stop(contract);
    take_content(contract, rest);
}

/* Takes the file to the tables of the first version. Returns: how many writes that took. */
static guint
go_back(Rest *rest)
{
    static const char *const eldest[] = { "schema_version=1", NULL };
    g_autoptr(Contract) contract = copy_with(rest, eldest);
    guint before = n_writes;

    CU_ASSERT(!contract_start(contract, NULL));
    take_content(contract, rest);
    return n_writes - before;
}

static void
see_nothing_lost(Contract *contract, const Rest *rest)
{
    g_autoptr(KbntValue) seen = NULL;

    CU_ASSERT_FATAL(contract_start(contract, NULL));
    seen = see_all(contract, rest->half);
    CU_ASSERT(kbnt_value_equal(seen, rest->seen));
    kbnt_assert_int(store_count_faults(contract), 0);
}

static void
stay(Contract *child)
{
}

/* Ends a start with @more at each of its first @n writes, and starts the store again. */
static void
end_at_each_write(const Rest *rest, const char *const *more, guint n)
{
    CU_ASSERT(n > 0);
    for (guint i = 0; i < 2 * n; i++) {
        g_autoptr(Contract) contract = copy_with(rest, NULL);

        last_write = n_writes + 1 + i / 2;
        is_torn = i % 2;
        contract_in_killed_child_with(contract, more, stay);
        last_write = 0;
        see_nothing_lost(contract, rest);
    }
}

static guint
count_writes_of_start(const Rest *rest)
{
    g_autoptr(Contract) contract = copy_with(rest, NULL);
    guint before = n_writes;
    guint n;

    CU_ASSERT_FATAL(contract_start(contract, NULL));
    n = n_writes - before;
    return n;
}

static void
go_forth_with_an_end_at_each_write(KbntHalf half)
{
    g_auto(Rest) rest = { 0 };

    fill_rest(&rest, half);
    go_back(&rest);
    end_at_each_write(&rest, NULL, count_writes_of_start(&rest));
}

static void
a_producer_that_ends_on_the_way_forth_has_lost_nothing(void)
{
    go_forth_with_an_end_at_each_write(KBNT_HALF_PRODUCER);
}

static void
a_consumer_that_ends_on_the_way_forth_has_lost_nothing(void)
{
    go_forth_with_an_end_at_each_write(KBNT_HALF_CONSUMER);
}

static void
a_store_that_ends_on_the_way_back_has_lost_nothing(void)
{
    static const char *const eldest[] = { "schema_version=1", NULL };
    g_auto(Rest) rest = { 0 };
    g_auto(Rest) back = { 0 };

    fill_rest(&rest, KBNT_HALF_PRODUCER);
    back.half = rest.half;
    back.content = g_memdup2(rest.content, rest.length);
    back.length = rest.length;
    end_at_each_write(&rest, eldest, go_back(&back));
}

static const KbntTest tests[] = {
    KBNT_TEST(a_producer_that_ends_on_the_way_forth_has_lost_nothing),
    KBNT_TEST(a_consumer_that_ends_on_the_way_forth_has_lost_nothing),
    KBNT_TEST(a_store_that_ends_on_the_way_back_has_lost_nothing),
};

int
main(int argc, char **argv)
{
    contract_load_built("store", "sqlite", NULL);
    count_writes();
    return kbnt_test_main("plugins/store/sqlite migration", argc, argv, tests,
                          G_N_ELEMENTS(tests));
}
