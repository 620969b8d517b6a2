# SPDX-License-Identifier: LGPL-2.1-or-later
"""bench/run as a module, for what measures with it."""
import importlib.machinery
import importlib.util
from pathlib import Path


def _load():
    path = str(Path(__file__).resolve().parent / "run")
    loader = importlib.machinery.SourceFileLoader("run", path)
    module = importlib.util.module_from_spec(importlib.util.spec_from_loader("run", loader))
    loader.exec_module(module)
    return module


run = _load()
