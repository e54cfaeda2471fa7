"""Reads the settings once, from headstamp.toml and the environment."""

import difflib
import os
import pwd
import tomllib
from collections.abc import Mapping
from pathlib import Path
from urllib.parse import urlsplit

import msgspec

from pipeline.errors import SettingsError
from pipeline.settings.sections import Section, Settings

PREFIX = "HEADSTAMP_"
OTHER_NAMES = ("HEADSTAMP_CONFIG", "HEADSTAMP_TEST_")
"""Environment names that begin with the prefix and are no settings."""
CRAWL_LOG = "log.db"
"""The log of a home, which a crawl writes to whatever the broker is."""
OTHER_FILES = frozenset({"audit.db", "activations.db", "archive.db", "frontier.db", "gates.db", "scores.db"})
"""Files of a home that can be neither its log nor its index."""


def load(environment: Mapping[str, str], file: Path | None = None) -> Settings:
    """The settings of `file` (default: headstamp.toml of the working folder, where there is one), overruled by the environment.

    A section's key is `HEADSTAMP_SECTION_KEY`. An unknown key is a `SettingsError` that names the nearest known one.
    """
    chosen = file or (Path(environment["HEADSTAMP_CONFIG"]) if "HEADSTAMP_CONFIG" in environment else None)
    tree = _file(chosen or Path("headstamp.toml"), must_exist=chosen is not None)
    for name, value in environment.items():
        if name.startswith(PREFIX) and not name.startswith(OTHER_NAMES):
            _put(tree, name, value)
    try:
        settings = msgspec.convert(tree, Settings, strict=False)
    except msgspec.ValidationError as error:
        raise SettingsError(_told(str(error), tree)) from error
    _check_home(settings)
    _check_files(settings)
    return settings


def _told(message: str, tree: Mapping[str, object]) -> str:
    """What is wrong with a value, with its setting and the value itself."""
    wrong, _, place = message.partition(" - at `$.")
    value: object = tree
    for key in place.rstrip("`").split("."):
        value = value.get(key) if isinstance(value, dict) else value
    name = place.rstrip("`")
    variable = f"{PREFIX}{name.replace('.', '_')}".upper()
    return f"{name}: {value!r} will not do: {wrong}; correct it in headstamp.toml or as {variable}"


def file_of(address: str) -> str:
    """The file that the address sqlite:///FILE names, relative to the home; "" where it is another address."""
    try:
        parts = urlsplit(address)
    except ValueError:
        return ""
    return parts.path.removeprefix("/") if parts.scheme == "sqlite" and not parts.netloc else ""


def names() -> dict[str, tuple[str, ...]]:
    """Every setting's environment name with its path in headstamp.toml."""
    found: dict[str, tuple[str, ...]] = {}
    for field in msgspec.structs.fields(Settings):
        if isinstance(field.type, type) and issubclass(field.type, Section):
            for inner in msgspec.structs.fields(field.type):
                found[f"{PREFIX}{field.name}_{inner.name}".upper()] = (field.name, inner.name)
        else:
            found[f"{PREFIX}{field.name}".upper()] = (field.name,)
    return found


def _check_home(settings: Settings) -> None:
    if not settings.home.strip():
        raise SettingsError("home: is empty; name a folder (HEADSTAMP_HOME)")
    try:
        str(settings.root).encode()
    except (RuntimeError, UnicodeEncodeError) as error:
        raise SettingsError(f"home: {settings.home!r} is no folder's name ({error}); name another one") from error


def _check_files(settings: Settings) -> None:
    """Raise where log and index would write into one another's file, or into that of another part of the home."""
    log, index = file_of(settings.broker), file_of(settings.index)
    kept = {_place(settings, other) for other in OTHER_FILES}
    logs = {_place(settings, other) for other in (log, CRAWL_LOG)}
    for setting, file, taken in (("broker", log, kept), ("index", index, kept | logs)):
        if file and _place(settings, file) in taken:
            raise SettingsError(f"{setting}: another part of the home keeps {file}; name another file")


def _place(settings: Settings, file: str) -> str:
    return os.path.realpath(settings.root / file)


def _file(path: Path, *, must_exist: bool) -> dict[str, object]:
    try:
        tree: dict[str, object] = tomllib.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        if must_exist:
            raise SettingsError(f"{path}: no such file; correct HEADSTAMP_CONFIG or --config") from None
        return {}
    except OSError as error:
        raise SettingsError(f"{path}: {error.strerror}; correct HEADSTAMP_CONFIG or --config") from error
    except (UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise SettingsError(f"{path}: {error}") from error
    known = {".".join(keys) for keys in names().values()}
    for section, value in tree.items():
        for key in [f"{section}.{inner}" for inner in value] if isinstance(value, dict) else [section]:
            if key not in known:
                raise SettingsError(f"{path}: unknown key '{key}'{_nearest(key, known)}")
    return tree


def _put(tree: dict[str, object], name: str, value: str) -> None:
    known = names()
    if name not in known:
        raise SettingsError(f"environment: unknown setting {name}{_nearest(name, known)}")
    *section, key = known[name]
    inner = tree
    for part in section:
        inner = inner.setdefault(part, {})  # type: ignore[assignment]  # a section is a table
    inner[key] = value


def _nearest(word: str, known: Mapping[str, object] | set[str]) -> str:
    near = difflib.get_close_matches(word, list(known), n=1)
    return f"; did you mean '{near[0]}'?" if near else ""


def user() -> str:
    """The name of the user who started this process, for the audit."""
    try:
        return pwd.getpwuid(os.getuid()).pw_name
    except KeyError:
        return f"uid{os.getuid()}"
