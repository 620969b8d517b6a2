/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * skeleton - the reference of the accept path: libmicrohttpd and the rows, no logic
 *
 *   skeleton producer.db
 *
 * One thread serves, one writes: what came meanwhile is one commit, and is answered after it.
 * The rows of the confirmation go with the next commit; the record stays, as on the memory
 * transport until the consumer has it. The tables are those of the file, which a kbntd made and
 * left empty.
 */
#include "bare-http.h"
#include "store-bare.h"

#include <pthread.h>
#include <stdio.h>

typedef struct {
    pthread_mutex_t lock;
    pthread_cond_t filled;
    GPtrArray *calls; /* of BareCall; guarded by lock */
    gboolean closed;  /* guarded by lock */
    Bare *bare;
} Writer;

static void
take(BareCall *call, gpointer data)
{
    Writer *writer = data;

    bare_call_hold(call);
    pthread_mutex_lock(&writer->lock);
    g_ptr_array_add(writer->calls, call);
    pthread_cond_signal(&writer->filled);
    pthread_mutex_unlock(&writer->lock);
}

/* Returns: (transfer full) (nullable): what came, or NULL at the end. */
static GPtrArray *
await(Writer *writer, gboolean may_be_empty)
{
    GPtrArray *calls = NULL;

    pthread_mutex_lock(&writer->lock);
    while (writer->calls->len == 0 && !writer->closed && !may_be_empty)
        pthread_cond_wait(&writer->filled, &writer->lock);
    if (writer->calls->len > 0 || !writer->closed) {
        calls = writer->calls;
        writer->calls = g_ptr_array_new();
    }
    pthread_mutex_unlock(&writer->lock);
    return calls;
}

static gpointer
write_until_closed(gpointer data)
{
    Writer *writer = data;
    guint n_accepted = 0;
    guint n_confirmed = 0;
    GPtrArray *calls;

    while ((calls = await(writer, n_confirmed < n_accepted)) != NULL) {
        bare_begin(writer->bare);
        bare_confirm(writer->bare, n_confirmed, n_accepted - n_confirmed, FALSE);
        n_confirmed = n_accepted;
        bare_accept(writer->bare, n_accepted, calls->len);
        n_accepted += calls->len;
        bare_commit(writer->bare);
        for (guint i = 0; i < calls->len; i++)
            bare_call_resume(g_ptr_array_index(calls, i));
        g_ptr_array_unref(calls);
    }
    return NULL;
}

int
main(int argc, char **argv)
{
    Writer writer = { .lock = PTHREAD_MUTEX_INITIALIZER, .filled = PTHREAD_COND_INITIALIZER };
    GThread *thread;
    int status;

    if (argc != 2) {
        fprintf(stderr, "skeleton: wants the file of the store\n");
        return 2;
    }
    writer.calls = g_ptr_array_new();
    writer.bare = bare_open(argv[1]);
    thread = g_thread_new("writer", write_until_closed, &writer);
    status = bare_http_serve(take, &writer);
    pthread_mutex_lock(&writer.lock);
    writer.closed = TRUE;
    pthread_cond_signal(&writer.filled);
    pthread_mutex_unlock(&writer.lock);
    g_thread_join(thread);
    g_ptr_array_unref(writer.calls);
    return bare_close(writer.bare) ? status : 1;
}
