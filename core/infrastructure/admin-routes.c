/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Owns the paths of administration. Dead letters are those of the consumer, unless the query
 * says half=producer: what a bad event left behind. */
#include "admin-routes.h"

#include "http-routes.h"
#include "json.h"
#include "query-filter.h"
#include "views.h"

#include <grp.h>
#include <pwd.h>
#include <string.h>
#include <unistd.h>

#define GROUPS_MAX 256

static const KbntAdminServices *
admin_of(KbntCall *call)
{
    return &((const KbntHttpServices *)kbnt_call_services(call))->admin;
}

/* The kernel tells the caller's primary group only; the others are looked up by name. */
static gboolean
is_member(const KbntHttpPeer *peer, gid_t group)
{
    const struct passwd *user = getpwuid(peer->uid);
    gid_t groups[GROUPS_MAX];
    int n_groups = GROUPS_MAX;

    if (peer->gid == group)
        return TRUE;
    if (user == NULL || getgrouplist(user->pw_name, peer->gid, groups, &n_groups) < 0)
        return FALSE;
    for (int i = 0; i < n_groups; i++)
        if (groups[i] == group)
            return TRUE;
    return FALSE;
}

gboolean
kbnt_admin_allows(const KbntAdminServices *admin, const KbntHttpPeer *peer)
{
    const struct group *group;

    if (!peer->is_unix)
        return FALSE;
    if (peer->uid == 0 || peer->uid == geteuid())
        return TRUE;
    group = admin->group != NULL ? getgrnam(admin->group) : NULL;
    return group != NULL && is_member(peer, group->gr_gid);
}

static void
fail_absent(KbntCall *call)
{
    kbnt_call_fail_code(call, KBNT_ERROR_NOT_FOUND, NULL, "this role does not serve '%s'",
                        kbnt_http_request_path(kbnt_call_request(call)));
}

/* Returns NULL after it has refused the call. */
static KbntDeadLetters *
letters_of(KbntCall *call)
{
    const char *half = kbnt_http_request_query(kbnt_call_request(call), "half");
    gboolean is_producer = g_strcmp0(half, "producer") == 0;
    KbntDeadLetters *letters = is_producer ? admin_of(call)->producer_letters
                                           : admin_of(call)->consumer_letters;

    if (half != NULL && !is_producer && strcmp(half, "consumer") != 0) {
        kbnt_call_fail_code(call, KBNT_ERROR_MALFORMED, "/half",
                            "'half' in the query must be producer or consumer");
        return NULL;
    }
    if (letters == NULL)
        fail_absent(call);
    return letters;
}

/* Returns FALSE after it has refused the call. */
static gboolean
read_number(KbntCall *call, const char *text, guint64 *ret_number)
{
    if (g_ascii_string_to_unsigned(text, 10, 0, G_MAXINT64, ret_number, NULL))
        return TRUE;
    kbnt_call_fail_code(call, KBNT_ERROR_NOT_FOUND, NULL,
                        "there is no dead letter '%s': its number is a whole one", text);
    return FALSE;
}

static void
write_letters(GString *json, G_GNUC_UNUSED KbntCall *call, const KbntValue *result)
{
    kbnt_view_append_list(&kbnt_view_dead_letter, json, "deadLetters", result,
                          KBNT_FIELD_ITEMS);
}

static void
answer_letters(KbntValue *result, const GError *error, gpointer data)
{
    kbnt_call_answer(data, 200, write_letters, result, error);
}

static void
list_letters(KbntCall *call)
{
    static const KbntFilterRule rules[] = { { NULL, (KbntField)0 } };
    const char *after = kbnt_http_request_query(kbnt_call_request(call), "after");
    KbntDeadLetters *letters = letters_of(call);
    g_autoptr(KbntValue) filter = NULL;
    guint64 position = 0;

    if (letters == NULL || (after != NULL && !read_number(call, after, &position)))
        return;
    filter = kbnt_query_filter_read(call, rules);
    if (filter != NULL)
        kbnt_dead_letters_list(letters, (gint64)position,
                               (guint)kbnt_value_get_int(filter, KBNT_FIELD_MAX_ROWS),
                               answer_letters, call);
}

/* The raw bytes in base64: whoever asks for one letter wants to take it apart. */
static void
append_raw_value(GString *json, const KbntValue *letter)
{
    const KbntValue *record = kbnt_value_get_value(letter, KBNT_FIELD_RECORD);
    GBytes *bytes = record != NULL ? kbnt_value_get_bytes(record, KBNT_FIELD_BODY) : NULL;
    g_autofree char *text = NULL;
    gsize length;
    gconstpointer data;

    if (bytes == NULL)
        return;
    data = g_bytes_get_data(bytes, &length);
    text = g_base64_encode(data, length);
    kbnt_json_append_text_member(json, "valueBase64", text);
}

static void
write_letter(GString *json, G_GNUC_UNUSED KbntCall *call, const KbntValue *result)
{
    const KbntValue *letter = kbnt_value_get_value(result, KBNT_FIELD_RECORD);

    kbnt_view_append_members(&kbnt_view_dead_letter, json, letter);
    append_raw_value(json, letter);
}

static void
answer_letter(KbntValue *result, const GError *error, gpointer data)
{
    kbnt_call_answer(data, 200, write_letter, result, error);
}

static void
write_redriven(GString *json, KbntCall *call, const KbntValue *result)
{
    const KbntValue *request = kbnt_value_get_value(result, KBNT_FIELD_REQUEST);

    kbnt_json_append_key(json, "redriven");
    g_string_append(json, kbnt_call_argument(call));
    if (request != NULL) {
        kbnt_json_append_key(json, "request");
        kbnt_view_append(&kbnt_view_request, json, request);
    }
}

static void
answer_redriven(KbntValue *result, const GError *error, gpointer data)
{
    kbnt_call_answer(data, 202, write_redriven, result, error);
}

static void
answer_dropped(KbntValue *result, const GError *error, gpointer data)
{
    KbntCall *call = data;

    if (error != NULL)
        kbnt_call_fail(call, error, NULL);
    else
        kbnt_call_reply(call, 204, NULL, NULL, NULL);
}

static void
with_letter(KbntCall *call,
            void (*act)(KbntDeadLetters *letters, gint64 number, KbntDone done, gpointer data),
            KbntDone done)
{
    KbntDeadLetters *letters = letters_of(call);
    guint64 number;

    if (letters != NULL && read_number(call, kbnt_call_argument(call), &number))
        act(letters, (gint64)number, done, call);
}

static void
show_letter(KbntCall *call)
{
    with_letter(call, kbnt_dead_letters_show, answer_letter);
}

static void
redrive_letter(KbntCall *call)
{
    with_letter(call, kbnt_dead_letters_redrive, answer_redriven);
}

static void
drop_letter(KbntCall *call)
{
    with_letter(call, kbnt_dead_letters_drop, answer_dropped);
}

static void
list_plugins(KbntCall *call)
{
    const KbntAdminServices *admin = admin_of(call);
    GString *json;

    if (admin->list_plugins == NULL) {
        fail_absent(call);
        return;
    }
    json = g_string_new("{\"plugins\":");
    admin->list_plugins(json, admin->data);
    g_string_append_c(json, '}');
    kbnt_call_reply_json(call, 200, NULL, json);
}

static void
reload(KbntCall *call)
{
    const KbntAdminServices *admin = admin_of(call);
    g_autoptr(GError) error = NULL;
    GString *json;

    if (admin->reload == NULL) {
        fail_absent(call);
        return;
    }
    json = g_string_new("{\"changes\":");
    if (!admin->reload(json, admin->data, &error)) {
        g_string_free(json, TRUE);
        kbnt_call_fail(call, error, NULL);
        return;
    }
    g_string_append_c(json, '}');
    kbnt_call_reply_json(call, 200, NULL, json);
}

static void
write_faults(GString *json, G_GNUC_UNUSED KbntCall *call, const KbntValue *result)
{
    kbnt_json_append_key(json, "faults");
    g_string_append_c(json, '[');
    for (guint i = 0; i < kbnt_value_length(result, KBNT_FIELD_FAULTS); i++) {
        const KbntValue *fault = kbnt_value_nth_value(result, KBNT_FIELD_FAULTS, i);

        kbnt_json_append_comma(json);
        kbnt_json_append_text(json, kbnt_value_get_string(fault, KBNT_FIELD_MESSAGE));
    }
    g_string_append_c(json, ']');
}

static void
answer_check(KbntValue *result, const GError *error, gpointer data)
{
    kbnt_call_answer(data, 200, write_faults, result, error);
}

static void
check_store(KbntCall *call)
{
    const KbntAdminServices *admin = admin_of(call);

    if (admin->check_store == NULL)
        fail_absent(call);
    else
        admin->check_store(admin->data, answer_check, call);
}

static void
write_findings(GString *json, G_GNUC_UNUSED KbntCall *call, const KbntValue *result)
{
    for (guint i = 0; i < kbnt_value_length(result, KBNT_FIELD_TOTALS); i++) {
        const KbntValue *total = kbnt_value_nth_value(result, KBNT_FIELD_TOTALS, i);

        kbnt_json_append_int_member(json, kbnt_value_get_string(total, KBNT_FIELD_NAME),
                                    kbnt_value_get_int(total, KBNT_FIELD_COUNT));
    }
    kbnt_view_append_list(&kbnt_view_finding, json, "findings", result, KBNT_FIELD_ITEMS);
}

static void
answer_reconcile(KbntValue *result, const GError *error, gpointer data)
{
    kbnt_call_answer(data, 200, write_findings, result, error);
}

static void
reconcile(KbntCall *call)
{
    const KbntAdminServices *admin = admin_of(call);

    if (admin->reconcile == NULL)
        fail_absent(call);
    else
        kbnt_reconcile_ask(admin->reconcile,
                           kbnt_http_request_query(kbnt_call_request(call), "host"),
                           answer_reconcile, call);
}

static void
answer_drain(KbntCall *call, const KbntDrain *drain)
{
    GString *json = g_string_new("{");

    kbnt_json_append_bool_member(json, "draining", kbnt_drain_is_wanted(drain));
    kbnt_json_append_int_member(json, "working", kbnt_drain_n_working(drain));
    g_string_append_c(json, '}');
    kbnt_call_reply_json(call, 200, NULL, json);
}

static void
see_drain(KbntCall *call)
{
    const KbntAdminServices *admin = admin_of(call);

    if (admin->drain == NULL)
        fail_absent(call);
    else
        answer_drain(call, admin->drain);
}

static void
set_drain(KbntCall *call, gboolean wanted)
{
    const KbntAdminServices *admin = admin_of(call);

    if (admin->drain != NULL)
        kbnt_drain_set(admin->drain, wanted);
    see_drain(call);
}

static void
drain(KbntCall *call)
{
    set_drain(call, TRUE);
}

static void
resume(KbntCall *call)
{
    set_drain(call, FALSE);
}

const KbntRoute kbnt_admin_routes[] = {
    { "GET", "/admin/v1/dead-letters", "half after limit", list_letters, FALSE },
    { "GET", "/admin/v1/dead-letters/*", "half", show_letter, FALSE },
    { "DELETE", "/admin/v1/dead-letters/*", "half", drop_letter, FALSE },
    { "POST", "/admin/v1/dead-letters/*/redrive", "half", redrive_letter, FALSE },
    { "GET", "/admin/v1/plugins", NULL, list_plugins, FALSE },
    { "POST", "/admin/v1/reload", NULL, reload, FALSE },
    { "POST", "/admin/v1/store/check", NULL, check_store, FALSE },
    { "POST", "/admin/v1/reconcile", "host", reconcile, FALSE },
    { "GET", "/admin/v1/drain", NULL, see_drain, FALSE },
    { "POST", "/admin/v1/drain", NULL, drain, FALSE },
    { "DELETE", "/admin/v1/drain", NULL, resume, FALSE },
};
const gsize kbnt_admin_n_routes = G_N_ELEMENTS(kbnt_admin_routes);
