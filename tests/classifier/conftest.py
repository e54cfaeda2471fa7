"""A small real model, trained once on invented adverts."""

import fcntl
import os
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from pathlib import Path

import msgspec
import pytest

from classifier.adverts.generate import generated
from classifier.model import Model
from classifier.stack import Stack
from classifier.store import load
from classifier.training.folded import folded
from classifier.training.lesson import Lesson, folds, of
from classifier.training.train import train
from classifier.truth.examples import Example, Source
from classifier.tuning.workshop import Workshop
from pipeline.policy import Cut
from pipeline.records import Classification, Context, Import, Listing
from pipeline.taxonomy import Act, Category, Track

Ask = Callable[..., Classification]
AT = datetime(2024, 5, 1, tzinfo=UTC)


def listing(title: str, description: str = "", key: str = "1") -> Listing:
    """A listing with this text."""
    provenance = Import(time=AT, file="0" * 64, line=1, mapping="m", activation=1)
    return Listing(market="practice", key=key, title=title, description=description, provenance=provenance)


def asked(classifier: Stack) -> Ask:
    """A classifier as a function of title and description."""

    def ask(title: str, description: str = "") -> Classification:
        return classifier.classify([listing(title, description)], [Context()])[0]

    return ask


def invented(count: int, seed: int) -> list[Example]:
    """Generated adverts, half of them as if forty vendors of two dark-web markets had posted them."""
    adverts = generated(count, seed)
    posted = [
        msgspec.structs.replace(
            each, source=Source.DARKWEB, market=f"market{number % 2}", vendor=f"vendor{number % 40}"
        )
        for number, each in enumerate(adverts[: count // 2])
    ]
    return [*posted, *adverts[count // 2 :]]


@pytest.fixture(scope="session")
def lesson() -> Lesson:
    """What the small model learns from."""
    return of(invented(1_000, seed=3), seed=3)


@pytest.fixture(scope="session")
def shop(lesson: Lesson, tmp_path_factory: pytest.TempPathFactory) -> Workshop:
    """Where linear models are made; those of the lesson's folds lie there, made for all workers by the first that asks."""
    own = tmp_path_factory.getbasetemp()
    folder = (own.parent if "PYTEST_XDIST_WORKER" in os.environ else own) / "workshop"
    folder.mkdir(exist_ok=True)
    found = Workshop(base=None, layers=(), folder=folder, epochs=1, seed=3, say=lambda _step: None)
    with (folder / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        folded(lesson, lesson.tested, folds(lesson, found.seed), found)
    return found


@pytest.fixture(scope="session")
def model(lesson: Lesson, shop: Workshop) -> Model:
    """The small model, without an encoder."""
    return train(lesson, "small", shop).model


@pytest.fixture(scope="session")
def small(model: Model) -> Ask:
    """What the small model says of a title and a description."""
    return asked(Stack(model, digest="small", activation=7))


@pytest.fixture(scope="session")
def shipped_model() -> Stack:
    """The model that ships."""
    return load(Path(__file__).parents[2] / "models" / "stack-1", activation=1)


@pytest.fixture(scope="session")
def shipped(shipped_model: Stack) -> Ask:
    """What the model that ships says of a title and a description."""
    return asked(shipped_model)


@pytest.fixture(scope="session")
def flag_at(shipped_model: Stack) -> float:
    """The score from which the model that ships advises to flag."""
    return shipped_model.thresholds[Track.OFFERS].flag_at


@pytest.fixture(scope="session")
def listed() -> Callable[..., Listing]:
    """A listing of a title, a description and a key."""
    return listing


@pytest.fixture(scope="session")
def asking() -> Callable[[Stack], Ask]:
    """A classifier as a function of title and description."""
    return asked


class Words:
    """A classifier that takes a listing for a firearm where its title has one of a few words."""

    def __init__(self, *words: str, name: str = "words") -> None:
        self.words, self.digest = words, name
        self.thresholds = {Track.OFFERS: Cut(review_at=0.1, flag_at=0.5)}

    def classify(self, listings: Sequence[Listing], contexts: Sequence[Context]) -> list[Classification]:
        """One classification per listing."""
        assert len(listings) == len(contexts)
        return [self._one(each.title) for each in listings]

    def _one(self, title: str) -> Classification:
        known = any(word in title for word in self.words)
        return Classification(
            score=0.9 if known else 0.02,
            category=Category.FIREARM if known else Category.OTHER,
            act=Act.OFFER,
            model=self.digest,
            activation=1,
        )


@pytest.fixture
def knowing() -> type[Words]:
    """A classifier of a few words."""
    return Words
