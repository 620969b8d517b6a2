# SPDX-License-Identifier: LGPL-2.1-or-later
"""A plugin that crashes, exits or hangs while it is linked is refused by name, by kbntctl and by
kbntd, and ends or holds up neither; one of an elder ABI works."""
import json
import shutil
import subprocess

from daemon import BUILD, KBNTCTL, PATIENCE, PLUGINS, Daemon, Failure, require, run_tests

BUILT = BUILD / "tests" / "unit" / "infrastructure" / ".libs" / "kbnt-sink-wild.so"
ENDS = {"crashes": "signal 6 (Aborted)", "exits": "exits with status 0",
        "hangs": "was not loaded within 5000 ms"}


def planted(daemon, deed):
    folder = daemon.folder / deed
    folder.mkdir()
    shutil.copy(BUILT, folder)
    return folder / "kbnt-sink-wild.so"


def control(*arguments):
    return subprocess.run([KBNTCTL, "plugins", *arguments], capture_output=True, text=True,
                          timeout=30 * PATIENCE)


def kbntctl_says_what_became_of_each():
    with Daemon() as daemon:
        files = {deed: planted(daemon, deed) for deed in ENDS}
        sound = PLUGINS / "kbnt-sink-log.so"
        ran = control("check", sound, *files.values(), sound)
        require(ran.returncode == 1, f"{ran.returncode} {ran.stdout}{ran.stderr}")
        lines = ran.stdout.splitlines()
        require(len(lines) == 5 and lines[0] == lines[4] == f"ok   {sound}", ran.stdout)
        for line, (deed, text) in zip(lines[1:4], ENDS.items()):
            require(line.startswith(f"FAIL plugin '{files[deed]}' ") and text in line, line)
        ran = control("info", files["crashes"])
        require(ran.returncode == 1 and str(files["crashes"]) in ran.stderr, ran.stderr)
        ran = control("list", "--json", "--plugin-dir", files["exits"].parent)
        require(ran.returncode == 0 and ENDS["exits"] in json.loads(ran.stdout)[0]["fault"],
                ran.stdout + ran.stderr)


def kbntd_refuses_to_start_with_one_and_says_why():
    for deed, text in ENDS.items():
        with Daemon() as daemon:
            path = planted(daemon, deed)
            try:
                daemon.start([f"kbnt.plugin_dir={path.parent}:{PLUGINS}", "kbnt.sinks=log;wild"])
            except Failure as failure:
                require(str(path) in str(failure) and text in str(failure), str(failure))
                require(daemon.process.wait(10) == 1, str(daemon.process.returncode))
            else:
                raise Failure(f"it started with a plugin that {deed}")


def kbntd_works_beside_one_that_it_does_not_use():
    with Daemon() as daemon:
        path = planted(daemon, "crashes")
        daemon.start([f"kbnt.plugin_dir={path.parent}:{PLUGINS}", "sink.wild.key=1"])
        require(daemon.ask("GET", "/readyz")[0] == 200, "it is not ready")


def kbntd_works_with_one_that_was_built_for_the_first_abi():
    with Daemon() as daemon:
        shutil.copy(BUILT.parent / "kbnt-sink-elder.so", daemon.folder)
        daemon.start([f"kbnt.plugin_dir={daemon.folder}:{PLUGINS}", "kbnt.sinks=elder;prometheus",
                      "provisioner.mock.latency_factor=0"])
        answer = daemon.post({"type": "ALLOCATE_STORAGE", "spec": {"size": 1}})[2]
        require(daemon.ended(answer["requestId"])["status"] == "COMPLETED", str(answer))
        ran = control("info", daemon.folder / "kbnt-sink-elder.so", "--json")
        require(json.loads(ran.stdout)["abi"] == "1.0", ran.stdout + ran.stderr)
        require(daemon.stop() == 0, "it did not end well")


run_tests([
    kbntctl_says_what_became_of_each,
    kbntd_refuses_to_start_with_one_and_says_why,
    kbntd_works_beside_one_that_it_does_not_use,
    kbntd_works_with_one_that_was_built_for_the_first_abi,
])
