"""What else a vendor sells, as a sign beside a listing about arms."""

from collections.abc import Mapping

from classifier.signs.gates import open_to
from pipeline.records import Listing, Sign
from pipeline.taxonomy import Act, Category, Goods, Indicator

OTHER_CRIME = frozenset({Goods.DRUGS, Goods.DOCUMENTS})
"""The goods that link trafficking in arms to other organised crime, as TI-POL means it."""


def vendor_signs(listing: Listing, category: Category, sold: Mapping[Goods, int]) -> tuple[Sign, ...]:
    """TI-POL over the vendor's name where the same vendor has listings of drugs or documents; `sold` counts them by goods."""
    linked = any(sold.get(goods, 0) > 0 for goods in OTHER_CRIME)
    if not (listing.vendor and linked and Indicator.OTHER_CRIME in open_to(category, Act.OFFER)):
        return ()
    return (Sign(id=str(Indicator.OTHER_CRIME), field="vendor", start=0, end=len(listing.vendor)),)
