"""Clouds of tokens in a plane, one a modality, in one panel a stage."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from fusionviz.analysis.distributions.stage_tokens import Apart, Links
from fusionviz.analysis.distributions.token_plane import Points, ellipse_of
from fusionviz.analysis.shared.token_subject import Stage

Method = Literal["pca", "tsne", "umap"]
METHOD_TITLES: dict[Method, str] = {"pca": "PCA", "tsne": "t-SNE", "umap": "UMAP"}


@dataclass(frozen=True, kw_only=True, eq=False)
class Cloud:
    """One modality's tokens in one panel.

    Attributes:
        name: Of the modality.
        places: Of the tokens that are drawn, (token, 2).
        tokens: Which they are, (token,).
        count: How many tokens there are in all.
        labels: What each that is drawn is called.
        empty: Which of them stand where nothing was sent, (token,).
        moved: Whether they stand at the anchor's positions.
    """

    name: str
    places: Points
    tokens: NDArray[np.int64]
    count: int
    labels: tuple[str, ...]
    empty: NDArray[np.bool_]
    moved: bool

    @property
    def centre(self) -> Points:
        """Mean of the places, (2,)."""
        return self.places.mean(axis=0)

    @cached_property
    def ellipse(self) -> Points | None:
        """What holds 95 % of a Gaussian like it; see `ellipse_of`."""
        return ellipse_of(self.places)


@dataclass(frozen=True, kw_only=True, eq=False)
class Panel:
    """One stage.

    Attributes:
        stage: Which one.
        clouds: One a modality, the anchor last.
        explained: Share of the stage's own variance along each axis, (2,); None
            where axes have no variance.
        apart: How far modalities are from each other, in the full space.
        links: Which tokens belong together.
        fits: Of the stage that has no common space, by modality: see `turn_to_fit`.
        left_out: Modalities that have nothing to show at this stage.
    """

    stage: Stage
    clouds: tuple[Cloud, ...]
    explained: Points | None = None
    apart: tuple[Apart, ...] = ()
    links: Links = field(default_factory=dict)
    fits: Mapping[str, float] = field(default_factory=dict)
    left_out: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True, eq=False)
class Embedding:
    """All panels.

    Attributes:
        method: How places were found.
        panels: In the order of the pass.
        explained: Share of the pooled variance along each axis, (2,); None but of PCA.
        spreads: What a unit is at each stage that has a common space, in the units of
            its tokens.
        anchor: The modality that others are aligned to; it may be missing.
    """

    method: Method
    panels: tuple[Panel, ...]
    explained: Points | None
    spreads: Mapping[Stage, float]
    anchor: str

    @property
    def reach(self) -> float:
        """The largest coordinate of any token, 1 where all are 0."""
        clouds = [cloud.places for panel in self.panels for cloud in panel.clouds]
        return max(float(np.abs(one).max()) for one in clouds) or 1.0
