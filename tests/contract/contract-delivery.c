/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What a transport promises to a subscriber: what arrives, when, in which order, how often. */
#include "contract-reader.h"

#include <string.h>

static void
add_header(KbntValue *record, const char *name, gconstpointer bytes, gsize length)
{
    KbntValue *header = kbnt_value_new();
    g_autoptr(GBytes) value = g_bytes_new(bytes, length);

    kbnt_value_set_string(header, KBNT_FIELD_NAME, name);
    kbnt_value_set_bytes(header, KBNT_FIELD_HEADER_VALUE, value);
    kbnt_value_take_item(record, KBNT_FIELD_HEADERS, header);
}

/* Publishes the record and reads it. Returns: (transfer full): what arrived. */
static KbntValue *
carry(Contract *contract, KbntValue *record, KbntValue **ret_confirmation)
{
    const char *topic = kbnt_value_get_string(record, KBNT_FIELD_TOPIC);
    g_autoptr(Reader) reader = reader_join(contract, topic, "contract", 10, TRUE);

    *ret_confirmation = reader_publish(contract, record);
    reader_await(reader, 1);
    return kbnt_value_ref(reader_nth(reader, 0));
}

static void
a_record_arrives_byte_for_byte(void)
{
    static const char bytes[] = "\0\x01\xff binary \0\n";
    g_autoptr(Contract) contract = contract_open();
    g_autofree char *topic = reader_topic(contract, 3);
    g_autoptr(KbntValue) record = kbnt_value_new();
    g_autoptr(GBytes) body = g_bytes_new_static(bytes, sizeof bytes);
    g_autoptr(GBytes) key = g_bytes_new_static(bytes, 3);
    g_autoptr(KbntValue) confirmation = NULL;
    g_autoptr(KbntValue) arrived = NULL;

    kbnt_value_set_string(record, KBNT_FIELD_TOPIC, topic);
    kbnt_value_set_bytes(record, KBNT_FIELD_KEY, key);
    kbnt_value_set_bytes(record, KBNT_FIELD_BODY, body);
    arrived = carry(contract, record, &confirmation);

    kbnt_assert_string(kbnt_value_get_string(arrived, KBNT_FIELD_TOPIC), topic);
    CU_ASSERT(g_bytes_equal(kbnt_value_get_bytes(arrived, KBNT_FIELD_KEY), key));
    CU_ASSERT(g_bytes_equal(kbnt_value_get_bytes(arrived, KBNT_FIELD_BODY), body));
}

static void
headers_arrive_in_their_order_with_their_bytes(void)
{
    g_autoptr(Contract) contract = contract_open();
    g_autofree char *topic = reader_topic(contract, 1);
    g_autoptr(KbntValue) record = reader_record(topic, "key", "body");
    g_autoptr(KbntValue) confirmation = NULL;
    g_autoptr(KbntValue) arrived = NULL;

    add_header(record, "z-first", "\0\xfe", 2);
    add_header(record, "a-second", "text", 4);
    add_header(record, "z-first", "", 0);
    arrived = carry(contract, record, &confirmation);

    kbnt_assert_int(kbnt_value_length(arrived, KBNT_FIELD_HEADERS), 3);
    for (guint i = 0; i < kbnt_value_length(arrived, KBNT_FIELD_HEADERS); i++)
        CU_ASSERT(kbnt_value_equal(kbnt_value_nth_value(arrived, KBNT_FIELD_HEADERS, i),
                                   kbnt_value_nth_value(record, KBNT_FIELD_HEADERS, i)));
}

static void
an_empty_body_and_an_absent_key_stay_what_they_are(void)
{
    g_autoptr(Contract) contract = contract_open();
    g_autofree char *topic = reader_topic(contract, 1);
    g_autoptr(KbntValue) record = reader_record(topic, NULL, "");
    g_autoptr(KbntValue) confirmation = NULL;
    g_autoptr(KbntValue) arrived = carry(contract, record, &confirmation);
    GBytes *body = kbnt_value_get_bytes(arrived, KBNT_FIELD_BODY);

    CU_ASSERT_FALSE(kbnt_value_has(arrived, KBNT_FIELD_KEY));
    CU_ASSERT(body && g_bytes_get_size(body) == 0);
}

static void
a_record_arrives_with_the_position_that_was_confirmed(void)
{
    g_autoptr(Contract) contract = contract_open();
    g_autofree char *topic = reader_topic(contract, 3);
    g_autoptr(KbntValue) record = reader_record(topic, "some key", "body");
    g_autoptr(KbntValue) confirmation = NULL;
    g_autoptr(KbntValue) arrived = carry(contract, record, &confirmation);

    kbnt_assert_int(kbnt_value_get_int(arrived, KBNT_FIELD_PARTITION),
                    kbnt_value_get_int(confirmation, KBNT_FIELD_PARTITION));
    CU_ASSERT(kbnt_value_has(arrived, KBNT_FIELD_OFFSET));
    kbnt_assert_int(kbnt_value_get_int(arrived, KBNT_FIELD_TIMESTAMP),
                    kbnt_value_get_int(confirmation, KBNT_FIELD_TIMESTAMP));
    if (kbnt_value_has(confirmation, KBNT_FIELD_OFFSET))
        kbnt_assert_int(kbnt_value_get_int(arrived, KBNT_FIELD_OFFSET),
                        kbnt_value_get_int(confirmation, KBNT_FIELD_OFFSET));
}

static void
what_is_the_publishers_own_does_not_travel(void)
{
    g_autoptr(Contract) contract = contract_open();
    g_autofree char *topic = reader_topic(contract, 1);
    g_autoptr(KbntValue) record = reader_record(topic, "key", "body");
    g_autoptr(KbntValue) confirmation = NULL;
    g_autoptr(KbntValue) arrived = NULL;

    kbnt_value_set_int(record, KBNT_FIELD_POSITION, 4711);
    arrived = carry(contract, record, &confirmation);

    CU_ASSERT_FALSE(kbnt_value_has(arrived, KBNT_FIELD_POSITION));
}

static void
nothing_is_delivered_inside_a_call(void)
{
    g_autoptr(Contract) contract = contract_open();
    const KbntTransportOps *ops = contract_ops(contract);
    g_autofree char *topic = reader_topic(contract, 1);
    g_autoptr(Reader) reader = reader_join(contract, topic, "contract", 10, TRUE);
    g_autoptr(KbntValue) record = reader_record(topic, "key", "body");
    g_auto(ContractAnswer) answer = { 0 };
    KbntTask *task = contract_task(contract, 0, record, &answer);

    reader_await_owned(reader, 1);
    ops->publish(contract->instance, &task, 1);

    kbnt_assert_int(reader->received->len, 0);
    contract_wait(contract, &answer);
    reader_await(reader, 1);
}

static void
a_topic_without_a_group_keeps_its_records_until_one_comes(void)
{
    g_autoptr(Contract) contract = contract_open();
    g_autofree char *topic = reader_topic(contract, 3);
    g_autoptr(Reader) reader = NULL;

    reader_publish_many(contract, topic, 20, 5);
    reader = reader_join(contract, topic, "contract", 100, TRUE);

    reader_await(reader, 20);
    kbnt_assert_int(reader->received->len, 20);
}

static void
records_of_a_key_arrive_in_order_and_each_once(void)
{
    enum { N_RECORDS = 2000, N_KEYS = 13 };
    g_autoptr(Contract) contract = contract_open();
    g_autofree char *topic = reader_topic(contract, 3);
    g_autoptr(Reader) reader = reader_join(contract, topic, "contract", 64, TRUE);
    guint next[N_KEYS];

    for (guint i = 0; i < N_KEYS; i++)
        next[i] = i;
    reader_publish_many(contract, topic, N_RECORDS, N_KEYS);
    reader_await(reader, N_RECORDS);
    contract_linger(contract, 20);

    kbnt_assert_int(reader->received->len, N_RECORDS);
    for (guint i = 0; i < reader->received->len; i++) {
        g_autofree char *body = reader_body(reader, i);
        guint number = (guint)g_ascii_strtoull(body, NULL, 10);

        kbnt_assert_int(number, next[number % N_KEYS]);
        next[number % N_KEYS] = number + N_KEYS;
    }
}

static void
no_more_than_the_window_is_in_flight(void)
{
    g_autoptr(Contract) contract = contract_open();
    g_autofree char *topic = reader_topic(contract, 3);
    g_autoptr(Reader) reader = reader_join(contract, topic, "contract", 5, FALSE);

    reader_publish_many(contract, topic, 50, 9);
    reader_await(reader, 5);
    contract_linger(contract, 30);
    kbnt_assert_int(reader->received->len, 5);

    reader_acknowledge(reader, reader_nth(reader, 0));
    reader_await(reader, 6);
    contract_linger(contract, 30);
    CU_ASSERT(reader->received->len <= 10);
}

static void
an_acknowledgement_stands_for_all_before_it(void)
{
    g_autoptr(Contract) contract = contract_open();
    g_autofree char *topic = reader_topic(contract, 1);
    g_autoptr(Reader) reader = reader_join(contract, topic, "contract", 100, FALSE);

    reader_publish_many(contract, topic, 10, 3);
    reader_await(reader, 10);
    reader_acknowledge(reader, reader_nth(reader, 6));
    reader_leave(reader);

    kbnt_assert_int(reader_lag(contract, topic, "contract"), 3);
}

static void
what_was_not_acknowledged_comes_again_in_order_and_the_rest_does_not(void)
{
    g_autoptr(Contract) contract = contract_open();
    g_autofree char *topic = reader_topic(contract, 1);
    g_autoptr(Reader) first = reader_join(contract, topic, "contract", 100, FALSE);
    g_autoptr(Reader) second = NULL;

    reader_publish_many(contract, topic, 10, 3);
    reader_await(first, 10);
    reader_acknowledge(first, reader_nth(first, 3));
    reader_leave(first);
    second = reader_join(contract, topic, "contract", 100, TRUE);
    reader_await(second, 6);
    contract_linger(contract, 20);

    kbnt_assert_int(second->received->len, 6);
    for (guint i = 0; i < second->received->len; i++) {
        g_autofree char *body = reader_body(second, i);

        kbnt_assert_int(g_ascii_strtoll(body, NULL, 10), i + 4);
    }
}

static void
a_stalled_partition_is_delivered_again(void)
{
    const char *const soon[] = { "redeliver_after=40ms", NULL };
    g_autoptr(Contract) contract = NULL;
    g_autofree char *topic = NULL;
    g_autoptr(Reader) reader = NULL;

    if (!contract_has_key("redeliver_after")) {
        contract_skip("the transport has no key 'redeliver_after'");
        return;
    }
    contract = contract_open_with(soon);
    topic = reader_topic(contract, 1);
    reader = reader_join(contract, topic, "contract", 100, FALSE);
    reader_publish_many(contract, topic, 2, 1);
    reader_await(reader, 4);

    CU_ASSERT(kbnt_value_equal(reader_nth(reader, 0), reader_nth(reader, 2)));
    CU_ASSERT(kbnt_value_equal(reader_nth(reader, 1), reader_nth(reader, 3)));
}

static void
a_paused_partition_is_silent_until_it_is_resumed(void)
{
    g_autoptr(Contract) contract = contract_open();
    const KbntTransportOps *ops = contract_ops(contract);
    g_autofree char *topic = reader_topic(contract, 1);
    g_autoptr(Reader) reader = reader_join(contract, topic, "contract", 100, TRUE);

    reader_await_owned(reader, 1);
    ops->pause(contract->instance, &reader->subscription, 0);
    reader_publish_many(contract, topic, 5, 1);
    contract_linger(contract, 30);
    kbnt_assert_int(reader->received->len, 0);

    ops->resume(contract->instance, &reader->subscription, 0);
    reader_await(reader, 5);
    kbnt_assert_int(reader->received->len, 5);
}

/* on_records of the reader fails the test when it is told anything after it has left. */
static void
nothing_comes_after_unsubscribe_has_completed(void)
{
    g_autoptr(Contract) contract = contract_open();
    g_autofree char *topic = reader_topic(contract, 3);
    g_autoptr(Reader) reader = reader_join(contract, topic, "contract", 200, FALSE);
    guint n_received;

    reader_publish_many(contract, topic, 50, 9);
    reader_await(reader, 1);
    reader_leave(reader);
    n_received = reader->received->len;
    reader_publish_many(contract, topic, 50, 9);
    contract_linger(contract, 30);

    kbnt_assert_int(reader->received->len, n_received);
}

static void
nothing_comes_after_stop_has_completed(void)
{
    g_autoptr(Contract) contract = contract_open();
    g_autofree char *topic = reader_topic(contract, 3);
    g_autoptr(Reader) reader = reader_join(contract, topic, "contract", 3, TRUE);
    guint n_received;

    reader_publish_many(contract, topic, 50, 9);
    contract_stop(contract);
    reader->is_joined = FALSE;
    n_received = reader->received->len;
    contract_linger(contract, 30);

    kbnt_assert_int(reader->received->len, n_received);
}

static const KbntTest tests[] = {
    KBNT_TEST(a_record_arrives_byte_for_byte),
    KBNT_TEST(headers_arrive_in_their_order_with_their_bytes),
    KBNT_TEST(an_empty_body_and_an_absent_key_stay_what_they_are),
    KBNT_TEST(a_record_arrives_with_the_position_that_was_confirmed),
    KBNT_TEST(what_is_the_publishers_own_does_not_travel),
    KBNT_TEST(nothing_is_delivered_inside_a_call),
    KBNT_TEST(a_topic_without_a_group_keeps_its_records_until_one_comes),
    KBNT_TEST(records_of_a_key_arrive_in_order_and_each_once),
    KBNT_TEST(no_more_than_the_window_is_in_flight),
    KBNT_TEST(an_acknowledgement_stands_for_all_before_it),
    KBNT_TEST(what_was_not_acknowledged_comes_again_in_order_and_the_rest_does_not),
    KBNT_TEST(a_stalled_partition_is_delivered_again),
    KBNT_TEST(a_paused_partition_is_silent_until_it_is_resumed),
    KBNT_TEST(nothing_comes_after_unsubscribe_has_completed),
    KBNT_TEST(nothing_comes_after_stop_has_completed),
};

const ContractSuite contract_delivery_suite = { KBNT_KIND_TRANSPORT, tests,
                                                G_N_ELEMENTS(tests) };
