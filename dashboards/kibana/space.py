"""Makes the space and the role of an audience."""

from dashboards.kibana.client import Kibana, as_json
from dashboards.kibana.condition import Json
from dashboards.kibana.objects import Place
from dashboards.kibana.same import Change, What, holds
from dashboards.kibana.source import Audience
from pipeline.errors import KibanaError
from pipeline.index.elastic_roles import reading

RESERVED = "default"
"""The space that every Kibana has, which has no part in addresses."""


def within(space: str) -> str:
    """What the address of a call in a space begins with."""
    return "" if space == RESERVED else f"/s/{space}"


def make_space(kibana: Kibana, audience: Audience, place: Place) -> Change:
    """Make the space unless it is there; one that is there keeps its name, colour and features."""
    there = not kibana.ask("GET", f"/api/spaces/space/{place.space}").missing
    if not there:
        made = {"id": place.space, "name": f"Headstamp: {audience.name}", "description": audience.dashboard.about}
        _must(kibana.ask("POST", "/api/spaces/space", made).missing, "spaces")
    return Change(space=place.space, kind="space", name=place.space, what=What.UNCHANGED if there else What.CREATED)


def make_role(kibana: Kibana, audience: Audience, place: Place) -> Change:
    """Make the role that may read one index, and this space, and nothing else; one that says otherwise is put right."""
    name = f"{place.prefix}headstamp-{audience.name}"
    path = f"/api/security/role/{name}"
    ours = role(audience, place)
    found = kibana.ask("GET", path)
    if same := not found.missing and holds(as_json(found), ours):
        what = What.UNCHANGED
    else:
        what = What.CREATED if found.missing else What.UPDATED
    if not same:
        _must(kibana.ask("PUT", path, ours).missing, "roles")
    return Change(space="", kind="role", name=name, what=what)


def role(audience: Audience, place: Place) -> Json:
    """A role in the words of Kibana's API: index-level, as every edition has it."""
    return {
        "elasticsearch": {**reading(f"{place.prefix}{audience.view.index}"), "run_as": []},
        "kibana": [{"base": ["read"], "feature": {}, "spaces": [place.space]}],
    }


def _must(missing: bool, what: str) -> None:  # noqa: FBT001  # it reads as a sentence
    if missing:
        raise KibanaError(
            f"this Kibana knows no {what}; turn security on in Elasticsearch (xpack.security.enabled) and Kibana"
        )
