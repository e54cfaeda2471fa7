"""Fine-tunes the encoder on labelled lines, all heads at once; the same lines and seed give the same weights on one machine."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray
from tokenizers import Tokenizer
from torch.nn import functional

from classifier.heads import ACT, CATEGORY, GOODS, PLACES, SCOPE, SUBTYPE, WIDTH
from classifier.tuning.net import Net
from classifier.tuning.pieces import Cut

TOKENS = 64
"""Tokens learnt from of a line; the encoder at work reads more."""
FROZEN = 2
"""Layers at the bottom that keep the weights of the base, as its word table does: a third of the work, and little to learn from few offers."""
STEP = 16
"""Rows are padded to a multiple of it: the CPU's library compiles one kernel for each length."""
ROWS, POOL = 32, 1_024
"""Rows of a batch, and among how many drawn rows those of like length are put together."""
RATE, WARM, SMOOTH, DECAY = 2e-4, 0.1, 0.01, 0.01
"""Learning rate, share of the steps it takes to reach it, label smoothing, weight decay."""
SHARES = {CATEGORY: 0.5, SUBTYPE: 0.2, ACT: 0.3, GOODS: 0.2}
"""Weights of the heads' losses beside that of being in scope."""
UNKNOWN = -100
"""Target of a head that an example says nothing about."""
RECIPE = (2, TOKENS, FROZEN, STEP, ROWS, POOL, RATE, WARM, SMOOTH, DECAY, sorted(SHARES.items()))
"""What an encoder is trained by beside its course; the first number is raised when the way it is trained changes."""
Progress = Callable[[int, int], None]


@dataclass(frozen=True, kw_only=True)
class Course:
    """Lines to learn from: text, whether it is in scope, and the number of the true member of every head."""

    lines: Sequence[str]
    in_scope: NDArray[np.bool_]
    heads: dict[str, NDArray[np.int64]]
    core: NDArray[np.int64]
    """The lines of every round."""
    aside: NDArray[np.int64]
    """Those of which every round has its own part."""
    spare: NDArray[np.int64]
    """Lines out of scope, in the order drawn."""
    others: int
    """Of the spare lines, the first round takes so many of the first, a later one as many of those it finds hardest."""


def tune(
    base: Path, layers: tuple[int, ...], cut: Cut, course: Course, *, seed: int, epochs: int, progress: Progress
) -> Net:
    """The encoder that a course teaches; `progress` is told the rows done and their number."""
    torch.manual_seed(seed)
    device = "cuda" if torch.cuda.is_available() else "cpu"
    net = Net(base, layers, cut, WIDTH, FROZEN)
    net.to(device)
    numbers = tokens(Tokenizer.from_str(cut.tokenizer.decode()), course.lines, TOKENS)
    fixed = [np.concatenate([course.core, course.aside[epoch::epochs]]) for epoch in range(epochs)]
    learning = [weights for weights in net.parameters() if weights.requires_grad]
    optimiser = torch.optim.AdamW(learning, RATE, weight_decay=DECAY)
    others = min(course.others, len(course.spare))
    ends = np.cumsum([-(-(len(rows) + others) // ROWS) for rows in fixed]).tolist()
    steps = ends[-1]
    schedule = torch.optim.lr_scheduler.LambdaLR(optimiser, _slope(steps))
    for epoch, begun in enumerate([0, *ends[:-1]]):
        spare = course.spare if epoch == 0 else _hardest(net, numbers, course.spare)
        rows = np.concatenate([fixed[epoch], spare[:others]])
        for step, batch in enumerate(_batches(numbers, rows, seed + epoch), start=begun + 1):
            net.train()
            with torch.autocast(device, torch.bfloat16, enabled=_has_bf16()):
                outputs, _ = net(*(each.to(device) for each in padded([numbers[row] for row in batch])))
                loss = _loss(outputs.float(), course, batch)
            loss.backward()
            torch.nn.utils.clip_grad_norm_(learning, 1.0)
            optimiser.step()
            schedule.step()
            optimiser.zero_grad()
            progress(step, steps)
    net.eval()
    net.to("cpu")
    return net


def _hardest(net: Net, numbers: Sequence[Sequence[int]], rows: NDArray[np.int64]) -> NDArray[np.int64]:
    """The rows, those that the encoder scores highest first."""
    device = next(net.parameters()).device.type
    with torch.autocast(device, torch.bfloat16, enabled=_has_bf16()):
        scores = outputs_of(net.eval(), [numbers[row] for row in rows])[:, 0]
    return rows[np.argsort(-scores, kind="stable")]


def tokens(tokenizer: Tokenizer, lines: Sequence[str], most: int) -> list[list[int]]:
    """The token numbers of each line, at most so many."""
    tokenizer.no_padding()
    tokenizer.enable_truncation(most)
    return [found.ids for found in tokenizer.encode_batch(list(lines))]


def padded(rows: Sequence[Sequence[int]], step: int = STEP) -> tuple[torch.Tensor, torch.Tensor]:
    """Rows of token numbers as one tensor, and its mask; padding is masked, so its number does not matter."""
    width = -(-max(map(len, rows)) // step) * step
    numbers, mask = (torch.zeros(len(rows), width, dtype=torch.long) for _ in range(2))
    for place, row in enumerate(rows):
        numbers[place, : len(row)] = torch.tensor(row)
        mask[place, : len(row)] = 1
    return numbers, mask


def outputs_of(net: Net, rows: Sequence[Sequence[int]], size: int = 64) -> NDArray[np.float64]:
    """What the torch encoder says of rows of token numbers, in their order, in single precision."""
    order = np.argsort([len(row) for row in rows], kind="stable")
    found = np.zeros((len(rows), net.head.out_features))
    device = next(net.parameters()).device
    with torch.inference_mode():
        for start in range(0, len(rows), size):
            chosen = order[start : start + size]
            read = (each.to(device) for each in padded([rows[row] for row in chosen]))
            found[chosen] = net(*read)[0].float().cpu().numpy()
    return found


def _batches(numbers: Sequence[Sequence[int]], rows: NDArray[np.int64], seed: int) -> Iterator[NDArray[np.int64]]:
    """Every row once, in batches of like length, in an order drawn anew."""
    rng = np.random.default_rng(seed)
    drawn = rng.permutation(rows)
    pools = [sorted(drawn[at : at + POOL], key=lambda row: len(numbers[row])) for at in range(0, len(drawn), POOL)]
    batches = [np.array(pool[at : at + ROWS]) for pool in pools for at in range(0, len(pool), ROWS)]
    yield from (batches[number] for number in rng.permutation(len(batches)))


def _loss(outputs: torch.Tensor, course: Course, batch: NDArray[np.int64]) -> torch.Tensor:
    truth = torch.from_numpy(course.in_scope[batch].astype(np.float32)).to(outputs.device)
    smooth = truth * (1 - 2 * SMOOTH) + SMOOTH
    loss = functional.binary_cross_entropy_with_logits(outputs[:, PLACES[SCOPE]][:, 0], smooth)
    for head, share in SHARES.items():
        target = torch.from_numpy(course.heads[head][batch]).to(outputs.device)
        if (target != UNKNOWN).any():
            loss = loss + share * functional.cross_entropy(outputs[:, PLACES[head]], target, ignore_index=UNKNOWN)
    return loss


def _slope(steps: int) -> Callable[[int], float]:
    """Up to the whole learning rate, then down to nothing in a straight line."""
    return lambda step: min((step + 1) / (WARM * steps), max(0.0, (steps - step) / ((1 - WARM) * steps)))


def _has_bf16() -> bool:
    """Whether products of 16-bit numbers are quicker here: a GPU, or a CPU with AVX512-BF16 or AMX."""
    return bool(torch.cuda.is_available() or (torch.backends.mkldnn.is_available() and _cpu_has_bf16()))


def _cpu_has_bf16() -> bool:
    try:
        flags = Path("/proc/cpuinfo").read_text(encoding="utf-8", errors="replace")
    except OSError:
        return False
    return "avx512_bf16" in flags or "amx_bf16" in flags
