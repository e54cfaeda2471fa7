"""From the models' raw scores to one probability, and from a budget of false alarms to a threshold."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from classifier.linear import Floats

Truth = NDArray[np.bool_]
STEPS = 50
"""Most Newton steps; ten are enough where there is an optimum."""
SMALLEST = 1e-9
SUREST = 1e-9
"""Least distance of a chance from 0 and from 1 where it is made into log-odds."""


@dataclass(frozen=True, kw_only=True)
class Join:
    """A logistic regression over a few models' scores; another model is another column."""

    inputs: tuple[str, ...]
    coefficients: tuple[float, ...]
    intercept: float

    def logits(self, columns: Floats) -> Floats:
        """The joined score of each row, before it becomes a probability."""
        joined: Floats = (columns * np.array(self.coefficients)).sum(
            axis=1
        ) + self.intercept  # not @: BLAS sums by batch
        return joined


def joined(inputs: tuple[str, ...], columns: Floats, truth: Truth, weights: Floats) -> Join:
    """The logistic regression over the columns that fits the truth best, scored on rows its models were not trained on."""
    *coefficients, intercept = _fitted(columns, truth, weights)
    return Join(inputs=inputs, coefficients=tuple(coefficients), intercept=intercept)


def calibrated(join: Join, columns: Floats, truth: Truth) -> Join:
    """The join stretched and shifted (Platt) so that its probabilities hold on rows drawn as the truth was."""
    slope, shift = _fitted(join.logits(columns)[:, None], truth, np.ones(len(truth)))
    return Join(
        inputs=join.inputs,
        coefficients=tuple(slope * coefficient for coefficient in join.coefficients),
        intercept=slope * join.intercept + shift,
    )


def probability(logits: Floats) -> Floats:
    """The logistic function, safe for any size."""
    chance: Floats = 0.5 * (1 + np.tanh(0.5 * logits))
    return chance


def log_odds(chances: Floats) -> Floats:
    """The logits of some probabilities."""
    bounded = np.clip(chances, SUREST, 1 - SUREST)
    odds: Floats = np.log(bounded / (1 - bounded))
    return odds


def softmax(logits: Floats) -> Floats:
    """Each row of logits as probabilities."""
    powers = np.exp(logits - logits.max(axis=1, keepdims=True))
    shares: Floats = powers / powers.sum(axis=1, keepdims=True)
    return shares


def shared_out(whole: Floats, shares: Floats, inside: Truth) -> Floats:
    """Each row's shares, stretched so that those inside sum to the whole and the others to what is left of 1."""
    within, without = shares * inside, shares * ~inside
    part, rest = whole / within.sum(axis=1), (1 - whole) / without.sum(axis=1)
    spread: Floats = within * part[:, None] + without * rest[:, None]
    return spread


def threshold(scores: Floats, truth: Truth, rate: float) -> float:
    """The lowest score that at most this share of the negatives reaches."""
    negatives = np.sort(scores[~truth])[::-1]
    allowed = int(rate * len(negatives))
    return float(np.nextafter(negatives[allowed], 2.0))


def best_cut(scores: Floats, truth: Truth) -> float:
    """The score from which on flagging gives the best F1; of equals the lowest."""
    cuts = np.unique(scores)
    taken = len(scores) - np.searchsorted(np.sort(scores), cuts)
    found = truth.sum() - np.searchsorted(np.sort(scores[truth]), cuts)
    return float(cuts[np.argmax(found / (taken + truth.sum()))])


def _fitted(columns: Floats, truth: Truth, weights: Floats) -> list[float]:
    """Coefficients and intercept by Newton's method, held back a little (1e-3) so that separable data end too."""
    table = np.hstack([columns, np.ones((len(columns), 1))])
    found = np.zeros(table.shape[1])
    for _ in range(STEPS):
        chance = probability(table @ found)
        slope = table.T @ (weights * (truth - chance)) - 1e-3 * found
        curve = (table * (weights * chance * (1 - chance))[:, None]).T @ table + 1e-3 * np.eye(len(found))
        step = np.linalg.solve(curve, slope)
        found = found + step
        if np.abs(step).max() < SMALLEST:
            break
    return [float(value) for value in found]
