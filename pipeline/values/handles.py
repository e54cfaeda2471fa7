"""Names under which somebody is reached outside a market: messengers and e-mail."""

import re
from collections.abc import Iterator

from pipeline.values.found import Found

_NAME = r"[A-Za-z][A-Za-z0-9_]{3,31}(?![A-Za-z0-9_@])"
_LINK = re.compile(r"(?:https?://)?(?:t|telegram)\.me/(?:joinchat/|s/)?(?P<name>\+?[A-Za-z0-9_-]{4,40})", re.IGNORECASE)
_AT = re.compile(rf"(?<![\w.@/])@(?P<name>{_NAME})(?!\.[a-zA-Z])")
_SAID = r"(?:[ \t]?(?:me|app|id|user(?:name)?|name|account|acc|handle|contact|pro|us|chat|messenger|is)\b){0,3}[ \t]{0,2}[:=@>–-]{1,3}[ \t]{0,2}@?"
"""What may stand between a messenger and the name there; without a mark or "user" the next word is no name."""
_USER = r"[ \t](?:user(?:name)?|id|name|handle|account)[ \t]{1,2}@?"
_BARE = r"[ \t](?=[A-Za-z_.]{0,30}[0-9_])"
"""A name with a digit or an underscore needs no mark before it."""
_MAIL = re.compile(
    r"(?<![\w.%+-])[A-Za-z0-9][A-Za-z0-9._%+-]{0,63}@(?:[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?\.){1,5}[A-Za-z]{2,24}(?![\w-])"
)
_XMPP_WORD = re.compile(r"(?:xmpp|jabber|жаббер|otr|omemo)[\w ()/]{0,20}[: >=@–-]{1,4}$", re.IGNORECASE)
_XMPP_HOST = re.compile(
    r"(?:jabber|xmpp|exploit\.im|thesecure\.biz|conversations\.im|jabb\.im|dukgo\.com|swissjabber|securejabber|draugr\.de|xabber|404\.city"
    r"|creep\.im|jab\.im|yax\.im|dismail\.de|5222\.de|magicbroccoli|calyxinstitute|riseup\.net/xmpp)",
    re.IGNORECASE,
)
_HEX_SESSION = re.compile(r"(?<![0-9A-Za-z])05[0-9a-fA-F]{64}(?![0-9A-Za-z])")
_HEX_TOX = re.compile(r"(?<![0-9A-Za-z])[0-9a-fA-F]{76}(?![0-9A-Za-z])")
_PHONE = r"\+?\d[\d ().-]{6,18}\d"
BEFORE = 40
"""Characters before an address in which its kind is looked for."""


def _named(service: str, words: str, name: str) -> tuple[str, re.Pattern[str]]:
    return service, re.compile(
        rf"(?<![^\W_])(?:{words})(?:{_SAID}|{_USER}|{_BARE})(?P<name>{name})(?![A-Za-z0-9_@])", re.IGNORECASE
    )


_NAMED = (
    _named("telegram", "telegram|telegramm|tele|telega|tg|tlg|телеграмм?|телега|тг", r"[A-Za-z][A-Za-z0-9_]{3,31}"),
    _named("wickr", r"wickr[ ]?(?:me|pro)?|викр", r"[A-Za-z0-9][A-Za-z0-9._-]{2,31}"),
    _named("threema", "threema", r"[A-Z0-9*][A-Z0-9]{7}"),
    _named("signal", "signal", rf"{_PHONE}|[A-Za-z_][A-Za-z0-9_]{{2,31}}\.\d{{2,9}}"),
    _named("whatsapp", "whats ?app", _PHONE),
    _named("icq", "icq", r"\d{3}[ -]?\d{3}[ -]?\d{2,4}|\d{5,9}"),
)
_WORDS = frozenset(
    [
        "and",
        "are",
        "but",
        "can",
        "chat",
        "channel",
        "group",
        "for",
        "get",
        "hit",
        "list",
        "live",
        "members",
        "message",
        "messenger",
        "only",
        "number",
        "our",
        "post",
        "the",
        "this",
        "via",
        "with",
        "write",
        "you",
        "your",
        "escrow",
        "here",
        "link",
        "account",
        "accounts",
        "secure",
        "safe",
        "username",
        "user",
        "contact",
    ]
)
"""Words that are no names."""


def handles(text: str) -> Iterator[Found]:
    """The handles in a text: "telegram:name", "wickr:name", "xmpp:name@server", "email:…", "session:…", "threema:…", "tox:…", "signal:…", "whatsapp:…", "icq:…".

    Names of services that tell no large letters from small ones come back in small ones. An address of the form
    name@server is XMPP where the word before it or its server says so.
    """
    if "@" in text:
        yield from _addresses(text)
    yield from _linked(text)
    for service, pattern in _NAMED:
        yield from _after(text, service, pattern)
    yield from _hexadecimal(text)


def tags(text: str) -> Iterator[Found]:
    """The names with an @ before them ("@name"), which are Telegram's where that is what a text speaks of."""
    for found in _AT.finditer(text):
        if found["name"].lower() not in _WORDS:
            yield Found(f"telegram:{found['name'].lower()}", *found.span("name"))


def _addresses(text: str) -> Iterator[Found]:
    for found in _MAIL.finditer(text):
        server = found[0].partition("@")[2]
        spoken = _XMPP_WORD.search(text, max(0, found.start() - BEFORE), found.start())
        kind = "xmpp" if spoken or _XMPP_HOST.match(server) else "email"
        yield Found(f"{kind}:{found[0].lower()}", found.start(), found.end())


def _linked(text: str) -> Iterator[Found]:
    for found in _LINK.finditer(text):
        yield Found(f"telegram:{found['name'].lower()}", found.start(), found.end())


def _after(text: str, service: str, pattern: re.Pattern[str]) -> Iterator[Found]:
    for found in pattern.finditer(text):
        name = found["name"].rstrip("._-")
        if name.lower() in _WORDS or not _fits(service, name):
            continue
        start = found.start("name")
        yield Found(f"{service}:{_spelt(service, name)}", start, start + len(name))


def _fits(service: str, name: str) -> bool:
    """Threema's names are all in large letters; everywhere else a name is anything but a word with more words after it."""
    return name.isupper() if service == "threema" else True


def _spelt(service: str, name: str) -> str:
    if service in {"whatsapp", "icq"} or (service == "signal" and name[-1].isdigit() and not name[0].isalpha()):
        return re.sub(r"[^\d+]", "", name)
    return name if service == "threema" else name.lower()


def _hexadecimal(text: str) -> Iterator[Found]:
    for found in _HEX_SESSION.finditer(text):
        yield Found(f"session:{found[0].lower()}", *found.span())
    for found in _HEX_TOX.finditer(text):
        if _is_tox(found[0]):
            yield Found(f"tox:{found[0].upper()}", *found.span())


def _is_tox(digits: str) -> bool:
    """Whether the last two bytes are the exclusive or of all pairs before them (Tox specification, "Tox ID")."""
    raw = bytes.fromhex(digits)
    even, odd = 0, 0
    for place in range(0, len(raw), 2):
        even, odd = even ^ raw[place], odd ^ raw[place + 1]
    return even == odd == 0
