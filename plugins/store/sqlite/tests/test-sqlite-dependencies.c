/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What this store promises of messages that wait for others, from version to version. */
#include "contract-store.h"

#include <sqlite3.h>

static int
count_dependencies(Contract *contract)
{
    g_autofree char *path = g_build_filename(fake_host_state_dir(contract->host), "consumer.db",
                                             NULL);
    sqlite3 *db = NULL;
    sqlite3_stmt *row = NULL;
    int count;

    CU_ASSERT_FATAL(sqlite3_open(path, &db) == SQLITE_OK);
    CU_ASSERT_FATAL(sqlite3_prepare_v2(db, "SELECT count(*) FROM dependencies", -1, &row,
                                       NULL) == SQLITE_OK);
    CU_ASSERT(sqlite3_step(row) == SQLITE_ROW);
    count = sqlite3_column_int(row, 0);
    sqlite3_finalize(row);
    sqlite3_close(db);
    return count;
}

/* Message @number depends on @other. */
static void
take_in_dependant(Contract *contract, guint number, guint other)
{
    KbntValue *message = store_message(number);

    kbnt_value_append_string(message, KBNT_FIELD_DEPENDS_ON, store_id(other));
    kbnt_value_unref(store_submit(contract, KBNT_STORE_TAKE_IN, message));
}

/* An elder plugin never frees what waits for a message that has not come. */
static void
a_message_that_has_overtaken_another_is_free_in_the_tables_of_an_elder_version(void)
{
    static const char *const elder[] = { "schema_version=1", NULL };
    g_autoptr(Contract) contract = contract_new_half(KBNT_HALF_CONSUMER, elder);
    g_autoptr(Contract) before = contract_open_again(contract);
    g_autoptr(Contract) after = NULL;

    kbnt_value_unref(store_submit(before, KBNT_STORE_TAKE_IN, store_message(1)));
    take_in_dependant(before, 2, 1);
    take_in_dependant(before, 3, 9);
    kbnt_assert_int(store_count_waiting(before), 1);
    contract_stop(before);
    CU_ASSERT(!contract_start(contract, NULL));
    kbnt_assert_int(count_dependencies(contract), 1);
    after = contract_open_again(contract);

    kbnt_assert_int(store_count_waiting(after), 2);
    kbnt_assert_int(store_count_faults(after), 0);
    kbnt_value_unref(store_submit(after, KBNT_STORE_TAKE_IN, store_message(9)));
    kbnt_assert_int(store_count_waiting(after), 3);
}

static const KbntTest tests[] = {
    KBNT_TEST(a_message_that_has_overtaken_another_is_free_in_the_tables_of_an_elder_version),
};

int
main(int argc, char **argv)
{
    contract_load_built("store", "sqlite", NULL);
    return kbnt_test_main("plugins/store/sqlite dependencies", argc, argv, tests,
                          G_N_ELEMENTS(tests));
}
