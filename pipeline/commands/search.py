"""`headstamp search`: find listings from the terminal."""

import argparse
from contextlib import closing

from pipeline.commands.waiting import waiting
from pipeline.deployment import Deployment
from pipeline.errors import SettingsError
from pipeline.index import Hit, Page, Query, Sort
from pipeline.index.query import check, terms
from pipeline.policy import by_track
from pipeline.records import Assessment
from pipeline.taxonomy import Track
from pipeline.terminal import FIRST, show_facts, show_json, show_table
from pipeline.values.probability import probability

MOST = 10_000
HEAD = ("first seen", "market", "verdict", "track", "category", "score", "vendor", "title", "id")


def search_arguments(parser: argparse.ArgumentParser) -> None:
    """The arguments of `headstamp search`."""
    parser.add_argument(
        "words",
        nargs="*",
        metavar="WORDS",
        help="words, \"phrases\", prefix* and -excluded, in one quoted argument ('glock -holster'); all must hold",
    )
    parser.add_argument(
        "--without",
        action="append",
        default=[],
        metavar="WORD",
        help="leave out listings with this word; may be repeated",
    )
    parser.add_argument(
        "--filter",
        action="append",
        default=[],
        metavar="FIELD=VALUE",
        help="keep listings whose field has this value; may be repeated",
    )
    parser.add_argument(
        "--sort", type=Sort, choices=list(Sort), default=Sort.NEWEST, help="order of the listings (default: newest)"
    )
    parser.add_argument("--size", type=int, default=20, metavar="N", help="listings on the page (default: 20)")
    parser.add_argument("--after", default="", metavar="CURSOR", help="the `next` of the page before")
    parser.add_argument("--json", action="store_true", help="print one JSON object: total, next, listings")


def search(arguments: argparse.Namespace, deployment: Deployment) -> int:
    """Print the listings that match."""
    query = Query(
        words=" ".join([*arguments.words, *(f"-{word}" for word in arguments.without)]),
        filters=filters(arguments.filter),
        sort=arguments.sort,
        size=_size(arguments.size),
        after=arguments.after,
    )
    page = _searched(query, deployment)
    if arguments.json:
        show_json({"total": page.total, "next": page.next, "listings": [hit.document for hit in page.hits]})
        return 0
    show_table(HEAD, map(_row, page.hits))
    print(f"{len(page.hits)} of {page.total:,} listings" + (f"; more with --after {page.next}" if page.next else ""))  # noqa: T201  # the result
    if not page.total:
        show_facts(_why_none(deployment))
    return 0


def _why_none(deployment: Deployment) -> dict[str, str]:
    """Why nothing may have been found but that nothing matches; nothing where all is indexed."""
    return waiting(deployment) or ({"nothing is indexed yet": FIRST} if deployment.is_bare else {})


def _searched(query: Query, deployment: Deployment) -> Page:
    """What matches; a home that holds nothing is not made for it. A `CorruptError` where the index lost what it held."""
    if deployment.is_bare:
        check(query)
        terms(query.words)
        deployment.check_emptied()
        return Page(hits=(), total=0)
    with closing(deployment.index()) as index:
        return index.search(query)


def filters(given: list[str]) -> dict[str, tuple[str, ...]]:
    """The filters written as FIELD=VALUE; several values of one field are alternatives."""
    found: dict[str, tuple[str, ...]] = {}
    for text in given:
        field, equals, value = text.partition("=")
        if not (field and equals):
            raise SettingsError(f"--filter: write FIELD=VALUE, not '{text}'")
        found[field] = (*found.get(field, ()), value)
    return found


def _size(wanted: int) -> int:
    if not 1 <= wanted <= MOST:
        raise SettingsError(f"--size: a number from 1 to {MOST:,}, not {wanted}")
    return wanted


def _row(hit: Hit) -> tuple[str, ...]:
    document = hit.document
    current = document.current
    assert current is not None, "a search finds no hidden stubs"
    listing, classification = current.listing, current.classification
    seen = document.first_seen
    return (
        "" if seen is None else seen.date().isoformat() if document.dated(seen) else "date unknown",
        listing.market,
        current.verdict,
        _track(current),
        classification.category,
        probability(classification.score),
        listing.vendor[:20],
        listing.title[:60],
        hit.id,
    )


def _track(current: Assessment) -> str:
    """The track of the verdict, with its own score where that is another than the score of offers."""
    own = "" if current.track is Track.OFFERS else probability(by_track(current)[current.track])
    return f"{current.track} {own}".rstrip()
