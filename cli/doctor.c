/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * doctor.c: owns the looking for what is wrong: each check says what was seen and what to do.
 */
#include "doctor.h"

#include "print.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* A signature is not bound to a time, but people compare the clocks of two logs. */
#define CLOCK_DIFFERENCE_MAX_MS 5000

typedef struct {
    KbntInvocation *invocation;
    json_t *checks;
    gboolean is_well;
} Examination;

static void
note(Examination *examination, const char *name, gboolean is_well, const char *seen,
     const char *advice)
{
    json_t *check = json_pack("{s:s, s:s, s:s, s:s*}", "name", name, "status",
                              is_well ? "ok" : "failed", "detail", seen, "advice",
                              is_well ? NULL : advice);

    json_array_append_new(examination->checks, check);
    examination->is_well = examination->is_well && is_well;
    if (kbnt_invocation_wants_json(examination->invocation))
        return;
    printf("%-4s %-22s %s\n", is_well ? "ok" : "FAIL", name, seen);
    if (!is_well)
        printf("     %-22s %s\n", "", advice);
}

static void
note_clock(Examination *examination, gint64 date_ms)
{
    gint64 difference_ms = g_get_real_time() / 1000 - date_ms;
    g_autofree char *seen = g_strdup_printf("%" G_GINT64_FORMAT " ms from the daemon's",
                                            difference_ms);

    if (date_ms == 0)
        return;
    note(examination, "clock", ABS(difference_ms) <= CLOCK_DIFFERENCE_MAX_MS, seen,
         "set both clocks by NTP");
}

/* Returns: whether a daemon is there at all. */
static gboolean
examine_daemon(Examination *examination)
{
    KbntClient *api = kbnt_invocation_api(examination->invocation);
    g_autoptr(GError) error = NULL;
    g_autoptr(KbntAnswer) answer = kbnt_client_call(api, "GET", "/healthz", NULL, &error);

    if (!answer) {
        note(examination, "daemon", FALSE, error->message,
             "start it ('systemctl start kbnt', or 'kbntd'), or say where it is with --url");
        return FALSE;
    }
    if (!kbnt_answer_check(answer, &error)) {
        note(examination, "daemon", FALSE, error->message,
             "something else may listen there: look with 'ss -ltnp', and set http.listen");
        return FALSE;
    }
    note(examination, "daemon", TRUE, kbnt_client_place(api), NULL);
    note_clock(examination, answer->date_ms);
    return TRUE;
}

static const char *
advice_for(const char *name)
{
    static const char *const advice[][2] = {
        { "store", "look at the room on its disk and its folder's owner, then 'kbntctl store "
                   "check'" },
        { "transport", "look whether the broker runs and is reachable from here" },
        { "broker", "look whether the broker runs and is reachable from here" },
        { "provisioner", "look whether the hypervisor runs and lets kbnt in" },
        { "backlog", "the broker is away or slow; what is stored is sent when it is back" },
    };

    for (gsize i = 0; i < G_N_ELEMENTS(advice); i++) {
        if (strstr(name, advice[i][0]))
            return advice[i][1];
    }
    return "the daemon's log says more: 'journalctl -u \"kbnt*\"'";
}

static void
examine_readiness(Examination *examination)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(KbntAnswer) answer = kbnt_client_call(
        kbnt_invocation_api(examination->invocation), "GET", "/readyz", NULL, &error);
    const json_t *checks = answer ? kbnt_json_at(answer->json, "checks") : NULL;

    if (!answer) {
        note(examination, "readiness", FALSE, error->message, advice_for(""));
        return;
    }
    note(examination, "readiness", answer->status == 200,
         answer->status == 200 ? "takes requests" : "takes no requests now",
         "see the checks that failed");
    for (gsize i = 0; i < json_array_size(checks); i++) {
        const json_t *check = json_array_get(checks, i);
        g_autofree char *name = kbnt_json_show(check, "name");
        g_autofree char *detail = kbnt_json_show(check, "detail");
        const char *status = kbnt_json_text_at(check, "status");

        note(examination, name, g_strcmp0(status, "FAILED") != 0, detail, advice_for(name));
    }
}

/* Returns: whether administration answers. */
static gboolean
examine_socket(Examination *examination)
{
    KbntClient *admin = kbnt_invocation_admin(examination->invocation);
    g_autoptr(GError) error = NULL;
    g_autoptr(KbntAnswer) answer = kbnt_client_call(admin, "GET", "/admin/v1/plugins", NULL,
                                                    &error);

    if (answer && kbnt_answer_check(answer, &error)) {
        note(examination, "administration", TRUE, kbnt_client_place(admin), NULL);
        return TRUE;
    }
    note(examination, "administration", FALSE, error->message,
         "be root, in the group kbnt or the daemon's user; --socket names another socket");
    return FALSE;
}

static void
examine_store(Examination *examination)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(KbntAnswer) answer = kbnt_client_call(
        kbnt_invocation_admin(examination->invocation), "POST", "/admin/v1/store/check", NULL,
        &error);
    gsize n_faults;
    g_autofree char *seen = NULL;

    if (!answer || !kbnt_answer_check(answer, &error)) {
        note(examination, "store check", FALSE, error->message, advice_for("store"));
        return;
    }
    n_faults = json_array_size(kbnt_json_at(answer->json, "faults"));
    seen = g_strdup_printf("%" G_GSIZE_FORMAT " faults", n_faults);
    note(examination, "store check", n_faults == 0, seen, "'kbntctl store check' lists them");
}

int
kbnt_doctor(KbntInvocation *invocation)
{
    Examination examination = { .invocation = invocation, .is_well = TRUE };

    examination.checks = json_array();
    if (examine_daemon(&examination)) {
        examine_readiness(&examination);
        if (examine_socket(&examination))
            examine_store(&examination);
    }
    if (kbnt_invocation_wants_json(invocation))
        kbnt_print_json(examination.checks);
    json_decref(examination.checks);
    return examination.is_well ? KBNT_EXIT_DONE : KBNT_EXIT_FAILED;
}
