"""What `headstamp check` says of a crawl: its way out, its profiles and lists, its authorities, its archive."""

from crawlers import guards as confinement
from crawlers.authority import register
from crawlers.evidence.archive import FOLDER
from crawlers.evidence.chain import newest
from crawlers.evidence.files import unchanged
from crawlers.evidence.keys import BESIDE, PublicKey
from crawlers.evidence.signed import SEALS, Seal
from crawlers.evidence.statements import checked
from crawlers.profile import load, names
from crawlers.route.denylist import Denylist
from crawlers.route.probe import greet
from pipeline.deployment import Deployment
from pipeline.errors import CorruptError, GuardMissingError

WAIT_S = 2.0


def tor(deployment: Deployment) -> str:
    """Whether the SOCKS port answers as tor's does, which only a crawl needs."""
    socks = deployment.settings.socks
    greet(socks, WAIT_S)
    return f"SOCKS port {socks} answers"


def guards(_deployment: Deployment) -> str:
    """The guards that this kernel has for a crawl; a `GuardMissingError` that says what the absent ones would hold."""
    if lost := confinement.missing():
        raise GuardMissingError(f"crawls run with less ({', '.join(confinement.offered())}); {'; '.join(lost)}")
    return ", ".join(confinement.offered())


def profiles(deployment: Deployment) -> str:
    """How many profiles can be used; a `SettingsError` at the first that cannot."""
    extra = deployment.settings.crawl.profiles
    found = [load(name, extra) for name in names(extra)]
    return f"{len(found)} can be read, {sum(bool(one.mirrors) for one in found)} with mirrors"


def denylist(deployment: Deployment) -> str:
    """How many services are never contacted; a `SettingsError` where the list cannot be read."""
    path = deployment.settings.crawl.denylist
    return f"{len(Denylist.read(path).entries):,} services are never contacted" if path else "none is kept"


def authorities(deployment: Deployment) -> str:
    """How many authorities are valid, and which end soon or have ended."""
    return register.check(deployment)


def archive(deployment: Deployment) -> str:
    """How many records and manifests there are; a `CorruptError` where a quick look finds a fault."""
    folder = deployment.settings.root / FOLDER
    if not (folder / "chain").exists():
        return "no archive yet; `crawl` makes one"
    key = PublicKey.read(folder / BESIDE)
    with unchanged(folder):
        head = newest(folder)
        lists = list(checked(folder / SEALS, Seal, key))
    for _, fault in lists:
        if fault:
            raise CorruptError(f"{fault.file}: {fault.text}; `headstamp verify` says more")
    counted = f"{head.number if head else 0:,} records, {len(lists):,} manifests, key {key.fingerprint[:12]}"
    return f"{counted}; a quick look, `headstamp verify` reads all"
