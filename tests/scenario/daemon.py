# SPDX-License-Identifier: LGPL-2.1-or-later
"""A kbntd of its own: in a folder of its own, on a port that the kernel chose."""
import http.client
import json
import os
import re
import shutil
import signal
import sqlite3
import subprocess
import tempfile
import threading
import time
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

BUILD = Path(os.environ.get("KBNT_TEST_BUILDDIR", "."))
PLUGINS = BUILD / "plugins" / "all"
KBNTD = BUILD / "core" / "kbntd"
KBNTCTL = BUILD / "cli" / "kbntctl"

KAFKA = BUILD / "plugins/transport/kafka/.libs/kbnt-transport-kafka.so"

# Sanitizers and valgrind slow everything down; what waits, waits longer then.
SANITIZED = os.environ.get("KBNT_TEST_SANITIZERS", "no") != "no"
PATIENCE = 6 if SANITIZED else 1

# For as many machines as any test asks for, whoever asks.
MUCH_ROOM = ["quota.default.vms=100000", "provisioner.mock.cores=4096",
             "provisioner.mock.memory=65536GiB", "provisioner.mock.disk=4194304GiB"]


class Failure(Exception):
    """What a test found wrong."""


class Skip(Exception):
    """Why a test cannot be run here."""


def why_no_kafka():
    """Why the transport kafka cannot be run here; None where it can."""
    if not KAFKA.exists():
        return "built without the transport kafka"
    if SANITIZED and os.environ["KBNT_TEST_SANITIZERS"] == "thread":
        return "ThreadSanitizer does not see the locks of librdkafka"
    return None


def require(truth, text):
    if not truth:
        raise Failure(text)


def wait_until(what, condition, seconds=30):
    """Asks again and again until the condition holds; returns what it gave."""
    end = time.monotonic() + seconds * PATIENCE
    while time.monotonic() < end:
        answer = condition()
        if answer:
            return answer
        time.sleep(0.02)
    raise Failure(f"{what}: not within {seconds * PATIENCE} s")


class Daemon:
    """One kbntd and its folder, which outlives the process: start it again and it goes on."""

    def __init__(self, settings=(), folder=None):
        self.folder = Path(folder or tempfile.mkdtemp(prefix="kbnt-"))
        self.state = self.folder / "state"
        self.settings = list(settings)
        self.environment = None
        self.process = None
        self.reader = None
        self.port = None
        self.lines = []

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.kill()
        shutil.rmtree(self.folder, ignore_errors=True)

    def command(self, extra=()):
        settings = [f"kbnt.state_dir={self.state}", f"kbnt.runtime_dir={self.folder / 'run'}",
                    f"kbnt.plugin_dir={PLUGINS}", "http.listen=127.0.0.1:0"]
        arguments = [str(KBNTD)]
        for setting in settings + self.settings + list(extra):
            arguments += ["--set", setting]
        return arguments

    def start(self, extra=(), ready=True):
        if self.reader:
            self.reader.join()  # or the last words of the one before count as this one's
        self.lines = []
        self.port = None
        self.process = subprocess.Popen(self.command(extra), stderr=subprocess.PIPE, text=True,
                                        start_new_session=True, env=self.environment)
        self.reader = threading.Thread(target=self._read, daemon=True)
        self.reader.start()
        if ready:
            wait_until("kbntd is ready", self._is_ready)
        return self

    def _read(self):
        for line in self.process.stderr:
            self.lines.append(line.rstrip())
            found = re.search(r'"listening".*"address":"[^"]*:(\d+)"', line)
            if found:
                self.port = int(found.group(1))

    def _is_ready(self):
        if self.process.poll() is not None:
            self.reader.join(5)
            raise Failure("kbntd ended at its start:\n" + "\n".join(self.lines[-20:]))
        return any('"text":"ready"' in line for line in self.lines)

    def kill(self):
        if self.process and self.process.poll() is None:
            self.process.send_signal(signal.SIGKILL)
        if self.process:
            self.process.wait()

    def stop(self, seconds=30):
        """Ends the daemon as systemd does; returns its exit code."""
        self.process.send_signal(signal.SIGTERM)
        return self.process.wait(seconds * PATIENCE)

    def _tell_last_words(self, error):
        """A daemon that ended, but was not killed, says why."""
        try:
            ended = self.process.wait(1)
        except subprocess.TimeoutExpired:
            return
        if ended != -signal.SIGKILL:
            self.reader.join(5)
            raise Failure(f"kbntd ended with {ended}:\n" + "\n".join(self.lines[-60:])) \
                from error

    def ask(self, method, path, body=None, headers=None):
        """One request; returns status, headers and the parsed answer."""
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=20 * PATIENCE)
        try:
            text = json.dumps(body) if isinstance(body, (dict, list)) else body
            sent = {"Content-Type": "application/json"} if body is not None else {}
            connection.request(method, path, text, {**sent, **(headers or {})})
            answer = connection.getresponse()
            raw = answer.read()
            kind = answer.getheader("Content-Type", "")
            return answer.status, dict(answer.getheaders()), \
                json.loads(raw) if "json" in kind else raw.decode()
        except ConnectionError as error:
            self._tell_last_words(error)
            raise
        finally:
            connection.close()

    def check(self, name):
        """What readyz says of one thing; None where it says nothing."""
        checks = self.ask("GET", "/readyz")[2]["checks"]
        return next((check for check in checks if check["name"] == name), None)

    def sum_of(self, metric):
        """The sum over all labels, as it is now."""
        text = self.ask("GET", "/metrics")[2]
        return sum(float(line.rsplit(" ", 1)[1]) for line in text.splitlines()
                   if re.match(rf"{metric}[ {{]", line))

    def post(self, body, headers=None):
        return self.ask("POST", "/api/v1/virtualize", body, headers)

    def request(self, name):
        return self.ask("GET", f"/api/v1/requests/{name}")[2]

    def ended(self, name, seconds=60):
        """Waits for a request to end; returns its last view."""
        def look():
            view = self.request(name)
            return view if view.get("status") in ("COMPLETED", "FAILED", "CANCELLED") else None
        return wait_until(f"request {name} has ended", look, seconds)

    def is_settled(self):
        """Whether both halves have sent all, and know that it came."""
        counts = []
        for half in ("producer", "consumer"):
            store = sqlite3.connect(f"file:{self.state}/{half}.db?mode=ro", uri=True)
            counts += store.execute("SELECT count(*) FROM outbox").fetchone()
            store.close()
        return counts == [0, 0]

    def control(self, *arguments):
        """Runs kbntctl against this daemon."""
        command = [str(KBNTCTL), *arguments, "--url", f"http://127.0.0.1:{self.port}"]
        return subprocess.run(command, capture_output=True, text=True, timeout=120 * PATIENCE)


def make_keys(folder):
    """Makes a file of signing keys in the folder; returns its path."""
    keys = Path(folder) / "signing.keys"
    subprocess.run([str(KBNTCTL), "keys", "new", "--file", str(keys)], check=True,
                   capture_output=True)
    return keys


def named(name, function):
    """Gives a test that is made from data its name."""
    function.__name__ = name
    return function


def run_test(test):
    """Returns the verdict, and the line that tells of it."""
    name = test.__name__.replace("_", " ")
    try:
        test()
        return "PASS", f"PASS {name}"
    except Skip as reason:
        return "SKIP", f"SKIP {name}: {reason}"
    except Exception as error:  # a test that breaks has failed, whatever broke it
        return "FAIL", f"FAIL {name}: {type(error).__name__}: {error}"


def run_tests(tests, workers=1):
    """Runs the tests, so many at a time, prints a line for each, and ends with the count that CI
    reads, as skipped if nothing was tested."""
    counts = Counter()
    with ThreadPoolExecutor(workers) as pool:
        for verdict, line in pool.map(run_test, tests):
            counts[verdict] += 1
            print(line, flush=True)
    print(f"{counts['PASS']} passed, {counts['FAIL']} failed, {counts['SKIP']} skipped")
    raise SystemExit(1 if counts["FAIL"] else 0 if counts["PASS"] else 77)
