"""How the centres of modalities move through the stages of a pass."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from fusionviz.analysis.distributions.stage_tokens import Separation, tokens_by_stage
from fusionviz.analysis.distributions.token_plane import fit_plane
from fusionviz.analysis.shared.subjects.tokens import Stage, TokenSubject


@dataclass(frozen=True, kw_only=True, eq=False)
class Movement:
    """Paths of centres, and how far apart they are.

    Attributes:
        stages: At which all modalities have one space.
        paths: By modality, the centre at each stage in the plane of the centres, in
            spreads, (stage, 2).
        explained: Share of the centres' variance along each axis, (2,).
        separations: At each stage, how far each two modalities are from each other.
        moved: By modality, how far its centre went between each two stages that
            follow one another, in the full space, in spreads, (stage - 1,).
        anchor: The modality that others are aligned to; it may be missing.
    """

    stages: tuple[Stage, ...]
    paths: dict[str, NDArray[np.float64]]
    explained: NDArray[np.float64]
    separations: tuple[tuple[Separation, ...], ...]
    moved: dict[str, NDArray[np.float64]]
    anchor: str


def measure_movement(subject: TokenSubject) -> Movement:
    """Return the paths of centres in the plane in which the centres vary most.

    In the plane of all tokens they would hardly be told apart: tokens differ far more
    within a modality than modalities do. Centres are those of `tokens_by_stage`, on
    its scale.
    """
    found = tokens_by_stage(subject)
    centres = {
        name: np.stack([one.tokens[name].mean(axis=0) for one in found])
        for name in found[0].tokens
    }
    plane = fit_plane([at[None] for path in centres.values() for at in path])
    return Movement(
        stages=tuple(one.stage for one in found),
        paths={name: plane.project(path) for name, path in centres.items()},
        explained=plane.explained,
        separations=tuple(one.separations for one in found),
        moved={
            name: np.linalg.norm(np.diff(path, axis=0), axis=1)
            for name, path in centres.items()
        },
        anchor=subject.anchor,
    )
