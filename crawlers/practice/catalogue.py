"""The whole market on one day: a pure function of its seed, its size and the day."""

from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import timedelta
from functools import cached_property

import msgspec

from crawlers.practice import LISTINGS, SEED
from crawlers.practice.chance import draws as drawing
from crawlers.practice.life import Gone, Life, life, lived
from crawlers.practice.offers import Offer, Relation, again, fresh
from crawlers.practice.phrases import FALLBACK
from crawlers.practice.vendors import OPENED, Vendor, vendors
from crawlers.practice.wares import Ware, wares
from pipeline.taxonomy import Category, Open

ARMS_ADVERTS, LEAST_ARMS, MOST_ARMS = 20, 0.01, 0.034
"""Adverts to do with arms that a small market has at least, and their share in a large and in a small one."""
ARRIVING = 0.02
"""Share of the first day's size that is posted anew each day."""
ODD_EVERY = 83


class Oddity(Open):
    """What is wrong with how a page is served."""

    NO_TITLE = "no_title"
    SLOW = "slow"
    WRONG_CHARSET = "wrong_charset"
    ODD_MARKUP = "odd_markup"
    UNKNOWN = "unknown"


class Market(msgspec.Struct, frozen=True, kw_only=True, dict=True):
    """What stands on the market on one day."""

    seed: int
    listings: int
    day: int
    offers: dict[str, Offer]
    """Offers by key, oldest first."""
    gone: dict[str, Gone]
    vanished: dict[str, Offer]
    """The offers that are gone, as they last stood."""
    vendors: dict[str, Vendor]
    odd: dict[str, Oddity]

    @cached_property
    def shelves(self) -> dict[tuple[str, ...], tuple[Offer, ...]]:
        """The offers of each category, newest first; a top category holds those of all below it."""
        found: dict[tuple[str, ...], list[Offer]] = {
            path: [] for ware in wares() for path in (ware.path[:1], ware.path)
        }
        for offer in self.newest:
            found[offer.ware.path].append(offer)
            found[offer.ware.path[:1]].append(offer)
        return {path: tuple(offers) for path, offers in sorted(found.items())}

    @cached_property
    def sold_by(self) -> dict[str, tuple[Offer, ...]]:
        """The offers of each vendor, newest first."""
        found: dict[str, list[Offer]] = {handle: [] for handle in self.vendors}
        for offer in self.newest:
            found[offer.vendor.handle].append(offer)
        return {handle: tuple(offers) for handle, offers in found.items()}

    @cached_property
    def newest(self) -> tuple[Offer, ...]:
        """All offers, newest first."""
        return tuple(sorted(self.offers.values(), key=lambda offer: (offer.posted, offer.number), reverse=True))


def market(seed: int = SEED, listings: int = LISTINGS, day: int = 0, arms: float | None = None) -> Market:
    """The market on a day; `arms` is the share of adverts to do with arms, in scope or not, by default by its size."""
    share = arms_share(listings) if arms is None else arms
    born = [0] * listings + [past + 1 for past in range(day) for _ in range(max(1, round(listings * ARRIVING)))]
    drawn = _drawn(seed, listings, len(born), share)
    adverts = _adverts(seed, drawn, _sellers(seed, drawn[:listings]))
    lives = [life(seed, number, since, day) for number, since in enumerate(born)]
    offers = [
        _on_the_day(seed, advert, lot, born[advert.number], day) for advert, lot in zip(adverts, lives, strict=True)
    ]
    gone = {offer.key: how for offer in offers if (how := lives[offer.number].gone)}
    return Market(
        seed=seed,
        listings=listings,
        day=day,
        offers={offer.key: offer for offer in offers if offer.key not in gone},
        gone=gone,
        vanished={offer.key: offer for offer in offers if offer.key in gone},
        vendors={advert.vendor.handle: advert.vendor for advert in adverts},
        odd=_odd(adverts[:listings]),
    )


def arms_share(listings: int) -> float:
    """The default share of adverts to do with arms: enough to see in a small market, about one in a hundred in a large one."""
    return max(LEAST_ARMS, min(MOST_ARMS, ARMS_ADVERTS / listings))


def _drawn(seed: int, listings: int, total: int, share: float) -> list[Ware]:
    """What each advert is for: on the first day each kind has its share exactly, later ones come by chance."""
    armed = [ware for ware in wares() if ware.arms]
    plain = [ware for ware in wares() if not ware.arms]
    count = round(listings * share)
    drawn = _quotas(armed, count) + _quotas(plain, listings - count)
    draws = drawing(seed, "wares", listings)
    draws.shuffle(drawn)
    for _ in range(total - listings):
        kinds = armed if draws.random() < share else plain
        drawn += draws.choices(kinds, [ware.share for ware in kinds])
    return drawn


def _quotas(kinds: Sequence[Ware], count: int) -> list[Ware]:
    """As many of each kind as its share says, by largest remainders."""
    whole = sum(ware.share for ware in kinds)
    exact = [count * ware.share / whole for ware in kinds]
    given = [int(quota) for quota in exact]
    by_remainder = sorted(range(len(kinds)), key=lambda at: given[at] - exact[at])
    for at in by_remainder[: count - sum(given)]:
        given[at] += 1
    return [ware for ware, times in zip(kinds, given, strict=True) for _ in range(times)]


def _sellers(seed: int, drawn: Sequence[Ware]) -> dict[str, tuple[Vendor, ...]]:
    counts = Counter(ware.path[0] for ware in drawn)
    return vendors(seed, {aisle: counts[aisle] for aisle in dict.fromkeys(ware.path[0] for ware in wares())})


def _adverts(seed: int, drawn: Sequence[Ware], sellers: Mapping[str, Sequence[Vendor]]) -> list[Offer]:
    """Every advert ever posted, as it was on its first day."""
    draws = drawing(seed, "repeats")
    first: dict[str, list[Offer]] = {}
    adverts: list[Offer] = []
    for number, ware in enumerate(drawn):
        earlier = first.setdefault(ware.kind, [])
        repeats = draws.random() < ware.repeat and earlier
        advert = (
            again(seed, number, draws.choice(earlier), sellers[ware.path[0]])
            if repeats
            else fresh(seed, number, ware, sellers[ware.path[0]])
        )
        adverts.append(advert)
        if advert.relation is Relation.NONE and not advert.placeholder:
            earlier.append(advert)
    return adverts


def _on_the_day(seed: int, advert: Offer, lot: Life, born: int, day: int) -> Offer:
    posted = msgspec.structs.replace(advert, posted=OPENED + timedelta(days=born)) if born else advert
    return lived(seed, posted, lot, day - born)


def _odd(adverts: Sequence[Offer]) -> dict[str, Oddity]:
    """The pages that are served in a way that a crawler must stand, none of them to do with arms."""
    plain = [advert for advert in adverts if advert.ware.category is Category.OTHER]
    foreign = [advert for advert in plain if advert.language != FALLBACK and not advert.title.isascii()]
    odd = {advert.key: Oddity.ODD_MARKUP for advert in plain[5::ODD_EVERY]}
    odd |= {advert.key: Oddity.WRONG_CHARSET for advert in foreign[:2]}
    return odd | dict(zip([advert.key for advert in plain[3:5]], [Oddity.NO_TITLE, Oddity.SLOW], strict=False))
