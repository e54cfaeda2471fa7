"""What is really behind the practice market's adverts: for tests and people, on no page of the market."""

import msgspec

from crawlers.practice import LISTINGS, SEED
from crawlers.practice.catalogue import Market, Oddity, market
from crawlers.practice.disguise import Disguise
from crawlers.practice.life import Gone
from crawlers.practice.offers import Offer, Relation
from pipeline.records import Money
from pipeline.taxonomy import IN_SCOPE, Act, Category


class Truth(msgspec.Struct, frozen=True, kw_only=True):
    """What one advert is, and what has become of it since day 0."""

    key: str
    kind: str
    category: Category
    act: Act
    language: str
    title: str
    description: str
    vendor: str
    price: Money
    ships_from: str
    ships_to: str
    category_path: tuple[str, ...]
    disguise: Disguise
    relation: Relation
    origin: str
    bundle: bool
    placeholder: bool
    odd: Oddity | None = None
    gone: Gone | None = None
    new: bool = False
    """Posted after day 0."""
    price_changed: bool = False
    text_changed: bool = False

    @property
    def in_scope(self) -> bool:
        """Whether it offers what Article 3 of the UN Firearms Protocol names."""
        return self.category in IN_SCOPE and self.act is Act.OFFER


def truth(seed: int = SEED, listings: int = LISTINGS, day: int = 0, arms: float | None = None) -> dict[str, Truth]:
    """The truth of every advert that stands on the market that day or has vanished from it since day 0, by key."""
    first, now = market(seed, listings, 0, arms), market(seed, listings, day, arms)
    return {key: _truth(offer, now, first.offers.get(key)) for key, offer in (now.offers | now.vanished).items()}


def _truth(offer: Offer, now: Market, before: Offer | None) -> Truth:
    return Truth(
        key=offer.key,
        kind=offer.ware.kind,
        category=offer.ware.category,
        act=offer.ware.act,
        language=offer.language,
        title=offer.title,
        description=offer.description,
        vendor=offer.vendor.handle,
        price=offer.price,
        ships_from=offer.delivery.origin,
        ships_to=offer.delivery.reach,
        category_path=offer.ware.path,
        disguise=offer.disguise,
        relation=offer.relation,
        origin=offer.origin,
        bundle=offer.bundle,
        placeholder=offer.placeholder,
        odd=now.odd.get(offer.key),
        gone=now.gone.get(offer.key),
        new=before is None,
        price_changed=before is not None and before.price != offer.price,
        text_changed=before is not None and before.description != offer.description,
    )
