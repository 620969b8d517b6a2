/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Owns what another schema registry than the embedded one is needed for.
 *
 * A file ID.json holds a schema as the registry gave it, and the subject that it was asked for
 * under. An id never changes its schema, so that a file is as good as the registry. */
#include "remote-registry.h"

#include "frame.h"
#include "schema-registry.h"

#include <errno.h>
#include <glib/gstdio.h>
#include <jansson.h>
#include <string.h>

#define LANE "registry"
#define UNKNOWN_FOR_US (60 * G_USEC_PER_SEC)
#define MOST_UNKNOWN 4096
#define N_OWN 2

struct KbntRemoteRegistry {
    KbntLoop *loop;
    KbntCodec *codec;
    KbntRegistryAccess access;
    char *folder;
    GHashTable *jobs;    /* look-ups under way, by id */
    GHashTable *unknown; /* when the registry said so, by id */
    guint32 own[N_OWN];  /* ids by which a life before has written; 0 for none */
    gint is_ending;
};

static const char *const own_subjects[N_OWN] = { KBNT_SUBJECT_REQUESTS, KBNT_SUBJECT_EVENTS };

typedef struct {
    KbntDone done;
    gpointer data;
} Waiter;

/* A look-up of one schema, or the registration of ours; away from the loop until it is
 * finished. */
typedef struct {
    KbntRemoteRegistry *registry;
    guint32 id; /* 0: a registration */
    const char *subject;
    char *schema;
    guint32 own[N_OWN];
    GError *error;
    GArray *waiters; /* of Waiter */
} Job;

static void
job_free(Job *job)
{
    g_free(job->schema);
    g_clear_error(&job->error);
    g_array_unref(job->waiters);
    g_free(job);
}

static Job *
job_new(KbntRemoteRegistry *registry, guint32 id, const char *subject)
{
    Job *job = g_new0(Job, 1);

    job->registry = registry;
    job->id = id;
    job->subject = subject;
    job->waiters = g_array_new(FALSE, FALSE, sizeof(Waiter));
    return job;
}

static void
add_waiter(Job *job, KbntDone done, gpointer data)
{
    const Waiter waiter = { done, data };

    g_array_append_val(job->waiters, waiter);
}

static void
tell(const Job *job)
{
    g_autoptr(KbntValue) nothing = kbnt_value_new();

    for (guint i = 0; i < job->waiters->len; i++) {
        const Waiter *waiter = &g_array_index(job->waiters, Waiter, i);

        waiter->done(job->error == NULL ? nothing : NULL, job->error, waiter->data);
    }
}

/* A schema that cannot be kept is asked for again in the next life, no more. */
static void
keep(const KbntRemoteRegistry *registry, guint32 id, const char *subject, const char *schema)
{
    g_autofree char *path = g_strdup_printf("%s/%u.json", registry->folder, id);
    json_t *kept = json_pack("{s:I, s:s, s:s}", "id", (json_int_t)id, "subject", subject,
                             "schema", schema);
    g_autofree char *text = json_dumps(kept, JSON_COMPACT);

    json_decref(kept);
    g_file_set_contents_full(path, text, -1, G_FILE_SET_CONTENTS_CONSISTENT, 0640, NULL);
}

static guint32
own_index(const char *subject)
{
    return g_str_equal(subject, KBNT_SUBJECT_EVENTS) ? 1 : 0;
}

static void
recall_file(KbntRemoteRegistry *registry, const char *name)
{
    g_autofree char *path = g_build_filename(registry->folder, name, NULL);
    json_t *kept = json_load_file(path, JSON_REJECT_DUPLICATES, NULL);
    json_int_t id = json_integer_value(json_object_get(kept, "id"));
    const char *subject = json_string_value(json_object_get(kept, "subject"));
    const char *schema = json_string_value(json_object_get(kept, "schema"));

    if (id > 0 && id <= G_MAXINT32 && subject != NULL && schema != NULL &&
        kbnt_codec_learn(registry->codec, (guint32)id, subject, schema, NULL) &&
        g_str_equal(schema, kbnt_schema_registry_latest(subject)->text))
        registry->own[own_index(subject)] = (guint32)id;
    json_decref(kept);
}

static gboolean
recall_all(KbntRemoteRegistry *registry, GError **error)
{
    g_autoptr(GDir) folder = NULL;
    const char *name;

    if (g_mkdir_with_parents(registry->folder, 0750) != 0) {
        g_set_error(error, KBNT_ERROR, KBNT_ERROR_CONFIG_INVALID,
                    "[registry] url: cannot make the folder '%s': %s", registry->folder,
                    g_strerror(errno));
        return FALSE;
    }
    folder = g_dir_open(registry->folder, 0, NULL);
    while (folder != NULL && (name = g_dir_read_name(folder)) != NULL)
        if (g_str_has_suffix(name, ".json"))
            recall_file(registry, name);
    return TRUE;
}

KbntRemoteRegistry *
kbnt_remote_registry_new(KbntLoop *loop, KbntCodec *codec, const KbntRegistryAccess *access,
                         const char *folder, GError **error)
{
    KbntRemoteRegistry *registry = g_new0(KbntRemoteRegistry, 1);

    registry->loop = loop;
    registry->codec = codec;
    registry->access = *access;
    registry->access.is_ending = &registry->is_ending;
    registry->folder = g_strdup(folder);
    registry->jobs = g_hash_table_new(NULL, NULL);
    registry->unknown = g_hash_table_new_full(NULL, NULL, NULL, g_free);
    if (recall_all(registry, error))
        return registry;
    kbnt_remote_registry_free(registry);
    return NULL;
}

void
kbnt_remote_registry_free(KbntRemoteRegistry *registry)
{
    if (registry == NULL)
        return;
    g_atomic_int_set(&registry->is_ending, TRUE);
    kbnt_loop_stop_lanes(registry->loop);
    g_hash_table_unref(registry->jobs);
    g_hash_table_unref(registry->unknown);
    g_free(registry->folder);
    g_free(registry);
}

/* Whoever makes ids up makes the registry be asked again, and the table no longer. */
static void
note_unknown(KbntRemoteRegistry *registry, guint32 id)
{
    gint64 *said_us = g_new(gint64, 1);

    if (g_hash_table_size(registry->unknown) >= MOST_UNKNOWN)
        g_hash_table_remove_all(registry->unknown);
    *said_us = g_get_monotonic_time();
    g_hash_table_insert(registry->unknown, GUINT_TO_POINTER(id), said_us);
}

static gboolean
is_known_to_be_unknown(KbntRemoteRegistry *registry, guint32 id)
{
    const gint64 *said_us = g_hash_table_lookup(registry->unknown, GUINT_TO_POINTER(id));

    return said_us != NULL && g_get_monotonic_time() - *said_us < UNKNOWN_FOR_US;
}

static void
found(gpointer data)
{
    Job *job = data;
    KbntRemoteRegistry *registry = job->registry;

    g_hash_table_remove(registry->jobs, GUINT_TO_POINTER(job->id));
    if (g_atomic_int_get(&registry->is_ending)) {
        g_clear_error(&job->error);
        job->error = g_error_new(KBNT_ERROR, KBNT_ERROR_STOPPED, "the daemon stops");
    } else if (job->error == NULL)
        kbnt_codec_learn(registry->codec, job->id, job->subject, job->schema, &job->error);
    if (g_error_matches(job->error, KBNT_ERROR, KBNT_ERROR_SCHEMA_UNKNOWN))
        note_unknown(registry, job->id);
    tell(job);
    job_free(job);
}

/* On the lane. */
static void
find(gpointer data)
{
    Job *job = data;
    KbntRemoteRegistry *registry = job->registry;

    job->schema = kbnt_registry_client_find(&registry->access, job->id, &job->error);
    if (job->schema != NULL)
        keep(registry, job->id, job->subject, job->schema);
    kbnt_loop_invoke(registry->loop, found, job);
}

static void
start(Job *job, KbntLoopFunc work, KbntLoopFunc finished)
{
    KbntRemoteRegistry *registry = job->registry;

    if (!kbnt_loop_run_blocking(registry->loop, LANE, work, job, &job->error))
        kbnt_loop_invoke(registry->loop, finished, job);
}

gboolean
kbnt_remote_registry_look_up(gpointer data, const KbntValue *record, KbntDone done,
                             gpointer done_data)
{
    KbntRemoteRegistry *registry = data;
    const char *topic = kbnt_value_get_string(record, KBNT_FIELD_TOPIC);
    guint32 id = kbnt_frame_schema_of(record);
    Job *job;

    if (id == 0 || kbnt_codec_knows(registry->codec, id) ||
        is_known_to_be_unknown(registry, id))
        return FALSE;
    job = g_hash_table_lookup(registry->jobs, GUINT_TO_POINTER(id));
    if (job != NULL) {
        add_waiter(job, done, done_data);
        return TRUE;
    }
    job = job_new(registry, id,
                  g_strcmp0(topic, KBNT_TOPIC_EVENTS) == 0 ? KBNT_SUBJECT_EVENTS
                                                           : KBNT_SUBJECT_REQUESTS);
    add_waiter(job, done, done_data);
    g_hash_table_insert(registry->jobs, GUINT_TO_POINTER(id), job);
    start(job, find, found);
    return TRUE;
}

/* Where the registry does not answer, the ids of a life before do. */
static void
fall_back(Job *job)
{
    const guint32 *before = job->registry->own;

    if (job->error == NULL || kbnt_error_class(job->error) != KBNT_CLASS_RETRY ||
        before[0] == 0 || before[1] == 0)
        return;
    g_clear_error(&job->error);
    memcpy(job->own, before, sizeof job->own);
}

static void
registered(gpointer data)
{
    Job *job = data;
    KbntRemoteRegistry *registry = job->registry;

    fall_back(job);
    for (guint i = 0; i < N_OWN && job->error == NULL; i++)
        kbnt_codec_write_as(registry->codec, own_subjects[i], job->own[i], &job->error);
    tell(job);
    job_free(job);
}

/* On the lane. */
static void
register_own(gpointer data)
{
    Job *job = data;
    const KbntRegistryAccess *access = &job->registry->access;

    for (guint i = 0; i < N_OWN && job->error == NULL; i++) {
        const char *schema = kbnt_schema_registry_latest(own_subjects[i])->text;

        job->own[i] = kbnt_registry_client_register(access, own_subjects[i], schema,
                                                    &job->error);
        if (job->error == NULL)
            keep(job->registry, job->own[i], own_subjects[i], schema);
    }
    kbnt_loop_invoke(job->registry->loop, registered, job);
}

void
kbnt_remote_registry_register(KbntRemoteRegistry *registry, KbntDone done, gpointer data)
{
    Job *job = job_new(registry, 0, NULL);

    add_waiter(job, done, data);
    start(job, register_own, registered);
}
