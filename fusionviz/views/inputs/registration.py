"""Edges of depth as a picture to lay over RGB."""

import numpy as np
from numpy.typing import NDArray

from fusionviz.data.rgbd.registration import depth_edges
from fusionviz.views.shared.pixels import every, picture_address

SIDE = 640
"""Pixels on the long side of the pictures."""

EDGE_COLOUR = (255, 47, 214, 255)


def draw_edges(depth_m: NDArray[np.float32]) -> str:
    """Return where distance jumps, as a picture that is clear elsewhere.

    Args:
        depth_m: (height, width), NaN where unmeasured.

    Returns:
        A data address.
    """
    step = every(depth_m.shape, SIDE)
    edges = depth_edges(depth_m[::step, ::step])
    picture = np.zeros((*edges.shape, 4), np.uint8)
    picture[edges] = EDGE_COLOUR
    return picture_address(picture)


def draw_under(rgb: NDArray[np.uint8]) -> str:
    """Return the picture that edges are laid over, as a data address."""
    return picture_address(rgb, longest=SIDE)
