/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Tests of the partition of a key, on the vectors of Kafka's own client for Java. */
#include "runner.h"

#include <kbnt/kbnt-values.h>
#include <string.h>

/* Kafka's UtilsTest.testMurmur2; the partitioner takes the hash without its sign. */
static const struct {
    const char *key;
    gint32 hash;
} vectors[] = {
    { "21", -973932308 },
    { "foobar", -790332482 },
    { "a-little-bit-long-string", -985981536 },
    { "a-little-bit-longer-string", -1486304829 },
    { "lkjh234lh9fiuh90y23oiuhsafujhadof229phr9h19h89h8", -58897971 },
    { "abc", 479470107 },
};

static void
a_key_lies_where_the_client_for_java_puts_it(void)
{
    for (gsize i = 0; i < G_N_ELEMENTS(vectors); i++) {
        gint32 positive = vectors[i].hash & 0x7fffffff;

        kbnt_assert_int(kbnt_partition(vectors[i].key, strlen(vectors[i].key), G_MAXINT32),
                        positive % G_MAXINT32);
        kbnt_assert_int(kbnt_partition(vectors[i].key, strlen(vectors[i].key), 3),
                        positive % 3);
    }
}

static void
the_partition_is_always_one_that_exists(void)
{
    for (gint32 n_partitions = 1; n_partitions < 20; n_partitions++) {
        for (guint i = 0; i < 100; i++) {
            g_autofree char *key = g_strdup_printf("key-%u", i);
            gint32 partition = kbnt_partition(key, strlen(key), n_partitions);

            CU_ASSERT(partition >= 0 && partition < n_partitions);
        }
    }
}

static void
a_record_without_key_has_a_partition_too(void)
{
    kbnt_assert_int(kbnt_partition(NULL, 0, 1), 0);
    kbnt_assert_int(kbnt_partition(NULL, 0, 12), kbnt_partition("", 0, 12));
}

static const KbntTest tests[] = {
    KBNT_TEST(a_key_lies_where_the_client_for_java_puts_it),
    KBNT_TEST(the_partition_is_always_one_that_exists),
    KBNT_TEST(a_record_without_key_has_a_partition_too),
};

int
main(int argc, char **argv)
{
    return kbnt_test_main("lib/partition", argc, argv, tests, G_N_ELEMENTS(tests));
}
