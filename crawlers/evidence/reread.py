"""Reads the archived page of one capture again, with the profile that it was read with."""

from pathlib import Path

import msgspec

from crawlers.evidence.archive import FOLDER
from crawlers.evidence.chain import Line, lines
from crawlers.evidence.stored import Reading, page_of
from crawlers.extract import extract
from crawlers.profile import MarketProfile, load
from crawlers.profile.shape import KIND
from pipeline.deployment import Deployment, Reread
from pipeline.errors import SettingsError
from pipeline.records import Capture, Listing, Rejected
from pipeline.wordings import kept


def reread(deployment: Deployment, capture: Capture) -> Reread:
    """The listings on an archived page; where the profile of then is gone, by today's, which is told."""
    archive = deployment.settings.root / FOLDER
    line = _line(archive, capture.record)
    if line is None:
        told = "the listing names none" if not capture.record else "the archive of this home does not have it"
        return Reread(lacking={f"record {capture.record}".strip(): told})
    market, lacking = line.link.market, {}
    profile = _recorded(deployment, capture.profile)
    if profile is None:
        profile = _today(deployment, market)
        if profile is None or profile.digest != capture.profile:
            lacking[f"profile {capture.profile}"] = "this home does not keep it; today's was used" * bool(profile)
    if profile is None:
        return Reread(lacking=lacking)
    page = page_of(archive, line, Reading(profile=profile, activation=capture.activation, software=capture.software))
    if page is None:
        return Reread(lacking=lacking | {f"record {capture.record}": "erased, torn, or not what it was"})
    found = extract(page, profile)
    listings = tuple(one for one in found if isinstance(one, Listing))
    reasons = sorted({one.reason for one in found if isinstance(one, Rejected)})
    return Reread(listings=listings, lacking=lacking, fault=", ".join(reasons) or "no_listing" * (not listings))


def _line(archive: Path, record: str) -> Line | None:
    id_ = record.rpartition("#")[2]
    return next((line for line in lines(archive) if id_ and line.link.id == id_), None)


def _recorded(deployment: Deployment, digest: str) -> MarketProfile | None:
    text = kept(deployment.settings.root, KIND, digest)
    try:
        return msgspec.json.decode(text, type=MarketProfile) if text else None
    except msgspec.ValidationError:  # a newer Headstamp wrote it
        return None


def _today(deployment: Deployment, market: str) -> MarketProfile | None:
    try:
        return load(market, deployment.settings.crawl.profiles)
    except SettingsError:
        return None
