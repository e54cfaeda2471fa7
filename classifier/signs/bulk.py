"""Quantities beyond personal use (TI-BLK), counted in the text.

What is too much for one person is set by national law; the numbers here only order a queue and are no legal threshold.
"""

import re
from collections.abc import Iterator

from pipeline.records import Listing
from pipeline.taxonomy import Category, Indicator
from pipeline.text import traced

ROUNDS = 1_000
"""Rounds of ammunition in one offer."""
WEAPONS = 5
"""Firearms, or explosive items, in one offer."""
PARTS = 10
"""Parts in one offer."""
MOST = 1_000_000
"""A larger number is a telephone's or a serial one's."""

_NUMBER = r"(?<![\w.,#$€£-])(?P<number>\d{1,3}(?:[,. ]000)+|\d{1,7})"
_ROUND = (
    r"(?:rounds?|rnds?|rds?|cartridges?|ammo|bullets|shells|primers|schuss|patronen|cartouches|munitions|balles|cartuchos|balas"
    r"|патрон\w*|fisek|mermi|cartucce|proiettili|municoes|kogels|nabo[ij]\w*|sztuk)(?![^\W_])"
)
_GUN = (
    r"(?:pistols|handguns|guns|rifles|revolvers|firearms|shotguns|smgs|pistolen|waffen|gewehre|pistolets|armes|fusils"
    r"|pistolas|armas|fusiles|пистолет\w*|автомат\w*|стволов|silah|tabanca|tufek|pistole|armi|pistolets|wapens|pistoletow|grenades)(?![^\W_])"
)
_PIECES = r"(?:pcs|pieces|units|stuck|stk|unidades|piezas|шт|штук|adet|pezzi|pecas|stuks|sztuk)(?![^\W_])"
_ROUNDS = re.compile(rf"{_NUMBER} ?(?:x )?{_ROUND}", re.IGNORECASE)
_GUNS = re.compile(rf"{_NUMBER} ?[x×] ?(?:[^\W_]{{2,12}} ){{0,2}}{_GUN}", re.IGNORECASE)
_LOT_OF = re.compile(
    r"(?<![^\W_])(?:lot|stock|batch|crate|case|posten|kiste|lote|caja|партия|ящик) (?:(?:of|von|de|d'|из) ?)?"
    rf"{_NUMBER} (?:[^\W_]{{2,12}} ){{0,2}}{_GUN}",
    re.IGNORECASE,
)
_LOTS = re.compile(rf"{_NUMBER} ?{_PIECES}(?! ?(?:of )?(?:\.?\d|{_ROUND}))", re.IGNORECASE)

_LOT = ((_GUNS, WEAPONS), (_LOT_OF, WEAPONS), (_LOTS, WEAPONS))
COUNTED = {
    Category.AMMUNITION: ((_ROUNDS, ROUNDS),),
    Category.FIREARM: _LOT,
    Category.BLANK: _LOT,
    Category.DEACTIVATED: _LOT,
    Category.EXPLOSIVE: _LOT,
    Category.PARTS: ((_LOTS, PARTS),),
}
"""What is counted in an offer of a category, and from which number on; rounds beside a firearm are often those fired."""
Place = tuple[str, str, int, int]


def bulk(listing: Listing, category: Category) -> Iterator[Place]:
    """The quantities of title and description that reach the number of their category."""
    for field in ("title", "description") if category in COUNTED else ():
        view = traced(getattr(listing, field))
        for pattern, least in COUNTED[category]:
            for found in pattern.finditer(view.text):
                if least <= int(re.sub(r"\D", "", found["number"])) <= MOST:
                    yield str(Indicator.BULK), field, *view.span(*found.span())
