/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* kafka-renewal.c: owns how a member that has failed for good joins again. */
#include "kafka-renewal.h"

#include "kafka-group.h"
#include "kafka-membership.h"
#include "kafka-offsets.h"

#define PAUSE_US 500000
#define SESSIONS 2

typedef enum { NAME_UNKNOWN, NAME_FREE, NAME_TAKEN } NameState;

static void
say(const KafkaMember *member, const char *text)
{
    g_autoptr(KbntValue) fields = kbnt_value_new();

    kbnt_value_set_string(fields, KBNT_FIELD_DETAIL, member->trouble);
    kbnt_host_log(member->transport->host, KBNT_LOG_WARNING, "consumer", fields, text);
}

static NameState
look(const KafkaMember *member, GError **error)
{
    const KafkaTransport *transport = member->transport;
    g_autoptr(KafkaClient) asker = kafka_offsets_reader(transport->host, transport->config,
                                                        member->group, error);
    g_autoptr(GPtrArray) found = asker ? kafka_membership_list(asker, member->group, error)
                                       : NULL;

    for (guint i = 0; found && i < found->len; i++) {
        const KafkaMembership *other = found->pdata[i];

        if (g_strcmp0(other->instance_id, member->instance_id) == 0)
            return NAME_TAKEN;
    }
    return found ? NAME_FREE : NAME_UNKNOWN;
}

/* What lasts is told once. */
static NameState
look_again(const KafkaMember *member, NameState before)
{
    g_autoptr(GError) error = NULL;
    NameState state = look(member, &error);

    if (state == NAME_UNKNOWN && before != NAME_UNKNOWN)
        kafka_log(member->transport->host, KBNT_LOG_WARNING, error->message);
    return state;
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
wait_for_name(const KafkaMember *member, gint64 session_us, GError **error)
{
    NameState state = NAME_FREE;
    gint64 taken_us = 0; /* since when; 0 for not known to be */

    while (!g_atomic_int_get(&member->has_left)) {
        gint64 now_us = g_get_monotonic_time();

        state = look_again(member, state);
        if (state == NAME_FREE)
            return TRUE;
        if (state == NAME_UNKNOWN)
            taken_us = 0;
        else if (taken_us == 0)
            taken_us = now_us;
        else if (now_us - taken_us > SESSIONS * session_us)
            return give_up(member, error);
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
    KafkaMember *member = data;
    gint64 session_us = session_us_of(member->client);

    kafka_client_unref(g_steal_pointer(&member->client));
    if (!member->instance_id || wait_for_name(member, session_us, &member->failure))
        kafka_group_join(member, &member->failure);
    kbnt_host_invoke(member->transport->host, renewed, member);
    return NULL;
}

void
kafka_member_renew(KafkaMember *member, const char *reason)
{
    KafkaTransport *transport = member->transport;

    g_free(member->trouble);
    member->trouble = g_strdup_printf("group '%s': %s", member->group, reason);
    say(member, "the member has failed for good and joins again");
    kbnt_host_count(transport->host, "rejoined_total", 1);
    kafka_group_detach(member);
    member->renewal = g_thread_new("kafka-renew", renew, kafka_member_ref(member));
}
