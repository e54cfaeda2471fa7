"""What the index knows around a listing when it is classified."""

from collections import Counter
from collections.abc import Callable, Mapping, Sequence

from pipeline.index import Hit, Index, Query
from pipeline.records import Context, Listing, Sign
from pipeline.taxonomy import Category, Goods, Indicator

MOST = 20
"""Listings of a vendor that are looked at."""
HITS: tuple[Mapping[str, tuple[str, ...]], ...] = (
    {"verdict": ("flagged",), "review": ("open", "unsure", "in_scope")},
    {"verdict": ("clear", "review"), "review": ("in_scope",)},
)
"""Which listings are hits; no listing is one by both."""
NO_CRIME = frozenset({Goods.OTHER, Goods.UNKNOWN})
NO_ARMS = frozenset({Category.OTHER, Category.UNKNOWN})


def no_context(_listing: Listing) -> Context:
    """Nothing is known around the listing."""
    return Context()


def vendor_context(index: Index) -> Callable[[Listing], Context]:
    """What the index knows of the other listings of a listing's vendor on its market."""

    def context(listing: Listing) -> Context:
        if not listing.vendor:
            return Context()
        vendor = {"market": (listing.market,), "vendor": (listing.vendor,)}
        own = index.get(listing.id)
        pages = [index.search(Query(filters={**vendor, **hits}, size=MOST + 1)) for hits in HITS]
        rest = index.search(Query(filters=vendor, size=MOST + 1))
        looked_at = _first([hit for page in (*pages, rest) for hit in page.hits], listing)
        return Context(
            vendor_listings=rest.total - _is_of(own, listing),
            vendor_flagged=sum(page.total for page in pages) - _is_hit(own, listing),
            listings=tuple(sorted(hit.id for hit in looked_at)),
            goods=_goods(looked_at),
        )

    return context


def other_crime(listing: Listing, category: Category, context: Context) -> tuple[Sign, ...]:
    """The sign, on the vendor's name, that something to do with arms comes from a vendor who also sells drugs, documents or the like."""
    if category in NO_ARMS or not set(context.goods) - NO_CRIME:
        return ()
    return (Sign(id=Indicator.OTHER_CRIME, field="vendor", start=0, end=len(listing.vendor)),)


def _first(found: Sequence[Hit], listing: Listing) -> list[Hit]:
    """The first few, each once, without the listing itself."""
    others = {hit.id: hit for hit in found if hit.id != listing.id}
    return list(others.values())[:MOST]


def _is_of(own: Hit | None, listing: Listing) -> bool:
    """Whether the index counts the listing itself among its vendor's."""
    current = own.document.current if own else None
    return bool(current and current.listing.vendor == listing.vendor)


def _is_hit(own: Hit | None, listing: Listing) -> bool:
    current = own.document.current if own else None
    if own is None or current is None or not _is_of(own, listing):
        return False
    review = own.document.review.decision.value if own.document.review else "open"
    return any(current.verdict.value in hits["verdict"] and review in hits["review"] for hits in HITS)


def _goods(found: Sequence[Hit]) -> dict[Goods, int]:
    counted: Counter[Goods] = Counter(
        hit.document.current.classification.goods for hit in found if hit.document.current
    )
    return {goods: counted[goods] for goods in Goods if goods in counted and goods is not Goods.UNKNOWN}
