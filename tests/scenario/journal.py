# SPDX-License-Identifier: LGPL-2.1-or-later
"""The log sink before a real journal: a systemd-journald in a mount namespace of its own, whose
/run is empty, so that the journal of the machine is neither read nor written."""
import json
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

from daemon import Daemon, Failure, require, run_tests, wait_until

JOURNALD = "/lib/systemd/systemd-journald"
SOCKET = Path("/run/systemd/journal/socket")
INSIDE = "KBNT_TEST_IN_NAMESPACE"
SKIPPED = 77

NETWORK = {"type": "CREATE_NETWORK", "spec": {"subnet": "10.0.1.0/24", "vlan": 200}}
SETTINGS = ["kbnt.sinks=prometheus;log", "provisioner.mock.latency_factor=0.01"]
TO_JOURNAL = SETTINGS + ["sink.log.format=journal"]
IDENTITY = {"KBNT_MESSAGE_ID", "KBNT_CORRELATION_ID", "KBNT_REQUEST_ID", "KBNT_SERVICE",
            "KBNT_LAYER"}


class Journal:
    """A journald that listens."""

    def __init__(self):
        self.process = None

    def __enter__(self):
        self.begin()
        return self

    def __exit__(self, *_):
        self.end()

    def begin(self):
        self.process = subprocess.Popen([JOURNALD], stderr=subprocess.DEVNULL)
        wait_until("journald listens", SOCKET.exists, 10)

    def end(self):
        self.process.terminate()
        self.process.wait()
        SOCKET.unlink(missing_ok=True)


def entries(*matches):
    """What the journal gives for these, in order."""
    ran = subprocess.run(["journalctl", "--directory=/run/log/journal", "--output=json",
                          "--no-pager", "--quiet", *matches], capture_output=True, text=True)
    return [json.loads(line) for line in ran.stdout.splitlines()]


def metric(daemon, name):
    for line in daemon.ask("GET", "/metrics")[2].splitlines():
        if line.startswith(name + " "):
            return float(line.split()[-1])
    return 0


def submitted(daemon):
    status, _, answer = daemon.post(NETWORK)
    require(status == 202, f"{status} {answer}")
    require(daemon.ended(answer["requestId"])["status"] == "COMPLETED", "the request")
    return answer


def entries_of(answer):
    """All entries of a request, once its last one is there."""
    match = f"KBNT_REQUEST_ID={answer['requestId']}"
    wait_until("the journal knows the end", lambda: entries(
        match, "KBNT_TRANSITION=request-settled"))
    return entries(match)


def a_daemon_without_a_journal_says_what_to_set_instead():
    with Daemon(TO_JOURNAL) as daemon:
        daemon.start(ready=False)
        require(daemon.process.wait(30) != 0, "it runs without a journal")
        daemon.reader.join()
        require(any("sink.log.format = json" in line for line in daemon.lines),
                "\n".join(daemon.lines))


def a_request_is_found_by_its_id_from_acceptance_to_end():
    with Journal(), Daemon(TO_JOURNAL) as daemon:
        answer = submitted(daemon.start())
        found = entries_of(answer)
        texts = [entry["MESSAGE"] for entry in found]
        for text in ("A request is accepted and stored", "A message is in the inbox",
                     "A resource is created", "A request has succeeded"):
            require(text in texts, f"'{text}' is not among {texts}")
        for entry in found:
            require(IDENTITY <= entry.keys(), f"{IDENTITY - entry.keys()} missing in {entry}")
            require(entry["KBNT_MESSAGE_ID"] == answer["messageId"], str(entry))
            require(entry["PRIORITY"] == "6", str(entry))


def a_refusal_is_a_notice_with_its_code():
    with Journal(), Daemon(TO_JOURNAL) as daemon:
        daemon.start().post({"type": "CREATE_NETWORK", "spec": {"subnet": "nowhere"}})
        entry, = wait_until("the refusal is in the journal",
                            lambda: entries("KBNT_TRANSITION=request-rejected"))
        require((entry["PRIORITY"], entry["KBNT_CODE"], entry["KBNT_MESSAGE_ID"]) ==
                ("5", "VALIDATION_FAILED", ""), str(entry))


def an_entry_claims_no_place_in_the_source():
    with Journal(), Daemon(TO_JOURNAL) as daemon:
        for entry in entries_of(submitted(daemon.start())):
            require(not [name for name in entry if name.startswith("CODE_")], str(entry))


def an_entry_has_the_fields_of_the_line():
    with Journal(), Daemon(TO_JOURNAL) as daemon:
        in_journal = {entry["KBNT_TRANSITION"]: {name for name in entry if "KBNT_" in name}
                      for entry in entries_of(submitted(daemon.start()))}
    with Daemon(SETTINGS) as daemon:
        path = daemon.folder / "lines"
        answer = submitted(daemon.start([f"sink.log.path={path}"]))
        lines = wait_until("the file knows the end", lambda: [
            json.loads(line) for line in path.read_text().splitlines()
            if answer["requestId"] in line and "request-settled" in path.read_text()])
    in_file = {line["transition"]: {"KBNT_" + re.sub("([A-Z])", r"_\1", name).upper()
                                    for name in line if name not in ("time", "level", "text")}
               for line in lines}
    require(in_journal == in_file, f"{in_journal} is not {in_file}")


def a_journal_that_goes_away_is_missed_until_it_is_back():
    with Journal() as journal, Daemon(TO_JOURNAL) as daemon:
        submitted(daemon.start())
        require(metric(daemon, "kbnt_sink_log_lost_total") == 0, "lost before it went")
        journal.end()
        submitted(daemon)
        wait_until("the loss is counted", lambda: metric(daemon, "kbnt_sink_log_lost_total"))
        require("lines are lost" in json.dumps(daemon.ask("GET", "/readyz")[2]),
                "readyz is silent")
        journal.begin()
        entries_of(submitted(daemon))
        require("lines are lost" not in json.dumps(daemon.ask("GET", "/readyz")[2]),
                "readyz tells of it still")


def skip(reason):
    print(f"skipped: {reason}")
    sys.exit(SKIPPED)


def enter_namespace():
    """Runs this script again as the owner of an empty /run."""
    for name in (JOURNALD, "journalctl", "unshare"):
        if not shutil.which(name):
            skip(f"there is no '{name}' here")
    enter = ["unshare", "--user", "--map-root-user", "--mount", "sh", "-c",
             'mount -t tmpfs kbnt /run && exec "$@"', "sh"]
    tried = subprocess.run([*enter, "true"], capture_output=True, text=True)
    if tried.returncode != 0:
        skip(f"no mount namespace of our own: {tried.stderr.strip()}")
    os.environ[INSIDE] = "1"
    os.execvp(enter[0], [*enter, sys.executable, __file__])


def main():
    if INSIDE not in os.environ:
        enter_namespace()
    try:
        with Journal():
            pass
    except Failure as failure:
        skip(f"systemd-journald does not run in a namespace: {failure}")
    run_tests([
        a_daemon_without_a_journal_says_what_to_set_instead,
        a_request_is_found_by_its_id_from_acceptance_to_end,
        a_refusal_is_a_notice_with_its_code,
        an_entry_claims_no_place_in_the_source,
        an_entry_has_the_fields_of_the_line,
        a_journal_that_goes_away_is_missed_until_it_is_back,
    ])


main()
