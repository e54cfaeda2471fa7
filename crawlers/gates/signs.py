"""Which gate a page is by general signs: a sum of few weights, for what gates show and against what markets show."""

import re
from collections.abc import Iterator
from html import escape
from itertools import accumulate

import parsel

from crawlers.gates.face import CURT, FEW_LINKS, FRAME_LINKS, Face, face
from crawlers.gates.phrases import (
    ABOUT,
    BYLINE,
    CALLED_CAPTCHA,
    CERTAIN,
    CUES,
    DEMANDS_LOGIN,
    HEADINGS,
    NOTICE,
    OWN_AFFAIRS,
    PASSWORD,
    POLICE,
    PRICES,
    REPORT,
    TALK,
    TOPIC,
    TRADE,
    YEARS,
)
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
KINDS = (
    (Gate.LOGIN, Gate.CAPTCHA),
    (Gate.QUEUE, Gate.DDOS_WAIT),
    (Gate.MAINTENANCE,),
    (Gate.SEIZED,),
    (Gate.BANNED,),
    (Gate.EXIT_SCAM,),
)
"""Gates that one page shows together."""
STATED = frozenset({Gate.SEIZED, Gate.BANNED, Gate.MAINTENANCE, Gate.EXIT_SCAM})
"""Gates that state and do not ask."""
GOODS = 4
"""Links of one kind, and prices, that are goods."""
SUBJECTS = 3
"""Colons of a list that says something of one site after another."""
BREVITY = {120: 1.0, 250: 0.8, 500: 0.5, 1000: 0.25}
"""Up to so many words, what a phrase counts."""
SEALED = "begin pgp message"
TILES, SHORT = 4, 120
"""Boxes and pictures of a riddle in tiles, and words of a page that has one."""
REFUSING, CLOSING = frozenset({401, 403, 429}), frozenset({502, 503, 504})
ASKED = re.compile(r"\w\?")
SIGNS_IN = re.compile(r"log-?_?in|sign-?_?in|\bauth|anmeld|connexion|pgp|2fa|mnemonic")
ENTERS = re.compile(
    rf"{HEADINGS[Gate.LOGIN].pattern}|{PASSWORD.pattern}|{CERTAIN[Gate.LOGIN].pattern}|account|regist|sign ?up|member|welcome back|session|2fa|konto|compte|cuenta|аккаунт|регистр"
)
"""What the title or a heading says where the login is what the page is for, and no box beside something else."""
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
    phrases = {gate: _different(CERTAIN[gate], shown.heard) for gate in Gate}
    points = {gate: _told(gate, shown, phrases[gate]) for gate in Gate}
    for gate, more in _built(shown, status):
        points[gate] += more
    kinds = _kinds(phrases)
    told_of = kinds > 1 and not shown.main.forms and shown.said.count(": ") >= SUBJECTS
    against = market(shown) + _step(kinds, {3: 1.5, 4: 3.0, 5: 4.0}) + (2.5 if told_of else 0.0)
    return {gate: max(0.0, number - against) for gate, number in points.items()}


def market(shown: Face) -> float:
    """The points of what markets, forums and help pages show and gates do not."""
    return sum(_shelved(shown))


def _shelved(shown: Face) -> Iterator[float]:
    """Those points one by one, none less than 0; what takes long to look for comes last."""
    yield _step(shown.shelf, {4: 0.5, 6: 1.0, 12: 2.0, 24: 3.5})
    yield _step(shown.main.posts, {1: 1.0, 2: 2.0, 3: 3.0})
    yield 1.0 if shown.main.letters and not shown.main.passwords else 0.0
    yield _step(shown.headings, {4: 2.0, 6: 3.0})
    yield _step(shown.words, {250: 0.5, 600: 1.0, 1200: 2.0})
    yield _step(len(shown.frame.links), {FRAME_LINKS: 0.75, 3 * FRAME_LINKS: 1.75})
    yield 2.0 * shown.inside
    yield _step(len(PRICES.findall(shown.heard)), {1: 1.0, 3: 1.5, 8: 2.5, 20: 3.5})
    yield _topic(shown)
    yield _step(len(ASKED.findall(shown.said)), {4: 1.0})
    yield 2.75 if BYLINE.search(shown.heard) else 0.0
    yield _step(_different(YEARS, shown.said), {3: 1.5})
    yield _step(sum(1 for line in TRADE if line.search(shown.heard)), {1: 0.5, 2: 1.0, 3: 1.5, 4: 2.0, 5: 3.0})
    yield _step(_different(REPORT, shown.heard), {1: 1.0, 2: 2.5, 3: 4.5})
    yield _step(_different(TALK, shown.heard), {2: 1.0, 3: 2.0, 5: 3.0})


def _topic(shown: Face) -> float:
    """The points of a heading about something else; more where few words stand under it, each of which is heard aloud."""
    if TOPIC.search(shown.headed) or ABOUT.search(shown.headed):
        return 4.0 if shown.words <= CURT else 2.5
    return 2.5 if TOPIC.search(shown.loud) else 0.0


def _kinds(phrases: dict[Gate, int]) -> int:
    """How many kinds of gates are spoken of: one page is one, a list of markets or of changes names many."""
    return sum(any(phrases[gate] for gate in alike) for alike in KINDS)


def _told(gate: Gate, shown: Face, found: int) -> float:
    """The points of what the page says: much in a heading or in few words, little among many."""
    brief = _brevity(shown.words / 4 if gate in LETTER else shown.words)
    if not brief:
        return 0.0
    heading = 1.5 if HEADINGS[gate].search(shown.loud) else 0.0
    loud = 1.5 if CERTAIN[gate].search(shown.loud) else 0.0
    said = min(2.5 + 0.75 * (found - 1), 4.0) if found else 0.0
    curt = 1.25 if found and shown.words <= CURT else 0.0
    strange = shown.main.headings and not (heading or loud or shown.bare or NOTICE.search(shown.headed))
    elsewhere = 1.5 if strange else 0.0
    asks = 2.5 if gate in STATED and "?" in shown.headed else 0.0
    still = gate in MOVING and len(shown.frame.links) > FEW_LINKS and shown.refresh_s is None
    return max(0.0, brief * (heading + loud + said + curt) - elsewhere - asks) * (0.4 if still else 1.0)


def _built(shown: Face, status: int) -> Iterator[tuple[Gate, float]]:
    """The points of how the page is built."""
    brief = _brevity(shown.words)
    yield from ((Gate.LOGIN, points) for points in _entered(shown))
    yield from _asked(shown, brief)
    yield from _moving(shown, brief)
    if shown.main.passwords:
        yield Gate.CAPTCHA, -6.0
    if PRICES.search(shown.heard) and any(line.search(shown.heard) for line in TRADE):
        yield from ((gate, -4.5 if gate not in LETTER else -1.5) for gate in Gate if gate is not Gate.EXIT_SCAM)
    yield from ((gate, _together(gate, shown)) for gate in CUES)
    yield Gate.SEIZED, min(3, _different(POLICE, f"{shown.heard} {shown.names}")) * 0.7 * brief
    yield Gate.SEIZED, 3.0 if shown.words <= CURT and SEIZED.search(shown.names) else 0.0
    yield Gate.BANNED, 1.0 if status in REFUSING else 0.0
    yield Gate.MAINTENANCE, 1.0 if status in CLOSING else 0.0


def _entered(shown: Face) -> Iterator[float]:
    """The points of a login: where a password is typed, what it is typed for, what stands beside it."""
    main, curt = shown.main, shown.words <= CURT
    if main.passwords:
        yield -3.0 if SETTINGS.search(shown.names) or OWN_AFFAIRS.search(shown.heard) else 3.5
        alone = main.boxes and curt and shown.shelf < GOODS
        yield 1.5 if alone and HEADINGS[Gate.LOGIN].search(shown.heard) else 0.0
        elsewhere = shown.links > FEW_LINKS and not ENTERS.search(shown.titles)
        yield -5.5 if elsewhere and not DEMANDS_LOGIN.search(shown.heard) else 0.0
    elif shown.frame.passwords and curt:
        yield 2.0
    demands = curt and shown.shelf < GOODS and DEMANDS_LOGIN.search(shown.heard)
    yield 4.5 if demands else 0.0 if main.forms else -1.5
    yield 1.5 if main.boxes and PASSWORD.search(shown.heard) else 0.0
    yield -2.5 if len(shown.frame.links) >= 3 * FRAME_LINKS else 0.0
    yield -2.0 if shown.inside and not main.passwords else 0.0
    yield 1.0 if main.forms and SIGNS_IN.search(shown.names) else 0.0
    yield -2.0 if shown.shelf >= GOODS and len(PRICES.findall(shown.heard)) >= GOODS else 0.0


def _moving(shown: Face, brief: float) -> Iterator[tuple[Gate, float]]:
    """The points of a gate that lets go by itself: it asks for nothing, and loads another page."""
    against = 1.5 if shown.main.forms and shown.main.boxes else 0.0
    mirrors = shown.refresh_s is None and shown.heard.count(".onion") > 1
    yield from ((gate, -against - (3.0 if mirrors else 0.0)) for gate in MOVING)
    yield Gate.QUEUE, 1.0 if HEADINGS[Gate.QUEUE].search(shown.headed) else 0.0
    if shown.refresh_s is not None:
        alone = brief * (2.5 if shown.bare else 1.0)
        yield Gate.QUEUE, alone if CERTAIN[Gate.QUEUE].search(shown.heard) else 0.0
        yield Gate.DDOS_WAIT, alone


def _together(gate: Gate, shown: Face) -> float:
    """The points of words that say nothing alone."""
    first, others = CUES[gate]
    if shown.words > 2 * SHORT or shown.shelf >= GOODS or not first.search(shown.heard) or BYLINE.search(shown.heard):
        return 0.0
    found = sum(bool(other.search(shown.heard)) for other in others)
    return _step(found, {2: 2.0, 3: 3.25, 4: 4.0})


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
    if main.forms and main.pictures and main.boxes >= TILES:
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
