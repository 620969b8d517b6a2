# SPDX-License-Identifier: LGPL-2.1-or-later
"""Disks that are full, broken, unwritable or taken away: what cannot be kept is not accepted, what
was accepted is not lost, and readyz and the last words of the daemon say what to do.
"""
import os
import re
import shutil
import signal
import sqlite3
import subprocess
import sys

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from daemon import PATIENCE, Daemon, Failure, Skip, require, run_tests, wait_until  # noqa: E402
from planted_disk import Disk  # noqa: E402
from refusals import refusal  # noqa: E402
from rest import all_is_kept  # noqa: E402

SETTINGS = ["provisioner.mock.latency_factor=0", "kbnt.sinks=", "quota.default.vms=100000"]
STORAGE = {"type": "ALLOCATE_STORAGE", "specifications": {"size": 1}}
LOST = "removed or replaced"


def accept(daemon, count):
    answers = []
    for _ in range(count):
        status, _, answer = daemon.post(STORAGE)
        require(status == 202, f"POST answered {status} {answer}")
        answers.append(answer)
    return answers


def is_refusal(status, headers, answer, code):
    require(status == 503, f"POST answered {status} {answer}")
    require(answer["code"] == code, f"the code is {answer['code']}: {answer['detail']}")
    require(int(headers["Retry-After"]) > 0, "there is no Retry-After")


def is_ready(daemon):
    return daemon.ask("GET", "/readyz")[0] == 200


def tells_of(daemon, words):
    """Whether readyz says that nothing can be accepted, and why."""
    status, _, health = daemon.ask("GET", "/readyz")
    details = [check.get("detail", "") for check in health["checks"]
               if check["status"] == "FAILED"]
    return status == 503 and any(words in detail for detail in details)


def fills_up_and_goes_on(daemon, fill, make_room):
    daemon.start()
    answers = accept(daemon, 3)
    fill()
    status, headers, answer = daemon.post(STORAGE)
    while status == 202 and len(answers) < 5000:
        answers.append(answer)
        status, headers, answer = daemon.post(STORAGE)
    is_refusal(status, headers, answer, "STORE_FULL")
    wait_until("readyz tells of the full disk", lambda: tells_of(daemon, "disk is full"))

    make_room()
    wait_until("readyz is well again", lambda: is_ready(daemon))
    all_is_kept(daemon, answers + accept(daemon, 3))


def a_full_disk_refuses_and_goes_on_when_there_is_room():
    with Disk(SETTINGS) as daemon:
        fills_up_and_goes_on(daemon, lambda: daemon.plant("full"), lambda: daemon.mend("full"))


def on_a_small_disk():
    """In a namespace of its own, where it may mount."""
    def mount(options, *source):
        subprocess.run(["mount", "-o", options, *source, str(daemon.state)], check=True)

    with Daemon(SETTINGS) as daemon:
        daemon.state.mkdir()
        mount("size=3m", "-t", "tmpfs", "tmpfs")
        try:
            fills_up_and_goes_on(daemon, lambda: None, lambda: mount("remount,size=64m"))
        finally:
            daemon.kill()
            subprocess.run(["umount", "-l", str(daemon.state)])


def a_disk_that_fills_up_refuses_and_goes_on_when_it_grows():
    alone = ["unshare", "-rm"]
    attempt = "mount -t tmpfs tmpfs /mnt"
    try:
        subprocess.run(alone + ["sh", "-c", attempt], check=True, capture_output=True)
    except (OSError, subprocess.CalledProcessError):
        raise Skip("no folder can be mounted without being root") from None
    run = subprocess.run(alone + [sys.executable, os.path.abspath(__file__), "--small-disk"],
                         capture_output=True, text=True, timeout=120 * PATIENCE)
    require(run.returncode == 0, run.stdout + run.stderr[-2000:])


def a_failed_flush_ends_it_and_a_restart_loses_nothing():
    with Disk(SETTINGS) as daemon:
        daemon.start()
        answers = accept(daemon, 5)
        daemon.plant("broken")
        try:
            status = daemon.post(STORAGE)[0]
        except (OSError, Failure):
            status = 503  # it ended before it answered
        require(status == 503, f"POST answered {status}")
        require(daemon.process.wait(20 * PATIENCE) == 74, "it ended otherwise")
        daemon.reader.join(5)
        require(any("fsync of the store failed" in line for line in daemon.lines),
                "its last words are " + "\n".join(daemon.lines[-5:]))

        daemon.mend("broken")
        daemon.start()
        all_is_kept(daemon, answers)


def refuses_while_the_file_is_away(take_away):
    """Returns what was accepted before; the daemon has ended."""
    with Daemon(SETTINGS) as daemon:
        daemon.start()
        answers = accept(daemon, 3)
        for answer in answers:
            daemon.ended(answer["requestId"])
        take_away(daemon)
        is_refusal(*daemon.post(STORAGE), "UNAVAILABLE")
        require(tells_of(daemon, LOST), f"readyz says {daemon.ask('GET', '/readyz')}")
        require(daemon.request(answers[0]["requestId"])["status"] == "COMPLETED",
                "what it has is no longer shown")
        require(daemon.stop() == 0, "it did not end well:\n" + "\n".join(daemon.lines[-9:]))


def nothing_is_accepted_once_the_store_is_removed():
    refuses_while_the_file_is_away(lambda daemon: (daemon.state / "producer.db").unlink())


def nothing_is_accepted_once_the_log_of_the_store_is_removed():
    refuses_while_the_file_is_away(lambda daemon: (daemon.state / "producer.db-wal").unlink())


def nothing_is_accepted_once_the_store_is_replaced():
    def replace(daemon):
        copy = daemon.folder / "copy.db"
        shutil.copy(daemon.state / "producer.db", copy)
        copy.rename(daemon.state / "producer.db")

    refuses_while_the_file_is_away(replace)


def nothing_is_accepted_once_the_state_folder_is_removed():
    refuses_while_the_file_is_away(lambda daemon: shutil.rmtree(daemon.state))


def a_state_folder_that_is_removed_under_way_ends_nothing_else():
    with Daemon(SETTINGS + ["provisioner.mock.latency_factor=0.3"]) as daemon:
        daemon.start()
        answer = accept(daemon, 5)[0]
        wait_until("a request has begun", lambda: daemon.request(answer["requestId"]).get("step"))
        shutil.rmtree(daemon.state)
        is_refusal(*daemon.post(STORAGE), "UNAVAILABLE")
        require(daemon.ask("GET", "/healthz")[0] == 200, "it is not alive")
        require(daemon.stop() == 0, "it did not end well:\n" + "\n".join(daemon.lines[-9:]))


def a_world_that_cannot_be_written_for_a_while_loses_nothing():
    with Disk(SETTINGS + ["kbnt.sinks=prometheus"]) as daemon:
        daemon.start()
        daemon.plant("ended")
        answers = accept(daemon, 6)
        wait_until("steps are tried again",
                   lambda: re.search(r"kbnt_step_retries_total\{.*\} [1-9]",
                                     daemon.ask("GET", "/metrics")[2]))
        daemon.mend("ended")
        all_is_kept(daemon, answers)


def a_store_that_is_put_back_goes_on():
    with Daemon(SETTINGS) as daemon:
        daemon.start()
        answers = accept(daemon, 3)
        aside = daemon.folder / "aside"
        daemon.state.rename(aside)
        is_refusal(*daemon.post(STORAGE), "UNAVAILABLE")

        aside.rename(daemon.state)
        wait_until("readyz is well again", lambda: is_ready(daemon))
        all_is_kept(daemon, answers + accept(daemon, 2))


def stopped_with_data(daemon):
    daemon.start()
    answers = accept(daemon, 20)
    for answer in answers:
        daemon.ended(answer["requestId"])
    require(daemon.stop() == 0, "it did not end well")
    return answers


def damage(path, start, count):
    with open(path, "r+b") as file:
        file.seek(start)
        raw = file.read(count)
        file.seek(start)
        file.write(bytes(byte ^ 0x55 for byte in raw))


def names_the_store_and_the_next_step(text):
    for words in ("producer.db", "kbntctl store check"):
        require(words in text, f"'{words}' is not in {text}")


def is_refused_as_damaged(daemon):
    status, _, answer = daemon.post(STORAGE)
    return status == 503 and answer["code"] == "STORE_CORRUPT"


def a_store_whose_pages_are_damaged_is_not_opened():
    with Daemon(SETTINGS) as daemon:
        stopped_with_data(daemon)
        damage(daemon.state / "producer.db", 8192, 1 << 30)
        names_the_store_and_the_next_step(refusal(daemon))


def a_store_that_is_cut_off_while_it_runs_is_not_opened_again():
    with Daemon(SETTINGS) as daemon:
        stopped_with_data(daemon)
        daemon.start()
        os.truncate(daemon.state / "producer.db", 8192)
        wait_until("the damage is noticed", lambda: is_refused_as_damaged(daemon))
        wait_until("readyz tells of the damage", lambda: tells_of(daemon, "damaged"))
        daemon.kill()
        names_the_store_and_the_next_step(refusal(daemon))


def is_cut_off_after_it_has_accepted(daemon):
    daemon.start()
    accept(daemon, 3)
    daemon.kill()
    for name in ("producer.db", "producer.db-wal"):
        os.truncate(daemon.state / name, 4096)
    names_the_store_and_the_next_step(refusal(daemon))


def a_young_store_that_is_cut_off_is_not_taken_for_an_empty_one():
    with Daemon(SETTINGS) as daemon:
        is_cut_off_after_it_has_accepted(daemon)


def a_store_whose_first_start_was_killed_is_not_taken_for_an_empty_one():
    with Disk(SETTINGS) as daemon:
        daemon.plant_signal(signal.SIGKILL, 3, "/producer.db")
        daemon.start(ready=False)
        require(daemon.process.wait(20 * PATIENCE) == -signal.SIGKILL, "it was not killed")
        sizes = [(daemon.state / name).stat().st_size
                 for name in ("producer.db", "producer.db-wal")]
        require(sizes[0] == 4096 < sizes[1], f"the schema is not in the log alone: {sizes}")

        daemon.mend_signal()
        is_cut_off_after_it_has_accepted(daemon)


def damage_that_the_start_does_not_see_is_found_later():
    with Daemon(SETTINGS) as daemon:
        stopped_with_data(daemon)
        path = daemon.state / "producer.db"
        with sqlite3.connect(path) as store:
            page = store.execute(
                "SELECT rootpage FROM sqlite_master WHERE name = 'dead_letters'").fetchone()[0]
            size = store.execute("PRAGMA page_size").fetchone()[0]
        store.close()
        damage(path, (page - 1) * size, 8)
        daemon.start(["store.sqlite.check_after=0ms"])
        wait_until("readyz tells of the damage", lambda: tells_of(daemon, "damaged"))


def a_log_with_a_torn_end_loses_nothing():
    with Daemon(SETTINGS) as daemon:
        daemon.start()
        answers = accept(daemon, 5)
        daemon.kill()
        for half in ("producer", "consumer"):
            with open(daemon.state / f"{half}.db-wal", "ab") as log:
                log.write(os.urandom(5000))
        daemon.start()
        all_is_kept(daemon, answers)


def versions(daemon):
    for half in ("producer", "consumer"):
        with sqlite3.connect(daemon.state / f"{half}.db") as store:
            yield store.execute("PRAGMA user_version").fetchone()[0]
        store.close()


def both_stores_go_back_to_an_elder_version_and_come_forth_again():
    with Daemon(SETTINGS) as daemon:
        answers = stopped_with_data(daemon)
        newest = list(versions(daemon))
        text = refusal(daemon, ["store.sqlite.schema_version=1"])
        require("version 1" in text, f"the version is not in {text}")
        require(list(versions(daemon)) == [1, 1], f"the versions are {list(versions(daemon))}")
        daemon.start()
        all_is_kept(daemon, answers)
        require(list(versions(daemon)) == newest, f"the versions are {list(versions(daemon))}")


def a_second_process_is_refused_with_the_holder_named():
    with Daemon(SETTINGS) as first:
        first.start()
        with Daemon(SETTINGS + [f"kbnt.state_dir={first.state}"]) as second:
            text = refusal(second)
        require(f"process {first.process.pid}" in text, f"it says {text}")
        require("state_dir" in text, f"there is no next step in {text}")
        all_is_kept(first, accept(first, 1))


def folders_that_are_missing_are_made():
    with Daemon(SETTINGS) as daemon:
        deep = daemon.folder / "a" / "b"
        daemon.start([f"kbnt.state_dir={deep}/state", f"kbnt.runtime_dir={deep}/run"])
        require((deep / "state").stat().st_mode & 0o777 == 0o750, "others may look into it")
        require((deep / "run").is_dir(), "there is no runtime folder")


def a_file_in_the_place_of_a_folder_is_refused(key):
    with Daemon(SETTINGS) as daemon:
        blocked = daemon.folder / "file"
        blocked.write_text("")
        text = refusal(daemon, [f"kbnt.{key}={blocked}"])
        for words in (key, str(blocked), "name another"):
            require(words in text, f"'{words}' is not in {text}")
        require(blocked.read_text() == "", "the file was touched")


def a_file_as_state_dir_is_refused():
    a_file_in_the_place_of_a_folder_is_refused("state_dir")


def a_file_as_runtime_dir_is_refused():
    a_file_in_the_place_of_a_folder_is_refused("runtime_dir")


class Unprivileged(Daemon):
    """A daemon that may not write where it is forbidden, even if root starts it."""

    def command(self, extra=()):
        plain = super().command(extra)
        if os.geteuid() != 0:
            return plain
        if not shutil.which("setpriv"):
            raise Skip("root may write anywhere, and setpriv is not installed")
        return ["setpriv", "--bounding-set", "-dac_override,-dac_read_search"] + plain


def a_state_folder_that_cannot_be_written_is_refused():
    with Unprivileged(SETTINGS) as daemon:
        daemon.state.mkdir(0o500)
        text = refusal(daemon)
        for words in (str(daemon.state), "Permission denied", "check 'state_dir'"):
            require(words in text, f"'{words}' is not in {text}")
        require(list(daemon.state.iterdir()) == [], "it left something behind")


def folders_below_one_that_cannot_be_written_are_refused():
    for key in ("state_dir", "runtime_dir"):
        with Unprivileged(SETTINGS) as daemon:
            closed = daemon.folder / "closed"
            closed.mkdir(0o500)
            text = refusal(daemon, [f"kbnt.{key}={closed}/folder"])
            for words in (key, f"{closed}/folder", "Permission denied", "name another"):
                require(words in text, f"'{words}' is not in {text}")


if sys.argv[1:] == ["--small-disk"]:
    on_a_small_disk()
else:
    run_tests([
        a_full_disk_refuses_and_goes_on_when_there_is_room,
        a_disk_that_fills_up_refuses_and_goes_on_when_it_grows,
        a_failed_flush_ends_it_and_a_restart_loses_nothing,
        nothing_is_accepted_once_the_store_is_removed,
        nothing_is_accepted_once_the_log_of_the_store_is_removed,
        nothing_is_accepted_once_the_store_is_replaced,
        nothing_is_accepted_once_the_state_folder_is_removed,
        a_state_folder_that_is_removed_under_way_ends_nothing_else,
        a_world_that_cannot_be_written_for_a_while_loses_nothing,
        a_store_that_is_put_back_goes_on,
        a_store_whose_pages_are_damaged_is_not_opened,
        a_store_that_is_cut_off_while_it_runs_is_not_opened_again,
        a_young_store_that_is_cut_off_is_not_taken_for_an_empty_one,
        a_store_whose_first_start_was_killed_is_not_taken_for_an_empty_one,
        damage_that_the_start_does_not_see_is_found_later,
        a_log_with_a_torn_end_loses_nothing,
        both_stores_go_back_to_an_elder_version_and_come_forth_again,
        a_second_process_is_refused_with_the_holder_named,
        folders_that_are_missing_are_made,
        a_file_as_state_dir_is_refused,
        a_file_as_runtime_dir_is_refused,
        a_state_folder_that_cannot_be_written_is_refused,
        folders_below_one_that_cannot_be_written_are_refused,
    ])
