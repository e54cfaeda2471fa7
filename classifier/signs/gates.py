"""Which signs a listing may show, by what it offers and what it does."""

from functools import cache

from pipeline.taxonomy import Act, Category, Credibility, Indicator, Threat

_GUNS = frozenset({Category.FIREARM, Category.PARTS})
_CONVERTIBLE = frozenset({Category.BLANK, Category.DEACTIVATED})
_PROTOCOL = _GUNS | _CONVERTIBLE | {Category.AMMUNITION}
"""What Article 3 of the Protocol covers; "readily converted" takes blank-firing and deactivated weapons in."""
_SUPPLIED = _PROTOCOL | {Category.EXPLOSIVE}
_ABOUT = frozenset({Category.DIGITAL, Category.SERVICE})
"""Offers about weapons: files, papers, work on them."""
_ALIKE = frozenset({Category.REPLICA, Category.AIR})

CATEGORIES: dict[str, frozenset[Category]] = {
    Threat.CONVERSION: _GUNS | _CONVERTIBLE | _ABOUT | _ALIKE,
    Threat.REACTIVATION: _GUNS | _ABOUT | {Category.DEACTIVATED, Category.REPLICA},
    Threat.MODIFICATION: _GUNS | _CONVERTIBLE | _ABOUT | {Category.ACCESSORY},
    Threat.POLYMER: _GUNS,
    Threat.MODULAR: _GUNS,
    Threat.ADDITIVE: _GUNS | _ABOUT | {Category.ACCESSORY, Category.AMMUNITION},
    Threat.CONTRACTING: _SUPPLIED | _ABOUT,
    Threat.POST: _PROTOCOL,
    Threat.DRONES: _SUPPLIED,
    Indicator.SERIAL: _GUNS | _CONVERTIBLE | {Category.SERVICE},
    Indicator.UNMARKED: _GUNS | _CONVERTIBLE,
    Indicator.LICENCE: _SUPPLIED,
    Indicator.STEALTH: _SUPPLIED,
    Indicator.IN_PARTS: _GUNS | _CONVERTIBLE,
    Indicator.CROSS_BORDER: _SUPPLIED,
    Indicator.BULK: _SUPPLIED,
    Indicator.DIVERSION: _GUNS | {Category.AMMUNITION, Category.EXPLOSIVE},
    Indicator.CONFLICT_ZONE: _GUNS | {Category.AMMUNITION, Category.EXPLOSIVE},
    Indicator.DEACTIVATION: _GUNS | _ABOUT | {Category.DEACTIVATED, Category.REPLICA},
    Indicator.PRINTED: _GUNS | _ABOUT | {Category.ACCESSORY, Category.AMMUNITION},
    Indicator.KIT: _GUNS | _CONVERTIBLE | {Category.DIGITAL},
    Indicator.OTHER_CRIME: _SUPPLIED | _ABOUT,
    Credibility.SCAM: _SUPPLIED | _ABOUT,
    Credibility.PLACEHOLDER: _SUPPLIED | _ABOUT,
}
"""The categories on which each code means something; docs/signs.md gives the reasons."""
ALWAYS = frozenset({str(Indicator.HARM)})
"""What is looked for whatever a listing offers and does: a life may depend on it."""
_SUPPLY = frozenset({Act.OFFER, Act.REQUEST, Act.UNKNOWN})
"""Talk, news, rules and warnings tell of such things and show none."""


@cache
def open_to(category: Category, act: Act) -> frozenset[str]:
    """The codes that a text of this category and act may show."""
    if act not in _SUPPLY:
        return ALWAYS
    return ALWAYS | {str(code) for code, categories in CATEGORIES.items() if category in categories}
