/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Tests of quantities: what clients write, and what it counts. */
#include "quantity.h"
#include "runner.h"

static gint64
cores_of(const char *text)
{
    gint64 cores = -1;

    kbnt_quantity_parse_cores(text, &cores, NULL);
    return cores;
}

static gint64
memory_of(const char *text)
{
    gint64 mb = -1;

    kbnt_quantity_parse_memory(text, &mb, NULL);
    return mb;
}

static gint64
disk_of(const char *text, KbntDiskClass *ret_class)
{
    gint64 mb = -1;

    *ret_class = 0;
    kbnt_quantity_parse_disk(text, &mb, ret_class, NULL);
    return mb;
}

static void
cores_may_have_a_word_behind_them(void)
{
    kbnt_assert_int(cores_of("4"), 4);
    kbnt_assert_int(cores_of("4 cores"), 4);
    kbnt_assert_int(cores_of("1 core"), 1);
    kbnt_assert_int(cores_of(" 16vCPU "), 16);
}

static void
a_gigabyte_counts_1024_megabytes(void)
{
    kbnt_assert_int(memory_of("8GB"), 8192);
    kbnt_assert_int(memory_of("8 GiB"), 8192);
    kbnt_assert_int(memory_of("8192MB"), 8192);
    kbnt_assert_int(memory_of("1TB"), 1048576);
}

static void
a_bare_number_counts_gigabytes(void)
{
    kbnt_assert_int(memory_of("8"), 8192);
}

static void
memory_may_end_in_its_name(void)
{
    kbnt_assert_int(memory_of("8GB RAM"), 8192);
    kbnt_assert_int(memory_of("8 gb memory"), 8192);
    kbnt_assert_int(memory_of("8GB SSD"), -1);
}

static void
a_disk_may_end_in_a_class_of_any_case(void)
{
    KbntDiskClass class;

    kbnt_assert_int(disk_of("100GB SSD", &class), 102400);
    kbnt_assert_int(class, KBNT_DISK_CLASS_SSD);
    kbnt_assert_int(disk_of("1 TB nvme", &class), 1048576);
    kbnt_assert_int(class, KBNT_DISK_CLASS_NVME);
    kbnt_assert_int(disk_of("100GB", &class), 102400);
    kbnt_assert_int(class, 0);
    kbnt_assert_int(disk_of("100GB floppy", &class), -1);
}

static void
a_fraction_must_be_whole_in_megabytes(void)
{
    kbnt_assert_int(memory_of("1.5GB"), 1536);
    kbnt_assert_int(memory_of("0.5"), 512);
    kbnt_assert_int(memory_of("1.5MB"), -1);
    kbnt_assert_int(cores_of("2.5"), -1);
}

static void
what_is_no_plain_number_is_refused(void)
{
    static const char *const texts[] = { "",      "GB",   "-8GB",  "+8GB",
                                         "8e3",   "0x10", "1.2.3", "8 GB x",
                                         "8.",    "8.GB", "inf",   "nan",
                                         "8,5GB", "8 XB", ".5GB",  "9999999999999999999GB" };

    for (gsize i = 0; i < G_N_ELEMENTS(texts); i++)
        kbnt_assert_int(memory_of(texts[i]), -1);
}

static void
a_refusal_says_what_is_wrong(void)
{
    g_autoptr(GError) error = NULL;
    gint64 mb = 7;

    CU_ASSERT(!kbnt_quantity_parse_size("8 XB", &mb, &error));
    kbnt_assert_error(error, KBNT_ERROR, KBNT_ERROR_VALIDATION_FAILED);
    kbnt_assert_string(error->message, "has an unknown unit");
    kbnt_assert_int(mb, 7);
}

static void
numbers_count_cores_and_gigabytes(void)
{
    gint64 whole = 0;

    CU_ASSERT(kbnt_quantity_cores_of_number(4, &whole, NULL));
    kbnt_assert_int(whole, 4);
    CU_ASSERT(kbnt_quantity_mb_of_number(0.5, &whole, NULL));
    kbnt_assert_int(whole, 512);
}

static void
numbers_out_of_range_are_refused(void)
{
    gint64 whole = 0;

    CU_ASSERT(!kbnt_quantity_cores_of_number(-1, &whole, NULL));
    CU_ASSERT(!kbnt_quantity_cores_of_number(4.5, &whole, NULL));
    CU_ASSERT(!kbnt_quantity_mb_of_number(1e300, &whole, NULL));
    CU_ASSERT(!kbnt_quantity_mb_of_number(0.0001, &whole, NULL));
}

static const KbntTest tests[] = {
    KBNT_TEST(cores_may_have_a_word_behind_them),
    KBNT_TEST(a_gigabyte_counts_1024_megabytes),
    KBNT_TEST(a_bare_number_counts_gigabytes),
    KBNT_TEST(memory_may_end_in_its_name),
    KBNT_TEST(a_disk_may_end_in_a_class_of_any_case),
    KBNT_TEST(a_fraction_must_be_whole_in_megabytes),
    KBNT_TEST(what_is_no_plain_number_is_refused),
    KBNT_TEST(a_refusal_says_what_is_wrong),
    KBNT_TEST(numbers_count_cores_and_gigabytes),
    KBNT_TEST(numbers_out_of_range_are_refused),
};

int
main(int argc, char **argv)
{
    return kbnt_test_main("domain/quantity", argc, argv, tests, G_N_ELEMENTS(tests));
}
