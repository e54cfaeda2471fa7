"""Puts spaces, roles, dashboards and alert rules into Kibana."""

import re
from collections.abc import Iterator

import msgspec

from dashboards.kibana.alarms import make_rule
from dashboards.kibana.audiences import AUDIENCES, place
from dashboards.kibana.check import problems
from dashboards.kibana.client import Kibana
from dashboards.kibana.importing import put
from dashboards.kibana.mapped import mapped
from dashboards.kibana.objects import Place, ndjson, objects
from dashboards.kibana.same import Change
from dashboards.kibana.source import Audience
from dashboards.kibana.space import make_role, make_space
from pipeline.errors import KibanaError, SettingsError
from pipeline.settings import Settings

OLDEST, NEWEST = (8, 9), 9
"""Versions that fit: the first takes every `typeMigrationVersion` of ours; of later majors than the last nothing is known."""
WORKING = frozenset({"available", "degraded"})


class _Version(msgspec.Struct, frozen=True):
    number: str = ""


class _Overall(msgspec.Struct, frozen=True):
    level: str = ""


class _Health(msgspec.Struct, frozen=True):
    overall: _Overall = _Overall()


class _Status(msgspec.Struct, frozen=True):
    version: _Version = _Version()
    status: _Health = _Health()


def install(kibana: Kibana, settings: Settings) -> list[Change]:
    """Put everything of every audience into a Kibana that fits; what became of each thing.

    Nothing is written where its version does not fit, or where our own objects do not hold together. It may be repeated.
    """
    check_version(kibana)
    places = [(audience, place(audience, settings)) for audience in AUDIENCES]
    for audience, where in places:
        if faults := problems(ndjson(objects(audience, where)), mapped(audience.view.index)):
            raise KibanaError(
                f"the objects for {audience.name} do not hold together ({faults[0]}); tell the makers of Headstamp"
            )
    return [change for audience, where in places for change in _installed(kibana, audience, where)]


def check_version(kibana: Kibana) -> None:
    """Raise where Kibana is not ready, or too old or too new for our objects."""
    found = kibana.ask("GET", "/api/status").read(_Status)
    number = re.match(r"(\d+)\.(\d+)\.", found.version.number)
    if number is None:
        raise SettingsError(
            f"kibana: {kibana.address} does not tell this user its version; correct kibana.address or the user"
        )
    major, minor = int(number[1]), int(number[2])
    if (major, minor) < OLDEST or major > NEWEST:
        raise KibanaError(
            f"Kibana at {kibana.address} is version {found.version.number}; these dashboards fit"
            f" {OLDEST[0]}.{OLDEST[1]} to {NEWEST}.x: use one of those, or the Headstamp made for yours"
        )
    if found.status.overall.level not in WORKING:
        raise KibanaError(
            f"Kibana at {kibana.address} is {found.status.overall.level or 'not ready'}; try again once it is available"
        )


def _installed(kibana: Kibana, audience: Audience, where: Place) -> Iterator[Change]:
    yield make_space(kibana, audience, where)
    yield make_role(kibana, audience, where)
    yield from put(kibana, where.space, objects(audience, where))
    for alarm in audience.alarms:
        yield make_rule(kibana, alarm, audience.view, where)
