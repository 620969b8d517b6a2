/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Tests of the reading of bodies: both forms, every rule, every fault at once. */
#include "fault.h"
#include "runner.h"
#include "sample-input.h"
#include "sample-rules.h"
#include "specification.h"

#include <string.h>

/* What came of reading a body. */
typedef struct {
    KbntValue *request;
    KbntValue *faults;
} Read;

static void
read_clear(Read *read)
{
    kbnt_value_unref(read->request);
    kbnt_value_unref(read->faults);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(Read, read_clear)

/* Reads, and frees, a body. */
static Read
read_body(KbntInput *body)
{
    g_auto(SampleRules) sample;
    Read read = { .faults = kbnt_value_new() };

    sample_rules_init(&sample);
    read.request = kbnt_specification_read(body, &sample.rules, read.faults);
    kbnt_input_free(body);
    return read;
}

static Read
read_spec(const char *type, KbntInput *spec)
{
    return read_body(OBJECT("type", TEXT(type), "spec", spec));
}

static const KbntValue *
specification(const Read *read)
{
    return kbnt_value_get_value(read->request, KBNT_FIELD_SPECIFICATION);
}

/* Returns: (nullable): the message of the first fault at the pointer. */
static const char *
fault_at(const Read *read, const char *pointer)
{
    for (guint i = 0; i < kbnt_fault_count(read->faults); i++) {
        const KbntValue *fault = kbnt_value_nth_value(read->faults, KBNT_FIELD_FAULTS, i);

        if (g_str_equal(kbnt_value_get_string(fault, KBNT_FIELD_POINTER), pointer))
            return kbnt_value_get_string(fault, KBNT_FIELD_MESSAGE);
    }
    return NULL;
}

static KbntInput *
small_machine(void)
{
    return OBJECT("cpu", NUMBER(2), "memory", NUMBER(4), "disk", NUMBER(50), "network",
                  TEXT("nat"));
}

/* Returns: a small machine with one more member. */
static KbntInput *
machine_with(const char *name, KbntInput *member)
{
    KbntInput *machine = small_machine();

    kbnt_input_set(machine, name, member);
    return machine;
}

static void
the_full_form_of_the_contract_is_read(void)
{
    g_auto(Read) read = read_body(OBJECT(
        "type", TEXT("CREATE_VIRTUAL_MACHINE"), "resourceId", TEXT("vm-12345"),
        "specifications",
        OBJECT("cpu", TEXT("4 cores"), "memory", TEXT("8GB RAM"), "disk", TEXT("100GB SSD"),
               "network", TEXT("bridged"), "image", TEXT("ubuntu-22.04")),
        "metadata",
        OBJECT("requestId", TEXT("req-abc123"), "userId", TEXT("user-789"), "priority",
               TEXT("HIGH"))));
    const KbntValue *machine = specification(&read);

    kbnt_assert_int(kbnt_fault_count(read.faults), 0);
    kbnt_assert_int(kbnt_value_get_int(read.request, KBNT_FIELD_REQUEST_TYPE),
                    KBNT_REQUEST_TYPE_CREATE_VIRTUAL_MACHINE);
    kbnt_assert_int(kbnt_value_get_int(read.request, KBNT_FIELD_RESOURCE_TYPE),
                    KBNT_RESOURCE_TYPE_VIRTUAL_MACHINE);
    kbnt_assert_string(kbnt_value_get_string(read.request, KBNT_FIELD_RESOURCE_ID), "vm-12345");
    kbnt_assert_string(kbnt_value_get_string(read.request, KBNT_FIELD_REQUEST_ID),
                       "req-abc123");
    kbnt_assert_string(kbnt_value_get_string(read.request, KBNT_FIELD_USER_ID), "user-789");
    kbnt_assert_int(kbnt_value_get_int(read.request, KBNT_FIELD_PRIORITY), KBNT_PRIORITY_HIGH);
    kbnt_assert_int(kbnt_value_get_int(machine, KBNT_FIELD_CPU), 4);
    kbnt_assert_int(kbnt_value_get_int(machine, KBNT_FIELD_MEMORY_MB), 8192);
    kbnt_assert_int(kbnt_value_get_int(machine, KBNT_FIELD_DISK_MB), 102400);
    kbnt_assert_int(kbnt_value_get_int(machine, KBNT_FIELD_DISK_CLASS), KBNT_DISK_CLASS_SSD);
    kbnt_assert_string(kbnt_value_get_string(machine, KBNT_FIELD_NETWORK), "bridged");
}

static void
the_short_form_gets_its_defaults(void)
{
    g_auto(Read) read = read_spec("CREATE_VIRTUAL_MACHINE", small_machine());
    const KbntValue *machine = specification(&read);

    kbnt_assert_int(kbnt_fault_count(read.faults), 0);
    kbnt_assert_int(kbnt_value_get_int(read.request, KBNT_FIELD_PRIORITY),
                    KBNT_PRIORITY_NORMAL);
    CU_ASSERT(!kbnt_value_has(read.request, KBNT_FIELD_REQUEST_ID));
    CU_ASSERT(!kbnt_value_has(read.request, KBNT_FIELD_USER_ID));
    kbnt_assert_string(kbnt_value_get_string(machine, KBNT_FIELD_IMAGE), "ubuntu-22.04");
    kbnt_assert_int(kbnt_value_get_int(machine, KBNT_FIELD_DISK_CLASS),
                    KBNT_DISK_CLASS_STANDARD);
    kbnt_assert_string(kbnt_value_nth_string(machine, KBNT_FIELD_SECURITY_GROUPS, 0),
                       "default");
}

static void
both_forms_of_one_request_read_the_same(void)
{
    g_auto(Read) full = read_body(
        OBJECT("specifications",
               OBJECT("network", TEXT("nat"), "disk", TEXT("50GB"), "memory", TEXT("4096MB"),
                      "cpu", TEXT("2 cores")),
               "type", TEXT("CREATE_VIRTUAL_MACHINE")));
    g_auto(Read) brief = read_spec("CREATE_VIRTUAL_MACHINE", small_machine());
    g_auto(Read) other = read_spec("CREATE_VIRTUAL_MACHINE",
                                   machine_with("antiAffinity", TEXT("web")));

    CU_ASSERT(kbnt_value_equal(brief.request, full.request));
    CU_ASSERT(!kbnt_value_equal(other.request, full.request));
}

static void
every_fault_is_found_at_once(void)
{
    g_auto(Read) read = read_body(
        OBJECT("type", TEXT("CREATE_VIRTUAL_MACHINE"), "colour", TEXT("red"), "resourceId",
               TEXT("a b"), "spec",
               OBJECT("cpu", NUMBER(0), "memory", TEXT("much"), "disk", BOOL(TRUE), "speed",
                      NUMBER(1)),
               "metadata", OBJECT("priority", TEXT("high"), "requestId", TEXT(""))));

    CU_ASSERT_PTR_NOT_NULL(fault_at(&read, "/colour"));
    CU_ASSERT_PTR_NOT_NULL(fault_at(&read, "/resourceId"));
    CU_ASSERT_PTR_NOT_NULL(fault_at(&read, "/metadata/priority"));
    CU_ASSERT_PTR_NOT_NULL(fault_at(&read, "/metadata/requestId"));
    CU_ASSERT_PTR_NOT_NULL(fault_at(&read, "/spec/cpu"));
    CU_ASSERT_PTR_NOT_NULL(fault_at(&read, "/spec/memory"));
    CU_ASSERT_PTR_NOT_NULL(fault_at(&read, "/spec/disk"));
    CU_ASSERT_PTR_NOT_NULL(fault_at(&read, "/spec/speed"));
    kbnt_assert_string(fault_at(&read, "/spec/network"), "'network' is required");
    kbnt_assert_int(kbnt_fault_count(read.faults), 9);
    kbnt_assert_int(kbnt_fault_leading_code(read.faults), KBNT_ERROR_VALIDATION_FAILED);
}

static void
a_body_must_be_an_object(void)
{
    g_auto(Read) read = read_body(ARRAY(NUMBER(1)));

    CU_ASSERT_PTR_NOT_NULL(fault_at(&read, ""));
}

static void
a_body_needs_a_type_and_one_specification(void)
{
    g_auto(Read) nothing = read_body(kbnt_input_new_object());
    g_auto(Read) both = read_body(
        OBJECT("type", TEXT("CREATE_NETWORK"), "spec", OBJECT("subnet", TEXT("10.0.1.0/24")),
               "specifications", OBJECT("subnet", TEXT("10.0.1.0/24"))));
    g_auto(Read) scalar = read_spec("CREATE_NETWORK", TEXT("10.0.1.0/24"));

    kbnt_assert_string(fault_at(&nothing, "/type"), "'type' is required");
    CU_ASSERT_PTR_NOT_NULL(fault_at(&nothing, ""));
    CU_ASSERT_PTR_NOT_NULL(fault_at(&both, "/spec"));
    CU_ASSERT_PTR_NOT_NULL(fault_at(&scalar, "/spec"));
}

static void
a_type_that_clients_cannot_ask_for_is_a_fault(void)
{
    g_auto(Read) unknown = read_spec("CREATE_UNIVERSE", small_machine());
    g_auto(Read) internal = read_spec("CANCEL_REQUEST", small_machine());
    g_auto(Read) number = read_body(OBJECT("type", NUMBER(1), "spec", small_machine()));

    CU_ASSERT_PTR_NOT_NULL(fault_at(&unknown, "/type"));
    CU_ASSERT_PTR_NOT_NULL(fault_at(&internal, "/type"));
    CU_ASSERT_PTR_NOT_NULL(fault_at(&number, "/type"));
}

static void
sizes_of_a_machine_are_bounded_at_both_ends(void)
{
    static const struct {
        const char *cpu;
        const char *memory;
        const char *disk;
        guint n_faults;
    } sizes[] = {
        { "1", "64MB", "64MB", 0 },    { "512", "16TB", "64TB", 0 },
        { "513", "64MB", "64MB", 1 },  { "1", "63MB", "64MB", 1 },
        { "1", "16385GB", "64MB", 1 }, { "1", "64MB", "63MB", 1 },
        { "1", "64MB", "65537GB", 1 }, { "0", "0", "0", 3 },
    };

    for (gsize i = 0; i < G_N_ELEMENTS(sizes); i++) {
        g_auto(Read) read = read_spec("CREATE_VIRTUAL_MACHINE",
                                      OBJECT("cpu", TEXT(sizes[i].cpu), "memory",
                                             TEXT(sizes[i].memory), "disk", TEXT(sizes[i].disk),
                                             "network", TEXT("nat")));

        kbnt_assert_int(kbnt_fault_count(read.faults), sizes[i].n_faults);
    }
}

static void
a_machine_goes_on_a_network_that_can_be(void)
{
    static const struct {
        const char *network;
        gboolean fine;
    } networks[] = {
        { "bridged", TRUE },      { "nat", TRUE },        { "vlan-100", TRUE },
        { "vlan-99", FALSE },     { "vlan-5000", FALSE }, { "NET-7AE8FF2D", TRUE },
        { "VM-7AE8FF2D", FALSE }, { "isolated", FALSE },  { "", FALSE },
    };

    for (gsize i = 0; i < G_N_ELEMENTS(networks); i++) {
        g_auto(Read) read = read_spec("CREATE_VIRTUAL_MACHINE",
                                      OBJECT("cpu", NUMBER(1), "memory", NUMBER(1), "disk",
                                             NUMBER(1), "network", TEXT(networks[i].network)));

        kbnt_assert_int(kbnt_fault_count(read.faults), networks[i].fine ? 0 : 1);
    }
}

static void
an_image_is_a_name_and_never_a_path(void)
{
    static const char *const images[] = { "../etc/passwd", "..", "-rf", "a/b", "", "a b" };

    for (gsize i = 0; i < G_N_ELEMENTS(images); i++) {
        g_auto(Read) read = read_spec("CREATE_VIRTUAL_MACHINE",
                                      machine_with("image", TEXT(images[i])));

        CU_ASSERT_PTR_NOT_NULL(fault_at(&read, "/spec/image"));
    }
}

static void
ssh_keys_must_look_like_public_keys(void)
{
    g_auto(Read) fine = read_spec(
        "CREATE_VIRTUAL_MACHINE",
        machine_with("sshKeys", ARRAY(TEXT("ssh-ed25519 AAAAC3Nz me@home"))));
    g_auto(Read) wrong = read_spec(
        "CREATE_VIRTUAL_MACHINE",
        machine_with("sshKeys", ARRAY(TEXT("hello"), TEXT("ssh-rsa"),
                                      TEXT("ssh-rsa AAAA\nssh-rsa BBBB"), NUMBER(1))));
    g_auto(Read) scalar = read_spec("CREATE_VIRTUAL_MACHINE",
                                    machine_with("sshKeys", TEXT("x")));

    kbnt_assert_int(kbnt_fault_count(fine.faults), 0);
    kbnt_assert_int(kbnt_value_length(specification(&fine), KBNT_FIELD_SSH_KEYS), 1);
    kbnt_assert_int(kbnt_fault_count(wrong.faults), 4);
    kbnt_assert_contains(fault_at(&scalar, "/spec/sshKeys"), "must be an array");
}

static void
a_list_has_at_most_sixteen_items(void)
{
    KbntInput *groups = kbnt_input_new_array();

    for (guint i = 0; i < 17; i++)
        kbnt_input_append(groups, TEXT("web"));
    g_auto(Read) read = read_spec("CREATE_VIRTUAL_MACHINE",
                                  machine_with("securityGroups", groups));

    kbnt_assert_contains(fault_at(&read, "/spec/securityGroups"), "at most 16");
}

static void
user_data_is_bounded(void)
{
    g_autofree char *fitting = g_strnfill(65536, 'x');
    g_autofree char *longer = g_strnfill(65537, 'x');
    g_auto(Read) fine = read_spec("CREATE_VIRTUAL_MACHINE",
                                  machine_with("userData", TEXT(fitting)));
    g_auto(Read) wrong = read_spec("CREATE_VIRTUAL_MACHINE",
                                   machine_with("userData", TEXT(longer)));

    kbnt_assert_int(kbnt_fault_count(fine.faults), 0);
    CU_ASSERT_PTR_NOT_NULL(fault_at(&wrong, "/spec/userData"));
}

static void
a_security_group_must_exist(void)
{
    g_auto(Read) read = read_spec(
        "CREATE_VIRTUAL_MACHINE",
        machine_with("securityGroups", ARRAY(TEXT("web"), TEXT("nowhere"))));

    kbnt_assert_int(kbnt_fault_count(read.faults), 1);
    kbnt_assert_contains(fault_at(&read, "/spec/securityGroups"), "item 1");
}

static void
volumes_are_storage_ids_each_once(void)
{
    g_auto(Read) read = read_spec(
        "CREATE_VIRTUAL_MACHINE",
        machine_with("volumes",
                     ARRAY(TEXT("STOR-64DE90EF"), TEXT("STOR-64DE90EF"), TEXT("VM-64DE90EF"))));

    kbnt_assert_int(kbnt_fault_count(read.faults), 2);
    kbnt_assert_int(kbnt_value_length(specification(&read), KBNT_FIELD_VOLUMES), 1);
}

static void
storage_takes_its_class_in_any_case(void)
{
    g_auto(Read) read = read_spec(
        "ALLOCATE_STORAGE",
        OBJECT("size", TEXT("500GB"), "type", TEXT("SSD"), "iops", NUMBER(3000)));
    g_auto(Read) plain = read_spec("ALLOCATE_STORAGE", OBJECT("size", NUMBER(500)));
    g_auto(Read) wrong = read_spec(
        "ALLOCATE_STORAGE",
        OBJECT("size", TEXT("500GB RAM"), "type", TEXT("tape"), "iops", NUMBER(1.5)));

    kbnt_assert_int(kbnt_fault_count(read.faults), 0);
    kbnt_assert_int(kbnt_value_get_int(specification(&read), KBNT_FIELD_SIZE_MB), 512000);
    kbnt_assert_int(kbnt_value_get_int(specification(&read), KBNT_FIELD_DISK_CLASS),
                    KBNT_DISK_CLASS_SSD);
    kbnt_assert_int(kbnt_value_get_int(specification(&plain), KBNT_FIELD_DISK_CLASS),
                    KBNT_DISK_CLASS_STANDARD);
    kbnt_assert_int(kbnt_fault_count(wrong.faults), 3);
}

static void
a_network_gets_its_first_host_as_gateway(void)
{
    g_auto(Read) read = read_spec("CREATE_NETWORK",
                                  OBJECT("subnet", TEXT("10.0.1.0/24"), "vlan", NUMBER(200)));
    const KbntValue *network = specification(&read);

    kbnt_assert_int(kbnt_fault_count(read.faults), 0);
    kbnt_assert_string(kbnt_value_get_string(network, KBNT_FIELD_GATEWAY), "10.0.1.1");
    kbnt_assert_int(kbnt_value_get_int(network, KBNT_FIELD_VLAN), 200);
    kbnt_assert_int(kbnt_value_get_int(network, KBNT_FIELD_DHCP), TRUE);
    kbnt_assert_int(kbnt_value_get_int(network, KBNT_FIELD_NETWORK_MODE),
                    KBNT_NETWORK_MODE_ISOLATED);
}

static void
a_gateway_must_be_a_host_of_its_subnet(void)
{
    static const char *const gateways[] = { "10.0.2.1", "10.0.1.0", "10.0.1.255", "router" };

    for (gsize i = 0; i < G_N_ELEMENTS(gateways); i++) {
        g_auto(Read) read = read_spec("CREATE_NETWORK", OBJECT("subnet", TEXT("10.0.1.0/24"),
                                                               "gateway", TEXT(gateways[i])));

        CU_ASSERT_PTR_NOT_NULL(fault_at(&read, "/spec/gateway"));
    }
}

static void
a_network_may_only_take_an_allowed_vlan(void)
{
    g_auto(Read) outside = read_spec(
        "CREATE_NETWORK", OBJECT("subnet", TEXT("10.0.1.0/24"), "vlan", NUMBER(300)));
    g_auto(Read) no_tag = read_spec(
        "CREATE_NETWORK", OBJECT("subnet", TEXT("10.0.1.0/24"), "vlan", NUMBER(4095)));

    kbnt_assert_contains(fault_at(&outside, "/spec/vlan"), "not among the VLANs");
    kbnt_assert_contains(fault_at(&no_tag, "/spec/vlan"), "between 1 and 4094");
}

static void
a_delete_names_its_target_and_its_type(void)
{
    g_auto(Read) read = read_spec(
        "DELETE_RESOURCE",
        OBJECT("virtualResourceId", TEXT("NET-7AE8FF2D"), "force", BOOL(TRUE)));

    kbnt_assert_int(kbnt_fault_count(read.faults), 0);
    kbnt_assert_string(kbnt_value_get_string(read.request, KBNT_FIELD_VIRTUAL_RESOURCE_ID),
                       "NET-7AE8FF2D");
    kbnt_assert_int(kbnt_value_get_int(read.request, KBNT_FIELD_RESOURCE_TYPE),
                    KBNT_RESOURCE_TYPE_VIRTUAL_NETWORK);
    kbnt_assert_int(kbnt_value_get_int(specification(&read), KBNT_FIELD_FORCE), TRUE);
}

static void
power_is_for_machines_alone(void)
{
    g_auto(Read) fine = read_spec("STOP_VIRTUAL_MACHINE",
                                  OBJECT("virtualResourceId", TEXT("VM-0909A693")));
    g_auto(Read) wrong = read_spec("REBOOT_VIRTUAL_MACHINE",
                                   OBJECT("virtualResourceId", TEXT("STOR-64DE90EF")));

    kbnt_assert_int(kbnt_fault_count(fine.faults), 0);
    CU_ASSERT_PTR_NOT_NULL(fault_at(&wrong, "/spec/virtualResourceId"));
}

static void
an_attachment_is_about_its_storage(void)
{
    g_auto(Read) read = read_spec(
        "ATTACH_STORAGE",
        OBJECT("virtualResourceId", TEXT("VM-0909A693"), "storageId", TEXT("STOR-64DE90EF")));
    g_auto(GStrv) named = kbnt_specification_named_resources(read.request);

    kbnt_assert_string(kbnt_value_get_string(read.request, KBNT_FIELD_VIRTUAL_RESOURCE_ID),
                       "STOR-64DE90EF");
    kbnt_assert_int(kbnt_value_get_int(read.request, KBNT_FIELD_RESOURCE_TYPE),
                    KBNT_RESOURCE_TYPE_VIRTUAL_STORAGE);
    kbnt_assert_int(g_strv_length(named), 2);
    CU_ASSERT(g_strv_contains((const char *const *)named, "VM-0909A693"));
}

static void
a_machine_names_its_network_and_volumes(void)
{
    g_auto(Read) read = read_spec("CREATE_VIRTUAL_MACHINE",
                                  OBJECT("cpu", NUMBER(1), "memory", NUMBER(1), "disk",
                                         NUMBER(1), "network", TEXT("NET-7AE8FF2D"), "volumes",
                                         ARRAY(TEXT("STOR-64DE90EF"))));
    g_auto(GStrv) named = kbnt_specification_named_resources(read.request);

    kbnt_assert_int(g_strv_length(named), 2);
}

static void
ids_have_their_prefix_and_eight_or_twelve_digits(void)
{
    kbnt_assert_int(kbnt_specification_type_of_id("VM-0909A693"),
                    KBNT_RESOURCE_TYPE_VIRTUAL_MACHINE);
    kbnt_assert_int(kbnt_specification_type_of_id("STOR-64DE90EF12AB"),
                    KBNT_RESOURCE_TYPE_VIRTUAL_STORAGE);
    kbnt_assert_int(kbnt_specification_type_of_id("vm-0909a693"), 0);
    kbnt_assert_int(kbnt_specification_type_of_id("VM-0909A69"), 0);
    kbnt_assert_int(kbnt_specification_type_of_id("VM-0909A6931"), 0);
    kbnt_assert_int(kbnt_specification_type_of_id("VM-0909A69G"), 0);
    kbnt_assert_int(kbnt_specification_type_of_id(""), 0);
}

static void
what_may_be_shown_has_hashes_in_place_of_secrets(void)
{
    g_auto(Read) read = read_spec("CREATE_VIRTUAL_MACHINE",
                                  machine_with("userData", TEXT("#cloud-config")));
    g_autoptr(KbntValue) shown = kbnt_specification_without_secrets(specification(&read));

    CU_ASSERT(!kbnt_value_has(shown, KBNT_FIELD_USER_DATA));
    kbnt_assert_string(kbnt_value_get_string(shown, KBNT_FIELD_USER_DATA_SHA256),
                       "a1b0542e7cce032c6d3eeca880fe4c7102c4b74b8ca101b1a85d720d0e62cd7f");
    CU_ASSERT(kbnt_value_has(specification(&read), KBNT_FIELD_USER_DATA));
    kbnt_assert_int(kbnt_value_get_int(shown, KBNT_FIELD_CPU), 2);
}

static void
a_user_may_have_an_at_sign_but_no_space(void)
{
    g_auto(Read) fine = read_body(OBJECT("type", TEXT("CREATE_VIRTUAL_MACHINE"), "spec",
                                         small_machine(), "metadata",
                                         OBJECT("userId", TEXT("eve@example.org"))));
    g_auto(Read) wrong = read_body(OBJECT("type", TEXT("CREATE_VIRTUAL_MACHINE"), "spec",
                                          small_machine(), "metadata",
                                          OBJECT("userId", TEXT("eve adam"))));

    kbnt_assert_int(kbnt_fault_count(fine.faults), 0);
    CU_ASSERT_PTR_NOT_NULL(fault_at(&wrong, "/metadata/userId"));
}

static const KbntTest tests[] = {
    KBNT_TEST(the_full_form_of_the_contract_is_read),
    KBNT_TEST(the_short_form_gets_its_defaults),
    KBNT_TEST(both_forms_of_one_request_read_the_same),
    KBNT_TEST(every_fault_is_found_at_once),
    KBNT_TEST(a_body_must_be_an_object),
    KBNT_TEST(a_body_needs_a_type_and_one_specification),
    KBNT_TEST(a_type_that_clients_cannot_ask_for_is_a_fault),
    KBNT_TEST(sizes_of_a_machine_are_bounded_at_both_ends),
    KBNT_TEST(a_machine_goes_on_a_network_that_can_be),
    KBNT_TEST(an_image_is_a_name_and_never_a_path),
    KBNT_TEST(ssh_keys_must_look_like_public_keys),
    KBNT_TEST(a_list_has_at_most_sixteen_items),
    KBNT_TEST(user_data_is_bounded),
    KBNT_TEST(a_security_group_must_exist),
    KBNT_TEST(volumes_are_storage_ids_each_once),
    KBNT_TEST(storage_takes_its_class_in_any_case),
    KBNT_TEST(a_network_gets_its_first_host_as_gateway),
    KBNT_TEST(a_gateway_must_be_a_host_of_its_subnet),
    KBNT_TEST(a_network_may_only_take_an_allowed_vlan),
    KBNT_TEST(a_delete_names_its_target_and_its_type),
    KBNT_TEST(power_is_for_machines_alone),
    KBNT_TEST(an_attachment_is_about_its_storage),
    KBNT_TEST(a_machine_names_its_network_and_volumes),
    KBNT_TEST(ids_have_their_prefix_and_eight_or_twelve_digits),
    KBNT_TEST(what_may_be_shown_has_hashes_in_place_of_secrets),
    KBNT_TEST(a_user_may_have_an_at_sign_but_no_space),
};

int
main(int argc, char **argv)
{
    return kbnt_test_main("domain/specification", argc, argv, tests, G_N_ELEMENTS(tests));
}
