# SPDX-License-Identifier: LGPL-2.1-or-later
"""An HTTP client that sends any bytes, for servers that must bear them."""
import json
import socket


class Answer:
    """One HTTP answer: status, headers (lower-case names), body, and the whole text."""

    def __init__(self, text):
        self.text = text
        head, _, self.body = text.partition(b"\r\n\r\n")
        lines = head.decode("latin-1").split("\r\n")
        words = lines[0].split(" ")
        self.status = int(words[1]) if len(words) > 1 else 0
        self.headers = {}
        for line in lines[1:]:
            name, _, value = line.partition(":")
            self.headers[name.lower()] = value.strip()

    def json(self):
        return json.loads(self.body)


def connect(port):
    return socket.create_connection(("127.0.0.1", port), timeout=30)


def read_all(connection):
    """Reads until the server closes."""
    text = b""
    while True:
        try:
            piece = connection.recv(65536)
        except ConnectionResetError:
            return text
        if not piece:
            return text
        text += piece


def send(port, raw):
    """Sends bytes on a connection of their own, reads until the server closes."""
    with connect(port) as connection:
        try:
            connection.sendall(raw)
        except OSError:
            pass  # refused while still sending: the answer is what counts
        return Answer(read_all(connection))


def request(method, target, body=None, **headers):
    """The bytes of one request; a header named content_type becomes Content-Type."""
    if isinstance(body, (dict, list)):
        body = json.dumps(body)
    if isinstance(body, str):
        body = body.encode()
    fields = {"Host": "localhost", "Connection": "close"}
    if body is not None:
        fields["Content-Type"] = "application/json"
        fields["Content-Length"] = str(len(body))
    for name, value in headers.items():
        fields["-".join(word.capitalize() for word in name.split("_"))] = value
    lines = [f"{method} {target} HTTP/1.1"]
    lines += [f"{name}: {value}" for name, value in fields.items() if value is not None]
    return "\r\n".join(lines).encode("latin-1") + b"\r\n\r\n" + (body or b"")


def ask(port, method, target, body=None, **headers):
    return send(port, request(method, target, body, **headers))
