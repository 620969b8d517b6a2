/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* kafka-renewal.c: owns how a member that has failed for good joins again. */
#include "kafka-renewal.h"

#include "kafka-group.h"
#include "kafka-membership.h"

#define PAUSE_US 500000
#define SESSIONS 2

typedef struct {
    KafkaMember *member;
    KafkaClient *asker; /* of the group, once the member's own client is gone */
} Renewal;

static void
say(const KafkaMember *member, const char *text)
{
    g_autoptr(KbntValue) fields = kbnt_value_new();

    kbnt_value_set_string(fields, KBNT_FIELD_DETAIL, member->trouble);
    kbnt_host_log(member->transport->host, KBNT_LOG_WARNING, "consumer", fields, text);
}

/* Returns: FALSE also where nobody has answered, which *@ret_is_known tells. */
static gboolean
is_taken(const Renewal *renewal, gboolean *ret_is_known)
{
    const KafkaMember *member = renewal->member;
    g_autoptr(GPtrArray) found = kafka_membership_list(renewal->asker, member->group, NULL);

    *ret_is_known = found != NULL;
    for (guint i = 0; found && i < found->len; i++) {
        const KafkaMembership *other = found->pdata[i];

        if (g_strcmp0(other->instance_id, member->instance_id) == 0)
            return TRUE;
    }
    return FALSE;
}

static gboolean
give_up(const KafkaMember *member, GError **error)
{
    g_set_error(error, KBNT_ERROR, KBNT_ERROR_IN_USE,
                "group '%s': another process has the name '%s'; is there a second process with "
                "a copy of this state_dir?",
                member->group, member->instance_id);
    return FALSE;
}

/* Brokers that are away end no session. */
static gboolean
wait_for_name(const Renewal *renewal, gint64 session_us, GError **error)
{
    gint64 taken_us = 0; /* since when; 0 for not known to be */
    gboolean is_known = TRUE;

    while (!g_atomic_int_get(&renewal->member->has_left)) {
        gint64 now_us = g_get_monotonic_time();

        if (!is_taken(renewal, &is_known) && is_known)
            return TRUE;
        if (!is_known || taken_us == 0)
            taken_us = is_known ? now_us : 0;
        else if (now_us - taken_us > SESSIONS * session_us)
            return give_up(renewal->member, error);
        g_usleep(PAUSE_US);
    }
    g_set_error_literal(error, KBNT_ERROR, KBNT_ERROR_STOPPED, "the subscription has ended");
    return FALSE;
}

static gint64
session_us_of(const KafkaClient *client)
{
    char ms[32] = "";
    size_t size = sizeof ms;

    rd_kafka_conf_get(rd_kafka_conf(client->handle), "session.timeout.ms", ms, &size);
    return g_ascii_strtoll(ms, NULL, 10) * 1000;
}

/* On the loop. A stop that has begun meanwhile ends the thread itself. */
static void
renewed(gpointer data)
{
    KafkaMember *member = data;

    if (!member->has_left) {
        g_thread_join(g_steal_pointer(&member->renewal));
        if (member->failure) {
            g_free(member->trouble);
            member->trouble = g_strdup(member->failure->message);
            say(member, "the member stays out of its group");
        } else {
            g_clear_pointer(&member->trouble, g_free);
            kafka_group_attach(member);
            member->has_joined = TRUE;
            kafka_schedule(member->transport);
        }
    }
    kafka_member_unref(member);
}

static gpointer
renew(gpointer data)
{
    g_autofree Renewal *renewal = data;
    KafkaMember *member = renewal->member;
    gint64 session_us = session_us_of(member->client);

    kafka_client_unref(g_steal_pointer(&member->client));
    if (!member->instance_id || wait_for_name(renewal, session_us, &member->failure))
        kafka_group_join(member, &member->failure);
    kafka_client_unref(renewal->asker);
    kbnt_host_invoke(member->transport->host, renewed, member);
    return NULL;
}

void
kafka_member_renew(KafkaMember *member, const char *reason)
{
    KafkaTransport *transport = member->transport;
    Renewal *renewal = g_new0(Renewal, 1);

    g_free(member->trouble);
    member->trouble = g_strdup_printf("group '%s': %s", member->group, reason);
    say(member, "the member has failed for good and joins again");
    kbnt_host_count(transport->host, "rejoined_total", 1);
    kafka_group_detach(member);
    *renewal = (Renewal){ kafka_member_ref(member), kafka_client_ref(transport->producer) };
    member->renewal = g_thread_new("kafka-renew", renew, renewal);
}
