"""What samples are drawn again together, to see how far a figure may be off.

Samples that resemble each other tell less than as many others would: photographs of one
room, utterances of one speaker. They are one unit, and intervals draw units. Each set
says in its samples' `group` what belongs together (`DataSet.unit` has the word for it):

    rooms           each room alone
    nyuv2, nyudv2   runs of consecutive photographs, which show one room
    nyu-mat         rooms, as the authors name them
    sun-rgbd        photographs, or films where they are frames of one
    taskonomy       buildings
    sentiment       speakers
    mosi, mmsa, csd videos, of one speaker each
    opinions        videos of CMU-MOSEI; sentences of the treebank
"""

from collections.abc import Sequence
from typing import Any

ALONE = "sample"
"""The word for the unit of samples that stand alone."""


def units_of(samples: Sequence[Any]) -> list[str]:
    """Return the name of the unit of each sample: its group, or itself alone."""
    groups = [getattr(sample, "group", "") for sample in samples]
    # A NUL keeps what stands alone apart from any group.
    return [group or f"\0{index}" for index, group in enumerate(groups)]
