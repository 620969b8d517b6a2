/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * operator-commands.c: owns what operators do: dead letters, store, keys, health.
 */
#include "doctor.h"
#include "keys.h"
#include "list.h"

#include <stdio.h>

#define HALF \
    { \
        "half", "HALF", "consumer (default), or producer: events that could not be applied" \
    }

static const KbntOption letter_options[] = {
    HALF,
    { "after", "NUMBER", "Only those after this one" },
    { "limit", "NUMBER", "At most so many" },
    { NULL, NULL, NULL },
};

static const KbntOption half_option[] = {
    HALF,
    { NULL, NULL, NULL },
};

static const KbntOption key_options[] = {
    { "file", "FILE", "The file of keys (default signing.keys in the configuration's folder)" },
    { NULL, NULL, NULL },
};

static const KbntOption rotate_options[] = {
    { "file", "FILE", "The file of keys (default signing.keys in the configuration's folder)" },
    { "stage", NULL, "Make the new key, but let it only verify until the next rotation" },
    { NULL, NULL, NULL },
};

static const KbntOption top_options[] = {
    { "once", NULL, "Show it once and end" },
    { NULL, NULL, NULL },
};

static const KbntColumn letter_columns[] = {
    { "NUMBER", "number" },     { "REASON", "reason" }, { "TIME", "timestamp" },
    { "MESSAGE", "messageId" }, { "DETAIL", "detail" },
};

static const KbntColumn letter_lines[] = {
    { "number", "number" },
    { "reason", "reason" },
    { "detail", "detail" },
    { "step", "step" },
    { "attempts", "attempts" },
    { "time", "timestamp" },
    { "message", "messageId" },
    { "topic", "record.topic" },
    { "partition", "record.partition" },
    { "offset", "record.offset" },
    { "value (base64)", "valueBase64" },
};

static const KbntOption resume_option[] = {
    { "resume", NULL, "Take in work again" },
    { NULL, NULL, NULL },
};

static const KbntOption host_option[] = {
    { "host", "NAME", "Only this host" },
    { NULL, NULL, NULL },
};

static const KbntColumn round_lines[] = {
    { "debts paid", "paid" },
    { "debts left", "debts" },
    { "hosts compared", "hosts" },
    { "hosts skipped", "skipped" },
    { "orphaned parts", "orphan" },
    { "missing resources", "missing" },
    { "incomplete resources", "incomplete" },
    { "changed resources", "changed" },
};

static const KbntColumn finding_columns[] = {
    { "FINDING", "finding" },     { "HOST", "host" },  { "RESOURCE", "virtualResourceId" },
    { "BEFORE", "statusBefore" }, { "NOW", "status" }, { "PART", "part" },
    { "MESSAGE", "messageId" },
};

static int
list_letters(KbntInvocation *invocation)
{
    static const KbntListQuery query = {
        .path = "/admin/v1/dead-letters",
        .member = "deadLetters",
        .columns = letter_columns,
        .n_columns = G_N_ELEMENTS(letter_columns),
    };

    return kbnt_list(invocation, &query);
}

/* Asks for something about the dead letter that was named. */
static KbntAnswer *
ask_about_letter(KbntInvocation *invocation, const char *method, const char *action)
{
    const char *half = kbnt_invocation_get(invocation, "half");
    g_autofree char *number = g_uri_escape_string(kbnt_invocation_operand(invocation, 0), NULL,
                                                  FALSE);
    g_autofree char *escaped = half ? g_uri_escape_string(half, NULL, FALSE) : NULL;
    g_autofree char *path = g_strconcat("/admin/v1/dead-letters/", number, action,
                                        half ? "?half=" : NULL, escaped, NULL);

    return kbnt_invocation_fetch(invocation, kbnt_invocation_admin(invocation), method, path,
                                 NULL);
}

static int
show_letter(KbntInvocation *invocation)
{
    g_autoptr(KbntAnswer) answer = ask_about_letter(invocation, "GET", "");

    return kbnt_show(invocation, answer, letter_lines, G_N_ELEMENTS(letter_lines));
}

/* Says what was done, where the server has nothing to say or people read. */
static int
report(const KbntInvocation *invocation, const KbntAnswer *answer, const char *done)
{
    if (!answer)
        return KBNT_EXIT_FAILED;
    if (!kbnt_invocation_wants_json(invocation))
        printf("%s\n", done);
    else if (answer->json)
        kbnt_print_json(answer->json);
    return KBNT_EXIT_DONE;
}

static int
redrive_letter(KbntInvocation *invocation)
{
    g_autoptr(KbntAnswer) answer = ask_about_letter(invocation, "POST", "/redrive");

    return report(invocation, answer, "it is on its way again");
}

static int
drop_letter(KbntInvocation *invocation)
{
    g_autoptr(KbntAnswer) answer = ask_about_letter(invocation, "DELETE", "");

    return report(invocation, answer, "it is gone");
}

static void
print_faults(const json_t *faults)
{
    for (gsize i = 0; i < json_array_size(faults); i++)
        printf("%s\n", json_string_value(json_array_get(faults, i)));
    if (json_array_size(faults) == 0)
        printf("file and rows are sound\n");
}

static int
check_store(KbntInvocation *invocation)
{
    g_autoptr(KbntAnswer) answer = kbnt_invocation_fetch(
        invocation, kbnt_invocation_admin(invocation), "POST", "/admin/v1/store/check", NULL);
    const json_t *faults = answer ? kbnt_json_at(answer->json, "faults") : NULL;

    if (!answer)
        return KBNT_EXIT_FAILED;
    if (kbnt_invocation_wants_json(invocation))
        kbnt_print_json(answer->json);
    else
        print_faults(faults);
    return json_array_size(faults) > 0 ? KBNT_EXIT_FAILED : KBNT_EXIT_DONE;
}

/* What was compared and done, and a line for each finding. */
static void
print_round(const json_t *round)
{
    const json_t *findings = kbnt_json_at(round, "findings");
    g_autofree char *sheet = kbnt_sheet(round_lines, G_N_ELEMENTS(round_lines), round);
    g_autofree char *table = NULL;

    fputs(sheet, stdout);
    if (json_array_size(findings) == 0)
        return;
    table = kbnt_table(finding_columns, G_N_ELEMENTS(finding_columns), findings);
    printf("\n%s", table);
}

static int
reconcile(KbntInvocation *invocation)
{
    const char *host = kbnt_invocation_get(invocation, "host");
    g_autofree char *escaped = host ? g_uri_escape_string(host, NULL, FALSE) : NULL;
    g_autofree char *path = g_strconcat("/admin/v1/reconcile", host ? "?host=" : NULL, escaped,
                                        NULL);
    g_autoptr(KbntAnswer) answer = kbnt_invocation_fetch(
        invocation, kbnt_invocation_admin(invocation), "POST", path, NULL);

    if (!answer)
        return KBNT_EXIT_FAILED;
    if (kbnt_invocation_wants_json(invocation))
        kbnt_print_json(answer->json);
    else
        print_round(answer->json);
    return KBNT_EXIT_DONE;
}

static int
drain(KbntInvocation *invocation)
{
    gboolean resumes = kbnt_invocation_has(invocation, "resume");
    g_autoptr(KbntAnswer) answer = kbnt_invocation_fetch(
        invocation, kbnt_invocation_admin(invocation), resumes ? "DELETE" : "POST",
        "/admin/v1/drain", NULL);
    g_autofree char *working = answer ? kbnt_json_show(answer->json, "working") : NULL;
    g_autofree char *done = g_strdup_printf(resumes ? "it takes in work again; in work: %s"
                                                    : "it takes in no more; in work: %s",
                                            working);

    return report(invocation, answer, done);
}

static int
reload(KbntInvocation *invocation)
{
    g_autoptr(KbntAnswer) answer = kbnt_invocation_fetch(
        invocation, kbnt_invocation_admin(invocation), "POST", "/admin/v1/reload", NULL);

    if (!answer)
        return KBNT_EXIT_FAILED;
    kbnt_print_json(answer->json);
    return KBNT_EXIT_DONE;
}

const KbntCommand kbnt_operator_commands[] = {
    { "doctor", NULL, "Look for what is wrong, and say what to do", NULL, NULL, kbnt_doctor },
    { "top", NULL, "Show what the daemon does", NULL, top_options, kbnt_top },
    { "dlq list", NULL, "List dead letters: records that could not be done", NULL,
      letter_options, list_letters },
    { "dlq show", "NUMBER", "Show a dead letter with its raw value", NULL, half_option,
      show_letter },
    { "dlq redrive", "NUMBER", "Send a dead letter again, once what ailed it is mended",
      "An EXHAUSTED one is a request whose attempts are used up: it becomes a new request, "
      "judged again, that names the old one in retryOf.",
      half_option, redrive_letter },
    { "dlq drop", "NUMBER", "Throw a dead letter away for good", NULL, half_option,
      drop_letter },
    { "store check", NULL, "Look for damage in the store", NULL, NULL, check_store },
    { "reconcile", NULL, "Compare store and hypervisor, pay debts, and say what is amiss",
      "Pays what failed requests still owe, then compares host by host: a resource that is "
      "gone becomes LOST, one in another state takes it over. Parts that nobody owns are "
      "named and left alone.",
      host_option, reconcile },
    { "drain", NULL, "Let a consumer finish what is in work and take in no more",
      "It leaves its group, so that others get its share, and claims nothing more; readyz says "
      "so. What is in work now is printed, and may be asked again. A restart takes in work "
      "again, as --resume does.",
      resume_option, drain },
    { "reload", NULL, "Read the configuration again, and say what came of each key", NULL, NULL,
      reload },
    { "keys new", NULL, "Make a file with a key that signs messages", NULL, key_options,
      kbnt_keys_new },
    { "keys rotate", NULL, "Let a new key sign; the one before still verifies",
      "Whoever does not have the new key yet makes dead letters of what it signs. So rotate in "
      "two steps: with --stage, then copy the file to all producers and consumers and reload "
      "them (kbntctl reload, or SIGHUP); then without, copy it again and reload them again.",
      rotate_options, kbnt_keys_rotate },
    { NULL, NULL, NULL, NULL, NULL, NULL },
};
