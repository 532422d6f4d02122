"""Differences as colours: red below zero, blue above, and a reach that is round."""

from functools import cache
from typing import Any

import numpy as np
from numpy.typing import NDArray
from plotly.colors import get_colorscale, sample_colorscale, unlabel_rgb

from fusionviz.views.shared.style import DIVERGING

MOST = 0.995
"""Share of the values that a reach has to hold; the colours end there."""

_HALF = 127
"""Colours on either side of the one for zero."""


def round_reach(values: NDArray[Any], *, least: float) -> tuple[float, bool]:
    """Return where the colours of differences end, and whether some lie beyond.

    It is 1, 2 or 5 times a power of ten, so that it stays as values change a little,
    and colours stay comparable.

    Args:
        values: Differences.
        least: What it is where there are none, or tiny ones.
    """
    sizes = np.abs(values[np.isfinite(values)])
    wanted = max(least, float(np.quantile(sizes, MOST)) if sizes.size else 0.0)
    power = 10.0 ** np.floor(np.log10(wanted))
    digit = next(d for d in (1, 2, 5, 10) if d * power >= wanted * (1 - 1e-9))
    reach = float(digit * power)
    return reach, bool(sizes.size and sizes.max() > reach)


def paint_signed(values: NDArray[Any], reach: float) -> NDArray[np.uint8]:
    """Return differences as colours, (height, width, 3), from -reach to reach."""
    share = np.clip(np.nan_to_num(values) / reach, -1, 1)
    return _colours()[np.rint(_HALF * share).astype(int) + _HALF]


@cache
def _colours() -> NDArray[np.uint8]:
    stops = np.linspace(0, 1, 2 * _HALF + 1)
    sampled = sample_colorscale(get_colorscale(DIVERGING), stops)
    return np.array([unlabel_rgb(colour) for colour in sampled]).round().astype("uint8")
