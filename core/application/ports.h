/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * ports.h: owns what the use cases need from outside, as structs of functions.
 *
 * Everything runs on the loop thread. A KbntDone is called exactly once, never inside the call
 * that was given it, and borrows its arguments.
 */
#ifndef KBNT_PORTS_H
#define KBNT_PORTS_H

#include <kbnt/kbnt-host.h>
#include <kbnt/kbnt-store.h>
#include <kbnt/kbnt-transport.h>

/* @result is what came out, or @error says why nothing did. */
typedef void (*KbntDone)(KbntValue *result, const GError *error, gpointer data);

/* The journal of one half: verbs, arguments and results are those of kbnt-store.h. */
typedef struct {
    gpointer data;
    void (*submit)(gpointer data, KbntStoreVerb verb, KbntValue *argument, KbntDone done,
                   gpointer done_data);
    void (*query)(gpointer data, KbntStoreVerb verb, KbntValue *argument, KbntDone done,
                  gpointer done_data);
} KbntStorePort;

/* The broker. publish and publish_atomic call done once a record, with the item of done_data at
 * its index; publish_atomic and read_cursor are there only where it is atomic. */
typedef struct {
    gpointer data;
    gboolean durable;
    gboolean atomic;
    void (*describe)(gpointer data, KbntValue *argument, KbntDone done, gpointer done_data);
    void (*publish)(gpointer data, KbntValue *const *records, guint n_records, KbntDone done,
                    gpointer const *done_data);
    void (*publish_atomic)(gpointer data, KbntValue *const *records, guint n_records,
                           KbntValue *cursor, KbntDone done, gpointer const *done_data);
    void (*read_cursor)(gpointer data, KbntValue *argument, KbntDone done, gpointer done_data);
    void (*subscribe)(gpointer data, const KbntSubscription *subscription, KbntDone done,
                      gpointer done_data);
    void (*unsubscribe)(gpointer data, const KbntSubscription *subscription, KbntDone done,
                        gpointer done_data);
    void (*acknowledge)(gpointer data, const KbntSubscription *subscription, gint32 partition,
                        gint64 offset);
} KbntTransportPort;

/* An op of kbnt-provisioner.h. */
typedef enum {
    KBNT_ACTION_NONE,
    KBNT_ACTION_HOSTS,
    KBNT_ACTION_ENSURE,
    KBNT_ACTION_INSPECT,
    KBNT_ACTION_REMOVE,
    KBNT_ACTION_POWER,
    KBNT_ACTION_ATTACH,
    KBNT_ACTION_DETACH,
    KBNT_ACTION_PROBE,
    KBNT_ACTION_LIST_OWNED,
} KbntAction;

/* The hypervisors. @key names the work; the call ends by @deadline_us in any case. */
typedef struct {
    gpointer data;
    void (*call)(gpointer data, KbntAction action, KbntValue *argument, const char *key,
                 gint64 deadline_us, KbntDone done, gpointer done_data);
    void (*cancel)(gpointer data, const char *key);
} KbntProvisionerPort;

/* Values to the bytes of the wire and back; a failure has the code of a dead letter. */
typedef struct {
    gpointer data;
    KbntValue *(*encode_request)(gpointer data, const KbntValue *request, GError **error);
    KbntValue *(*encode_event)(gpointer data, const KbntValue *event, char ret_checksum[72],
                               GError **error);
    KbntValue *(*decode_request)(gpointer data, const KbntValue *record, GError **error);
    KbntValue *(*decode_event)(gpointer data, const KbntValue *record, GError **error);
    /* SHA-256 in lower-case hexadecimal digits */
    void (*digest)(gpointer data, GBytes *bytes, char ret_digest[65]);
    /* For a record of which decode said SCHEMA_UNKNOWN: whether there is somewhere to ask, and
     * then @done when the record may be decoded again; NULL where there never is. */
    gpointer registry;
    gboolean (*look_up)(gpointer registry, const KbntValue *record, KbntDone done,
                        gpointer done_data);
} KbntCodecPort;

/* Time, chance, and whoever watches. */
typedef struct {
    gpointer data;
    gint64 (*wall_ms)(gpointer data);
    gint64 (*monotonic_us)(gpointer data);
    double (*chance)(gpointer data); /* uniform in [0, 1) */
    void (*uuid)(gpointer data, char ret_uuid[37]);
    guint64 (*after)(gpointer data, gint64 delay_ms, void (*function)(gpointer),
                     gpointer function_data);
    void (*forget)(gpointer data, guint64 timer);
    /* (transfer full): a transition of kbnt-sink.h happened */
    void (*observe)(gpointer data, KbntValue *transition);
    /* a failure that no caller is there to hear of; @text says what happens next */
    void (*report)(gpointer data, const GError *error, const KbntValue *fields,
                   const char *text);
} KbntWorldPort;

/* All that one half works with; version is kbnt's own ("v1.2.3"). */
typedef struct {
    const char *version;
    KbntStorePort store;
    KbntTransportPort transport;
    KbntProvisionerPort provisioner;
    KbntCodecPort codec;
    KbntWorldPort world;
} KbntPorts;

#endif
