# SPDX-License-Identifier: LGPL-2.1-or-later
"""A kbntd of the build folder for scenarios: folders and a port of its own, ended by its pid."""
import json
import os
import queue
import shutil
import socket
import subprocess
import tempfile
import threading

BUILD = os.environ.get("KBNT_TEST_BUILDDIR", ".")
START_S = 20
STOP_S = 20


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


class Daemon:
    """Started on entry, ended on exit; its folder goes with it unless keep is set."""

    def __init__(self, *settings, folder=None, wrapper=()):
        self.folder = folder or tempfile.mkdtemp(prefix="kbnt-scenario-")
        self.is_own_folder = folder is None
        self.settings = settings
        self.wrapper = wrapper
        self.lines = []
        self.process = None
        self.port = None

    def command(self):
        settings = (
            "http.listen=127.0.0.1:0",
            f"kbnt.state_dir={self.folder}/state",
            f"kbnt.runtime_dir={self.folder}/run",
            f"kbnt.plugin_dir={os.path.abspath(BUILD)}/plugins/all",
            *self.settings,
        )
        sets = [word for setting in settings for word in ("--set", setting)]
        return [*self.wrapper, f"{BUILD}/core/kbntd", "--config", "/dev/null", *sets]

    def __enter__(self):
        os.makedirs(f"{self.folder}/state", exist_ok=True)
        os.makedirs(f"{self.folder}/run", exist_ok=True)
        self.process = subprocess.Popen(self.command(), stdin=subprocess.DEVNULL,
                                        stdout=subprocess.DEVNULL, stderr=subprocess.PIPE)
        heard = queue.Queue()
        threading.Thread(target=self._read, args=(heard,), daemon=True).start()
        try:
            self.port = heard.get(timeout=START_S)
        except queue.Empty:
            self.process.kill()
        if self.port is None:
            self.process.wait(STOP_S)
            raise RuntimeError("kbntd did not start:\n" + "".join(self.lines))
        return self

    def _read(self, heard):
        for raw in self.process.stderr:
            line = raw.decode("utf-8", "replace")
            self.lines.append(line)
            address = self._address(line)
            if address:
                heard.put(int(address.rsplit(":", 1)[1]))
        heard.put(None)

    @staticmethod
    def _address(line):
        try:
            fields = json.loads(line)
        except ValueError:
            return None
        if fields.get("text") != "listening":
            return None
        return fields.get("address")

    def __exit__(self, *_):
        if self.process.poll() is None:
            self.process.terminate()
        try:
            status = self.process.wait(STOP_S)
        except subprocess.TimeoutExpired:
            self.process.kill()
            status = self.process.wait(STOP_S)
        if self.is_own_folder:
            shutil.rmtree(self.folder)
        if status != 0:
            raise RuntimeError(f"kbntd ended with {status}:\n" + "".join(self.lines[-20:]))

    def connect(self):
        return socket.create_connection(("127.0.0.1", self.port), timeout=15)

    def send(self, raw):
        """Sends bytes on a connection of their own, reads until the server closes."""
        with self.connect() as connection:
            try:
                connection.sendall(raw)
            except OSError:
                pass  # refused while still sending: the answer is what counts
            return Answer(read_all(connection))

    def ask(self, method, target, body=None, **headers):
        return self.send(request(method, target, body, **headers))


def read_all(connection):
    text = b""
    while True:
        try:
            piece = connection.recv(65536)
        except ConnectionResetError:
            return text
        if not piece:
            return text
        text += piece


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
