"""A draft as the file of a profile, with what to check in comments."""

from collections import Counter
from collections.abc import Iterator

import yaml

from crawlers.draft.draft import Draft, Rule
from crawlers.draft.expected import expect
from crawlers.draft.gates import Told
from crawlers.draft.guess import Guess
from crawlers.profile import Pick, Selector
from pipeline.terminal import plain

EXAMPLE = 60
UNSURE = 0.6


def written(found: Draft, market: str = "draft") -> str:
    """The YAML of a profile that loads as it is."""
    return "\n".join(_lines(found, market)) + "\n"


def _lines(found: Draft, market: str) -> Iterator[str]:
    counts = Counter(found.kinds.values())
    told = ", ".join(f"{number} {kind}" for kind, number in sorted(counts.items())) or "none that could be read"
    yield f"# Drafted from {len(found.kinds)} saved pages ({told}). Each guess has its confidence, from 0 to 1."
    yield "# Look at what it reads: headstamp profile check THIS.yaml PAGE…; then add authority and mirrors."
    yield f"market: {market}"
    yield from _rules(found)
    if found.rows:
        yield f"rows: {_scalar(found.rows)}"
    yield "fields:" if found.guesses else "fields: {}"
    yield from (f"  {one.field}: {_selector(one.selector)}  # {_note(one)}" for one in found.guesses)
    if found.told:
        yield "gates:"
        yield from (f"  {one.gate}: {_scalar(one.selector)}  # {_shares(one)}" for one in found.told)
    expected = [(one.field, share) for one in found.guesses if (share := expect(one.filled, one.of))]
    yield "expect:  # a little less than measured" if expected else "expect: {}"
    yield from (f"  {field}: {share}" for field, share in expected)


def _rules(found: Draft) -> Iterator[str]:
    yield f"listing: {_scalar(found.listing.rule)}  # {_links(found.listing)}"
    if found.follow:
        yield "follow:"
        yield from (f"  - {_scalar(rule.rule)}  # {_links(rule)}" for rule in found.follow)


def _links(rule: Rule) -> str:
    if not rule.links:
        return f"{rule.confidence:.2f}: no link to a listing seen; put the market's own address here"
    check = "CHECK, " if rule.confidence < UNSURE else ""
    return f"{rule.confidence:.2f}: {check}{rule.links} links on {rule.pages} pages"


def _note(one: Guess) -> str:
    example = plain(" ".join(one.example.split()))
    shown = example if len(example) <= EXAMPLE else f"{example[:EXAMPLE]}…"
    how = "always" if one.same else "such as"
    check = "CHECK, " if one.confidence < UNSURE else ""
    return f"{one.confidence:.2f}: {check}{one.filled} of {one.of}" + (f", {how} “{shown}”" if shown else "")


def _shares(one: Told) -> str:
    check = "CHECK, " if one.confidence < UNSURE else ""
    return f"{one.confidence:.2f}: {check}on {one.found} of {one.of} such pages, on none of {one.others} others"


def _selector(selector: Selector) -> str:
    if isinstance(selector, str):
        return _scalar(selector)
    parts = {"select": selector.select, "after": selector.after, "before": selector.before}
    return "{" + ", ".join(f"{name}: {_quoted(value)}" for name, value in parts.items() if value) + "}"


def _scalar(text: str) -> str:
    bare = yaml.safe_dump(text, allow_unicode=True, width=10_000).strip().removesuffix("\n...").strip()
    return bare if "\n" not in bare and not set(text) & set("{}[]#,&*!|>%@`") else _quoted(text)


def _quoted(text: str) -> str:
    return yaml.safe_dump(text, allow_unicode=True, width=10_000, default_style='"').strip()


__all__ = ["Pick", "written"]
