# SPDX-License-Identifier: LGPL-2.1-or-later
"""The configuration of a whole daemon: refused where it cannot work, and changed by SIGHUP."""
import json
import os
import re
import shutil
import signal
import sqlite3
import subprocess
import sys
import time
from pathlib import Path

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from daemon import (BUILD, KBNTCTL, KBNTD, PATIENCE, PLUGINS, Daemon, Skip, require,  # noqa: E402
                    run_tests, wait_until)

WILD = BUILD / "tests" / "unit" / "infrastructure" / ".libs" / "kbnt-sink-wild.so"
EXAMPLES = Path(os.environ.get("KBNT_TEST_SRCDIR", ".")) / "etc"
DISK = {"type": "ALLOCATE_STORAGE", "spec": {"size": "10GB"}}


class Configured(Daemon):
    """A daemon that reads a file."""

    def __init__(self, text, settings=()):
        super().__init__(settings)
        self.file = self.folder / "kbnt.conf"
        self.file.write_text(text)

    def command(self, extra=()):
        program, *arguments = super().command(extra)
        return [program, "--config", str(self.file), *arguments]

    def reload(self, text, awaited):
        """Changes the file, and waits for a line of the log."""
        self.file.write_text(text)
        self.process.send_signal(signal.SIGHUP)
        wait_until(f"the log says '{awaited}'", lambda: any(awaited in x for x in self.lines))


def kbntd(*arguments):
    return subprocess.run([str(KBNTD), *arguments], capture_output=True, text=True, timeout=60)


def refused(*settings):
    """The complaint of a daemon that must not start with these settings."""
    arguments = [x for s in (f"kbnt.plugin_dir={PLUGINS}", *settings) for x in ("--set", s)]
    result = kbntd(*arguments)
    require(result.returncode == 1, f"exit code {result.returncode}: {result.stderr}")
    return result.stderr


def an_impossible_combination_ends_the_start_with_what_to_edit():
    for settings, part in (
            (("kbnt.role=producer",), "set kbnt.role to 'all'"),
            (("http.listen=0.0.0.0:8080",), "listen on 127.0.0.1"),
            (("auth.mode=oidc",), "this version knows 'none' only"),
            (("kbnt.sinks=log;log",), "'log' is named twice"),
            (("policy.file=/nonexistent",), "there is no file '/nonexistent'"),
            (("kbnt.transport=kafak",), "plugin 'kbnt-transport-kafak.so' is not in"),
            (("http.publish_wait=soon", "consumer.worker=4"), "did you mean 'workers'?")):
        complaint = refused(*settings)
        require(part in complaint, f"{settings}: {complaint}")


def all_faults_of_a_file_are_told_at_once():
    with Configured("[kbnt]\nrole = al\n[htpp]\nlisten = x\n[consumer]\nworkers = 0\n") as daemon:
        result = kbntd("--config", str(daemon.file), "--check-config")

        require(result.returncode == 1, f"exit code {result.returncode}")
        for line in ("kbnt.conf:2: key 'role'", "kbnt.conf:4: there is no section [htpp]",
                     "kbnt.conf:6: key 'workers'"):
            require(line in result.stderr, f"'{line}' is not in: {result.stderr}")


def a_wrong_option_is_a_wrong_usage():
    require(kbntd("--no-such-option").returncode == 2, "exit code is not 2")
    require(kbntd("unexpected").returncode == 2, "exit code is not 2")


def a_plugin_that_everybody_can_write_is_not_loaded():
    with Daemon() as daemon:
        own = daemon.folder / "plugins"
        shutil.copytree(PLUGINS, own, ignore=shutil.ignore_patterns("stamp"))
        os.chmod(own / "kbnt-sink-log.so", 0o777)

        complaint = refused(f"kbnt.plugin_dir={own}")

        require("is writable by everybody; run 'chmod o-w' on it" in complaint, complaint)


def a_reload_applies_what_it_can_and_reports_each_key():
    before = "[quota]\ndefault.storage = 5GB\n[http]\nconnections = 100\n[sink.example]\n"
    after = ("[quota]\ndefault.storage = 500GB\n[http]\nconnections = 200\n"
             "[sink.example]\nfailures_only = true\n")
    with Configured(before, ["kbnt.sinks=prometheus;example"]) as daemon:
        daemon.start()
        status, _, problem = daemon.post(DISK)
        require((status, problem["code"]) == (403, "QUOTA_EXCEEDED"), f"{status} {problem}")

        daemon.reload(after, "[sink.example] failures_only: 'false' becomes 'true'")

        status, _, view = daemon.post(DISK)
        require(status == 202, f"{status} {view}")
        log = "\n".join(daemon.lines)
        require("[quota] default.storage: '5GB' becomes '500GB'" in log, log)
        require("[http] connections: '100' stays until a restart, then becomes '200'" in log, log)
        daemon.ended(view["requestId"])
        require(daemon.stop() == 0, "the daemon did not end well")
        written = (daemon.state / "requests.txt").read_text()
        require(written == "", f"a success was written in spite of failures_only: {written}")


def a_reload_of_a_broken_file_changes_nothing():
    with Configured("[quota]\ndefault.storage = 500GB\n") as daemon:
        daemon.start()

        daemon.reload("[quota]\ndefault.storage = 5GB\nuser.ann = 3\n",
                      "the running configuration stays in force")

        status, _, view = daemon.post(DISK)
        require(status == 202, f"{status} {view}")
        require(any("kbnt.conf:3" in line for line in daemon.lines), "no place in the log")


def a_reload_loads_no_plugin_that_is_not_in_use():
    with Configured("") as daemon:
        folder = daemon.folder / "hangs"
        folder.mkdir()
        shutil.copy(WILD, folder)
        daemon.start([f"kbnt.plugin_dir={folder}:{PLUGINS}"])
        began = time.monotonic()
        daemon.reload("[sink.wild]\nkey = 1\n", "checked at the next start")
        require(time.monotonic() - began < 4, "it was held up")


def resident_kib(daemon):
    text = Path(f"/proc/{daemon.process.pid}/status").read_text()
    return int(re.search(r"VmRSS:\s+(\d+)", text).group(1))


def reloads_that_change_nothing_cost_nothing_and_hold_up_no_request():
    with Configured("[quota]\ndefault.storage = 500GB\n") as daemon:
        daemon.start()
        used = []
        for _ in range(3):
            for _ in range(150):
                daemon.process.send_signal(signal.SIGHUP)
                require(daemon.ask("GET", "/healthz")[0] == 200, "it does not answer")
            used.append(resident_kib(daemon))
        view = daemon.ended(daemon.post(DISK)[2]["requestId"])
        require(view["status"] == "COMPLETED", f"{view}")
        if PATIENCE == 1:
            require(used[2] - used[1] < 1024, f"it uses {used} KiB")
        require(daemon.stop() == 0, "the daemon did not end well")


IDLE = """[consumer]
poll_timeout = 1s
session_timeout = 40s
commit_interval = 2s
[retention]
audit = 30d
[securitygroup web]
ingress = tcp/443
"""


def a_key_that_does_nothing_is_told_with_its_place_and_a_default_is_not():
    with Configured(IDLE) as daemon:
        result = kbntd("--config", str(daemon.file), "--set", f"kbnt.plugin_dir={PLUGINS}",
                       "--check-config")
        require(result.returncode == 0, result.stderr)
        told = result.stderr.splitlines()
        for line, key in zip((2, 3, 4, 6, 8), ("poll_timeout", "session_timeout",
                                               "commit_interval", "audit", "ingress")):
            require(any(f"{daemon.file}:{line}: key '{key}'" in x for x in told), result.stderr)
        require(len(told) == 5, result.stderr)
        daemon.start()
        require(sum('"level":"warning"' in x and "has no effect" in x for x in daemon.lines) == 4,
                "\n".join(daemon.lines))
    result = kbntd("--set", f"kbnt.plugin_dir={PLUGINS}", "--check-config")
    require(result.returncode == 0 and result.stderr == "", result.stderr)


def kbntctl_keys(*arguments):
    ran = subprocess.run([str(KBNTCTL), "keys", *arguments, "--json"], capture_output=True,
                         text=True, timeout=30)
    require(ran.returncode == 0, ran.stderr)
    return json.loads(ran.stdout)["keyId"]


def signers(daemon):
    """Of the events that the producer keeps, in their order."""
    store = sqlite3.connect(f"file:{daemon.state}/producer.db?mode=ro", uri=True)
    rows = store.execute("SELECT record FROM events WHERE of_request ORDER BY position")
    found = [re.search(rb"(k\d{8}-[0-9a-f]{4}):[0-9a-f]{64}", row[0]) for row in rows]
    store.close()
    return [match.group(1).decode() for match in found if match]


def a_reload_takes_the_rotated_keys_and_loses_nothing():
    with Configured("") as daemon:
        keys = daemon.folder / "signing.keys"
        text = f"[security]\nsigning_keys = {keys}\n"
        daemon.file.write_text(text)
        first = kbntctl_keys("new", "--file", str(keys))
        daemon.start()
        daemon.post({**DISK, "metadata": {"requestId": "req-1"}})
        require(daemon.ended("req-1")["status"] == "COMPLETED", "req-1")
        second = kbntctl_keys("rotate", "--stage", "--file", str(keys))
        daemon.reload(text, "the signing keys were read again")
        daemon.post({**DISK, "metadata": {"requestId": "req-2"}})
        require(daemon.ended("req-2")["status"] == "COMPLETED", "req-2")
        require(set(signers(daemon)) == {first}, f"{signers(daemon)} sign before the rotation")
        daemon.lines.clear()
        require(kbntctl_keys("rotate", "--file", str(keys)) == second, "another key signs")
        daemon.reload(text, "the signing keys were read again")
        daemon.post({**DISK, "metadata": {"requestId": "req-3"}})
        require(daemon.ended("req-3")["status"] == "COMPLETED", "req-3")
        require(signers(daemon)[-1] == second, f"{signers(daemon)} sign after the rotation")
        keys.write_text("no key\n")
        daemon.reload(text, "the running configuration stays in force")
        daemon.post({**DISK, "metadata": {"requestId": "req-4"}})
        require(daemon.ended("req-4")["status"] == "COMPLETED", "req-4")


def skip_without_kafka(result):
    if "there is no plugin" in result.stderr or "kbnt-transport-kafka.so" in result.stderr:
        raise Skip("built without the transport kafka")


def a_time_that_kafka_has_is_no_idle_key():
    result = kbntd("--set", f"kbnt.plugin_dir={PLUGINS}", "--set", "kbnt.transport=kafka",
                   "--set", "security.accept_unsigned=true", "--set",
                   "consumer.session_timeout=40s", "--set", "consumer.commit_interval=2s",
                   "--set", "consumer.poll_timeout=1s", "--check-config")
    skip_without_kafka(result)
    require(result.returncode == 0 and "has no effect" not in result.stderr, result.stderr)


def the_example_of_a_cluster_fits_both_roles():
    text = (EXAMPLES / "kafka-cluster.conf.example").read_text()
    with Configured("") as daemon:
        keys = daemon.folder / "signing.keys"
        keys.touch(0o600)
        daemon.file.write_text(text.replace("/etc/kbnt/signing.keys", str(keys)))
        for role in "producer", "consumer":
            result = kbntd("--config", str(daemon.file), "--set", f"kbnt.plugin_dir={PLUGINS}",
                           "--set", f"kbnt.role={role}", "--check-config")
            skip_without_kafka(result)
            require(result.returncode == 0 and "has no effect" not in result.stderr,
                    result.stderr)


run_tests([
    an_impossible_combination_ends_the_start_with_what_to_edit,
    all_faults_of_a_file_are_told_at_once,
    a_wrong_option_is_a_wrong_usage,
    a_plugin_that_everybody_can_write_is_not_loaded,
    a_reload_applies_what_it_can_and_reports_each_key,
    a_reload_of_a_broken_file_changes_nothing,
    a_reload_loads_no_plugin_that_is_not_in_use,
    reloads_that_change_nothing_cost_nothing_and_hold_up_no_request,
    a_key_that_does_nothing_is_told_with_its_place_and_a_default_is_not,
    a_time_that_kafka_has_is_no_idle_key,
    the_example_of_a_cluster_fits_both_roles,
    a_reload_takes_the_rotated_keys_and_loses_nothing,
])
