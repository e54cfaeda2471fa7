"""When a vendor is paid, as markets say it."""

import re

from pipeline.records import Payment
from pipeline.values.numbers import readable

_NO_ESCROW = re.compile(
    r"\b(?:no|not|without|kein|ohne|sans)\b[^,;.|/]{0,20}?\bescrow|escrow\W{0,5}(?:no|none|nein|unavailable|not available)\b",
    re.IGNORECASE,
)
_ESCROW = re.compile(r"escrow|treuhand|séquestre|гарант", re.IGNORECASE)
_EARLY = re.compile(
    r"\bFE\b|finali[sz](?:e|ing|ation) early|early finali[sz]ation|direct pay|pay upfront", re.IGNORECASE
)
_NO_EARLY = re.compile(
    r"\b(?:no|not|never|without)\b[^,;.|/]{0,20}?\b(?:FE\b|finali[sz])|\b(?:FE|early)\W{1,3}(?:is )?not (?:required|needed|necessary)",
    re.IGNORECASE,
)
_MULTISIG = re.compile(r"multi-?\s?sig|\b2 ?(?:/|of|out of) ?3\b", re.IGNORECASE)


def payment(text: str) -> tuple[Payment, ...]:
    """The ways of payment that a text offers: "Full Escrow", "FE required", "multisig or escrow", "No escrow"."""
    head = readable(text)
    refused = _NO_ESCROW.search(head)
    early = _EARLY.search(head) and not _NO_EARLY.search(head)
    told = (
        (Payment.ESCROW, bool(_ESCROW.search(head)) and not refused),
        (Payment.FINALIZE_EARLY, bool(early or refused)),
        (Payment.MULTISIG, bool(_MULTISIG.search(head))),
    )
    return tuple(one for one, said in told if said)
