/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * dead-letters.c: owns what an operator may do with dead letters: look, drive again, drop.
 *
 * To drive a letter again is one command: it leaves the letters and enters the outbox, so that
 * it is published exactly as often as it was asked for.
 */
#include "dead-letters.h"

#include "redrive.h"

struct KbntDeadLetters {
    const KbntPorts *ports;
    KbntRelay *relay;
    KbntService service;
    KbntAccept *accept; /* where exhausted requests are made anew; NULL without a producer */
};

typedef struct {
    KbntDeadLetters *letters;
    gint64 number;
    KbntDone done;
    gpointer data;
} Redrive;

KbntDeadLetters *
kbnt_dead_letters_new(const KbntPorts *ports, KbntRelay *relay, KbntService service)
{
    KbntDeadLetters *letters = g_new0(KbntDeadLetters, 1);

    letters->ports = ports;
    letters->relay = relay;
    letters->service = service;
    return letters;
}

void
kbnt_dead_letters_set_accept(KbntDeadLetters *letters, KbntAccept *accept)
{
    letters->accept = accept;
}

void
kbnt_dead_letters_free(KbntDeadLetters *letters)
{
    g_free(letters);
}

KbntValue *
kbnt_dead_letters_record(const KbntPorts *ports, const KbntValue *record)
{
    KbntValue *kept = kbnt_value_copy(record);

    if (!ports->transport.durable)
        kbnt_value_clear(kept, KBNT_FIELD_OFFSET);
    return kept;
}

void
kbnt_dead_letters_list(KbntDeadLetters *letters, gint64 position, guint max_rows, KbntDone done,
                       gpointer data)
{
    const KbntStorePort *store = &letters->ports->store;
    g_autoptr(KbntValue) argument = kbnt_value_new();

    kbnt_value_set_int(argument, KBNT_FIELD_POSITION, position);
    kbnt_value_set_int(argument, KBNT_FIELD_MAX_ROWS, max_rows);
    store->query(store->data, KBNT_STORE_DEAD_LETTERS, argument, done, data);
}

static KbntValue *
numbered(gint64 number)
{
    KbntValue *argument = kbnt_value_new();

    kbnt_value_set_int(argument, KBNT_FIELD_POSITION, number);
    return argument;
}

void
kbnt_dead_letters_show(KbntDeadLetters *letters, gint64 number, KbntDone done, gpointer data)
{
    const KbntStorePort *store = &letters->ports->store;
    g_autoptr(KbntValue) argument = numbered(number);

    store->query(store->data, KBNT_STORE_DEAD_LETTER, argument, done, data);
}

static void
exhumed(KbntValue *result, const GError *error, gpointer data)
{
    g_autofree Redrive *redrive = data;
    guint n_records = error == NULL ? kbnt_value_length(result, KBNT_FIELD_RECORDS) : 0;

    for (guint i = 0; i < n_records; i++)
        kbnt_relay_push(redrive->letters->relay,
                        kbnt_value_nth_value(result, KBNT_FIELD_RECORDS, i));
    redrive->done(result, error, redrive->data);
}

/* The record as it first came, without what the broker had put on it. */
static KbntValue *
as_sent(KbntDeadLetters *letters, const KbntValue *letter)
{
    KbntValue *record = kbnt_value_copy(kbnt_value_get_value(letter, KBNT_FIELD_RECORD));

    kbnt_value_clear(record, KBNT_FIELD_PARTITION);
    kbnt_value_clear(record, KBNT_FIELD_OFFSET);
    kbnt_value_clear(record, KBNT_FIELD_TIMESTAMP);
    kbnt_value_clear(record, KBNT_FIELD_POSITION);
    kbnt_value_set_int(record, KBNT_FIELD_SERVICE, letters->service);
    return record;
}

static void
send_again(Redrive *redrive, const KbntValue *letter)
{
    const KbntStorePort *store = &redrive->letters->ports->store;
    g_autoptr(KbntValue) argument = numbered(redrive->number);

    kbnt_value_take_item(argument, KBNT_FIELD_RECORDS, as_sent(redrive->letters, letter));
    store->submit(store->data, KBNT_STORE_EXHUME, argument, exhumed, redrive);
}

static void
ask_again(Redrive *redrive, const KbntValue *letter)
{
    KbntDeadLetters *letters = redrive->letters;
    g_autoptr(GError) refusal = NULL;

    if (letters->accept != NULL) {
        kbnt_redrive(letters->ports, letters->accept, letter, redrive->done, redrive->data);
    } else {
        refusal = g_error_new_literal(
            KBNT_ERROR, KBNT_ERROR_NOT_SUPPORTED,
            "an exhausted request is judged anew by a producer, and this process has none: "
            "post it again, then drop the letter");
        redrive->done(NULL, refusal, redrive->data);
    }
    g_free(redrive);
}

static void
letter_found(KbntValue *result, const GError *error, gpointer data)
{
    Redrive *redrive = data;
    KbntValue *letter = error == NULL ? kbnt_value_get_value(result, KBNT_FIELD_RECORD) : NULL;

    if (error != NULL) {
        redrive->done(NULL, error, redrive->data);
        g_free(redrive);
    } else if (kbnt_value_has(letter, KBNT_FIELD_RECORD))
        send_again(redrive, letter);
    else
        ask_again(redrive, letter);
}

void
kbnt_dead_letters_redrive(KbntDeadLetters *letters, gint64 number, KbntDone done, gpointer data)
{
    Redrive *redrive = g_new0(Redrive, 1);

    redrive->letters = letters;
    redrive->number = number;
    redrive->done = done;
    redrive->data = data;
    kbnt_dead_letters_show(letters, number, letter_found, redrive);
}

void
kbnt_dead_letters_drop(KbntDeadLetters *letters, gint64 number, KbntDone done, gpointer data)
{
    const KbntStorePort *store = &letters->ports->store;
    g_autoptr(KbntValue) argument = numbered(number);

    store->submit(store->data, KBNT_STORE_EXHUME, argument, done, data);
}
