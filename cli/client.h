/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * client.h: owns the way to a daemon: HTTP over TCP or over a Unix socket.
 */
#ifndef KBNT_CLIENT_H
#define KBNT_CLIENT_H

#include <glib.h>
#include <jansson.h>
#include <kbnt/kbnt-error.h>

typedef struct KbntClient KbntClient;

/**
 * KbntAnswer:
 * @status: of HTTP
 * @json: (nullable): the body where it is JSON
 * @text: the body as it came
 * @date_ms: (0: not said): the server's clock
 *
 * What a server says.
 */
typedef struct {
    long status;
    json_t *json;
    char *text;
    gint64 date_ms;
} KbntAnswer;

void kbnt_answer_free(KbntAnswer *answer);

/**
 * kbnt_client_new:
 * @url: (transfer none): scheme, host and port
 * @socket: (transfer none) (nullable): a Unix socket to use instead of the host
 *
 * Returns: (transfer full): a client; it connects when it is asked.
 */
KbntClient *kbnt_client_new(const char *url, const char *socket);

void kbnt_client_free(KbntClient *client);

/* Returns: (transfer none): where it goes to, for people. */
const char *kbnt_client_place(const KbntClient *client);

/**
 * kbnt_client_call:
 * @path: with its query, escaped
 * @body: (transfer full) (nullable): sent as JSON
 *
 * Returns: (transfer full) (nullable): the answer, whatever its status, or NULL with
 *   UNAVAILABLE where there is none.
 */
KbntAnswer *kbnt_client_call(KbntClient *client, const char *method, const char *path,
                             json_t *body, GError **error);

/**
 * kbnt_answer_check:
 *
 * Returns: FALSE with the code and the text of the problem document where the status is not
 *   one of success; each fault stands on a line of its own.
 */
gboolean kbnt_answer_check(const KbntAnswer *answer, GError **error);

/**
 * KbntEventHandler:
 * @event: its type
 * @data: its JSON
 *
 * Hears of an event. Returns: whether to go on listening.
 */
typedef gboolean (*KbntEventHandler)(const char *event, json_t *data, gpointer user_data);

/**
 * kbnt_client_listen:
 * @path: of Server-Sent Events
 *
 * Listens until the stream ends or @handler has heard enough; a connection that is lost is
 * made again from where it broke.
 *
 * Returns: FALSE with UNAVAILABLE or what the problem document says.
 */
gboolean kbnt_client_listen(KbntClient *client, const char *path, KbntEventHandler handler,
                            gpointer user_data, GError **error);

G_DEFINE_AUTOPTR_CLEANUP_FUNC(KbntAnswer, kbnt_answer_free)
G_DEFINE_AUTOPTR_CLEANUP_FUNC(KbntClient, kbnt_client_free)

#endif
