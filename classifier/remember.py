"""Writes what a model was trained on beside it, as digests and sums."""

from collections.abc import Iterator
from pathlib import Path

from classifier.examples import POSTED, Source
from classifier.features import view
from classifier.lesson import Lesson
from classifier.linear import Floats
from classifier.reference import Seen, key_of, reference, save
from classifier.stack import Stack
from pipeline.rows.source import digest_of

FILES = ("darkweb_listings.csv", "surface_weapon_text.csv")
"""Files of the research data whose texts are trained on as they stand."""
REAL = POSTED | {Source.SURFACE}


def remember(taught: Lesson, classifier: Stack, data: Path, directory: Path, scores: Floats | None = None) -> None:
    """Write the reference of a model directory.

    `scores` are those of the posted listings, in their order, by models that had not seen them; without them the
    model's own are taken, which are a little surer of what they have learnt.
    """
    listings = [taught.examples[row] for row in taught.listings]
    vendors = [each.vendor for each in listings]
    files = {name: digest_of(data / name) for name in FILES if (data / name).is_file()}
    keys = (key_of(each.title, each.description) for each in taught.examples if each.source in REAL)
    save(reference(_seen(taught, classifier, scores), vendors, files, keys), directory)


def _seen(taught: Lesson, classifier: Stack, scores: Floats | None) -> Iterator[Seen]:
    listings = [taught.examples[row] for row in taught.listings]
    if scores is None:
        scores = classifier.scored([view(each.title, each.description) for each in listings]).score
    for each, score in zip(listings, scores.tolist(), strict=True):
        flagged = score >= classifier.thresholds[1]
        yield Seen(title=each.title, description=each.description, score=score, flagged=flagged)
