# SPDX-License-Identifier: LGPL-2.1-or-later
"""Records as kcat reads and writes them, which knows nothing of kbnt."""
import io
import shutil
import subprocess
import tempfile
from collections import namedtuple
from pathlib import Path

from daemon import Skip, require

Record = namedtuple("Record", "partition offset time key headers value")


def kcat(cluster, *arguments, **options):
    if not shutil.which("kcat"):
        raise Skip("'kcat' is not installed: apt-get install kcat")
    result = subprocess.run(["kcat", "-q", "-b", cluster.bootstrap, *arguments],
                            capture_output=True, timeout=120, **options)
    require(result.returncode == 0, result.stderr.decode())
    return result.stdout


def parse(output):
    """The records of "PARTITION OFFSET TIME KEY-SIZE SIZE HEADERS\\n", each followed by its key and
    its value."""
    stream = io.BytesIO(output)
    while line := stream.readline():
        *numbers, headers = line[:-1].split(b" ", 5)
        partition, offset, time, key_size, size = map(int, numbers)
        key = stream.read(max(key_size, 0))
        value = stream.read(max(size, 0))
        stream.read(1)
        names = dict(pair.split("=", 1) for pair in headers.decode().split(",") if "=" in pair)
        yield Record(partition, offset, time, key, names, value)


def read(cluster, topic, since_ms):
    """All records of that time and later that are committed, in the order of each partition."""
    output = kcat(cluster, "-C", "-e", "-t", topic, "-o", f"s@{since_ms}",
                  "-X", "isolation.level=read_committed", "-f", "%p %o %T %K %S %h\n%k%s\n")
    records = {(record.partition, record.offset): record for record in parse(output)}
    return [records[place] for place in sorted(records)]


def publish(cluster, topic, key, headers, values):
    """Publishes the values, in their order, with one key and the same headers."""
    with tempfile.TemporaryDirectory() as folder:
        files = [Path(folder) / str(number) for number in range(len(values))]
        for file, value in zip(files, values):
            file.write_bytes(value)
        names = [word for name, value in headers.items() for word in ("-H", f"{name}={value}")]
        kcat(cluster, "-P", "-t", topic, "-k", key, *names, "-X", "partitioner=murmur2",
             *(str(file) for file in files))
