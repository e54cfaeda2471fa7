"""A small real model, trained once on invented adverts."""

from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import msgspec
import pytest

from classifier import train
from classifier.examples import Example, Source
from classifier.generate import generated
from classifier.lesson import Lesson, of
from classifier.stack import Model, Stack
from classifier.store import load
from pipeline.records import Classification, Context, Import, Listing

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
def model(lesson: Lesson) -> Model:
    """The small model."""
    return train.train(lesson, lesson.rows, seed=3)


@pytest.fixture(scope="session")
def small(model: Model) -> Ask:
    """What the small model says of a title and a description."""
    return asked(Stack(model, digest="small", activation=7))


@pytest.fixture(scope="session")
def shipped_model() -> Stack:
    """The model that ships."""
    return load(Path(__file__).parents[2] / "models" / "linear-1", activation=1)


@pytest.fixture(scope="session")
def shipped(shipped_model: Stack) -> Ask:
    """What the model that ships says of a title and a description."""
    return asked(shipped_model)


@pytest.fixture(scope="session")
def flag_at(shipped_model: Stack) -> float:
    """The score from which the model that ships advises to flag."""
    return shipped_model.model.thresholds.flag_at
