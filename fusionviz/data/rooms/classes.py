"""The 13 classes of a room."""

from enum import IntEnum

CLASS_NAMES = (
    "bed",
    "books",
    "ceiling",
    "chair",
    "floor",
    "furniture",
    "objects",
    "picture",
    "sofa",
    "table",
    "tv",
    "wall",
    "window",
)
"""Names in the order of NYU Depth V2's 13-class labels.

Those number void 0 and the classes 1 to 13, so index = NYU label - 1 and void is -1.
As in NYU's 40-to-13 map, doors and pillars are wall, rugs are floor, curtains are
window, desks are table, shelves and cabinets are furniture, and pillows, lamps and
plants are objects.
"""


class Label(IntEnum):
    """Index of each class into `CLASS_NAMES`."""

    BED = 0
    BOOKS = 1
    CEILING = 2
    CHAIR = 3
    FLOOR = 4
    FURNITURE = 5
    OBJECTS = 6
    PICTURE = 7
    SOFA = 8
    TABLE = 9
    TV = 10
    WALL = 11
    WINDOW = 12
