"""How odd a sample is to its model: its bits per dimension among those of data."""

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from fusionviz.analysis.shared.subjects.mango import MangoSubject
from fusionviz.models.mango.joint import log_prior, to_bits_per_dim


@dataclass(frozen=True, kw_only=True, eq=False)
class Oddness:
    """Bits per dimension of a sample, and of others that the model knows the like of.

    A sample can be odd by costing more bits than others, and by costing fewer: an empty
    wall is more probable than any room, and still no room (Nalisnick et al. 2019 on
    typicality). So it is judged by its distance from the others' median.

    Attributes:
        bits_per_dim: Of the sample.
        others: Of samples of the data, (sample,); None where they have not been
            measured.
        data: What the others are, in words; empty where there are none.
        missing: The modality whose tokens are the model's guess, or None.
    """

    bits_per_dim: float
    others: NDArray[np.float64] | None
    data: str
    missing: str | None

    @property
    def median(self) -> float:
        """Median bits per dimension of the others; NaN where there are none."""
        return math.nan if self.others is None else float(np.median(self.others))

    @property
    def rank(self) -> float | None:
        """Share of the others that cost fewer bits, 0..1."""
        if self.others is None:
            return None
        return float((self.others < self.bits_per_dim).mean())

    @property
    def odder_than(self) -> float | None:
        """Share of the others that lie nearer to their median than the sample, 0..1."""
        if self.others is None:
            return None
        distance = np.abs(self.others - self.median)
        return float((distance < abs(self.bits_per_dim - self.median)).mean())


def measure_oddness(subject: MangoSubject) -> Oddness:
    """Return a subject's bits per dimension among those of its model's data."""
    known = subject.statistics
    log_likelihood = log_prior(subject.z.double()) + subject.log_det
    return Oddness(
        bits_per_dim=float(to_bits_per_dim(log_likelihood, subject.x)[0]),
        others=None if known is None else known.bits_per_dim.astype(np.float64),
        data="" if known is None else known.data,
        missing=subject.missing,
    )
