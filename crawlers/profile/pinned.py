"""The parts of a profile about the market's key and its hours: read, and what can be wrong with them."""

from collections.abc import Iterator
from pathlib import Path

from crawlers.profile.shape import MarketProfile, Pace
from pipeline.errors import SettingsError

MOST_KEY_BYTES = 256 * 1024


def with_key(tree: dict[str, object], path: Path) -> None:
    """Put the key that a profile names as a file beside it into the profile itself, which then says all there is."""
    pinned = tree.get("mirror_key")
    if not isinstance(pinned, dict) or not isinstance(name := pinned.get("file"), str):
        return
    if Path(name).name != name:
        raise SettingsError(f"{path}: mirror_key.file: '{name}' is no file beside the profile")
    file = path.parent / name
    try:
        with file.open(encoding="ascii") as opened:
            armored = opened.read(MOST_KEY_BYTES)
    except (OSError, UnicodeDecodeError) as error:
        told = error.strerror if isinstance(error, OSError) else error
        raise SettingsError(f"{file}: {told}; mirror_key.file names an ASCII-armored public key") from error
    tree["mirror_key"] = {**pinned, "armored": armored, "file": ""}


def pinned_faults(profile: MarketProfile) -> Iterator[str]:
    """What is wrong with the pinned key."""
    pinned = profile.mirror_key
    if pinned is None:
        if profile.mirror_list:
            yield "mirror_list: no 'mirror_key' is pinned, so that no list can be believed"
        return
    from crawlers.mirrors.openpgp import fingerprint  # noqa: PLC0415  # few profiles need OpenPGP

    try:
        found = fingerprint(pinned.armored)
    except ValueError as error:
        yield f"mirror_key: {error}"
        return
    if found != "".join(pinned.fingerprint.split()).lower():
        yield f"mirror_key: the key's fingerprint is {found}, not {pinned.fingerprint}"


def pace_faults(pace: Pace) -> Iterator[str]:
    """What is wrong with the hours."""
    from crawlers.hours import minutes  # noqa: PLC0415  # it reads the pace's shape, which this package makes

    for written in pace.hours:
        try:
            minutes(written)
        except ValueError as error:
            yield f"pace.hours: {error}"
