"""What our codes are called in the classifications of others."""

from pipeline.taxonomy.codes import Act, Category, Credibility, Goods, Open, Subtype

RAND_GROUPS: dict[str, tuple[Category, ...]] = {
    "firearms": (Category.FIREARM,),
    "parts, components and accessories": (Category.PARTS, Category.ACCESSORY),
    "ammunition": (Category.AMMUNITION,),
    "explosives": (Category.EXPLOSIVE,),
    "digital products": (Category.DIGITAL,),
    "others": (
        Category.REPLICA,
        Category.AIR,
        Category.BLANK,
        Category.DEACTIVATED,
        Category.ANTIQUE,
        Category.MELEE,
        Category.BODY_ARMOUR,
    ),
}
"""The groups of RAND Europe's RR2091 (2017), named as press and summary name them: the report's own table was not read."""

_WEAPONS = 'dark-web:topic="weapons"'
MISP_TAGS: dict[Open, str] = {
    **dict.fromkeys((category for group in RAND_GROUPS.values() for category in group), _WEAPONS),
    Category.SERVICE: _WEAPONS,
    Subtype.MANUAL: 'dark-web:motivation="education-training"',
    Goods.DRUGS: 'dark-web:topic="drugs-narcotics"',
    Goods.DOCUMENTS: 'dark-web:topic="identification-credentials"',
    Goods.COUNTERFEIT_MONEY: 'dark-web:topic="finance"',
    Goods.FRAUD_DATA: 'dark-web:topic="credit-card"',
    Goods.MALWARE: 'dark-web:topic="hacking"',
    Goods.LAUNDERING: 'dark-web:topic="mixer"',
    Act.OFFER: 'dark-web:motivation="marketplace-for-sale"',
    Act.DISCUSSION: 'dark-web:motivation="forum"',
    Act.FEEDBACK: 'dark-web:motivation="forum"',
    Act.NEWS: 'dark-web:motivation="information-sharing-reportage"',
    Act.DIRECTORY: 'dark-web:topic="search-engine-index"',
    Credibility.SCAM: 'dark-web:motivation="scam"',
}
"""The nearest machine tag of MISP's dark-web taxonomy, version 3; what has none is left out."""
