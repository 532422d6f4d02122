"""Tokens of all modalities in one plane, stage by stage."""

from dataclasses import dataclass
from typing import get_args

import numpy as np

from fusionviz.analysis.distributions.embedding import (
    Embedding,
    EmbeddingSettings,
    Method,
    measure_embedding,
)
from fusionviz.analysis.distributions.token_picks import (
    Runs,
    check_runs,
    picked_at,
    picked_tokens,
)
from fusionviz.analysis.shared.subjects.tokens import TokenSubject
from fusionviz.exhibits.distributions.embedding_words import FORMULAS, explain_embedding
from fusionviz.exhibits.shared.exhibit import Controls, Exhibit, ExhibitKind, Request
from fusionviz.views.distributions.embedding import describe_embedding, draw_embedding

METHODS: tuple[Method, ...] = get_args(Method)
NEIGHBOURS = range(2, 51)
LARGEST_SEED = 9999


@dataclass(frozen=True, kw_only=True)
class EmbeddingControls(Controls):
    """How tokens are laid out, and what is brought out.

    Attributes:
        method: `pca`, `tsne`, or `umap` where the package umap-learn is there.
        neighbours: Perplexity of t-SNE, neighbours of UMAP.
        seed: Of their searches.
        links: Whether lines join tokens that belong together.
        picked: Tokens to bring out: (modality, first, last), counted before alignment.
    """

    method: Method = "pca"
    neighbours: int = 20
    seed: int = 0
    links: bool = False
    picked: Runs = ()

    def __post_init__(self) -> None:
        """Refuse what is out of range."""
        if self.method not in METHODS:
            raise ValueError(f"method is {', '.join(METHODS)}, got {self.method!r}")
        if self.neighbours not in NEIGHBOURS:
            raise ValueError(f"neighbours are 2 to 50, got {self.neighbours}")
        if not 0 <= self.seed <= LARGEST_SEED:
            raise ValueError(f"seed is 0 to {LARGEST_SEED}, got {self.seed}")
        check_runs(self.picked)

    @property
    def settings(self) -> EmbeddingSettings:
        """How places are to be found; what does not matter to PCA is left out."""
        if self.method == "pca":
            return EmbeddingSettings()
        return EmbeddingSettings(
            method=self.method, neighbours=self.neighbours, seed=self.seed
        )


def make_embedding(request: Request[EmbeddingControls, TokenSubject]) -> Exhibit:
    """Return the tokens of each stage in one plane."""
    subject, controls = request.subject, request.controls
    embedding = measure_embedding(subject, controls.settings, request.progress)
    picked = picked_tokens(subject, controls.picked)
    at = {stage: picked_at(subject, stage, picked) for stage in subject.stages}
    counts = {name: int(mask.sum()) for name, mask in picked.items()}
    return Exhibit(
        draw=lambda: draw_embedding(embedding, at, links=controls.links),
        alt=describe_embedding(embedding),
        caption=explain_embedding(
            embedding, subject, links=controls.links, picked=counts
        ),
        formula=FORMULAS[controls.method],
        numbers=_numbers(embedding),
        arrays={
            f"{panel.stage}_{cloud.name}": cloud.places.astype(np.float32)
            for panel in embedding.panels
            for cloud in panel.clouds
        },
        table=_table(embedding),
    )


def _numbers(embedding: Embedding) -> dict[str, float | int | str]:
    numbers: dict[str, float | int | str] = {"method": embedding.method}
    if embedding.explained is not None:
        for axis, share in enumerate(embedding.explained, 1):
            numbers[f"explained_percent_axis_{axis}"] = 100 * float(share)
    for panel in embedding.panels:
        stage = panel.stage
        if panel.explained is not None:
            for axis, share in enumerate(panel.explained, 1):
                numbers[f"explained_percent_axis_{axis}_{stage}"] = 100 * float(share)
        if stage in embedding.spreads:
            numbers[f"spread_{stage}"] = embedding.spreads[stage]
        for one in panel.separations:
            pair = f"{one.first}_{one.second}_{stage}"
            numbers[f"centres_apart_{pair}"] = one.centres
            numbers[f"centres_apart_spreads_{pair}"] = one.spreads
        for name, fit in panel.fits.items():
            numbers[f"fit_{name}"] = fit
        for cloud in panel.clouds:
            if cloud.moved:
                hollow = int(cloud.empty.sum())
                numbers[f"received_nothing_{cloud.name}_{stage}"] = hollow
    return numbers


def _table(embedding: Embedding) -> dict[str, list]:
    rows = [
        (panel.stage, cloud.name, token, label, *place, not empty)
        for panel in embedding.panels
        for cloud in panel.clouds
        for token, label, place, empty in zip(
            cloud.tokens.tolist(),
            cloud.labels,
            cloud.places.tolist(),
            cloud.empty.tolist(),
            strict=True,
        )
    ]
    names = ("stage", "modality", "token", "label", "axis_1", "axis_2", "received")
    return {name: [row[at] for row in rows] for at, name in enumerate(names)}


EMBEDDING = ExhibitKind(
    name="distributions-embedding",
    title="Tokens in one plane, stage by stage",
    controls=EmbeddingControls,
    make=make_embedding,
    reads="tokens",
    height=436,
)
