"""How an Elasticsearch is reached: by which address, as whom, and by what it is known."""

import stat
from pathlib import Path
from urllib.parse import urlsplit

from pipeline.errors import SettingsError
from pipeline.index.elastic_client import Cluster
from pipeline.index.research import LEAST_KEY_BYTES
from pipeline.settings import Elastic
from pipeline.settings.access import api_key, check_login, is_loopback, password, secret

_HOW = "as with `openssl rand -hex 32`"


def cluster(address: str, chosen: Elastic) -> Cluster:
    """The Elasticsearch at an address, not connected yet; a `SettingsError` where it would be reached in clear over a network."""
    try:
        parts = urlsplit(address)
        host, port = parts.hostname, parts.port
    except ValueError as error:
        raise SettingsError(
            f"index: '{address}' is no address ({error}); write sqlite:///FILE or https://HOST:PORT"
        ) from error
    if parts.username or parts.password:
        raise SettingsError(
            "index: name the user in elastic.user and the file of its password in elastic.password_file"
        )
    if not host or parts.path.strip("/") or parts.query or parts.fragment:
        raise SettingsError(f"index: '{address}' is no address; write sqlite:///FILE or https://HOST:PORT")
    if parts.scheme == "http" and not is_loopback(host):
        raise SettingsError(
            f"index: '{address}' would carry listings in clear; write https://HOST:PORT, http is for loopback"
        )
    _check(chosen, secure=parts.scheme == "https")
    shown = f"[{host}]" if ":" in host else host
    return Cluster(
        f"{parts.scheme}://{shown}:{port or 9200}",
        lambda: _credentials(chosen) | _trust(chosen),
        timeout_s=chosen.timeout_s,
    )


def research_key(path: str) -> bytes:
    """The key of researchers' pseudonyms; a `SettingsError` where it could be guessed, or anybody on this machine may read it."""
    setting = "elastic.research_key_file"
    key = secret(path, setting)
    if len(key) < LEAST_KEY_BYTES:
        raise SettingsError(
            f"{setting}: {path} holds {len(key)} bytes; write {LEAST_KEY_BYTES} or more into it, {_HOW}"
        )
    if len(set(key)) == 1:
        raise SettingsError(f"{setting}: {path} holds one byte over and over; write a random key into it, {_HOW}")
    if Path(path).expanduser().stat().st_mode & stat.S_IRWXO:
        raise SettingsError(f"{setting}: {path} is open to every user of this machine; `chmod o= {path}`")
    return key


def _check(chosen: Elastic, *, secure: bool) -> None:
    check_login("elastic", chosen)
    if chosen.ca_file and chosen.fingerprint:
        raise SettingsError("elastic: give ca_file or fingerprint, not both")
    if not secure and (chosen.ca_file or chosen.fingerprint):
        raise SettingsError("elastic: ca_file and fingerprint are for https; write index = https://HOST:PORT")


def _credentials(chosen: Elastic) -> dict[str, object]:
    if chosen.api_key_file:
        return {"api_key": api_key(chosen.api_key_file, "elastic.api_key_file")}
    if chosen.user:
        return {"basic_auth": (chosen.user, password(chosen.password_file, "elastic.password_file"))}
    return {}


def _trust(chosen: Elastic) -> dict[str, object]:
    if chosen.fingerprint:
        return {"ssl_assert_fingerprint": chosen.fingerprint.replace(":", "").lower()}
    if not chosen.ca_file:
        return {}
    file = Path(chosen.ca_file).expanduser()
    secret(chosen.ca_file, "elastic.ca_file")
    return {"ca_certs": str(file)}
