/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Owns the judgement of a request's header before any of its body is read: framing, size, Host.
 *
 * libmicrohttpd accepts Content-Length beside Transfer-Encoding, and two Content-Lengths. A
 * proxy in front may read such a request in another way than we do (request smuggling), so it
 * is refused and its connection closed. */
#include "http-private.h"

#include <string.h>

typedef struct {
    guint count;
    guint hosts;
    guint lengths;
    guint encodings;
    const char *host;
    const char *length;
    const char *encoding;
    gboolean is_broken; /* a name that is not a token, a value with a control character */
} Head;

static gboolean
is_token(const char *name, size_t length)
{
    for (size_t i = 0; i < length; i++)
        if (!g_ascii_isalnum(name[i]) &&
            (name[i] == '\0' || strchr("-_!#$%&'*+.^`|~", name[i]) == NULL))
            return FALSE;
    return length > 0;
}

/* A bare CR or a NUL ends the value for one reader and not for another. */
static gboolean
is_clean(const char *value, size_t length)
{
    for (size_t i = 0; i < length; i++)
        if ((guchar)value[i] < ' ' && value[i] != '\t')
            return FALSE;
    return TRUE;
}

static enum MHD_Result
take_header(void *cls, enum MHD_ValueKind kind, const char *name, size_t name_length,
            const char *value, size_t value_length)
{
    Head *head = cls;

    head->count++;
    if (value == NULL || !is_token(name, name_length) || !is_clean(value, value_length)) {
        head->is_broken = TRUE;
    } else if (g_ascii_strcasecmp(name, "Host") == 0) {
        head->hosts++;
        head->host = value;
    } else if (g_ascii_strcasecmp(name, "Content-Length") == 0) {
        head->lengths++;
        head->length = value;
    } else if (g_ascii_strcasecmp(name, "Transfer-Encoding") == 0) {
        head->encodings++;
        head->encoding = value;
    }
    return MHD_YES;
}

static guint
judge_framing(const Head *head, const char **ret_detail)
{
    *ret_detail = "the header does not say in one way where the body ends";
    if (head->lengths > 1 || head->encodings > 1 || head->lengths + head->encodings > 1)
        return 400;
    if (head->encoding != NULL && g_ascii_strcasecmp(head->encoding, "chunked") != 0)
        return 400;
    if (head->length != NULL && (*head->length == '\0' || strlen(head->length) > 18 ||
                                 head->length[strspn(head->length, "0123456789")] != '\0'))
        return 400;
    return 0;
}

/* The name in "name", "name:port", "[::1]" or "[::1]:port", without brackets; the port is not
 * judged, since a forwarder may have another one. Returns its length, or 0 where it is none. */
static gsize
find_name(const char *host, const char **ret_name)
{
    gboolean is_bracketed = host[0] == '[';
    const char *name = is_bracketed ? host + 1 : host;
    gsize length = strcspn(name, is_bracketed ? "]" : ":");
    const char *rest = name + length;

    if (is_bracketed && *rest++ != ']')
        return 0;
    if (*rest == ':')
        rest += 1 + strspn(rest + 1, "0123456789");
    *ret_name = name;
    return *rest == '\0' ? length : 0;
}

static gboolean
is_host_allowed(char **allowed, const char *host)
{
    const char *name = NULL;
    gsize length = find_name(host, &name);

    if (length == 0)
        return FALSE;
    for (; *allowed != NULL; allowed++)
        if (strlen(*allowed) == length && g_ascii_strncasecmp(*allowed, name, length) == 0)
            return TRUE;
    return FALSE;
}

static guint
judge_host(KbntHttpRequest *request, const Head *head, const char **ret_detail)
{
    KbntHttpConnection *connection = request->connection;
    const char *host = request->authority != NULL ? request->authority : head->host;

    *ret_detail = "the header does not name one Host";
    if (head->hosts > 1)
        return 400;
    if (connection->peer.is_unix || connection->server->hosts == NULL)
        return 0;
    if (host == NULL)
        return 400;
    *ret_detail = "the Host is not one of ours; add it to 'http.hosts' if it should be";
    return is_host_allowed(connection->server->hosts, host) ? 0 : 421;
}

static guint
judge_size(KbntHttpRequest *request, const Head *head, const char **ret_detail)
{
    const KbntHttpLimits *limits = &request->connection->server->limits;
    gsize header_bytes = MHD_get_connection_info(request->connection->mhd,
                                                 MHD_CONNECTION_INFO_REQUEST_HEADER_SIZE)
                             ->header_size;

    *ret_detail = "the header is larger than the server takes";
    if (header_bytes > limits->header_bytes)
        return 431;
    *ret_detail = "the header has more fields than the server takes";
    if (head->count > limits->header_count)
        return 431;
    *ret_detail = "the body is larger than the server takes";
    if (head->length != NULL && g_ascii_strtoull(head->length, NULL, 10) > limits->body_bytes)
        return 413;
    return 0;
}

guint
kbnt_http_head_judge(KbntHttpRequest *request, const char **ret_detail, gboolean *ret_has_body)
{
    Head head = { 0 };
    guint status;

    MHD_get_connection_values_n(request->connection->mhd, MHD_HEADER_KIND, take_header, &head);
    *ret_has_body = head.encoding != NULL || head.lengths > 1 ||
                    (head.length != NULL && strcmp(head.length, "0") != 0);

    status = judge_framing(&head, ret_detail);
    if (status == 0)
        status = judge_host(request, &head, ret_detail);
    if (status == 0)
        status = judge_size(request, &head, ret_detail);
    if (status == 0 && (request->fault != NULL || head.is_broken)) {
        *ret_detail = request->fault != NULL
                          ? request->fault
                          : "a header field is not a token and a line of text";
        status = 400;
    }
    return status;
}
