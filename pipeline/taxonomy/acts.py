"""Facet B: what the text does. Words of law or policy alone make no news: storefronts paste them too."""

from pipeline.taxonomy.codes import Act, Credibility
from pipeline.taxonomy.entry import MISP, OURS, RAND, Entry, table

ACTS = table(
    Entry(
        id=Act.OFFER,
        name="Offer",
        definition="someone offers to supply a thing that can be identified",
        counts="a thing with a price, a quantity or a way to order",
        elsewhere=(("a price guide without a seller", Act.NEWS), ("a request", Act.REQUEST)),
        source=f"{MISP}, motivation marketplace-for-sale",
    ),
    Entry(
        id=Act.REQUEST,
        name="Request",
        definition="someone asks to buy",
        counts="looking for a pistol",
        elsewhere=(("a reply that offers stock", Act.OFFER),),
        source=f"{RAND}; {OURS}",
    ),
    Entry(
        id=Act.FEEDBACK,
        name="Feedback",
        definition="a buyer's word on a deal that was done",
        counts="a review with stars",
        elsewhere=(("an advert that quotes reviews", Act.OFFER), ("an accusation", Act.WARNING)),
        source=RAND,
    ),
    Entry(
        id=Act.DISCUSSION,
        name="Discussion",
        definition="talk or a question, with nothing offered or asked for",
        counts="a debate on a forum",
        elsewhere=(("a thread that opens with a stock list", Act.OFFER),),
        source=f"{MISP}, motivation forum",
    ),
    Entry(
        id=Act.NEWS,
        name="News, research, policy",
        definition="a report, a study, a policy or a law",
        counts="a report on a seizure",
        elsewhere=(("a storefront that pastes such prose", Act.OFFER),),
        source=f"{MISP}, motivation information-sharing-reportage",
    ),
    Entry(
        id=Act.RULE,
        name="Market rule",
        definition="what a market allows or bans",
        counts="a notice that weapons are banned",
        elsewhere=(("an advert that works around the ban", Act.OFFER),),
        source=OURS,
    ),
    Entry(
        id=Act.DIRECTORY,
        name="Directory",
        definition="a list of links or mirrors",
        counts="an index of onion sites",
        elsewhere=(("a catalogue of one vendor", Act.OFFER),),
        source=f"{MISP}, topic search-engine-index",
    ),
    Entry(
        id=Act.WARNING,
        name="Warning",
        definition="an accusation that a vendor or a market cheats",
        counts="a post that exposes a scam",
        elsewhere=(("an advert that itself looks like a scam", Credibility.SCAM),),
        source=f"{MISP}, motivation scam",
    ),
)
