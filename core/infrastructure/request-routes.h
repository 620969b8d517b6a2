/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Owns the paths by which things are asked for: POST, plan, and what becomes of a request. */
#pragma once

#include "http-call.h"

void kbnt_route_submit(KbntCall *call);
void kbnt_route_plan(KbntCall *call);
void kbnt_route_list_requests(KbntCall *call);
void kbnt_route_show_request(KbntCall *call);
void kbnt_route_cancel_request(KbntCall *call);
void kbnt_route_listen_to_request(KbntCall *call);
void kbnt_route_listen_to_all(KbntCall *call);
/* DELETE on a resource is a request like any other. */
void kbnt_route_delete_resource(KbntCall *call);
