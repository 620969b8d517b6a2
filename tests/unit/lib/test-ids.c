/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Tests of the names that follow from other names, on the vectors of docs/reference. */
#include "runner.h"

#include <kbnt/kbnt-values.h>

#define MESSAGE_ID "6f1c2a34-5b6d-4e7f-8a9b-0c1d2e3f4a5b"

static void
the_vectors_of_the_reference_hold(void)
{
    static const struct {
        const char *kind;
        const char *name;
        const char *uuid;
    } vectors[] = {
        { "resource", MESSAGE_ID, "a63e86ed-b1ba-5715-9581-bf12f5af1f07" },
        { "event", MESSAGE_ID ":1", "b4f30974-8f1a-5089-8102-2fa2dd1956be" },
        { "stream", "VM-0909A693", "0d6c2804-7c91-55b0-8009-26c890f5a572" },
        { "host", "node-1", "7b8c1ff3-0ffc-50b9-ae25-6b9d88b477d8" },
    };

    for (gsize i = 0; i < G_N_ELEMENTS(vectors); i++) {
        char uuid[37];

        kbnt_uuid_name(vectors[i].kind, vectors[i].name, uuid);
        kbnt_assert_string(uuid, vectors[i].uuid);
        CU_ASSERT(kbnt_uuid_is_valid(uuid));
    }
}

static void
a_resource_id_is_a_prefix_and_eight_or_twelve_digits(void)
{
    g_autofree char *machine = kbnt_resource_id(KBNT_RESOURCE_TYPE_VIRTUAL_MACHINE, MESSAGE_ID,
                                                8);
    g_autofree char *storage = kbnt_resource_id(KBNT_RESOURCE_TYPE_VIRTUAL_STORAGE, MESSAGE_ID,
                                                8);
    g_autofree char *network = kbnt_resource_id(KBNT_RESOURCE_TYPE_VIRTUAL_NETWORK, MESSAGE_ID,
                                                12);

    kbnt_assert_string(machine, "VM-A63E86ED");
    kbnt_assert_string(storage, "STOR-A63E86ED");
    kbnt_assert_string(network, "NET-A63E86EDB1BA");
}

static void
a_mac_address_is_locally_administered_and_unicast(void)
{
    char mac[18];

    kbnt_mac_address(MESSAGE_ID, mac);

    kbnt_assert_string(mac, "a6:3e:86:ed:b1:ba");
    for (guint i = 0; i < 256; i++) {
        g_autofree char *message_id = g_strdup_printf("message-%u", i);
        guint64 first;

        kbnt_mac_address(message_id, mac);
        first = g_ascii_strtoull(mac, NULL, 16);
        kbnt_assert_int((gint64)(first & 3), 2);
    }
}

static void
only_lower_case_uuids_of_36_characters_are_valid(void)
{
    CU_ASSERT(kbnt_uuid_is_valid(MESSAGE_ID));
    CU_ASSERT(!kbnt_uuid_is_valid(NULL));
    CU_ASSERT(!kbnt_uuid_is_valid(""));
    CU_ASSERT(!kbnt_uuid_is_valid("6F1C2A34-5B6D-4E7F-8A9B-0C1D2E3F4A5B"));
    CU_ASSERT(!kbnt_uuid_is_valid("6f1c2a34-5b6d-4e7f-8a9b-0c1d2e3f4a5"));
    CU_ASSERT(!kbnt_uuid_is_valid("6f1c2a345b6d-4e7f-8a9b-0c1d2e3f4a5bb"));
    CU_ASSERT(!kbnt_uuid_is_valid("6f1c2a34-5b6d-4e7f-8a9b-0c1d2e3f4a5g"));
}

static const KbntTest tests[] = {
    KBNT_TEST(the_vectors_of_the_reference_hold),
    KBNT_TEST(a_resource_id_is_a_prefix_and_eight_or_twelve_digits),
    KBNT_TEST(a_mac_address_is_locally_administered_and_unicast),
    KBNT_TEST(only_lower_case_uuids_of_36_characters_are_valid),
};

int
main(int argc, char **argv)
{
    return kbnt_test_main("lib/ids", argc, argv, tests, G_N_ELEMENTS(tests));
}
