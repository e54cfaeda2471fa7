"""How values read on screen."""

from datetime import datetime
from decimal import Decimal

from pipeline.policy import by_track, lead
from pipeline.records import Amount, Assessment, Date, Decision, Dollars, Import, Money, Precision, Review
from pipeline.taxonomy import (
    IN_SCOPE,
    Act,
    Category,
    Credibility,
    Goods,
    Indicator,
    Open,
    Subtype,
    Threat,
    Track,
    Verdict,
    entry,
)
from pipeline.values.probability import probability

DECISIONS = {
    Decision.IN_SCOPE: "In scope",
    Decision.OUT_OF_SCOPE: "Out of scope",
    Decision.UNSURE: "Unsure",
    Decision.UNDO: "Taken back",
}
WAITING = "Not reviewed"
DIGITS = 16
"""Digits from which a number is shown with its exponent."""
FORMATS = {
    Precision.INSTANT: "%Y-%m-%d %H:%M:%S UTC",
    Precision.DAY: "%Y-%m-%d",
    Precision.MONTH: "%Y-%m",
    Precision.YEAR: "%Y",
}
GONE = {
    "not_found": "the page was not found",
    "removed": "the market removed it",
    "unlisted": "it was no longer listed",
}
CODES: dict[str, type[Open]] = {
    "category": Category,
    "subtype": Subtype,
    "act": Act,
    "goods": Goods,
    "threats": Threat,
    "indicators": Indicator,
    "credibility": Credibility,
    "track": Track,
}
"""Fields of the index that hold codes of the taxonomy."""
KINDS = {
    "pgp": "PGP key",
    "ships_from": "Ships from",
    "ships_to": "Ships to",
    "serial": "Marking",
    "address": "Wallet",
}
"""Kinds of named things whose code is not their name."""
PLACES = {"WW": "worldwide", "EU": "European Union"}


def category(code: str) -> str:
    """The name of a category."""
    return entry(Category(code)).name


def named(code: Open) -> str:
    """What a code of the taxonomy is called."""
    return entry(code).name


def meaning(code: Open) -> str:
    """What a code of the taxonomy means."""
    return entry(code).definition


def name_of(field: str, code: str) -> str:
    """What a value of an index field of codes is called."""
    return entry(CODES[field](code)).name


def kind(code: str) -> str:
    """What a kind of thing that a text names is called."""
    return KINDS.get(code, code.replace("_", " ").capitalize())


def in_scope(code: str) -> bool:
    """Whether a category matches the Protocol's wording."""
    return Category(code) in IN_SCOPE


def verdict(found: str) -> str:
    """A verdict as a word."""
    return Verdict(found).value.capitalize()


def decision(review: Review | None) -> str:
    """What was decided, or that the listing waits."""
    if review is None:
        return WAITING
    decided = DECISIONS.get(review.decision, "Unknown")
    told = ", ".join(filter(None, (_act(review), category(review.category) if review.category else "", _lead(review))))
    return f"{decided} ({told})" if told else decided


def money(price: Money | None) -> str:
    """A price as offered, or "" for none."""
    return f"{number(price.amount)} {price.currency}" if price else ""


def dollars(converted: Dollars | None) -> str:
    """A price in US dollars, or "" for none."""
    if converted is None:
        return ""
    value = Decimal(converted.cents).scaleb(-2)
    return f"${value:,.2f}" if _short(value) else f"${value:.6g}"


def number(value: Decimal) -> str:
    """A decimal number without needless zeros; a very long one with its exponent."""
    return f"{value.normalize():,f}" if _short(value) else f"{value:.6g}"


def amount(offered: Amount) -> str:
    """How much is offered."""
    return f"{number(offered.value)} {offered.unit}".rstrip()


def score(value: float) -> str:
    """A probability, as the terminal shows it too."""
    return probability(value)


def track_score(current: Assessment, track: Track) -> str:
    """The score on which the verdict of a track rests."""
    return probability(by_track(current)[track])


def moment(time: datetime) -> str:
    """A time to the second."""
    return time.strftime(FORMATS[Precision.INSTANT])


def date(found: Date) -> str:
    """A date as exact as its source."""
    if found.precision is Precision.UNKNOWN:
        return "date unknown"
    if found.precision is Precision.QUARTER:
        return f"{found.at:%Y} Q{(found.at.month + 2) // 3}"
    return found.at.strftime(FORMATS.get(found.precision, FORMATS[Precision.DAY]))


def import_time(provenance: Import) -> str:
    """When an imported row says it is from."""
    return date(Date(at=provenance.time, precision=provenance.precision))


def share(value: float) -> str:
    """A share from 0 to 1 in per cent, never rounded up to all or down to none."""
    shown = f"{value:.0%}"
    return f"{value:.1%}" if shown in ("0%", "100%") and value not in (0.0, 1.0) else shown


def size(count: int) -> str:
    """Bytes in GB."""
    return f"{count / 10**9:,.1f} GB"


def place(code: str) -> str:
    """A country's code, or a wider area's name."""
    return PLACES.get(code, code)


def gone(reason: str) -> str:
    """Why a listing is held to be gone."""
    return GONE.get(reason, reason.replace("_", " "))


def _act(review: Review) -> str:
    return "" if review.act is Act.OFFER else named(review.act).lower()


def _lead(review: Review) -> str:
    """On which track other than that of offers a listing that is out of scope is a lead."""
    track = lead(review.category, review.act) if review.decision is Decision.OUT_OF_SCOPE else None
    return f"lead of the track {named(track)}" if track and track is not Track.OFFERS else ""


def _short(value: Decimal) -> bool:
    return value.is_finite() and abs(value.adjusted()) < DIGITS


WORDS = (
    category,
    named,
    meaning,
    name_of,
    kind,
    in_scope,
    verdict,
    decision,
    money,
    dollars,
    number,
    amount,
    score,
    track_score,
    moment,
    date,
    import_time,
    share,
    size,
    place,
    gone,
)
"""What templates may call."""
