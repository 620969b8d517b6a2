/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Tests of the checksums, on the vectors of their standards. */
#include "checksum.h"
#include "runner.h"

#include <string.h>

static void
crc32c_of_the_check_string_is_the_published_one(void)
{
    char text[KBNT_CRC32C_TEXT_BYTES];

    kbnt_crc32c_text((const guint8 *)"123456789", 9, text);

    kbnt_assert_string(text, "crc32c-e3069283");
}

/* RFC 3720, appendix B.4. */
static void
crc32c_of_zeros_and_of_ones_is_that_of_rfc_3720(void)
{
    guint8 bytes[32];
    char text[KBNT_CRC32C_TEXT_BYTES];

    memset(bytes, 0, sizeof bytes);
    kbnt_crc32c_text(bytes, sizeof bytes, text);
    kbnt_assert_string(text, "crc32c-8a9136aa");

    memset(bytes, 0xff, sizeof bytes);
    kbnt_crc32c_text(bytes, sizeof bytes, text);
    kbnt_assert_string(text, "crc32c-62a8ab43");
}

static void
crc32c_of_nothing_is_zero(void)
{
    char text[KBNT_CRC32C_TEXT_BYTES];

    kbnt_crc32c_text(NULL, 0, text);

    kbnt_assert_string(text, "crc32c-00000000");
}

static void
sha256_of_abc_is_that_of_fips_180(void)
{
    char text[KBNT_SHA256_TEXT_BYTES];

    kbnt_sha256_text((const guint8 *)"abc", 3, text);

    kbnt_assert_string(text, "sha256-ba7816bf8f01cfea414140de5dae2223"
                             "b00361a396177a9cb410ff61f20015ad");
}

static const KbntTest tests[] = {
    KBNT_TEST(crc32c_of_the_check_string_is_the_published_one),
    KBNT_TEST(crc32c_of_zeros_and_of_ones_is_that_of_rfc_3720),
    KBNT_TEST(crc32c_of_nothing_is_zero),
    KBNT_TEST(sha256_of_abc_is_that_of_fips_180),
};

int
main(int argc, char **argv)
{
    return kbnt_test_main("infrastructure/checksum", argc, argv, tests, G_N_ELEMENTS(tests));
}
