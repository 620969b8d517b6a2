# SPDX-License-Identifier: LGPL-2.1-or-later
"""The reference run: four requests become four resources, told alike by the client, by promtool
and by a real Prometheus that scrapes the daemon."""
import json
import shutil
import socket
import subprocess
import tempfile
import urllib.parse
import urllib.request
from contextlib import contextmanager
from pathlib import Path

from daemon import Daemon, require, run_tests, wait_until

# Quick latencies of the mock: what is counted does not depend on them.
QUICK = ["provisioner.mock.latency_factor=0"]

# What the contract says that the run leaves behind.
EXPECTED = {
    'kbnt_messages_sent_total{topic="virtualization-requests"}': 4,
    'sum(kbnt_messages_received_total{service="consumer"})': 4,
    'kbnt_messages_processed_total{service="consumer",status="success"}': 4,
    'sum(kbnt_virtual_resources_created_total)': 4,
    'kbnt_virtual_resources_created_total{status="RUNNING"}': 2,
    'kbnt_virtual_resources_created_total{status="ALLOCATED"}': 1,
    'kbnt_virtual_resources_created_total{status="ACTIVE"}': 1,
    'kbnt_virtual_resources_active{resource_type="virtual-machine"}': 2,
    'kbnt_virtual_resources_active{resource_type="virtual-storage"}': 1,
    'kbnt_virtual_resources_active{resource_type="virtual-network"}': 1,
    'kbnt_virtual_machines_active_gauge': 2,
    'kbnt_events_published_total{event_type="VIRTUALIZATION_COMPLETED"}': 4,
    'sum(kbnt_processing_duration_seconds_count)': 8,
    'kbnt_processing_success_rate': 1,
    'sum(kbnt_messages_failed_total)': 0,
}

# What promtool may complain of: names that the contract fixed before it looked.
FIXED_NAMES = {
    "kbnt_request_processing_duration_ms", "kbnt_message_processing_latency_ms",
    "kbnt_virtual_machines_active_gauge",
}


@contextmanager
def after_the_reference_run():
    with Daemon(QUICK) as daemon:
        daemon.start()
        demo = daemon.control("demo")
        require(demo.returncode == 0, f"kbntctl demo failed:\n{demo.stdout}{demo.stderr}")
        yield daemon


def the_client_finds_every_count_as_the_contract_says():
    with after_the_reference_run() as daemon:
        resources = daemon.ask("GET", "/api/v1/resources")[2]["resources"]
        states = sorted(resource["status"] for resource in resources)
        require(states == ["ACTIVE", "ALLOCATED", "RUNNING", "RUNNING"], f"states are {states}")


def promtool_complains_of_nothing_but_the_fixed_names():
    if not shutil.which("promtool"):
        print("SKIP promtool is not installed")
        return
    with after_the_reference_run() as daemon:
        metrics = daemon.ask("GET", "/metrics")[2]
        result = subprocess.run(["promtool", "check", "metrics"], input=metrics,
                                capture_output=True, text=True)
        complaints = [line for line in (result.stdout + result.stderr).splitlines()
                      if line.split(" ")[0] not in FIXED_NAMES]
        require(not complaints, "promtool says:\n" + "\n".join(complaints))


def free_port():
    """Prometheus cannot be given port 0 and asked for what it got."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


@contextmanager
def prometheus_of(daemon):
    """A Prometheus in a folder of its own that scrapes the daemon. Yields its address."""
    folder, port = Path(tempfile.mkdtemp(prefix="kbnt-prometheus-")), free_port()
    configuration = folder / "prometheus.yml"
    configuration.write_text(json.dumps({
        "global": {"scrape_interval": "1s"},
        "scrape_configs": [{"job_name": "kbnt", "static_configs": [
            {"targets": [f"127.0.0.1:{daemon.port}"]}]}]}))
    process = subprocess.Popen(
        ["prometheus", f"--config.file={configuration}", f"--storage.tsdb.path={folder}/data",
         f"--web.listen-address=127.0.0.1:{port}"],
        stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        yield f"http://127.0.0.1:{port}"
    finally:
        process.kill()
        process.wait()
        shutil.rmtree(folder, ignore_errors=True)


def ask_prometheus(address, query):
    """The one value of a query, or None while there is none."""
    url = f"{address}/api/v1/query?" + urllib.parse.urlencode({"query": query})
    try:
        with urllib.request.urlopen(url, timeout=5) as answer:
            found = json.load(answer)["data"]["result"]
    except OSError:
        return None
    return float(found[0]["value"][1]) if len(found) == 1 else None


def a_real_prometheus_sees_every_count_as_the_contract_says():
    if not shutil.which("prometheus"):
        print("SKIP prometheus is not installed")
        return
    with after_the_reference_run() as daemon, prometheus_of(daemon) as address:
        wait_until("Prometheus has scraped the daemon",
                   lambda: ask_prometheus(address, 'up{job="kbnt"}') == 1)
        wrong = [f"{query} is {seen}, not {expected}" for query, expected in EXPECTED.items()
                 if (seen := ask_prometheus(address, query)) != expected]
        require(not wrong, "\n".join(wrong))


run_tests([
    the_client_finds_every_count_as_the_contract_says,
    promtool_complains_of_nothing_but_the_fixed_names,
    a_real_prometheus_sees_every_count_as_the_contract_says,
])
