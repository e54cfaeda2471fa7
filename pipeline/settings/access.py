"""What the settings of every server have in common: secrets that lie in files, who logs in, what is this machine."""

import ipaddress
from pathlib import Path

from pipeline.errors import SettingsError
from pipeline.settings.sections import Elastic, Kibana


def secret(path: str, setting: str) -> bytes:
    """The bytes of a secret's file without the line end; a `SettingsError` where it cannot be read or is empty."""
    try:
        found = Path(path).expanduser().read_bytes().strip()
    except (OSError, RuntimeError) as error:
        told = error.strerror if isinstance(error, OSError) else error
        raise SettingsError(
            f"{setting}: {path or '(none)'} cannot be read ({told}); name a file that can be"
        ) from error
    if not found:
        raise SettingsError(f"{setting}: {path} is empty; write the secret into it")
    return found


def password(path: str, setting: str) -> str:
    """The text of a secret's file, as above."""
    try:
        return secret(path, setting).decode()
    except UnicodeDecodeError:
        raise SettingsError(f"{setting}: {path} holds no text; write the secret into it") from None


def api_key(path: str, setting: str) -> str:
    """The same, fit to be the value of an HTTP header."""
    found = password(path, setting)
    if not (found.isascii() and found.isprintable() and " " not in found):
        raise SettingsError(f"{setting}: {path} holds no such secret; write it there, on one line")
    return found


def check_login(section: str, chosen: Elastic | Kibana) -> None:
    """Raise a `SettingsError` where name, password and API key contradict each other."""
    if bool(chosen.user) != bool(chosen.password_file):
        raise SettingsError(f"{section}: give both user and password_file, or neither")
    if chosen.user and chosen.api_key_file:
        raise SettingsError(f"{section}: give user and password_file, or api_key_file, not both")


def is_loopback(host: str) -> bool:
    """Whether a host, by name or address, is this machine, so that what is sent to it in clear reaches no network."""
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"
