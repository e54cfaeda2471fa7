"""Addresses and settings of an Elasticsearch, judged before anything is sent."""

from contextlib import closing

import pytest

from pipeline.errors import IndexUnavailableError, SettingsError
from pipeline.index import Query
from pipeline.index.elastic import ElasticIndex
from pipeline.index.elastic_access import cluster
from pipeline.settings import Elastic


@pytest.mark.parametrize(
    ("address", "said"),
    [
        ("http://elastic.example:9200", "in clear"),
        ("http://10.0.0.1:9200", "in clear"),
        ("https://anna:secret@elastic.example:9200", "elastic.password_file"),
        ("https://elastic.example:9200/listings", "is no address"),
        ("https://", "is no address"),
        ("https://elastic.example:port", "is no address"),
        ("https://[::1", "is no address"),
    ],
)
def test_an_address_that_will_not_do_is_refused(address: str, said: str) -> None:
    with pytest.raises(SettingsError, match=said) as told:
        cluster(address, Elastic())
    assert "secret" not in str(told.value)


@pytest.mark.parametrize(
    "address", ["http://127.0.0.1:9200", "http://[::1]:9200", "http://localhost", "https://e.example"]
)
def test_loopback_is_reached_in_clear_and_the_rest_secured(address: str) -> None:
    assert cluster(address, Elastic()).address.startswith(address)


@pytest.mark.parametrize(
    ("chosen", "said"),
    [
        (Elastic(user="anna"), "both user and password_file"),
        (Elastic(password_file="p"), "both user and password_file"),
        (Elastic(user="anna", password_file="p", api_key_file="k"), "not both"),
        (Elastic(ca_file="c", fingerprint="00"), "not both"),
    ],
)
def test_settings_that_contradict_each_other_are_refused(chosen: Elastic, said: str) -> None:
    with pytest.raises(SettingsError, match=said):
        cluster("https://elastic.example", chosen)


def test_a_certificate_is_for_https() -> None:
    with pytest.raises(SettingsError, match="are for https"):
        cluster("http://127.0.0.1:9200", Elastic(ca_file="c"))


def test_nobody_at_an_address_is_said_with_what_to_do() -> None:
    with (
        closing(ElasticIndex(cluster("http://127.0.0.1:9", Elastic()), Elastic())) as index,
        pytest.raises(
            IndexUnavailableError,
            match=r"does not answer at http://127\.0\.0\.1:9 \(Connection refused\); start it, or correct `index` \(HEADSTAMP_INDEX\)",
        ),
    ):
        index.search(Query())
