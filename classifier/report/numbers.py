"""How a figure is written: shares as .923, rates in per cent, and what a target was missed by in the form of the figure itself."""

from math import floor, log10

from classifier.metrics.draws import Estimate

NONE = "–"
_PLACES = 3


def number(value: float | None) -> str:
    """A share or a figure to three places: .923, 1, –.041."""
    if value is None:
        return NONE
    text = f"{abs(value):.3f}".removeprefix("0")
    text = "1" if text == "1.000" else "0" if text == ".000" else text
    return f"-{text}" if value < 0 and text != "0" else text


def percent(value: float | None) -> str:
    """A rate in per cent: 0.013 %, 1.40 %, 38.6 %."""
    if value is None:
        return NONE
    rate = 100 * value
    places = next((places for least, places in ((10, 1), (1, 2)) if abs(rate) >= least), _PLACES)
    return f"{rate:.{places}f}".rstrip("0").rstrip(".") + " %"


def interval(found: Estimate | None, *, small: bool = False) -> str:
    """A figure with its 95 % interval."""
    show = percent if small else number
    return NONE if found is None else f"{show(found.value)} ({show(found.low)} to {show(found.high)})"


def gap(reached: float, wanted: float, *, small: bool = False) -> str:
    """How far apart the two are, with as many places as it takes to be more than nothing: .057, .0004, 36.6 points of per cent."""
    apart = abs(reached - wanted)
    if small:
        return percent(apart).removesuffix(" %") + " percentage points"
    places = max(_PLACES, -floor(log10(apart))) if apart else _PLACES
    return f"{apart:.{places}f}".removeprefix("0")
