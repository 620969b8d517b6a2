/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The fake host: its services, and the turning of its context. */
#include "fake-host.h"
#include "fake-lanes.h"

#include <glib/gstdio.h>
#include <pthread.h>
#include <string.h>

#define PREEMPTED_AGE_US 10000

typedef struct {
    void (*function)(gpointer data);
    gpointer data;
} Call;

typedef struct {
    KbntLogLevel level;
    char *text;
} Line;

struct FakeHost {
    KbntHost *host;
    GMainContext *context;
    char *state_dir;
    gboolean owns_state_dir;
    FakeLanes *lanes;
    GSource *ring;
    pthread_mutex_t lock;
    GArray *calls;
    GArray *lines;
    GHashTable *metrics;
    GHashTable *secrets;
    gboolean stopped_clock;
    gint64 monotonic_us;
    gint64 wall_ms;
    gint64 longest_hold_us;
    gint64 preempted_us;
    gint64 preempted_read_us;
};

/* A poll function gets no user data; every thread turns one context at a time. */
static _Thread_local gint64 waited_us;

static void
fake_log(gpointer data, KbntLogLevel level, const char *topic, const KbntValue *fields,
         const char *text)
{
    FakeHost *fake = data;
    Line line = { level, g_strdup_printf("%s: %s", topic, text) };

    if (g_getenv("KBNT_TEST_VERBOSE"))
        g_printerr("    log[%d] %s\n", level, line.text);
    pthread_mutex_lock(&fake->lock);
    g_array_append_val(fake->lines, line);
    pthread_mutex_unlock(&fake->lock);
}

static gint64
fake_monotonic_us(gpointer data)
{
    FakeHost *fake = data;

    return fake->stopped_clock ? fake->monotonic_us : g_get_monotonic_time();
}

static gint64
fake_wall_ms(gpointer data)
{
    FakeHost *fake = data;

    return fake->stopped_clock ? fake->wall_ms : g_get_real_time() / 1000;
}

static GMainContext *
fake_context(gpointer data)
{
    return ((FakeHost *)data)->context;
}

static void
fake_run_blocking(gpointer data, const char *lane, void (*work)(KbntTask *, gpointer),
                  KbntTask *task, gpointer work_data)
{
    fake_lanes_push(((FakeHost *)data)->lanes, lane, work, task, work_data);
}

static void
fake_invoke(gpointer data, void (*function)(gpointer), gpointer function_data)
{
    FakeHost *fake = data;
    Call call = { function, function_data };

    pthread_mutex_lock(&fake->lock);
    g_array_append_val(fake->calls, call);
    if (fake->calls->len == 1)
        g_source_set_ready_time(fake->ring, 0);
    pthread_mutex_unlock(&fake->lock);
}

static void
add_metric(FakeHost *fake, const char *name, double value, gboolean adds)
{
    double *metric;

    pthread_mutex_lock(&fake->lock);
    metric = g_hash_table_lookup(fake->metrics, name);
    if (!metric) {
        metric = g_new0(double, 1);
        g_hash_table_insert(fake->metrics, g_strdup(name), metric);
    }
    *metric = adds ? *metric + value : value;
    pthread_mutex_unlock(&fake->lock);
}

static void
fake_count(gpointer data, const char *name, double delta)
{
    add_metric(data, name, delta, TRUE);
}

static void
fake_gauge(gpointer data, const char *name, double value)
{
    add_metric(data, name, value, FALSE);
}

static GBytes *
fake_secret(gpointer data, const char *name, GError **error)
{
    FakeHost *fake = data;
    GBytes *secret = g_hash_table_lookup(fake->secrets, name);

    if (!secret) {
        g_set_error(error, KBNT_ERROR, KBNT_ERROR_NOT_FOUND, "secret '%s' is not there", name);
        return NULL;
    }
    return g_bytes_ref(secret);
}

static void
fake_uuid(gpointer data, char ret_uuid[37])
{
    g_autofree char *uuid = g_uuid_string_random();

    memcpy(ret_uuid, uuid, 37);
}

static const KbntHostServices services = {
    .log = fake_log,
    .monotonic_us = fake_monotonic_us,
    .wall_ms = fake_wall_ms,
    .context = fake_context,
    .run_blocking = fake_run_blocking,
    .invoke = fake_invoke,
    .count = fake_count,
    .gauge = fake_gauge,
    .secret = fake_secret,
    .uuid = fake_uuid,
};

static gboolean
dispatch_calls(GSource *source, GSourceFunc callback, gpointer data)
{
    FakeHost *fake = data;
    g_autoptr(GArray) calls = NULL;

    pthread_mutex_lock(&fake->lock);
    calls = fake->calls;
    fake->calls = g_array_new(FALSE, FALSE, sizeof(Call));
    g_source_set_ready_time(source, -1);
    pthread_mutex_unlock(&fake->lock);

    for (guint i = 0; i < calls->len; i++) {
        const Call *call = &g_array_index(calls, Call, i);

        call->function(call->data);
    }
    return G_SOURCE_CONTINUE;
}

/* GLib hands the user data to dispatch, not the callback: the ring needs a function to be set.
 */
static gboolean
unused_callback(gpointer data)
{
    return G_SOURCE_CONTINUE;
}

static void
attach_ring(FakeHost *fake)
{
    static GSourceFuncs functions = { .dispatch = dispatch_calls };

    fake->ring = g_source_new(&functions, sizeof(GSource));
    g_source_set_static_name(fake->ring, "fake-host-ring");
    g_source_set_callback(fake->ring, unused_callback, fake, NULL);
    g_source_attach(fake->ring, fake->context);
}

static gint
poll_and_count(GPollFD *fds, guint n_fds, gint timeout_ms)
{
    gint64 began_us = g_get_monotonic_time();
    gint n_ready = g_poll(fds, n_fds, timeout_ms);

    waited_us += g_get_monotonic_time() - began_us;
    return n_ready;
}

static void
clear_line(gpointer data)
{
    g_free(((Line *)data)->text);
}

FakeHost *
fake_host_new(KbntHalf half)
{
    g_autofree char *state_dir = g_dir_make_tmp("kbnt-test-XXXXXX", NULL);
    FakeHost *fake;

    g_assert(state_dir);
    fake = fake_host_new_in(half, state_dir);
    fake->owns_state_dir = TRUE;
    return fake;
}

FakeHost *
fake_host_new_in(KbntHalf half, const char *state_dir)
{
    FakeHost *fake = g_new0(FakeHost, 1);

    pthread_mutex_init(&fake->lock, NULL);
    fake->context = g_main_context_new();
    g_main_context_set_poll_func(fake->context, poll_and_count);
    fake->state_dir = g_strdup(state_dir);
    fake->calls = g_array_new(FALSE, FALSE, sizeof(Call));
    fake->lines = g_array_new(FALSE, FALSE, sizeof(Line));
    g_array_set_clear_func(fake->lines, clear_line);
    fake->metrics = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, g_free);
    fake->secrets = g_hash_table_new_full(g_str_hash, g_str_equal, g_free,
                                          (GDestroyNotify)g_bytes_unref);
    fake->lanes = fake_lanes_new();
    attach_ring(fake);
    fake->host = kbnt_host_new(&services, fake, half, fake->state_dir);
    return fake;
}

void
fake_host_free(FakeHost *fake)
{
    if (!fake)
        return;

    fake_lanes_free(fake->lanes);
    fake_host_settle(fake);
    kbnt_host_free(fake->host);
    g_source_destroy(fake->ring);
    g_source_unref(fake->ring);
    g_main_context_unref(fake->context);
    if (fake->owns_state_dir)
        fake_host_remove_tree(fake->state_dir);
    g_free(fake->state_dir);
    g_array_unref(fake->calls);
    g_array_unref(fake->lines);
    g_hash_table_unref(fake->metrics);
    g_hash_table_unref(fake->secrets);
    pthread_mutex_destroy(&fake->lock);
    g_free(fake);
}

KbntHost *
fake_host_get(FakeHost *fake)
{
    return fake->host;
}

GMainContext *
fake_host_context(FakeHost *fake)
{
    return fake->context;
}

const char *
fake_host_state_dir(FakeHost *fake)
{
    return fake->state_dir;
}

void
fake_host_stop_clock(FakeHost *fake, gint64 monotonic_us, gint64 wall_ms)
{
    fake->stopped_clock = TRUE;
    fake->monotonic_us = monotonic_us;
    fake->wall_ms = wall_ms;
}

void
fake_host_advance_ms(FakeHost *fake, gint64 ms)
{
    g_assert(fake->stopped_clock && ms >= 0);
    fake->monotonic_us += ms * 1000;
    fake->wall_ms += ms;
}

gint64
fake_host_preempted_us(void)
{
    g_autofree char *text = NULL;
    const char *delay;

    if (!g_file_get_contents("/proc/thread-self/schedstat", &text, NULL, NULL))
        return 0;
    delay = strchr(text, ' ');
    return delay ? g_ascii_strtoll(delay, NULL, 10) / 1000 : 0;
}

/* Reading the kernel's figure costs more than most turns, so it is read now and then, and again
 * after a turn that looks long. */
static void
read_preempted(FakeHost *fake, gint64 now_us)
{
    fake->preempted_us = fake_host_preempted_us();
    fake->preempted_read_us = now_us;
}

static void
turn_and_measure(FakeHost *fake, gboolean may_wait)
{
    gint64 began_us = g_get_monotonic_time();
    gint64 held_us;

    if (began_us - fake->preempted_read_us > PREEMPTED_AGE_US)
        read_preempted(fake, began_us);
    waited_us = 0;
    g_main_context_iteration(fake->context, may_wait);
    held_us = g_get_monotonic_time() - began_us - waited_us;
    if (held_us > PREEMPTED_AGE_US)
        held_us -= fake_host_preempted_us() - fake->preempted_us;
    fake->longest_hold_us = MAX(fake->longest_hold_us, held_us);
}

static gboolean
wake_up(gpointer data)
{
    return G_SOURCE_CONTINUE;
}

/* Returns: (transfer full): a timer whose only purpose is that the context stops waiting. */
static GSource *
attach_alarm(FakeHost *fake, guint timeout_ms)
{
    GSource *alarm = g_timeout_source_new(timeout_ms);

    g_source_set_callback(alarm, wake_up, NULL, NULL);
    g_source_attach(alarm, fake->context);
    return alarm;
}

void
fake_host_turn(FakeHost *fake, guint timeout_ms)
{
    GSource *alarm = attach_alarm(fake, timeout_ms);

    turn_and_measure(fake, TRUE);
    g_source_destroy(alarm);
    g_source_unref(alarm);
}

gboolean
fake_host_run_until(FakeHost *fake, gboolean (*done)(gpointer), gpointer data, guint timeout_ms)
{
    gint64 end_us = g_get_monotonic_time() + (gint64)timeout_ms * 1000;
    GSource *alarm = attach_alarm(fake, timeout_ms);
    gboolean is_done = done(data);

    while (!is_done && g_get_monotonic_time() < end_us) {
        turn_and_measure(fake, TRUE);
        is_done = done(data);
    }
    g_source_destroy(alarm);
    g_source_unref(alarm);
    return is_done;
}

void
fake_host_settle(FakeHost *fake)
{
    while (g_main_context_pending(fake->context))
        turn_and_measure(fake, FALSE);
}

gint64
fake_host_take_longest_hold_us(FakeHost *fake)
{
    gint64 longest_us = fake->longest_hold_us;

    fake->longest_hold_us = 0;
    return longest_us;
}

gboolean
fake_host_logged(FakeHost *fake, KbntLogLevel level, const char *part)
{
    gboolean found = FALSE;

    pthread_mutex_lock(&fake->lock);
    for (guint i = 0; i < fake->lines->len && !found; i++) {
        const Line *line = &g_array_index(fake->lines, Line, i);

        found = line->level == level && strstr(line->text, part);
    }
    pthread_mutex_unlock(&fake->lock);
    return found;
}

guint
fake_host_n_logged(FakeHost *fake)
{
    guint n_lines;

    pthread_mutex_lock(&fake->lock);
    n_lines = fake->lines->len;
    pthread_mutex_unlock(&fake->lock);
    return n_lines;
}

double
fake_host_metric(FakeHost *fake, const char *name)
{
    double *metric;
    double value;

    pthread_mutex_lock(&fake->lock);
    metric = g_hash_table_lookup(fake->metrics, name);
    value = metric ? *metric : 0;
    pthread_mutex_unlock(&fake->lock);
    return value;
}

void
fake_host_set_secret(FakeHost *fake, const char *name, GBytes *secret)
{
    g_hash_table_insert(fake->secrets, g_strdup(name), g_bytes_ref(secret));
}

void
fake_host_remove_tree(const char *path)
{
    g_autoptr(GDir) folder = g_dir_open(path, 0, NULL);
    const char *name;

    while (folder && (name = g_dir_read_name(folder))) {
        g_autofree char *child = g_build_filename(path, name, NULL);

        if (!g_file_test(child, G_FILE_TEST_IS_SYMLINK) &&
            g_file_test(child, G_FILE_TEST_IS_DIR))
            fake_host_remove_tree(child);
        else
            g_unlink(child);
    }
    g_rmdir(path);
}
