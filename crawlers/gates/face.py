"""What a page shows at a glance: its loud words, its plain words, its forms, its pictures and its shelves."""

import re
import unicodedata
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cached_property
from itertools import islice

import parsel
from lxml.etree import _Element, iterwalk  # type: ignore[import-untyped]  # lxml ships no types

MOST_ELEMENTS = 6_000
"""Elements that are looked at: a page with more shows more than a gate does."""
EVENTS = ("start", "end", "comment", "pi")
"""Walked in the order in which they are read; what follows a comment is text as well."""
SEARCHED, LOUDEST = 6_000, 1_500
"""Letters of the plain and of the loud words in which phrases are looked for."""
LONGEST_LINK = 300
"""Letters of an address in which a shape is looked for, in time that grows with their square."""
CURT, FEW_LINKS = 40, 4
"""Words and links of a page that says one thing, every word of it aloud."""
FRAME_LINKS = 8
FEW_WORDS = 2
"""A page with fewer words outside its frame and title, and no form there, is all frame: the frame is then what it shows."""
LOUD = frozenset({"title", "h1", "h2", "h3", "legend", "button", "caption"})
NAMED = frozenset({"a", "b", "div", "p", "span", "strong", "td"})
HEADINGS = frozenset({"h1", "h2", "h3", "h4", "h5", "dt"})
LOUD_NAME = re.compile(r"(^|[\s_-])(title|heading|btn|button|alert|error|warning|lead|message|notice)($|[\s_-])")
"""Classes of what stands out like a heading or a button."""
POST_NAME = re.compile(r"(^|[\s_-])(posts?|comments?|repl(y|ies)|review|thread)($|[\s_-])")
TITLES = HEADINGS | {"title", "legend", "caption"}
TITLE_NAME = re.compile(r"(^|[\s_-])(title|heading|legend)($|[\s_-])|card-header|panel-header|box-header")
LONGEST_TITLE = 60
BLOCKS = frozenset({"div", "article", "li", "tr", "section"})
SILENT = frozenset({"script", "style", "template"})
FRAME_TAGS = frozenset({"nav", "header", "footer", "aside"})
FRAME_NAME = re.compile(
    r"(^|[\s_-])(nav(bar|igation)?|(left|side|top|main)?-?(menu|bar|nav)|(left|side|top|user)-?panel|side|left|top|bottom|header|footer|breadcrumbs?|categories|cat(egory)?-?(list|tree|menu)|list-group|widget)($|[\s_-])"
)
NAMES = ("name", "id", "class", "src", "alt", "title", "placeholder", "aria-label", "action", "data", "href")
"""Attributes of forms, fields and pictures that say what they are for."""
SEEN = frozenset(
    {"img", "input", "textarea", "iframe", "form", "object", "canvas", "embed", "map", "area", "image", "frame"}
)
SPOKEN = ("alt", "placeholder", "aria-label")
"""Attributes that are shown or read out."""
TYPED = frozenset({"", "text", "tel", "number", "email", "url"})
PRESSED = frozenset({"submit", "button", "image"})
PROVES = re.compile(r"pgp|mnemonic|code|decrypt|phrase|seed|sign|proof|response|challenge|\bkey")
SECONDS = re.compile(r"\s*(\d{1,4})")
BACKDROP = re.compile(r"url\(([^()]{1,200})\)")
LEAVES = re.compile(
    r"log-?_?out|sign-?_?out|abmelden|deconnexion|cerrar-?sesion|выйти|выход|\bsair\b|\besci\b|uitloggen|wyloguj|cikis"
)
SHAPE = re.compile(r"[^/?&=#.]*\d[^/?&=#.]*|(?<=/)[^/?&=#.]{12,}|(?<==)[^&#]+")
"""What differs between the addresses of pages of one kind."""
ALIKE = {
    **dict.fromkeys(range(0x300, 0x370)),  # accents that stand apart
    **str.maketrans({"ı": "i", "ł": "l", "ø": "o", "’": "'", "\xad": None, "\u200b": None}),
}


def folded(text: str) -> str:
    """The text in small letters without accents, so that one spelling of a word stands for all."""
    small = text.casefold()
    return small if small.isascii() else unicodedata.normalize("NFKD", small).translate(ALIKE)


@dataclass(kw_only=True)
class Area:
    """What one part of a page shows, gathered element by element."""

    said: list[str] = field(default_factory=list)
    loud: list[str] = field(default_factory=list)
    titles: list[str] = field(default_factory=list)
    """Title and headings, and what is named like one."""
    names: list[str] = field(default_factory=list)
    """What fields, forms and pictures are called."""
    headings: int = 0
    links: list[str] = field(default_factory=list)
    forms: int = 0
    passwords: int = 0
    boxes: int = 0
    """Fields to type in, other than for a search."""
    posts: int = 0
    """Posts and comments of people."""
    letters: int = 0
    """Fields for a message."""
    choices: int = 0
    """Boxes to tick, pictures to press."""
    pictures: int = 0

    def __add__(self, other: "Area") -> "Area":
        return Area(**{name: getattr(self, name) + getattr(other, name) for name in self.__dataclass_fields__})


@dataclass(kw_only=True)
class Face:
    """What a page shows."""

    main: Area
    """Outside the frame of navigation, header, sidebar and footer."""
    frame: Area
    refresh_s: int | None
    """Seconds after which the page loads another by itself."""

    @cached_property
    def loud(self) -> str:
        """The words of titles, headings, buttons and pictures; all words of a page that has little else."""
        return self.headed + (f" {self.said}" if self.bare else "")

    @cached_property
    def headed(self) -> str:
        """The words of titles, headings, buttons and pictures."""
        return _line(self.main.loud, LOUDEST)

    @cached_property
    def titles(self) -> str:
        """The words of the title and the headings, buttons left out."""
        return _line(self.main.titles + self.frame.titles, LOUDEST)

    @property
    def links(self) -> int:
        """How many links the page has."""
        return len(self.main.links) + len(self.frame.links)

    @cached_property
    def said(self) -> str:
        """All words of the page outside its frame."""
        return _line(self.main.said, SEARCHED)

    @cached_property
    def heard(self) -> str:
        """The words that are searched for phrases."""
        return f"{self.loud} {self.said}"

    @cached_property
    def names(self) -> str:
        """What the fields, forms and pictures outside the frame are called."""
        return _line(self.main.names, SEARCHED)

    @cached_property
    def words(self) -> int:
        """How many words stand outside the frame."""
        return sum(len(part.split()) for part in self.main.said)

    @property
    def bare(self) -> bool:
        """Whether the page has few words and hardly a link."""
        return self.words <= CURT and self.links <= FEW_LINKS

    @property
    def headings(self) -> int:
        """How many headings stand outside the frame."""
        return self.main.headings

    @cached_property
    def shelf(self) -> int:
        """How many links outside the frame lead to pages of one kind."""
        shapes = Counter(SHAPE.sub("*", link) for link in set(self.main.links))
        return max((number for shape, number in shapes.items() if "*" in shape), default=0)

    @cached_property
    def inside(self) -> bool:
        """Whether the page lets its visitor log out."""
        return bool(LEAVES.search(_line(self.main.links + self.frame.links + self.frame.said, 4 * SEARCHED)))


def face(document: parsel.Selector) -> Face:
    """What a page shows at a glance."""
    areas = {False: Area(), True: Area()}
    framed: set[_Element] = set()
    for event, element in islice(iterwalk(document.root, EVENTS), 2 * MOST_ELEMENTS):
        if event == "start":
            _look(element, areas, framed)
        else:
            areas[element.getparent() in framed].said.append(element.tail or "")
    main, frame = areas[False], areas[True]
    shown = Face(main=main, frame=frame, refresh_s=refresh_s(document))
    titles = sum(len((title.text or "").split()) for title in document.root.iter("title"))
    if not main.forms and shown.words - titles < FEW_WORDS:
        return Face(main=main + frame, frame=Area(), refresh_s=shown.refresh_s)
    return shown


def refresh_s(document: parsel.Selector) -> int | None:
    """The seconds after which the page loads another by itself; None where it does not."""
    for meta in document.root.iter("meta"):
        if (meta.get("http-equiv") or "").strip().lower() == "refresh":
            found = SECONDS.match(meta.get("content") or "")
            return int(found[1]) if found else None
    return None


def _look(element: _Element, areas: dict[bool, Area], framed: set[_Element]) -> None:
    tag = element.tag
    inside = element.getparent() in framed or _frames(element, tag)
    if inside:
        framed.add(element)
    area = areas[inside]
    if tag in SILENT:
        area.names.extend(BACKDROP.findall(element.text or "") if tag == "style" else ())
        return
    area.said.append(element.text or "")
    area.headings += tag in HEADINGS
    area.posts += tag in BLOCKS and bool(POST_NAME.search((element.get("class") or "").lower()))
    if tag in LOUD or (tag in NAMED and LOUD_NAME.search((element.get("class") or "").lower())):
        _hear(element, area.loud, LOUDEST)
    if tag in TITLES or (tag in NAMED and TITLE_NAME.search((element.get("class") or "").lower())):
        _hear(element, area.titles, LONGEST_TITLE)
    if tag == "a":
        area.links.append((element.get("href") or "")[:LONGEST_LINK])
    elif tag in SEEN:
        _see(element, tag, area)
    drawn = BACKDROP.findall(element.get("style") or "")
    area.names.extend(drawn)
    area.pictures += len(drawn)


def _hear(element: _Element, heard: list[str], most: int) -> None:
    """Take in what an element says aloud, while there is room: headings may lie one in another by the thousand."""
    if sum(map(len, heard)) < LOUDEST:
        heard.append("".join(element.itertext())[:most] + "\n")


def _frames(element: _Element, tag: str) -> bool:
    if tag in FRAME_TAGS:
        return True
    if tag not in ("div", "ul", "table", "td", "section"):
        return False
    return any(FRAME_NAME.search(name.lower()) for name in (element.get("class"), element.get("id")) if name)


def _see(element: _Element, tag: str, area: Area) -> None:
    area.names.extend(value for value in map(element.get, NAMES) if value)
    shown = [value for value in map(element.get, SPOKEN) if value]
    area.said.extend(f" {value} " for value in shown)
    if tag == "form":
        area.forms += 1
    elif tag in ("input", "textarea"):
        _count(element, tag, area)
    elif tag != "map":
        area.pictures += 1
        area.loud.extend(f"{value}\n" for value in shown)


def _count(element: _Element, tag: str, area: Area) -> None:
    kind = (element.get("type") or "").strip().lower() if tag == "input" else ""
    if kind == "password":
        area.passwords += 1
    elif kind in PRESSED:
        area.loud.append(f"{element.get('value') or ''}\n")
        area.said.append(f" {element.get('value') or ''} ")
        area.choices += kind == "image"
    elif kind in ("radio", "checkbox"):
        area.choices += 1
    elif tag == "textarea" and "readonly" not in element.attrib and not PROVES.search(element.get("name") or ""):
        area.letters += 1
    elif kind in TYPED and not _searches(element):
        area.boxes += 1


def _searches(element: _Element) -> bool:
    """Whether a field is one to search with."""
    named = " ".join(value for value in map(element.get, ("name", "id", "placeholder", "class")) if value).lower()
    return bool(
        re.search(
            r"search|such|recherch|busca|поиск|cerca|zoek|szuka|ara\b|^q\b|query|filter|price|min|max|quantity|qty",
            named,
        )
    )


def _line(parts: list[str], most: int) -> str:
    return " ".join(folded("".join(_bounded(parts, most))).split())


def _bounded(parts: list[str], most: int) -> Iterator[str]:
    left = most
    for part in parts:
        if left <= 0:
            return
        yield part[:left] + " "
        left -= len(part) + 1
