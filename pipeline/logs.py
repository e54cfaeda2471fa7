"""One JSON line per unit of work on stderr, with secrets taken out last."""

import json
import logging
import re
from datetime import UTC, datetime

NAME = "headstamp"
SECRET_NAMES = re.compile(r"pass(word|wd)?|secret|token|cookie|authorization|api[_-]?key|credential", re.IGNORECASE)
SECRET_TEXT = re.compile(
    r"(?P<scheme>\b[a-z][a-z0-9+.-]*://)[^\s/@:]+:[^\s/@]+@"  # user information in an address
    r"|(?P<named>\b(?:pass(?:word|wd)?|secret|token|api[_-]?key|(?:set-)?cookie|authorization)\b[\"']?\s*[=:]\s*)\S.*"
    r"|\b(?:Bearer|Basic|ApiKey)\s+\S+",
    re.IGNORECASE,
)
GONE = "[redacted]"
CHATTER = "kafka"
"""A library that says every failed attempt as an error, which pipeline/patience.py says once a minute, and at `debug` its passwords."""
Fact = str | int | float | bool | None


def configure(level: str) -> None:
    """Send every log line of this process, our own and our libraries', to stderr as JSON."""
    handler = logging.StreamHandler()
    handler.setFormatter(_Line())
    logging.basicConfig(level=level.upper(), handlers=[handler], force=True)
    logging.getLogger(CHATTER).setLevel(logging.INFO if level == "debug" else logging.CRITICAL)


def line(event: str, *, level: int = logging.INFO, **facts: Fact) -> None:
    """Say that something was done, with its figures; never page text, credentials or cookies."""
    logging.getLogger(NAME).log(level, event, extra={"facts": facts})


def redacted(text: str) -> str:
    """The text without passwords, tokens, cookies and the user information of addresses."""
    return SECRET_TEXT.sub(lambda found: f"{found['scheme'] or found['named'] or ''}{GONE}", text)


class _Line(logging.Formatter):
    def format(self, record: logging.LogRecord) -> str:
        facts: dict[str, Fact] = getattr(record, "facts", {})
        told = {
            "time": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname.lower(),
            "event": record.getMessage(),
        }
        if record.name != NAME:
            told["logger"] = record.name
        if record.exc_info:
            told["error"] = self.formatException(record.exc_info)
        return json.dumps({name: _clean(name, value) for name, value in (told | facts).items()}, ensure_ascii=False)


def _clean(name: str, value: Fact) -> Fact:
    if SECRET_NAMES.search(name):
        return GONE
    return redacted(value) if isinstance(value, str) else value
