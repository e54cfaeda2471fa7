"""The commands that check, anchor, hand over and erase evidence."""

import argparse
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

from pipeline.deployment import Deployment
from pipeline.errors import SettingsError
from pipeline.terminal import plain, show_facts, show_json

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from crawlers.evidence.signed import Absence
    from crawlers.evidence.verify import Report
    from pipeline.records import Erasure


def verify_arguments(parser: argparse.ArgumentParser) -> None:
    """The arguments of `headstamp verify`."""
    parser.add_argument(
        "folder",
        nargs="?",
        type=Path,
        metavar="FOLDER",
        help="an archive, or a home (default: the home of the settings)",
    )
    parser.add_argument(
        "--anchor", type=Path, metavar="FILE", help="anchors that were noted outside the host, a line each"
    )
    parser.add_argument("--key", type=Path, metavar="FILE", help="the public key that the archive should have")
    parser.add_argument("--json", action="store_true", help="print one JSON object")


def verify(arguments: argparse.Namespace, deployment: Deployment) -> int:
    """Check the archive and the audit chain; 1 where anything is wrong."""
    from crawlers.evidence.anchor import noted  # noqa: PLC0415  # cryptography takes 50 ms to import
    from crawlers.evidence.whole import verify_all  # noqa: PLC0415  # as above

    report = verify_all(
        arguments.folder or deployment.settings.root,
        anchors=noted(arguments.anchor) if arguments.anchor else [],
        key=arguments.key,
    )
    if arguments.json:
        show_json({"sound": report.sound, "report": report})
    else:
        _tell(report, anchored=arguments.anchor is not None)
    return int(not report.sound)


def _tell(report: "Report", *, anchored: bool) -> None:
    for finding in report.findings:
        print(f"{'WRONG' if finding.wrong else 'note '} {finding.what:<10} {plain(str(finding))}")  # noqa: T201  # the result
    wrong = sum(finding.wrong for finding in report.findings)
    facts: dict[str, object] = {"records": report.records, "segments": report.segments, "manifests": report.manifests}
    facts |= {"key": report.key or "none", "wrong": wrong or "nothing"}
    if not anchored:
        facts["not shown"] = (
            "that nobody who has the key made it all anew: --anchor checks against what was noted elsewhere"
        )
    show_facts(facts)


def evidence_arguments(parser: argparse.ArgumentParser) -> None:
    """The arguments of `headstamp evidence`."""
    actions = parser.add_subparsers(dest="action", required=True, metavar="ACTION")
    anchor = actions.add_parser("anchor", help="print what the archive is now, to be noted outside the host")
    anchor.add_argument("--json", action="store_true", help="print one JSON object, with all hashes")
    export = actions.add_parser("export", help="write a WACZ of a listing's captures, with a statement")
    export.add_argument("what", metavar="LISTING", help="a listing's id, or the name of a record")
    export.add_argument(
        "--to", type=Path, metavar="FILE", help="the file (default: LISTING.wacz in the working folder)"
    )
    export.add_argument("--json", action="store_true", help="print what was written as JSON")
    erase = actions.add_parser(
        "erase",
        help="erase a listing: its captures in the archive, and what the index shows; or one record of the archive",
    )
    erase.add_argument("what", metavar="LISTING|RECORD", help="a listing's id, or the name of a record")
    erase.add_argument(
        "--authority", required=True, metavar="ID", help="under which authority, a record of authorities.yaml"
    )
    erase.add_argument("--reason", required=True, metavar="TEXT", help="why, in words without personal data")
    erase.add_argument(
        "--json", action="store_true", help="print the ledger's entries, and the erasure on the log, as JSON"
    )
    stamp = actions.add_parser("stamp", help="have the archive's root stamped with the time (RFC 3161), off this host")
    stamp.add_argument(
        "--request", type=Path, metavar="FILE", help="write a request to carry to a time-stamp authority"
    )
    stamp.add_argument("--response", type=Path, metavar="FILE", help="file the answer that it gave")


def evidence(arguments: argparse.Namespace, deployment: Deployment) -> int:
    """Anchor, hand over, erase or stamp evidence."""
    actions: dict[str, Callable[[argparse.Namespace, Deployment], int]] = {
        "anchor": _anchor,
        "export": _export,
        "erase": _erase,
        "stamp": _stamp,
    }
    return actions[arguments.action](arguments, deployment)


def _anchor(arguments: argparse.Namespace, deployment: Deployment) -> int:
    from crawlers.evidence.anchor import anchor  # noqa: PLC0415  # as above

    found = anchor(_archive(deployment), datetime.now(UTC))
    if arguments.json:
        show_json(found.told)
    else:
        print(found)  # noqa: T201  # the result
    return 0


def _export(arguments: argparse.Namespace, deployment: Deployment) -> int:
    from crawlers.evidence.export import export  # noqa: PLC0415  # as above

    path = arguments.to or Path(f"{arguments.what.rpartition('#')[2]}.wacz")
    written = export(arguments.what, deployment, _archive(deployment), path)
    (show_json if arguments.json else show_facts)(written)
    return 0


def _erase(arguments: argparse.Namespace, deployment: Deployment) -> int:
    from crawlers.authority.register import recorded  # noqa: PLC0415  # as above
    from crawlers.evidence.archive import FOLDER  # noqa: PLC0415  # as above
    from crawlers.evidence.erase import erase  # noqa: PLC0415  # as above
    from crawlers.evidence.erasure import publish  # noqa: PLC0415  # as above
    from crawlers.evidence.lookup import LISTING_ID, any_records_of, records_of  # noqa: PLC0415  # as above
    from crawlers.evidence.signed import Reason  # noqa: PLC0415  # as above
    from pipeline.settings import user  # noqa: PLC0415  # as above

    what, home = arguments.what, deployment.settings.root
    authority = recorded(arguments.authority, deployment.settings).id
    if not arguments.reason.strip():
        raise SettingsError("evidence erase: say why with --reason; it stands in ledger and audit for good")
    reason = Reason(authority=authority, by=user(), text=arguments.reason)
    if not LISTING_ID.fullmatch(what):
        _told_erased(arguments, deployment, erase(home, records_of(what, deployment, _archive(deployment)), reason))
        return 0
    found = any_records_of(what, deployment, home / FOLDER) if (home / FOLDER / "chain").exists() else []
    done = erase(home, found, reason) if found else []
    erasure = publish(what, reason, deployment, archived=bool(found))
    _told_erased(arguments, deployment, done, erasure)
    return 0


def _told_erased(
    arguments: argparse.Namespace, deployment: Deployment, done: "Sequence[Absence]", erasure: "Erasure | None" = None
) -> None:
    broker = deployment.settings.broker
    if arguments.json:
        show_json({"archive": done, "erasure": erasure, "broker": broker if erasure else None})
        return
    facts: dict[str, object] = {f"record {one.record}": f"erased from {one.segment}" for one in done}
    facts |= {} if done else {"archive": "has no record of it"}
    if erasure:
        facts |= {
            "index, audit": f"erasure {erasure.id} is on topic reviews of {broker}; stage settle hides the listing and files it",
            "kept": "the messages of the listing on the log, until it is copied (docs/evidence.md, Erasing)",
        }
    else:
        facts["kept"] = "what was extracted of it, on the log and in the index: name the listing to erase that, too"
    show_facts(facts)


def _stamp(arguments: argparse.Namespace, deployment: Deployment) -> int:
    from crawlers.evidence import stamping  # noqa: PLC0415  # as above

    if bool(arguments.request) == bool(arguments.response):
        raise SettingsError("evidence stamp: name either --request FILE or --response FILE")
    archive = _archive(deployment)
    if arguments.request:
        show_facts({"request": stamping.request(archive, arguments.request, datetime.now(UTC))})
    else:
        show_facts({"filed": stamping.file(archive, arguments.response)})
    return 0


def _archive(deployment: Deployment) -> Path:
    from crawlers.evidence.archive import FOLDER  # noqa: PLC0415  # as above

    path = deployment.settings.root / FOLDER
    if not (path / "chain").exists():
        raise SettingsError(f"{path}: there is no archive yet; `headstamp crawl` makes one")
    return path
