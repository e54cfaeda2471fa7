"""The closed lists of codes: what is offered, what a text does, what shows in it, and what a verdict can be."""

from enum import StrEnum
from typing import Self


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
    UNFINISHED_FRAME = "PC.UNF"
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
    ANTIQUE_ORIGINAL = "ANT.ORG"
    ANTIQUE_REPLICA = "ANT.REP"
    VAGUE = "OTH.VAG"
    UNKNOWN = "unknown"

    @property
    def category(self) -> Category:
        """The category it belongs to."""
        return Category(self.value.partition(".")[0])


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
    """How far an offer looks real; it hides nothing."""

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
