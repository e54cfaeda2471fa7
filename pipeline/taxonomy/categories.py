"""Facet A: what is offered, and how Article 3 of the Protocol is read.

Article 3(a) in full: a portable barrelled weapon that expels, is designed to expel or may be readily converted to expel a shot,
bullet or projectile by the action of an explosive; antiques and their replicas are out, and nothing made after 1899 is antique.
"Readily converted" takes in offers of readily convertible or reactivatable weapons: these keep the categories BLK and DEA, have
the track `convertible`, and are no positives of in-scope figures.
"""

from pipeline.taxonomy.codes import Category, Subtype
from pipeline.taxonomy.entry import (
    AMMUNITION_TEXT,
    BRIEF_10,
    FIREARM_TEXT,
    OURS,
    PARTS_TEXT,
    PROTOCOL,
    RAND,
    RHUMORBARBE,
    Entry,
    table,
)

CATEGORIES = table(
    Entry(
        id=Category.FIREARM,
        name="Firearm",
        definition="a portable barrelled weapon that expels, or is designed to expel, a shot, bullet or projectile by the action of an explosive; what may only be readily converted to do so keeps the categories BLK and DEA",
        counts="a named pistol with a price; a blank-firing weapon stated to fire live rounds now",
        elsewhere=(
            ("a blank-firing weapon that was not converted", Category.BLANK),
            ("a deactivated weapon that was not reactivated", Category.DEACTIVATED),
            ("a weapon driven by air", Category.AIR),
            ("a weapon made in 1899 or before", Category.ANTIQUE),
            ("a weapon that no page identifies", Subtype.VAGUE),
        ),
        source=FIREARM_TEXT,
        in_scope=True,
    ),
    Entry(
        id=Category.PARTS,
        name="Parts and components",
        definition="an element or replacement element specifically designed for a firearm and essential to its operation, and any device designed or adapted to diminish the sound of firing",
        counts="a barrel, frame, slide or bolt offered alone; a suppressor; a conversion kit",
        elsewhere=(
            ("the same part named in the description of a whole weapon", Category.FIREARM),
            ("a thing that the weapon works without", Category.ACCESSORY),
            ("the file of a part", Subtype.DESIGN_FILE),
        ),
        source=PARTS_TEXT,
        in_scope=True,
    ),
    Entry(
        id=Category.AMMUNITION,
        name="Ammunition",
        definition="the complete round or its components used in a firearm: cartridge case, primer, propellant powder, bullet or projectile, where the State asks an authorization for them",
        counts="boxed rounds with calibre and number; a lot of cases and primers",
        elsewhere=(
            ("pellets for an air gun", Category.AIR),
            ("an inert display round", Category.REPLICA),
            ("a grenade or shell", Category.EXPLOSIVE),
            ("an ink cartridge, a battery", Category.OTHER),
        ),
        source=AMMUNITION_TEXT,
        in_scope=True,
    ),
    Entry(
        id=Category.EXPLOSIVE,
        name="Explosive",
        definition="an explosive, a grenade or a device that explodes",
        counts="an offer of grenades",
        elsewhere=(
            ("fireworks", Category.OTHER),
            ("a text about explosives", Subtype.MANUAL),
            ("propellant for cartridges", Subtype.COMPONENT),
        ),
        source=RAND,
    ),
    Entry(
        id=Category.DIGITAL,
        name="Digital",
        definition="a text or a design file about arms or explosives, sold as a file; the index keeps what it is, never what it teaches",
        counts="a manual sold as a PDF; a file for a printer",
        elsewhere=(("a printed weapon", Subtype.CRAFT_MADE), ("a scanned magazine about hunting", Category.OTHER)),
        source=RAND,
    ),
    Entry(
        id=Category.ACCESSORY,
        name="Accessory",
        definition="something used with a firearm that it works without",
        counts="optics, a holster for a named pistol, a sling, a case, grips, cleaning things",
        elsewhere=(("a suppressor", Subtype.SUPPRESSOR), ("a magazine", Subtype.MAGAZINE)),
        source=RAND,
    ),
    Entry(
        id=Category.REPLICA,
        name="Replica",
        definition="an imitation that expels nothing by an explosive: airsoft gun, toy, prop, model",
        counts="an airsoft rifle named like a real one",
        elsewhere=(
            ("an imitation stated to fire live rounds now", Subtype.CONVERTED),
            ("a working copy of an antique", Subtype.ANTIQUE_REPLICA),
        ),
        source=BRIEF_10,
    ),
    Entry(
        id=Category.AIR,
        name="Air gun",
        definition="a weapon driven by air or gas, not by an explosive, and what it shoots",
        counts="a pellet rifle; a CO2 pistol",
        elsewhere=(("an airsoft gun", Category.REPLICA), ("a gas or alarm pistol", Category.BLANK)),
        source=f"{FIREARM_TEXT}, by exclusion",
    ),
    Entry(
        id=Category.BLANK,
        name="Blank-firing",
        definition="a blank, alarm, signal or gas weapon that was not converted; readily convertible ones fall under Article 3(a) and are read on their own track",
        counts="an alarm pistol as it is sold",
        elsewhere=(
            ("the same, stated to be converted", Subtype.CONVERTED),
            ("its cartridges alone", Subtype.BLANK_CARTRIDGE),
            ("a kit to convert it", Subtype.CONVERSION),
        ),
        source=f"{FIREARM_TEXT}; {BRIEF_10}",
    ),
    Entry(
        id=Category.DEACTIVATED,
        name="Deactivated",
        definition="a firearm offered as deactivated, certified or not; easily reactivated ones fall under Article 3(a) and are read on their own track",
        counts="a collector's piece with its certificate; one said to be easily reversed",
        elsewhere=(("one stated to fire again", Subtype.REACTIVATED), ("a model that never fired", Category.REPLICA)),
        source=f"{FIREARM_TEXT} and 9",
        national=True,
    ),
    Entry(
        id=Category.ANTIQUE,
        name="Antique",
        definition="a firearm made in 1899 or before, or a working replica of such a one",
        counts="a piece dated to the nineteenth century",
        elsewhere=(
            ("a firearm made after 1899, however old", Category.FIREARM),
            ("a modern arm in antique style", Category.FIREARM),
            ("a decoration that cannot fire", Category.REPLICA),
        ),
        source=FIREARM_TEXT,
        national=True,
    ),
    Entry(
        id=Category.MELEE,
        name="Melee and sprays",
        definition="a knife, a striking weapon, a bow, a spray or an electroshock device",
        counts="an electroshock device; a tactical knife",
        elsewhere=(("a firearm with a bayonet mount", Category.FIREARM),),
        source=RHUMORBARBE,
    ),
    Entry(
        id=Category.BODY_ARMOUR,
        name="Body armour",
        definition="a vest, plate, shield or helmet that protects",
        counts="a ballistic vest",
        elsewhere=(("a vest sold together with a pistol", Category.FIREARM),),
        source=OURS,
    ),
    Entry(
        id=Category.SERVICE,
        name="Service",
        definition="a service about arms: brokering, licences and forged papers, marking work",
        counts="firearm licences offered; a seller who finds a weapon to order",
        elsewhere=(
            ("a licence demanded from the buyer", None),
            ("other forged papers", Category.OTHER),
            ("an offer of violence", Category.OTHER),
        ),
        source=f"{PROTOCOL}, Art. 5 and 15",
    ),
    Entry(
        id=Category.OTHER,
        name="Other",
        definition="anything else: other goods, game items, films and songs, and arms that no page identifies",
        counts="a game item named like a rifle; a drug named after one",
        elsewhere=(("the same name with a calibre and a price for the weapon", Category.FIREARM),),
        source=OURS,
    ),
)

IN_SCOPE = frozenset(category for category, entry in CATEGORIES.items() if entry.in_scope)
"""The categories whose offers count as in scope."""
