"""Which gate a page is by general signs: a sum of few weights, for what gates show and against what markets show."""

import re
from collections.abc import Iterator
from html import escape
from itertools import accumulate

import parsel

from crawlers.gates.face import CURT, Face, face
from crawlers.gates.phrases import CALLED_CAPTCHA, CERTAIN, HEADINGS, POLICE, PRICES, TALK, TOPIC, TRADE
from crawlers.page import Page
from crawlers.profile import Gate
from crawlers.reason import Reason

ENOUGH = 3.0
"""Points from which a page is a gate."""
MOST_LINKS, MOST_TEXT = 150, 10_000
"""Links of a page, and bytes of a plain text, that no gate exceeds."""
PLAINLY = 5.0
"""Points from which a page is plainly the market's own."""
ORDER = (
    Gate.SEIZED,
    Gate.EXIT_SCAM,
    Gate.LOGIN,
    Gate.CAPTCHA,
    Gate.BANNED,
    Gate.QUEUE,
    Gate.DDOS_WAIT,
    Gate.MAINTENANCE,
)
"""Which of two gates with equal points is named."""
LETTER = frozenset({Gate.EXIT_SCAM, Gate.SEIZED})
"""Gates that may say much: a letter, a banner in six languages."""
MOVING = frozenset({Gate.QUEUE, Gate.DDOS_WAIT})
"""Gates that let go by themselves: such a page loads another one, or is bare."""
BREVITY = {120: 1.0, 250: 0.8, 500: 0.5, 1000: 0.25}
"""Up to so many words, what a phrase counts."""
SEALED = "begin pgp message"
TILES, SHORT = 4, 120
"""Boxes and pictures of a riddle in tiles, and words of a page that has one."""
REFUSING, CLOSING = frozenset({401, 403, 429}), frozenset({502, 503, 504})
ASKED = re.compile(r"\w\?")
SIGNS_IN = re.compile(r"log-?_?in|sign-?_?in|\bauth|anmeld|connexion|pgp|2fa|mnemonic")
SETTINGS = re.compile(r"(old|current|new)[_-]?pass")
SEIZED = re.compile(r"seiz|beschlagnahm|law-?_?enforcement")


def gate_by_signs(page: Page) -> Gate | None:
    """The gate that a page is by general signs; None for any other page, and for what is no HTML page."""
    document = _document(page)
    if document is None or len(document.root.xpath("//a[@href]")) > MOST_LINKS:
        return None
    shown = face(document)
    if any(points >= PLAINLY for points in accumulate(_shelved(shown))):
        return None
    points = scores(shown, page.status)
    best = max(ORDER, key=lambda gate: points[gate])
    return best if points[best] >= ENOUGH else None


def _document(page: Page) -> parsel.Selector | None:
    """The page as a tree; a text without any markup as one that shows it."""
    if isinstance(page.document, parsel.Selector):
        return page.document
    if page.document.reason != Reason.NOT_HTML or b"<" in page.body or len(page.body) > MOST_TEXT:
        return None
    return parsel.Selector(text=f"<pre>{escape(page.body.decode('utf-8', 'replace'))}</pre>", type="html")


def scores(shown: Face, status: int = 200) -> dict[Gate, float]:
    """The points of every gate."""
    points = {gate: _told(gate, shown) for gate in Gate}
    for gate, more in _built(shown, status):
        points[gate] += more
    against = market(shown)
    return {gate: max(0.0, number - against) for gate, number in points.items()}


def market(shown: Face) -> float:
    """The points of what markets, forums and help pages show and gates do not."""
    return sum(_shelved(shown))


def _shelved(shown: Face) -> Iterator[float]:
    """Those points one by one, none less than 0; what takes long to look for comes last."""
    yield _step(shown.shelf, {4: 0.5, 6: 1.0, 12: 2.0, 24: 3.5})
    yield _step(shown.main.posts, {1: 1.0, 2: 2.0})
    yield 1.0 if shown.main.letters and not shown.main.passwords else 0.0
    yield _step(shown.headings, {4: 2.0, 6: 3.0})
    yield _step(shown.words, {250: 0.5, 600: 1.0, 1200: 2.0})
    yield 0.75 if shown.framed else 0.0
    yield 2.0 * shown.inside
    yield _step(len(PRICES.findall(shown.heard)), {1: 1.0, 3: 1.5, 8: 2.5, 20: 3.5})
    yield 2.5 if TOPIC.search(shown.loud) else 0.0
    yield _step(len(ASKED.findall(shown.said)), {4: 1.0})
    yield _step(sum(1 for line in TRADE if line.search(shown.heard)), {1: 0.5, 2: 1.0, 3: 1.5, 4: 2.0, 5: 3.0})
    yield _step(_different(TALK, shown.heard), {2: 1.0, 3: 2.0, 5: 3.0})


def _told(gate: Gate, shown: Face) -> float:
    """The points of what the page says: much in a heading or in few words, little among many."""
    brief = _brevity(shown.words / 4 if gate in LETTER else shown.words)
    if not brief:
        return 0.0
    found = _different(CERTAIN[gate], shown.heard)
    heading = 1.5 if HEADINGS[gate].search(shown.loud) else 0.0
    loud = 1.5 if CERTAIN[gate].search(shown.loud) else 0.0
    said = min(2.5 + 0.75 * (found - 1), 4.0) if found else 0.0
    curt = 1.25 if found and shown.words <= CURT else 0.0
    elsewhere = 1.5 if shown.main.headings and not (heading or loud) and not shown.bare else 0.0
    still = gate in MOVING and shown.framed and shown.refresh_s is None
    return max(0.0, brief * (heading + loud + said + curt) - elsewhere) * (0.4 if still else 1.0)


def _built(shown: Face, status: int) -> Iterator[tuple[Gate, float]]:
    """The points of how the page is built."""
    brief = _brevity(shown.words)
    main = shown.main
    if main.passwords:
        yield Gate.LOGIN, 3.5 if not SETTINGS.search(shown.names) else -3.0
        yield Gate.CAPTCHA, -6.0
    elif shown.frame.passwords and shown.words <= CURT:
        yield Gate.LOGIN, 2.0
    yield Gate.LOGIN, 1.0 if main.forms and SIGNS_IN.search(shown.names) else 0.0
    yield from _asked(shown, brief)
    if shown.refresh_s is not None:
        alone = brief * (2.5 if shown.bare else 1.0)
        yield Gate.QUEUE, alone if CERTAIN[Gate.QUEUE].search(shown.heard) else 0.0
        yield Gate.DDOS_WAIT, alone
    yield Gate.SEIZED, min(3, _different(POLICE, f"{shown.heard} {shown.names}")) * 0.7 * brief
    yield Gate.SEIZED, 3.0 if shown.words <= CURT and SEIZED.search(shown.names) else 0.0
    yield Gate.BANNED, 1.0 if status in REFUSING else 0.0
    yield Gate.MAINTENANCE, 1.0 if status in CLOSING else 0.0


def _asked(shown: Face, brief: float) -> Iterator[tuple[Gate, float]]:
    """The points of a riddle: a field or picture called after it, pictures beside one field and few words."""
    main = shown.main
    if CALLED_CAPTCHA.search(shown.names):
        yield Gate.CAPTCHA, 2.5
    if main.letters or SEALED in shown.heard:
        yield Gate.CAPTCHA, -2.0
    if "captcha" in shown.heard:
        yield Gate.CAPTCHA, brief
    if main.forms and main.pictures and main.boxes:
        yield Gate.CAPTCHA, _step(-shown.words, {-80: 1.5, -15: 3.0})
    elif main.forms and main.boxes + main.choices > 0 and shown.bare:
        yield Gate.CAPTCHA, 1.5
    if main.choices and main.choices + main.pictures >= TILES and shown.words <= SHORT:
        yield Gate.CAPTCHA, 1.5
    if not (main.forms or main.boxes or main.pictures or main.choices):
        yield Gate.CAPTCHA, -1.5


def _different(expression: re.Pattern[str], text: str) -> int:
    return len({match[0] for match in expression.finditer(text)})


def _brevity(words: float) -> float:
    """How much one phrase tells of a page with so many words."""
    return next((share for most, share in BREVITY.items() if words <= most), 0.0)


def _step(number: int, steps: dict[int, float]) -> float:
    return max((points for least, points in steps.items() if number >= least), default=0.0)
