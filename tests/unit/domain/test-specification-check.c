/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Tests of what a specification that came in a message must be. */
#include "runner.h"
#include "sample-messages.h"
#include "specification-check.h"

static const KbntRequestType types[] = {
    KBNT_REQUEST_TYPE_CREATE_VIRTUAL_MACHINE, KBNT_REQUEST_TYPE_ALLOCATE_STORAGE,
    KBNT_REQUEST_TYPE_CREATE_NETWORK,         KBNT_REQUEST_TYPE_DELETE_RESOURCE,
    KBNT_REQUEST_TYPE_ATTACH_STORAGE,         KBNT_REQUEST_TYPE_REBOOT_VIRTUAL_MACHINE,
};

/* Returns: (transfer full) */
static KbntValue *
specification_of(KbntRequestType type)
{
    g_autoptr(KbntValue) request = kbnt_sample_request(type);

    return kbnt_value_copy(kbnt_value_get_value(request, KBNT_FIELD_SPECIFICATION));
}

static void
assert_refused(KbntRequestType type, const KbntValue *specification, KbntField field)
{
    g_autoptr(GError) error = NULL;
    g_autofree char *name = g_strdup_printf("'%s'", kbnt_field_name(field));

    CU_ASSERT_FALSE(kbnt_specification_check(type, specification, &error));
    kbnt_assert_error(error, KBNT_ERROR, KBNT_ERROR_VALIDATION_FAILED);
    CU_ASSERT(error != NULL && g_str_has_prefix(error->message, name));
}

static void
what_was_read_and_judged_passes(void)
{
    for (guint i = 0; i < G_N_ELEMENTS(types); i++) {
        g_autoptr(KbntValue) specification = specification_of(types[i]);

        CU_ASSERT(kbnt_specification_check(types[i], specification, NULL));
    }
}

static void
a_number_out_of_range_is_refused(void)
{
    static const struct {
        KbntRequestType type;
        KbntField field;
        gint64 number;
    } wrong[] = {
        { KBNT_REQUEST_TYPE_CREATE_VIRTUAL_MACHINE, KBNT_FIELD_CPU, 0 },
        { KBNT_REQUEST_TYPE_CREATE_VIRTUAL_MACHINE, KBNT_FIELD_CPU, -4 },
        { KBNT_REQUEST_TYPE_CREATE_VIRTUAL_MACHINE, KBNT_FIELD_MEMORY_MB, G_MAXINT64 },
        { KBNT_REQUEST_TYPE_CREATE_VIRTUAL_MACHINE, KBNT_FIELD_DISK_MB, G_MININT64 },
        { KBNT_REQUEST_TYPE_ALLOCATE_STORAGE, KBNT_FIELD_SIZE_MB, -1 },
        { KBNT_REQUEST_TYPE_ALLOCATE_STORAGE, KBNT_FIELD_IOPS, 1 },
        { KBNT_REQUEST_TYPE_CREATE_NETWORK, KBNT_FIELD_VLAN, 4095 },
    };

    for (guint i = 0; i < G_N_ELEMENTS(wrong); i++) {
        g_autoptr(KbntValue) specification = specification_of(wrong[i].type);

        kbnt_value_set_int(specification, wrong[i].field, wrong[i].number);
        assert_refused(wrong[i].type, specification, wrong[i].field);
    }
}

static void
a_text_that_nobody_may_ask_for_is_refused(void)
{
    static const struct {
        KbntRequestType type;
        KbntField field;
        const char *text;
    } wrong[] = {
        { KBNT_REQUEST_TYPE_CREATE_VIRTUAL_MACHINE, KBNT_FIELD_IMAGE, "../../etc/shadow" },
        { KBNT_REQUEST_TYPE_CREATE_VIRTUAL_MACHINE, KBNT_FIELD_IMAGE, "" },
        { KBNT_REQUEST_TYPE_CREATE_VIRTUAL_MACHINE, KBNT_FIELD_ANTI_AFFINITY, "a b" },
        { KBNT_REQUEST_TYPE_CREATE_VIRTUAL_MACHINE, KBNT_FIELD_NETWORK, "eth0" },
        { KBNT_REQUEST_TYPE_CREATE_NETWORK, KBNT_FIELD_SUBNET, "10.0.0.0/33" },
        { KBNT_REQUEST_TYPE_CREATE_NETWORK, KBNT_FIELD_GATEWAY, "router" },
        { KBNT_REQUEST_TYPE_DELETE_RESOURCE, KBNT_FIELD_VIRTUAL_RESOURCE_ID, "all" },
        { KBNT_REQUEST_TYPE_ATTACH_STORAGE, KBNT_FIELD_STORAGE_ID, "disk" },
    };

    for (guint i = 0; i < G_N_ELEMENTS(wrong); i++) {
        g_autoptr(KbntValue) specification = specification_of(wrong[i].type);

        kbnt_value_set_string(specification, wrong[i].field, wrong[i].text);
        assert_refused(wrong[i].type, specification, wrong[i].field);
    }
}

static void
what_is_required_must_be_there_and_a_list_has_an_end(void)
{
    g_autoptr(KbntValue) machine = specification_of(KBNT_REQUEST_TYPE_CREATE_VIRTUAL_MACHINE);
    g_autoptr(KbntValue) incomplete = kbnt_value_copy(machine);

    kbnt_value_clear(incomplete, KBNT_FIELD_MEMORY_MB);
    assert_refused(KBNT_REQUEST_TYPE_CREATE_VIRTUAL_MACHINE, incomplete, KBNT_FIELD_MEMORY_MB);
    for (guint i = 0; i < 20; i++)
        kbnt_value_append_string(machine, KBNT_FIELD_VOLUMES, "STOR-64DE90EF");
    assert_refused(KBNT_REQUEST_TYPE_CREATE_VIRTUAL_MACHINE, machine, KBNT_FIELD_VOLUMES);
}

static void
a_verb_without_a_specification_has_nothing_to_check(void)
{
    g_autoptr(KbntValue) nothing = kbnt_value_new();

    CU_ASSERT(kbnt_specification_check(KBNT_REQUEST_TYPE_CANCEL_REQUEST, nothing, NULL));
}

static const KbntTest tests[] = {
    KBNT_TEST(what_was_read_and_judged_passes),
    KBNT_TEST(a_number_out_of_range_is_refused),
    KBNT_TEST(a_text_that_nobody_may_ask_for_is_refused),
    KBNT_TEST(what_is_required_must_be_there_and_a_list_has_an_end),
    KBNT_TEST(a_verb_without_a_specification_has_nothing_to_check),
};

int
main(int argc, char **argv)
{
    return kbnt_test_main("domain/specification-check", argc, argv, tests, G_N_ELEMENTS(tests));
}
