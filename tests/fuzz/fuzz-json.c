/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Arbitrary bytes as the body of a POST: faults, or a request that comes over the wire as
 * it was. */
#include "codec.h"
#include "fault.h"
#include "json.h"
#include "specification.h"

#define SOME_ID "0909a693-7e4b-4c6e-9a55-0d2f4f1c8b11"

int LLVMFuzzerTestOneInput(const guint8 *data, gsize size);

static const KbntRules *
the_rules(void)
{
    static const char *const security_groups[] = { "default", NULL };
    static KbntRules rules;

    if (!rules.default_image) {
        rules.default_image = "ubuntu-22.04";
        rules.security_groups = security_groups;
        g_assert(kbnt_vlans_parse("1-4094", &rules.vlans, NULL));
    }
    return &rules;
}

/* What the use case adds before a request is published. */
static void
complete(KbntValue *request)
{
    g_autofree char *resource_id = kbnt_resource_id(
        kbnt_value_get_int(request, KBNT_FIELD_RESOURCE_TYPE), SOME_ID, 8);

    kbnt_value_set_string(request, KBNT_FIELD_MESSAGE_ID, SOME_ID);
    if (!kbnt_value_has(request, KBNT_FIELD_VIRTUAL_RESOURCE_ID))
        kbnt_value_set_string(request, KBNT_FIELD_VIRTUAL_RESOURCE_ID, resource_id);
    kbnt_value_set_string(request, KBNT_FIELD_CORRELATION_ID, "corr");
    kbnt_value_set_int(request, KBNT_FIELD_TIMESTAMP, 1);
    kbnt_value_set_int(request, KBNT_FIELD_TIMEOUT_MS, 1);
    if (!kbnt_value_has(request, KBNT_FIELD_REQUEST_ID))
        kbnt_value_set_string(request, KBNT_FIELD_REQUEST_ID, "req");
    if (!kbnt_value_has(request, KBNT_FIELD_USER_ID))
        kbnt_value_set_string(request, KBNT_FIELD_USER_ID, "anonymous");
}

static void
turn(KbntCodec *codec, KbntValue *request)
{
    g_autoptr(KbntValue) record = NULL;
    g_autoptr(KbntValue) back = NULL;
    g_autoptr(GError) error = NULL;

    complete(request);
    record = kbnt_codec_encode_request(codec, request, &error);
    g_assert_no_error(error);
    back = kbnt_codec_decode_request(codec, record, &error);
    g_assert_no_error(error);
    g_assert(kbnt_value_equal(request, back));
}

int
LLVMFuzzerTestOneInput(const guint8 *data, gsize size)
{
    static KbntCodec *codec;
    g_autoptr(GError) error = NULL;
    KbntInput *body = kbnt_json_parse((const char *)data, size, &error);
    g_autoptr(KbntValue) faults = kbnt_value_new();
    g_autoptr(KbntValue) request = NULL;

    if (!codec)
        codec = kbnt_codec_new(NULL, FALSE, NULL);
    g_assert((body == NULL) == g_error_matches(error, KBNT_ERROR, KBNT_ERROR_MALFORMED));
    if (!body)
        return 0;
    request = kbnt_specification_read(body, the_rules(), faults);
    kbnt_input_free(body);
    if (kbnt_fault_count(faults) == 0)
        turn(codec, request);
    return 0;
}
