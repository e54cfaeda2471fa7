"""Which of the saved pages stand before the market, and by what a profile can tell them."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

import parsel

from crawlers.draft.names import identity
from crawlers.gates.signs import gate_by_signs
from crawlers.page import Page
from crawlers.profile import Gate, select

MOST_FORMS = 5
ENOUGH = 3
"""Other pages without it that make a selector sure."""
CALLED = {
    Gate.LOGIN: ("input[type=password]",),
    Gate.CAPTCHA: ("input[name*=captcha]", "img[src*=captcha]", "[id*=captcha]"),
}
"""What only such a page has on most markets."""


@dataclass(frozen=True)
class Told:
    """A selector that finds pages of one gate, and none of the others."""

    gate: Gate
    selector: str
    found: int
    of: int
    """Saved pages of the gate."""
    others: int
    """Saved pages on which the selector finds nothing."""

    @property
    def confidence(self) -> float:
        """Much where enough other pages lack it, from 0 to 1."""
        return 0.9 if self.others >= ENOUGH else 0.5


def standing_before(pages: Sequence[tuple[str, Page]]) -> dict[str, Gate]:
    """The pages that are gates by general signs, by their names."""
    return {name: gate for name, page in pages if (gate := gate_by_signs(page))}


def telling(pages: Sequence[tuple[str, Page]], gates: Mapping[str, Gate]) -> tuple[Told, ...]:
    """For each gate the plainest selector that finds most of its pages and nothing on any other page; none without one."""
    read = [(gates.get(name), page.document) for name, page in pages if isinstance(page.document, parsel.Selector)]
    return tuple(
        found
        for gate in sorted(set(gates.values()))
        if (
            found := _told(
                gate, [page for one, page in read if one is gate], [page for one, page in read if one is not gate]
            )
        )
    )


def _told(gate: Gate, pages: Sequence[parsel.Selector], others: Sequence[parsel.Selector]) -> Told | None:
    selectors = dict.fromkeys(selector for page in pages for selector in _selectors(gate, page))
    good = [
        Told(gate, selector, sum(bool(select(page, selector)) for page in pages), len(pages), len(others))
        for selector in selectors
        if not any(select(page, selector) for page in others)
    ]
    return max(good, key=lambda one: one.found, default=None)


def _selectors(gate: Gate, page: parsel.Selector) -> Iterator[str]:
    """The page's forms by their ids, then what such gates have; a form without a password is no login's."""
    for form in page.root.xpath("//form[@id]")[:MOST_FORMS]:
        if (name := identity(form)) and (gate is not Gate.LOGIN or form.xpath(".//input[@type='password']")):
            yield f"form#{name}"
    yield from (selector for selector in CALLED.get(gate, ()) if select(page, selector))
