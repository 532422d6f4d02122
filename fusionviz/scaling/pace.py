"""How long cells take: a guess at first, then at the pace of those that are done."""

from collections.abc import Iterable

from fusionviz.scaling.cells import Cell, Limits
from fusionviz.scaling.child import LEAST_SECONDS
from fusionviz.scaling.workloads import find_workload

START_SECONDS = 5.0
"""Of a child, before the work: imports and compiling."""

OPERATIONS_PER_SECOND = 10e9
"""A guess, until the first cells have said how quick this machine is."""


class Pace:
    """What is left, at the pace of what is done.

    Args:
        limits: Where a cell is given up.
    """

    def __init__(self, limits: Limits) -> None:
        self._limits = limits
        self._spent = self._expected = 0.0

    def learn(self, cell: Cell, seconds: float) -> None:
        """Take into account what a cell took, with its child's start and end."""
        self._spent += seconds
        self._expected += expected_seconds(cell, self._limits)

    def seconds_of(self, cells: Iterable[Cell]) -> float:
        """Return about how long cells take."""
        factor = self._spent / self._expected if self._expected else 1.0
        return factor * sum(expected_seconds(cell, self._limits) for cell in cells)


def expected_seconds(cell: Cell, limits: Limits) -> float:
    """Return about how long a cell takes, a guess that tells long ones from short."""
    once = find_workload(cell.workload).operations(cell) / OPERATIONS_PER_SECOND
    runs = 2 + max(limits.runs, LEAST_SECONDS / max(once, 1e-6))
    return START_SECONDS + min(max(LEAST_SECONDS, runs * once), limits.seconds)


def in_words(seconds: float) -> str:
    """Return how long something takes, as one says it: about 40 s, about 3 min."""
    if seconds < 90:
        return f"about {max(1, round(seconds, -1)):.0f} s"
    return f"about {round(seconds / 60)} min"
