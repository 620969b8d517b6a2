/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * redrive.c: owns the second try of a request whose attempts are used up.
 *
 * The request as the consumer got it, secrets included, is in its inbox until the letter is
 * gone. The new one has a requestId that follows from the old messageId: where a crash leaves
 * the letter behind a stored request, the next redrive finds that one.
 */
#include "redrive.h"

#include "plan.h"

typedef struct {
    const KbntPorts *ports;
    KbntAccept *accept;
    gint64 number;
    char *message_id;
    KbntValue *view;
    KbntDone done;
    gpointer data;
} Redrive;

static void
end(Redrive *redrive, const GError *error)
{
    g_autoptr(KbntValue) result = NULL;

    if (error == NULL) {
        result = kbnt_value_new();
        kbnt_value_set_value(result, KBNT_FIELD_REQUEST, redrive->view);
    }
    redrive->done(result, error, redrive->data);
    kbnt_value_unref(redrive->view);
    g_free(redrive->message_id);
    g_free(redrive);
}

static void
exhumed(KbntValue *result, const GError *error, gpointer data)
{
    (void)result;
    end(data, g_error_matches(error, KBNT_ERROR, KBNT_ERROR_NOT_FOUND) ? NULL : error);
}

static void
accepted(KbntValue *view, const GError *error, KbntValue *faults, gpointer data)
{
    Redrive *redrive = data;
    const KbntStorePort *store = &redrive->ports->store;
    g_autoptr(KbntValue) argument = NULL;

    (void)faults;
    if (error != NULL) {
        end(redrive, error);
        return;
    }
    redrive->view = kbnt_value_ref(view);
    argument = kbnt_value_new();
    kbnt_value_set_int(argument, KBNT_FIELD_POSITION, redrive->number);
    store->submit(store->data, KBNT_STORE_EXHUME, argument, exhumed, redrive);
}

/* Returns: (transfer full): what the new request takes over from the old one. */
static KbntValue *
again(const Redrive *redrive, const KbntValue *old)
{
    static const KbntField fields[] = {
        KBNT_FIELD_REQUEST_TYPE, KBNT_FIELD_RESOURCE_TYPE, KBNT_FIELD_RESOURCE_ID,
        KBNT_FIELD_USER_ID,      KBNT_FIELD_PRIORITY,      KBNT_FIELD_SPECIFICATION,
    };
    g_autofree char *request_id = g_strconcat("redrive-", redrive->message_id, NULL);
    KbntValue *request = kbnt_value_new();

    for (guint i = 0; i < G_N_ELEMENTS(fields); i++)
        if (kbnt_value_has(old, fields[i]))
            kbnt_value_copy_field(request, old, fields[i]);
    if (!kbnt_plan_creates(kbnt_value_get_int(old, KBNT_FIELD_REQUEST_TYPE)))
        kbnt_value_copy_field(request, old, KBNT_FIELD_VIRTUAL_RESOURCE_ID);
    kbnt_value_set_string(request, KBNT_FIELD_REQUEST_ID, request_id);
    kbnt_value_set_string(request, KBNT_FIELD_RETRY_OF, redrive->message_id);
    return request;
}

static void
row_found(KbntValue *row, const GError *error, gpointer data)
{
    Redrive *redrive = data;
    const KbntWorldPort *world = &redrive->ports->world;
    const KbntValue *old = error == NULL ? kbnt_value_get_value(row, KBNT_FIELD_REQUEST) : NULL;
    g_autoptr(KbntValue) request = NULL;

    if (error != NULL) {
        end(redrive, error);
        return;
    }
    request = again(redrive, old);
    const KbntCaller caller = {
        .user_id = kbnt_value_get_string(old, KBNT_FIELD_USER_ID),
        .administrator = TRUE,
    };
    const KbntSubmission submission = {
        .request = request,
        .caller = &caller,
        .correlation_id = kbnt_value_get_string(old, KBNT_FIELD_CORRELATION_ID),
        .received_us = world->monotonic_us(world->data),
    };
    kbnt_accept_submit(redrive->accept, &submission, accepted, redrive);
}

void
kbnt_redrive(const KbntPorts *ports, KbntAccept *accept, const KbntValue *letter, KbntDone done,
             gpointer data)
{
    const KbntStorePort *store = &ports->store;
    g_autoptr(KbntValue) argument = kbnt_value_new();
    Redrive *redrive = g_new0(Redrive, 1);

    redrive->ports = ports;
    redrive->accept = accept;
    redrive->number = kbnt_value_get_int(letter, KBNT_FIELD_POSITION);
    redrive->message_id = g_strdup(kbnt_value_get_string(letter, KBNT_FIELD_MESSAGE_ID));
    redrive->done = done;
    redrive->data = data;
    kbnt_value_copy_field(argument, letter, KBNT_FIELD_MESSAGE_ID);
    store->query(store->data, KBNT_STORE_INBOX, argument, row_found, redrive);
}
