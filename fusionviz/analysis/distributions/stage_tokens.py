"""Tokens of the stages that have one space, on a scale that stages share."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from itertools import combinations

import numpy as np
from numpy.typing import NDArray

from fusionviz.analysis.shared.subjects.tokens import Floats, Stage, TokenSubject

Links = Mapping[str, NDArray[np.int64]]
"""By source, which of its tokens and of the anchor's belong together, (pair, 2)."""

KEPT = 8
"""How many subjects' stages are kept, of those that were asked last."""

_ROUNDING = 1e-9
"""Spreads below this share of the largest entry are those of equal tokens."""


@dataclass(frozen=True, kw_only=True, eq=False)
class Separation:
    """How far two modalities are from each other at a stage.

    Attributes:
        first: Name of one.
        second: Name of the other.
        centres: Between their means, in the units of the tokens.
        spreads: The same in spreads of the stage.
        partners: Mean between tokens that belong together, in spreads; None where
            that is not known.
        anyone: Mean between any two of the tokens that have a partner, in spreads.
    """

    first: str
    second: str
    centres: float
    spreads: float
    partners: float | None = None
    anyone: float | None = None

    @property
    def title(self) -> str:
        """Names of the two modalities."""
        return f"{self.first} ↔ {self.second}"


@dataclass(frozen=True, kw_only=True, eq=False)
class StageTokens:
    """One stage's tokens on the common scale.

    Attributes:
        stage: Which one.
        tokens: (x - centre) / spread by modality, (token, channel).
        centre: Mean of the modalities' means, (channel,).
        spread: Root of the mean squared distance of tokens from the centre, in which
            modalities count alike; 1 where all tokens are equal.
        links: Which tokens belong together.
        separations: How far each two modalities are from each other.
    """

    stage: Stage
    tokens: dict[str, NDArray[np.float64]]
    centre: NDArray[np.float64]
    spread: float
    links: Links
    separations: tuple[Separation, ...]


@lru_cache(maxsize=KEPT)
def tokens_by_stage(subject: TokenSubject) -> tuple[StageTokens, ...]:
    """Return the stages at which all tokens have one space, on one scale.

    A stage's tokens are moved by its centre and divided by its spread, so that none
    decides by its norm where the axes lie. What follows alignment is still in the
    space of the encoders: it keeps the centre and the spread of before, so that a
    token that alignment leaves alone does not move.
    """
    found: list[StageTokens] = []
    for stage in subject.stages:
        if stage == "raw":
            continue
        tokens = subject.tokens(stage)
        if stage == "aligned" and found:
            centre, spread = found[-1].centre, found[-1].spread
        else:
            centre, spread = _scale(tokens)
        found.append(_stage(subject, stage, tokens, centre, spread))
    return tuple(found)


def received(subject: TokenSubject, name: str) -> NDArray[np.bool_]:
    """Return which of the anchor's positions a source's tokens were sent to.

    A position that received no mass has a token of zeros.
    """
    if name in subject.sources:
        return subject.case(name).own_plan.sum(axis=0) > 0
    return np.abs(subject.tokens("aligned")[name]).sum(axis=1) > 0


def is_moved(subject: TokenSubject, stage: Stage, name: str) -> bool:
    """Return whether a modality's tokens stand at the anchor's positions."""
    return stage in ("aligned", "fused") and name != subject.anchor


def links_at(subject: TokenSubject, stage: Stage) -> Links:
    """Return which tokens of each source and the anchor belong together at a stage.

    Before alignment those that do in truth, where it is known; after it those that
    stand at one position, where anything arrived.
    """
    links = {}
    for name in subject.sources:
        case = subject.case(name)
        if stage in ("aligned", "fused"):
            (at,) = np.nonzero(received(subject, name))
            links[name] = np.stack([at, at], axis=1)
        elif case.truth is not None:
            (known,) = np.nonzero(case.truth >= 0)
            links[name] = np.stack([known, case.truth[known]], axis=1)
    return links


def _scale(tokens: Mapping[str, Floats]) -> tuple[NDArray[np.float64], float]:
    groups = [np.asarray(x, np.float64) for x in tokens.values()]
    centre = np.mean([x.mean(axis=0) for x in groups], axis=0)
    squares = [((x - centre) ** 2).sum(axis=1).mean() for x in groups]
    spread = float(np.sqrt(np.mean(squares)))
    largest = max(float(np.abs(x).max()) for x in groups)
    return centre, spread if spread > _ROUNDING * largest else 1.0


def _stage(
    subject: TokenSubject,
    stage: Stage,
    tokens: Mapping[str, Floats],
    centre: NDArray[np.float64],
    spread: float,
) -> StageTokens:
    scaled = {
        name: (np.asarray(x, np.float64) - centre) / spread
        for name, x in tokens.items()
    }
    links = links_at(subject, stage)
    apart = tuple(
        _apart(
            scaled,
            (first, second),
            spread=spread,
            pairs=links.get(first) if second == subject.anchor else None,
        )
        for first, second in combinations(scaled, 2)
    )
    return StageTokens(
        stage=stage,
        tokens=scaled,
        centre=centre,
        spread=spread,
        links=links,
        separations=apart,
    )


def _apart(
    tokens: Mapping[str, NDArray[np.float64]],
    names: tuple[str, str],
    *,
    spread: float,
    pairs: NDArray[np.int64] | None,
) -> Separation:
    x, y = (tokens[name] for name in names)
    between = float(np.linalg.norm(x.mean(axis=0) - y.mean(axis=0)))
    partners = anyone = None
    if pairs is not None and len(pairs):
        here, there = x[pairs[:, 0]], y[pairs[:, 1]]
        partners = float(np.linalg.norm(here - there, axis=1).mean())
        squares = (here**2).sum(1)[:, None] + (there**2).sum(1) - 2 * here @ there.T
        anyone = float(np.sqrt(np.maximum(squares, 0)).mean())
    return Separation(
        first=names[0],
        second=names[1],
        centres=between * spread,
        spreads=between,
        partners=partners,
        anyone=anyone,
    )
