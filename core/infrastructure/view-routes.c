/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Owns the paths by which what exists is looked at. */
#include "view-routes.h"

#include "http-routes.h"
#include "json.h"
#include "query-filter.h"
#include "views.h"

#include <string.h>

static const KbntHttpServices *
services_of(KbntCall *call)
{
    return kbnt_call_services(call);
}

static void
answer_resources(KbntValue *result, const GError *error, gpointer data)
{
    kbnt_query_answer_page(data, &kbnt_view_resource, "resources", result, error);
}

void
kbnt_route_list_resources(KbntCall *call)
{
    static const KbntFilterRule rules[] = {
        { "userId", KBNT_FIELD_USER_ID },         { "type", KBNT_FIELD_RESOURCE_TYPE },
        { "status", KBNT_FIELD_RESOURCE_STATUS }, { "host", KBNT_FIELD_HOST },
        { "cursor", KBNT_FIELD_CURSOR },          { NULL, (KbntField)0 },
    };
    g_autoptr(KbntValue) filter = kbnt_query_filter_read(call, rules);

    if (filter != NULL)
        kbnt_query_resources(services_of(call)->query, kbnt_call_caller(call), filter,
                             answer_resources, call);
}

static void
write_resource(GString *json, G_GNUC_UNUSED KbntCall *call, const KbntValue *result)
{
    kbnt_view_append_members(&kbnt_view_resource, json,
                             kbnt_value_get_value(result, KBNT_FIELD_RESOURCE));
}

static void
answer_resource(KbntValue *result, const GError *error, gpointer data)
{
    kbnt_call_answer(data, 200, write_resource, result, error);
}

void
kbnt_route_show_resource(KbntCall *call)
{
    kbnt_query_resource(services_of(call)->query, kbnt_call_caller(call),
                        kbnt_call_argument(call), answer_resource, call);
}

static void
append_age(GString *json, KbntCall *call, const KbntValue *host)
{
    const KbntHttpServices *services = services_of(call);
    gint64 age_ms = services->wall_ms(services->data) -
                    kbnt_value_get_int(host, KBNT_FIELD_REPORTED_AT);

    kbnt_json_append_int_member(json, "ageSeconds", MAX(age_ms, 0) / 1000);
}

static void
write_hosts(GString *json, KbntCall *call, const KbntValue *result)
{
    kbnt_json_append_key(json, "hosts");
    g_string_append_c(json, '[');
    for (guint i = 0; i < kbnt_value_length(result, KBNT_FIELD_HOSTS); i++) {
        const KbntValue *host = kbnt_value_nth_value(result, KBNT_FIELD_HOSTS, i);

        kbnt_json_append_comma(json);
        g_string_append_c(json, '{');
        kbnt_view_append_members(&kbnt_view_host, json, host);
        append_age(json, call, host);
        g_string_append_c(json, '}');
    }
    g_string_append_c(json, ']');
}

static void
answer_hosts(KbntValue *result, const GError *error, gpointer data)
{
    kbnt_call_answer(data, 200, write_hosts, result, error);
}

void
kbnt_route_list_hosts(KbntCall *call)
{
    kbnt_query_hosts(services_of(call)->query, answer_hosts, call);
}

/* An image is what hosts have under one name and one digest. */
static void
append_image(GString *json, KbntCall *call, const KbntValue *image, const KbntValue *host)
{
    kbnt_json_append_comma(json);
    g_string_append_c(json, '{');
    kbnt_json_append_text_member(json, "name", kbnt_value_get_string(image, KBNT_FIELD_NAME));
    kbnt_json_append_text_member(json, "sha256",
                                 kbnt_value_get_string(image, KBNT_FIELD_SHA256));
    kbnt_json_append_text_member(json, "host", kbnt_value_get_string(host, KBNT_FIELD_HOST));
    kbnt_json_append_key(json, "reportedAt");
    kbnt_json_append_time(json, kbnt_value_get_int(host, KBNT_FIELD_REPORTED_AT));
    append_age(json, call, host);
    g_string_append_c(json, '}');
}

static void
append_images_of(GString *json, KbntCall *call, const KbntValue *host)
{
    for (guint i = 0; i < kbnt_value_length(host, KBNT_FIELD_IMAGES); i++)
        append_image(json, call, kbnt_value_nth_value(host, KBNT_FIELD_IMAGES, i), host);
}

static void
write_images(GString *json, KbntCall *call, const KbntValue *result)
{
    kbnt_json_append_key(json, "images");
    g_string_append_c(json, '[');
    for (guint i = 0; i < kbnt_value_length(result, KBNT_FIELD_HOSTS); i++)
        append_images_of(json, call, kbnt_value_nth_value(result, KBNT_FIELD_HOSTS, i));
    g_string_append_c(json, ']');
}

static void
answer_images(KbntValue *result, const GError *error, gpointer data)
{
    kbnt_call_answer(data, 200, write_images, result, error);
}

void
kbnt_route_list_images(KbntCall *call)
{
    kbnt_query_hosts(services_of(call)->query, answer_images, call);
}

static void
append_quantity(GString *json, const KbntValue *charge)
{
    kbnt_json_append_key(json, kbnt_value_get_string(charge, KBNT_FIELD_QUANTITY));
    g_string_append(json, "{\"limit\":");
    if (kbnt_value_has(charge, KBNT_FIELD_LIMIT))
        kbnt_json_append_number(json, kbnt_value_get_number(charge, KBNT_FIELD_LIMIT));
    else
        g_string_append(json, "null");
    g_string_append(json, ",\"reserved\":");
    kbnt_json_append_number(json, kbnt_value_get_number(charge, KBNT_FIELD_RESERVED));
    g_string_append(json, ",\"used\":");
    kbnt_json_append_number(json, kbnt_value_get_number(charge, KBNT_FIELD_USED));
    g_string_append_c(json, '}');
}

static void
write_quota(GString *json, G_GNUC_UNUSED KbntCall *call, const KbntValue *result)
{
    for (guint i = 0; i < kbnt_value_length(result, KBNT_FIELD_CHARGES); i++)
        append_quantity(json, kbnt_value_nth_value(result, KBNT_FIELD_CHARGES, i));
}

static void
answer_quota(KbntValue *result, const GError *error, gpointer data)
{
    kbnt_call_answer(data, 200, write_quota, result, error);
}

void
kbnt_route_show_quota(KbntCall *call)
{
    kbnt_query_quota(services_of(call)->query, kbnt_call_caller(call), kbnt_call_argument(call),
                     answer_quota, call);
}
