"""What happens to an offer from day to day."""

import msgspec

from crawlers.practice.chance import draws as drawing
from crawlers.practice.money import changed
from crawlers.practice.offers import Offer
from crawlers.practice.phrases import sentences, spoken
from pipeline.taxonomy import Open

VANISHES, PRICE_MOVES, TEXT_MOVES = 0.02, 0.05, 0.03
"""Share of the offers to which it happens on any one day."""


class Gone(Open):
    """How the market shows that an offer is there no more."""

    NOT_FOUND = "not_found"
    REMOVED = "removed"
    UNKNOWN = "unknown"


class Life(msgspec.Struct, frozen=True, kw_only=True):
    """What has happened to an offer up to a day."""

    prices: int = 0
    edits: int = 0
    gone: Gone | None = None


def life(seed: int, number: int, born: int, day: int) -> Life:
    """How often its price and its text have changed since the day it was posted, and whether it is gone."""
    draws = drawing(seed, "life", number)
    prices = edits = 0
    for _ in range(born, day):
        lot = draws.random()
        if lot < VANISHES:
            gone = Gone.NOT_FOUND if lot < VANISHES / 2 else Gone.REMOVED
            return Life(prices=prices, edits=edits, gone=gone)
        prices += VANISHES <= lot < VANISHES + PRICE_MOVES
        edits += VANISHES + PRICE_MOVES <= lot < VANISHES + PRICE_MOVES + TEXT_MOVES
    return Life(prices=prices, edits=edits)


def lived(seed: int, offer: Offer, lot: Life, days: int) -> Offer:
    """The offer after what has happened to it, sold a little more often each day."""
    draws = drawing(seed, "changes", offer.number)
    price = offer.price
    for _ in range(lot.prices):
        price = changed(price, draws)
    said = spoken(sentences().edits, offer.language)
    edits = [said[number % len(said)] for number in range(lot.edits)]
    return msgspec.structs.replace(
        offer,
        price=price,
        description="\n".join([offer.description, *edits]),
        sold=offer.sold + days * (offer.number % 3),
        feedback=offer.feedback + days * (offer.number % 3) // 2,
    )
