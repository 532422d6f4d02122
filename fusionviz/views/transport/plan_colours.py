"""The colours of mass in a plan, and a plan painted with them."""

import base64
import io
import math

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from fusionviz.views.shared.scale import Scale

FINE = 512
"""Pixels a side that a painted plan has at least: browsers blur what they enlarge."""

MASS = "mass, in<br>source<br>tokens"


def mass_scale(high: float) -> Scale:
    """Return the colours of mass, which end at `high` or at a whole token."""
    return Scale(title=MASS, low=0.0, high=high, cut=high < 1)


def round_high(mass: NDArray[np.floating]) -> float:
    """Return where the colours of plans end: a round number, at most 1.

    Half the rows of this plan stay below it, so that a blurred one is seen too, and it
    stays when a plan changes a little.

    Args:
        mass: Of cells, (row, column).
    """
    wanted = float(np.median(mass.max(axis=1)))
    if not wanted > 0:
        return 1.0
    power = 10.0 ** math.floor(math.log10(wanted))
    digit = next(d for d in (1, 1.5, 2, 3, 5, 7, 10) if d * power >= 0.999 * wanted)
    return min(1.0, float(f"{digit * power:.1e}"))


def paint(mass: NDArray[np.floating], high: float) -> str:
    """Return mass as a picture's data address: one byte a pixel, and a palette."""
    share = np.rint(255 * np.clip(np.nan_to_num(mass) / high, 0, 1)).astype(np.uint8)
    for axis, count in enumerate(share.shape):
        share = share.repeat(-(-FINE // count), axis=axis)
    picture = Image.fromarray(share)
    palette = Scale(title="", low=0, high=255).paint(np.arange(256))
    picture.putpalette(palette.tobytes())
    file = io.BytesIO()
    picture.save(file, "PNG", compress_level=3)
    return "data:image/png;base64," + base64.b64encode(file.getvalue()).decode()
