"""What the practice market sells, read from the YAML files of `wares/`."""

from functools import cache
from pathlib import Path
from typing import TypeVar

import msgspec
import yaml

from pipeline.taxonomy import Act, Category

FOLDER = Path(__file__).parent
ANY_LANGUAGE = "*"
T = TypeVar("T")


class Ware(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One kind of thing that vendors offer."""

    kind: str
    path: tuple[str, str]
    family: str
    """Which phrases advertise it."""
    share: float
    """Its weight among the ordinary wares, or among those to do with arms."""
    unit: str
    lots: tuple[float, ...]
    usd: float
    """What one unit costs, about."""
    names: dict[str, tuple[str, ...]]
    """Names by language; those under "*" serve in all that have none."""
    category: Category = Category.OTHER
    act: Act = Act.OFFER
    repeat: float = 0.08
    """Share of adverts that repeat an earlier one."""
    disguise: float = 0.02
    """Share of adverts with a spelling meant to escape a search."""

    @property
    def arms(self) -> bool:
        """Whether it has to do with arms, in scope or as a hard negative sold beside them."""
        return self.category is not Category.OTHER

    def names_in(self, language: str) -> tuple[str, ...]:
        """The names that an advert in this language may use."""
        named = self.names.get(language, ())
        return (*self.names[ANY_LANGUAGE], *named) if language == "en" else named or self.names[ANY_LANGUAGE]


@cache
def wares() -> tuple[Ware, ...]:
    """Everything on offer, in a fixed order."""
    files = sorted((FOLDER / "wares").glob("*.yaml"))
    return tuple(ware for file in files for ware in read(file, tuple[Ware, ...]))


def read(file: Path, kind: type[T]) -> T:
    """What a YAML file of this package says."""
    return msgspec.convert(yaml.safe_load(file.read_bytes()), kind)
