"""Facet A: what is offered, more closely."""

from pipeline.taxonomy.categories import CATEGORIES
from pipeline.taxonomy.codes import Category, Open, Subtype
from pipeline.taxonomy.entry import AGENDA, AMMUNITION_TEXT, FIREARM_TEXT, OURS, RAND, Entry, table
from pipeline.taxonomy.firearms import FIREARMS
from pipeline.taxonomy.parts import PARTS

_AMMUNITION = table(
    Entry(
        id=Subtype.ROUND,
        name="Round",
        definition="a complete cartridge or shell for a firearm",
        counts="boxed rounds, with calibre and number",
        elsewhere=(("an inert display round", Category.REPLICA), ("rounds sold with the weapon", Category.FIREARM)),
        source=AMMUNITION_TEXT,
        in_scope=True,
    ),
    Entry(
        id=Subtype.COMPONENT,
        name="Cartridge component",
        definition="a cartridge case, primer, propellant powder, bullet or projectile for a firearm, where the State asks an authorization for it",
        counts="a lot of primers",
        elsewhere=(("a press or another tool", Category.ACCESSORY), ("a pellet for an air gun", Category.AIR)),
        source=AMMUNITION_TEXT,
        in_scope=True,
    ),
    Entry(
        id=Subtype.BLANK_CARTRIDGE,
        name="Blank or gas cartridge",
        definition="a cartridge without a projectile; whether it is ammunition differs by country",
        counts="a box of blanks for an alarm pistol",
        elsewhere=(("live rounds", Subtype.ROUND), ("the alarm pistol", Category.BLANK)),
        source=AMMUNITION_TEXT,
        in_scope=True,
        national=True,
    ),
)
_DIGITAL = table(
    Entry(
        id=Subtype.MANUAL,
        name="Guide",
        definition="a text about making, changing or getting arms or explosives, sold as a file; only what it is, is kept",
        counts="a guide sold as a PDF",
        elsewhere=(("a scanned magazine about hunting", Category.OTHER), ("a manufacturer's leaflet", Category.OTHER)),
        source=RAND,
    ),
    Entry(
        id=Subtype.DESIGN_FILE,
        name="Design file",
        definition="a file from which a printer or a machine makes a weapon or a part; it is never fetched",
        counts="a file pack for printed frames",
        elsewhere=(("the printed weapon", Subtype.CRAFT_MADE), ("the printed part", Category.PARTS)),
        source=f"{RAND}; {AGENDA}(f)",
    ),
)
_ANTIQUES = table(
    Entry(
        id=Subtype.ANTIQUE_ORIGINAL,
        name="Antique original",
        definition="a firearm made in 1899 or before; domestic law may draw the line earlier, never later",
        counts="a piece dated to the nineteenth century",
        elsewhere=(("a firearm made after 1899", Category.FIREARM), ("a later copy", Subtype.ANTIQUE_REPLICA)),
        source=FIREARM_TEXT,
        national=True,
    ),
    Entry(
        id=Subtype.ANTIQUE_REPLICA,
        name="Replica of an antique",
        definition="a later working copy of a firearm from 1899 or before, as domestic law defines it",
        counts="a reproduction of a percussion revolver",
        elsewhere=(("a decoration that cannot fire", Category.REPLICA), ("the original", Subtype.ANTIQUE_ORIGINAL)),
        source=FIREARM_TEXT,
        national=True,
    ),
)
_OTHERS = table(
    Entry(
        id=Subtype.VAGUE,
        name="Arms hinted at",
        definition="a text that hints at arms without an item that could be identified",
        counts="weapons available, ask the vendor",
        elsewhere=(("handguns in stock", Subtype.FIREARM_UNSTATED),),
        source=OURS,
    ),
)

SUBTYPES = FIREARMS | PARTS | _AMMUNITION | _DIGITAL | _ANTIQUES | _OTHERS

NATIONAL: frozenset[Open] = frozenset(
    entry.id for entry in (*CATEGORIES.values(), *SUBTYPES.values()) if entry.national
)
"""The codes about which law differs by country, so that the policy decides about them."""
