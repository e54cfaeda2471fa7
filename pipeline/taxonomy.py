"""The closed lists of what is offered, what a text does and what a verdict can be.

"In scope" means that a listing matches the wording of Article 3 of the UN Firearms Protocol (A/RES/55/255), never that it is illegal.
"""

from enum import StrEnum
from typing import Self

import msgspec


class Open(StrEnum):
    """A closed list whose unknown values read as `unknown`, so that a newer writer stops no reader."""

    @classmethod
    def _missing_(cls, value: object) -> Self:  # noqa: ARG003  # the signature is enum's
        return cls("unknown")


class Category(Open):
    """What is offered."""

    FIREARM = "FA"
    PARTS = "PC"
    AMMUNITION = "AM"
    EXPLOSIVE = "EXP"
    DIGITAL = "DIG"
    ACCESSORY = "ACC"
    REPLICA = "REP"
    AIR = "AIR"
    BLANK = "BLK"
    DEACTIVATED = "DEA"
    ANTIQUE = "ANT"
    MELEE = "MEL"
    BODY_ARMOUR = "BOD"
    SERVICE = "SVC"
    OTHER = "OTH"
    UNKNOWN = "unknown"


class Act(Open):
    """What the text does."""

    OFFER = "offer"
    REQUEST = "request"
    FEEDBACK = "feedback"
    DISCUSSION = "discussion"
    NEWS = "news"
    RULE = "rule"
    DIRECTORY = "directory"
    WARNING = "warning"
    UNKNOWN = "unknown"


class Subtype(Open):
    """What is offered, more closely; the letters before the dot are the category."""

    PISTOL = "FA.PIS"
    REVOLVER = "FA.REV"
    RIFLE = "FA.RIF"
    SHOTGUN = "FA.SHO"
    SUBMACHINE_GUN = "FA.SMG"
    MACHINE_GUN = "FA.MG"
    CONVERTED = "FA.CNV"
    REACTIVATED = "FA.REA"
    CRAFT_MADE = "FA.CRA"
    LIGHT_WEAPON = "FA.LW"
    DISGUISED = "FA.DIS"
    COMBINATION = "FA.CMB"
    FIREARM_UNSTATED = "FA.UNS"
    BARREL = "PC.BAR"
    FRAME = "PC.FRM"
    SLIDE = "PC.SLD"
    BOLT = "PC.BLT"
    SUPPRESSOR = "PC.SUP"
    CONVERSION = "PC.CNV"
    PARTS_KIT = "PC.KIT"
    MAGAZINE = "PC.MAG"
    PART_OTHER = "PC.OTH"
    ROUND = "AM.RND"
    COMPONENT = "AM.CMP"
    BLANK_CARTRIDGE = "AM.BLK"
    MANUAL = "DIG.MAN"
    DESIGN_FILE = "DIG.3DF"
    VAGUE = "OTH.VAG"
    UNKNOWN = "unknown"


class Goods(Open):
    """What a listing that is about no arms offers, so that links with other crime can be counted."""

    DRUGS = "drugs"
    DOCUMENTS = "documents"
    COUNTERFEIT_MONEY = "counterfeit_money"
    FRAUD_DATA = "fraud_data"
    MALWARE = "malware"
    LAUNDERING = "laundering"
    OTHER = "other"
    UNKNOWN = "unknown"


class Credibility(Open):
    """How far an offer looks real; it orders a queue and hides nothing."""

    SCAM = "C.SCAM"
    PLACEHOLDER = "C.PLC"
    DUPLICATE = "C.DUP"
    UNKNOWN = "unknown"


class Threat(Open):
    """The emerging threats (a) to (i) of the Working Group on Firearms (CTOC/COP/WG.6/2020/1, item 2)."""

    CONVERSION = "ET-A"
    REACTIVATION = "ET-B"
    MODIFICATION = "ET-C"
    POLYMER = "ET-D"
    MODULAR = "ET-E"
    ADDITIVE = "ET-F"
    CONTRACTING = "ET-G"
    POST = "ET-H"
    DRONES = "ET-I"
    UNKNOWN = "unknown"


class Indicator(Open):
    """The indicators of trafficking."""

    SERIAL = "TI-SER"
    UNMARKED = "TI-UNM"
    LICENCE = "TI-LIC"
    STEALTH = "TI-STL"
    IN_PARTS = "TI-PRT"
    CROSS_BORDER = "TI-XB"
    BULK = "TI-BLK"
    DIVERSION = "TI-DIV"
    CONFLICT_ZONE = "TI-CFZ"
    DEACTIVATION = "TI-DEA"
    PRINTED = "TI-3DP"
    KIT = "TI-KIT"
    OTHER_CRIME = "TI-POL"
    HARM = "TI-HRM"
    UNKNOWN = "unknown"


class Track(Open):
    """What a verdict is about."""

    OFFERS = "offers"
    REQUESTS = "requests"
    DIGITAL = "digital"
    CONVERTIBLE = "convertible"
    EXPLOSIVES = "explosives"
    SERVICES = "services"
    THIN = "thin"
    UNKNOWN = "unknown"


class Verdict(Open):
    """What the policy asks of an investigator: nothing, a look when there is time, a look now."""

    CLEAR = "clear"
    REVIEW = "review"
    FLAGGED = "flagged"
    UNKNOWN = "unknown"

    @property
    def weight(self) -> int:
        """How much attention it asks for, as a number to compare."""
        match self:
            case Verdict.FLAGGED:
                return 2
            case Verdict.REVIEW:
                return 1
            case _:
                return 0


class Entry(msgspec.Struct, frozen=True, kw_only=True):
    """One line of the taxonomy: what a category is, in our words, and where that comes from."""

    name: str
    definition: str
    source: str
    in_scope: bool = False


PROTOCOL = "UN Firearms Protocol"
CATEGORIES: dict[Category, Entry] = {
    Category.FIREARM: Entry(
        name="Firearm",
        definition="a portable barrelled weapon that expels, is designed to expel or may be readily converted to expel a projectile by the action of an explosive",
        source=f"{PROTOCOL}, Art. 3(a)",
        in_scope=True,
    ),
    Category.PARTS: Entry(
        name="Parts and components",
        definition="an element specifically designed for a firearm and essential to its operation, and any sound suppressor",
        source=f"{PROTOCOL}, Art. 3(b)",
        in_scope=True,
    ),
    Category.AMMUNITION: Entry(
        name="Ammunition",
        definition="a complete round or its components: cartridge case, primer, propellant powder, bullet or projectile",
        source=f"{PROTOCOL}, Art. 3(c)",
        in_scope=True,
    ),
    Category.EXPLOSIVE: Entry(name="Explosive", definition="an explosive, a grenade or a device", source="RAND RR2091"),
    Category.DIGITAL: Entry(
        name="Digital",
        definition="a text or a design file about arms or explosives, sold as a file",
        source="RAND RR2091",
    ),
    Category.ACCESSORY: Entry(
        name="Accessory",
        definition="something used with a firearm that it works without: optics, holster, sling, case",
        source="RAND RR2091",
    ),
    Category.REPLICA: Entry(
        name="Replica", definition="an imitation, airsoft gun, toy or prop", source="Small Arms Survey, Issue Brief 10"
    ),
    Category.AIR: Entry(
        name="Air gun",
        definition="a weapon driven by air or gas, not by an explosive",
        source=f"{PROTOCOL}, Art. 3(a), by exclusion",
    ),
    Category.BLANK: Entry(
        name="Blank-firing",
        definition="an unconverted blank, alarm, signal or gas weapon",
        source="Small Arms Survey, Issue Brief 10",
    ),
    Category.DEACTIVATED: Entry(
        name="Deactivated", definition="a firearm offered as deactivated", source=f"{PROTOCOL}, Art. 9"
    ),
    Category.ANTIQUE: Entry(
        name="Antique",
        definition="a firearm made in 1899 or before, or a replica of one",
        source=f"{PROTOCOL}, Art. 3(a)",
    ),
    Category.MELEE: Entry(
        name="Melee and sprays",
        definition="a knife, a striking weapon, a spray or an electroshock device",
        source="Rhumorbarbe et al. 2018",
    ),
    Category.BODY_ARMOUR: Entry(name="Body armour", definition="a vest, plate or helmet", source="Headstamp"),
    Category.SERVICE: Entry(
        name="Service",
        definition="a service about arms: brokering, papers, marking work",
        source=f"{PROTOCOL}, Art. 5 and 15",
    ),
    Category.OTHER: Entry(name="Other", definition="anything else, game items included", source="Headstamp"),
}

IN_SCOPE = frozenset(category for category, entry in CATEGORIES.items() if entry.in_scope)
