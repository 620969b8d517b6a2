# SPDX-License-Identifier: LGPL-2.1-or-later
"""Requests of every kind while faults are injected and the daemon is killed at random moments:
nothing that was answered 202 is lost, nothing is made twice, and the books are right.

KBNT_REQUESTS and KBNT_KILLS set the size, KBNT_TEST_SEED the chance.
"""
import os
import random
import time

from clients import SETTINGS, Clients, all_is_kept
from daemon import PATIENCE, Daemon, run_tests

SEED = int(os.environ.get("KBNT_TEST_SEED", "20261124"))
REQUESTS = int(os.environ.get("KBNT_REQUESTS", "300"))
KILLS = int(os.environ.get("KBNT_KILLS", "12"))


def killed_at_random_moments_it_loses_nothing_and_makes_nothing_twice():
    chance = random.Random(SEED)
    print(f"seed {SEED}, {REQUESTS} requests, {KILLS} kills", flush=True)
    with Daemon(SETTINGS) as daemon:
        daemon.start()
        clients = Clients(daemon, chance, REQUESTS)
        clients.start()
        for _ in range(KILLS):
            time.sleep(chance.uniform(0.02, 0.5) * PATIENCE)
            daemon.kill()
            daemon.start()
        all_is_kept(daemon, clients)


run_tests([killed_at_random_moments_it_loses_nothing_and_makes_nothing_twice])
