"""What entities cost per listing, against one plain look through the same text; prints ratios."""

from collections.abc import Callable
from datetime import UTC, datetime
from functools import partial
from time import process_time

from classifier.entities import entities
from classifier.entities.gazetteer import hits
from pipeline.records import Import, Listing

ROUNDS, TIMES = 5, 300
PLAIN = (
    "this is a listing of my finest green tea that i have for you and everybody who has tried it likes it. please order soon. "
    * 5
)
TEXTS = {
    "no hits": ("A listing of green tea", PLAIN[:560]),
    "amounts and delivery": (
        "3.5g green tea, free shipping",
        "$30 per gram. Ships from USA. Vacuum sealed. " + PLAIN[:500],
    ),
    "Cyrillic": ("Чай зелёный", "Отличный чай из горного района, вкусный и полезный для всех. " * 9),
    "arms": ("Glock 19 Gen 4 9mm with 2 mags", "Brand new in box. " + PLAIN[:520]),
}


def listing(title: str, description: str) -> Listing:
    """A listing with this text."""
    provenance = Import(time=datetime(2024, 5, 1, tzinfo=UTC), file="0" * 64, line=1, mapping="m", activation=1)
    return Listing(market="practice", key="1", title=title, description=description, provenance=provenance)


def microseconds(work: Callable[[], object]) -> float:
    """CPU time of one call, best of some rounds."""
    work()
    return min(_round(work) for _ in range(ROUNDS)) * 1e6


def _round(work: Callable[[], object]) -> float:
    start = process_time()
    for _ in range(TIMES):
        work()
    return (process_time() - start) / TIMES


def main() -> None:
    """Print one line a text."""
    for name, (title, description) in TEXTS.items():
        one = listing(title, description)
        whole = microseconds(partial(entities, one))
        look = microseconds(partial(hits, description))
        print(
            f"{name:22} {len(title + description):4} characters  {whole:6.0f} us  {whole / look:5.1f} x one look of Aho-Corasick"
        )


if __name__ == "__main__":
    main()
