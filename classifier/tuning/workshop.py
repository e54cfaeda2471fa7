"""Makes encoders and keeps each in a work folder, so that training that was broken off goes on where it stopped."""

import hashlib
import os
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

import msgspec
import numpy as np
from numpy.typing import NDArray
from tokenizers import Tokenizer

from classifier.bases.fetch import TOKENIZER as BASE_TOKENIZER
from classifier.encoder import TOKENIZER, TOKENS, WEIGHTS, Encoder
from classifier.tuning.export import export, quantise
from classifier.tuning.pieces import cut
from classifier.tuning.tune import RECIPE, Course, outputs_of, tokens, tune
from pipeline.errors import SettingsError

SAID = 50
"""Steps after which progress is told."""
WHOLE_WEIGHTS = "whole.onnx"
"""The encoder before its weights were cut to 8 bits."""
INT8, WHOLE = "int8", "whole"
"""The outputs of the encoder as it ships, and of the same one before its weights were cut to 8 bits."""
Outputs = dict[str, NDArray[np.float64]]


@dataclass(frozen=True, kw_only=True)
class Workshop:
    """Where models are made: encoders from which base and how long, and in which folder everything is kept."""

    base: Path | None
    """A Hugging Face directory; None makes linear models only."""
    layers: tuple[int, ...]
    folder: Path
    epochs: int
    seed: int
    say: Callable[[str], None]

    def made(self, course: Course, lines: Sequence[str] = ()) -> tuple[Path, Outputs]:
        """The folder with the encoder that the course teaches, and its outputs for the lines; both are made once."""
        folder = self.folder / self._key(course, lines)
        if not (folder / "done").exists():
            folder.mkdir(parents=True, exist_ok=True)
            self._make(folder, course, lines)
            (folder / "done").touch()
        with np.load(folder / "outputs.npz") as kept:
            return folder, dict(kept)

    def _make(self, folder: Path, course: Course, lines: Sequence[str]) -> None:
        if self.base is None:
            raise SettingsError("no base to start an encoder from; name one with --base")
        pieces = cut((self.base / BASE_TOKENIZER).read_bytes())
        net = tune(self.base, self.layers, pieces, course, seed=self.seed, epochs=self.epochs, progress=self._progress)
        export(net, folder / WHOLE_WEIGHTS)
        quantise(folder / WHOLE_WEIGHTS, folder / WEIGHTS)
        (folder / TOKENIZER).write_bytes(pieces.tokenizer)
        rows = tokens(Tokenizer.from_str(pieces.tokenizer.decode()), lines, TOKENS)
        self.say(f"reading {len(lines):,} listings that it has not seen")
        int8 = Encoder.of(folder).outputs(lines)[0]
        whole = outputs_of(net, rows) if rows else np.zeros((0, 0))
        beside = folder / f"outputs-{os.getpid()}.npz"
        np.savez(beside, int8=int8, whole=whole)
        beside.replace(folder / "outputs.npz")

    def _key(self, course: Course, lines: Sequence[str]) -> str:
        """The same for the same base, course, lines and seed."""
        content = [
            str(self.base), *map(str, self.layers), RECIPE, self.epochs, self.seed, course.lines, course.in_scope.tolist(),
            {head: numbers.tolist() for head, numbers in course.heads.items()}, list(lines),
            [course.core.tolist(), course.aside.tolist(), course.spare.tolist(), course.others],
        ]  # fmt: skip
        return hashlib.sha256(msgspec.json.encode(content)).hexdigest()[:24]

    def _progress(self, done: int, whole: int) -> None:
        if done % SAID == 0 or done == whole:
            self.say(f"{done:,} of {whole:,} steps")
