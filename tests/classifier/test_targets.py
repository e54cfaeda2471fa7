"""Targets that are measured beside the report: entities and explanations."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path

import msgspec
import pytest

from benchmarks import targets
from classifier.manifest import Story
from classifier.metrics.draws import Estimate
from classifier.model import Model
from classifier.report.files import elsewhere
from classifier.store import load, save
from classifier.truth.annotated import read
from pipeline.policy import Cut
from pipeline.records import Classification, Context, Listing, Span
from pipeline.taxonomy import Act, Category, Track

SPANS = {"rifle": Span(field="title", start=4, end=9, weight=1.0)}


class Explaining:
    """A classifier of the words "rifle" and "pistol" that can explain the first one alone."""

    digest = "explaining"

    @property
    def thresholds(self) -> dict[Track, Cut]:
        return {Track.OFFERS: Cut(review_at=0.1, flag_at=0.5)}

    def classify(self, listings: Sequence[Listing], contexts: Sequence[Context]) -> list[Classification]:
        assert len(listings) == len(contexts)
        return [self._one(each.title) for each in listings]

    def _one(self, title: str) -> Classification:
        return Classification(
            score=0.9 if "rifle" in title or "pistol" in title else 0.02,
            category=Category.FIREARM,
            act=Act.OFFER,
            model=self.digest,
            activation=1,
            spans=tuple(span for word, span in SPANS.items() if word in title),
        )


def sure(value: float) -> Estimate:
    return Estimate(value=value, low=value, high=value)


def of(vendor: str, listing: Listing) -> Listing:
    return msgspec.structs.replace(listing, vendor=vendor)


def test_a_flag_is_explained_where_its_score_falls_without_the_first_span(listed: Callable[..., Listing]) -> None:
    rows = [of(f"vendor{number % 12}", listed("Old rifle")) for number in range(60)]
    found = targets.explained(rows, Explaining(), seed=1)
    assert (found.n, found.vendors, found.verdict) == (60, 12, "met")
    assert found.reached == sure(1)


def test_a_flag_without_a_span_and_one_that_stands_without_it_are_not_explained(
    listed: Callable[..., Listing],
) -> None:
    titles = ["Old rifle"] * 40 + ["Old pistol"] * 10 + ["Old rifle, pistol"] * 10
    rows = [of(f"vendor{number % 12}", listed(title)) for number, title in enumerate(titles)]
    found = targets.explained(rows, Explaining(), seed=1)
    assert found.reached
    assert found.reached.low < found.reached.value == 40 / 60 < found.reached.high
    assert found.verdict == "missed by .283"
    assert "10 without a span" in found.note


def test_a_model_that_flags_nothing_has_no_share() -> None:
    found = targets.explained([], Explaining(), seed=1)
    assert (found.reached, found.n, found.verdict) == (None, 0, "not measured")


def test_only_what_the_model_flags_is_explained(model: Model, listed: Callable[..., Listing], tmp_path: Path) -> None:
    cut = Cut(review_at=0.3, flag_at=0.5)
    save(replace(model, thresholds={Track.OFFERS: cut}), tmp_path / "small", Story(seed=3))
    pistol = listed("Glock 19 Gen 4 9mm pistol, two magazines")
    assert targets.flagged([listed("Green tea, fresh"), pistol], tmp_path / "small") == [pistol]
    assert targets.explained([pistol], load(tmp_path / "small", 0), seed=1).reached == sure(1)


@pytest.mark.data
def test_what_is_written_is_what_a_report_reads(shared_data: Path, tmp_path: Path) -> None:
    found = tuple(targets.named(read(shared_data), seed=1))
    targets.write(found, tmp_path / "scored")
    assert elsewhere(tmp_path / "scored") == found
    assert found[0].name == "entity F1"
    assert all(each.binds and each.reached for each in found)
