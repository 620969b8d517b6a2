/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Owns the last judgement of keys whose text has a grammar of its own. */
#include "config-checks.h"

#include "network.h"
#include "quota.h"
#include "specification-members.h"

static gboolean
judge(gboolean is_right, const char *text, const char *wanted, GError **error)
{
    if (!is_right)
        g_set_error(error, KBNT_ERROR, KBNT_ERROR_CONFIG_INVALID, "'%s' is not %s", text,
                    wanted);
    return is_right;
}

static gboolean
matches(const char *pattern, const char *text)
{
    return g_regex_match_simple(pattern, text, G_REGEX_DOLLAR_ENDONLY, 0);
}

gboolean
kbnt_check_limit(const char *name, const char *text, GError **error)
{
    g_autoptr(KbntQuotas) quotas = kbnt_quotas_new();
    return kbnt_quotas_set(quotas, name, text, error);
}

gboolean
kbnt_check_vlans(const char *name, const char *text, GError **error)
{
    KbntVlans vlans;
    return kbnt_vlans_parse(text, &vlans, error);
}

static gboolean
is_port(const char *text)
{
    guint64 port;
    return g_ascii_string_to_unsigned(text, 10, 1, 65535, &port, NULL);
}

static gboolean
is_rule(const char *text)
{
    if (g_str_has_prefix(text, "tcp/") || g_str_has_prefix(text, "udp/"))
        return is_port(text + 4);
    return g_str_equal(text, "icmp");
}

gboolean
kbnt_check_ingress(const char *name, const char *text, GError **error)
{
    g_auto(GStrv) rules = g_strsplit(text, " ", -1);
    for (gsize i = 0; rules[i]; i++)
        if (*rules[i] &&
            !judge(is_rule(rules[i]), rules[i], "tcp/PORT, udp/PORT or icmp", error))
            return FALSE;
    return TRUE;
}

gboolean
kbnt_check_plugin(const char *name, const char *text, GError **error)
{
    return judge(matches("^[a-z][a-z0-9-]*$", text), text,
                 "the name of a plugin: lower-case letters, digits and '-'", error);
}

gboolean
kbnt_check_domain(const char *name, const char *text, GError **error)
{
    const char *label = "[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?";
    g_autofree char *pattern = g_strdup_printf("^%s(\\.%s)*$", label, label);
    return judge(matches(pattern, text), text, "a DNS domain in lower case", error);
}

gboolean
kbnt_check_word(const char *name, const char *text, GError **error)
{
    return judge(matches("^[A-Za-z0-9._-]{1,128}$", text), text,
                 "1 to 128 of letters, digits, '.', '_' and '-'", error);
}

gboolean
kbnt_check_image(const char *name, const char *text, GError **error)
{
    return judge(kbnt_specification_is_image(text), text,
                 "an image: 1 to 128 of letters, digits, '.', '_' and '-', a letter or a digit "
                 "first",
                 error);
}

gboolean
kbnt_check_url(const char *name, const char *text, GError **error)
{
    return judge(*text == '\0' || matches("^https?://[^\\s/?#@]+(/[^\\s?#]*[^\\s?#/])?$", text),
                 text, "a URL such as https://registry.example:8081, without a '/' at its end",
                 error);
}
