/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Owns the last judgement of keys whose text has a grammar of its own: checks of KbntKey. */
#pragma once

#include <glib.h>

/* A limit of [quota]: "user.ann.cores", "16". */
gboolean kbnt_check_limit(const char *name, const char *text, GError **error);

/* VLAN tags: "100, 200-299". */
gboolean kbnt_check_vlans(const char *name, const char *text, GError **error);

/* What a security group lets in: "tcp/22 udp/53 icmp". */
gboolean kbnt_check_ingress(const char *name, const char *text, GError **error);

/* The name of a plugin. */
gboolean kbnt_check_plugin(const char *name, const char *text, GError **error);

/* A DNS domain in lower case. */
gboolean kbnt_check_domain(const char *name, const char *text, GError **error);

/* A word that becomes a label of metrics, a group or a topic. */
gboolean kbnt_check_word(const char *name, const char *text, GError **error);

/* The name of an image, as a request may have it. */
gboolean kbnt_check_image(const char *name, const char *text, GError **error);

/* The URL of a server, or nothing. */
gboolean kbnt_check_url(const char *name, const char *text, GError **error);
