"""A market's signed list of its mirrors: what it names, or why it is not believed; a pure function."""

import re
from dataclasses import dataclass
from datetime import datetime

from crawlers.address import is_onion
from crawlers.mirrors.openpgp import UnsignedError, signed

MOST_BYTES = 256 * 1024
MOST_MIRRORS = 64
"""Mirrors of one list that are taken; markets name a dozen."""
ONION = re.compile(r"(?<![a-z2-7.-])[a-z2-7]{56}\.onion(?![a-z0-9.-])")


@dataclass(frozen=True, kw_only=True)
class MirrorList:
    """The mirrors that a market's key signed for."""

    signed: datetime
    mirrors: tuple[str, ...]


@dataclass(frozen=True, kw_only=True)
class Unbelieved:
    """Why a list changes nothing."""

    reason: str


def mirror_list(body: bytes, armored: str, now: datetime, last: datetime | None) -> MirrorList | Unbelieved:
    """The v3 onions that the list names in its signed part; older than the `last` accepted one it is a replay."""
    if len(body) > MOST_BYTES:
        return Unbelieved(reason=f"it has more than {MOST_BYTES // 1024} KiB")
    try:
        found = signed(body, armored, now)
    except UnsignedError as error:
        return Unbelieved(reason=str(error))
    if last is not None and found.time < last:
        return Unbelieved(
            reason=f"it was signed on {found.time:%Y-%m-%d %H:%M}, before the list accepted last ({last:%Y-%m-%d %H:%M})"
        )
    mirrors = tuple(dict.fromkeys(filter(is_onion, ONION.findall(found.text.lower()))))
    if not mirrors:
        return Unbelieved(reason="it names no v3 onion address")
    if len(mirrors) > MOST_MIRRORS:
        return Unbelieved(reason=f"it names {len(mirrors)} mirrors, more than {MOST_MIRRORS}")
    return MirrorList(signed=found.time, mirrors=mirrors)
