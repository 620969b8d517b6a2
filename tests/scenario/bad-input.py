# SPDX-License-Identifier: LGPL-2.1-or-later
"""Bad input of every kind: the contract's status and code, a problem that names the field,
nothing stored, and the server well afterwards."""
import json
import os
import sys

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from daemon import Daemon  # noqa: E402
from raw_client import ask, request, send  # noqa: E402

API = "/api/v1/virtualize"
MACHINE = {"cpu": 4, "memory": 8, "disk": 100, "network": "nat"}


def post(body, **headers):
    return request("POST", API, body, **headers)


def machine(**changes):
    """A good machine in the short form, but for the changes; None takes a member away."""
    spec = {k: v for k, v in {**MACHINE, **changes}.items() if v is not None}
    return post({"type": "CREATE_VIRTUAL_MACHINE", "spec": spec})


def full(**changes):
    body = {
        "type": "CREATE_VIRTUAL_MACHINE",
        "specifications": MACHINE,
        "metadata": {"requestId": "req-bad", "userId": "anonymous"},
    }
    body.update(changes)
    return post(body)


def get(target, **headers):
    return request("GET", target, **headers)


def raw(head, body=b""):
    return (f"{head}\r\nConnection: close\r\n\r\n").encode("latin-1") + body


def framed(fields, body=b""):
    return raw(f"POST {API} HTTP/1.1\r\nHost: localhost\r\n"
               f"Content-Type: application/json\r\n{fields}", body)


def number(literal):
    return post('{"type":"CREATE_VIRTUAL_MACHINE","spec":{"cpu":%s,"memory":8,"disk":100,'
                '"network":"nat"}}' % literal)


GOOD = json.dumps({"type": "CREATE_VIRTUAL_MACHINE", "spec": MACHINE})
DEEP = "[" * 100000 + "]" * 100000
BAD = 400, "MALFORMED"
INVALID = 422, "VALIDATION_FAILED"

# name, bytes, status, code (None: not a problem document), pointer (None: none is expected)
CASES = [
    # not JSON
    ("empty body", post(""), *BAD, ""),
    ("body of white space", post("  \r\n"), *BAD, ""),
    ("truncated object", post(GOOD[:-1]), *BAD, ""),
    ("truncated string", post('{"type":"CREATE'), *BAD, ""),
    ("trailing comma", post('{"type":"CREATE_NETWORK",}'), *BAD, ""),
    ("two documents", post(GOOD + GOOD), *BAD, ""),
    ("garbage after the document", post(GOOD + "x"), *BAD, ""),
    ("a comment", post("// hello\n" + GOOD), *BAD, ""),
    ("single quotes", post("{'type':'CREATE_NETWORK'}"), *BAD, ""),
    ("a byte order mark", post("\ufeff" + GOOD), *BAD, ""),
    ("nested 100,000 deep", post(DEEP), *BAD, ""),
    ("nested 17 deep", machine(sshKeys=json.loads("[" * 15 + "]" * 15)), *BAD, ""),
    ("a key twice", post('{"type":"CREATE_NETWORK","type":"CREATE_NETWORK"}'), *BAD, ""),
    ("a nested key twice", number('4,"cpu":4'), *BAD, ""),
    ("invalid UTF-8", post(b'{"type":"\xff\xfe"}'), *BAD, ""),
    ("an overlong UTF-8 form", post(b'{"type":"\xc0\xaf"}'), *BAD, ""),
    ("a lone surrogate", post('{"type":"\\ud800"}'), *BAD, ""),
    ("an escaped NUL", post('{"type":"\\u0000"}'), *BAD, ""),
    ("a raw NUL", post(GOOD + "\0"), *BAD, ""),
    ("UTF-16", post(GOOD.encode("utf-16")), *BAD, ""),
    ("NaN", number("NaN"), *BAD, ""),
    ("Infinity", number("Infinity"), *BAD, ""),
    ("1e999", number("1e999"), *BAD, ""),
    ("a leading zero", number("04"), *BAD, ""),
    ("a hexadecimal number", number("0x4"), *BAD, ""),
    # JSON, but not a request
    ("a bare string", post('"CREATE_NETWORK"'), *INVALID, ""),
    ("an array", post("[]"), *INVALID, ""),
    ("null", post("null"), *INVALID, ""),
    ("an empty object", post("{}"), *INVALID, "/type"),
    ("an unknown type", post({"type": "MAKE_COFFEE", "spec": {}}), *INVALID, "/type"),
    ("an internal type", post({"type": "CANCEL_REQUEST", "spec": {}}), *INVALID, "/type"),
    ("a type in lower case", post({"type": "create_network", "spec": {}}), *INVALID, "/type"),
    ("a type that is a number", post({"type": 1, "spec": {}}), *INVALID, "/type"),
    ("no specification", post({"type": "CREATE_VIRTUAL_MACHINE"}), *INVALID, None),
    ("both forms at once", full(spec=MACHINE), *INVALID, "/spec"),
    ("a specification that is a list", post({"type": "CREATE_NETWORK", "spec": []}), *INVALID,
     "/spec"),
    ("an unknown member", full(colour="red"), *INVALID, "/colour"),
    ("an unknown member with a slash", full(**{"a/b~c": 1}), *INVALID, "/a~1b~0c"),
    ("an unknown field", machine(gpu=1), *INVALID, "/spec/gpu"),
    ("a field of another type", machine(subnet="10.0.0.0/24"), *INVALID, "/spec/subnet"),
    ("a missing field", machine(memory=None), *INVALID, "/spec/memory"),
    # numbers and units
    ("no cores", machine(cpu=0), *INVALID, "/spec/cpu"),
    ("negative cores", machine(cpu=-4), *INVALID, "/spec/cpu"),
    ("half a core", machine(cpu=0.5), *INVALID, "/spec/cpu"),
    ("1e308 cores", number("1e308"), *INVALID, "/spec/cpu"),
    ("20 digits of cores", number("99999999999999999999"), *INVALID, "/spec/cpu"),
    ("cores that are true", machine(cpu=True), *INVALID, "/spec/cpu"),
    ("cores that are null", number("null"), *INVALID, "/spec/cpu"),
    ("cores in a list", machine(cpu=[4]), *INVALID, "/spec/cpu"),
    ("negative memory", machine(memory="-8GB"), *INVALID, "/spec/memory"),
    ("an unknown unit", machine(memory="8 parsecs"), *INVALID, "/spec/memory"),
    ("no number before the unit", machine(memory="GB"), *INVALID, "/spec/memory"),
    ("a unit twice", machine(memory="8GBGB"), *INVALID, "/spec/memory"),
    ("an empty quantity", machine(memory=""), *INVALID, "/spec/memory"),
    ("a disk of 1e30 GB", machine(disk=1e30), *INVALID, "/spec/disk"),
    ("an unknown class of disk", machine(disk="100GB FLOPPY"), *INVALID, "/spec/disk"),
    ("a VLAN out of range", machine(network="vlan-4095"), *INVALID, "/spec/network"),
    ("a VLAN that is no number", machine(network="vlan-1e2"), *INVALID, "/spec/network"),
    ("a subnet with host bits", post({"type": "CREATE_NETWORK", "spec": {
        "subnet": "10.0.1.7/24"}}), *INVALID, "/spec/subnet"),
    ("a subnet of 33 bits", post({"type": "CREATE_NETWORK", "spec": {
        "subnet": "10.0.1.0/33"}}), *INVALID, "/spec/subnet"),
    ("a priority that does not exist", full(metadata={"priority": "URGENT"}), *INVALID,
     "/metadata/priority"),
    ("a requestId with a slash", full(metadata={"requestId": "a/b"}), *INVALID,
     "/metadata/requestId"),
    ("a requestId of 65 characters", full(metadata={"requestId": "r" * 65}), *INVALID,
     "/metadata/requestId"),
    ("an unknown member of metadata", full(metadata={"trace": 1}), *INVALID,
     "/metadata/trace"),
    # what it is and how it comes
    ("no content type", post(GOOD, content_type=None), 415, "UNSUPPORTED_MEDIA_TYPE", None),
    ("a form", post("a=b", content_type="application/x-www-form-urlencoded"), 415,
     "UNSUPPORTED_MEDIA_TYPE", None),
    ("another charset", post(GOOD, content_type="application/json; charset=utf-16"), 415,
     "UNSUPPORTED_MEDIA_TYPE", None),
    ("a compressed body", post(GOOD, content_encoding="gzip"), 415, "UNSUPPORTED_MEDIA_TYPE",
     None),
    ("a body over 256 KiB", post(" " * (256 * 1024) + GOOD), 413, "TOO_LARGE", None),
    ("a body announced as 1 TB", framed("Content-Length: 1099511627776"), 413, "TOO_LARGE",
     None),
    ("chunks over 256 KiB", framed("Transfer-Encoding: chunked",
                                   b"50000\r\n" + b" " * 0x50000 + b"\r\n0\r\n\r\n"), 413,
     "TOO_LARGE", None),
    ("two lengths", framed("Content-Length: 2\r\nContent-Length: 2", b"{}"), *BAD, None),
    ("a length and chunks", framed("Content-Length: 2\r\nTransfer-Encoding: chunked",
                                   b"0\r\n\r\n"), *BAD, None),
    ("an unknown encoding", framed("Transfer-Encoding: gzip", b"{}"), *BAD, None),
    ("a negative length", framed("Content-Length: -2", b"{}"), 400, None, None),
    ("a length that is no number", framed("Content-Length: 2x", b"{}"), 400, None, None),
    ("a chunk that is no number", framed("Transfer-Encoding: chunked", b"zz\r\n{}\r\n"), 400,
     None, None),
    ("a header of 9 KiB", get("/healthz", x_long="x" * 9000), 431, "HEADER_TOO_LARGE", None),
    ("65 header fields", get("/healthz", **{f"x_{i}": "y" for i in range(65)}), 431,
     "HEADER_TOO_LARGE", None),
    ("a header flood", get("/healthz", x_long="x" * 1000000), 431, None, None),
    ("a header without a colon", raw("GET /healthz HTTP/1.1\r\nHost: localhost\r\nnonsense"),
     400, None, None),
    ("a space in a header's name", raw("GET /healthz HTTP/1.1\r\nHost: localhost\r\nA b: c"),
     *BAD, None),
    ("no Host", raw("GET /healthz HTTP/1.1\r\nX: y"), *BAD, None),
    ("two Hosts", raw("GET /healthz HTTP/1.1\r\nHost: localhost\r\nHost: localhost"), *BAD, None),
    ("a foreign Host", get("/healthz", host="evil.example"), 421, "MISDIRECTED", None),
    ("a Host that only begins like ours", get("/healthz", host="localhost.evil.example"), 421,
     "MISDIRECTED", None),
    ("HTTP/2.0", raw("GET /healthz HTTP/2.0\r\nHost: localhost"), 505, None, None),
    # paths, methods, parameters
    ("an encoded parent", get("/api/%2e%2e/healthz"), *BAD, None),
    ("a plain parent", get("/api/../healthz"), *BAD, None),
    ("an encoded slash", get("/api/v1/requests/a%2fb"), *BAD, None),
    ("an encoded NUL", get("/api/v1/requests/a%00b"), *BAD, None),
    ("a raw NUL at the end of the path", raw("GET /healthz\0 HTTP/1.1\r\nHost: localhost"), *BAD,
     None),
    ("a raw NUL in the path", raw("GET /healthz\0z HTTP/1.1\r\nHost: localhost"), *BAD, None),
    ("a raw NUL in the query", raw("GET /api/v1/requests?limit=1\0z HTTP/1.1\r\nHost: localhost"),
     *BAD, None),
    ("a backslash", get("/api\\v1"), *BAD, None),
    ("a broken escape", get("/api/v1/requests/a%zz"), *BAD, None),
    ("a path that is not UTF-8", get("/api/v1/requests/a%ff"), *BAD, None),
    ("an unknown path", get("/api/v2/requests"), 404, "NOT_FOUND", None),
    ("administration over TCP", get("/admin/v1/plugins"), 404, "NOT_FOUND", None),
    ("an id that cannot be one", get("/api/v1/requests/a%20b"), 404, "NOT_FOUND", None),
    ("an unknown request", get("/api/v1/requests/req-never"), 404, "NOT_FOUND", None),
    ("an unknown resource", get("/api/v1/resources/VM-FFFFFFFF"), 404, "NOT_FOUND", None),
    ("cancelling an unknown request", request("DELETE", "/api/v1/requests/req-never"), 404,
     "NOT_FOUND", None),
    ("the wrong method", request("PUT", API, "{}"), 405, "METHOD_NOT_ALLOWED", None),
    ("a method in lower case", request("post", API, GOOD), 405, "METHOD_NOT_ALLOWED", None),
    ("an invented method", request("BREW", API, "{}"), 405, "METHOD_NOT_ALLOWED", None),
    ("a limit of 0", get("/api/v1/requests?limit=0"), *BAD, "/limit"),
    ("a limit that overflows", get("/api/v1/requests?limit=99999999999999999999"), *BAD,
     "/limit"),
    ("an unknown status", get("/api/v1/requests?status=DONE"), *BAD, "/status"),
    ("an unknown parameter", get("/api/v1/requests?sort=asc"), *BAD, "/sort"),
    ("a parameter twice", get("/api/v1/requests?limit=1&limit=2"), *BAD, "/limit"),
    ("a forged cursor", get("/api/v1/requests?cursor=AAAA.BBBB"), *BAD, "/cursor"),
    ("a cursor of SQL", get("/api/v1/requests?cursor=1%27%20OR%201=1"), *BAD, "/cursor"),
    ("an Idempotency-Key with a space", post(GOOD, idempotency_key="a b"), *BAD, None),
    ("an Idempotency-Key of 300 characters", post(GOOD, idempotency_key="k" * 300), *BAD, None),
    ("deleting what does not exist", request("DELETE", "/api/v1/resources/VM-FFFFFFFF"), 404,
     "NOT_FOUND", None),
]


def find_faults(answer, status, code, pointer):
    """What is wrong with an answer, in words."""
    if answer.status != status:
        yield f"status is {answer.status}, not {status}"
    if code is None:
        return
    if answer.headers.get("content-type") != "application/problem+json":
        yield "it is not a problem document"
        return
    problem = answer.json()
    if problem["code"] != code:
        yield f"code is {problem['code']}, not {code}"
    if problem["status"] != answer.status:
        yield "the document has another status than the answer"
    if problem["correlationId"] != answer.headers.get("x-correlation-id"):
        yield "the document has another correlation id than the answer"
    pointers = [error["pointer"] for error in problem.get("errors", [])]
    if pointer is not None and pointer not in pointers:
        yield f"pointers are {pointers}, without {pointer!r}"


def reuse(port):
    """A requestId with another body, and an Idempotency-Key with another body."""
    body = json.loads(GOOD)
    named = {"type": body["type"], "specifications": MACHINE, "metadata": {"requestId": "req-1"}}
    other = {**named, "specifications": {**MACHINE, "cpu": 2}}
    yield "requestId, first", ask(port, "POST", API, named), 202, None
    yield "requestId reused", ask(port, "POST", API, other), 409, "REQUEST_ID_REUSED"
    yield "key, first", ask(port, "POST", API, GOOD, idempotency_key="k1"), 202, None
    different = {"type": body["type"], "spec": {**MACHINE, "cpu": 2}}
    answer = ask(port, "POST", API, different, idempotency_key="k1")
    yield "key reused", answer, 422, "IDEMPOTENCY_KEY_REUSED"


def stored(port, kind):
    return ask(port, "GET", f"/api/v1/{kind}").json()[kind]


class Count:
    """What was found so far; each failure is printed with the answer that shows it."""

    def __init__(self):
        self.passed, self.failed = 0, 0

    def note(self, name, faults, text=""):
        if faults:
            self.failed += 1
            print(f"FAIL {name}: {'; '.join(faults)}\n     {text[:600]!r}")
        else:
            self.passed += 1

    def check(self, name, answer, status, code, pointer=None):
        self.note(name, list(find_faults(answer, status, code, pointer)), answer.text)


def run(count, port):
    for name, data, status, code, pointer in CASES:
        count.check(name, send(port, data), status, code, pointer)
        if ask(port, "GET", "/healthz").status != 200:
            count.note(name, ["the server is not well after it"])
    for kind in ("requests", "resources"):
        found = stored(port, kind)
        count.note(f"no {kind} were stored", [f"stored: {found}"] if found else [])
    for name, answer, status, code in reuse(port):
        count.check(name, answer, status, code)
    n_stored = len(stored(port, "requests"))
    count.note("what was good is stored once", [] if n_stored == 2 else [f"{n_stored} are"])


def main():
    count = Count()
    with Daemon(["provisioner.mock.latency_factor=0"]) as daemon:
        daemon.start()
        run(count, daemon.port)
        status = daemon.stop()
        count.note("the daemon ends well", [f"exit status {status}"] if status else [])
    print(f"{count.passed} passed, {count.failed} failed")
    return 1 if count.failed else 0


if __name__ == "__main__":
    sys.exit(main())
