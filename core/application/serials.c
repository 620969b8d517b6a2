/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * serials.c: owns the serial numbers of machines, given by day.
 */
#include "serials.h"

#define BLOCK 16

typedef struct {
    char day[9];
    void (*done)(const char *vm_id, const GError *error, gpointer data);
    gpointer data;
} Asker;

struct KbntSerials {
    const KbntPorts *ports;
    char day[9];
    gint64 next;
    gint64 end;
    GQueue askers;
    gboolean asking;
};

KbntSerials *
kbnt_serials_new(const KbntPorts *ports)
{
    KbntSerials *serials = g_new0(KbntSerials, 1);

    serials->ports = ports;
    g_queue_init(&serials->askers);
    return serials;
}

void
kbnt_serials_free(KbntSerials *serials)
{
    if (serials == NULL)
        return;
    g_queue_clear_full(&serials->askers, g_free);
    g_free(serials);
}

static void
format_day(gint64 timestamp_ms, char ret_day[9])
{
    g_autoptr(GDateTime) time = g_date_time_new_from_unix_utc(timestamp_ms / 1000);
    g_autofree char *day = time != NULL ? g_date_time_format(time, "%Y%m%d") : NULL;

    g_strlcpy(ret_day, day != NULL ? day : "00000000", 9);
}

static void serve(KbntSerials *serials);

static void
answer(KbntSerials *serials, const GError *error)
{
    g_autofree Asker *asker = g_queue_pop_head(&serials->askers);

    if (error != NULL) {
        asker->done(NULL, error, asker->data);
        return;
    }
    g_autofree char *vm_id = g_strdup_printf("VM-KBNT-%s-%03" G_GINT64_FORMAT, asker->day,
                                             serials->next++);
    asker->done(vm_id, NULL, asker->data);
}

static void
block_taken(KbntValue *result, const GError *error, gpointer data)
{
    KbntSerials *serials = data;

    serials->asking = FALSE;
    if (error != NULL) {
        answer(serials, error);
    } else {
        Asker *first = g_queue_peek_head(&serials->askers);

        g_strlcpy(serials->day, first->day, sizeof serials->day);
        serials->next = kbnt_value_get_int(result, KBNT_FIELD_POSITION);
        serials->end = serials->next + BLOCK;
    }
    serve(serials);
}

static void
take_block(KbntSerials *serials, const char *day)
{
    const KbntStorePort *store = &serials->ports->store;
    g_autoptr(KbntValue) argument = kbnt_value_new();

    kbnt_value_set_string(argument, KBNT_FIELD_NAME, day);
    kbnt_value_set_int(argument, KBNT_FIELD_COUNT, BLOCK);
    serials->asking = TRUE;
    store->submit(store->data, KBNT_STORE_TAKE_SERIALS, argument, block_taken, serials);
}

static void
serve(KbntSerials *serials)
{
    Asker *asker;

    while (!serials->asking && (asker = g_queue_peek_head(&serials->askers)) != NULL) {
        if (g_str_equal(asker->day, serials->day) && serials->next < serials->end)
            answer(serials, NULL);
        else
            take_block(serials, asker->day);
    }
}

void
kbnt_serials_take(KbntSerials *serials, gint64 timestamp_ms,
                  void (*done)(const char *vm_id, const GError *error, gpointer data),
                  gpointer data)
{
    Asker *asker = g_new0(Asker, 1);

    format_day(timestamp_ms, asker->day);
    asker->done = done;
    asker->data = data;
    g_queue_push_tail(&serials->askers, asker);
    serve(serials);
}
