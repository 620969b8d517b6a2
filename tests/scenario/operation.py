# SPDX-License-Identifier: LGPL-2.1-or-later
"""What an operator does to a running daemon: drains it, and asks again for what was given up."""
import json
import sqlite3

from daemon import Daemon, require, run_tests, wait_until
from rest import holds

QUICK = ["provisioner.mock.latency_factor=0.01", "consumer.reconcile_interval=0s"]
SECRET = "#cloud-config of the test"
MACHINE = {"cpu": 1, "memory": 1, "disk": 10, "network": "nat"}


def kbntctl(daemon, *arguments):
    return daemon.control(*arguments, "--socket", f"{daemon.folder}/run/all.sock")


def say(daemon, *arguments):
    ran = kbntctl(daemon, *arguments, "--json")
    require(ran.returncode == 0, f"kbntctl {arguments}: {ran.stderr}")
    return json.loads(ran.stdout)


def accepted(daemon, **wishes):
    status, _, answer = daemon.post({"type": "CREATE_VIRTUAL_MACHINE",
                                     "spec": {**MACHINE, **wishes}})
    require(status == 202, f"{status} {answer}")
    return answer


def keeps_secret(daemon):
    with sqlite3.connect(f"file:{daemon.state}/consumer.db?mode=ro", uri=True) as store:
        return any(SECRET.encode() in part for part, in store.execute(
            "SELECT part FROM inbox_parts"))


def an_exhausted_request_is_made_anew_and_completes():
    with Daemon(QUICK) as daemon:
        daemon.start(["provisioner.mock.fault.VOLUME=first 4"])
        old = accepted(daemon, userData=SECRET)
        view = daemon.ended(old["requestId"])
        require(view["error"]["code"] == "PROVISIONER_UNAVAILABLE", str(view))
        letter, = say(daemon, "dlq", "list")["deadLetters"]
        require((letter["reason"], letter["messageId"], letter["step"], letter["attempts"]) ==
                ("EXHAUSTED", old["messageId"], "VOLUME", 4), str(letter))
        require(keeps_secret(daemon), "there is nothing to make the request of")

        daemon.kill()
        daemon.start()
        again = say(daemon, "dlq", "redrive", str(letter["number"]))["request"]
        require(again["retryOf"] == old["messageId"], str(again))
        require(again["messageId"] != old["messageId"], str(again))
        view = daemon.ended(again["requestId"])
        require(view["status"] == "COMPLETED", str(view))
        require(kbntctl(daemon, "dlq", "redrive", str(letter["number"])).returncode == 1,
                "the letter is there still")
        require(say(daemon, "dlq", "list")["deadLetters"] == [], "there is another")
        require(not keeps_secret(daemon), "a secret outlives its request")
        holds(daemon)


def a_request_that_failed_for_good_leaves_no_letter():
    with Daemon(QUICK + ["provisioner.mock.fault.BOOT=first 1 code PROVISIONER_FAILED"]) as daemon:
        daemon.start()
        view = daemon.ended(accepted(daemon, userData=SECRET)["requestId"])
        require(view["status"] == "FAILED", str(view))
        require(say(daemon, "dlq", "list")["deadLetters"] == [], "there is one")
        require(not keeps_secret(daemon), "a secret outlives its request")
        holds(daemon)


def a_drained_consumer_finishes_its_work_and_begins_none_until_it_is_resumed():
    with Daemon(["provisioner.mock.latency_factor=0.3", "consumer.workers=1",
                 "consumer.reconcile_interval=0s"]) as daemon:
        daemon.start()
        first = accepted(daemon)
        wait_until("it is in work",
                   lambda: daemon.request(first["requestId"]).get("percent", 0) > 0)
        second = accepted(daemon)
        require(say(daemon, "drain") == {"draining": True, "working": 1}, "not drained")
        third = accepted(daemon)
        ready = daemon.ask("GET", "/readyz")
        require(ready[0] == 200 and "draining" in json.dumps(ready[2]), str(ready))
        require(daemon.ended(first["requestId"])["status"] == "COMPLETED", "the first")
        wait_until("nothing is in work", lambda: say(daemon, "drain")["working"] == 0)
        for waiting in (second, third):
            view = daemon.request(waiting["requestId"])
            require(view["status"] in ("QUEUED", "PROCESSING") and not view.get("percent"), str(view))

        require(say(daemon, "drain", "--resume")["draining"] is False, "not resumed")
        for waiting in (second, third):
            require(daemon.ended(waiting["requestId"])["status"] == "COMPLETED", str(waiting))
        require("draining" not in json.dumps(daemon.ask("GET", "/readyz")[2]), "it drains still")
        holds(daemon)


def a_drained_daemon_ends_well_and_takes_in_again_at_its_next_start():
    with Daemon(QUICK) as daemon:
        daemon.start()
        say(daemon, "drain")
        answer = accepted(daemon)
        require(daemon.stop() == 0, "the daemon did not end well:\n" + "\n".join(daemon.lines[-9:]))
        daemon.start()
        require(daemon.ended(answer["requestId"])["status"] == "COMPLETED", "after the restart")
        holds(daemon)


run_tests([
    an_exhausted_request_is_made_anew_and_completes,
    a_request_that_failed_for_good_leaves_no_letter,
    a_drained_consumer_finishes_its_work_and_begins_none_until_it_is_resumed,
    a_drained_daemon_ends_well_and_takes_in_again_at_its_next_start,
])
