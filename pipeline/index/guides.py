"""Guides: offers of a text that teaches. The index keeps what they are, never what they teach."""

import re

from msgspec.structs import replace

from pipeline.records import Assessment, Delivery, Sign
from pipeline.taxonomy import Category
from pipeline.text import normalised

_GUIDE = re.compile(
    r"\b(?:guides?|tutorials?|manuals?|handbooks?|e-?books?|how[- ]?to|blueprints?|recipes?|courses?|methods?|anleitung(?:en)?|handbuch"
    r"|manuel|guía|manual(?:es)?|tutos?|руководств\w*|инструкци\w*)\b",
    re.IGNORECASE,
)
_MOST = 500
"""Characters of a title, and of a category, that are looked at."""


def without_guide(assessment: Assessment) -> Assessment:
    """The assessment as the index keeps it: of a guide all but the description, and what was marked in it; of a sign there, that
    it was seen remains.

    The listing keeps the version of its whole text, so that reviews and sightings still fit. The text itself stays on
    the log and in the archive.
    """
    listing = assessment.listing
    if not listing.description or not is_guide(assessment):
        return assessment
    said = assessment.classification
    return replace(
        assessment,
        listing=replace(listing, description="", withheld=listing.version),
        classification=replace(
            said,
            entities=tuple(entity for entity in said.entities if entity.field != "description"),
            spans=tuple(span for span in said.spans if span.field != "description"),
            signs=tuple(dict.fromkeys(_without_place(sign) for sign in said.signs)),
        ),
    )


def _without_place(sign: Sign) -> Sign:
    return replace(sign, field="", start=0, end=0) if sign.field == "description" else sign


def is_guide(assessment: Assessment) -> bool:
    """Whether a text that teaches is offered: by the model, by the market's own category, or by the title of a digital offer."""
    listing = assessment.listing
    if assessment.classification.category is Category.DIGITAL:
        return True
    if any(_told(step) for step in listing.category_path):
        return True
    digital = listing.item.digital or Delivery.DIGITAL in listing.delivery
    return bool(digital) and _told(listing.title)


def _told(text: str) -> bool:
    return _GUIDE.search(normalised(text[:_MOST]).text) is not None
