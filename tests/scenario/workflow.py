# SPDX-License-Identifier: LGPL-2.1-or-later
"""What becomes of requests of every verb, for better and for worse; after each the invariants."""
import time

from daemon import Daemon, require, run_tests, wait_until
from rest import holds

QUICK = ["provisioner.mock.latency_factor=0.01", "kbnt.sinks=prometheus"]
ONE_HOST = ["provisioner.mock.hosts=mock-1"]
MACHINE = {"cpu": 1, "memory": 1, "disk": 10, "network": "nat"}


def create(**wishes):
    return {"type": "CREATE_VIRTUAL_MACHINE", "spec": {**MACHINE, **wishes}}


def accepted(daemon, body):
    status, _, answer = daemon.post(body)
    require(status == 202, f"{body}: {status} {answer}")
    return answer


def completed(daemon, body):
    """Asks, waits, and returns the resource."""
    answer = accepted(daemon, body)
    view = daemon.ended(answer["requestId"])
    require(view["status"] == "COMPLETED", f"{body}: {view['status']} {view.get('error')}")
    return daemon.ask("GET", f"/api/v1/resources/{view['virtualResourceId']}")[2]


def verb(name, resource, **more):
    return {"type": name, "spec": {"virtualResourceId": resource["virtualResourceId"], **more}}


def used_machines(daemon):
    quota = daemon.ask("GET", "/api/v1/quotas/anonymous")[2]
    return quota["vms"]["used"], quota["vms"]["reserved"]


def a_machine_is_stopped_started_rebooted_and_deleted():
    with Daemon(QUICK) as daemon:
        daemon.start()
        machine = completed(daemon, create())
        require(machine["status"] == "RUNNING", machine["status"])
        require(used_machines(daemon) == (1, 0), used_machines(daemon))
        wait_until("the gauge of what is used follows", lambda: 'kbnt_quota_used{quantity="vms"} 1'
                   in daemon.ask("GET", "/metrics")[2])
        for name, status in (("STOP_VIRTUAL_MACHINE", "STOPPED"),
                             ("START_VIRTUAL_MACHINE", "RUNNING"),
                             ("REBOOT_VIRTUAL_MACHINE", "RUNNING"),
                             ("DELETE_RESOURCE", "DELETED")):
            machine = completed(daemon, verb(name, machine))
            require(machine["status"] == status, f"after {name}: {machine['status']}")
        require(used_machines(daemon) == (0, 0), used_machines(daemon))
        holds(daemon)


def storage_is_attached_and_detached_and_keeps_its_machine_from_going():
    with Daemon(QUICK + ONE_HOST) as daemon:
        daemon.start()
        machine = completed(daemon, create())
        storage = completed(daemon, {"type": "ALLOCATE_STORAGE", "spec": {"size": 5}})
        pair = {"storageId": storage["virtualResourceId"]}
        require(completed(daemon, verb("ATTACH_STORAGE", machine, **pair)), "not attached")
        shown = daemon.ask("GET", f"/api/v1/resources/{storage['virtualResourceId']}")[2]
        require(shown["status"] == "IN_USE", shown["status"])
        require(shown.get("attachedTo") == machine["virtualResourceId"], str(shown))
        status, _, problem = daemon.post(verb("DELETE_RESOURCE", machine))
        require(status == 409 and storage["virtualResourceId"] in problem["detail"], str(problem))
        completed(daemon, verb("DETACH_STORAGE", machine, **pair))
        completed(daemon, verb("DELETE_RESOURCE", machine))
        holds(daemon)


def a_delete_may_follow_a_pending_create():
    with Daemon(["provisioner.mock.latency_factor=0.3"]) as daemon:
        daemon.start()
        made = accepted(daemon, create())
        gone = accepted(daemon, verb("DELETE_RESOURCE", made))
        require(daemon.ended(made["requestId"])["status"] == "COMPLETED", "the create")
        require(daemon.ended(gone["requestId"])["status"] == "COMPLETED", "the delete")
        holds(daemon)


def a_cancelled_create_is_undone():
    with Daemon(["provisioner.mock.latency_factor=1"]) as daemon:
        daemon.start()
        answer = accepted(daemon, create())
        wait_until("the volume is there",
                   lambda: daemon.request(answer["requestId"]).get("percent", 0) >= 35)
        status = daemon.ask("DELETE", f"/api/v1/requests/{answer['requestId']}")[0]
        require(status == 202, f"the cancel was answered {status}")
        view = daemon.ended(answer["requestId"])
        require(view["status"] == "CANCELLED", view["status"])
        undone = [entry for entry in view["processingHistory"] if entry["status"] == "COMPENSATED"]
        require(len(undone) >= 2, f"only {undone} was undone")
        require(daemon.ask("DELETE", f"/api/v1/requests/{answer['requestId']}")[0] == 409,
                "a request that has ended could be cancelled")
        require(used_machines(daemon) == (0, 0), used_machines(daemon))
        holds(daemon)


def a_step_that_fails_for_good_is_undone_and_named():
    with Daemon(QUICK + ["provisioner.mock.fault.BOOT=first 1 code PROVISIONER_FAILED"]) as daemon:
        daemon.start()
        view = daemon.ended(accepted(daemon, create())["requestId"])
        require(view["status"] == "FAILED", view["status"])
        require(view["error"]["code"] == "PROVISIONER_FAILED", view["error"])
        require(view["error"]["step"] == "BOOT", view["error"])
        holds(daemon)


def a_step_that_fails_for_now_is_tried_again():
    with Daemon(QUICK + ["provisioner.mock.fault.VOLUME=first 2"]) as daemon:
        daemon.start()
        completed(daemon, create())
        text = daemon.ask("GET", "/metrics")[2]
        require('kbnt_step_retries_total{step="VOLUME"} 2' in text, "the retries were not counted")
        holds(daemon)


def a_hanging_step_ends_at_the_deadline_of_its_request():
    with Daemon(QUICK + ["provisioner.mock.fault.BOOT=first 1 hang", "deadline.machine=2s"]) \
            as daemon:
        daemon.start()
        view = daemon.ended(accepted(daemon, create())["requestId"], 20)
        require(view["status"] == "FAILED", view["status"])
        require(view["error"]["code"] == "DEADLINE_EXCEEDED", view["error"])
        holds(daemon)


def what_cannot_be_undone_is_a_debt_and_told_in_time():
    with Daemon(QUICK + ["provisioner.mock.fault.BOOT=every 1 hang", "deadline.machine=2s"]) \
            as daemon:
        daemon.start()
        begun = time.monotonic()
        view = daemon.ended(accepted(daemon, create())["requestId"], 70)
        require(view["status"] == "FAILED", view["status"])
        require(view["error"]["code"] == "COMPENSATION_INCOMPLETE", view["error"])
        require(time.monotonic() - begun < 62, "it took more than the deadline and a minute")
        holds(daemon)


def machines_that_avoid_each_other_get_hosts_of_their_own():
    with Daemon(QUICK) as daemon:
        daemon.start()
        hosts = {completed(daemon, create(antiAffinity="web"))["host"] for _ in range(2)}
        require(len(hosts) == 2, f"both are on {hosts}")
        holds(daemon)


def a_machine_goes_to_the_host_of_its_network():
    with Daemon(QUICK) as daemon:
        daemon.start()
        network = completed(daemon, {"type": "CREATE_NETWORK", "spec": {"subnet": "10.0.7.0/24"}})
        for _ in range(3):
            machine = completed(daemon, create(network=network["virtualResourceId"]))
            require(machine["host"] == network["host"], f"{machine['host']}, {network['host']}")
        holds(daemon)


def more_than_the_hosts_have_is_no_capacity():
    with Daemon(QUICK + ["provisioner.mock.cores=2"]) as daemon:
        daemon.start()
        view = daemon.ended(accepted(daemon, create(cpu=3))["requestId"])
        require(view["status"] == "FAILED", view["status"])
        require(view["error"]["code"] == "NO_CAPACITY", view["error"])
        holds(daemon)


def the_same_request_again_is_the_same_answer_across_a_restart():
    body = {"type": "CREATE_VIRTUAL_MACHINE", "specifications": MACHINE,
            "metadata": {"requestId": "req-once"}}
    with Daemon(QUICK) as daemon:
        daemon.start()
        first = accepted(daemon, body)
        daemon.ended("req-once")
        daemon.kill()
        daemon.start()
        status, headers, again = daemon.post(body)
        require(status == 202 and headers.get("Idempotency-Replayed") == "true", headers)
        for name in ("requestId", "messageId", "virtualResourceId", "correlationId"):
            require(first[name] == again[name], f"{name}: {first[name]}, {again[name]}")
        other = {**body, "specifications": {**MACHINE, "cpu": 2}}
        status, _, problem = daemon.post(other)
        require(status == 409 and problem["code"] == "REQUEST_ID_REUSED", problem)
        holds(daemon)


run_tests([
    a_machine_is_stopped_started_rebooted_and_deleted,
    storage_is_attached_and_detached_and_keeps_its_machine_from_going,
    a_delete_may_follow_a_pending_create,
    a_cancelled_create_is_undone,
    a_step_that_fails_for_good_is_undone_and_named,
    a_step_that_fails_for_now_is_tried_again,
    a_hanging_step_ends_at_the_deadline_of_its_request,
    what_cannot_be_undone_is_a_debt_and_told_in_time,
    machines_that_avoid_each_other_get_hosts_of_their_own,
    a_machine_goes_to_the_host_of_its_network,
    more_than_the_hosts_have_is_no_capacity,
    the_same_request_again_is_the_same_answer_across_a_restart,
])
