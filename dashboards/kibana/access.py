"""How Kibana is reached by the settings: by which address, as whom, and by what it is known."""

import ssl
from base64 import b64encode
from pathlib import Path
from urllib.parse import SplitResult, urlsplit

from dashboards.kibana.client import Kibana
from pipeline.errors import SettingsError
from pipeline.settings import Kibana as Chosen
from pipeline.settings.access import api_key, check_login, is_loopback, password

USUAL_PORT = 5601


def kibana(chosen: Chosen) -> Kibana:
    """The Kibana of the settings, not connected to; a `SettingsError` where it would be reached in clear over a network."""
    parts = _address(chosen.address)
    secure = parts.scheme == "https"
    _check(chosen, secure=secure)
    return Kibana(
        host=str(parts.hostname),
        port=parts.port or USUAL_PORT,
        path=parts.path.rstrip("/"),
        headers=_credentials(chosen),
        trust=_trust(chosen.ca_file) if secure else None,
        timeout_s=chosen.timeout_s,
    )


def _address(address: str) -> SplitResult:
    if not address:
        raise SettingsError(
            "kibana.address: names no Kibana; write https://HOST:PORT, or use --index-only where there is none"
        )
    try:
        parts = urlsplit(address)
        parts.port  # noqa: B018  # raises where it is no number
    except ValueError as error:
        raise SettingsError(f"kibana.address: '{address}' is no address ({error}); write https://HOST:PORT") from error
    if parts.scheme not in {"http", "https"} or not parts.hostname or parts.query or parts.fragment:
        raise SettingsError(f"kibana.address: '{address}' is no address; write https://HOST:PORT")
    if parts.username or parts.password:
        raise SettingsError(
            "kibana.address: name the user in kibana.user and the file of its password in kibana.password_file"
        )
    if parts.scheme == "http" and not is_loopback(parts.hostname):
        raise SettingsError(
            f"kibana.address: '{address}' would carry secrets in clear; write https://HOST:PORT, http is for loopback"
        )
    return parts


def _check(chosen: Chosen, *, secure: bool) -> None:
    check_login("kibana", chosen)
    if chosen.ca_file and not secure:
        raise SettingsError("kibana.ca_file: is for https; write kibana.address = https://HOST:PORT")


def _credentials(chosen: Chosen) -> dict[str, str]:
    if chosen.api_key_file:
        return {"Authorization": f"ApiKey {api_key(chosen.api_key_file, 'kibana.api_key_file')}"}
    if chosen.user:
        login = f"{chosen.user}:{password(chosen.password_file, 'kibana.password_file')}"
        return {"Authorization": f"Basic {b64encode(login.encode()).decode()}"}
    return {}


def _trust(ca_file: str) -> ssl.SSLContext:
    try:
        return ssl.create_default_context(cafile=str(Path(ca_file).expanduser()) if ca_file else None)
    except (OSError, ssl.SSLError) as error:
        raise SettingsError(f"kibana.ca_file: {ca_file} holds no certificates ({error}); name a PEM file") from error
