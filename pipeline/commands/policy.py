"""`headstamp policy`: show the policy in force, and make thresholds of a review budget."""

import argparse
import sys
from collections.abc import Iterator, Mapping
from contextlib import closing

from pipeline.deployment import Deployment
from pipeline.deployment import policy as policy_of
from pipeline.errors import SettingsError
from pipeline.index import Index, Query
from pipeline.policy import NEVER, Cut, Policy, counted, in_force, scores
from pipeline.policy.budget import FEWEST, Cuts, Line, derived
from pipeline.policy.force import adopt
from pipeline.settings import Settings
from pipeline.stages import Classifier
from pipeline.taxonomy import CATEGORIES, IN_SCOPE, Category, Track
from pipeline.terminal import show_facts, show_json, show_table

HEAD = ("track or category", "review at", "flag at")
NAMES: Mapping[str, Line] = {
    **{str(track): track for track in Track if track is not Track.UNKNOWN},
    **{str(category): category for category in CATEGORIES if category in IN_SCOPE},
}


def policy_arguments(parser: argparse.ArgumentParser) -> None:
    """The arguments of `headstamp policy`."""
    actions = parser.add_subparsers(dest="action", required=True, metavar="ACTION")
    show = actions.add_parser("show", help="print the thresholds of every track, and what counts as an offer")
    budget = actions.add_parser("budget", help="make thresholds of the share of the listings that people can review")
    budget.add_argument(
        "budget",
        nargs="*",
        metavar="NAME=SHARE",
        help="a track, or a category of the offers track, and its share (default: offers, the setting assess.budget)",
    )
    budget.add_argument("--adopt", action="store_true", help="put them in force for what is assessed from now on")
    reset = actions.add_parser("reset", help="give adopted thresholds up; the model's own hold again")
    for action in (show, budget, reset):
        action.add_argument("--json", action="store_true", help="print one JSON object")


def policy(arguments: argparse.Namespace, deployment: Deployment) -> int:
    """Show the policy in force, or change it."""
    classifier = deployment.classifier()
    if arguments.action == "budget":
        return _budget(arguments, deployment, classifier)
    if arguments.action == "reset":
        with closing(deployment.activations()) as activations:
            adopt(deployment.settings.root, activations, None)
    found = policy_of(deployment, classifier)
    if arguments.json:
        show_json({"digest": found.digest, "model": classifier.digest, "policy": found})
    else:
        show_table(HEAD, _table(found.cuts, found.categories))
        show_facts({"counts": _counts(found), "model": classifier.digest, "policy": found.digest})
    return 0


def cuts_of(deployment: Deployment, classifier: Classifier, budget: Mapping[Line, float]) -> Cuts:
    """The cuts of a budget, from the scores that this model gave the listings of the index; a `SettingsError` where those are too few."""
    advised = in_force(deployment.settings, classifier.thresholds, None)
    with closing(deployment.index()) as index:
        scored = list(_scored(index, classifier, advised))
    enough = max(FEWEST / share for share in budget.values())
    if len(scored) < enough:
        raise SettingsError(
            f"the index has {len(scored):,} listings that this model scored, and a budget so small needs {enough:,.0f};"
            " name a greater share, or assess more (`headstamp assess --again --once`, then `headstamp index --once`)"
        )
    cuts: dict[Line, Cut] = {line: _advised(line, advised) for line in budget}
    return derived(classifier.digest, budget, scored, cuts)


def shares(given: list[str], settings: Settings) -> dict[Line, float]:
    """The budget written as NAME=SHARE, or that of the settings."""
    if not given and settings.assess.budget is not None:
        return {Track.OFFERS: settings.assess.budget}
    if not given:
        raise SettingsError("policy budget: name a share, as offers=0.01, or set assess.budget")
    return dict(_share(text) for text in given)


def _share(text: str) -> tuple[Line, float]:
    name, _, share = text.partition("=")
    if name not in NAMES:
        raise SettingsError(f"policy budget: '{name[:40]}' has no budget; known are {', '.join(NAMES)}")
    try:
        number = float(share)
    except ValueError:
        number = 0.0
    if not 0 < number <= 1:
        raise SettingsError(f"policy budget: write {name}=0.01, a share above 0 and at most 1, not '{text[:40]}'")
    return NAMES[name], number


def _scored(index: Index, classifier: Classifier, advised: Policy) -> Iterator[dict[Line, float]]:
    """Each listing's scores by track, and by its category where it counts as an offer."""
    for hit in index.scan(Query()):
        current = hit.document.current
        if current is None or current.classification.model != classifier.digest:
            continue
        by_track = scores(current.listing, current.classification, current.context, advised.counts)
        found: dict[Line, float] = dict(by_track.items())
        if Track.OFFERS in found:
            found[counted(current.classification, advised.counts)] = found[Track.OFFERS]
        yield found


def _advised(line: Line, advised: Policy) -> Cut:
    return advised.cuts[line if isinstance(line, Track) else Track.OFFERS]


def _budget(arguments: argparse.Namespace, deployment: Deployment, classifier: Classifier) -> int:
    cuts = cuts_of(deployment, classifier, shares(arguments.budget, deployment.settings))
    if arguments.adopt:
        with closing(deployment.activations()) as activations:
            adopt(deployment.settings.root, activations, cuts)
    for line in cuts.boundless:
        sys.stderr.write(
            f"warning: {line}: so few of the {cuts.listings:,} listings have a score there that the budget has room for all of them:"
            " whatever scores at all waits; name a smaller share, or leave it out\n"
        )
    if arguments.json:
        show_json({"adopted": arguments.adopt, "cuts": cuts, "per_thousand": cuts.per_thousand})
        return 0
    show_table(HEAD, _table(cuts.tracks, cuts.categories))
    waiting = f"at most {cuts.per_thousand:,.10g} of 1,000 listings, all budgets together"
    show_facts(
        {
            "listings": f"{cuts.listings:,}",
            "waiting": waiting,
            "adopted": "yes" if arguments.adopt else "no; --adopt does",
        }
    )
    return 0


def _table(tracks: Mapping[Track, Cut], categories: Mapping[Category, Cut]) -> list[tuple[str, str, str]]:
    lines = [*tracks.items(), *categories.items()]
    return [(str(line), _told(cut.review_at), _told(cut.flag_at)) for line, cut in lines]


def _told(threshold: float) -> str:
    return "never" if threshold >= NEVER else f"{threshold:.6f}"


def _counts(found: Policy) -> str:
    said = {name: getattr(found.counts, name) for name in found.counts.__struct_fields__}
    return ", ".join(f"{name.replace('_', ' ')}: {'yes' if counts else 'no'}" for name, counts in said.items())
