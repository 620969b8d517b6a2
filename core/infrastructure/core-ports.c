/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Owns the adapters by which the ports of the application lead to the core's own codec, clock,
 * timers, log and watchers. */
#include "core-ports.h"

#include "checksum.h"

static gint64
world_wall_ms(gpointer data)
{
    (void)data;
    return g_get_real_time() / 1000;
}

static gint64
world_monotonic_us(gpointer data)
{
    (void)data;
    return g_get_monotonic_time();
}

static double
world_chance(gpointer data)
{
    (void)data;
    return g_random_double();
}

static void
world_uuid(gpointer data, char ret_uuid[37])
{
    KbntWorld *world = data;

    kbnt_random_ids_next(&world->ids, ret_uuid);
}

static guint64
world_after(gpointer data, gint64 delay_ms, void (*function)(gpointer), gpointer function_data)
{
    KbntWorld *world = data;

    return kbnt_loop_after_named(world->loop, delay_ms * 1000, "application timer", function,
                                 function_data);
}

static void
world_forget(gpointer data, guint64 timer)
{
    KbntWorld *world = data;

    kbnt_loop_cancel(world->loop, timer);
}

void
kbnt_world_tell_sinks(KbntWorld *world)
{
    KbntValue *const *transitions = (KbntValue *const *)world->seen->pdata;

    for (guint i = 0; i < world->rings->len; i++)
        kbnt_sink_ring_push_all(g_ptr_array_index(world->rings, i), transitions,
                                world->seen->len);
    g_ptr_array_set_size(world->seen, 0);
}

static void
tell_sinks(gpointer data)
{
    kbnt_world_tell_sinks(data);
}

/* The registry counts before the rings, so that a full ring never loses a count. The rings are
 * filled once a turn: to wake a thread for each transition costs more than the transition. */
static void
world_observe(gpointer data, KbntValue *transition)
{
    KbntWorld *world = data;

    kbnt_metrics_observe(world->metrics, transition);
    if (world->seen->len == 0)
        kbnt_loop_at_turn_end(world->loop, "sinks", tell_sinks, world);
    g_ptr_array_add(world->seen, transition);
}

static void
world_report(gpointer data, const GError *error, const KbntValue *fields, const char *text)
{
    KbntWorld *world = data;

    kbnt_log_writer_report(world->log, KBNT_LOG_WARNING, "application", error, fields, text);
}

KbntWorldPort
kbnt_world_port(KbntWorld *world)
{
    return (KbntWorldPort){
        .data = world,
        .wall_ms = world_wall_ms,
        .monotonic_us = world_monotonic_us,
        .chance = world_chance,
        .uuid = world_uuid,
        .after = world_after,
        .forget = world_forget,
        .observe = world_observe,
        .report = world_report,
    };
}

static KbntValue *
codec_encode_request(gpointer data, const KbntValue *request, GError **error)
{
    return kbnt_codec_encode_request(data, request, error);
}

static KbntValue *
codec_encode_event(gpointer data, const KbntValue *event, char ret_checksum[72], GError **error)
{
    return kbnt_codec_encode_event(data, event, ret_checksum, error);
}

static KbntValue *
codec_decode_request(gpointer data, const KbntValue *record, GError **error)
{
    return kbnt_codec_decode_request(data, record, error);
}

static KbntValue *
codec_decode_event(gpointer data, const KbntValue *record, GError **error)
{
    return kbnt_codec_decode_event(data, record, error);
}

static void
codec_digest(gpointer data, GBytes *bytes, char ret_digest[65])
{
    gsize length;
    const guint8 *start = g_bytes_get_data(bytes, &length);

    (void)data;
    kbnt_sha256_digits(start, length, ret_digest);
}

KbntCodecPort
kbnt_codec_port(KbntCodec *codec)
{
    return (KbntCodecPort){
        .data = codec,
        .encode_request = codec_encode_request,
        .encode_event = codec_encode_event,
        .decode_request = codec_decode_request,
        .decode_event = codec_decode_event,
        .digest = codec_digest,
    };
}
