# SPDX-License-Identifier: LGPL-2.1-or-later
"""What cannot work is refused at the start, with the thing named and without a daemon left."""
import os
import sys

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from daemon import Daemon, Failure, require, run_tests  # noqa: E402


def refusal(daemon, extra=()):
    """What kbntd says as it refuses to start."""
    try:
        daemon.start(extra)
    except Failure as failure:
        require(daemon.process.wait(10) != 0, "it ended as if all were well")
        return str(failure)
    raise Failure("it started")


def a_port_in_use_is_named():
    with Daemon() as first, Daemon() as second:
        first.start()
        text = refusal(second, [f"http.listen=127.0.0.1:{first.port}"])
        for words in (f"127.0.0.1:{first.port}", "http.listen", "end the other process"):
            require(words in text, f"it says {text}")
        require(first.ask("GET", "/healthz")[0] == 200, "the first is not well")


def a_state_folder_below_a_file_is_named():
    with Daemon() as daemon:
        blocked = daemon.folder / "file"
        blocked.write_text("")
        text = refusal(daemon, [f"kbnt.state_dir={blocked}/state"])
        require(f"{blocked}" in text, f"it says {text}")


def a_corrupt_store_is_not_opened():
    with Daemon() as daemon:
        daemon.start()
        require(daemon.stop() == 0, "it did not end well")
        (daemon.state / "producer.db").write_bytes(b"not a database" * 1000)
        text = refusal(daemon)
        require("producer.db" in text, f"it says {text}")


if __name__ == "__main__":
    run_tests([
        a_port_in_use_is_named,
        a_state_folder_below_a_file_is_named,
        a_corrupt_store_is_not_opened,
    ])
