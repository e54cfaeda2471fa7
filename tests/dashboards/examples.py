"""Assessments with every field filled, made by hand: what the stages will hand to the console."""

from collections.abc import Sequence

from msgspec.structs import replace

from pipeline.records import Assessment, Entity, Neighbour, Sign, Span
from pipeline.taxonomy import Act, Category, Goods, Subtype, Track, Verdict
from tests.dashboards.conftest import offer

Found = tuple[str, str]
"""A code, and the words that show it."""


def told(
    of: Assessment,
    *,
    signs: Sequence[Found] = (),
    entities: Sequence[tuple[str, str, str]] = (),
    moved: Sequence[tuple[str, float]] = (),
    **said: object,
) -> Assessment:
    """The assessment with more found in its text: signs and spans by their words, entities by kind, words and value."""
    where = [(field, getattr(of.listing, field)) for field in ("title", "description")]

    def place(words: str) -> tuple[str, int, int]:
        field, text = next(one for one in where if words in one[1])
        start = text.index(words)
        return field, start, start + len(words)

    def at(words: str) -> dict[str, str | int]:
        return dict(zip(("field", "start", "end"), place(words), strict=True))

    found = {
        "signs": tuple(Sign(id=code, **at(words)) for code, words in signs),  # type: ignore[arg-type]  # one str, two ints
        "entities": tuple(Entity(kind=kind, value=value, **at(words)) for kind, words, value in entities),  # type: ignore[arg-type]
        "spans": tuple(Span(weight=weight, **at(words)) for words, weight in moved),  # type: ignore[arg-type]
    }
    return replace(of, classification=replace(of.classification, **found, **said))


PISTOL = told(
    offer(
        "pistol",
        "Oldsmith 17 pistol 9mm, new",
        "Two magazines and fifty rounds. The serial number is gone, no papers needed.\n"
        "Sent from Germany to any country, by post, in two parcels. Escrow terms for every order. Reach me: oldsmith_fan",
        score=0.993,
        price="1150",
        minutes=3,
    ),
    signs=(
        ("TI-SER", "serial number is gone"),
        ("TI-LIC", "no papers needed"),
        ("TI-XB", "to any country"),
        ("TI-PRT", "in two parcels"),
        ("ET-H", "by post"),
        ("ET-G", "Escrow terms for every order"),
    ),
    entities=(
        ("make", "Oldsmith", "Oldsmith"),
        ("model", "17", "17"),
        ("calibre", "9mm", "9x19mm"),
        ("amount", "fifty rounds", "50 rounds"),
        ("ships_from", "Germany", "DE"),
        ("ships_to", "any country", "WW"),
        ("handle", "oldsmith_fan", "oldsmith_fan"),
    ),
    moved=(("pistol 9mm", 2.4), ("serial number", 0.7), ("Two magazines", 1.2), ("new", -0.2)),
    subtype=Subtype.PISTOL,
    nearest=(
        Neighbour(id="5a" * 16, source="agora", category=Category.FIREARM, similarity=0.91),
        Neighbour(id="", source="generated", category=Category.FIREARM, similarity=0.84),
        Neighbour(id="6b" * 16, source="agora", category=Category.REPLICA, similarity=0.66),
    ),
)
THREAT = told(
    offer(
        "threat",
        "Wanted: compact revolver",
        "It is for one man in our town and he will not see it coming.",
        score=0.31,
        category=Category.FIREARM,
        verdict=Verdict.CLEAR,
        minutes=1,
    ),
    signs=(("TI-HRM", "for one man in our town"),),
    subtype=Subtype.REVOLVER,
    act=Act.REQUEST,
)
THREAT = replace(THREAT, verdicts={Track.OFFERS: Verdict.CLEAR, Track.REQUESTS: Verdict.FLAGGED})
ALARM_PISTOL = told(
    offer(
        "alarm",
        "Alarm pistol, 9mm P.A.K.",
        "For the theatre. Easily made to work with live rounds, says a friend.",
        score=0.12,
        category=Category.BLANK,
        verdict=Verdict.CLEAR,
        minutes=2,
    ),
    signs=(("ET-A", "Easily made to work"), ("C.SCAM", "says a friend")),
    entities=(("calibre", "9mm P.A.K.", "9mm P.A.K."),),
)
ALARM_PISTOL = replace(ALARM_PISTOL, verdicts={Track.OFFERS: Verdict.CLEAR, Track.CONVERTIBLE: Verdict.REVIEW})
STRAIN = told(
    offer(
        "strain",
        "AK-47 strain, 5 g",
        "Sour and strong, grown indoors.",
        score=0.004,
        category=Category.OTHER,
        verdict=Verdict.CLEAR,
    ),
    entities=(("amount", "5 g", "5 g"),),
    goods=Goods.DRUGS,
    screened=True,
)
EVERY = (PISTOL, THREAT, ALARM_PISTOL, STRAIN)
