"""Makes alarms the alert rules that Kibana checks by the clock."""

import hashlib
import json
import uuid

from dashboards.kibana.client import Kibana, as_json
from dashboards.kibana.condition import Json
from dashboards.kibana.objects import Place
from dashboards.kibana.same import Change, What, holds
from dashboards.kibana.source import Alarm, View
from dashboards.kibana.space import within
from pipeline.errors import KibanaError

TOLD = {
    "listings": ("market", "category", "verdict", "track", "first_seen"),
    "measures": ("name", "market", "stage", "topic", "value", "time"),
}
"""Fields of documents that a rule hands to its actions: no text of a page leaves by mail or chat."""
MOST_TOLD = 10
CREATION_ONLY = ("rule_type_id", "consumer")
"""What is said of a rule when it is made, and not again."""
OF_ACTIONS = ("group", "id", "uuid", "params", "frequency", "alerts_filter")
"""What may be said of an action again when its rule is put right."""


def make_rule(kibana: Kibana, alarm: Alarm, view: View, place: Place) -> Change:
    """Make an alarm's rule; one that says otherwise is put right, and keeps the actions that people gave it, and whether it is on."""
    path = f"{within(place.space)}/api/alerting/rule/{rule_id(alarm, place)}"
    ours, found = rule(alarm, view, place), kibana.ask("GET", path)
    there = {} if found.missing else as_json(found)
    if found.missing:
        what = What.CREATED
        if kibana.ask("POST", path, {**ours, "actions": []}).missing:
            raise KibanaError(f"Kibana at {kibana.address} has no alerting; turn it on, or see docs/kibana.md")
    elif holds(there, ours):
        what = What.UNCHANGED
    else:
        what = What.UPDATED
        kept = {name: value for name, value in ours.items() if name not in CREATION_ONLY}
        kibana.ask("PUT", path, {**kept, "actions": _actions(there)})
    return Change(space=place.space, kind="rule", name=alarm.name, what=what)


def rule_id(alarm: Alarm, place: Place) -> str:
    """The rule's id, the same at every install; Kibana takes random UUIDs only, so it has their form."""
    made = hashlib.sha256(f"headstamp {place.prefix} {place.space} {alarm.name}".encode()).digest()
    return str(uuid.UUID(bytes=made[:16], version=4))


def rule(alarm: Alarm, view: View, place: Place) -> Json:
    """A rule in the words of Kibana's API."""
    return {
        "name": alarm.title,
        "tags": ["headstamp"],
        "rule_type_id": ".es-query",
        "consumer": "stackAlerts",
        "schedule": {"interval": alarm.every},
        "params": {
            "searchType": "esQuery",
            "index": [f"{place.prefix}{view.index}"],
            "timeField": view.time,
            "esQuery": json.dumps(query(alarm, view), sort_keys=True),
            "size": MOST_TOLD,
            "aggType": "count",
            "groupBy": "all",
            "threshold": [alarm.more_than if alarm.fewer_than is None else alarm.fewer_than],
            "thresholdComparator": ">" if alarm.fewer_than is None else "<",
            "timeWindowSize": alarm.hours,
            "timeWindowUnit": "h",
            # A listing may reach the index long after it was captured: what an earlier run saw tells nothing.
            "excludeHitsFromPreviousRun": False,
        },
    }


def query(alarm: Alarm, view: View) -> Json:
    """What a rule asks Elasticsearch, within its window of time."""
    return {"query": {"bool": {"filter": [one.query for one in alarm.where]}}, "_source": list(TOLD[view.index])}


def _actions(there: Json) -> list[Json]:
    actions = there.get("actions")
    assert isinstance(actions, list), "actions stand in a list"
    return [{name: action[name] for name in OF_ACTIONS if name in action} for action in actions]
