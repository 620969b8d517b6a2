#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""Clients that know nothing of kbnt, on three real brokers: they read the events by the schema
registry that a producer serves, and where a lab allows it they publish a request by hand."""
import importlib
import io
import json
import os
import shutil
import subprocess
import sys
import time
import urllib.request
import uuid
from pathlib import Path

from cluster import CACHE
from pair import Client, Pair, dead_letters, run_on_brokers
import records
from daemon import Skip, require, wait_until

KAFKAJS = ("kafkajs@2.2.4", "@kafkajs/confluent-schema-registry@4.1.0")
FASTAVRO = "fastavro==1.13.1"
REQUESTS, EVENTS = "virtualization-requests", "virtualization-events"
N_READ = 4
FRAME = 5
NAMESPACE = uuid.UUID("f6a3aeb7-128b-43fc-b054-212568b96ce7")  # docs/reference/identifiers.md
USER = "user-of-a-lab"


def kafkajs(*arguments):
    """Runs the client of JavaScript; returns what it prints."""
    folder = CACHE / "kafkajs"
    for tool in "node", "npm":
        if not shutil.which(tool):
            raise Skip(f"'{tool}' is not installed: apt-get install {tool}")
    if not (folder / "node_modules" / KAFKAJS[1].rsplit("@", 1)[0]).exists():
        installed = subprocess.run(["npm", "install", "--no-audit", "--no-fund", "--prefix",
                                    str(folder), *KAFKAJS], capture_output=True, text=True,
                                   timeout=300)
        if installed.returncode:
            raise Skip(f"npm did not get kafkajs: {installed.stderr[-300:]}")
    environment = {**os.environ, "NODE_PATH": str(folder / "node_modules"),
                   "KAFKAJS_NO_PARTITIONER_WARNING": "1"}
    ran = subprocess.run(["node", str(Path(__file__).with_name("foreign.js")), *arguments],
                         capture_output=True, text=True, timeout=120, env=environment)
    require(ran.returncode == 0, f"foreign.js: {ran.stderr[-2000:]}")
    return ran.stdout


def fastavro():
    folder = CACHE / "fastavro"
    if not (folder / "fastavro").exists():
        installed = subprocess.run([sys.executable, "-m", "pip", "install", "-q", "--target",
                                    str(folder), FASTAVRO], capture_output=True, text=True,
                                   timeout=300)
        if installed.returncode:
            raise Skip(f"pip did not get fastavro: {installed.stderr[-300:]}")
    if str(folder) not in sys.path:
        sys.path.append(str(folder))
    return importlib.import_module("fastavro")


def registry(daemon):
    return f"http://127.0.0.1:{daemon.port}"


def look_up(daemon, path):
    with urllib.request.urlopen(registry(daemon) + path, timeout=10) as answer:
        return json.load(answer)


def ask_for_some(pair):
    client = Client(pair.producer, N_READ)
    client.ask_all()
    wait_until("all requests have ended", pair.is_at_rest)
    return {answer["messageId"] for answer in client.answers}


def a_pair_of_a_lab(cluster, *settings):
    pair = Pair(cluster, "kbnt.sinks=", "security.accept_unsigned=true", *settings)
    for daemon in pair.daemons:
        daemon.start()
    return pair


def message(specification):
    """A request for a disk, as the schema has it."""
    message_id = str(uuid.uuid4())
    named = uuid.uuid5(NAMESPACE, f"resource:{message_id}")
    return {"schemaVersion": "v2.1", "messageId": message_id, "requestId": "req-by-hand",
            "correlationId": "corr-by-hand", "messageType": "ALLOCATE_STORAGE",
            "timestamp": int(time.time() * 1000), "timeoutMs": 300000, "userId": USER,
            "priority": "NORMAL", "dependsOn": [], "processingHistory": [],
            "payload": {"virtualResourceId": f"STOR-{named.hex[:8].upper()}",
                        "resourceType": "virtual-storage", "status": "VALIDATED",
                        "resourceId": "by-hand", "specification": specification}}


def is_done(pair, sent):
    """What was published by hand becomes a disk, which the producer shows as its user's."""
    path = f"/api/v1/resources/{sent['payload']['virtualResourceId']}"
    def look():
        status, _, view = pair.producer.ask("GET", path)
        return view if status == 200 else None
    view = wait_until("the disk is there", look)
    require((view["status"], view["userId"]) == ("ALLOCATED", USER), f"it is {view}")
    require(view["createdAt"] and view["cost"] < 1, f"its cost is counted from {view}")


def kafkajs_reads_the_events_by_our_registry(cluster):
    with Pair(cluster, "kbnt.sinks=") as pair:
        pair.producer.start()
        pair.consumer.start()
        ids = ask_for_some(pair)
        printed = kafkajs("read", cluster.bootstrap, registry(pair.producer), EVENTS,
                          "eventType=VIRTUALIZATION_COMPLETED", str(N_READ))
        events = [json.loads(line) for line in printed.splitlines()]
        require(ids == {event["originalMessageId"] for event in events}, f"it read {events}")


def kafkajs_publishes_a_request_that_is_done(cluster):
    with a_pair_of_a_lab(cluster) as pair:
        sent = message({"kbnt.StorageSpecification": {"sizeMb": 1024}})
        kafkajs("publish", cluster.bootstrap, registry(pair.producer), REQUESTS,
                sent["messageId"], json.dumps(sent))
        is_done(pair, sent)


def fastavro_and_kcat_read_the_events_by_our_registry(cluster):
    since_ms = int(time.time() * 1000)
    avro = fastavro()
    with Pair(cluster, "kbnt.sinks=") as pair:
        pair.producer.start()
        pair.consumer.start()
        ids = ask_for_some(pair)
        schemas, done = {}, set()
        for record in records.read(cluster, EVENTS, since_ms):
            number = int.from_bytes(record.value[1:FRAME], "big")
            if number not in schemas:
                text = look_up(pair.producer, f"/schemas/ids/{number}")["schema"]
                schemas[number] = avro.parse_schema(json.loads(text))
            event = avro.schemaless_reader(io.BytesIO(record.value[FRAME:]), schemas[number])
            if event["eventType"] == "VIRTUALIZATION_COMPLETED":
                done.add(event["originalMessageId"])
        require(done == ids, f"it read {done}, not {ids}")


def encode(avro, pair, sent):
    latest = look_up(pair.producer, f"/subjects/{REQUESTS}-value/versions/latest")
    body = io.BytesIO()
    avro.schemaless_writer(body, avro.parse_schema(json.loads(latest["schema"])), sent)
    return b"\0" + latest["id"].to_bytes(4, "big") + body.getvalue()


def fastavro_and_kcat_publish_a_request_that_is_done(cluster):
    avro = fastavro()
    with a_pair_of_a_lab(cluster) as pair:
        sent = message({"sizeMb": 1024, "diskClass": "ssd"})
        nameless = message({"sizeMb": 1024})
        nameless["payload"]["virtualResourceId"] = None
        for one in nameless, message({"sizeMb": -1024}), sent:
            records.publish(cluster, REQUESTS, one["messageId"], {}, [encode(avro, pair, one)])
        is_done(pair, sent)
        reasons = wait_until("the others are dead letters", lambda: (
            found := [letter["reason"] for letter in dead_letters(pair.consumer)]) and
            len(found) == 2 and found)
        require(reasons == ["UNDECODABLE"] * 2, f"they are {reasons}")


run_on_brokers([
    kafkajs_reads_the_events_by_our_registry,
    kafkajs_publishes_a_request_that_is_done,
    fastavro_and_kcat_read_the_events_by_our_registry,
    fastavro_and_kcat_publish_a_request_that_is_done,
])
