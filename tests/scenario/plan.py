# SPDX-License-Identifier: LGPL-2.1-or-later
"""A plan names the host that the machine then goes to."""
from daemon import Daemon, require, run_tests, wait_until

SETTINGS = ["provisioner.mock.latency_factor=0", "provisioner.mock.cores=16",
            "kbnt.sinks=prometheus"]
MACHINE = {"cpu": 1, "memory": 1, "disk": 10, "network": "nat"}


def body(kind, specification):
    return {"type": kind, "spec": specification}


def planned(daemon, kind, specification):
    status, _, plan = daemon.ask("POST", "/api/v1/plan", body(kind, specification))
    require(status == 200, f"{status} {plan}")
    return plan.get("host")


def made(daemon, kind, specification):
    status, _, answer = daemon.post(body(kind, specification))
    require(status == 202, f"{status} {answer}")
    view = daemon.ended(answer["requestId"])
    require(view["status"] == "COMPLETED", str(view.get("error")))
    return daemon.ask("GET", f"/api/v1/resources/{answer['virtualResourceId']}")[2]


def is_made_where_planned(daemon, kind="CREATE_VIRTUAL_MACHINE", **more):
    specification = {**MACHINE, **more} if kind == "CREATE_VIRTUAL_MACHINE" else more
    host = planned(daemon, kind, specification)
    resource = made(daemon, kind, specification)
    require(host == resource["host"], f"planned on {host}, made on {resource['host']}")
    return resource


def has_hosts(daemon):
    wait_until("the hosts have reported",
               lambda: len(daemon.ask("GET", "/api/v1/hosts")[2]["hosts"]) == 3)


def started(daemon, *settings):
    daemon.start(settings)
    has_hosts(daemon)
    return daemon


def what_is_claimed_counts_before_the_next_report_and_after_a_start():
    with Daemon(SETTINGS) as daemon:
        started(daemon)
        made_on = [is_made_where_planned(daemon, cpu=cpu)["host"] for cpu in (6, 2, 5, 3, 1)]
        require(len(set(made_on)) == 3, str(made_on))
        gone = is_made_where_planned(daemon, cpu=8)
        require(daemon.stop() == 0, "the daemon did not end well")
        started(daemon)
        is_made_where_planned(daemon, cpu=4)
        answer = daemon.ask("DELETE", f"/api/v1/resources/{gone['virtualResourceId']}")[2]
        daemon.ended(answer["requestId"])
        require(is_made_where_planned(daemon, cpu=2)["host"] == gone["host"],
                "what is deleted is claimed still")


def what_a_machine_is_to_be_near_or_far_from_counts():
    with Daemon(SETTINGS) as daemon:
        started(daemon)
        volume = is_made_where_planned(daemon, "ALLOCATE_STORAGE", size=10)
        made(daemon, "ALLOCATE_STORAGE", {"size": 1})
        with_volume = is_made_where_planned(daemon, volumes=[volume["virtualResourceId"]])
        require(with_volume["host"] == volume["host"], str(with_volume))
        network = is_made_where_planned(daemon, "CREATE_NETWORK", subnet="10.7.7.0/24")
        is_made_where_planned(daemon, cpu=4, network=network["virtualResourceId"])
        apart = {is_made_where_planned(daemon, antiAffinity="web")["host"] for _ in range(3)}
        require(len(apart) == 3, str(apart))
        require(planned(daemon, "CREATE_VIRTUAL_MACHINE", {**MACHINE, "antiAffinity": "web"}) is
                None, "there is a fourth host")


def a_host_that_does_not_answer_is_not_named():
    with Daemon(SETTINGS) as daemon:
        started(daemon, "provisioner.mock.lost_hosts=mock-1;mock-2")
        require(is_made_where_planned(daemon)["host"] == "mock-3", "it is on a lost host")
        require(planned(daemon, "CREATE_VIRTUAL_MACHINE", {**MACHINE, "cpu": 16}) is None,
                "there is no room for it")


run_tests([
    what_is_claimed_counts_before_the_next_report_and_after_a_start,
    what_a_machine_is_to_be_near_or_far_from_counts,
    a_host_that_does_not_answer_is_not_named,
])
