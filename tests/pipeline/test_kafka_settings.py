"""What is wrong with the settings of Kafka is said before anything is opened."""

from importlib.util import find_spec
from pathlib import Path

import pytest

from pipeline.broker.kafka import KafkaBroker
from pipeline.errors import SettingsError
from pipeline.settings import Kafka, load

ADDRESS = "kafka://kafka.example:9092"


@pytest.fixture
def password(tmp_path: Path) -> str:
    file = tmp_path / "password"
    file.write_text("secret-horse")
    return str(file)


def refused(**settings: object) -> str:
    with pytest.raises(SettingsError) as told:
        KafkaBroker(ADDRESS, Kafka(**settings))  # type: ignore[arg-type]
    return str(told.value)


def test_a_password_is_not_sent_in_the_clear(password: str) -> None:
    said = refused(user="unit", password_file=password, mechanism="PLAIN")
    assert "set kafka.tls" in said
    assert "secret-horse" not in said


@pytest.mark.parametrize("file", ["", "/nowhere/password"])
def test_a_name_without_a_password_is_refused(file: str) -> None:
    assert refused(user="unit", password_file=file).startswith("kafka.password_file: ")


def test_an_empty_password_is_refused(tmp_path: Path) -> None:
    (tmp_path / "empty").write_text("\n")
    assert "is empty" in refused(user="unit", password_file=str(tmp_path / "empty"))


@pytest.mark.parametrize("key", ["ca_file", "certificate_file"])
def test_a_file_that_is_no_certificate_is_named_by_its_setting(password: str, key: str) -> None:
    said = refused(tls=True, **{key: password})
    assert f"kafka.{key}" in said
    assert "secret-horse" not in said


def test_nothing_is_opened_before_it_is_needed(password: str) -> None:
    KafkaBroker(ADDRESS, Kafka(user="unit", password_file=password)).close()


@pytest.mark.parametrize("name", ["lz4", "snappy", "zstd"])
def test_a_compression_is_refused_where_its_package_is_missing(name: str) -> None:
    if find_spec({"lz4": "lz4", "snappy": "cramjam", "zstd": "zstandard"}[name]) or find_spec("snappy"):
        pytest.skip(f"the package of {name} is here")
    assert "gzip needs none" in refused(compression=name)


def test_a_prefix_that_kafka_takes_in_no_name_is_refused() -> None:
    with pytest.raises(SettingsError, match=r"kafka\.prefix: 'a/b' will not do"):
        load({"HEADSTAMP_KAFKA_PREFIX": "a/b"})
