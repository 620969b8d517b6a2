/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * roster.c: owns the hosts as the producer was last told of them.
 */
#include "roster.h"

struct KbntRoster {
    KbntValue *hosts;
};

KbntRoster *
kbnt_roster_new(void)
{
    KbntRoster *roster = g_new0(KbntRoster, 1);

    roster->hosts = kbnt_value_new();
    kbnt_value_set_empty_list(roster->hosts, KBNT_FIELD_HOSTS);
    return roster;
}

void
kbnt_roster_free(KbntRoster *roster)
{
    if (roster == NULL)
        return;
    kbnt_value_unref(roster->hosts);
    g_free(roster);
}

void
kbnt_roster_load(KbntRoster *roster, const KbntValue *hosts)
{
    kbnt_value_unref(roster->hosts);
    roster->hosts = kbnt_value_ref(hosts);
}

void
kbnt_roster_update(KbntRoster *roster, const KbntValue *host)
{
    const char *name = kbnt_value_get_string(host, KBNT_FIELD_HOST);
    guint n_hosts = kbnt_value_length(roster->hosts, KBNT_FIELD_HOSTS);
    KbntValue *hosts = kbnt_value_new();

    kbnt_value_append_value(hosts, KBNT_FIELD_HOSTS, host);
    for (guint i = 0; i < n_hosts; i++) {
        KbntValue *other = kbnt_value_nth_value(roster->hosts, KBNT_FIELD_HOSTS, i);

        if (g_strcmp0(kbnt_value_get_string(other, KBNT_FIELD_HOST), name) != 0)
            kbnt_value_append_value(hosts, KBNT_FIELD_HOSTS, other);
    }
    kbnt_value_unref(roster->hosts);
    roster->hosts = hosts;
}

const KbntValue *
kbnt_roster_hosts(const KbntRoster *roster)
{
    return roster->hosts;
}
