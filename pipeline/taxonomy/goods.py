"""The context class: what a listing offers that is about no arms, so that links with other crime can be counted."""

from pipeline.taxonomy.codes import Category, Goods
from pipeline.taxonomy.entry import MISP, OURS, Entry, table

GOODS = table(
    Entry(
        id=Goods.DRUGS,
        name="Drugs",
        definition="drugs, medicines and their precursors",
        counts="a strain named after a rifle",
        elsewhere=(("the rifle", Category.FIREARM),),
        source=f"{MISP}, topic drugs-narcotics",
    ),
    Entry(
        id=Goods.DOCUMENTS,
        name="Documents",
        definition="identity papers, certificates and their forgeries",
        counts="a passport",
        elsewhere=(("a firearm licence", Category.SERVICE),),
        source=f"{MISP}, topic identification-credentials",
    ),
    Entry(
        id=Goods.COUNTERFEIT_MONEY,
        name="Counterfeit money",
        definition="imitations of bank notes and coins",
        counts="a bundle of notes",
        elsewhere=(("money laundered", Goods.LAUNDERING),),
        source=OURS,
    ),
    Entry(
        id=Goods.FRAUD_DATA,
        name="Fraud data",
        definition="cards, accounts and personal data, and what is needed to abuse them",
        counts="card numbers; accounts of a bank",
        elsewhere=(("a program that steals them", Goods.MALWARE),),
        source=f"{MISP}, topic credit-card",
    ),
    Entry(
        id=Goods.MALWARE,
        name="Malware",
        definition="programs and services that break into, spy on or block computers",
        counts="a botnet for rent",
        elsewhere=(("data stolen by one", Goods.FRAUD_DATA),),
        source=f"{MISP}, topics hacking and softwares",
    ),
    Entry(
        id=Goods.LAUNDERING,
        name="Laundering",
        definition="services that hide where money comes from",
        counts="a mixer of coins",
        elsewhere=(("escrow for an order", None),),
        source=f"{MISP}, topics mixer and cash-out",
    ),
    Entry(
        id=Goods.OTHER,
        name="Other goods",
        definition="anything else that is about no arms",
        counts="clothing; a game item",
        elsewhere=(("an accessory of a firearm", Category.ACCESSORY),),
        source=OURS,
    ),
)
