"""Facet C: how far an offer looks real. It hides nothing; no label suspects the police of an offer."""

from pipeline.taxonomy.codes import Act, Credibility
from pipeline.taxonomy.entry import MISP, OURS, RAND, Entry, table

CREDIBILITY = table(
    Entry(
        id=Credibility.SCAM,
        name="Looks like a scam",
        definition="one or more signs of a fake: a template of many sites, an implausible catalogue, a price far from its like, payment in advance only",
        counts="heavy weapons beside pistols at token prices",
        elsewhere=(("a low price near that of its like", None), ("a post that accuses others", Act.WARNING)),
        source=f"{RAND}; {MISP}, motivation scam",
    ),
    Entry(
        id=Credibility.PLACEHOLDER,
        name="Placeholder price",
        definition="a price kept up while nothing is in stock",
        counts="the same thing at fifty times its usual price",
        elsewhere=(("a high price for a large lot", None),),
        source=OURS,
    ),
    Entry(
        id=Credibility.DUPLICATE,
        name="Copy",
        definition="a member of a cluster of copies or mirrors",
        counts="the same shop on a second address",
        elsewhere=(("the same model from another vendor in other words", None),),
        source="Snorkeling in Dark Waters (2025); DUTA-10K",
    ),
)
