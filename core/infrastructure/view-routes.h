/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Owns the paths by which what exists is looked at: resources, hosts, images, quotas. */
#pragma once

#include "http-call.h"

void kbnt_route_list_resources(KbntCall *call);
void kbnt_route_show_resource(KbntCall *call);
void kbnt_route_list_hosts(KbntCall *call);
void kbnt_route_list_images(KbntCall *call);
void kbnt_route_show_quota(KbntCall *call);
