"""What the encoder answers: its heads, and where each lies in its row of outputs."""

from collections.abc import Mapping, Sequence
from enum import StrEnum

from pipeline.taxonomy import Act, Category, Goods, Subtype

SCOPE, CATEGORY, SUBTYPE, ACT, GOODS = "in scope", "category", "subtype", "act", "goods"
HEADS: Mapping[str, Sequence[StrEnum]] = {
    CATEGORY: [each for each in Category if each is not Category.UNKNOWN],
    SUBTYPE: [each for each in Subtype if each is not Subtype.UNKNOWN],
    ACT: [each for each in Act if each is not Act.UNKNOWN],
    GOODS: [each for each in Goods if each is not Goods.UNKNOWN],
}
"""Beside the first output, the logit of being in scope, one logit for each of these."""
NAMES = {head: tuple(map(str, members)) for head, members in HEADS.items()}


def _places() -> dict[str, slice]:
    found, at = {SCOPE: slice(0, 1)}, 1
    for head, members in NAMES.items():
        found[head] = slice(at, at + len(members))
        at += len(members)
    return found


PLACES = _places()
"""Where each head lies in a row of outputs; in scope is the first of all."""
WIDTH = 1 + sum(map(len, NAMES.values()))
"""Outputs in a row."""
