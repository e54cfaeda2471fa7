"""Listings that sell postage itself or a guide: their words of delivery claim nothing."""

import re
from typing import NamedTuple

_WORD = re.compile(r"[^\W\d_]+")
_NOUNS = frozenset(
    re.findall(
        r"\w+",
        "shipping ship postage post delivery mail letter letters envelope express xpress expresspost xpresspost priority fedex ups usps dhl ems purolator",
    )
)
_BESIDE = frozenset(
    re.findall(
        r"\w+",
        "next day same overnight first second class tracked tracking standard regular normal registered signed special insured insurance royal canada "
        "australia us usa uk eu domestic international national worldwide option options upgrade fee fees cost costs charge extra additional custom "
        "for your my our the a any all one order orders in on store with over under less more than of only to and or by from st nd rd prepaid "
        "decoy plain business stealth discreet purchase buy add addon reship reshipping listing payment cad usd gbp eur priorty",
    )
)
"""Words that beside those still name nothing but postage."""
_GUIDE = re.compile(r"(?<![^\W_])(?:how to|guides?|tutorials?|e-?books?|methods?|manual|smuggling|carding)(?![^\W_])")


class Sold(NamedTuple):
    """What a title says of what is sold, where that is no goods that are sent."""

    postage: bool
    """Postage and nothing else ("Express shipping upgrade")."""
    guide: bool
    """A guide, whose topic postage may be."""


def sold(title: str) -> Sold:
    """What a title in small letters sells."""
    words = set(_WORD.findall(title))
    postage = bool(words & _NOUNS) and words <= _NOUNS | _BESIDE
    return Sold(postage=postage, guide=_GUIDE.search(title) is not None)
