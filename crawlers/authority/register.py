"""The authorities of a home, from their file."""

import re
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from pathlib import Path

import msgspec

from crawlers.authority.record import Authority, Scope, refusal
from crawlers.profile import MarketProfile
from crawlers.profile.faults import nearest
from crawlers.profile.loading import UNKNOWN
from crawlers.written import tree
from pipeline.deployment import Deployment
from pipeline.errors import AuthorityEndedError, AuthorityError
from pipeline.settings import Settings

SHIPPED = Path(__file__).parents[1] / "authorities.yaml"
FILE = "authorities.yaml"
NO_DATE = re.compile(r"\bdate\b.* - at `\$\.(\w+)`")


def file(settings: Settings) -> Path:
    """The file that authorities are read from: the one the settings name, or that of the home."""
    named = settings.crawl.authorities
    return Path(named).expanduser() if named else settings.root / FILE


def authorities(settings: Settings) -> dict[str, Authority]:
    """Every authority by its id: the shipped one for practice, and those of the operator's file."""
    found = _read(SHIPPED)
    chosen = file(settings)
    if settings.crawl.authorities or chosen.exists():
        found |= _read(chosen)
    return found


def permit(profile: MarketProfile, settings: Settings, now: datetime, *, inside_session: bool = False) -> Authority:
    """The authority under which a market may be read now; an `AuthorityError` that says what to do where there is none."""
    if not profile.authority:
        raise AuthorityError(
            f"profile {profile.market}: 'authority' is missing: name the record in {file(settings)} under which it may be read"
        )
    found = authorities(settings).get(profile.authority)
    if found is None:
        raise AuthorityError(
            f"profile {profile.market}: there is no authority '{profile.authority}' in {file(settings)}: add its record"
            " (docs/operations.md shows one), or correct the profile"
        )
    if told := refusal(found, profile.market, now, inside_session=inside_session, mirrors=profile.mirrors):
        raise AuthorityError(f"market {profile.market} is not read: {told}")
    return found


def recorded(id_: str, settings: Settings) -> Authority:
    """The authority with an id, valid or not: an order may be carried out after its last day."""
    found = authorities(settings).get(id_)
    if found is None:
        raise AuthorityError(f"there is no authority '{id_}' in {file(settings)}: add its record (docs/operations.md)")
    return found


def findings(known: Mapping[str, Authority], now: datetime) -> Iterator[str]:
    """What an operator must know of the authorities: those that end soon, and the markets that none covers any more."""
    for authority in known.values():
        if told := authority.ends_soon(now):
            yield told
        elif lost := uncovered(authority, known, now):
            yield (
                f"authority {authority.id} ended on {authority.valid_until}, and no other covers {', '.join(lost)}:"
                f" ask {authority.issuer} for a new one, or stop reading"
            )


def uncovered(authority: Authority, known: Mapping[str, Authority], now: datetime) -> list[str]:
    """The markets of an authority that ended which no valid one covers; none where it has not ended."""
    valid = {market for one in known.values() if one.begin <= now < one.end for market in one.markets}
    return [market for market in authority.markets if now >= authority.end and market not in valid]


def check(deployment: Deployment) -> str:
    """What `headstamp check` says of the authorities: how many are valid, and which end soon.

    An `AuthorityEndedError` says which have ended while no other covers their markets.
    """
    now = datetime.now(UTC)
    known = authorities(deployment.settings)
    valid = sum(authority.begin <= now < authority.end for authority in known.values())
    told = "; ".join([f"{valid} of {len(known)} valid", *findings(known, now)])
    if any(uncovered(authority, known, now) for authority in known.values()):
        raise AuthorityEndedError(told)
    return told


def _read(path: Path) -> dict[str, Authority]:
    listed = tree(path, AuthorityError) or []
    if not isinstance(listed, list):
        raise AuthorityError(f"{path}: is no list of authorities (docs/operations.md shows one)")
    found: dict[str, Authority] = {}
    for number, record in enumerate(listed, start=1):
        authority = _record(record, f"{path}: {_called(record, number)}")
        if fault := _fault(authority, found):
            raise AuthorityError(f"{path}: authority '{authority.id}': {fault}")
        found[authority.id] = authority
    return found


def _called(record: object, number: int) -> str:
    return f"authority '{record['id']}'" if isinstance(record, dict) and "id" in record else f"record {number}"


def _record(record: object, name: str) -> Authority:
    try:
        return msgspec.convert(record, Authority)
    except msgspec.ValidationError as error:
        raise AuthorityError(f"{name}: {_plain(str(error), record)}") from error


def _plain(message: str, record: object) -> str:
    if unknown := UNKNOWN.search(message):
        return f"unknown key '{unknown[1]}'{nearest(unknown[1], Authority.__struct_fields__)}"
    if dated := NO_DATE.search(message):
        shown = record[dated[1]] if isinstance(record, dict) else ""
        return f"{dated[1]}: '{shown}' is no day; write one as 2026-08-31"
    return message


def _fault(authority: Authority, before: Mapping[str, Authority]) -> str:
    empty = [name for name in ("id", "basis", "issuer", "markets") if not getattr(authority, name)]
    if empty:
        return f"'{empty[0]}' is empty"
    if authority.id in before:
        return "is there twice; give each its own id, for captures name it"
    if authority.valid_until < authority.valid_from:
        return f"ends on {authority.valid_until}, before it begins"
    if authority.scope is Scope.INSIDE_SESSION and not (authority.opened_by and authority.opened_at):
        return "'opened_by' and 'opened_at' are missing: who opened the account, and when?"
    return ""
