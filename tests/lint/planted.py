# SPDX-License-Identifier: LGPL-2.1-or-later
"""Runs each check on a planted violation: a check that cannot fail proves nothing."""
import os
import subprocess
import sys
import tempfile
from pathlib import Path

HERE = Path(__file__).resolve().parent
PLANTED = HERE / "planted"

# check, planted tree, what the check must say
SOURCE_CASES = [
    ("layers", "core/domain/quota.c:3: 'http-server.h' of core/infrastructure is not for"),
    ("layers", "core/domain/quota.c:5: 'gio/gio.h' is not for [core/domain]"),
    ("layers", "core/domain/quota.c:6: 'stdio.h' is not for [core/domain]"),
    ("layers", "core/domain/quota.c:7: 'kbnt/kbnt-plugin.h' is not for [core/domain]"),
    ("layers", "accept.c:3: '../infrastructure/http-server.h' climbs out of its folder"),
    ("layers", "http-server.h:3: 'bad.h' of plugins/sink/bad is not for"),
    ("layers", "bad.c:3: 'quota.h' of core/domain is not for [plugins]"),
    ("layers", "lib/values.c:3: 'gio/gio.h' is not for [lib]"),
    ("ops-names", "bad.c:9: .observe is 'watch', not 'bad_observe'"),
    ("house-style", "helper.c: the first lines lack"),
    ("house-style", "helper.c: 528 lines, more than 500"),
    ("house-style", "'set_tmp' has 522 lines, more than 80"),
    ("house-style", "core/domain/locks.c:7: 'g_mutex_lock' is refused here: pthread_mutex_*"),
    ("house-style", "helper.c: 'helper' says nothing"),
    ("house-style", "helper.c:4: 'set_tmp' says nothing"),
    ("house-style", "helper.c:6: leftover 'TO" "DO'"),
    ("schemas", "two.avsc: id 1263632001 is not the next"),
    ("schemas", "two.avsc: version 1 of 's' is not the next one"),
    ("schemas", "two.avsc: was changed: give the new text a new file"),
    ("schemas", "unlisted.avsc: has no id"),
    ("schemas", "two.avsc: cannot read one.avsc: R.kept: string is not readable as long"),
    ("schemas", "two.avsc: cannot read one.avsc: R.added: has no default"),
    ("schemas", "one.avsc: cannot read two.avsc: R.kept: long is not readable as string"),
    ("layout", "core/answer.c: line 3"),
    ("guide", "your-first-plugin.md: 'gint renamed_since;…' stands in no plugin"),
    ("links", "README.md:2: 'MAP.md' does not exist"),
    ("headers-alone", "kbnt-incomplete.h: as C99"),
    ("headers-alone", "kbnt-not-cpp.h: as C++"),
]


def run(check, *arguments):
    return subprocess.run([sys.executable, HERE / f"{check}.py", *arguments],
                          capture_output=True, text=True)


def compiler():
    return [*os.environ["CC"].split(), "-fPIC", *os.environ["GLIB_CFLAGS"].split()]


def built_cases(folder):
    """Builds the planted objects. Yields (check, its arguments, what it must say)."""
    impure, archive, plugin = (f"{folder}/{n}" for n in ("impure.o", "impure.a", "two.so"))
    subprocess.run([*compiler(), "-c", "-o", impure, PLANTED / "built/impure.c"], check=True)
    subprocess.run(["ar", "cr", archive, impure], check=True)
    subprocess.run([*compiler(), "-shared", "-Wl,-z,lazy", "-o", plugin,
                    PLANTED / "built/two-symbols.c"], check=True)

    glib = os.environ["GLIB_LIBS"].split()
    yield "link-alone", [archive, *glib], "kbnt_http_server_stop"
    yield "domain-symbols", [archive], "'g_get_monotonic_time' is not for pure code"
    yield "domain-symbols", [archive], "'g_file_set_contents' is not for pure code"
    yield "plugins", [plugin], "defines ['kbnt_plugin', 'second_symbol']"
    yield "plugins", [plugin], "leans on [], not on libkbnt alone"
    yield "plugins", [plugin], "is not linked with -z now"
    yield "plugins", [plugin], "needs 'kbnt_missing'"
    yield "plugins", [f"{folder}/absent.so"], "was not built"


def drift_cases(folder):
    """Copies what is committed, with a change that the code did not make."""
    source = HERE.parents[1]
    for name, old, new in (("etc/kbnt.conf.example.in", "#role = all", "#role = some"),
                           ("man/kbnt.conf.5.in", "", ""),
                           ("docs/reference/configuration.md", "`all`", "`some`"),
                           ("tests/abi/baseline.txt", "at 0056 caps", "at 0060 caps")):
        text = (source / name).read_text()
        assert old in text, f"{name} has no '{old}' to change"
        Path(folder, name).parent.mkdir(parents=True, exist_ok=True)
        Path(folder, name).write_text(text.replace(old, new, 1))
    yield "generated", [folder], "etc/kbnt.conf.example.in: is not what kbntd prints"
    yield "generated", [folder], "configuration.md: is not what kbntd prints"
    yield "../abi/abi", [f"{folder}/tests/abi/baseline.txt"], "+struct KbntPlugin at 0056 caps"


def count_cases(folder):
    """Leaves results that hide a failure. Yields what .ci/count.py must say of each."""
    for name, verdict, text in (("hidden", "PASS", "3 passed, 2 failed"),
                                ("excused", "XFAIL", "1 passed, 0 failed"),
                                ("crashed", "FAIL", "Segmentation fault")):
        Path(folder, f"{name}.trs").write_text(f":test-result: {verdict}\n")
        Path(folder, f"{name}.log").write_text(f"{text}\n")
    count = "../../.ci/count"
    yield count, [folder, "hidden.log"], "3 passed, 2 failed, 0 skipped"
    yield count, [folder, "excused.log"], "1 passed, 1 failed, 0 skipped"
    yield count, [folder, "crashed.log"], "0 passed, 1 failed, 0 skipped"
    yield count, [folder, "never-ran.log"], "failed: never-ran.log (NO RESULT)"
    yield count, [folder], "failed: no test ran"


def main():
    counts = {"passed": 0, "failed": 0, "skipped": 0}
    with tempfile.TemporaryDirectory() as folder:
        cases = [(check, [str(PLANTED / check)], says) for check, says in SOURCE_CASES]
        for check, arguments, says in [*cases, *built_cases(folder), *drift_cases(folder),
                                        *count_cases(folder)]:
            result = run(check, *arguments)
            verdict = ("skipped" if result.returncode == 77 else
                       "passed" if result.returncode == 1 and says in result.stdout else "failed")
            counts[verdict] += 1
            print(f"{verdict}: {check} says \"{says}\"")
            if verdict == "failed":
                print(result.stdout + result.stderr)
    print(", ".join(f"{count} {verdict}" for verdict, count in counts.items()))
    sys.exit(1 if counts["failed"] else 0)


main()
