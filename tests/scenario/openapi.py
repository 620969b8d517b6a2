# SPDX-License-Identifier: LGPL-2.1-or-later
"""The OpenAPI document is true: every answer of a running daemon is what it says, and says no
member that it does not know."""
import os
import re
import sys

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from daemon import Daemon, require, run_tests  # noqa: E402

API = "/api/v1/virtualize"
MACHINE = {"type": "CREATE_VIRTUAL_MACHINE", "resourceId": "web-1",
           "specifications": {"cpu": "4 cores", "memory": "8GB RAM", "disk": "100GB SSD",
                              "network": "vlan-100"},
           "metadata": {"requestId": "req-1", "priority": "HIGH"}}
STORAGE = {"type": "ALLOCATE_STORAGE", "spec": {"size": 500, "type": "ssd", "iops": 3000}}
NETWORK = {"type": "CREATE_NETWORK", "spec": {"subnet": "10.0.1.0/24", "vlan": 200}}
KINDS = {"object": dict, "array": list, "string": str, "boolean": bool, "null": type(None)}


class Document:
    """An OpenAPI document, and the part of JSON Schema that ours is written in."""

    def __init__(self, document):
        self.document = document

    def resolve(self, node):
        while "$ref" in node:
            place = self.document
            for name in node["$ref"].split("/")[1:]:
                place = place[name]
            node = place
        return node

    def operation(self, method, path):
        """The operation whose template fits the path."""
        for template, operations in self.document["paths"].items():
            pattern = re.sub(r"\{[^}]*\}", "[^/]+", template)
            if re.fullmatch(pattern, path.partition("?")[0]) and method.lower() in operations:
                return operations[method.lower()]
        raise AssertionError(f"{method} {path} is not documented")

    def check_answer(self, method, path, status, headers, value):
        responses = self.operation(method, path)["responses"]
        require(str(status) in responses, f"{method} {path}: {status} is not documented")
        content = self.resolve(responses[str(status)])["content"]
        kind = headers.get("Content-Type", "").partition(";")[0]
        require(kind in content, f"{method} {path}: {kind} is not documented for {status}")
        self.check(content[kind]["schema"], value, f"{method} {path}")

    def check(self, schema, value, where):
        schema = self.resolve(schema)
        if "anyOf" in schema:
            self.check_any(schema["anyOf"], value, where)
            return
        self.check_kind(schema, value, where)
        require(value in schema.get("enum", [value]), f"{where}: {value!r} is not in the list")
        require(value == schema.get("const", value), f"{where}: {value!r} is another constant")
        if isinstance(value, dict) and "properties" in schema:
            self.check_members(schema, value, where)
        elif isinstance(value, list) and "items" in schema:
            for index, item in enumerate(value):
                self.check(schema["items"], item, f"{where}/{index}")

    def check_any(self, choices, value, where):
        faults = []
        for choice in choices:
            try:
                self.check(choice, value, where)
                return
            except Exception as error:  # the next one may fit
                faults.append(str(error))
        raise AssertionError(f"{where}: {value!r} fits nothing: {faults}")

    @staticmethod
    def check_kind(schema, value, where):
        kind = schema.get("type")
        if kind in ("number", "integer"):
            fits = isinstance(value, (int, float)) and not isinstance(value, bool)
            fits = fits and (kind == "number" or isinstance(value, int))
        else:
            fits = kind is None or isinstance(value, KINDS[kind])
        require(fits, f"{where}: {value!r} is no {kind}")

    def check_members(self, schema, value, where):
        for name in schema.get("required", []):
            require(name in value, f"{where}: '{name}' is missing")
        more = schema.get("additionalProperties")
        for name, member in value.items():
            known = schema["properties"].get(name, more)
            require(known, f"{where}: '{name}' is not documented")
            self.check(known, member, f"{where}/{name}")


def exchange(daemon, document, method, path, body=None, headers=None):
    status, sent, value = daemon.ask(method, path, body, headers)
    document.check_answer(method, path, status, sent, value)
    return status, value


def ask_everything(daemon, document):
    def ask(*arguments):
        return exchange(daemon, document, *arguments)

    for body in (MACHINE, STORAGE, NETWORK):
        status, value = ask("POST", API, body)
        require(status == 202, f"status is {status}: {value}")
        daemon.ended(value["requestId"])
        require(ask("POST", "/api/v1/plan", body)[0] in (200, 409), "no plan")
    require(ask("POST", API, MACHINE)[0] == 202, "no replay")
    require(ask("POST", API, {**MACHINE, "resourceId": "other"})[0] == 409, "no conflict")
    require(ask("POST", API, "{")[0] == 400, "not malformed")
    require(ask("POST", API, {"type": "CREATE_NETWORK", "spec": {}})[0] == 422, "not refused")
    resources = ask("GET", "/api/v1/resources?limit=2")[1]
    require(len(resources["resources"]) == 2 and "nextCursor" in resources, "no second page")
    name = resources["resources"][0]["virtualResourceId"]
    for path in ("/api/v1/requests", "/api/v1/requests?limit=1", "/api/v1/requests/req-1",
                 "/api/v1/requests/nothing", "/api/v1/requests?limit=0",
                 f"/api/v1/resources/{name}", "/api/v1/resources/nothing", "/api/v1/hosts",
                 "/api/v1/images", "/api/v1/quotas/anonymous", "/healthz", "/readyz",
                 "/metrics", "/openapi.json", "/subjects",
                 "/subjects/virtualization-requests-value/versions",
                 "/subjects/virtualization-requests-value/versions/latest",
                 "/schemas/ids/1263632001"):
        ask("GET", path)
    status, value = ask("DELETE", f"/api/v1/resources/{name}")
    require(status == 202, f"status is {status}: {value}")
    daemon.ended(value["requestId"])
    require(ask("DELETE", "/api/v1/requests/req-1")[0] == 409, "a terminal one was cancelled")
    require(ask("DELETE", "/api/v1/requests/nothing")[0] == 404, "nothing was cancelled")


def every_answer_is_as_documented():
    with Daemon(["provisioner.mock.latency_factor=0"]) as daemon:
        daemon.start()
        ask_everything(daemon, Document(daemon.ask("GET", "/openapi.json")[2]))


if __name__ == "__main__":
    run_tests([every_answer_is_as_documented])
