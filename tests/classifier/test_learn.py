"""Reviews become examples, and a better model is never replaced."""

from collections import Counter
from collections.abc import Callable, Sequence
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

import headstamp
from classifier.learn.compare import compared, worse
from classifier.learn.fixed import fixed
from classifier.learn.learning import REVIEWS, learn
from classifier.learn.reviews import Gathered, gathered, parted, standing
from classifier.manifest import Story
from classifier.model import Model
from classifier.reference import Seen, reference
from classifier.stack import Stack
from classifier.store import load, save
from classifier.training.lesson import Lesson, of
from classifier.training.train import train
from classifier.truth.examples import Example, Source
from classifier.tuning.workshop import Workshop
from pipeline.broker.sqlite import SqliteBroker
from pipeline.codec import Message, messages
from pipeline.errors import SettingsError
from pipeline.records import Classification, Decision, Erasure, Import, Listing, Review
from pipeline.stages import Classifier
from pipeline.taxonomy import Act, Category, Track
from pipeline.topics import LISTINGS
from pipeline.topics import REVIEWS as TOPIC

AT = datetime(2024, 5, 1, tzinfo=UTC)
Knowing = Callable[..., Classifier]


def listing(key: str, title: str, vendor: str = "Ann") -> Listing:
    provenance = Import(time=AT, file="0" * 64, line=1, mapping="m", activation=1)
    return Listing(market="practice", key=key, title=title, vendor=vendor, provenance=provenance)


def review(
    of: Listing, decision: Decision, analyst: str = "ana", *, after: int = 0, name: str = "", undoes: str = "", category: Category | None = None, act: Act = Act.OFFER
) -> Review:  # fmt: skip
    return Review(
        id=name or f"{of.key}-{decision}-{analyst}-{after}",
        listing_id=of.id,
        version=of.version,
        decision=decision,
        analyst=analyst,
        time=AT + timedelta(minutes=after),
        category=category or (Category.FIREARM if decision is Decision.IN_SCOPE else None),
        act=act,
        undoes=undoes,
    )


@pytest.fixture
def broker(tmp_path: Path) -> SqliteBroker:
    return SqliteBroker(tmp_path / "log.db")


def filed(broker: SqliteBroker, listings: Sequence[Listing], reviews: Sequence[Review | Erasure]) -> Gathered:
    broker.publish(LISTINGS.name, messages(listings))
    broker.publish(TOPIC.name, messages(reviews))
    with closing(broker):
        return gathered(broker)


def test_a_review_is_an_example_on_the_text_that_was_reviewed(broker: SqliteBroker) -> None:
    old, new = listing("1", "Glock 19"), listing("1", "Sold out")
    found = filed(broker, [old, new], [review(old, Decision.IN_SCOPE), review(new, Decision.OUT_OF_SCOPE, after=9)])
    assert {(each.title, each.category, each.in_scope) for each in found.examples} == {
        ("Glock 19", Category.FIREARM, True),
        ("Sold out", Category.OTHER, False),
    }
    assert {(each.source, each.market, each.vendor) for each in found.examples} == {(Source.REVIEW, "practice", "ann")}


def test_a_review_that_was_taken_back_teaches_nothing(broker: SqliteBroker) -> None:
    one = listing("1", "Glock 19")
    given = review(one, Decision.IN_SCOPE, name="r")
    found = filed(broker, [one], [given, review(one, Decision.UNDO, after=1, undoes="r")])
    assert found.examples == ()
    assert found.left_out == {"taken back": 1}
    assert found.reviews == 1


def test_taking_the_newer_one_back_lets_the_older_one_hold(broker: SqliteBroker) -> None:
    one = listing("1", "Glock 19")
    wrong = review(one, Decision.OUT_OF_SCOPE, after=1, name="r")
    found = filed(
        broker, [one], [review(one, Decision.IN_SCOPE), wrong, review(one, Decision.UNDO, after=2, undoes="r")]
    )
    assert [each.in_scope for each in found.examples] == [True]


def test_the_newest_review_of_an_analyst_holds(broker: SqliteBroker) -> None:
    one = listing("1", "Glock 19")
    reviews = [review(one, Decision.OUT_OF_SCOPE, after=5), review(one, Decision.IN_SCOPE)]
    found = filed(broker, [one], reviews)
    assert [each.in_scope for each in found.examples] == [False]
    assert found.left_out == {"superseded": 1}


def test_analysts_who_disagree_are_counted_and_teach_nothing(broker: SqliteBroker) -> None:
    one, other = listing("1", "Glock 19"), listing("2", "Glock 17")
    reviews = [
        review(one, Decision.IN_SCOPE, "ana"),
        review(one, Decision.OUT_OF_SCOPE, "ben", after=1),
        review(other, Decision.IN_SCOPE, "ana"),
        review(other, Decision.IN_SCOPE, "ben", category=Category.PARTS, after=1),
    ]
    found = filed(broker, [one, other], reviews)
    assert [(each.title, each.category) for each in found.examples] == [("Glock 17", Category.PARTS)]
    assert found.left_out == {"conflict": 2}


@pytest.mark.parametrize(
    ("category", "act", "learnt"),
    [
        (Category.DIGITAL, Act.OFFER, (Category.DIGITAL, Act.OFFER)),
        (Category.FIREARM, Act.REQUEST, (Category.FIREARM, Act.REQUEST)),
        (None, Act.FEEDBACK, (Category.OTHER, Act.FEEDBACK)),
        (None, Act.OFFER, (Category.OTHER, Act.OFFER)),
        (Category.FIREARM, Act.OFFER, (Category.OTHER, Act.OFFER)),
    ],
)
def test_what_is_out_of_scope_teaches_what_it_is(
    broker: SqliteBroker, category: Category | None, act: Act, learnt: tuple[Category, Act]
) -> None:
    one = listing("1", "Wanted: Glock 19")
    (found,) = filed(broker, [one], [review(one, Decision.OUT_OF_SCOPE, category=category, act=act)]).examples
    assert (found.category, found.act) == learnt
    assert not found.in_scope


def test_an_analyst_who_says_less_contradicts_nobody(broker: SqliteBroker) -> None:
    one, other = listing("1", "Frame files"), listing("2", "Wanted: Glock 19")
    reviews = [
        review(one, Decision.OUT_OF_SCOPE, "ana", category=Category.DIGITAL),
        review(one, Decision.OUT_OF_SCOPE, "ben", after=1),
        review(other, Decision.OUT_OF_SCOPE, "ana", act=Act.REQUEST),
        review(other, Decision.OUT_OF_SCOPE, "ben", after=1),
    ]
    found = filed(broker, [one, other], reviews)
    assert {(each.category, each.act) for each in found.examples} == {
        (Category.DIGITAL, Act.OFFER),
        (Category.OTHER, Act.REQUEST),
    }
    assert found.left_out == {}


def test_an_unsure_analyst_contradicts_nobody(broker: SqliteBroker) -> None:
    one = listing("1", "Glock 19")
    found = filed(broker, [one], [review(one, Decision.IN_SCOPE, "ana"), review(one, Decision.UNSURE, "ben")])
    assert len(found.examples) == 1
    assert found.left_out == {"unsure": 1}


def test_what_was_erased_is_never_learnt(broker: SqliteBroker) -> None:
    one = listing("1", "Glock 19")
    erasure = Erasure(id="e", listing_id=one.id, analyst="ana", time=AT, reason="order")
    found = filed(broker, [one], [review(one, Decision.IN_SCOPE), erasure])
    assert found.examples == ()
    assert found.left_out == {"erased": 1}


def test_a_review_of_a_text_that_is_not_on_the_log_is_counted(broker: SqliteBroker) -> None:
    broker.publish(TOPIC.name, [Message(key=b"x", value=b"no record")])
    found = filed(broker, [], [review(listing("1", "Glock 19"), Decision.IN_SCOPE)])
    assert found.left_out == {"text not on the log": 1}


def test_the_order_and_repetition_of_reviews_change_nothing() -> None:
    one = listing("1", "Glock 19")
    reviews = [
        review(one, Decision.IN_SCOPE, after=2),
        review(one, Decision.OUT_OF_SCOPE),
        review(one, Decision.UNSURE, "ben"),
    ]
    assert standing(reviews, Counter()) == standing(reviews[::-1], Counter())


def examples(vendors: int, title: str = "Glock {}", category: Category = Category.FIREARM) -> list[Example]:
    return [
        Example(
            title=title.format(number), category=category, source=Source.REVIEW, market="practice", vendor=f"v{number}"
        )
        for number in range(vendors)
    ]


def test_a_vendor_is_on_one_side_for_ever() -> None:
    taught, held = parted(examples(200))
    again = parted([*examples(200, "Other {}"), *examples(200)])
    assert 20 < len(held) < 60
    assert {each.vendor for each in again[1]} == {each.vendor for each in held}
    assert not {each.vendor for each in taught} & {each.vendor for each in held}


def reviewed() -> Gathered:
    everything = (*examples(200), *examples(200, "Tea {}", Category.OTHER))
    return Gathered(examples=everything, reviews=len(everything), left_out={})


def writer(made: Classifier) -> Callable[[Sequence[Example], Path], Classifier]:
    def train(_examples: Sequence[Example], directory: Path) -> Classifier:
        directory.mkdir()
        (directory / "manifest.json").write_text("{}")
        return made

    return train


def test_a_better_model_is_written_whole(tmp_path: Path, knowing: Knowing) -> None:
    found = learn(reviewed(), knowing("nothing"), writer(knowing("Glock")), {}, out=tmp_path / "new", seed=1)
    assert found.refused == ()
    assert found.directory == str(tmp_path / "new")
    assert [path.name for path in tmp_path.iterdir()] == ["new"]
    assert found.parts[0].name == REVIEWS
    assert found.learnt + found.held == 400


def test_what_analysts_decided_is_known_to_the_next_model(
    tmp_path: Path,
    lesson: Lesson,
    model: Model,
    shop: Workshop,
    asking: Callable[[Stack], Callable[..., Classification]],
) -> None:
    posted = [each for each, variant in zip(lesson.examples, lesson.variants, strict=True) if not variant]

    def trained(examples: Sequence[Example], directory: Path) -> Stack:
        save(train(of([*posted, *examples], seed=3), "next", shop).model, directory, Story(seed=3))
        return load(directory, activation=1)

    old = Stack(model, digest="small", activation=1)
    decided = Gathered(examples=tuple(examples(200, "zorblatt krummlauf {}")), reviews=200, left_out={})
    found = learn(decided, old, trained, {}, out=tmp_path / "next", seed=1)
    assert found.refused == ()
    new = load(tmp_path / "next", activation=2)
    before, after = (asking(each)("Krummlauf 7", "A zorblatt.").score for each in (old, new))
    assert before < new.thresholds[Track.OFFERS].flag_at < after


def test_a_worse_model_is_refused_with_the_figures_and_leaves_nothing(tmp_path: Path, knowing: Knowing) -> None:
    found = learn(reviewed(), knowing("Glock"), writer(knowing("nothing")), {}, out=tmp_path / "new", seed=1)
    assert found.directory == ""
    assert any("f1 falls from 1.000 to 0.000" in reason for reason in found.refused)
    assert list(tmp_path.iterdir()) == []


def test_a_model_that_forgets_another_part_is_refused(tmp_path: Path, knowing: Knowing) -> None:
    parts = {"adverts": examples(40, "Mauser {}") + examples(40, "Tea {}", Category.OTHER)}
    found = learn(reviewed(), knowing("Mauser"), writer(knowing("Glock")), parts, out=tmp_path / "new", seed=1)
    assert all(reason.startswith("adverts") for reason in found.refused)
    assert found.refused


def test_more_false_alarms_refuse_a_model_too(knowing: Knowing) -> None:
    parts = compared(
        {"toys": examples(400, "Toy Glock {}", Category.REPLICA)}, knowing("nothing"), knowing("Glock 399"), 1
    )
    assert worse(parts) == ()
    parts = compared({"toys": examples(400, "Toy Glock {}", Category.REPLICA)}, knowing("nothing"), knowing("Toy"), 1)
    assert worse(parts) == ("toys: false alarms rise from 0 to 400",)


def test_reviews_of_texts_that_the_old_model_has_learnt_compare_nothing(tmp_path: Path, knowing: Knowing) -> None:
    learnt = [Seen(title=each.title, description="", score=0.9, flagged=True) for each in reviewed().examples]
    seen = reference(learnt, [""] * len(learnt), {})
    found = learn(reviewed(), knowing("Glock"), writer(knowing("x")), {}, out=tmp_path / "new", seed=1, seen=seen)
    assert (found.held, found.parts) == (0, ())


def test_nothing_to_learn_and_a_place_that_is_taken_are_said(tmp_path: Path, knowing: Knowing) -> None:
    empty = Gathered(examples=(), reviews=1, left_out={"unsure": 1})
    with pytest.raises(SettingsError, match="1 unsure"):
        learn(empty, knowing("x"), writer(knowing("x")), {}, out=tmp_path / "new", seed=1)
    with pytest.raises(SettingsError, match="is there already"):
        learn(reviewed(), knowing("x"), writer(knowing("x")), {}, out=tmp_path, seed=1)


def test_reviews_count_as_listings_of_the_dark_web() -> None:
    taught = of([*examples(3), Example(title="x", category=Category.OTHER, source=Source.GENERATED)], seed=1)
    assert list(taught.listings) == [0, 1, 2]


def test_the_fixed_set_is_fixed_and_synthetic() -> None:
    first = fixed()
    assert first == fixed()
    assert {each.source for part in first.values() for each in part} == {Source.SLICE}


def test_the_shipped_models_are_never_written_to(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("HEADSTAMP_HOME", str(tmp_path / "home"))
    shipped = Path(__file__).parents[2] / "models" / "mine"
    assert headstamp.main(["learn", "--out", str(shipped)]) == 2
    assert "never written to" in capsys.readouterr().err


def test_a_home_without_reviews_says_where_to_begin(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("HEADSTAMP_HOME", str(tmp_path / "home"))
    assert headstamp.main(["learn", "--out", str(tmp_path / "new")]) == 2
    assert "review listings in the console" in capsys.readouterr().err
