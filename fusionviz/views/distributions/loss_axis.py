"""The vertical axis that losses of several trainings share."""

import math
from collections.abc import Sequence
from typing import Any

import numpy as np

from fusionviz.analysis.distributions.training_curves import Curve

LOG_FROM = 4.0
"""A loss that falls by this factor gets a logarithmic axis."""


def is_log(curves: Sequence[Curve | None], smoothing: int) -> bool:
    """Return whether a loss needs a logarithmic axis."""
    values = [one.smoothed(smoothing) for one in curves if one is not None]
    if not values:
        return False
    together = np.concatenate(values)
    return bool(together.min() > 0 and together.max() > LOG_FROM * together.min())


def loss_axis(curves: Sequence[Curve | None], smoothing: int) -> dict[str, Any]:
    """Return the axis that a row of losses shares, with all points in its range."""
    known = [one.values for one in curves if one is not None]
    low = min((float(one.min()) for one in known), default=0.0)
    high = max((float(one.max()) for one in known), default=1.0)
    if not is_log(curves, smoothing):
        room = 0.06 * max(high - min(low, 0.0), 1e-12)
        return {"range": [min(low, 0.0) - room / 2, high + room], "nticks": 4}
    low = max(low, 1e-3 * high)  # a single point at 0 has no place on the axis
    ends = (math.log10(low) - 0.05, math.log10(high) + 0.05)
    steps = (1,) if ends[1] - ends[0] > 2 else (1, 2, 5)
    ticks = [n * 10.0**e for e in range(-12, 7) for n in steps]
    shown = [tick for tick in ticks if ends[0] <= math.log10(tick) <= ends[1]]
    return {
        "type": "log",
        "range": list(ends),
        "tickvals": shown,
        "ticktext": [f"{tick:g}" for tick in shown],
    }
