"""The compose file as Docker reads it, and whether it follows the Compose Specification."""

import importlib.util
import json
import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import yaml

ROOT = Path(__file__).parents[1]
FILE = ROOT / "docker-compose.yml"
SCHEMA = ROOT / "tests" / "schemas" / "compose-spec.json"
IMAGE = "headstamp"
VARIABLE = re.compile(r"\$\{(?P<name>\w+):-(?P<default>[^}]*)\}")
KINDS = {
    "object": dict,
    "array": list,
    "string": str,
    "boolean": bool,
    "integer": int,
    "number": (int, float),
    "null": type(None),
}


def composed(**environment: str) -> dict[str, Any]:
    """The whole file, with variables of the environment put in, or their defaults."""
    text = VARIABLE.sub(lambda found: environment.get(found["name"], found["default"]), FILE.read_text("utf-8"))
    assert "${" not in text, "a variable without a default would make every command of compose fail"
    found: dict[str, Any] = yaml.safe_load(text)
    return found


def ours(services: Mapping[str, Any]) -> dict[str, Any]:
    """The services that run the image of Headstamp."""
    return {name: one for name, one in services.items() if one["image"].partition(":")[0] == IMAGE}


def credentials(root: Path) -> Path:
    """The folder below which compose/credentials.py made what is missing."""
    credentials_module().make(root)
    return root


def credentials_module() -> Any:
    """compose/credentials.py, which is a program of the image and no part of the packages."""
    spec = importlib.util.spec_from_file_location("credentials", ROOT / "compose" / "credentials.py")
    assert spec
    assert spec.loader
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def faults(value: object, schema: Mapping[str, Any], root: Mapping[str, Any], place: str = "") -> Iterator[str]:
    """Where a value breaks a JSON schema, for the words that the schema of the Compose Specification uses."""
    if "$ref" in schema:
        yield from faults(value, _referred(schema["$ref"], root), root, place)
        return
    if "oneOf" in schema:
        ways = [list(faults(value, way, root, place)) for way in schema["oneOf"]]
        if sum(not way for way in ways) != 1:
            yield f"{place}: fits {sum(not way for way in ways)} of {len(ways)} forms: {min(ways, key=len)}"
    if "type" in schema and not _is(value, schema["type"]):
        yield f"{place}: {value!r} is no {schema['type']}"
        return
    if "enum" in schema and value not in schema["enum"]:
        yield f"{place}: {value!r} is none of {schema['enum']}"
    if isinstance(value, dict):
        yield from _faults_of_object(value, schema, root, place)
    if isinstance(value, list):
        if schema.get("uniqueItems") and len({json.dumps(one) for one in value}) < len(value):
            yield f"{place}: something is there twice"
        for number, one in enumerate(value):
            yield from faults(one, schema.get("items", {}), root, f"{place}[{number}]")


def _faults_of_object(
    value: dict[str, object], schema: Mapping[str, Any], root: Mapping[str, Any], place: str
) -> Iterator[str]:
    patterns, known = schema.get("patternProperties", {}), schema.get("properties", {})
    yield from (f"{place}: {name} is missing" for name in schema.get("required", ()) if name not in value)
    for name, inner in value.items():
        fitting = [known[name]] if name in known else []
        fitting += [patterns[pattern] for pattern in patterns if re.search(pattern, name)]
        for one in fitting:
            yield from faults(inner, one, root, f"{place}.{name}")
        if not fitting and schema.get("additionalProperties") is False:
            yield f"{place}: '{name}' is not known"


def _is(value: object, kinds: str | list[str]) -> bool:
    wanted = [kinds] if isinstance(kinds, str) else kinds
    if isinstance(value, bool):
        return "boolean" in wanted
    return any(isinstance(value, KINDS[kind]) for kind in wanted)  # type: ignore[arg-type]  # a type, or some


def _referred(address: str, root: Mapping[str, Any]) -> Mapping[str, Any]:
    found = root
    for step in address.removeprefix("#/").split("/"):
        found = found[step]
    return found
