"""The encoder as a torch module: a BERT cut to some layers and pieces, mean pooling, one linear layer for all heads."""

from pathlib import Path

import torch
from transformers import AutoModel
from transformers.utils import logging

from classifier.tuning.pieces import Cut

DROPOUT = 0.1
LARGEST = 127


class Words(torch.nn.Module):  # type: ignore[misc]  # torch is not read by mypy
    """A frozen word table in 8 bits, one scale a row: training sees the very rows that ship."""

    def __init__(self, weight: torch.Tensor) -> None:
        super().__init__()
        scale = weight.abs().amax(dim=1, keepdim=True).clamp(min=1e-8) / LARGEST
        self.register_buffer("rows", (weight / scale).round().to(torch.int8))
        self.register_buffer("scale", scale)

    def forward(self, numbers: torch.Tensor) -> torch.Tensor:
        """The vectors of token numbers."""
        return self.rows[numbers].float() * self.scale[numbers]


class Net(torch.nn.Module):  # type: ignore[misc]  # torch is not read by mypy
    """Token numbers and mask in, a row of outputs and the pooled vector out."""

    def __init__(self, base: Path, layers: tuple[int, ...], cut: Cut, outputs: int, frozen: int) -> None:
        super().__init__()
        logging.set_verbosity_error()
        logging.disable_progress_bar()
        self.body = AutoModel.from_pretrained(
            base, add_pooling_layer=False, attn_implementation="sdpa", local_files_only=True
        )
        kept = [layer for number, layer in enumerate(self.body.encoder.layer) if number in layers]
        self.body.encoder.layer = torch.nn.ModuleList(kept or self.body.encoder.layer)
        words = self.body.embeddings.word_embeddings
        rows = torch.from_numpy(cut.rows)
        self.body.embeddings.word_embeddings = Words(words.weight.detach()[rows])
        self.body.config.vocab_size = len(rows)
        still = (self.body.embeddings, *self.body.encoder.layer[:frozen])
        for weights in (weights for part in still for weights in part.parameters()):
            weights.requires_grad = False
        self.drop = torch.nn.Dropout(DROPOUT)
        self.head = torch.nn.Linear(self.body.config.hidden_size, outputs)

    def forward(self, numbers: torch.Tensor, mask: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
        """Outputs (rows × heads) and pooled vectors (rows × hidden size) of padded rows of token numbers."""
        hidden = self.body(input_ids=numbers, attention_mask=mask).last_hidden_state.float()
        present = mask[..., None].float()
        pooled = (hidden * present).sum(1) / present.sum(1)
        return self.head(self.drop(pooled)), pooled
