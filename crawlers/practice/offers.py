"""One offer as its vendor writes it, drawn from a seed."""

import base64
import hashlib
from collections.abc import Sequence
from datetime import date, timedelta
from random import Random

import msgspec

from crawlers.practice.chance import draws as drawing
from crawlers.practice.disguise import Disguise, disguised
from crawlers.practice.money import in_dollars, priced, written
from crawlers.practice.phrases import FALLBACK, lot_text, places, sentences, spoken, titles
from crawlers.practice.vendors import OPENED, Vendor
from crawlers.practice.wares import Ware
from pipeline.records import Money
from pipeline.taxonomy import Act, Open

BUNDLED, OWN_LANGUAGE, PLACEHOLDER = 0.04, 0.75, 0.012
"""Share of adverts that join two things, that are in the vendor's own language where the thing has a name in it, that keep a page up without stock."""
KEY_LENGTH = 10
DIGITAL = frozenset({"data", "files", "services", "game"})
"""Families of wares that are not posted."""
LINK = (("Download link or message", 0),)
POSTAGE = (
    ("Standard letter, 5-9 days", 0),
    ("Tracked parcel, 3-6 days", 9),
    ("Express, 1-3 days", 25),
)


class Relation(Open):
    """What an advert has to do with an earlier one."""

    NONE = "none"
    RELISTING = "relisting"
    COPY = "copy"
    UNKNOWN = "unknown"


class Delivery(msgspec.Struct, frozen=True, kw_only=True):
    """From where, to where and how an offer is sent: countries or regions by code and as written."""

    origin: str
    origin_text: str
    reach: str
    reach_text: str
    ways: tuple[tuple[str, str], ...]
    digital: bool


class Offer(msgspec.Struct, frozen=True, kw_only=True):
    """An advert as it stands on the market, and what is behind it."""

    number: int
    key: str
    ware: Ware
    name: str
    lot: str
    language: str
    title: str
    description: str
    vendor: Vendor
    price: Money
    price_form: int
    delivery: Delivery
    posted: date
    sold: int
    stock: int
    feedback: int
    disguise: Disguise = Disguise.NONE
    relation: Relation = Relation.NONE
    origin: str = ""
    """Key of the advert that this one repeats."""
    bundle: bool = False
    placeholder: bool = False

    @property
    def price_text(self) -> str:
        """The offered price as the page shows it."""
        return written(self.price, self.price_form)


def key(seed: int, name: object) -> str:
    """The market's own key for an offer: the same on every mirror and every day."""
    digest = hashlib.sha256(f"{seed}/key/{name}".encode()).digest()
    return base64.b32encode(digest).decode().lower()[:KEY_LENGTH]


def fresh(seed: int, number: int, ware: Ware, sellers: Sequence[Vendor]) -> Offer:
    """An advert like no other."""
    draws = drawing(seed, "offer", number)
    vendor = draws.choice(sellers)
    native = vendor.language in ware.names and draws.random() < OWN_LANGUAGE
    language = vendor.language if native else FALLBACK
    name, hidden = draws.choice(ware.names_in(language)), Disguise.NONE
    if draws.random() < ware.disguise:
        name, hidden = disguised(name, draws)
    lot = draws.choice(ware.lots)
    dollars = ware.usd * lot**0.93 * draws.uniform(0.8, 1.3)
    offer = Offer(
        number=number,
        key=key(seed, number),
        ware=ware,
        name=name,
        lot=lot_text(lot, ware.unit, language, draws.choice(["", " "])),
        language=language,
        title="",
        description="",
        vendor=vendor,
        price=priced(dollars, vendor.currency),
        price_form=vendor.price_form,
        delivery=_delivery(ware, vendor, draws),
        posted=OPENED - timedelta(days=draws.randrange(1, 400)),
        sold=int(draws.lognormvariate(2.2, 1.4)),
        stock=draws.choice([0, 1, 3, 5, 12, 40, 250, 1000]),
        feedback=0,
        disguise=hidden,
    )
    return _kept_up(_bundled(_worded(offer, draws), draws), draws)


def again(seed: int, number: int, origin: Offer, sellers: Sequence[Vendor]) -> Offer:
    """An advert that repeats an earlier one: listed again by its vendor, or copied by another."""
    draws = drawing(seed, "offer", number)
    anew = msgspec.structs.replace(
        origin,
        number=number,
        key=key(seed, number),
        origin=origin.key,
        posted=min(origin.posted + timedelta(days=draws.randrange(1, 30)), OPENED),
        sold=draws.randrange(5),
        feedback=0,
    )
    others = [seller for seller in sellers if seller.handle != origin.vendor.handle]
    return _copied(anew, draws.choice(others), draws) if others and draws.random() < 0.5 else _relisted(anew, draws)  # noqa: PLR2004  # half and half


def _worded(offer: Offer, draws: Random) -> Offer:
    """The offer with its title and its description."""
    family = offer.ware.family
    phrases = titles()[family]
    forms = phrases.get(offer.language) or phrases[FALLBACK]
    filled = {"name": offer.name, "lot": offer.lot, "state": draws.choice(forms.states)}
    about = spoken(sentences().about[family], offer.language)
    lines = [about[0], *draws.sample(about[1:], min(len(about) - 1, draws.randrange(1, 3)))]
    if family not in DIGITAL:
        lines.append(draws.choice(spoken(sentences().posted, offer.language)))
    lines.append(draws.choice(spoken(sentences().terms, offer.language)))
    title = draws.choice(forms.titles).format(**filled)
    return msgspec.structs.replace(
        offer,
        title=title[:1].upper() + title[1:],
        description="\n".join(line.format(**filled) for line in lines),
        feedback=min(offer.sold, draws.randrange(offer.sold + 1)),
    )


def _delivery(ware: Ware, vendor: Vendor, draws: Random) -> Delivery:
    digital = ware.family in DIGITAL
    origin = "WW" if digital else vendor.country
    reach = "WW" if digital else draws.choice(["WW", "WW", "EU", vendor.country])
    offered = LINK if digital else POSTAGE[: draws.randrange(1, len(POSTAGE) + 1)]
    costs = (written(priced(cost, vendor.currency), vendor.price_form) if cost else "Free" for _, cost in offered)
    return Delivery(
        origin=origin,
        origin_text=draws.choice(places().spellings(origin)),
        reach=reach,
        reach_text=draws.choice(places().spellings(reach)),
        ways=tuple(zip((text for text, _ in offered), costs, strict=True)),
        digital=digital,
    )


def _bundled(offer: Offer, draws: Random) -> Offer:
    others = [name for name in offer.ware.names_in(offer.language) if name != offer.name]
    if draws.random() >= BUNDLED or offer.delivery.digital or not others:
        return offer
    second = draws.choice(others)
    return msgspec.structs.replace(offer, title=f"{offer.title} + {second}", bundle=True)


def _kept_up(offer: Offer, draws: Random) -> Offer:
    """The offer, or now and then a page that only waits for new stock, at a price nobody would pay."""
    if draws.random() >= PLACEHOLDER or offer.ware.act is not Act.OFFER:
        return offer
    return msgspec.structs.replace(
        offer,
        price=priced(99_999, offer.price.currency),
        description=f"{draws.choice(spoken(sentences().placeholders, offer.language))}\n{offer.description}",
        stock=0,
        placeholder=True,
    )


def _relisted(offer: Offer, draws: Random) -> Offer:
    lines = offer.description.split("\n")
    return msgspec.structs.replace(
        offer,
        title=offer.title + draws.choice(spoken(sentences().repeats, offer.language)),
        description="\n".join(lines[:-1]),
        relation=Relation.RELISTING,
    )


def _copied(offer: Offer, vendor: Vendor, draws: Random) -> Offer:
    terms = draws.choice(spoken(sentences().terms, offer.language))
    return msgspec.structs.replace(
        offer,
        title=offer.title.replace(", ", " | "),
        description="\n".join([*offer.description.split("\n")[:-1], terms]),
        vendor=vendor,
        price=priced(in_dollars(offer.price) * draws.uniform(0.85, 1.2), vendor.currency),
        price_form=vendor.price_form,
        delivery=_delivery(offer.ware, vendor, draws),
        relation=Relation.COPY,
    )
