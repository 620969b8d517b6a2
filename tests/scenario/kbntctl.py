# SPDX-License-Identifier: LGPL-2.1-or-later
"""kbntctl against a running kbntd: what an operator types, and what comes of it."""
import json
import subprocess
import tempfile
from pathlib import Path

from daemon import KBNTCTL, Daemon, require, run_tests, wait_until

QUICK = "provisioner.mock.latency_factor=0"
SLOW = "provisioner.mock.latency_factor=20"
MACHINE = ["machine", "--cpu", "1", "--memory", "1GB", "--disk", "5GB", "--network", "nat"]


def told(daemon, *arguments, code=0):
    """Runs kbntctl, requires its exit code, returns what it printed."""
    ran = daemon.control(*arguments, "--socket", f"{daemon.folder}/run/all.sock")
    require(ran.returncode == code,
            f"kbntctl {' '.join(arguments)}: exit code {ran.returncode}, not {code}:\n"
            f"{ran.stdout}{ran.stderr}")
    return ran.stdout if code == 0 else ran.stdout + ran.stderr


def told_json(daemon, *arguments, code=0):
    return json.loads(told(daemon, *arguments, "--json", code=code))


def the_demo_gives_exactly_the_counts_of_the_contract():
    with Daemon().start() as daemon:
        text = told(daemon, "demo")
        require("OFF" not in text and text.count("ok   ") == 10, text)
        require(text.count("VIRTUALIZATION_COMPLETED") == 5, text)


def the_demo_fails_where_a_count_is_off():
    with Daemon([QUICK, "provisioner.mock.fault.BOOT=every 1"]).start() as daemon:
        text = told(daemon, "demo", code=1)
        require("not all four requests became resources" in text, text)


def a_request_is_submitted_watched_shown_and_asked_for_again():
    with Daemon([QUICK]).start() as daemon:
        text = told(daemon, "submit", *MACHINE, "--request-id", "r1", "--watch")
        require("VIRTUALIZATION_COMPLETED" in text, text)
        view = told_json(daemon, "status", "r1")
        require(view["status"] == "COMPLETED", view)
        told(daemon, "submit", "--again", "r1", "--watch")
        listed = told_json(daemon, "list")["requests"]
        require(len(listed) == 2 and listed[0]["requestId"] != "r1", listed)
        require(listed[0]["specification"] == view["specification"], listed)

        resource = told_json(daemon, "resources", view["virtualResourceId"])
        require(resource["status"] == "RUNNING", resource)
        told(daemon, "submit", "delete", view["virtualResourceId"], "--watch")
        require(len(told_json(daemon, "resources")["resources"]) == 1, "deleted, yet listed")
        require(told_json(daemon, "quota")["vms"]["used"] == 1, "the quota is not what exists")


def a_file_is_submitted_as_it_stands():
    with Daemon([QUICK]).start() as daemon, tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "network.json"
        file.write_text('{"type": "CREATE_NETWORK", "spec": {"subnet": "10.9.0.0/24"}}')
        accepted = told_json(daemon, "submit", "--file", str(file))
        require(accepted["virtualResourceId"].startswith("NET-"), accepted)


def what_is_wrong_is_named_member_by_member():
    with Daemon([QUICK]).start() as daemon:
        text = told(daemon, "submit", "machine", "--cpu", "0", "--network", "vlan-9999", code=1)
        for member in ("cpu", "memory", "disk", "network"):
            require(f"/specifications/{member}: " in text, text)
        require(told_json(daemon, "list")["requests"] == [], "something was stored")
        text = told(daemon, "plan", *MACHINE)
        require("host " in text and "cores" in text and "LEFT" in text, text)
        require(told_json(daemon, "list")["requests"] == [], "a plan was stored")

        text = told(daemon, "submit", "delete", "VM-00000000", code=1)
        require(text == "kbntctl submit: There is no resource 'VM-00000000'\n", text)


def a_failed_or_cancelled_request_fails_the_watch():
    with Daemon([SLOW]).start() as daemon:
        told(daemon, "submit", *MACHINE, "--request-id", "r1")
        told(daemon, "cancel", "r1")
        text = told(daemon, "watch", "r1", code=1)
        require("VIRTUALIZATION_CANCELLED" in text, text)
        text = told(daemon, "cancel", "r1", code=1)
        text = told(daemon, "status", "no-such", code=1)
        require("'no-such'" in text, text)


def administration_goes_over_the_socket():
    with Daemon([QUICK]).start() as daemon:
        require(told_json(daemon, "dlq", "list")["deadLetters"] == [], "dead letters of nobody")
        require("'7'" in told(daemon, "dlq", "show", "7", code=1), "which letter?")
        require("sound" in told(daemon, "store", "check"), "the store is not sound")
        told(daemon, "reload")
        require(told_json(daemon, "plan", *MACHINE)["specification"]["image"] == "ubuntu-22.04",
                "a reload lost the default image")
        text = told(daemon, "doctor")
        require("FAIL" not in text and "store check" in text, text)
        require("machines" in told(daemon, "top", "--once"), "no machines in top")


def a_request_outlives_the_stop_of_its_daemon():
    with Daemon([SLOW]).start() as daemon:
        told(daemon, "submit", *MACHINE, "--request-id", "r1")
        wait_until("the first step", lambda: daemon.request("r1").get("percent", 0) > 0)
        require(daemon.stop() == 0, "the stop failed")
        daemon.start([QUICK])
        require("VIRTUALIZATION_COMPLETED" in told(daemon, "watch", "r1"), "not completed")


def a_watch_outlives_the_death_of_its_daemon():
    with Daemon([SLOW]).start() as daemon:
        told(daemon, "submit", *MACHINE, "--request-id", "r1")
        wait_until("the first step", lambda: daemon.request("r1").get("percent", 0) > 0)
        url = f"http://127.0.0.1:{daemon.port}"
        with subprocess.Popen([KBNTCTL, "watch", "r1", "--url", url], text=True,
                              stdout=subprocess.PIPE) as watch:
            heard = watch.stdout.readline()
            daemon.kill()
            daemon.start([QUICK, f"http.listen={url.removeprefix('http://')}"])
            heard += watch.stdout.read()
            require(watch.wait() == 0, heard)
        require(heard.count("VIRTUALIZATION_ACCEPTED") == 1, heard)
        require(heard.count("VIRTUALIZATION_COMPLETED") == 1, heard)


run_tests([
    the_demo_gives_exactly_the_counts_of_the_contract,
    the_demo_fails_where_a_count_is_off,
    a_request_is_submitted_watched_shown_and_asked_for_again,
    a_file_is_submitted_as_it_stands,
    what_is_wrong_is_named_member_by_member,
    a_failed_or_cancelled_request_fails_the_watch,
    administration_goes_over_the_socket,
    a_request_outlives_the_stop_of_its_daemon,
    a_watch_outlives_the_death_of_its_daemon,
])
