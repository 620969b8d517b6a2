/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* host.c: owns KbntHost, the services of the core as one instance sees them. */
#include "host-private.h"

struct KbntHost {
    const KbntHostServices *services;
    gpointer data;
    KbntHalf half;
    char *state_dir;
};

KbntHost *
kbnt_host_new(const KbntHostServices *services, gpointer data, KbntHalf half,
              const char *state_dir)
{
    KbntHost *host = g_new0(KbntHost, 1);

    host->services = services;
    host->data = data;
    host->half = half;
    host->state_dir = g_strdup(state_dir);
    return host;
}

void
kbnt_host_free(KbntHost *host)
{
    if (!host)
        return;
    g_free(host->state_dir);
    g_free(host);
}

static gboolean
may_stand_in_a_log(KbntType type)
{
    return type != KBNT_TYPE_SECRET && type != KBNT_TYPE_SECRETS && type != KBNT_TYPE_VALUE &&
           type != KBNT_TYPE_VALUES && type != KBNT_TYPE_BYTES;
}

/* Secrets are left out here, so that no writer of a log can forget it. */
static KbntValue *
fields_for_log(const KbntValue *fields)
{
    KbntValue *shown = kbnt_value_copy(fields);

    for (guint i = 0; i < kbnt_value_n_fields(fields); i++) {
        KbntField field = kbnt_value_nth_field(fields, i);

        if (!may_stand_in_a_log(kbnt_field_type(field)))
            kbnt_value_clear(shown, field);
    }
    return shown;
}

void
kbnt_host_log(KbntHost *host, KbntLogLevel level, const char *topic, const KbntValue *fields,
              const char *text)
{
    g_autoptr(KbntValue) shown = NULL;

    g_return_if_fail(host && topic && text);

    if (fields)
        shown = fields_for_log(fields);
    host->services->log(host->data, level, topic, shown, text);
}

gint64
kbnt_host_monotonic_us(KbntHost *host)
{
    g_return_val_if_fail(host, 0);
    return host->services->monotonic_us(host->data);
}

gint64
kbnt_host_wall_ms(KbntHost *host)
{
    g_return_val_if_fail(host, 0);
    return host->services->wall_ms(host->data);
}

GMainContext *
kbnt_host_context(KbntHost *host)
{
    g_return_val_if_fail(host, NULL);
    return host->services->context(host->data);
}

KbntHalf
kbnt_host_half(KbntHost *host)
{
    g_return_val_if_fail(host, KBNT_HALF_ALL);
    return host->half;
}

const char *
kbnt_host_state_dir(KbntHost *host)
{
    g_return_val_if_fail(host, NULL);
    return host->state_dir;
}

void
kbnt_host_run_blocking(KbntHost *host, const char *lane,
                       void (*work)(KbntTask *task, gpointer data), KbntTask *task,
                       gpointer data)
{
    g_return_if_fail(host && lane && work && task);
    host->services->run_blocking(host->data, lane, work, task, data);
}

void
kbnt_host_invoke(KbntHost *host, void (*function)(gpointer data), gpointer data)
{
    g_return_if_fail(host && function);
    host->services->invoke(host->data, function, data);
}

void
kbnt_host_count(KbntHost *host, const char *name, double delta)
{
    g_return_if_fail(host && name && delta >= 0);
    host->services->count(host->data, name, delta);
}

void
kbnt_host_gauge(KbntHost *host, const char *name, double value)
{
    g_return_if_fail(host && name);
    host->services->gauge(host->data, name, value);
}

GBytes *
kbnt_host_secret(KbntHost *host, const char *name, GError **error)
{
    g_return_val_if_fail(host && name, NULL);
    return host->services->secret(host->data, name, error);
}

void
kbnt_host_uuid(KbntHost *host, char ret_uuid[37])
{
    g_return_if_fail(host);
    host->services->uuid(host->data, ret_uuid);
}
