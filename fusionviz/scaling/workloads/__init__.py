"""What is run: models of one width and depth, and the parts that they are made of.

A length is that of all modalities' tokens together: a third each of three modalities
for the fusion models, halves for what takes two.
"""

from fusionviz.scaling.workloads.base import (
    HEADS,
    MODALITIES,
    STATES,
    WARM_UP_LENGTH,
    Family,
    Workload,
)
from fusionviz.scaling.workloads.table import WORKLOADS, find_workload, workloads_of

__all__ = [
    "HEADS",
    "MODALITIES",
    "STATES",
    "WARM_UP_LENGTH",
    "WORKLOADS",
    "Family",
    "Workload",
    "find_workload",
    "workloads_of",
]
