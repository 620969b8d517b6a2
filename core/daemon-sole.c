/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Owns the step of the joining by which a consumer whose store cannot be shared is the only one
 * of its group: one that reads beside another would work on half of what belongs together.
 *
 * A member that is there may be what a process left behind that has died, so that its session
 * is waited for; whoever is there after that is alive. */
#include "daemon-private.h"

#define MARGIN_MS 5000

static void ask(gpointer data);

static gboolean
needs_to_be_sole(KbntDaemon *daemon)
{
    return daemon->consumer != NULL &&
           (kbnt_plugin_instance_caps(daemon->transport) & KBNT_TRANSPORT_SHARED) != 0 &&
           (kbnt_plugin_instance_caps(daemon->consumer_store) & KBNT_STORE_SHARED) == 0;
}

static GError *
refusal(KbntDaemon *daemon, KbntValue *described)
{
    const KbntMainConfig *kbnt = daemon->core->kbnt;

    return g_error_new(KBNT_ERROR, KBNT_ERROR_IN_USE,
                       "'%s' reads %s in the group '%s' already, and the store '%s' cannot be "
                       "shared: stop that consumer, give this one a [consumer] group of its "
                       "own, or use a store that can be shared",
                       kbnt_value_nth_string(described, KBNT_FIELD_MEMBERS, 0),
                       KBNT_TOPIC_REQUESTS, daemon->core->consumer->group, kbnt->store);
}

/* Whether or not the daemon is alone is said before it says that it is ready. */
static void
wait_for_its_end(KbntDaemon *daemon, const GError *error)
{
    kbnt_log_writer_report(daemon->log, KBNT_LOG_WARNING, "daemon", error, NULL,
                           "it may be gone: its session is waited for");
    kbnt_loop_after(daemon->loop, G_USEC_PER_SEC, ask, daemon);
}

static void
met_another(KbntDaemon *daemon, KbntValue *described)
{
    g_autoptr(GError) error = refusal(daemon, described);
    gint64 patience_ms = daemon->core->consumer->session_timeout_ms + MARGIN_MS;
    gint64 now_us = g_get_monotonic_time();

    if (daemon->met_another_us == 0)
        daemon->met_another_us = now_us;
    if (now_us - daemon->met_another_us >= patience_ms * 1000)
        kbnt_daemon_join_done(NULL, error, daemon);
    else
        wait_for_its_end(daemon, error);
}

static void
group_described(KbntValue *result, const GError *error, gpointer data)
{
    KbntDaemon *daemon = data;

    if (daemon->stopping)
        return;
    if (error != NULL && kbnt_error_class(error) == KBNT_CLASS_RETRY)
        kbnt_daemon_postpone_join(daemon, error);
    else if (error == NULL && kbnt_value_length(result, KBNT_FIELD_MEMBERS) > 0)
        met_another(daemon, result);
    else
        kbnt_daemon_join_done(NULL, error, daemon);
}

static void
ask(gpointer data)
{
    KbntDaemon *daemon = data;
    const KbntTransportPort *transport = &daemon->consumer_ports.transport;
    g_autoptr(KbntValue) argument = kbnt_value_new();

    if (daemon->stopping)
        return;
    kbnt_value_set_string(argument, KBNT_FIELD_TOPIC, KBNT_TOPIC_REQUESTS);
    kbnt_value_set_string(argument, KBNT_FIELD_GROUP, daemon->core->consumer->group);
    transport->describe(transport->data, argument, group_described, daemon);
}

void
kbnt_daemon_become_sole(KbntDaemon *daemon)
{
    daemon->waiting = TRUE;
    if (needs_to_be_sole(daemon))
        ask(daemon);
    else
        kbnt_daemon_join_done(NULL, NULL, daemon);
}
