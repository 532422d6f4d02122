"""MMD² between modalities by stage, and against its bandwidth."""

from dataclasses import dataclass
from typing import Any, TypeVar

import numpy as np

from fusionviz.analysis.distributions.distances import Distances, measure_distances
from fusionviz.analysis.distributions.token_pairs import (
    HIGHEST,
    LOWEST,
    TokenPair,
    token_pair,
)
from fusionviz.analysis.shared.subjects.tokens import STAGE_TITLES, Stage, TokenSubject
from fusionviz.exhibits.shared.exhibit import Controls, Exhibit, ExhibitKind, Request
from fusionviz.views.distributions.distances import describe_distances, draw_distances
from fusionviz.views.distributions.pair_names import pair_title
from fusionviz.views.shared.style import MODALITY_NAMES, three_digits

FORMULA = (
    r"\mathrm{MMD}^2 = \overline{k(x, x')} + \overline{k(y, y')} - "
    r"2\,\overline{k(x, y)},\quad "
    r"k(x, y) = \exp\!\left(-\frac{\lVert x - y \rVert^2}{2 \sigma^2}\right)"
)


@dataclass(frozen=True, kw_only=True)
class PairControls(Controls):
    """Which tokens are compared, and with which kernel.

    Attributes:
        x: Name of a modality; empty: the first source.
        y: Name of another; empty: the anchor.
        stage: Of the pass; `raw` has no common space.
        bandwidth_factor: σ in multiples of the median distance, 0.05..20.
        biased: Count each token's pair with itself.
    """

    x: str = ""
    y: str = ""
    stage: Stage = "encoded"
    bandwidth_factor: float = 1.0
    biased: bool = True

    def __post_init__(self) -> None:
        """Check the stage and the factor."""
        if self.stage not in STAGE_TITLES:
            raise ValueError(
                f"stage is one of {', '.join(STAGE_TITLES)}, got {self.stage!r}"
            )
        if not LOWEST <= self.bandwidth_factor <= HIGHEST:
            raise ValueError(
                f"bandwidth_factor is {LOWEST} to {HIGHEST} medians, got "
                f"{self.bandwidth_factor}"
            )


@dataclass(frozen=True, kw_only=True)
class DistanceControls(PairControls):
    """Which pair's curves are shown, and which stage and bandwidth are marked."""


P = TypeVar("P", bound=PairControls)


def find_pair(request: Request[P, TokenSubject]) -> tuple[TokenPair, float]:
    """Return the tokens that are asked for, and σ in their unit.

    Raises:
        InputError: They are not there, or have no common space.
    """
    asked = request.controls
    pair = token_pair(request.subject, asked.x, asked.y, asked.stage)
    return pair, asked.bandwidth_factor * pair.median


def say_tokens(pair: TokenPair) -> str:
    """Return in words what is special about a pair's tokens; empty if nothing is."""
    said = []
    for name, size, count, zeros in zip(
        pair.names, pair.sizes, pair.counts, pair.zeros, strict=True
    ):
        title = MODALITY_NAMES.get(name, name)
        if size < count:
            said.append(f"Of {count} {title} tokens {size}, evenly spaced, are taken.")
        if zeros:
            why = (
                "no mass arrived there, and as in the paper they count like any other"
                if pair.stage == "aligned"
                else "and they count like any other"
            )
            said.append(f"{zeros} of {size} {title} tokens are 0: {why}.")
    if pair.is_one_place:
        said.append(
            "All tokens are identical: MMD² is 0, and σ falls back to 1 before it is "
            "multiplied, since no median distance is above 0."
        )
    return " ".join(said)


def make_distance(request: Request[DistanceControls, TokenSubject]) -> Exhibit:
    """Return MMD² by stage, and one pair's against the bandwidth."""
    asked = request.controls
    found = measure_distances(
        request.subject,
        x=asked.x,
        y=asked.y,
        stage=asked.stage,
        factor=asked.bandwidth_factor,
        biased=asked.biased,
    )
    row, column = found.row, found.column
    return Exhibit(
        draw=lambda: draw_distances(found),
        alt=describe_distances(found),
        caption=_explain(found, find_pair(request)[0], request.subject),
        formula=FORMULA,
        numbers={
            "pair": pair_title(found.shown),
            "stage": found.stage,
            "mmd2": float(found.mmd2[row, column]),
            "bandwidth": float(found.factor * found.medians[row, column]),
            "median_distance": float(found.medians[row, column]),
        },
        arrays={
            "mmd2": found.mmd2,
            "median_distance": found.medians,
            "curve_bandwidth": found.bandwidths,
            "curve_mmd2": found.curves,
        },
        table=_table(found),
    )


def _table(found: Distances) -> dict[str, Any]:
    """Return a row for each pair and stage."""
    rows = [(pair, stage) for pair in found.pairs for stage in found.stages]
    return {
        "x": [pair[0] for pair, _ in rows],
        "y": [pair[1] for pair, _ in rows],
        "stage": [stage for _, stage in rows],
        "mmd2": found.mmd2.ravel(),
        "bandwidth": found.factor * found.medians.ravel(),
        "median_distance": found.medians.ravel(),
        "tokens_x": found.sizes[..., 0].ravel(),
        "tokens_y": found.sizes[..., 1].ravel(),
        "zero_tokens_x": found.zeros[..., 0].ravel(),
        "zero_tokens_y": found.zeros[..., 1].ravel(),
    }


def _explain(found: Distances, pair: TokenPair, subject: TokenSubject) -> str:
    text = (
        "MMD² says how far apart two clouds of tokens are, as a Gaussian kernel sees "
        "them: 0 where they are distributed alike, 2 where each cloud is one place "
        "and the two are far apart. **Left**: between each two modalities at every "
        "stage that has a common space. A marker's fill and edge are the colours of "
        "its two modalities. σ is set anew for each stage and pair: "
        f"**{found.factor:g} times the median distance** between its own pooled "
        "tokens, so a stage whose tokens are only larger is not farther apart. "
        "**Right**: the same against σ. Rings are at the median, pink dots at the σ "
        "in force. A small σ compares fine detail, a large one only means; far above "
        f"the median all tokens look alike, and MMD² tends to 0. {_say_form(found)}"
        "\n\n"
        f"{_say_values(found)}"
    )
    if "raw" in subject.stages:
        text += (
            " Before the encoders there is no common space: a distance between pixels "
            "or features of different kinds would mean nothing, so that stage is left "
            "out."
        )
    if not subject.sources:
        text += (
            f" {subject.anchor} is missing, so nothing was aligned to it: only what "
            "the encoders make of the others is compared."
        )
    special = say_tokens(pair)
    return f"{text} {special}" if special else text


def _say_form(found: Distances) -> str:
    """Return what the biased form of MMD² counts, or the unbiased one leaves out."""
    if found.biased:
        return (
            "The biased form, the paper's loss, counts each token's pair with itself: "
            "it is never below 0, and as σ falls to 0 it does not vanish but tends to "
            f"1/m + 1/n = {three_digits(found.limit)} for tokens that are all apart."
        )
    return (
        "The unbiased form leaves out each token's pair with itself: it is 0 on "
        "average for two draws from one distribution, so it may be below 0."
    )


def _say_values(found: Distances) -> str:
    """Return the shown pair's numbers at every stage."""
    said = [
        f"**{three_digits(float(value))}** {STAGE_TITLES[stage]} (σ = "
        f"{three_digits(float(found.factor * median))})"
        for stage, value, median in zip(
            found.stages, found.mmd2[found.row], found.medians[found.row], strict=True
        )
    ]
    first, last = found.mmd2[found.row][[0, -1]]
    text = f"{pair_title(found.shown)} here: " + ", ".join(said) + "."
    if len(said) > 1 and first > 0:
        change = "closer together" if last < first else "farther apart"
        text += (
            f" The pass ends with them {change}: MMD² is {three_digits(last / first)} "
            "times what it was before alignment."
        )
    if np.ptp(found.sizes[found.row].sum(axis=-1)):
        text += (
            " Alignment changes how many tokens there are, and with them by how much "
            "the biased form is too large: compare stages by the unbiased one."
            if found.biased
            else " Alignment changes how many tokens there are."
        )
    return text


DISTANCES = ExhibitKind(
    name="distributions-distance",
    title="MMD² by stage and by bandwidth",
    controls=DistanceControls,
    make=make_distance,
    reads="tokens",
)
