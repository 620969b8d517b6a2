/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* network.h: owns the arithmetic of VLAN tags and IPv4 subnets. */
#ifndef KBNT_NETWORK_H
#define KBNT_NETWORK_H

#include <glib.h>

#define KBNT_VLAN_MIN 1
#define KBNT_VLAN_MAX 4094

/* The VLAN tags that may be used. */
typedef struct {
    guint8 bits[(KBNT_VLAN_MAX + 8) / 8];
} KbntVlans;

/* Reads "1-4094", "100, 200-299"; FALSE sets CONFIG_INVALID. */
gboolean kbnt_vlans_parse(const char *text, KbntVlans *ret_vlans, GError **error);

gboolean kbnt_vlans_allow(const KbntVlans *vlans, gint64 vlan);

/* Returns: N of "vlan-N", or 0 where the text is no such name or N no tag. */
gint64 kbnt_vlan_of_name(const char *name);

typedef struct {
    guint32 address;
    guint prefix;
} KbntSubnet;

/*
 * Reads "10.0.1.0/24": an IPv4 network for unicast with room for a gateway and a guest, its
 * host bits zero; FALSE sets VALIDATION_FAILED with what is wrong with it.
 */
gboolean kbnt_subnet_parse(const char *text, KbntSubnet *ret_subnet, GError **error);

/* Reads "10.0.1.1"; FALSE where it is no IPv4 address. */
gboolean kbnt_address_parse(const char *text, guint32 *ret_address);

/* Returns: whether a host of the subnet may have the address: inside, neither end of it. */
gboolean kbnt_subnet_has_host(const KbntSubnet *subnet, guint32 address);

/* Returns: (transfer full): the address of the n-th host, from 1. */
char *kbnt_subnet_nth_host(const KbntSubnet *subnet, guint32 n);

gboolean kbnt_subnet_overlaps(const KbntSubnet *one, const KbntSubnet *other);

#endif
