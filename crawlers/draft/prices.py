"""Where the price stands."""

import re
from collections.abc import Iterator, Sequence

from crawlers.draft.cards import CURRENCY, priced
from crawlers.draft.core import away
from crawlers.draft.guess import Candidate, Scored, ranked, spread
from crawlers.draft.known import known
from crawlers.draft.labels import label
from crawlers.draft.names import called, selectors
from crawlers.draft.relations import Beside
from crawlers.draft.sample import Element, Sample, whole
from crawlers.draft.zones import apart, aside, frame
from crawlers.profile import Selector, select
from pipeline.values import money

WORDS = known("price prices preis prix precio prezzo preco fiyat cost amount cena pris tarif prijs")
ELSE = known("ship shipping old was strike discount fee fees deposit balance total btc rate option")
STRUCK = frozenset({"del", "s", "strike"})
CONVERTED = re.compile(r"[(\[ ]*(?:[≈~≅∼]|approx|about|ca\.|equals)", re.IGNORECASE)
SHORT = 40
"""Letters of the longest text that is nothing but a price."""
MOST = 12
"""Priced elements of a sample that are looked at."""


def price(samples: Sequence[Sample], told: Sequence[Beside]) -> Scored | None:
    """The best selector of the price; None where no amount of money is shown."""
    candidates = [
        Candidate(one.selector, (0.05 if one.weak else 0.3) - 0.4 * _elsewhere(one.selector, samples))
        for one in told
        if one.field == "price"
    ]
    candidates += [with_currency for one in candidates[:MOST] if (with_currency := _currency(one))]
    for sample in spread(samples)[:4]:
        candidates += _named(sample)
    found = ranked(candidates, samples, _quality)
    return found[0] if found else None


def _currency(one: Candidate) -> Candidate | None:
    """The candidate with the currency that only its label tells: "Price (USD)" over "12.50"."""
    path = one.selector
    if isinstance(path, str) and path.startswith(("/", "./")) and (found := CURRENCY.search(path)):
        return Candidate(f"(concat(normalize-space({path}), ' {found[1]}'))", one.prior - 0.05)
    return None


def _elsewhere(selector: Selector, samples: Sequence[Sample]) -> bool:
    """Whether a price stands under a heading that tells of something else than the offer, such as ways of delivery."""
    path = selector if isinstance(selector, str) else selector.select
    found = next(
        (node.root for sample in samples if sample.first(selector) for node in select(sample.node, path)), None
    )
    return hasattr(found, "iterancestors") and apart(found)


def _quality(text: str, _sample: Sample) -> float:
    if not money(text):
        return 0.0
    wordy = len(text) > SHORT
    other = any(
        (found := label(line)) and not found.weak and found.fields[0] not in ("price", "other")
        for line in text.splitlines()
    )
    return 0.4 if other else 0.8 if wordy or CONVERTED.match(text) else 1.0


def _named(sample: Sample) -> Iterator[Candidate]:
    """Priced elements by their names: the earlier, the likelier."""
    elements = priced(sample)
    ordered = [one for one in sample.node.root.iter() if one in elements]
    outside = [one for one in ordered if not frame(one, sample)] or ordered
    short = [one for one in outside if len(whole(one)) <= SHORT]
    foremost = min(short, key=lambda one: away(one, sample), default=None)
    for place, element in enumerate(outside[:MOST]):
        prior = _prior(element, sample) - 0.02 * place - 0.2 * (element is not foremost)
        yield from (
            Candidate(selector, prior - 0.005 * rank) for rank, selector in enumerate(selectors(element, sample))
        )


def _prior(element: Element, sample: Sample) -> float:
    near = [element, *list(element.iterancestors())[:2]]
    prior = 0.2 * any(called(one, WORDS) for one in near) - 0.2 * any(called(one, ELSE) for one in near[:2])
    prior -= 0.3 * any(one.tag in STRUCK or "line-through" in one.get("style", "") for one in near)
    prior += 0.05 * (element.tag in ("h1", "h2", "h3", "h4", "strong", "b")) - 0.03 * away(element, sample)
    return prior - 0.25 * (aside(element, sample) or apart(element))
