# SPDX-License-Identifier: LGPL-2.1-or-later
"""A network stays as long as machines are on it."""
from daemon import Daemon, require, run_tests
from rest import holds

SETTINGS = ["provisioner.mock.latency_factor=0.01", "kbnt.sinks="]


def ended(daemon, answered):
    status, _, answer = answered
    require(status == 202, f"{status} {answer}")
    return answer["virtualResourceId"], daemon.ended(answer["requestId"])


def made(daemon, kind, specification):
    name, view = ended(daemon, daemon.post({"type": kind, "spec": specification}))
    require(view["status"] == "COMPLETED", str(view))
    return name


def delete(daemon, name):
    return ended(daemon, daemon.ask("DELETE", f"/api/v1/resources/{name}"))[1]


def a_network_is_not_deleted_under_its_machines():
    with Daemon(SETTINGS).start() as daemon:
        network = made(daemon, "CREATE_NETWORK", {"subnet": "10.9.0.0/24"})
        machine = made(daemon, "CREATE_VIRTUAL_MACHINE",
                       {"cpu": 1, "memory": 1, "disk": 10, "network": network})
        view = delete(daemon, network)
        require(view["error"]["code"] == "STATE_CONFLICT", str(view))
        require(machine in view["error"]["cause"], str(view))
        status = daemon.ask("GET", f"/api/v1/resources/{network}")[2]["status"]
        require(status == "ACTIVE", status)

        for name in (machine, network):
            view = delete(daemon, name)
            require(view["status"] == "COMPLETED", str(view))
        holds(daemon)


run_tests([a_network_is_not_deleted_under_its_machines])
