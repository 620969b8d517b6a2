# SPDX-License-Identifier: LGPL-2.1-or-later
"""Runs each fuzzer for KBNT_FUZZ_SECONDS (30) on top of its corpus, from KBNT_TEST_SEED (1) on;
finds stay in the build."""
import os
import shutil
import subprocess
import sys
from pathlib import Path

CORPUS = Path(os.environ["KBNT_TEST_SRCDIR"]) / "tests/fuzz/corpus"
SECONDS = os.environ.get("KBNT_FUZZ_SECONDS", "30")
SEED = os.environ.get("KBNT_TEST_SEED", "1")


def what_it_said(result):
    """A find from its first word on: the stack and the input come after; else the last lines."""
    lines = result.stderr.splitlines()
    if result.returncode == 0:
        return lines[-2:]
    first = next((i for i, line in enumerate(lines) if "ERROR" in line), len(lines) - 40)
    return lines[max(first, 0):][:80]


def main():
    passed = failed = 0
    os.chdir(os.environ["KBNT_TEST_BUILDDIR"])
    for fuzzer in os.environ["KBNT_TEST_FUZZERS"].split():
        name = Path(fuzzer).name.removeprefix("fuzz-")
        found = Path("tests/fuzz/found") / name
        shutil.rmtree(found, ignore_errors=True)
        found.mkdir(parents=True)
        result = subprocess.run(
            [f"./{fuzzer}", f"-max_total_time={SECONDS}", f"-seed={SEED}", "-timeout=10",
             "-rss_limit_mb=1024", f"-artifact_prefix={found}/", found, CORPUS / name],
            capture_output=True, text=True)
        if result.returncode == 0:
            passed += 1
        else:
            failed += 1
        print(f"{fuzzer}: exit status {result.returncode}", *what_it_said(result), sep="\n")
    print(f"{passed} passed, {failed} failed")
    sys.exit(1 if failed or not passed else 0)


main()
