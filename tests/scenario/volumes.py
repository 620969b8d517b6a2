# SPDX-License-Identifier: LGPL-2.1-or-later
"""A machine is created with volumes that exist: they are its own from the attach step on, and
free again when it cannot be made, whatever ends the daemon in between."""
import sqlite3

from daemon import Daemon, require, run_tests, wait_until
from invariants import read_world
from rest import holds

QUICK = ["provisioner.mock.latency_factor=0.01", "kbnt.sinks=prometheus"]
MACHINE = {"cpu": 1, "memory": 1, "disk": 10, "network": "nat"}
STEPS = ["PLAN", "NETWORK", "VOLUME", "SEED", "FILTER", "MACHINE", "ATTACH", "BOOT", "AGENT",
         "VERIFY"]


def post(daemon, kind, specification, **metadata):
    return daemon.post({"type": kind, "specifications": specification, "metadata": metadata})


def made(daemon, kind, specification, **metadata):
    status, _, answer = post(daemon, kind, specification, **metadata)
    require(status == 202, f"{kind}: {status} {answer}")
    view = daemon.ended(answer["requestId"])
    require(view["status"] == "COMPLETED", str(view.get("error")))
    return answer["virtualResourceId"]


def volume(daemon, size=10, **metadata):
    return made(daemon, "ALLOCATE_STORAGE", {"size": size}, **metadata)


def volumes_on_one_host(daemon, number):
    """Volumes go to the emptiest host, so several have to be made until enough share one."""
    by_host = {}
    while True:
        name = volume(daemon)
        shared = by_host.setdefault(resource(daemon, name)["host"], [])
        shared.append(name)
        if len(shared) == number:
            return shared


def machine_with(daemon, *volumes, **metadata):
    return post(daemon, "CREATE_VIRTUAL_MACHINE", {**MACHINE, "volumes": list(volumes)},
                **metadata)


def attach(daemon, machine, name):
    return post(daemon, "ATTACH_STORAGE", {"virtualResourceId": machine, "storageId": name})


def resource(daemon, name):
    return daemon.ask("GET", f"/api/v1/resources/{name}")[2]


def status_of(daemon, name):
    return resource(daemon, name)["status"]


def operations(daemon, answer):
    return [entry["operation"]
            for entry in daemon.request(answer["requestId"])["processingHistory"]]


def becomes(daemon, name, status):
    wait_until(f"{name} is {status}", lambda: status_of(daemon, name) == status)


def attached(daemon, name):
    """What the consumer has the volume attached to, and what the hypervisor."""
    with sqlite3.connect(f"file:{daemon.state}/consumer.db?mode=ro", uri=True) as store:
        known, = store.execute("SELECT coalesce(attached_to, '') FROM resources"
                               " WHERE resource_id = ?", (name,)).fetchone()
    plugged = next(entry.get("attachedTo", "") for entry in read_world(daemon.state).values()
                   if entry["virtualResourceId"] == name)
    return known, plugged


def is_refused(answered, status, code, text=""):
    got, _, problem = answered
    require(got == status, f"{got} {problem}")
    require(problem["code"] == code, str(problem))
    require(any(text in fault["message"] for fault in problem["errors"]), str(problem))


def a_machine_gets_its_volumes_on_their_host_before_it_boots():
    with Daemon(QUICK).start() as daemon:
        first, second = volumes_on_one_host(daemon, 2)
        status, _, answer = machine_with(daemon, first, second)
        require(status == 202, f"{status} {answer}")
        view = daemon.ended(answer["requestId"])
        require(view["status"] == "COMPLETED", str(view.get("error")))
        steps = [name for name in operations(daemon, answer) if name in STEPS]
        require(steps == STEPS[1:-1], str(steps))
        machine = resource(daemon, answer["virtualResourceId"])
        require(machine["specification"]["volumes"] == [first, second], str(machine))
        for name in (first, second):
            becomes(daemon, name, "IN_USE")
            require(resource(daemon, name)["host"] == machine["host"], str(machine))
            known, plugged = attached(daemon, name)
            require(known == machine["virtualResourceId"] and plugged, f"{known} {plugged}")

            shown = resource(daemon, name).get("attachedTo")
            require(shown == machine["virtualResourceId"], f"{name} is shown on {shown}")

        is_refused(machine_with(daemon, first), 409, "STATE_CONFLICT", "IN_USE")
        is_refused(daemon.ask("DELETE", f"/api/v1/resources/{answer['virtualResourceId']}"),
                   409, "STATE_CONFLICT", f"'{first}', '{second}'")
        made(daemon, "DETACH_STORAGE", {"virtualResourceId": machine["virtualResourceId"],
                                        "storageId": first})
        becomes(daemon, first, "ALLOCATED")
        require(not resource(daemon, first).get("attachedTo"), "it is shown as attached")
        made(daemon, "DELETE_RESOURCE", {"virtualResourceId": first})
        made(daemon, "DETACH_STORAGE", {"virtualResourceId": machine["virtualResourceId"],
                                        "storageId": second})
        made(daemon, "DELETE_RESOURCE", {"virtualResourceId": machine["virtualResourceId"]})
        becomes(daemon, second, "ALLOCATED")
        holds(daemon)


def what_no_machine_can_have_is_refused():
    with Daemon(QUICK).start() as daemon:
        one = volume(daemon)
        here = resource(daemon, one)["host"]
        other = volume(daemon)
        require(resource(daemon, other)["host"] != here, "both are on one host")
        foreign = volume(daemon, userId="somebody")
        is_refused(machine_with(daemon, "STOR-00000000"), 404, "NOT_FOUND")
        is_refused(machine_with(daemon, one, one), 422, "VALIDATION_FAILED")
        is_refused(machine_with(daemon, one, other), 409, "STATE_CONFLICT", "on one")
        is_refused(machine_with(daemon, foreign), 403, "PERMISSION_DENIED", "belong")
        body = {"type": "CREATE_VIRTUAL_MACHINE", "spec": {**MACHINE, "volumes": [one, other]}}
        is_refused(daemon.ask("POST", "/api/v1/plan", body), 409, "STATE_CONFLICT")
        body["spec"]["volumes"] = [one]
        status, _, plan = daemon.ask("POST", "/api/v1/plan", body)
        require(status == 200 and plan["steps"] == STEPS, f"{status} {plan}")
        require(status_of(daemon, one) == "ALLOCATED", "a plan has changed the volume")

        machine = made(daemon, "CREATE_VIRTUAL_MACHINE", MACHINE)
        far, near = sorted((one, other), key=lambda name: resource(daemon, name)["host"] ==
                           resource(daemon, machine)["host"])
        is_refused(attach(daemon, machine, far), 409, "STATE_CONFLICT", "on one")
        while resource(daemon, near)["host"] != resource(daemon, machine)["host"]:
            near = volume(daemon)
        made(daemon, "ATTACH_STORAGE", {"virtualResourceId": machine, "storageId": near})
        spare = made(daemon, "CREATE_VIRTUAL_MACHINE", MACHINE)
        is_refused(attach(daemon, spare, near), 409, "STATE_CONFLICT",
                   f"attached to '{machine}'")
        holds(daemon)


def whoever_comes_first_gets_the_volume():
    with Daemon(QUICK + ["provisioner.mock.latency.network=20s"]).start() as daemon:
        name = volume(daemon)
        answer = machine_with(daemon, name)[2]
        is_refused(daemon.ask("DELETE", f"/api/v1/resources/{name}"), 409, "RESOURCE_BUSY",
                   answer["messageId"])
        is_refused(machine_with(daemon, name), 409, "RESOURCE_BUSY", answer["messageId"])
        is_refused(daemon.ask("DELETE", f"/api/v1/resources/{answer['virtualResourceId']}"),
                   409, "RESOURCE_BUSY", answer["messageId"])
        require(daemon.ended(answer["requestId"])["status"] == "COMPLETED", "the machine")
        status, _, problem = daemon.ask("DELETE", f"/api/v1/resources/{name}")
        require((status, problem["code"]) == (409, "STATE_CONFLICT"), f"{status} {problem}")

        spare = volume(daemon)
        status, _, gone = daemon.ask("DELETE", f"/api/v1/resources/{spare}")
        require(status == 202, f"{status} {gone}")
        status, _, problem = machine_with(daemon, spare)
        require(status in (404, 409), f"{status} {problem}")
        require(daemon.ended(gone["requestId"])["status"] == "COMPLETED", "the delete")
        holds(daemon)


def fails_and_gives_back(fault):
    with Daemon(QUICK + [f"provisioner.mock.fault.{fault} code PROVISIONER_FAILED"]) as daemon:
        daemon.start()
        names = volumes_on_one_host(daemon, 2)
        answer = machine_with(daemon, *names)[2]
        view = daemon.ended(answer["requestId"])
        require(view["error"]["code"] == "PROVISIONER_FAILED", str(view))
        for name in names:
            becomes(daemon, name, "ALLOCATED")
            require(attached(daemon, name) == ("", ""), str(attached(daemon, name)))
        require(status_of(daemon, answer["virtualResourceId"]) == "DELETED", "the machine")
        made(daemon, "DELETE_RESOURCE", {"virtualResourceId": names[0]})
        holds(daemon)


def a_machine_whose_attach_step_fails_gives_its_volumes_back():
    fails_and_gives_back("ATTACH=first 1")


def a_machine_that_fails_later_gives_its_volumes_back():
    fails_and_gives_back("AGENT=first 1")


def a_machine_that_is_cancelled_while_it_attaches_gives_its_volumes_back():
    with Daemon(QUICK + ["provisioner.mock.fault.ATTACH=first 1 hang"]).start() as daemon:
        name = volume(daemon)
        answer = machine_with(daemon, name)[2]
        wait_until("it attaches", lambda: "MACHINE" in operations(daemon, answer))
        status, _, told = daemon.ask("DELETE", f"/api/v1/requests/{answer['requestId']}")
        require(status == 202, f"{status} {told}")
        require(daemon.ended(answer["requestId"], 20)["status"] == "CANCELLED", "its end")
        require(attached(daemon, name) == ("", ""), str(attached(daemon, name)))
        becomes(daemon, name, "ALLOCATED")
        holds(daemon)


def a_daemon_that_dies_while_it_attaches_goes_on():
    """Once with the first volume attached and told, and the second under way."""
    with Daemon(QUICK).start(["provisioner.mock.fault.ATTACH=every 2 hang"]) as daemon:
        names = volumes_on_one_host(daemon, 2)
        answer = machine_with(daemon, *names)[2]
        becomes(daemon, names[0], "IN_USE")
        daemon.kill()
        daemon.start()
        view = daemon.ended(answer["requestId"])
        require(view["status"] == "COMPLETED", str(view.get("error")))
        for name in names:
            becomes(daemon, name, "IN_USE")
            require(attached(daemon, name)[0] == answer["virtualResourceId"], name)
        holds(daemon)


def a_machine_that_fails_with_some_attached_gives_them_back():
    with Daemon(QUICK).start(["provisioner.mock.fault.ATTACH=every 2 hang"]) as daemon:
        names = volumes_on_one_host(daemon, 2)
        answer = machine_with(daemon, *names)[2]
        becomes(daemon, names[0], "IN_USE")
        daemon.kill()
        daemon.start(["provisioner.mock.fault.ATTACH=first 1 code PROVISIONER_FAILED"])
        view = daemon.ended(answer["requestId"])
        require(view["error"]["code"] == "PROVISIONER_FAILED", str(view))
        for name in names:
            becomes(daemon, name, "ALLOCATED")
            require(attached(daemon, name) == ("", ""), str(attached(daemon, name)))
        holds(daemon)


def a_daemon_that_dies_while_it_gives_back_goes_on():
    with Daemon(QUICK).start(["provisioner.mock.fault.BOOT=first 1 code PROVISIONER_FAILED",
                              "provisioner.mock.latency.attach=20s"]) as daemon:
        names = volumes_on_one_host(daemon, 2)
        answer = machine_with(daemon, *names)[2]
        wait_until("it is undone",
                   lambda: daemon.request(answer["requestId"])["status"] == "COMPENSATING")
        daemon.kill()
        daemon.start()
        require(daemon.ended(answer["requestId"])["status"] == "FAILED", "its end")
        for name in names:
            becomes(daemon, name, "ALLOCATED")
            require(attached(daemon, name) == ("", ""), str(attached(daemon, name)))
        holds(daemon)


def a_debt_keeps_the_volumes_it_holds_until_it_is_paid():
    with Daemon(QUICK + ["consumer.reconcile_interval=0s"]) as daemon:
        daemon.start(["provisioner.mock.latency.agent=1h"])
        name = volume(daemon)
        answer = machine_with(daemon, name)[2]
        wait_until("the guest is asked",
                   lambda: daemon.request(answer["requestId"]).get("percent", 0) >= 75)
        daemon.kill()
        daemon.start(["provisioner.mock.fault.AGENT=every 1 code PROVISIONER_FAILED",
                      "provisioner.mock.fault.ATTACH=every 1 code PROVISIONER_FAILED",
                      "provisioner.mock.fault.MACHINE=every 1 code PROVISIONER_FAILED"])
        view = daemon.ended(answer["requestId"], 120)
        require(view["error"]["code"] == "COMPENSATION_INCOMPLETE", str(view))
        require(status_of(daemon, name) == "IN_USE", "the volume is still plugged in")
        status, _, problem = daemon.ask("DELETE", f"/api/v1/resources/{name}")
        require((status, problem["code"]) == (409, "STATE_CONFLICT"), f"{status} {problem}")
        holds(daemon)
        daemon.start()
        ran = daemon.control("reconcile", "--json", "--socket", f"{daemon.folder}/run/all.sock")
        require('"paid": 1' in ran.stdout or '"paid":1' in ran.stdout, ran.stdout + ran.stderr)
        becomes(daemon, name, "ALLOCATED")
        require(attached(daemon, name) == ("", ""), str(attached(daemon, name)))
        holds(daemon)


def a_volume_whose_attachment_cannot_be_undone_is_set_apart_until_it_is():
    with Daemon(QUICK + ["consumer.reconcile_interval=0s"]) as daemon:
        daemon.start()
        machine = made(daemon, "CREATE_VIRTUAL_MACHINE", MACHINE)
        name = volume(daemon)
        while resource(daemon, name)["host"] != resource(daemon, machine)["host"]:
            name = volume(daemon)
        daemon.kill()
        daemon.start(["provisioner.mock.latency.verify=1h"])
        status, _, answer = attach(daemon, machine, name)
        require(status == 202, f"{status} {answer}")
        wait_until("it is plugged in",
                   lambda: daemon.request(answer["requestId"]).get("percent", 0) >= 80)
        daemon.kill()
        daemon.start(["provisioner.mock.fault.VERIFY=every 1 code PROVISIONER_FAILED",
                      "provisioner.mock.fault.ATTACH=every 1 code PROVISIONER_FAILED"])
        view = daemon.ended(answer["requestId"], 120)
        require(view["error"]["code"] == "COMPENSATION_INCOMPLETE", str(view))
        becomes(daemon, name, "QUARANTINED")
        require(attached(daemon, name)[0] == machine, str(attached(daemon, name)))
        holds(daemon)
        daemon.start()
        ran = daemon.control("reconcile", "--json", "--socket", f"{daemon.folder}/run/all.sock")
        require('"paid": 1' in ran.stdout or '"paid":1' in ran.stdout, ran.stdout + ran.stderr)
        becomes(daemon, name, "ALLOCATED")
        require(attached(daemon, name) == ("", ""), str(attached(daemon, name)))
        holds(daemon)


run_tests([
    a_machine_gets_its_volumes_on_their_host_before_it_boots,
    what_no_machine_can_have_is_refused,
    whoever_comes_first_gets_the_volume,
    a_machine_whose_attach_step_fails_gives_its_volumes_back,
    a_machine_that_fails_with_some_attached_gives_them_back,
    a_machine_that_fails_later_gives_its_volumes_back,
    a_machine_that_is_cancelled_while_it_attaches_gives_its_volumes_back,
    a_daemon_that_dies_while_it_attaches_goes_on,
    a_daemon_that_dies_while_it_gives_back_goes_on,
    a_debt_keeps_the_volumes_it_holds_until_it_is_paid,
    a_volume_whose_attachment_cannot_be_undone_is_set_apart_until_it_is,
])
