/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Owns the table of the API's paths, and the paths by which the server itself is watched. */
#include "http-routes.h"

#include "json.h"
#include "openapi.h"
#include "request-routes.h"
#include "schema-registry.h"
#include "view-routes.h"
#include "views.h"

#include <string.h>

struct KbntHttpRoutes {
    KbntHttpServices services;
    KbntCallContext context;
    KbntRandomIds ids;
};

static const KbntHttpServices *
services_of(KbntCall *call)
{
    return kbnt_call_services(call);
}

static void
show_alive(KbntCall *call)
{
    kbnt_call_reply_json(call, 200, NULL, g_string_new("{\"status\":\"alive\"}"));
}

static void
show_ready(KbntCall *call)
{
    const KbntHttpServices *services = services_of(call);
    g_autoptr(KbntValue) health = services->check(services->data);
    gint64 status = kbnt_value_get_int(health, KBNT_FIELD_HEALTH_STATUS);
    GString *json = g_string_new(NULL);

    kbnt_view_append(&kbnt_view_health, json, health);
    if (status == KBNT_HEALTH_UNHEALTHY)
        kbnt_call_reply_json(call, 503, NULL, json);
    else
        kbnt_call_reply_json(call, 200, NULL, json);
}

static void
show_metrics(KbntCall *call)
{
    const KbntHttpServices *services = services_of(call);
    const char *accept = kbnt_http_request_header(kbnt_call_request(call), "Accept");
    const char *content_type = NULL;
    GBytes *text = services->render(accept, &content_type, services->data);

    if (text != NULL)
        kbnt_call_reply(call, 200, NULL, content_type, text);
    else
        kbnt_call_fail_code(call, KBNT_ERROR_NOT_FOUND, NULL,
                            "no sink renders metrics; name one in 'kbnt.sinks'");
}

static void
show_schema(KbntCall *call)
{
    guint status;
    char *json = kbnt_schema_registry_get(kbnt_http_request_path(kbnt_call_request(call)),
                                          &status);

    kbnt_call_reply(call, status, NULL, KBNT_SCHEMA_REGISTRY_CONTENT_TYPE,
                    g_bytes_new_take(json, strlen(json)));
}

static void
show_openapi(KbntCall *call)
{
    kbnt_call_reply(call, 200, NULL, "application/json",
                    g_bytes_new_static(kbnt_openapi_text, strlen(kbnt_openapi_text)));
}

static const KbntRoute routes[] = {
    { "POST", "/api/v1/virtualize", NULL, kbnt_route_submit, TRUE },
    { "POST", "/virtualize", NULL, kbnt_route_submit, TRUE },
    { "POST", "/api/v1/plan", NULL, kbnt_route_plan, TRUE },
    { "GET", "/api/v1/requests", "userId status type limit cursor", kbnt_route_list_requests,
      TRUE },
    { "GET", "/api/v1/requests/*", "userId", kbnt_route_show_request, TRUE },
    { "DELETE", "/api/v1/requests/*", "userId", kbnt_route_cancel_request, TRUE },
    { "GET", "/api/v1/requests/*/events", "userId", kbnt_route_listen_to_request, TRUE },
    { "GET", "/api/v1/events", NULL, kbnt_route_listen_to_all, TRUE },
    { "GET", "/api/v1/resources", "userId type status host limit cursor",
      kbnt_route_list_resources, TRUE },
    { "GET", "/api/v1/resources/*", NULL, kbnt_route_show_resource, TRUE },
    { "DELETE", "/api/v1/resources/*", "force", kbnt_route_delete_resource, TRUE },
    { "GET", "/api/v1/hosts", NULL, kbnt_route_list_hosts, TRUE },
    { "GET", "/api/v1/images", NULL, kbnt_route_list_images, TRUE },
    { "GET", "/api/v1/quotas/*", NULL, kbnt_route_show_quota, TRUE },
    { "GET", "/openapi.json", NULL, show_openapi, TRUE },
    { "GET", "/healthz", NULL, show_alive, FALSE },
    { "GET", "/readyz", NULL, show_ready, FALSE },
    { "GET", "/metrics", NULL, show_metrics, FALSE },
    { "GET", "/subjects**", "*", show_schema, TRUE },
    { "GET", "/schemas/**", "*", show_schema, TRUE },
};

static gboolean
is_administrative(KbntHttpRequest *request)
{
    return kbnt_http_request_peer(request)->is_unix &&
           g_str_has_prefix(kbnt_http_request_path(request), "/admin/");
}

static void
handle(KbntHttpRequest *request, gpointer data)
{
    KbntHttpRoutes *self = data;
    const KbntHttpPeer *peer = kbnt_http_request_peer(request);

    if (peer->is_unix && !kbnt_admin_allows(&self->services.admin, peer))
        kbnt_call_refuse(&self->context, request, 403,
                         "this socket is for root, the group kbnt and the daemon's own user");
    else if (is_administrative(request))
        kbnt_call_route(&self->context, request, kbnt_admin_routes, kbnt_admin_n_routes, FALSE);
    else
        kbnt_call_route(&self->context, request, routes, G_N_ELEMENTS(routes),
                        self->services.query != NULL);
}

static void
refuse(KbntHttpRequest *request, guint status, const char *detail, gpointer data)
{
    KbntHttpRoutes *self = data;

    kbnt_call_refuse(&self->context, request, status, detail);
}

KbntHttpRoutes *
kbnt_http_routes_new(const KbntHttpServices *services)
{
    KbntHttpRoutes *self = g_new0(KbntHttpRoutes, 1);

    self->services = *services;
    self->context.cors_origins = services->cors_origins;
    self->context.services = &self->services;
    self->context.ids = &self->ids;
    return self;
}

void
kbnt_http_routes_free(KbntHttpRoutes *self)
{
    g_free(self);
}

KbntHttpHandler
kbnt_http_routes_handler(KbntHttpRoutes *self)
{
    return (KbntHttpHandler){ handle, refuse, self };
}
