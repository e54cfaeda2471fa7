"""What a listing that is about no arms offers, as the market's own category path tells it."""

import re

from pipeline.taxonomy import Goods

DRUGS = (
    r" drugs|cannabis|hash|buds|edibles|stimulant|cocaine|crack|speed|meth|adder|amphet|benzo|opi(?:oid|ate)|heroin|prescription"
    r"|steroid|ecsta|mdma|xtc|psychedel|lsd|mushroom|shroom|dmt|2-?cb?\b|2-fa|dis+(?:as+)?ociat|ketamine|ghb|seeds|pressed pills"
)
PATHS: tuple[tuple[str, Goods], ...] = (
    (
        r"paraphernalia|tobacco|tabacco|apparel|jewell?e?ry|watches|clothing|accessories|laboratory|communication equipment",
        Goods.OTHER,
    ),
    (r"counterfeits/(?:electronics|methylone)|whitehouse other forgeries|defense /", Goods.OTHER),
    (r"counterfeits/money|counterfeit items money|^whitehouse currency|^cypher counterfeits", Goods.COUNTERFEIT_MONEY),
    (
        r"^agora forgeries|\bid's$|fake documents|passports|ids/dls|identity documents|financial documents",
        Goods.DOCUMENTS,
    ),
    (r"licenses and permits|counterfeit items$", Goods.DOCUMENTS),
    (r"^cypher money$|^whitehouse drops", Goods.LAUNDERING),
    (r"cvv|dumps|logins|\bpii$|stolen database|personal infos|other fraud related|accounts$", Goods.FRAUD_DATA),
    (r"malware|exploit|hacking tools", Goods.MALWARE),
    (r"guides|tutorial|courses|information/|e-?books|engeneering|services carding|services/other", Goods.OTHER),
    (
        r"pirated|data/software|cypher software|license keys|commercial software|security software|hosting|digital software|\bvpn$|socks$",
        Goods.OTHER,
    ),
    (DRUGS, Goods.DRUGS),
)
"""Patterns of "market path" in lower case, the first that is found decides; a path that is in none tells nothing.

Paths that hold several kinds side by side ("Digital Goods", "Services/Money", "Carding", "Others", "Listings") are left out on purpose.
"""
COMPILED = tuple((re.compile(pattern), goods) for pattern, goods in PATHS)


def goods(market: str, path: str) -> Goods:
    """What a category path of a market says is offered; `unknown` where it says nothing."""
    whole = f"{market} {path}".lower()
    return next((kind for pattern, kind in COMPILED if pattern.search(whole)), Goods.UNKNOWN)
