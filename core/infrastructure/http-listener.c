/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Owns the listening sockets of the HTTP server: binding, accepting, who the caller is. */
#include "http-private.h"

#include <errno.h>
#include <gio/gio.h>
#include <glib-unix.h>
#include <glib/gstdio.h>
#include <kbnt/kbnt-error.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#define BACKLOG 4096
/* Connections taken in one turn of the loop, so that a flood of them leaves time for others. */
#define ACCEPT_BATCH 64

typedef struct {
    KbntHttpServer *server;
    GSource *source;
    int fd;
    char *unix_path; /* (nullable) */
} Listener;

typedef union {
    struct sockaddr any;
    struct sockaddr_in in;
    struct sockaddr_in6 in6;
    struct sockaddr_storage storage;
} Address;

static void
describe_inet(const Address *address, socklen_t length, KbntHttpPeer *ret_peer)
{
    g_autoptr(GSocketAddress) parsed = g_socket_address_new_from_native((gpointer)address,
                                                                        length);
    GInetAddress *inet = g_inet_socket_address_get_address(G_INET_SOCKET_ADDRESS(parsed));
    g_autofree char *text = g_inet_address_to_string(inet);

    ret_peer->is_loopback = g_inet_address_get_is_loopback(inet);
    g_strlcpy(ret_peer->address, text, sizeof ret_peer->address);
}

static void
describe_unix(int fd, KbntHttpPeer *ret_peer)
{
    struct ucred credentials = { .uid = (uid_t)-1, .gid = (gid_t)-1 };
    socklen_t length = sizeof credentials;

    /* Where the kernel does not tell, the ids stay those of nobody. */
    if (getsockopt(fd, SOL_SOCKET, SO_PEERCRED, &credentials, &length) < 0)
        credentials = (struct ucred){ .uid = (uid_t)-1, .gid = (gid_t)-1 };
    ret_peer->is_unix = TRUE;
    ret_peer->is_loopback = TRUE;
    ret_peer->uid = credentials.uid;
    ret_peer->gid = credentials.gid;
    ret_peer->pid = credentials.pid;
    g_strlcpy(ret_peer->address, "unix", sizeof ret_peer->address);
}

static gboolean
accept_one(Listener *listener)
{
    Address address = { .storage = { 0 } };
    socklen_t length = sizeof address;
    KbntHttpPeer peer = { .uid = (uid_t)-1, .gid = (gid_t)-1 };
    int one = 1;
    int fd = accept4(listener->fd, &address.any, &length, SOCK_CLOEXEC | SOCK_NONBLOCK);

    if (fd < 0)
        return FALSE;
    if (listener->unix_path != NULL) {
        describe_unix(fd, &peer);
    } else {
        describe_inet(&address, length, &peer);
        setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof one);
    }
    return kbnt_http_connection_add(listener->server, fd, peer, &address, length);
}

static gboolean
on_connection(int fd, GIOCondition condition, gpointer data)
{
    Listener *listener = data;

    for (guint i = 0; i < ACCEPT_BATCH && accept_one(listener); i++)
        ;
    kbnt_http_server_wake(listener->server);
    return G_SOURCE_CONTINUE;
}

static void
add_listener(KbntHttpServer *server, int fd, const char *unix_path)
{
    Listener *listener = g_new0(Listener, 1);

    listener->server = server;
    listener->fd = fd;
    listener->unix_path = g_strdup(unix_path);
    listener->source = g_unix_fd_source_new(fd, G_IO_IN);
    g_source_set_static_name(listener->source, "kbnt http listener");
    g_source_set_callback(listener->source, G_SOURCE_FUNC(on_connection), listener, NULL);
    g_source_attach(listener->source, kbnt_loop_context(server->loop));
    g_ptr_array_add(server->listeners, listener);
}

void
kbnt_http_listener_free(gpointer data)
{
    Listener *listener = data;

    g_source_destroy(listener->source);
    g_source_unref(listener->source);
    if (listener->unix_path != NULL)
        unlink(listener->unix_path);
    close(listener->fd);
    g_free(listener->unix_path);
    g_free(listener);
}

static gboolean
fail_to_listen(int fd, const char *address, const char *next_step, GError **error)
{
    int cause = errno;

    if (fd >= 0)
        close(fd);
    g_set_error(error, KBNT_ERROR,
                cause == EADDRINUSE ? KBNT_ERROR_IN_USE : KBNT_ERROR_CONFIG_INVALID,
                "cannot listen on '%s': %s; %s", address, g_strerror(cause), next_step);
    return FALSE;
}

/* "::1" alone would be read as an address without its port. */
static gboolean
names_port(const char *text)
{
    const char *colon = text[0] == '[' ? strstr(text, "]:") : strchr(text, ':');

    return colon != NULL && (text[0] == '[' || strchr(colon + 1, ':') == NULL);
}

static gboolean
parse_address(const char *text, Address *ret_address, socklen_t *ret_length, GError **error)
{
    g_autoptr(GSocketConnectable) parsed = g_network_address_parse(text, 0, NULL);
    g_autoptr(GSocketAddress) socket_address = NULL;
    GNetworkAddress *network = (GNetworkAddress *)parsed;

    /* Numbers only: a name would ask a resolver, and may mean several addresses. */
    if (network != NULL && names_port(text))
        socket_address = g_inet_socket_address_new_from_string(
            g_network_address_get_hostname(network), g_network_address_get_port(network));
    if (socket_address == NULL) {
        g_set_error(error, KBNT_ERROR, KBNT_ERROR_CONFIG_INVALID,
                    "cannot listen on '%s': it is not ADDRESS:PORT with a numeric address; "
                    "write http.listen like 127.0.0.1:8080 or [::1]:8080",
                    text);
        return FALSE;
    }
    *ret_length = (socklen_t)g_socket_address_get_native_size(socket_address);
    return g_socket_address_to_native(socket_address, ret_address, sizeof *ret_address, error);
}

static guint16
bound_port(int fd)
{
    Address address = { .storage = { 0 } };
    socklen_t length = sizeof address;

    if (getsockname(fd, &address.any, &length) < 0)
        return 0;
    return g_ntohs(address.any.sa_family == AF_INET6 ? address.in6.sin6_port
                                                     : address.in.sin_port);
}

gboolean
kbnt_http_server_listen_tcp(KbntHttpServer *server, const char *text, guint16 *ret_port,
                            GError **error)
{
    Address address = { .storage = { 0 } };
    socklen_t length;
    int one = 1;
    int fd;

    if (!parse_address(text, &address, &length, error))
        return FALSE;
    fd = socket(address.any.sa_family, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    if (fd < 0)
        return fail_to_listen(fd, text, "check that the kernel has this family", error);

    setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &one, sizeof one);
    if (address.any.sa_family == AF_INET6)
        setsockopt(fd, IPPROTO_IPV6, IPV6_V6ONLY, &one, sizeof one);
    if (bind(fd, &address.any, length) < 0 || listen(fd, BACKLOG) < 0)
        return fail_to_listen(fd, text, "end the other process or change http.listen", error);

    if (ret_port != NULL)
        *ret_port = bound_port(fd);
    add_listener(server, fd, NULL);
    return TRUE;
}

/* A socket file outlives a process that was killed; only a file that nobody answers on may
 * go. */
static void
remove_stale_socket(const struct sockaddr_un *address)
{
    struct stat status;
    int fd;

    if (lstat(address->sun_path, &status) < 0 || !S_ISSOCK(status.st_mode))
        return;
    fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (fd < 0)
        return;
    if (connect(fd, (const struct sockaddr *)address, sizeof *address) < 0 &&
        errno == ECONNREFUSED)
        unlink(address->sun_path);
    close(fd);
}

gboolean
kbnt_http_server_listen_unix(KbntHttpServer *server, const char *path, mode_t mode,
                             GError **error)
{
    struct sockaddr_un address = { .sun_family = AF_UNIX };
    int fd;

    if (g_strlcpy(address.sun_path, path, sizeof address.sun_path) >= sizeof address.sun_path) {
        errno = ENAMETOOLONG;
        return fail_to_listen(-1, path, "choose a shorter kbnt.runtime_dir", error);
    }
    remove_stale_socket(&address);
    fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    /* The mode is set before anybody can connect: until listen() all are refused. */
    if (fd < 0 || bind(fd, (struct sockaddr *)&address, sizeof address) < 0 ||
        g_chmod(path, (int)mode) < 0 || listen(fd, BACKLOG) < 0)
        return fail_to_listen(fd, path, "end the other process or change kbnt.runtime_dir",
                              error);
    add_listener(server, fd, path);
    return TRUE;
}
