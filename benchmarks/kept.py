"""What a kept score costs beside a run of the encoder, by batch."""

import argparse
import os
import random
import tempfile
import time
from collections.abc import Callable, Sequence
from pathlib import Path

from classifier.kept import OnDisk, key_of

ENCODER_MS = 11.0
"""One listing of 590 characters on one thread, int8 (../shared/notes/models.md)."""
LISTINGS, BYTES = 20_000, 768
GOAL = 0.01


def main() -> None:
    argparse.ArgumentParser(description=__doc__).parse_args()
    texts = [f"advert {number} " + "word " * 116 for number in range(LISTINGS)]
    with tempfile.TemporaryDirectory() as folder:
        cache = OnDisk(Path(folder) / "scores.db")
        print(f"{'batch':>6}{'key µs':>9}{'put µs':>9}{'hit µs':>9}{'miss µs':>9}{'hit : encoder':>15}")
        for batch in (1, 64, 500):
            tell(cache, texts[: batch * 40], batch)
        cache.close()
    print(f"goal: a hit costs at most {GOAL} of a run of the encoder ({ENCODER_MS} ms)")


def tell(cache: OnDisk, texts: Sequence[str], batch: int) -> None:
    begun = time.process_time()
    keys = [key_of(str(batch), text) for text in texts]
    key = (time.process_time() - begun) / len(texts)
    outputs = dict.fromkeys(keys, os.urandom(BYTES))
    put = cost(keys, batch, lambda some: cache.put({one: outputs[one] for one in some}))
    random.Random(1).shuffle(keys)
    hit = cost(keys, batch, cache.get)
    absent = [key_of("absent", text) for text in texts]
    miss = cost(absent, batch, cache.get)
    share = (key + hit) * 1e3 / ENCODER_MS
    print(f"{batch:6}{key * 1e6:9.1f}{put * 1e6:9.1f}{hit * 1e6:9.1f}{miss * 1e6:9.1f}{share:15.5f}")


def cost(keys: Sequence[str], batch: int, work: Callable[[Sequence[str]], object]) -> float:
    begun = time.process_time()
    for start in range(0, len(keys), batch):
        work(keys[start : start + batch])
    return (time.process_time() - begun) / len(keys)


if __name__ == "__main__":
    main()
