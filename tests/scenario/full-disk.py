# SPDX-License-Identifier: LGPL-2.1-or-later
"""Requests of every kind while the disk is full at random moments, for the stores, for the world
of the mock provisioner or for both: nothing that was answered 202 is lost, and the books are
right.

KBNT_REQUESTS and KBNT_FILLS set the size, KBNT_TEST_SEED the chance.
"""
import os
import random
import time

from clients import SETTINGS, Clients, all_is_kept
from daemon import run_tests
from planted_disk import Disk

SEED = int(os.environ.get("KBNT_TEST_SEED", "20261126"))
REQUESTS = int(os.environ.get("KBNT_REQUESTS", "300"))
FILLS = int(os.environ.get("KBNT_FILLS", "12"))


def a_disk_that_is_full_at_random_moments_loses_nothing():
    chance = random.Random(SEED)
    print(f"seed {SEED}, {REQUESTS} requests, {FILLS} times full", flush=True)
    with Disk(SETTINGS) as daemon:
        clients = Clients(daemon.start(), chance, REQUESTS)
        clients.start()
        for _ in range(FILLS):
            time.sleep(chance.uniform(0.02, 0.3))
            faults = chance.choice((["full"], ["ended"], ["full", "ended"]))
            for fault in faults:
                daemon.plant(fault)
            time.sleep(chance.uniform(0.02, 0.3))
            for fault in faults:
                daemon.mend(fault)
        all_is_kept(daemon, clients)


run_tests([a_disk_that_is_full_at_random_moments_loses_nothing])
