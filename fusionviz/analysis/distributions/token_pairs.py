"""Which two modalities of a subject can be compared, at which stage, and how."""

from dataclasses import dataclass
from functools import cached_property, lru_cache
from itertools import combinations

import numpy as np
import torch
from numpy.typing import NDArray

from fusionviz.alignment import median_bandwidth
from fusionviz.analysis.shared.subjects.tokens import (
    STAGE_TITLES,
    Floats,
    Stage,
    TokenSubject,
)
from fusionviz.errors import InputError

Pair = tuple[str, str]

LOWEST, HIGHEST = 0.05, 20.0
"""Ends of the curve over bandwidths, in multiples of the median distance."""

MULTIPLES: NDArray[np.float64] = np.geomspace(LOWEST, HIGHEST, 61)
"""Where the curve is measured, in multiples of the median distance."""

_ROUNDING = 1e-12

MOST_TOKENS = 256
"""Tokens a side that are compared; of longer sequences as many, evenly spaced."""

KEPT = 16
"""How many pairs keep their distances, 2 MB each at most."""


@dataclass(frozen=True, kw_only=True)
class KernelMeans:
    """Mean of the kernel within and between two sets: the terms of MMD².

    Attributes:
        xx: Over all pairs of x, 0..1, a token with itself included if `biased`.
        yy: Of y likewise.
        xy: Over all pairs of one of x and one of y.
        biased: Whether tokens count with themselves.
    """

    xx: float
    yy: float
    xy: float
    biased: bool

    @property
    def mmd2(self) -> float:
        """MMD² = xx + yy - 2 xy, no unit; 0 where only rounding is left."""
        value = self.xx + self.yy - 2 * self.xy
        return 0.0 if abs(value) < _ROUNDING else value


@dataclass(frozen=True, kw_only=True, eq=False)
class TokenPair:
    """Tokens of x and y at one stage, and the distances between them.

    Attributes:
        names: Of the two modalities.
        stage: Of the pass.
        x: Tokens (token, channel), float64.
        y: Tokens of the same width.
        labels: What each token of x, then of y, is called.
        counts: How many tokens there are of each; x and y may have fewer.
        square: |z_i - z_j|² of x and y pooled, (token, token).
        median: Median distance of two pooled tokens that are apart, 1 if none are.
    """

    names: Pair
    stage: Stage
    x: NDArray[np.float64]
    y: NDArray[np.float64]
    labels: tuple[str, ...]
    counts: tuple[int, int]
    square: NDArray[np.float64]
    median: float

    @property
    def pooled(self) -> NDArray[np.float64]:
        """Tokens of x, then of y, (token, channel)."""
        return np.concatenate([self.x, self.y])

    @property
    def sizes(self) -> tuple[int, int]:
        """How many tokens of each are compared."""
        return len(self.x), len(self.y)

    @property
    def is_one_place(self) -> bool:
        """Whether all tokens are identical."""
        return not self.square.any()

    @property
    def zeros(self) -> tuple[int, int]:
        """How many tokens of each are 0 altogether, as where no mass arrived."""
        x, y = (int((~side.any(axis=1)).sum()) for side in (self.x, self.y))
        return x, y

    def kernel(self, bandwidth: float) -> NDArray[np.float64]:
        """Return exp(-|z_i - z_j|² / 2σ²) of the pooled tokens, 0..1.

        Args:
            bandwidth: σ > 0, in the unit of the tokens.
        """
        return _gaussian(self.square, bandwidth)

    def means(self, bandwidth: float, *, biased: bool = True) -> KernelMeans:
        """Return the terms of MMD² (Gretton et al. 2012, eq. 5; eq. 3 if not biased).

        Args:
            bandwidth: σ > 0, in the unit of the tokens.
            biased: Count each token's pair with itself.

        Raises:
            InputError: The unbiased form meets a side of one token.
        """
        return self._means(self._sums(bandwidth), biased)

    def curve(self, *, biased: bool = True) -> NDArray[np.float64]:
        """Return MMD² at `MULTIPLES` of the median distance.

        Raises:
            InputError: The unbiased form meets a side of one token.
        """
        return np.array([self._means(sums, biased).mmd2 for sums in self._curve_sums])

    @cached_property
    def _curve_sums(self) -> list[tuple[float, float, float]]:
        return [self._sums(multiple * self.median) for multiple in MULTIPLES]

    def _sums(self, bandwidth: float) -> tuple[float, float, float]:
        square, m = self.square, len(self.x)
        blocks = square[:m, :m], square[m:, m:], square[:m, m:]
        xx, yy, xy = (float(_gaussian(block, bandwidth).sum()) for block in blocks)
        return xx, yy, xy

    def _means(self, sums: tuple[float, float, float], biased: bool) -> KernelMeans:
        (xx, yy, xy), (m, n) = sums, self.sizes
        if biased:
            return KernelMeans(xx=xx / m**2, yy=yy / n**2, xy=xy / (m * n), biased=True)
        if min(m, n) < 2:
            raise InputError(
                "The unbiased MMD² leaves out each token's pair with itself, and "
                f"{self.names[m >= 2]} has one token: take the biased form."
            )
        # A token's kernel with itself is 1.
        return KernelMeans(
            xx=(xx - m) / (m * (m - 1)),
            yy=(yy - n) / (n * (n - 1)),
            xy=xy / (m * n),
            biased=False,
        )


def _gaussian(square: NDArray[np.float64], bandwidth: float) -> NDArray[np.float64]:
    """Return the kernel of squared distances."""
    if not bandwidth > 0:
        raise ValueError(f"bandwidth must be above 0, got {bandwidth}")
    kernel = square * (-0.5 / bandwidth**2)
    return np.exp(kernel, out=kernel)


def pairs_of(subject: TokenSubject) -> tuple[Pair, ...]:
    """Return each two modalities that are there: first each source with the anchor.

    Raises:
        InputError: There is one modality only.
    """
    if len(subject.names) < 2:
        gone = " and ".join(subject.missing_names) or "another modality"
        raise InputError(
            f"MMD² compares two modalities, and {gone} is missing: choose a sample "
            "that has both."
        )
    with_anchor = [(name, subject.anchor) for name in subject.sources]
    others = combinations([n for n in subject.names if n != subject.anchor], 2)
    return (*with_anchor, *others)


def common_stages(subject: TokenSubject) -> tuple[Stage, ...]:
    """Return the stages whose tokens share a space; without the anchor only the first.

    Where the anchor is missing, nothing is aligned to it.
    """
    stages = tuple(stage for stage in subject.stages if stage != "raw")
    return stages if subject.sources else stages[:1]


def find_names(subject: TokenSubject, x: str = "", y: str = "") -> Pair:
    """Return the two modalities that are asked for, or the first source and the anchor.

    Args:
        subject: Of tokens.
        x: Name; empty: the first source.
        y: Name; empty: the anchor.

    Raises:
        InputError: They are not there, or the same.
    """
    first = pairs_of(subject)[0]
    names = x or first[0], y or first[1]
    if names[0] == names[1] or not set(names) <= set(subject.names):
        there = ", ".join(subject.names)
        raise InputError(
            f"MMD² compares two different modalities of {there}, got {names[0]} and "
            f"{names[1]}."
        )
    return names


def token_pair(subject: TokenSubject, x: str, y: str, stage: str) -> TokenPair:
    """Return two modalities' tokens at a stage: always the same record.

    Args:
        subject: Of tokens.
        x: Name of a modality, "" for the first source.
        y: Name of another, "" for the anchor.
        stage: Of the pass.

    Raises:
        InputError: They are not there, or have no space in common.
    """
    names = find_names(subject, x, y)
    stages = common_stages(subject)
    if stage not in stages:
        raise InputError(_why_not(subject, names, stage))
    return _measure(subject, *names, stages[stages.index(stage)])


@lru_cache(maxsize=KEPT)
def _measure(subject: TokenSubject, x: str, y: str, stage: Stage) -> TokenPair:
    tokens = subject.tokens(stage)
    kept = [_evenly(len(tokens[name])) for name in (x, y)]
    sides = [
        np.asarray(tokens[name][places], np.float64)
        for name, places in zip((x, y), kept, strict=True)
    ]
    both = [torch.from_numpy(side) for side in sides]
    pooled = torch.cat(both)
    # Differences, not a matrix product: identical tokens are exactly 0 apart.
    distance = torch.cdist(
        pooled, pooled, compute_mode="donot_use_mm_for_euclid_dist"
    ).numpy()
    return TokenPair(
        names=(x, y),
        stage=stage,
        x=sides[0],
        y=sides[1],
        labels=tuple(
            label
            for name, places in zip((x, y), kept, strict=True)
            for label in _labels(subject, name, stage, tokens[name], places)
        ),
        counts=(len(tokens[x]), len(tokens[y])),
        square=distance**2,
        median=float(median_bandwidth(*both)),
    )


def _evenly(count: int) -> NDArray[np.int64]:
    """Return which of so many tokens are compared."""
    if count <= MOST_TOKENS:
        return np.arange(count)
    return np.linspace(0, count - 1, MOST_TOKENS).round().astype(np.int64)


def _labels(
    subject: TokenSubject,
    name: str,
    stage: Stage,
    tokens: Floats,
    places: NDArray[np.int64],
) -> list[str]:
    """Return what tokens are called; after alignment sources stand at the anchor's."""
    moved = stage != "encoded" and name != subject.anchor
    own = subject.side(subject.anchor if moved else name).labels
    if len(own) != len(tokens):
        own = tuple(f"token {number + 1}" for number in range(len(tokens)))
    word = f"{name} moved to" if moved else f"{name},"
    return [f"{word} {own[place]}" for place in places]


def _why_not(subject: TokenSubject, names: Pair, stage: str) -> str:
    """Return why two modalities cannot be compared at a stage, and what to do."""
    if stage != "raw" or "raw" not in subject.stages:
        there = ", ".join(f"{s} ({STAGE_TITLES[s]})" for s in common_stages(subject))
        why = "" if subject.sources else f"; {subject.anchor}, the anchor, is missing"
        return f"There are no tokens of the stage {stage!r}: choose {there}{why}."
    raw = subject.tokens("raw")
    x, y = (raw[name].shape[1] if name in raw else 0 for name in names)
    if not x or not y:
        gone = names[0] if not x else names[1]
        why = f"{gone} are ids, which have no distances"
    elif x != y:
        why = (
            f"{names[0]} has {x} and {names[1]} has {y} features a token: there is no "
            "common space"
        )
    else:
        why = (
            f"{names[0]} and {names[1]} both have {x} features a token, but of "
            "different quantities: their differences mean nothing"
        )
    return f"Before the encoders, {why}, and so no MMD². Choose a later stage."
