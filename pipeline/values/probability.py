"""Writes probabilities as people read them."""

PLACES = ((0.1, 2), (0.01, 3), (0.0, 4))
"""How far from the nearer end a probability must be at least, and the decimals that it then has."""
FINEST = PLACES[-1][1]


def probability(value: float) -> str:
    """A probability with two figures of its distance to the nearer end, "0.62" or "0.0034"; never rounded to a certainty."""
    rounded = round(value, FINEST)
    if rounded <= 0:
        return f"<{10**-FINEST:.{FINEST}f}"
    if rounded >= 1:
        return f">{1 - 10**-FINEST:.{FINEST}f}"
    distance = round(min(rounded, 1 - rounded), FINEST)
    places = next(places for least, places in PLACES if distance >= least)
    return f"{value:.{places}f}"
