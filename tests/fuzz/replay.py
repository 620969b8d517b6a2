# SPDX-License-Identifier: LGPL-2.1-or-later
"""Runs each fuzzer on its corpus: seeds, and inputs that once broke something."""
import os
import subprocess
import sys
from pathlib import Path

CORPUS = Path(os.environ["KBNT_TEST_SRCDIR"]) / "tests/fuzz/corpus"


def main():
    passed = failed = 0
    os.chdir(os.environ["KBNT_TEST_BUILDDIR"])
    for fuzzer in os.environ["KBNT_TEST_FUZZERS"].split():
        name = Path(fuzzer).name.removeprefix("fuzz-")
        for seed in sorted((CORPUS / name).iterdir()):
            result = subprocess.run([f"./{fuzzer}", seed], capture_output=True, text=True,
                                    timeout=60)
            if result.returncode == 0:
                passed += 1
            else:
                failed += 1
                print(f"{fuzzer} {seed.name}: {result.returncode}\n{result.stderr}")
    print(f"{passed} passed, {failed} failed")
    sys.exit(1 if failed or not passed else 0)


main()
