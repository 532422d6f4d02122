"""MMD² between modalities at each stage of a pass, and against its bandwidth."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from fusionviz.analysis.distributions.token_pairs import (
    MULTIPLES,
    Pair,
    common_stages,
    find_names,
    pairs_of,
    token_pair,
)
from fusionviz.analysis.shared.subjects.tokens import Stage, TokenSubject


@dataclass(frozen=True, kw_only=True, eq=False)
class Distances:
    """How far apart modalities are, no unit, 0..2.

    Attributes:
        pairs: Of modalities.
        stages: Of the pass that have a common space.
        shown: The pair that the curves are of.
        stage: The stage that is looked at.
        factor: σ in multiples of each pair's and stage's own median distance.
        biased: Which form of MMD².
        mmd2: (pair, stage).
        medians: Median distances in the unit of the tokens, (pair, stage).
        sizes: Tokens that are compared, (pair, stage, side).
        counts: Tokens that there are, likewise.
        zeros: Tokens that are 0, likewise.
        one_place: Whether all tokens are identical, (pair, stage).
        curves: MMD² of the shown pair against σ, (stage, bandwidth).
        bandwidths: σ of the curves in the unit of the tokens, (stage, bandwidth).
    """

    pairs: tuple[Pair, ...]
    stages: tuple[Stage, ...]
    shown: Pair
    stage: Stage
    factor: float
    biased: bool
    mmd2: NDArray[np.float64]
    medians: NDArray[np.float64]
    sizes: NDArray[np.int64]
    counts: NDArray[np.int64]
    zeros: NDArray[np.int64]
    one_place: NDArray[np.bool_]
    curves: NDArray[np.float64]
    bandwidths: NDArray[np.float64]

    @property
    def row(self) -> int:
        """Index of the shown pair."""
        return self.pairs.index(self.shown)

    @property
    def column(self) -> int:
        """Index of the stage that is looked at."""
        return self.stages.index(self.stage)

    @property
    def limit(self) -> float:
        """What the shown pair's MMD² tends to as σ falls, at the stage looked at.

        1/m + 1/n where tokens count with themselves, else 0; of tokens that are apart.
        """
        m, n = self.sizes[self.row, self.column]
        return float(1 / m + 1 / n) if self.biased else 0.0


def measure_distances(
    subject: TokenSubject,
    *,
    x: str = "",
    y: str = "",
    stage: str = "encoded",
    factor: float = 1.0,
    biased: bool = True,
) -> Distances:
    """Return MMD² of all pairs and stages, and one pair's curves over σ.

    Args:
        subject: Of tokens.
        x: Modality of the curves, "" for the first source.
        y: The other one, "" for the anchor.
        stage: That is looked at.
        factor: σ in multiples of the median distance of each pair and stage.
        biased: Which form of MMD².

    Raises:
        InputError: Modalities are not there or have no space in common.
    """
    shown = find_names(subject, x, y)
    looked_at = token_pair(subject, *shown, stage).stage
    pairs, stages = pairs_of(subject), common_stages(subject)
    if shown not in pairs:  # asked for the other way round: the same distance
        pairs = tuple(shown if set(one) == set(shown) else one for one in pairs)
    table = [[token_pair(subject, *pair, one) for one in stages] for pair in pairs]
    own = table[pairs.index(shown)]
    return Distances(
        pairs=pairs,
        stages=stages,
        shown=shown,
        stage=looked_at,
        factor=factor,
        biased=biased,
        mmd2=np.array(
            [
                [one.means(factor * one.median, biased=biased).mmd2 for one in row]
                for row in table
            ]
        ),
        medians=np.array([[one.median for one in row] for row in table]),
        sizes=np.array([[one.sizes for one in row] for row in table]),
        counts=np.array([[one.counts for one in row] for row in table]),
        zeros=np.array([[one.zeros for one in row] for row in table]),
        one_place=np.array([[one.is_one_place for one in row] for row in table]),
        curves=np.array([one.curve(biased=biased) for one in own]),
        bandwidths=np.array([one.median * MULTIPLES for one in own]),
    )
