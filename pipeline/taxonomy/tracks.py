"""The tracks: what a verdict is about, each with thresholds and figures of its own."""

from pipeline.taxonomy.codes import Act, Category, Subtype, Track
from pipeline.taxonomy.entry import FIREARM_TEXT, OURS, PROTOCOL, RAND, Entry, table

TRACKS = table(
    Entry(
        id=Track.OFFERS,
        name="Offers",
        definition="offers of firearms, parts and ammunition, as Article 3 words them",
        counts="a pistol offered",
        elsewhere=(("a pistol asked for", Track.REQUESTS), ("an alarm pistol", Track.CONVERTIBLE)),
        source=f"{PROTOCOL}, Art. 3",
        in_scope=True,
    ),
    Entry(
        id=Track.REQUESTS,
        name="Requests",
        definition="requests to buy what would be in scope as an offer",
        counts="looking for a pistol",
        elsewhere=(("an offer", Track.OFFERS),),
        source=OURS,
    ),
    Entry(
        id=Track.DIGITAL,
        name="Digital",
        definition="guides and design files: what they are, never what they hold",
        counts="a file pack for printed frames",
        elsewhere=(("the printed part", Track.OFFERS),),
        source=RAND,
    ),
    Entry(
        id=Track.CONVERTIBLE,
        name="Convertible",
        definition="blank-firing and deactivated weapons, which may be readily converted or reactivated",
        counts="an alarm pistol as it is sold",
        elsewhere=(("one stated to be converted already", Track.OFFERS),),
        source=FIREARM_TEXT,
    ),
    Entry(
        id=Track.EXPLOSIVES,
        name="Explosives",
        definition="explosives, grenades and devices",
        counts="grenades offered",
        elsewhere=(("fireworks", Category.OTHER), ("a text about them", Track.DIGITAL)),
        source=RAND,
    ),
    Entry(
        id=Track.SERVICES,
        name="Services",
        definition="forged licences, brokering and marking work",
        counts="a firearm licence offered",
        elsewhere=(("other forged papers", Category.OTHER),),
        source=f"{PROTOCOL}, Art. 5 and 15",
    ),
    Entry(
        id=Track.THIN,
        name="Thin",
        definition="texts too short to tell, in a section of arms or from a vendor with earlier hits",
        counts="a listing for one buyer, without a word on the thing",
        elsewhere=(("a hint at arms in words", Subtype.VAGUE), ("talk", Act.DISCUSSION)),
        source=OURS,
    ),
)
