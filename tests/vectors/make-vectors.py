# SPDX-License-Identifier: LGPL-2.1-or-later
"""Prints avro.vectors with fastavro, an implementation that knows nothing of ours.

    pip install fastavro && python3 tests/vectors/make-vectors.py > tests/vectors/avro.vectors

The values are those of tests/fakes/sample-messages.c.
"""
import hashlib
import io
import json
from pathlib import Path

import fastavro

SCHEMAS = Path(__file__).resolve().parents[2] / "schemas"
ONE, OTHER = "0909a693-7e4b-4c6e-9a55-0d2f4f1c8b11", "7ae8ff2d-25a1-4f0e-8a2b-3d1c9e5f6a77"
TIME = 1756549800123


def history(service, operation, layer):
    return [{"service": f"virtualization-{service}-service", "operation": operation,
             "layer": layer, "status": "SUCCESS", "timestamp": TIME}]


REQUEST = {
    "messageId": ONE, "correlationId": "corr-456", "requestId": "req-abc123", "timestamp": TIME,
    "timeoutMs": 900000, "userId": "user-789", "priority": "HIGH", "dependsOn": [OTHER],
    "payload": {"virtualResourceId": "VM-0909A693", "resourceType": "virtual-machine",
                "resourceId": "vm-12345"},
    "processingHistory": history("producer", "domain-validation", "domain"),
}
MACHINE = {"cpu": 4, "memoryMb": 8192, "diskMb": 102400, "diskClass": "ssd",
           "network": "vlan-100", "vlan": 100, "image": "ubuntu-22.04",
           "securityGroups": ["default"], "antiAffinity": "web", "volumes": ["STOR-64DE90EF"]}
SPECIFICATIONS = {
    "CREATE_VIRTUAL_MACHINE": ("kbnt.MachineSpecification", {
        **MACHINE, "sshKeys": ["ssh-ed25519 AAAA user@host"], "userData": "#cloud-config\n"}),
    "ALLOCATE_STORAGE": ("kbnt.StorageSpecification",
                         {"sizeMb": 512000, "diskClass": "ssd", "iops": 3000}),
    "CREATE_NETWORK": ("kbnt.NetworkSpecification", {
        "subnet": "10.0.1.0/24", "vlan": 200, "gateway": "10.0.1.1", "dhcp": True,
        "mode": "nat"}),
    "ATTACH_STORAGE": ("kbnt.AttachmentSpecification", {
        "virtualResourceId": "VM-0909A693", "storageId": "STOR-64DE90EF"}),
    "DELETE_RESOURCE": ("kbnt.TargetSpecification",
                        {"virtualResourceId": "VM-0909A693", "force": True}),
    "CANCEL_REQUEST": None,
}
EVENT = {
    "streamId": ONE, "sequence": 9, "eventId": OTHER, "timestamp": TIME, "version": "v1.2.3",
    "previousChecksum": "sha256-00",
}
PLACE = {"host": "host-1", "region": "local", "hypervisor": "mock"}
DONE = {
    **EVENT, "originalMessageId": ONE, "correlationId": "corr-456", "requestId": "req-abc123",
    "userId": "user-789", "step": "VERIFY", "percent": 100,
    "processingHistory": history("consumer", "plan-allocation", "application"),
}
STATE = {
    **PLACE, "requestId": "req-abc123", "userId": "user-789",
    "virtualResourceId": "VM-0909A693", "vmId": "VM-KBNT-20250830-001",
    "resourceType": "virtual-machine", "status": "SUCCESS", "resourceStatus": "RUNNING",
    "resourceSpecs": {**MACHINE, "userDataSha256": "5b1c"},
    "endpoints": {"address": "10.10.1.45/24", "ssh": "10.10.1.45:22"},
    "health": {"status": "healthy", "passed": 1, "total": 1, "monitoringAgent": "skipped",
               "checks": [{"name": "agent-answers", "status": "PASSED"}]},
    "metrics": {"provisioningSeconds": 12.5, "bootSeconds": 8.25, "memoryUsedMb": 412,
                "costPerHourUsd": 0.045},
}
REPORT = {"capacity": {"cpu": 64, "memoryMb": 262144, "diskMb": 4096000}, "labels": ["ssd"],
          "images": [{"name": "ubuntu-22.04", "sha256": "e3b0c44298fc1c14"}], "alive": True}
FAILURE = {"code": "NO_CAPACITY", "step": "PLAN", "message": "No host has room for this",
           "retryable": True}
EVENTS = {
    "VIRTUALIZATION_COMPLETED": {**DONE, "payload": STATE},
    "VIRTUALIZATION_FAILED": {**DONE, "payload": {**STATE, "error": FAILURE}},
    "HOST_REPORTED": {**EVENT, "payload": PLACE, "hostReport": REPORT},
}


def encode(schema, value):
    out = io.BytesIO()
    fastavro.schemaless_writer(out, schema, value)
    return out.getvalue()


def requests(schema):
    for name, specification in SPECIFICATIONS.items():
        value = {**REQUEST, "messageType": name,
                 "payload": {**REQUEST["payload"], "specification": specification}}
        if name == "CANCEL_REQUEST":
            value |= {"targetMessageId": OTHER, "reason": "DEADLINE"}
        yield name, encode(schema, value)


def events(schema):
    for name, value in EVENTS.items():
        before = encode(schema, {**value, "eventType": name, "checksum": ""})[:-1]
        checksum = "sha256-" + hashlib.sha256(before).hexdigest()
        yield name, encode(schema, {**value, "eventType": name, "checksum": checksum})


def load(name):
    return fastavro.parse_schema(json.loads((SCHEMAS / name).read_text()))


print("# SPDX-License-Identifier: LGPL-2.1-or-later")
print("# Bodies as make-vectors.py encodes them with fastavro: name, hexadecimal digits.")
for source in (requests(load("virtualization-message-v2.1.avsc")),
               events(load("virtualization-event-v3.0.avsc"))):
    for vector_name, body in source:
        print(vector_name, body.hex())
