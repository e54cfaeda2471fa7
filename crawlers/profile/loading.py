"""Profiles from their files: found by name, laid over the one that they extend, checked."""

import re
from collections.abc import Mapping, Sequence
from pathlib import Path

import msgspec

from crawlers.profile.faults import NAME, faults, nearest, venue_fault
from crawlers.profile.pinned import with_key
from crawlers.profile.shape import Fields, Gate, MarketProfile, MirrorKey, Pace, Pick
from crawlers.written import tree
from pipeline.errors import SettingsError

SHIPPED = Path(__file__).parents[1] / "markets"
UNKNOWN = re.compile(r"unknown field `([^`]*)`(?: - at `\$\.?([^`]*)`)?")
NO_GATE = re.compile(r"Invalid enum value '([^']*)' - at `key` in `\$\.gates`")

SECTIONS = {
    "": MarketProfile.__struct_fields__,
    "fields": Fields.__struct_fields__,
    "pace": Pace.__struct_fields__,
    "mirror_key": MirrorKey.__struct_fields__,
}


def load(name: str, extra: str = "") -> MarketProfile:
    """The profile of a market by its name, from the folder `extra` or else from those shipped."""
    profile = _profile(_named(name, extra), name, extra)
    if profile.market != name:
        raise SettingsError(f"profile {name}: names the market '{profile.market}'; file and market share one name")
    return profile


def read(path: Path, extra: str = "") -> MarketProfile:
    """The profile in a file, whatever the file's name."""
    return _profile(path, str(path), extra)


def names(extra: str = "") -> list[str]:
    """The markets that have a profile."""
    return sorted({path.stem for folder in _folders(extra) for path in folder.glob("*.yaml")})


def _folders(extra: str) -> list[Path]:
    if not extra:
        return [SHIPPED]
    own = Path(extra).expanduser()
    if not own.is_dir():
        raise SettingsError(f"crawl.profiles: there is no folder {own}; make it, or correct the setting")
    return [own, SHIPPED]


def _named(name: str, extra: str, below: Path | None = None) -> Path:
    """The file of a profile; where `below` has its name, the one that it hides."""
    if not NAME.fullmatch(name):
        raise SettingsError(f"'{name[:80]}' is no market: a name has lower-case letters, digits, _ and - only")
    found = [path for folder in _folders(extra) if (path := folder / f"{name}.yaml").is_file()]
    hidden = _behind(found, below) if below and below.stem == name else found
    if hidden:
        return hidden[0]
    if below and found:
        raise SettingsError(f"{below}: extends itself, and there is no other profile of this name")
    known = names(extra)
    raise SettingsError(f"no profile for market '{name}'{nearest(name, known)} (known: {', '.join(known) or 'none'})")


def _behind(found: Sequence[Path], below: Path) -> Sequence[Path]:
    same = [number for number, path in enumerate(found) if path.samefile(below)]
    return found[same[0] + 1 :] if same else found


def _profile(path: Path, label: str, extra: str) -> MarketProfile:
    said = _tree(path, extra, ())
    if fault := venue_fault(said.get("venue")):
        raise SettingsError(f"profile {label}: {fault}")
    try:
        profile = msgspec.convert(said, MarketProfile)
    except msgspec.ValidationError as error:
        raise SettingsError(f"profile {label}: {_plain(str(error))}") from error
    for fault in faults(profile):
        raise SettingsError(f"profile {label}: {fault}")
    return profile


def _tree(path: Path, extra: str, seen: Sequence[Path]) -> dict[str, object]:
    if path in seen:
        raise SettingsError(f"{path}: extends itself by way of {seen[-1].name}")
    found = tree(path)
    if not isinstance(found, dict):
        raise SettingsError(f"{path}: is no market profile (docs/market-profiles.md shows one)")
    with_key(found, path)
    base = found.pop("extends", None)
    if base is None:
        return found
    if not isinstance(base, str):
        raise SettingsError(f"{path}: extends: the name of one profile is expected")
    return _over(_tree(_named(base, extra, path), extra, (*seen, path)), found)


def _over(base: Mapping[str, object], above: Mapping[str, object]) -> dict[str, object]:
    merged = dict(base)
    for key, value in above.items():
        below = merged.get(key)
        merged[key] = _over(below, value) if isinstance(below, dict) and isinstance(value, dict) else value
    return merged


def _plain(message: str) -> str:
    if gate := NO_GATE.search(message):
        return f"unknown key 'gates.{gate[1]}'{nearest(gate[1], list(Gate))} (known: {', '.join(Gate)})"
    unknown = UNKNOWN.search(message)
    if not unknown:
        return message
    key, where = unknown.groups(default="")
    known = Pick.__struct_fields__ if "." in where else SECTIONS.get(where, SECTIONS[""])
    return f"unknown key '{f'{where}.' * bool(where)}{key}'{nearest(key, known)}"
