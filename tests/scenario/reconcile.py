# SPDX-License-Identifier: LGPL-2.1-or-later
"""What store and hypervisor do not agree on: debts are paid, what is amiss is found and told, and
what nobody can prove to be ours is left alone."""
import json
import sqlite3
import threading
import uuid

from daemon import Daemon, require, run_tests, wait_until
from invariants import Checker, read_world

MACHINE = {"type": "CREATE_VIRTUAL_MACHINE",
           "spec": {"cpu": 1, "memory": 1, "disk": 10, "network": "nat"}}
RESOURCE_STATE_CHANGED, RESOURCE_DELETED = 8, 9
QUIET = ["consumer.reconcile_interval=0s", "kbnt.sinks=prometheus"]
QUICK = ["provisioner.mock.latency_factor=0.01"]
UNDONE_BADLY = QUICK + ["provisioner.mock.fault.AGENT=every 1 code PROVISIONER_FAILED",
                        "provisioner.mock.fault.VOLUME=every 1 code PROVISIONER_FAILED"]


def reconcile(daemon, *options):
    ran = daemon.control("reconcile", "--json", *options,
                         "--socket", f"{daemon.folder}/run/all.sock")
    require(ran.returncode == 0, f"kbntctl reconcile: {ran.stderr}")
    return json.loads(ran.stdout)


def created(daemon):
    status, _, answer = daemon.post(MACHINE)
    require(status == 202, f"{status} {answer}")
    view = daemon.ended(answer["requestId"])
    require(view["status"] == "COMPLETED", str(view.get("error")))
    return answer


def status_of(daemon, answer):
    return daemon.ask("GET", f"/api/v1/resources/{answer['virtualResourceId']}")[2]["status"]


def machines(daemon):
    quota = daemon.ask("GET", "/api/v1/quotas/anonymous")[2]["vms"]
    return quota["reserved"], quota["used"]


def gauge(daemon, name):
    text = daemon.ask("GET", "/metrics")[2]
    return next(float(line.split()[-1]) for line in text.splitlines()
                if line.startswith(name + " "))


def parts_of(daemon, answer):
    return {part for (_, part), entry in read_world(daemon.state).items()
            if entry["messageId"] == answer["messageId"]}


def write_world(daemon, *entries):
    """Changes the world behind the back of a daemon that is down."""
    path, = daemon.state.rglob("world.jsonl")
    with open(path, "a", encoding="utf-8") as world:
        for entry in entries:
            world.write(json.dumps(entry) + "\n")


def part_of(daemon, answer, part):
    return next(entry for (_, name), entry in read_world(daemon.state).items()
                if name == part and entry["messageId"] == answer["messageId"])


def ends(daemon):
    require(daemon.stop() == 0, "the daemon did not end well:\n" + "\n".join(daemon.lines[-9:]))


def holds(daemon):
    """Ends the daemon and proves the invariants from its files."""
    ends(daemon)
    faults = Checker(daemon.state).check()
    require(not faults, "\n".join(faults))


def events_of_resources(daemon):
    with sqlite3.connect(f"{daemon.state}/producer.db") as store:
        return [kind for kind, in store.execute(
            "SELECT type FROM events WHERE type IN (8, 9) ORDER BY position")]


def epoch_of_debt(daemon):
    with sqlite3.connect(f"file:{daemon.state}/consumer.db?mode=ro", uri=True) as store:
        return store.execute("SELECT epoch FROM inbox WHERE state = 6").fetchone()[0]


def leave_a_debt(daemon):
    """A machine whose guest never answers and whose volume cannot be taken away."""
    daemon.start(QUIET + ["provisioner.mock.latency.agent=1h"])
    answer = daemon.post(MACHINE)[2]
    wait_until("the guest is asked",
               lambda: daemon.request(answer["requestId"]).get("percent", 0) >= 75)
    daemon.kill()
    daemon.start(QUIET + UNDONE_BADLY)
    view = daemon.ended(answer["requestId"], 120)
    require(view["error"]["code"] == "COMPENSATION_INCOMPLETE", str(view))
    return answer


def a_debt_keeps_its_quota_until_it_can_be_paid_and_is_paid_once():
    with Daemon() as daemon:
        answer = leave_a_debt(daemon)
        require(parts_of(daemon, answer) == {"volume"}, str(parts_of(daemon, answer)))
        require(status_of(daemon, answer) == "QUARANTINED", status_of(daemon, answer))
        require(gauge(daemon, "kbnt_cleanup_debts") == 1, "the debt is not counted")
        found = reconcile(daemon)
        require((found["paid"], found["debts"], found["orphan"]) == (0, 1, 0), str(found))
        require(machines(daemon) == (1, 0), f"the debt holds {machines(daemon)}")
        holds(daemon)

        daemon.start(QUIET + ["provisioner.mock.latency.volume=1h"])
        paying = threading.Thread(target=daemon.control, args=(
            "reconcile", "--socket", f"{daemon.folder}/run/all.sock"))
        epoch = epoch_of_debt(daemon)
        paying.start()
        wait_until("the debt is claimed", lambda: epoch_of_debt(daemon) > epoch)
        daemon.kill()
        paying.join()

        daemon.start(QUIET + QUICK)
        require(machines(daemon) == (1, 0), f"after the kill: {machines(daemon)}")
        found = reconcile(daemon)
        require((found["paid"], found["debts"]) == (1, 0), str(found))
        require(reconcile(daemon)["paid"] == 0, "the debt was paid twice")
        wait_until("the resource is gone", lambda: status_of(daemon, answer) == "DELETED")
        require(machines(daemon) == (0, 0), f"the paid debt holds {machines(daemon)}")
        require(parts_of(daemon, answer) == set(), str(parts_of(daemon, answer)))
        require(gauge(daemon, "kbnt_virtual_machines_active") == 0, "it is counted still")
        holds(daemon)
        require(events_of_resources(daemon) == [RESOURCE_DELETED],
                str(events_of_resources(daemon)))


def a_debt_is_paid_by_itself_at_the_interval():
    with Daemon() as daemon:
        answer = leave_a_debt(daemon)
        ends(daemon)
        daemon.start(QUICK + ["consumer.reconcile_interval=200ms"])
        wait_until("the resource is gone", lambda: status_of(daemon, answer) == "DELETED")
        require(machines(daemon) == (0, 0), f"the paid debt holds {machines(daemon)}")
        holds(daemon)


def a_delete_that_waits_for_a_debt_ends_when_it_is_paid():
    with Daemon() as daemon:
        answer = leave_a_debt(daemon)
        status, _, waiting = daemon.ask(
            "DELETE", f"/api/v1/resources/{answer['virtualResourceId']}")
        require(status == 202, f"{status} {waiting}")
        ends(daemon)
        daemon.start(QUIET + QUICK)
        require(reconcile(daemon)["paid"] == 1, "the debt is owed still")
        view = daemon.ended(waiting["requestId"])
        require(view["error"]["code"] == "NOT_FOUND", str(view))
        require(machines(daemon) == (0, 0), f"{machines(daemon)} are held")
        holds(daemon)


def an_orphan_is_named_and_left_alone():
    with Daemon() as daemon:
        daemon.start(QUIET + QUICK)
        answer = created(daemon)
        ends(daemon)
        stranger = {**part_of(daemon, answer, "volume"), "partId": str(uuid.uuid4()),
                    "messageId": str(uuid.uuid4()), "virtualResourceId": "VM-0BADCAFE"}
        write_world(daemon, stranger)

        daemon.start(QUIET + QUICK)
        for _ in range(2):
            found = reconcile(daemon)
            require(found["orphan"] == 1, str(found))
            require(found["findings"][0]["partId"] == stranger["partId"], str(found))
        other = next(host for host in ("mock-1", "mock-2", "mock-3") if host != stranger["host"])
        require(reconcile(daemon, "--host", other)["findings"] == [], "on another host")
        require((stranger["partId"], "volume") in read_world(daemon.state), "it was removed")
        ends(daemon)
        faults = Checker(daemon.state).check()
        require(len(faults) == 1 and stranger["messageId"] in faults[0], str(faults))


def a_machine_that_is_gone_is_lost_and_can_be_deleted():
    with Daemon() as daemon:
        daemon.start(QUIET + QUICK)
        answer, other = created(daemon), created(daemon)
        ends(daemon)
        machine = part_of(daemon, answer, "machine")
        write_world(daemon, {"op": "remove", "part": "machine", "partId": machine["partId"]})

        daemon.start(QUIET + QUICK)
        found = reconcile(daemon)
        require(found["missing"] == 1, str(found))
        require(found["findings"][0]["virtualResourceId"] == answer["virtualResourceId"],
                str(found))
        wait_until("it is lost", lambda: status_of(daemon, answer) == "LOST")
        require(status_of(daemon, other) == "RUNNING", "the other one is lost too")
        require(machines(daemon) == (0, 2), f"{machines(daemon)} are held")
        require(reconcile(daemon)["missing"] == 1, "it is not missed any more")
        status, _, gone = daemon.ask("DELETE", f"/api/v1/resources/{answer['virtualResourceId']}")
        require(status == 202, f"{status} {gone}")
        require(daemon.ended(gone["requestId"])["status"] == "COMPLETED", "the delete")
        require(machines(daemon) == (0, 1), f"{machines(daemon)} are held")
        require(reconcile(daemon)["missing"] == 0, "it is missed still")
        holds(daemon)
        require(events_of_resources(daemon) == [RESOURCE_STATE_CHANGED],
                str(events_of_resources(daemon)))


def a_machine_that_was_switched_off_and_a_host_that_was_away_are_told():
    with Daemon() as daemon:
        daemon.start(QUIET + QUICK)
        answer = created(daemon)
        ends(daemon)
        machine = part_of(daemon, answer, "machine")
        write_world(daemon, {**machine, "op": "put", "resourceStatus": "STOPPED"})

        daemon.start(QUIET + QUICK + [f"provisioner.mock.lost_hosts={machine['host']}"])
        require(reconcile(daemon)["missing"] == 1, "its host is gone")
        wait_until("it is lost", lambda: status_of(daemon, answer) == "LOST")
        ends(daemon)
        daemon.start(QUIET + QUICK)
        found = reconcile(daemon)
        require(found["changed"] == 1, str(found))
        require(found["findings"][0]["status"] == "STOPPED", str(found))
        wait_until("it is stopped", lambda: status_of(daemon, answer) == "STOPPED")
        require(reconcile(daemon)["findings"] == [], "it is amiss still")
        holds(daemon)
        require(events_of_resources(daemon) == [RESOURCE_STATE_CHANGED] * 2,
                str(events_of_resources(daemon)))


def rounds_beside_the_work_find_nothing_amiss():
    with Daemon(QUICK + ["consumer.workers=16", "consumer.reconcile_interval=0s",
                         "quota.default.vms=1000", "kbnt.sinks="]) as daemon:
        daemon.start()
        answers = [daemon.post(MACHINE)[2] for _ in range(40)]
        gone = []
        for answer in answers:
            found = reconcile(daemon)
            require(found["findings"] == [], str(found))
            daemon.ended(answer["requestId"])
            gone.append(daemon.ask(
                "DELETE", f"/api/v1/resources/{answer['virtualResourceId']}")[2])
        for answer in gone:
            require(daemon.ended(answer["requestId"])["status"] == "COMPLETED", str(answer))
        require(reconcile(daemon)["findings"] == [], "at the end")
        holds(daemon)
        require(events_of_resources(daemon) == [], str(events_of_resources(daemon)))


run_tests([
    a_debt_keeps_its_quota_until_it_can_be_paid_and_is_paid_once,
    a_debt_is_paid_by_itself_at_the_interval,
    a_delete_that_waits_for_a_debt_ends_when_it_is_paid,
    an_orphan_is_named_and_left_alone,
    a_machine_that_is_gone_is_lost_and_can_be_deleted,
    a_machine_that_was_switched_off_and_a_host_that_was_away_are_told,
    rounds_beside_the_work_find_nothing_amiss,
])
