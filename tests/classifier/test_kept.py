"""What the encoder said is kept, and whatever happens to the file, nobody fails for it."""

import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from classifier.kept import FILE, InMemory, Kept, OnDisk, kept, key_of

ROOT = Path(__file__).parents[2]


def keys(count: int, model: str = "m") -> list[str]:
    return [key_of(model, f"text {number}") for number in range(count)]


def items(count: int) -> dict[str, bytes]:
    return {key: b"%d" % number for number, key in enumerate(keys(count))}


@pytest.fixture(params=["disk", "memory"])
def cache(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Kept]:
    """Room for ten outputs."""
    found = kept(tmp_path if request.param == "disk" else None, most=10)
    yield found
    found.close()


def test_what_was_put_is_found_and_nothing_else(cache: Kept) -> None:
    cache.put(items(4))
    assert cache.get(keys(6)) == items(4)
    assert cache.get(keys(4, model="other")) == {}
    assert cache.get([]) == {}


def test_the_same_key_again_replaces(cache: Kept) -> None:
    cache.put(items(2))
    cache.put({keys(1)[0]: b"new"})
    assert cache.get(keys(2)) == items(2) | {keys(1)[0]: b"new"}


def test_the_oldest_go_first(cache: Kept) -> None:
    for key, value in items(25).items():
        cache.put({key: value})
    assert cache.get(keys(25)) == dict(list(items(25).items())[-10:])
    cache.put(items(25))
    assert len(cache.get(keys(25))) == 10


def test_another_process_finds_what_one_put(tmp_path: Path) -> None:
    code = (
        "import sys; from pathlib import Path; from classifier.kept import OnDisk, key_of\n"
        "cache = OnDisk(Path(sys.argv[1]))\n"
        "for number in range(200): cache.put({key_of('m', f'text {number}'): b'%d' % number})\n"
    )
    words = [sys.executable, "-c", code, str(tmp_path / FILE)]
    writers = [subprocess.Popen(words, cwd=ROOT, stderr=subprocess.PIPE) for _ in range(2)]
    errors = [writer.communicate()[1] for writer in writers]
    assert errors == [b"", b""]
    assert OnDisk(tmp_path / FILE).get(keys(200)) == items(200)


def test_it_stays_when_it_is_opened_again(tmp_path: Path) -> None:
    first = OnDisk(tmp_path / FILE)
    first.put(items(3))
    first.close()
    assert OnDisk(tmp_path / FILE).get(keys(3)) == items(3)


@pytest.mark.parametrize("damage", [b"no database" * 1000, b"", b"SQLite format 3\x00" + b"\xff" * 8000])
def test_a_damaged_file_is_made_anew(tmp_path: Path, damage: bytes) -> None:
    first = OnDisk(tmp_path / FILE)
    first.put(items(3))
    first.close()
    (tmp_path / FILE).write_bytes(damage)
    again = OnDisk(tmp_path / FILE)
    assert again.get(keys(3)) == {}
    again.put(items(3))
    again.close()
    assert OnDisk(tmp_path / FILE).get(keys(3)) == items(3)


def test_a_file_that_is_damaged_while_it_is_open_is_made_anew(tmp_path: Path) -> None:
    cache = OnDisk(tmp_path / FILE)
    cache.put(items(2_000))
    cache.close()
    content = bytearray((tmp_path / FILE).read_bytes())
    cache = OnDisk(tmp_path / FILE)
    content[4096:] = b"\xff" * (len(content) - 4096)
    (tmp_path / FILE).write_bytes(content)
    assert cache.get(keys(5)) == {}
    cache.put(items(5))
    assert cache.get(keys(5)) == items(5)


def test_a_file_that_was_deleted_is_made_anew(tmp_path: Path) -> None:
    cache = OnDisk(tmp_path / FILE)
    cache.put(items(3))
    for path in tmp_path.glob(f"{FILE}*"):
        path.unlink()
    cache.put(items(5))
    cache.get(keys(5))
    cache.close()
    again = OnDisk(tmp_path / FILE)
    again.put(items(3))
    assert again.get(keys(3)) == items(3)


def test_an_output_with_a_flipped_bit_is_none(tmp_path: Path) -> None:
    cache = OnDisk(tmp_path / FILE)
    cache.put({keys(1)[0]: b"an output that is long enough to be found in the file"})
    cache.close()
    content = (tmp_path / FILE).read_bytes()
    (tmp_path / FILE).write_bytes(content.replace(b"an output", b"an 0utput"))
    assert OnDisk(tmp_path / FILE).get(keys(1)) == {}


def test_a_place_where_no_file_can_be_is_done_without(tmp_path: Path) -> None:
    (tmp_path / "home").write_text("a file, no folder")
    cache = kept(tmp_path / "home")
    cache.put(items(3))
    assert cache.get(keys(3)) == items(3)


def test_a_newer_headstamps_file_is_left_alone(tmp_path: Path) -> None:
    from pipeline.sqlite import Database

    Database(tmp_path / FILE, ("CREATE TABLE later(x)", "CREATE TABLE much(x)")).close()
    cache = OnDisk(tmp_path / FILE)
    cache.put(items(3))
    assert cache.get(keys(3)) == items(3)
    assert Database(tmp_path / FILE, ("", "")).all("SELECT count(*) FROM later") == [(0,)]


def test_without_a_home_it_ends_with_the_process() -> None:
    assert isinstance(kept(None), InMemory)
