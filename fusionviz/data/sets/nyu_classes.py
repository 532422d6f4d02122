"""Classes of indoor photographs: 40 of NYU Depth V2, 37 of SUN RGB-D, 13 of both.

The 40 are those of Gupta et al. (2013), the 13 those of Couprie et al. (2013). SUN
RGB-D's 37 are the 40 without the three that gather what is left, in the same order.
"""

from typing import Literal

import numpy as np
from numpy.typing import NDArray

NAMES_40 = (
    *("wall", "floor", "cabinet", "bed", "chair", "sofa", "table", "door", "window"),
    *("bookshelf", "picture", "counter", "blinds", "desk", "shelves", "curtain"),
    *("dresser", "pillow", "mirror", "floor mat", "clothes", "ceiling", "books"),
    *("refridgerator", "television", "paper", "towel", "shower curtain", "box"),
    *("whiteboard", "person", "night stand", "toilet", "sink", "lamp", "bathtub"),
    *("bag", "otherstructure", "otherfurniture", "otherprop"),
)
NAMES_37 = NAMES_40[:37]
NAMES_13 = (
    *("bed", "books", "ceiling", "chair", "floor", "furniture", "objects", "picture"),
    *("sofa", "table", "tv", "wall", "window"),
)
_IN_13 = {
    "wall": ("door",),
    "floor": ("floor mat",),
    "table": ("desk",),
    "window": ("blinds", "curtain"),
    "tv": ("television",),
    "furniture": (
        *("cabinet", "bookshelf", "counter", "shelves", "dresser", "night stand"),
        *("refridgerator", "otherfurniture"),
    ),
}
"""Which of the 40 are counted to one of the 13 beside its namesake; all others are
objects."""


def class_names_of(classes: int) -> tuple[str, ...]:
    """Return the names of 13, 37 or 40 classes."""
    return {13: NAMES_13, 37: NAMES_37, 40: NAMES_40}[classes]


def to_classes(codes: NDArray, classes: Literal[13, 37, 40]) -> NDArray[np.int64]:
    """Return labels from 0 on, -1 where there is none.

    Args:
        codes: 1 to 40 (or 37) in the order of `NAMES_40`, 0 where there is none.
        classes: Of the labels wanted.
    """
    table = np.full(256, -1, np.int64)
    if classes == 13:
        table[1:41] = _to_13()
    else:
        table[1 : classes + 1] = np.arange(classes)
    return table[np.clip(codes.astype(np.int64), 0, 255)]


def _to_13() -> NDArray[np.int64]:
    by_name = {name: name for name in NAMES_13}
    by_name |= {one: name for name, others in _IN_13.items() for one in others}
    return np.array(
        [NAMES_13.index(by_name.get(name, "objects")) for name in NAMES_40], np.int64
    )
