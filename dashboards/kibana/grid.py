"""Checks where the panels of a dashboard stand."""

from collections.abc import Iterator, Sequence

from dashboards.kibana.condition import Json
from dashboards.kibana.reading import pick
from dashboards.kibana.source import COLUMNS


def laid(panels: Sequence[Json]) -> Iterator[str]:
    """Which panels leave the grid, or lie over one another."""
    taken: dict[tuple[int, int], str] = {}
    for panel in panels:
        name, place = str(panel["panelIndex"]), pick(panel, "gridData")
        left, top, width, height = (place[side] for side in "xywh")
        if left < 0 or top < 0 or width < 1 or height < 1 or left + width > COLUMNS:
            yield f"panel {name} leaves the {COLUMNS} columns of the grid"
        if place["i"] != name:
            yield f"panel {name} is called {place['i']} on the grid"
        cells = [(x, y) for x in range(left, left + width) for y in range(top, top + height)]
        under = {taken[cell] for cell in cells if cell in taken}
        yield from (f"panel {name} lies over panel {other}" for other in sorted(under))
        taken |= dict.fromkeys(cells, name)
