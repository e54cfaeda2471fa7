"""What every page of the console is made with."""

from dataclasses import dataclass
from functools import cache
from pathlib import Path

import jinja2
from starlette.requests import Request
from starlette.responses import HTMLResponse, Response

from dashboards.web import findings, letters, words
from dashboards.web.desk import Desk
from pipeline.taxonomy import ACTS, CATEGORIES, FACETS, IN_SCOPE

FOLDER = Path(__file__).parent
Facts = dict[str, object]
"""What a template is told, by name."""


@dataclass(frozen=True, kw_only=True)
class Console:
    """The desk, the templates, and in whose name reviews are filed."""

    desk: Desk
    templates: jinja2.Environment
    analyst: str
    token: str
    """What a form must bring back; known to pages of this process only."""

    @classmethod
    def of(cls, request: Request) -> "Console":
        """The console that a request came to."""
        found = request.app.state.console
        assert isinstance(found, cls)
        return found

    def page(self, template: str, facts: Facts, status: int = 200) -> Response:
        """A page rendered."""
        shared = {"analyst": self.analyst, "token": self.token}
        return HTMLResponse(self.templates.get_template(template).render(shared | facts), status)


@cache
def templates() -> jinja2.Environment:
    """The templates, compiled once a process: everything escaped, an unknown name an error."""
    environment = jinja2.Environment(
        loader=jinja2.FileSystemLoader(FOLDER / "templates"),
        autoescape=True,
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.globals |= {word.__name__: word for word in words.WORDS}
    environment.globals |= {"shown": letters.shown, "marked": letters.marked, "visible": letters.visible}
    environment.globals |= {"signs": findings.signs}
    environment.globals |= {"FACETS": FACETS, "ACTS": list(ACTS)}
    environment.globals |= {"IN_SCOPE": [category for category in CATEGORIES if category in IN_SCOPE]}
    environment.globals |= {"ELSEWHERE": [category for category in CATEGORIES if category not in IN_SCOPE]}
    return environment
