# SPDX-License-Identifier: LGPL-2.1-or-later
"""The harness of the measurements runs and answers all; how fast is not asked."""
import json
import os
import subprocess
import sys
import tempfile
from pathlib import Path

BENCH = Path(__file__).resolve().parent

with tempfile.TemporaryDirectory() as folder:
    subprocess.run([sys.executable, str(BENCH / "run"), "--rounds=1", "--scale=40",
                    "--part=dry_run", "--part=accept_path", f"--json={folder}/figures.json"],
                   check=True, env=os.environ)
    figures = json.loads(Path(f"{folder}/figures.json").read_text())
for part in ("dry_run", "accept_path"):
    for side in ("reference", "kbnt"):
        if figures[part][side]["unanswered"] or not figures[part][side]["requests"]:
            raise SystemExit(f"{part}: {side} left requests unanswered")
subprocess.run([sys.executable, str(BENCH / "soak-http"), "--requests=500",
                "--connections", "16"], check=True,
               env=os.environ)
