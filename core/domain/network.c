/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* network.c: owns the reading of VLAN ranges, addresses and subnets. */
#include "network.h"

#include <kbnt/kbnt-error.h>
#include <string.h>

/* A /30 has two hosts: a gateway and one guest. */
#define PREFIX_MIN 8
#define PREFIX_MAX 30

typedef struct {
    guint32 address;
    guint prefix;
    const char *what;
} Reserved;

static const Reserved reserved[] = {
    { 0x00000000, 8, "is this network" }, { 0x7f000000, 8, "is loopback" },
    { 0xa9fe0000, 16, "is link-local" },  { 0xe0000000, 4, "is multicast" },
    { 0xf0000000, 4, "is reserved" },
};

/* Reads a decimal number without leading zeros; *at is left behind it. */
static gboolean
read_decimal(const char **at, guint64 maximum, guint64 *ret_number)
{
    const char *start = *at;
    guint64 number = 0;

    while (g_ascii_isdigit(**at) && number <= maximum) {
        number = number * 10 + (guint64)(**at - '0');
        (*at)++;
    }
    if (*at == start || number > maximum || (*start == '0' && *at - start > 1))
        return FALSE;
    *ret_number = number;
    return TRUE;
}

static gboolean
add_range(const char *text, KbntVlans *vlans)
{
    guint64 first = 0;
    guint64 last;

    if (!read_decimal(&text, KBNT_VLAN_MAX, &first) || first < KBNT_VLAN_MIN)
        return FALSE;
    last = first;
    if (*text == '-') {
        text++;
        if (!read_decimal(&text, KBNT_VLAN_MAX, &last) || last < first)
            return FALSE;
    }
    for (guint64 vlan = first; vlan <= last; vlan++)
        vlans->bits[vlan / 8] |= (guint8)(1 << vlan % 8);
    return *text == '\0';
}

gboolean
kbnt_vlans_parse(const char *text, KbntVlans *ret_vlans, GError **error)
{
    g_auto(GStrv) ranges = g_strsplit_set(text, ",; ", -1);
    KbntVlans vlans = { { 0 } };

    for (char **range = ranges; *range; range++) {
        if (**range == '\0' || add_range(*range, &vlans))
            continue;
        g_set_error(error, KBNT_ERROR, KBNT_ERROR_CONFIG_INVALID,
                    "'%s' is no range of VLAN tags, write such as 100-199", *range);
        return FALSE;
    }
    *ret_vlans = vlans;
    return TRUE;
}

gboolean
kbnt_vlans_allow(const KbntVlans *vlans, gint64 vlan)
{
    if (vlan < KBNT_VLAN_MIN || vlan > KBNT_VLAN_MAX)
        return FALSE;
    return (vlans->bits[vlan / 8] & 1 << vlan % 8) != 0;
}

gint64
kbnt_vlan_of_name(const char *name)
{
    guint64 vlan = 0;

    if (!g_str_has_prefix(name, "vlan-"))
        return 0;
    name += strlen("vlan-");
    if (!read_decimal(&name, KBNT_VLAN_MAX, &vlan) || *name != '\0')
        return 0;
    return (gint64)vlan;
}

/* Reads four octets; *at is left behind them. */
static gboolean
read_address(const char **at, guint32 *ret_address)
{
    guint32 address = 0;

    for (guint i = 0; i < 4; i++) {
        guint64 octet = 0;

        if (i > 0 && *(*at)++ != '.')
            return FALSE;
        if (!read_decimal(at, 255, &octet))
            return FALSE;
        address = address << 8 | (guint32)octet;
    }
    *ret_address = address;
    return TRUE;
}

gboolean
kbnt_address_parse(const char *text, guint32 *ret_address)
{
    guint32 address;

    if (!read_address(&text, &address) || *text != '\0')
        return FALSE;
    *ret_address = address;
    return TRUE;
}

static guint32
mask_of(guint prefix)
{
    return prefix == 0 ? 0 : G_MAXUINT32 << (32 - prefix);
}

static gboolean
refuse(GError **error, const char *message)
{
    g_set_error_literal(error, KBNT_ERROR, KBNT_ERROR_VALIDATION_FAILED, message);
    return FALSE;
}

static gboolean
check_subnet(const KbntSubnet *subnet, GError **error)
{
    if (subnet->prefix < PREFIX_MIN || subnet->prefix > PREFIX_MAX)
        return refuse(error, "has a prefix that is not between /8 and /30");
    if (subnet->address & ~mask_of(subnet->prefix))
        return refuse(error, "has host bits set behind its prefix");
    for (gsize i = 0; i < G_N_ELEMENTS(reserved); i++) {
        const KbntSubnet range = { reserved[i].address, reserved[i].prefix };

        if (kbnt_subnet_overlaps(subnet, &range))
            return refuse(error, reserved[i].what);
    }
    return TRUE;
}

gboolean
kbnt_subnet_parse(const char *text, KbntSubnet *ret_subnet, GError **error)
{
    KbntSubnet subnet = { 0 };
    guint64 prefix = 0;

    if (!read_address(&text, &subnet.address) || *text++ != '/' ||
        !read_decimal(&text, 32, &prefix) || *text != '\0')
        return refuse(error, "is no IPv4 network in CIDR form, write such as 10.0.1.0/24");
    subnet.prefix = (guint)prefix;
    if (!check_subnet(&subnet, error))
        return FALSE;
    *ret_subnet = subnet;
    return TRUE;
}

gboolean
kbnt_subnet_has_host(const KbntSubnet *subnet, guint32 address)
{
    guint32 host_bits = ~mask_of(subnet->prefix);

    return (address & ~host_bits) == subnet->address && (address & host_bits) != 0 &&
           (address & host_bits) != host_bits;
}

char *
kbnt_subnet_nth_host(const KbntSubnet *subnet, guint32 n)
{
    guint32 address = subnet->address + n;

    return g_strdup_printf("%u.%u.%u.%u", address >> 24, address >> 16 & 0xff,
                           address >> 8 & 0xff, address & 0xff);
}

gboolean
kbnt_subnet_overlaps(const KbntSubnet *one, const KbntSubnet *other)
{
    guint32 mask = mask_of(MIN(one->prefix, other->prefix));

    return (one->address & mask) == (other->address & mask);
}
