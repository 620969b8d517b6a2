/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * By which index the store finds what it lists. Each connection that the plugin opens tells the
 * statements that it runs; SQLite is then asked how it would go about them.
 */
#include "contract-store.h"

#include <pthread.h>
#include <sqlite3.h>
#include <string.h>

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static char *last_list;

/* On the thread that reads. */
static int
note_statement(unsigned event, void *data, void *statement, void *text)
{
    const char *sql = sqlite3_sql(statement);

    if (!sql || !strstr(sql, "FROM requests") || !strstr(sql, "LIMIT"))
        return 0;
    pthread_mutex_lock(&lock);
    g_free(last_list);
    last_list = g_strdup(sql);
    pthread_mutex_unlock(&lock);
    return 0;
}

static int
watch_connection(sqlite3 *db, char **ret_fault, const struct sqlite3_api_routines *routines)
{
    return sqlite3_trace_v2(db, SQLITE_TRACE_STMT, note_statement, NULL);
}

static int
add_line(void *data, int n_columns, char **texts, char **names)
{
    g_string_append_printf(data, "%s\n", texts[n_columns - 1]);
    return 0;
}

/* Returns: (transfer full): how the list of @filter is found. */
static char *
plan_of(Contract *contract, KbntValue *filter)
{
    g_autofree char *path = g_build_filename(fake_host_state_dir(contract->host), "producer.db",
                                             NULL);
    g_autofree char *question = NULL;
    GString *plan = g_string_new(NULL);
    sqlite3 *db = NULL;

    kbnt_value_unref(store_query(contract, KBNT_STORE_REQUESTS, filter));
    pthread_mutex_lock(&lock);
    question = g_strconcat("EXPLAIN QUERY PLAN ", last_list, NULL);
    pthread_mutex_unlock(&lock);
    CU_ASSERT_FATAL(sqlite3_open(path, &db) == SQLITE_OK);
    CU_ASSERT(sqlite3_exec(db, question, add_line, plan, NULL) == SQLITE_OK);
    sqlite3_close(db);
    return g_string_free(plan, FALSE);
}

static void
see_plan(Contract *contract, KbntRequestStatus status, const char *index)
{
    g_autofree char *plan = plan_of(contract,
                                    store_value(KBNT_FIELD_REQUEST_STATUS, (int)status, 0));

    kbnt_assert_contains(plan, index);
    CU_ASSERT(!strstr(plan, "TEMP B-TREE"));
    CU_ASSERT(!strstr(plan, "(rowid<?)"));
}

static void
requests_that_are_open_are_listed_without_a_look_at_all_that_ended(void)
{
    g_autoptr(Contract) contract = contract_open();

    see_plan(contract, KBNT_REQUEST_STATUS_QUEUED, "USING INDEX requests_open");
    see_plan(contract, KBNT_REQUEST_STATUS_PROCESSING, "USING INDEX requests_open");
    see_plan(contract, KBNT_REQUEST_STATUS_COMPENSATING, "USING INDEX requests_open");
}

static void
requests_without_success_are_listed_without_a_look_at_the_others(void)
{
    static const char index[] = "USING INDEX requests_unsuccessful (status=? AND rowid<?)";
    g_autoptr(Contract) contract = contract_open();

    see_plan(contract, KBNT_REQUEST_STATUS_FAILED, index);
    see_plan(contract, KBNT_REQUEST_STATUS_CANCELLED, index);
}

static void
requests_of_a_user_are_listed_without_a_look_at_those_of_others(void)
{
    g_autoptr(Contract) contract = contract_open();
    g_autofree char *plan = plan_of(contract, store_value(KBNT_FIELD_USER_ID, "user-1", 0));

    kbnt_assert_contains(plan, "USING INDEX requests_of_user (user_id=? AND rowid<?)");
}

static const KbntTest tests[] = {
    KBNT_TEST(requests_that_are_open_are_listed_without_a_look_at_all_that_ended),
    KBNT_TEST(requests_without_success_are_listed_without_a_look_at_the_others),
    KBNT_TEST(requests_of_a_user_are_listed_without_a_look_at_those_of_others),
};

int
main(int argc, char **argv)
{
    int status;

    sqlite3_auto_extension((void (*)(void))watch_connection);
    contract_load_built("store", "sqlite", NULL);
    status = kbnt_test_main("plugins/store/sqlite plans", argc, argv, tests,
                            G_N_ELEMENTS(tests));
    g_free(last_list);
    return status;
}
