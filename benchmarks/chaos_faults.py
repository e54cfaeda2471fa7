"""The faults that strike a deployment under load: each does its worst for some seconds, puts it right again, and returns."""

import json
import random
import subprocess
import time
import urllib.request
from collections.abc import Callable, Mapping
from contextlib import suppress
from pathlib import Path
from typing import NamedTuple

from benchmarks.chaos_site import Site

STAY_S = 3.0
"""How long a second process of a stage stays before it goes again: each coming and going is a rebalance."""
CLOCK = """
#define _GNU_SOURCE
#include <dlfcn.h>
#include <time.h>
int clock_gettime(clockid_t which, struct timespec *found) {
    static int (*real)(clockid_t, struct timespec *);
    if (!real) real = (int (*)(clockid_t, struct timespec *))dlsym(RTLD_NEXT, "clock_gettime");
    int status = real(which, found);
    if (!status && which == CLOCK_REALTIME) found->tv_sec += found->tv_sec / 3 % 2 ? 5400 : -5400;
    return status;
}
"""
"""A wall clock that steps by three hours every three seconds, from an hour and a half late to as much early, for a process
that loads it before libc. The monotonic clock goes on as it should."""


class Fault(NamedTuple):
    """A way to strike a site for so many seconds."""

    strike: Callable[[Site, random.Random, float], None]
    needs: tuple[str, ...] = ()
    """Kafka, Elasticsearch, a small disk, a C compiler."""


def killed_stage(site: Site, draw: random.Random, _seconds: float) -> None:
    """Kill -9 of a stage, which starts again at once."""
    site.again(draw.choice(site.names), kill=True)


def killed_kafka(site: Site, draw: random.Random, _seconds: float) -> None:
    """Kill -9 of Kafka, which starts again within a second."""
    assert site.kafka
    site.kafka.kill()
    time.sleep(draw.random())
    site.kafka.start()


def killed_elastic(site: Site, draw: random.Random, _seconds: float) -> None:
    """Kill -9 of Elasticsearch, which starts again within a second."""
    assert site.elastic
    site.elastic.kill()
    time.sleep(draw.random())
    site.elastic.start()


def stopped_kafka(site: Site, _draw: random.Random, seconds: float) -> None:
    """Kafka stopped in order, and away for a while."""
    assert site.kafka
    site.kafka.stop()
    time.sleep(seconds)
    site.kafka.start()


def stopped_elastic(site: Site, _draw: random.Random, seconds: float) -> None:
    """Elasticsearch stopped in order, and away for a while."""
    assert site.elastic
    site.elastic.stop()
    time.sleep(seconds)
    site.elastic.start()


def stopped_both(site: Site, _draw: random.Random, seconds: float) -> None:
    """Both stopped, and away for a while."""
    assert site.kafka
    assert site.elastic
    site.kafka.stop()
    site.elastic.stop()
    time.sleep(seconds)
    site.elastic.start()
    site.kafka.start()


def rebalanced(site: Site, draw: random.Random, seconds: float) -> None:
    """A second process of `assess` or `index` that comes and goes; every other time with SIGKILL."""
    until = time.monotonic() + max(seconds, 2 * STAY_S)
    for turn in range(100):
        second = site.start(draw.choice(("assess", "index")))
        time.sleep(STAY_S)
        second.kill() if turn % 2 else second.terminate()
        second.wait()
        if time.monotonic() > until:
            return


def stepped_clock(site: Site, _draw: random.Random, seconds: float) -> None:
    """Every stage under a wall clock that steps by hours, then again under the true one."""
    site.preload = {"LD_PRELOAD": str(_clock(site.home.parent))}
    for name in site.names:
        site.again(name, kill=False)
    time.sleep(max(seconds, 6.0))
    site.preload = {}
    for name in site.names:
        site.again(name, kill=False)


def full_elastic(site: Site, _draw: random.Random, seconds: float) -> None:
    """The block that Elasticsearch puts on every index when its disk reaches the flood stage, taken off later."""
    _block(site, on=True)
    time.sleep(seconds)
    _block(site, on=None)


def full_log(site: Site, _draw: random.Random, seconds: float) -> None:
    """The disk of the home, with its log, written full, and freed later."""
    filler = site.home / "filler"
    with filler.open("wb", buffering=0) as full, suppress(OSError):
        while True:
            full.write(bytes(2**16))
    time.sleep(seconds)
    filler.unlink()


def nothing(_site: Site, _draw: random.Random, _seconds: float) -> None:
    """No fault: the load alone, with its poison and a newer writer's records."""


FAULTS: Mapping[str, Fault] = {
    "none": Fault(nothing),
    "stage killed": Fault(killed_stage),
    "Kafka killed": Fault(killed_kafka, ("kafka",)),
    "Elasticsearch killed": Fault(killed_elastic, ("elastic",)),
    "Kafka away": Fault(stopped_kafka, ("kafka",)),
    "Elasticsearch away": Fault(stopped_elastic, ("elastic",)),
    "both away": Fault(stopped_both, ("kafka", "elastic")),
    "rebalances": Fault(rebalanced, ("kafka",)),
    "clock steps": Fault(stepped_clock, ("compiler",)),
    "index full": Fault(full_elastic, ("elastic",)),
    "log full": Fault(full_log, ("small disk",)),
}
"""Every kind of fault by its name."""


def _clock(folder: Path) -> Path:
    library, source = folder / "clock.so", folder / "clock.c"
    if not library.exists():
        source.write_text(CLOCK)
        subprocess.run(["cc", "-shared", "-fPIC", "-o", library, source, "-ldl"], check=True)
    return library


def _block(site: Site, *, on: bool | None) -> None:
    assert site.elastic
    request = urllib.request.Request(
        f"http://127.0.0.1:{site.elastic.port}/_all/_settings?expand_wildcards=all",
        data=json.dumps({"index.blocks.read_only_allow_delete": on}).encode(),
        headers={"Content-Type": "application/json"},
        method="PUT",
    )
    with urllib.request.urlopen(request) as answer:  # noqa: S310  # an address of this module
        answer.read()
