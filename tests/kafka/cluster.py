# SPDX-License-Identifier: LGPL-2.1-or-later
"""Real Apache Kafka brokers on loopback: KRaft nodes, each broker and controller at once, on ports
that the kernel chose, their data in a folder of their own.

cluster.py [--nodes N] COMMAND... runs a command with KBNT_TEST_KAFKA=HOST:PORT,... in its
environment and ends the brokers with it. Exits with 77 and the reason where there can be none."""
import base64
import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
import uuid
from pathlib import Path

VERSION = os.environ.get("KBNT_KAFKA_VERSION", "4.3.1")
DEPENDENCY_PLUGIN = "org.apache.maven.plugins:maven-dependency-plugin:3.6.1"
CACHE = Path(os.environ.get("KBNT_KAFKA_CACHE") or
             Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "kbnt-kafka")
SKIPPED = 77
JAVA = ["java", "-Xmx256m", "-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1", "-Xshare:auto"]

POM = """<project xmlns="http://maven.apache.org/POM/4.0.0"><modelVersion>4.0.0</modelVersion>
<groupId>kbnt</groupId><artifactId>brokers</artifactId><version>1</version><dependencies>
<dependency><groupId>org.apache.kafka</groupId><artifactId>kafka_2.13</artifactId>
<version>{version}</version></dependency>
<dependency><groupId>org.apache.kafka</groupId><artifactId>kafka-tools</artifactId>
<version>{version}</version></dependency></dependencies></project>
"""

# A dead broker is noticed after 3 s, and small internal topics make a quick start.
PROPERTIES = """node.id={node}
process.roles=broker,controller
controller.quorum.voters={voters}
controller.listener.names=CONTROLLER
inter.broker.listener.name=PLAINTEXT
listener.security.protocol.map=PLAINTEXT:PLAINTEXT,CONTROLLER:PLAINTEXT
listeners=PLAINTEXT://127.0.0.1:{port},CONTROLLER://127.0.0.1:{controller_port}
advertised.listeners=PLAINTEXT://127.0.0.1:{port}
log.dirs={folder}/data
auto.create.topics.enable=false
offsets.topic.num.partitions=3
offsets.topic.replication.factor={replicas}
transaction.state.log.num.partitions=3
transaction.state.log.replication.factor={replicas}
transaction.state.log.min.isr={quorum}
share.coordinator.state.topic.replication.factor={replicas}
share.coordinator.state.topic.min.isr={quorum}
group.initial.rebalance.delay.ms=0
group.min.session.timeout.ms=1000
broker.session.timeout.ms=3000
broker.heartbeat.interval.ms=500
num.network.threads=2
num.io.threads=2
log.cleaner.enable=false
"""


class Unavailable(Exception):
    """Why there can be no brokers here."""


def fetch_jars(version):
    """Apache Kafka and all it needs, from Maven Central or from the cache. Returns the folder."""
    folder = CACHE / version
    wanted, complete = POM.format(version=version), folder / "complete"
    if complete.exists() and complete.read_text() == wanted:
        return folder
    for tool, package in ("java", "default-jre-headless"), ("mvn", "maven"):
        if not shutil.which(tool):
            raise Unavailable(f"'{tool}' is not installed: apt-get install {package}")
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "pom.xml").write_text(wanted)
    result = subprocess.run(
        ["mvn", "-q", "-B", f"{DEPENDENCY_PLUGIN}:copy-dependencies",
         f"-DoutputDirectory={folder}", "-DincludeScope=runtime"],
        cwd=folder, capture_output=True, text=True, timeout=300)
    if result.returncode:
        raise Unavailable("Maven did not get the brokers: " + result.stdout.strip()[-300:])
    complete.write_text(wanted)
    return folder


def free_ports(count):
    """Brokers tell their port to others, so they cannot be given port 0."""
    probes = [socket.socket() for _ in range(count)]
    try:
        for probe in probes:
            probe.bind(("127.0.0.1", 0))
        return [probe.getsockname()[1] for probe in probes]
    finally:
        for probe in probes:
            probe.close()


def end_cleanly_on_sigterm():
    """The brokers end with whoever runs them, also when a time limit ends that."""
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(1))


def cluster_id():
    """A UUID as Kafka writes it, which begins with no '-', lest it be taken for an option."""
    name = base64.urlsafe_b64encode(uuid.uuid4().bytes).decode().rstrip("=")
    return name if name[0] != "-" else cluster_id()


class Cluster:
    """Some brokers, numbered from 0."""

    storage_options = ()  # what StorageTool is given besides
    niceness = 15  # the brokers share the machine with what is tested

    def __init__(self, nodes=3, version=VERSION):
        self.jars = fetch_jars(version)
        if not shutil.which("java"):
            raise Unavailable("'java' is not installed: apt-get install default-jre-headless")
        self.folder = Path(tempfile.mkdtemp(prefix="kbnt-kafka-"))
        self.ports = free_ports(nodes)
        self.controller_ports = free_ports(nodes)
        self.processes = [None] * nodes
        self.bootstrap = self.tools_bootstrap = ",".join(f"127.0.0.1:{port}"
                                                         for port in self.ports)
        self._configure(nodes)

    def _configure(self, nodes):
        voters = ",".join(f"{i}@127.0.0.1:{port}"
                          for i, port in enumerate(self.controller_ports))
        for node in range(nodes):
            folder = self.folder / str(node)
            folder.mkdir()
            (folder / "server.properties").write_text(PROPERTIES.format(
                node=node, voters=voters, port=self.ports[node], folder=folder,
                controller_port=self.controller_ports[node],
                replicas=min(nodes, 3), quorum=min(nodes, 2)) + self.more_properties(node))

    def more_properties(self, _node):
        """What stands in a broker's properties besides, and goes before what stands there."""
        return ""

    def tool(self, name, *arguments):
        """Runs one of Kafka's command line tools, by its class."""
        result = subprocess.run([*JAVA, "-cp", f"{self.jars}/*", name, "--bootstrap-server",
                                 self.tools_bootstrap, *arguments], capture_output=True,
                                text=True, timeout=120)
        if result.returncode:
            raise Unavailable(f"{name} {' '.join(arguments)}: {result.stdout}{result.stderr}")

    def _java(self, node, *arguments):
        with open(self.folder / str(node) / "broker.log", "ab") as log:
            return subprocess.Popen(["nice", "-n", str(self.niceness), *JAVA, "-cp",
                                     f"{self.jars}/*", *arguments], stdout=log, stderr=log,
                                    cwd=self.folder / str(node))

    def __enter__(self):
        try:
            self.begin()
        except BaseException:
            self.__exit__()
            raise
        return self

    def begin(self):
        """Starts all; what is started when this fails is ended."""
        identity = cluster_id()
        formatters = [self._java(node, "kafka.tools.StorageTool", "format", "-t", identity, "-c",
                                 "server.properties", *self.storage_options)
                      for node in range(len(self.ports))]
        if any(formatter.wait() for formatter in formatters):
            raise Unavailable("the brokers' storage was not formatted: " + self.log(0)[-300:])
        for node in range(len(self.ports)):
            self.start(node)
        for node in range(len(self.ports)):
            self.wait(node)

    def __exit__(self, *_):
        for node in range(len(self.ports)):
            self.kill(node)
        shutil.rmtree(self.folder, ignore_errors=True)

    def log(self, node):
        return (self.folder / str(node) / "broker.log").read_text(errors="replace")

    def start(self, node):
        self.processes[node] = self._java(node, "kafka.Kafka", "server.properties")

    def wait(self, node, seconds=90):
        """Until the broker takes connections, which it does when it is registered."""
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            if self.processes[node].poll() is not None:
                raise Unavailable("a broker ended at its start: " + self.log(node)[-500:])
            try:
                socket.create_connection(("127.0.0.1", self.ports[node]), 1).close()
                return
            except OSError:
                time.sleep(0.1)
        raise Unavailable("a broker did not start: " + self.log(node)[-500:])

    def kill(self, node, number=signal.SIGKILL):
        process = self.processes[node]
        if process and process.poll() is None:
            process.send_signal(number)
        if process:
            process.wait()


def main():
    arguments, nodes = sys.argv[1:], 3
    if arguments[:1] == ["--nodes"]:
        nodes, arguments = int(arguments[1]), arguments[2:]
    if not arguments:
        sys.exit("usage: cluster.py [--nodes N] COMMAND...")
    end_cleanly_on_sigterm()
    try:
        with Cluster(nodes) as cluster:
            environment = {**os.environ, "KBNT_TEST_KAFKA": cluster.bootstrap}
            status = subprocess.run(arguments, env=environment).returncode
    except Unavailable as reason:
        print(f"skipped: {reason}")
        sys.exit(SKIPPED)
    sys.exit(status)


if __name__ == "__main__":
    main()
