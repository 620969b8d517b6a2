# SPDX-License-Identifier: LGPL-2.1-or-later
"""A kbntd on a disk that fails when it is told to, by the library that planted-disk.c makes."""
import os

from daemon import BUILD, SANITIZED, Daemon, Skip

LIBRARY = BUILD / "tests" / "scenario" / ".libs" / "planted-disk.so"


class Disk(Daemon):
    """Faults: "full", "ended", "broken" and "stuck", each while it is planted; and a signal."""

    def __init__(self, settings):
        if SANITIZED:
            raise Skip("a sanitizer wants to be loaded before the planted disk")
        super().__init__(settings)
        self.environment = {**os.environ, "LD_PRELOAD": str(LIBRARY),
                            "KBNT_PLANTED_FAULTS": str(self.folder)}

    def plant(self, fault):
        (self.folder / fault).write_text("")

    def mend(self, fault):
        (self.folder / fault).unlink()

    def plant_signal(self, number, nth, name=""):
        """Sends the next process that signal as it writes or flushes a file of that name for
        the nth time."""
        self.environment["KBNT_PLANTED_SIGNAL"] = f"{name}:{nth}:{number:d}"

    def mend_signal(self):
        self.environment.pop("KBNT_PLANTED_SIGNAL", None)
