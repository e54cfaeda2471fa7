"""Writes what a model was trained on beside it, as digests and sums."""

from collections.abc import Iterator
from pathlib import Path

import numpy as np

from classifier.judge import Judge
from classifier.language import language
from classifier.reference import Seen, key_of, reference, save
from classifier.training.lesson import Lesson
from classifier.training.settle import raw
from classifier.training.train import Trained
from classifier.truth.examples import POSTED, Source
from pipeline.rows.source import digest_of
from pipeline.taxonomy import Track

FILES = ("darkweb_listings.csv", "surface_weapon_text.csv")
"""Files of the research data whose texts are trained on as they stand."""
REAL = POSTED | {Source.SURFACE}


def remember(taught: Lesson, trained: Trained, data: Path, directory: Path) -> None:
    """Write the reference of a model directory; its scores are those of models that had not seen the listings."""
    listings = [taught.examples[row] for row in taught.listings]
    vendors = [each.vendor for each in listings]
    files = {name: digest_of(data / name) for name in FILES if (data / name).is_file()}
    keys = (key_of(each.title, each.description) for each in taught.examples if each.source in REAL)
    save(reference(_seen(taught, trained), vendors, files, keys), directory)


def _seen(taught: Lesson, trained: Trained) -> Iterator[Seen]:
    part = trained.folded.of(np.flatnonzero(np.isin(trained.folded.rows, taught.listings)))
    scores = Judge(trained.model).chances(raw(taught, part, sections=False)).score
    for row, score in zip(part.rows, scores.tolist(), strict=True):
        each = taught.examples[row]
        flagged = score >= trained.model.thresholds[Track.OFFERS].flag_at
        told = language(f"{each.title}\n{each.description}")
        yield Seen(title=each.title, description=each.description, score=score, flagged=flagged, language=told)
