"""Facet D: the emerging threats (a) to (i) of the Working Group on Firearms, each with the stretch of text that shows it."""

from pipeline.taxonomy.codes import Category, Subtype, Threat
from pipeline.taxonomy.entry import AGENDA, Entry, table

THREATS = table(
    Entry(
        id=Threat.CONVERSION,
        name="Conversion",
        definition="a converted weapon, or a thing presented as meant for conversion",
        counts="an alarm pistol said to fire live rounds now",
        elsewhere=(("an alarm pistol for the theatre", Category.BLANK),),
        source=f"{AGENDA}(a)",
    ),
    Entry(
        id=Threat.REACTIVATION,
        name="Reactivation",
        definition="a deactivated weapon said to work or to be easily made to work, or parts for that",
        counts="deactivated, working again",
        elsewhere=(("a collector's piece with its certificate", Category.DEACTIVATED),),
        source=f"{AGENDA}(b)",
    ),
    Entry(
        id=Threat.MODIFICATION,
        name="Modification",
        definition="a change to a firearm that moves it to another legal category: way of firing, length, calibre",
        counts="said to fire in bursts after a change",
        elsewhere=(("a new grip or paint", Category.ACCESSORY),),
        source=f"{AGENDA}(c)",
    ),
    Entry(
        id=Threat.POLYMER,
        name="Polymer firearm",
        definition="a polymer frame or receiver as the point of sale, above all without marks or with little metal",
        counts="an unmarked polymer frame",
        elsewhere=(("a factory pistol that happens to be of polymer", Subtype.PISTOL),),
        source=f"{AGENDA}(d)",
    ),
    Entry(
        id=Threat.MODULAR,
        name="Modular firearm",
        definition="a firearm offered in interchangeable modules or sets that blur which weapon it is",
        counts="one marked part with many uppers",
        elsewhere=(("a rifle with a spare optic", Subtype.RIFLE),),
        source=f"{AGENDA}(e)",
    ),
    Entry(
        id=Threat.ADDITIVE,
        name="Additive manufacturing",
        definition="a printed weapon or part, its file, or a service that prints it",
        counts="a printed frame",
        elsewhere=(("a printed case for a phone", Category.OTHER),),
        source=f"{AGENDA}(f)",
    ),
    Entry(
        id=Threat.CONTRACTING,
        name="Contracting on the dark web",
        definition="terms of a deal concluded on the hidden service; nearly all markets have them, so they must be explicit for this listing",
        counts="terms of escrow for an order of arms",
        elsewhere=(("a plain catalogue", None),),
        source=f"{AGENDA}(g)",
    ),
    Entry(
        id=Threat.POST,
        name="Post and couriers",
        definition="delivery of a thing in scope by post or courier",
        counts="ships by post, worldwide",
        elsewhere=(("delivery of a file", Category.DIGITAL),),
        source=f"{AGENDA}(h)",
    ),
    Entry(
        id=Threat.DRONES,
        name="Drones",
        definition="delivery by an unmanned aircraft",
        counts="a drop by drone offered",
        elsewhere=(("a drone with a camera for sale", Category.OTHER),),
        source=f"{AGENDA}(i)",
    ),
)
