"""The encoder at work: an int8 ONNX file and its tokenizer, run one listing at a time."""

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import onnxruntime
from numpy.typing import NDArray
from tokenizers import Tokenizer

from pipeline.errors import ModelRejectedError

TOKENS = 128
"""Tokens read of a line: a title and the first sentences."""
WEIGHTS, TOKENIZER = FILES = ("encoder.onnx", "tokenizer.json")
Floats = NDArray[np.float64]


class Encoder:
    """Answers lines of text with a row of outputs and a pooled vector each.

    Lines are run one by one: int8 scales are drawn over a whole batch, so that a line's neighbours would move its score.
    On one thread long lines lose nothing by it; short ones would run faster together.
    """

    def __init__(self, weights: bytes, tokenizer: bytes) -> None:
        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = options.inter_op_num_threads = 1
        options.enable_cpu_mem_arena = False  # it would keep the memory of the longest line
        options.log_severity_level = 3
        try:
            self._session = onnxruntime.InferenceSession(weights, options, providers=["CPUExecutionProvider"])
            self._tokenizer = Tokenizer.from_buffer(tokenizer)
        except Exception as error:  # onnxruntime and tokenizers raise their own kinds, without a common one
            raise ModelRejectedError(
                f"the encoder cannot be read ({error}); fetch the model directory again"
            ) from error
        vars(self._session)["_model_bytes"] = None  # 28 MB kept to start again elsewhere, which nobody asks for
        self._tokenizer.enable_truncation(TOKENS)
        self.hidden: int = self._session.get_outputs()[1].shape[1]

    @classmethod
    def of(cls, directory: Path) -> "Encoder":
        """The encoder of a model directory, not checked against its manifest."""
        return cls(*((directory / name).read_bytes() for name in FILES))

    def tokens(self, lines: Sequence[str]) -> list[list[int]]:
        """The token numbers of each line, at most `TOKENS`."""
        return [found.ids for found in self._tokenizer.encode_batch(list(lines))]

    def outputs(self, lines: Sequence[str]) -> tuple[Floats, Floats]:
        """Outputs (lines × heads) and pooled vectors (lines × hidden size)."""
        answers = [self._one(numbers) for numbers in self.tokens(lines)]
        if not answers:
            return np.zeros((0, 0)), np.zeros((0, self.hidden))
        return np.array([each[0] for each in answers]), np.array([each[1] for each in answers])

    def _one(self, numbers: Sequence[int]) -> tuple[Floats, Floats]:
        row = np.array([numbers], dtype=np.int64)
        outputs, pooled = self._session.run(None, {"numbers": row, "mask": np.ones_like(row)})
        return outputs[0].astype(np.float64), pooled[0].astype(np.float64)
