"""A model directory is read only as it was written."""

from collections.abc import Callable
from contextlib import closing
from hashlib import sha256
from pathlib import Path

import msgspec
import pytest

from classifier.calibrate import Join
from classifier.manifest import Story
from classifier.model import Model
from classifier.stack import Stack
from classifier.store import GRAMS, LINEAR_FILES, MANIFEST, WEIGHTS, activate, active, load, save
from pipeline.activations import Activations
from pipeline.errors import ModelRejectedError, StorageError
from pipeline.records import Classification

Ask = Callable[..., Classification]
NUMBERS = b"\x93NUMPY\x01\x00\x76\x00" + b"{'descr': '<f8', 'fortran_order': False, 'shape': (0,), }".ljust(117) + b"\n"
"""A file of numpy's that is no archive."""


@pytest.fixture
def directory(model: Model, tmp_path: Path) -> Path:
    save(model, tmp_path / "model", Story(seed=3))
    return tmp_path / "model"


def test_what_is_written_is_read(model: Model, directory: Path, asking: Callable[[Stack], Ask]) -> None:
    read = load(directory, activation=4)
    assert read.model.join == model.join
    first, second = (asking(each) for each in (read, Stack(model, digest="", activation=5)))
    for title in ("Glock 19", "hello world"):
        assert first(title).scores == second(title).scores


def test_the_same_model_gives_the_same_bytes(model: Model, directory: Path, tmp_path: Path) -> None:
    save(model, tmp_path / "again", Story(seed=3))
    for name in (MANIFEST, *LINEAR_FILES):
        assert (directory / name).read_bytes() == (tmp_path / "again" / name).read_bytes()


@pytest.mark.parametrize("name", [MANIFEST, *LINEAR_FILES])
def test_a_missing_file_is_refused(directory: Path, name: str) -> None:
    (directory / name).unlink()
    with pytest.raises(ModelRejectedError, match=name):
        load(directory, activation=1)


@pytest.mark.parametrize("name", LINEAR_FILES)
def test_an_altered_file_is_refused(directory: Path, name: str) -> None:
    content = (directory / name).read_bytes()
    (directory / name).write_bytes(content[:-1] + bytes([content[-1] ^ 1]))
    with pytest.raises(ModelRejectedError, match="altered"):
        load(directory, activation=1)


@pytest.mark.parametrize(
    ("old", "new"),
    [
        (b'"format": 3', b'"format": 2'),
        (b'"features": 1', b'"features": 99'),
        (b'"grams.txt"', b'"../grams.txt"'),
        (b'"seed"', b'"sead"'),
        (b"{", b"["),
    ],
)
def test_a_manifest_of_another_kind_is_refused(directory: Path, old: bytes, new: bytes) -> None:
    manifest = directory / MANIFEST
    manifest.write_bytes(manifest.read_bytes().replace(old, new, 1))
    with pytest.raises(ModelRejectedError):
        load(directory, activation=1)


@pytest.mark.parametrize("content", [b"", b"PK\x03\x04", b"no weights", NUMBERS])
def test_weights_that_cannot_be_read_are_refused(directory: Path, content: bytes) -> None:
    _replaced(directory, WEIGHTS, content)
    with pytest.raises(ModelRejectedError, match="fetch the model directory again"):
        load(directory, activation=1)


def test_weights_that_fit_no_n_grams_are_refused(directory: Path) -> None:
    _replaced(directory, GRAMS, b"=gun\n=glock")
    with pytest.raises(ModelRejectedError, match="one weight for each of 2 n-grams"):
        load(directory, activation=1)


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({"thresholds": {}}, "no thresholds for offers"),
        ({"outputs": ()}, "weight for each"),
        ({"acts": ("song",)}, "do not exist"),
        ({"categories": ("FA",)}, "no category out of scope"),
        ({"around": Join(inputs=("sun",), coefficients=(), intercept=0.0)}, "does not join"),
        ({"dampers": [Join(inputs=("sun",), coefficients=(1.0,), intercept=0.0)]}, "does not join about"),
    ],
)
def test_a_manifest_whose_parts_do_not_fit_is_refused(directory: Path, change: dict[str, object], reason: str) -> None:
    manifest = directory / MANIFEST
    manifest.write_bytes(msgspec.json.encode(msgspec.json.decode(manifest.read_bytes()) | change))
    with pytest.raises(ModelRejectedError, match=reason):
        load(directory, activation=1)


def _replaced(directory: Path, name: str, content: bytes) -> None:
    """Write other content, and a manifest that vouches for it."""
    manifest = directory / MANIFEST
    before, after = (sha256(each).hexdigest().encode() for each in ((directory / name).read_bytes(), content))
    (directory / name).write_bytes(content)
    manifest.write_bytes(manifest.read_bytes().replace(before, after))


def test_the_first_use_puts_the_shipped_model_in_force(directory: Path, tmp_path: Path) -> None:
    home = tmp_path / "home"
    with closing(Activations(home)) as activations:
        first = active(home, activations, directory)
        assert activations.current("model") == (1, first.digest)
        assert active(home, activations, directory).digest == first.digest
        assert [path.name for path in (home / "models").iterdir()] == [first.digest]


def test_an_activated_model_stays_in_force_when_another_one_ships(
    directory: Path, model: Model, tmp_path: Path
) -> None:
    home, other = tmp_path / "home", tmp_path / "other"
    save(model, other, Story(seed=99))
    with closing(Activations(home)) as activations:
        active(home, activations, directory)
        assert activate(other, home, activations) == 2
        assert active(home, activations, directory).digest == load(other, activation=0).digest


def test_going_back_to_an_earlier_model_is_an_activation_too(directory: Path, model: Model, tmp_path: Path) -> None:
    home, other = tmp_path / "home", tmp_path / "other"
    save(model, other, Story(seed=99))
    with closing(Activations(home)) as activations:
        assert [activate(each, home, activations) for each in (directory, other, directory)] == [1, 2, 3]


def test_a_model_that_vanished_from_the_home_is_named(directory: Path, model: Model, tmp_path: Path) -> None:
    home, other = tmp_path / "home", tmp_path / "other"
    save(model, other, Story(seed=99))
    with closing(Activations(home)) as activations:
        activate(other, home, activations)
        kept = next((home / "models").iterdir())
        kept.rename(tmp_path / "away")
        with pytest.raises(ModelRejectedError, match="gone from this home"):
            active(home, activations, directory)


def test_a_model_in_force_whose_manifest_was_altered_is_refused(directory: Path, tmp_path: Path) -> None:
    home = tmp_path / "home"
    with closing(Activations(home)) as activations:
        _alter(home / "models" / active(home, activations, directory).digest)
        with pytest.raises(ModelRejectedError, match="another model than its name says"):
            active(home, activations, directory)


def test_an_altered_model_is_mended_by_putting_it_in_force_again(directory: Path, tmp_path: Path) -> None:
    home = tmp_path / "home"
    with closing(Activations(home)) as activations:
        digest = active(home, activations, directory).digest
        _alter(home / "models" / digest)
        assert activate(directory, home, activations) == 1
        assert active(home, activations, directory).digest == digest
        assert [path.name for path in (home / "models").iterdir()] == [digest]


def _alter(kept: Path) -> None:
    manifest = kept / MANIFEST
    manifest.write_bytes(manifest.read_bytes().replace(b'"seed": 3', b'"seed": 4'))


def test_a_home_that_cannot_be_written_says_so(directory: Path, tmp_path: Path) -> None:
    home = tmp_path / "home"
    with closing(Activations(home)) as activations:
        (home / "models").write_text("in the way")
        with pytest.raises(StorageError, match="HEADSTAMP_HOME"):
            activate(directory, home, activations)
