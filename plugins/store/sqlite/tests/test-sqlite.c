/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What this store promises beyond the contract: damage, versions, a full disk, a failed fsync.
 */
#include "contract-store.h"

#include <fcntl.h>
#include <glib/gstdio.h>
#include <sqlite3.h>
#include <string.h>
#include <unistd.h>

static char *
path_of(Contract *contract)
{
    return g_build_filename(fake_host_state_dir(contract->host), "producer.db", NULL);
}

/* Runs SQL on the file of a store that is stopped. */
static void
run_sql(Contract *contract, const char *sql)
{
    g_autofree char *path = path_of(contract);
    sqlite3 *db = NULL;

    CU_ASSERT_FATAL(sqlite3_open(path, &db) == SQLITE_OK);
    CU_ASSERT(sqlite3_exec(db, sql, NULL, NULL, NULL) == SQLITE_OK);
    sqlite3_close(db);
}

static Contract *
stopped_store_with_a_request(void)
{
    Contract *contract = contract_open();

    kbnt_value_unref(store_submit(contract, KBNT_STORE_ACCEPT, store_accept(1)));
    contract_stop(contract);
    return contract;
}

/* Starts a second instance on the same folder, which must be refused. */
static void
start_refused(Contract *contract, KbntErrorCode code, const char *part)
{
    g_autoptr(Contract) again = contract_new_again(contract);
    g_autoptr(GError) error = NULL;

    CU_ASSERT(!contract_start(again, &error));
    kbnt_assert_error(error, KBNT_ERROR, (int)code);
    kbnt_assert_contains(error->message, part);
}

static void
a_flipped_byte_in_an_open_request_refuses_to_start(void)
{
    g_autoptr(Contract) contract = stopped_store_with_a_request();

    run_sql(contract, "UPDATE requests SET body = body || x'00'");

    start_refused(contract, KBNT_ERROR_STORE_CORRUPT, "kbntctl store check");
}

/* Returns: (transfer full): a confirmation of the one record of request 1. */
static KbntValue *
confirmation(void)
{
    return store_value(KBNT_FIELD_POSITION, 1, KBNT_FIELD_MESSAGE_ID, store_id(1),
                       KBNT_FIELD_PUBLICATION, store_value(KBNT_FIELD_OFFSET, 7, 0),
                       KBNT_FIELD_HISTORY,
                       store_value(KBNT_FIELD_OPERATION, "amq-streams-publish", 0), 0);
}

static void
a_flipped_byte_in_what_came_later_refuses_to_start(void)
{
    g_autoptr(Contract) contract = contract_open();

    kbnt_value_unref(store_submit(contract, KBNT_STORE_ACCEPT, store_accept(1)));
    kbnt_value_unref(store_submit(contract, KBNT_STORE_CONFIRM, confirmation()));
    contract_stop(contract);
    run_sql(contract, "UPDATE request_parts SET part = part || x'00'");

    start_refused(contract, KBNT_ERROR_STORE_CORRUPT, "kbntctl store check");
}

static void
a_record_confirmed_again_after_a_restart_is_no_news(void)
{
    g_autoptr(Contract) contract = contract_open();
    g_autoptr(Contract) again = NULL;
    g_autoptr(KbntValue) request = NULL;

    kbnt_value_unref(store_submit(contract, KBNT_STORE_ACCEPT, store_accept(1)));
    kbnt_value_unref(store_submit(contract, KBNT_STORE_CONFIRM, confirmation()));
    kbnt_assert_int(store_see_total(contract, "outbox"), 0);
    contract_stop(contract);
    again = contract_open_again(contract);
    kbnt_assert_int(store_see_total(again, "outbox"), 1);
    kbnt_value_unref(store_submit(again, KBNT_STORE_CONFIRM, confirmation()));
    request = store_see_request(again, 1);

    kbnt_assert_int(kbnt_value_length(request, KBNT_FIELD_HISTORY), 2);
    kbnt_assert_int(store_see_total(again, "outbox"), 0);
}

static void
a_changed_row_of_an_open_request_refuses_to_start(void)
{
    g_autoptr(Contract) contract = stopped_store_with_a_request();

    run_sql(contract, "UPDATE requests SET charges = 2");

    start_refused(contract, KBNT_ERROR_STORE_CORRUPT, store_id(1));
}

static void
a_changed_resource_refuses_to_start(void)
{
    g_autoptr(Contract) contract = stopped_store_with_a_request();

    run_sql(contract, "UPDATE resources SET body = x'00'");

    start_refused(contract, KBNT_ERROR_STORE_CORRUPT, store_resource_id(1));
}

static void
damaged_pages_refuse_to_start(void)
{
    g_autoptr(Contract) contract = stopped_store_with_a_request();
    g_autofree char *path = path_of(contract);
    g_autofree char *garbage = g_strnfill(200, 'x');
    int file = open(path, O_WRONLY | O_CLOEXEC);

    CU_ASSERT(pwrite(file, garbage, 200, 0) == 200);
    close(file);

    start_refused(contract, KBNT_ERROR_STORE_CORRUPT, "kbntctl store check");
}

static void
a_foreign_database_is_left_alone(void)
{
    g_autoptr(Contract) contract = contract_new();

    run_sql(contract, "CREATE TABLE foreign_table (a); PRAGMA user_version = 2;"
                      "PRAGMA application_id = 7");

    start_refused(contract, KBNT_ERROR_CONFIG_INVALID, "not a store of kbnt");
    run_sql(contract, "SELECT a FROM foreign_table");
}

static void
a_store_of_a_newer_kbnt_is_refused(void)
{
    g_autoptr(Contract) contract = stopped_store_with_a_request();

    run_sql(contract, "PRAGMA user_version = 99");

    start_refused(contract, KBNT_ERROR_CONFIG_INVALID, "newer kbnt");
}

static void
the_store_of_the_other_half_is_refused(void)
{
    g_autoptr(Contract) contract = contract_open_half(KBNT_HALF_CONSUMER, NULL);
    g_autofree char *consumer_path = g_build_filename(fake_host_state_dir(contract->host),
                                                      "consumer.db", NULL);
    g_autoptr(Contract) producer = contract_new();
    g_autofree char *path = path_of(producer);
    g_autofree char *content = NULL;
    gsize length;

    contract_stop(contract);
    CU_ASSERT_FATAL(g_file_get_contents(consumer_path, &content, &length, NULL));
    CU_ASSERT_FATAL(g_file_set_contents(path, content, (gssize)length, NULL));

    start_refused(producer, KBNT_ERROR_CONFIG_INVALID, "other role");
}

/* Request 1 made a machine, 2 is to make storage, 3 attaches the one to the other. */
static void
accept_three(Contract *contract)
{
    KbntValue *first = store_accept(1);
    KbntValue *attach = store_follow(3, KBNT_REQUEST_TYPE_ATTACH_STORAGE, 1);

    store_add_charge(first, "user:user-1", 1.5, 10);
    store_add_charge(first, "total", 1.5, 10);
    kbnt_value_unref(store_submit(contract, KBNT_STORE_ACCEPT, first));
    kbnt_value_unref(store_submit(contract, KBNT_STORE_CONFIRM, confirmation()));
    kbnt_value_unref(store_submit(contract, KBNT_STORE_PROJECT,
                                  store_event(1, 1, KBNT_REQUEST_STATUS_COMPLETED)));
    kbnt_value_unref(store_submit(contract, KBNT_STORE_ACCEPT, store_accept(2)));
    kbnt_value_unref(store_submit(contract, KBNT_STORE_PROJECT,
                                  store_event(2, 1, KBNT_REQUEST_STATUS_COMPLETED)));
    store_add_touch(attach, 2, store_id(2));
    kbnt_value_unref(store_submit(contract, KBNT_STORE_ACCEPT, attach));
}

static void
the_tables_go_back_a_version_and_forth_again(void)
{
    static const char *const elder[] = { "schema_version=1", NULL };
    g_autoptr(Contract) contract = contract_new_with(elder);
    g_autoptr(GError) error = NULL;
    g_autoptr(Contract) before = contract_open_again(contract);
    g_autoptr(Contract) after = NULL;
    g_autoptr(KbntValue) request = NULL;
    g_autoptr(KbntValue) request_before = NULL;
    g_autoptr(KbntValue) storage = NULL;

    accept_three(before);
    request_before = store_see_request(before, 1);
    contract_stop(before);

    CU_ASSERT(!contract_start(contract, &error));
    kbnt_assert_error(error, KBNT_ERROR, KBNT_ERROR_CONFIG_INVALID);
    run_sql(contract, "CREATE TEMP TABLE one AS SELECT 1 / (user_version = 1)"
                      " FROM pragma_user_version");
    after = contract_open_again(contract);
    request = store_see_request(after, 1);

    CU_ASSERT(kbnt_value_equal(request, request_before));
    CU_ASSERT_EQUAL(store_see_reserved(after, "user:user-1"), 1.5);
    kbnt_assert_int(store_count_outbox(after), 3);
    kbnt_assert_int(store_count_faults(after), 0);
    kbnt_value_unref(store_submit(after, KBNT_STORE_PROJECT,
                                  store_event(3, 1, KBNT_REQUEST_STATUS_COMPLETED)));
    storage = store_see_resource(after, 2);
    CU_ASSERT(!kbnt_value_has(storage, KBNT_FIELD_OPEN_MESSAGE_ID));
}

static void
nobody_else_can_read_the_file(void)
{
    g_autoptr(Contract) contract = contract_open();
    g_autofree char *path = path_of(contract);
    GStatBuf status;

    CU_ASSERT(g_stat(path, &status) == 0);

    kbnt_assert_int(status.st_mode & 0777, 0600);
}

static void
secrets_do_not_outlive_their_rows_in_the_file(void)
{
    g_autoptr(Contract) contract = contract_open();
    KbntValue *accept = store_accept(1);
    g_autoptr(KbntValue) result = NULL;
    g_autofree char *path = path_of(contract);
    g_autofree char *content = NULL;
    gsize length;

    kbnt_value_take_value(accept, KBNT_FIELD_RECORD, store_record("password-in-user-data"));
    result = store_submit(contract, KBNT_STORE_ACCEPT, accept);
    kbnt_value_unref(store_submit(
        contract, KBNT_STORE_SETTLE,
        store_value(KBNT_FIELD_POSITION,
                    (int)kbnt_value_get_int(kbnt_value_nth_value(result, KBNT_FIELD_RECORDS, 0),
                                            KBNT_FIELD_POSITION),
                    0)));
    contract_stop(contract);
    CU_ASSERT_FATAL(g_file_get_contents(path, &content, &length, NULL));

    CU_ASSERT(memmem(content, length, "password-in-user-data", 21) == NULL);
}

static const KbntTest tests[] = {
    KBNT_TEST(a_flipped_byte_in_an_open_request_refuses_to_start),
    KBNT_TEST(a_flipped_byte_in_what_came_later_refuses_to_start),
    KBNT_TEST(a_record_confirmed_again_after_a_restart_is_no_news),
    KBNT_TEST(a_changed_row_of_an_open_request_refuses_to_start),
    KBNT_TEST(a_changed_resource_refuses_to_start),
    KBNT_TEST(damaged_pages_refuse_to_start),
    KBNT_TEST(a_foreign_database_is_left_alone),
    KBNT_TEST(a_store_of_a_newer_kbnt_is_refused),
    KBNT_TEST(the_store_of_the_other_half_is_refused),
    KBNT_TEST(the_tables_go_back_a_version_and_forth_again),
    KBNT_TEST(nobody_else_can_read_the_file),
    KBNT_TEST(secrets_do_not_outlive_their_rows_in_the_file),
};

int
main(int argc, char **argv)
{
    contract_load_built("store", "sqlite", NULL);
    return kbnt_test_main("plugins/store/sqlite", argc, argv, tests, G_N_ELEMENTS(tests));
}
