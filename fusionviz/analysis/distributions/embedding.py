"""Tokens of all modalities in one plane, at every stage of a pass."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property, lru_cache
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from fusionviz.analysis.distributions.neighbour_maps import map_tsne, map_umap
from fusionviz.analysis.distributions.stage_tokens import (
    Links,
    Separation,
    StageTokens,
    is_moved,
    received,
    tokens_by_stage,
)
from fusionviz.analysis.distributions.token_plane import (
    Plane,
    Points,
    ellipse_of,
    even_weights,
    fit_plane,
    turn_to_fit,
)
from fusionviz.analysis.shared.subjects.tokens import Stage, TokenSubject
from fusionviz.errors import InputError

Method = Literal["pca", "tsne", "umap"]
METHOD_TITLES: dict[Method, str] = {"pca": "PCA", "tsne": "t-SNE", "umap": "UMAP"}

SHOWN = 256
"""Most tokens of a modality that are drawn; more are taken evenly."""

MAPPED = 600
"""Most tokens that t-SNE and UMAP place, of all stages together."""

KEPT = 8
"""How many embeddings are kept, of whichever subjects were asked last."""

Tell = Callable[[float, str], bool]
"""Told the share that is done and what is being done; ends the search by False."""


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
        """Ellipse that holds 95 % of a Gaussian like the cloud; see `ellipse_of`."""
        return ellipse_of(self.places)


@dataclass(frozen=True, kw_only=True, eq=False)
class Panel:
    """The tokens of one stage in the plane.

    Attributes:
        stage: Which one.
        clouds: One a modality, the anchor last.
        explained: Share of the stage's own variance along each axis, (2,); None
            where axes have no variance.
        separations: How far modalities are from each other, in the full space.
        links: Which tokens belong together.
        fits: Of the stage that has no common space, by modality: see `turn_to_fit`.
        left_out: Modalities that have nothing to show at this stage.
    """

    stage: Stage
    clouds: tuple[Cloud, ...]
    explained: Points | None = None
    separations: tuple[Separation, ...] = ()
    links: Links = field(default_factory=dict)
    fits: Mapping[str, float] = field(default_factory=dict)
    left_out: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True, eq=False)
class Embedding:
    """The tokens of every stage in the plane, a panel a stage.

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


@dataclass(frozen=True, kw_only=True)
class EmbeddingSettings:
    """How places are to be found.

    Attributes:
        method: PCA fits axes in which each modality of each stage counts alike.
        neighbours: Perplexity of t-SNE, neighbours of UMAP.
        seed: Of their searches.
    """

    method: Method = "pca"
    neighbours: int = 20
    seed: int = 0

    def lay_out(
        self, groups: Sequence[NDArray[np.floating]], shown: Sequence[NDArray[np.int64]]
    ) -> tuple[list[Points], Plane | None]:
        """Return places of the tokens of each group that are drawn, and PCA's plane."""
        drawn = [x[few] for x, few in zip(groups, shown, strict=True)]
        if self.method == "pca":
            plane = fit_plane(groups)
            return [plane.project(x) for x in drawn], plane
        search = map_tsne if self.method == "tsne" else map_umap
        places = search(
            np.concatenate(drawn), neighbours=self.neighbours, seed=self.seed
        )
        ends = np.cumsum([len(x) for x in drawn])[:-1]
        return np.split(places, ends), None


def measure_embedding(
    subject: TokenSubject,
    settings: EmbeddingSettings = EmbeddingSettings(),
    tell: Tell | None = None,
) -> Embedding:
    """Return the tokens of every stage, laid out in a plane.

    Places are found for all stages at once that have a common space, see
    `tokens_by_stage`. Where features go in that have a space a modality, each gets a
    plane of its own, which is turned onto the same tokens' places before alignment.
    They are kept, so that asking again takes milliseconds.

    Args:
        subject: What the tokens are of.
        settings: How places are to be found.
        tell: Whom to tell how far it is.

    Raises:
        InputError: UMAP is not there, or the search was stopped.
    """
    stages = tokens_by_stage(subject)
    raw = list(subject.tokens("raw")) if "raw" in subject.stages else []
    for step, name in enumerate(raw):
        _tell(tell, 0.1 * step / len(raw), f"{name} before the encoders", settings)
        _raw_places(subject, settings, name)
    _tell(tell, 0.1, "all stages together", settings)
    places, plane = _common_places(subject, settings)
    panels = [_panel(subject, one, places, settings, plane) for one in stages]
    if "raw" in subject.stages:
        panels.insert(0, _raw_panel(subject, panels[0], settings, raw))
    return Embedding(
        method=settings.method,
        panels=tuple(panels),
        explained=None if plane is None else plane.explained,
        spreads={one.stage: one.spread for one in stages},
        anchor=subject.anchor,
    )


def _tell(
    tell: Tell | None, share: float, doing: str, settings: EmbeddingSettings
) -> None:
    title = METHOD_TITLES[settings.method]
    if tell is not None and not tell(share, f"{title}: {doing}"):
        raise InputError(f"{title} was stopped before it had placed the tokens.")


@lru_cache(maxsize=KEPT)
def _common_places(
    subject: TokenSubject, settings: EmbeddingSettings
) -> tuple[dict[tuple[Stage, str], Points], Plane | None]:
    groups = {
        (one.stage, name): x
        for one in tokens_by_stage(subject)
        for name, x in one.tokens.items()
    }
    shown = [_shown(subject, settings, len(x)) for x in groups.values()]
    places, plane = settings.lay_out(list(groups.values()), shown)
    return dict(zip(groups, places, strict=True)), plane


@lru_cache(maxsize=4 * KEPT)
def _raw_places(
    subject: TokenSubject, settings: EmbeddingSettings, name: str
) -> Points:
    raw = np.asarray(subject.tokens("raw")[name], np.float64)
    (places,), _ = settings.lay_out([raw], [_shown(subject, settings, len(raw))])
    return places


def _shown(
    subject: TokenSubject, settings: EmbeddingSettings, count: int
) -> NDArray[np.int64]:
    """Return which of a modality's tokens are drawn, evenly spaced."""
    limit = SHOWN
    if settings.method != "pca":
        stages = tokens_by_stage(subject)
        limit = _share([len(x) for one in stages for x in one.tokens.values()])
    few = min(count, limit)
    return np.linspace(0, count - 1, few).round().astype(np.int64)


def _share(counts: Sequence[int]) -> int:
    """Return how many tokens of each group may be placed, `MAPPED` altogether."""
    limits = range(1, SHOWN + 1)
    fitting = [n for n in limits if sum(min(n, one) for one in counts) <= MAPPED]
    return max(fitting, default=1)


def _panel(
    subject: TokenSubject,
    stage: StageTokens,
    places: Mapping[tuple[Stage, str], Points],
    settings: EmbeddingSettings,
    plane: Plane | None,
) -> Panel:
    explained = None
    if plane is not None:
        groups = list(stage.tokens.values())
        explained = plane.explained_of(np.concatenate(groups), even_weights(groups))
    return Panel(
        stage=stage.stage,
        clouds=tuple(
            _cloud(subject, stage.stage, name, places[stage.stage, name], settings)
            for name in stage.tokens
        ),
        explained=explained,
        separations=stage.separations,
        links=stage.links,
    )


def _raw_panel(
    subject: TokenSubject,
    encoded: Panel,
    settings: EmbeddingSettings,
    names: Sequence[str],
) -> Panel:
    """Return each modality in a plane of its own, turned onto its encoded tokens."""
    clouds, fits = [], {}
    for cloud in encoded.clouds:
        if cloud.name in names:
            own = _raw_places(subject, settings, cloud.name)
            turned = turn_to_fit(own, cloud.places)
            clouds.append(replace(cloud, places=turned.places))
            fits[cloud.name] = turned.fit
    left_out = tuple(one.name for one in encoded.clouds if one.name not in names)
    return Panel(stage="raw", clouds=tuple(clouds), fits=fits, left_out=left_out)


def _cloud(
    subject: TokenSubject,
    stage: Stage,
    name: str,
    places: Points,
    settings: EmbeddingSettings,
) -> Cloud:
    count = len(subject.tokens(stage)[name])
    tokens = _shown(subject, settings, count)
    moved = is_moved(subject, stage, name)
    empty = ~received(subject, name) if moved else np.zeros(count, bool)
    called = _labels(subject, name, count, moved)
    return Cloud(
        name=name,
        places=places,
        tokens=tokens,
        count=count,
        labels=tuple(called[token] for token in tokens.tolist()),
        empty=empty[tokens],
        moved=moved,
    )


def _labels(subject: TokenSubject, name: str, count: int, moved: bool) -> list[str]:
    if not moved:
        return [f"{name}, {label}" for label in subject.side(name).labels]
    if subject.anchor in subject.names:
        goals = subject.side(subject.anchor).labels
        return [f"{name} moved to {label}" for label in goals]
    numbers = range(1, count + 1)
    return [f"{name} moved to position {one} of {subject.anchor}" for one in numbers]
