"""What changes in the pictures when the latents move."""

import math
from dataclasses import dataclass
from typing import Any

import numpy as np

from fusionviz.analysis.latents.directions import (
    Detail,
    direction_names,
    find_direction,
    is_direction,
)
from fusionviz.analysis.latents.traverse import Traverse, measure_traverse
from fusionviz.analysis.shared.latent_statistics import LatentStatistics
from fusionviz.errors import InputError
from fusionviz.exhibits.shared.exhibit import Controls, Exhibit, ExhibitKind, Request
from fusionviz.views.latents.traverse import changes, describe_traverse, draw_traverse
from fusionviz.views.latents.traverse_strip import describe_strip, draw_strip
from fusionviz.views.shared.style import three_digits

MOST_SIGMAS = 3.0
MOST_DIRECTIONS = 3
FORMULA = (
    r"z' = z + M \sum_k s_k\,\sigma_k\,v_k,\qquad x' = G^{-1}(z'),\qquad "
    r"\lVert v_k \rVert = 1"
)


@dataclass(frozen=True, kw_only=True)
class TraverseControls(Controls):
    """Where the latents move.

    Attributes:
        directions: Names as in `direction_names`; the first there are where none is
            named.
        sigmas: How far along each, -3..3, in standard deviations over data.
        patches: Places that alone move, row by row from 0; all where none is named.
        seed: Of the random directions.
        token: Of `one latent`: place in the joint tokens, RGB's before depth's.
        channel: Of `one latent`.
    """

    directions: tuple[str, ...] = ()
    sigmas: tuple[float, ...] = (2.0, 0.0, 0.0)
    patches: tuple[int, ...] = ()
    seed: int = 0
    token: int = 0
    channel: int = 0

    def __post_init__(self) -> None:
        if not 1 <= len(self.sigmas) <= MOST_DIRECTIONS:
            raise ValueError(f"one to three sigmas, got {len(self.sigmas)}")
        if self.directions and len(self.directions) != len(self.sigmas):
            raise ValueError(
                f"a sigma for every direction, got {len(self.sigmas)} for "
                f"{len(self.directions)}"
            )
        unknown = [name for name in self.directions if not is_direction(str(name))]
        if unknown:
            raise ValueError(
                "directions are like 'component 1', 'class bed', 'random 1' and 'one "
                f"latent', got {unknown[0]!r}"
            )
        for sigma in self.sigmas:
            if not math.isfinite(sigma) or abs(sigma) > MOST_SIGMAS:
                raise ValueError(f"sigmas are -3 to 3, got {sigma}")
        whole = (*self.patches, self.seed, self.token, self.channel)
        if not all(isinstance(number, int) and number >= 0 for number in whole):
            raise ValueError(
                "patches, seed, token and channel are whole numbers from 0, got "
                f"{self.patches}, {self.seed}, {self.token} and {self.channel}"
            )


@dataclass(frozen=True, kw_only=True)
class StripControls(TraverseControls):
    """What a strip runs along: the first direction, from -3 to 3 standard deviations.

    The other directions keep their sigmas; the first sigma is not read.

    Attributes:
        frames: How many, odd, so that the middle one has not moved along the first.
    """

    sigmas: tuple[float, ...] = (0.0, 0.0, 0.0)
    frames: int = 13

    def __post_init__(self) -> None:
        super().__post_init__()
        if self.frames % 2 == 0 or not 3 <= self.frames <= 25:
            raise ValueError(f"frames are odd, 3 to 25, got {self.frames}")


def make_traverse(request: Request[TraverseControls]) -> Exhibit:
    """Return the pictures before and after a move, and what changed."""
    traverse = _measure(request, np.array([request.controls.sigmas], float))
    rgb, depth_m = changes(traverse, 0)
    after = traverse.after[0]
    return Exhibit(
        draw=lambda: draw_traverse(traverse),
        alt=describe_traverse(traverse),
        caption=explain_move(traverse, request.subject.statistics),
        formula=FORMULA,
        numbers={
            "bits_per_dim_before": traverse.bits_before,
            "bits_per_dim_after": float(traverse.bits_after[0]),
            "changed_class_share": float(traverse.changed[0]),
            "latent_shift": float(traverse.shift[0]),
            "rgb_change_rms_levels": float(np.sqrt(np.square(rgb).mean())),
            "depth_change_rms_m": float(np.sqrt(np.square(depth_m).mean())),
        },
        arrays={
            "rgb_before": np.asarray(traverse.before.rgb),
            "rgb_after": np.asarray(after.rgb),
            "depth_m_before": np.asarray(traverse.before.depth_m),
            "depth_m_after": np.asarray(after.depth_m),
        },
        table={
            "class": traverse.classes,
            "share_before": traverse.shares_before,
            "share_after": traverse.shares_after[0],
        },
    )


def make_strip(request: Request[StripControls]) -> Exhibit:
    """Return the pictures along the first direction, with a slider in the figure."""
    controls = request.controls
    sigmas = np.tile(np.array(controls.sigmas, float), (controls.frames, 1))
    sigmas[:, 0] = np.linspace(-MOST_SIGMAS, MOST_SIGMAS, controls.frames)
    traverse = _measure(request, sigmas)
    lowest = int(traverse.bits_after.argmin())
    return Exhibit(
        draw=lambda: draw_strip(traverse),
        alt=describe_strip(traverse),
        caption=_explain_strip(traverse, lowest)
        + explain_sigma(request.subject.statistics),
        formula=FORMULA,
        numbers={
            "bits_per_dim_before": traverse.bits_before,
            "most_probable_sigma": float(traverse.sigmas[lowest, 0]),
            "most_probable_bits_per_dim": float(traverse.bits_after[lowest]),
        },
        arrays={
            "sigma": traverse.sigmas[:, 0],
            "rgb": np.stack([np.asarray(one.rgb) for one in traverse.after]),
            "depth_m": np.stack([np.asarray(one.depth_m) for one in traverse.after]),
        },
        table={
            "sigma": traverse.sigmas[:, 0],
            "bits_per_dim": traverse.bits_after,
            "changed_class_share": traverse.changed,
            "latent_shift": traverse.shift,
        },
    )


def _explain_strip(traverse: Traverse, lowest: int) -> str:
    return (
        "Drag the slider, or press play: every frame was computed before, so nothing "
        "is asked of the model. Above its place the curves tell how probable MANGO "
        "finds the tokens (fewer bits are more probable) and how many pixels change "
        "class against the unmoved picture. Along "
        f"{traverse.directions[0].told} the most probable frame is that at "
        f"**{signed(traverse.sigmas[lowest, 0])} σ**, with "
        f"{three_digits(float(traverse.bits_after[lowest]))} bits per dimension; "
        f"the sample itself has {three_digits(traverse.bits_before)}."
    )


def _measure(request: Request[Any], sigmas: np.ndarray) -> Traverse:
    subject, controls = request.subject, request.controls
    places = subject.grid.places
    outside = [patch for patch in controls.patches if patch >= places]
    if outside:
        raise InputError(f"patches are 0 to {places - 1}, got {outside[0]}")
    names = controls.directions or direction_names(subject.statistics)
    detail = Detail(seed=controls.seed, token=controls.token, channel=controls.channel)
    directions = [
        find_direction(subject, name, detail) for name in names[: sigmas.shape[1]]
    ]
    return measure_traverse(subject, directions, sigmas, controls.patches)


TRAVERSE = ExhibitKind(
    name="latents-traverse",
    title="Move the latents",
    controls=TraverseControls,
    make=make_traverse,
    height=495,
)

STRIP = ExhibitKind(
    name="latents-strip",
    title="Film strip along a direction",
    controls=StripControls,
    make=make_strip,
    height=495,
)


def explain_move(traverse: Traverse, statistics: LatentStatistics | None) -> str:
    """Return how to read a move, with its numbers."""
    moved = [
        f"{signed(sigma)} σ along {direction.name} ({direction.told}; one σ is "
        f"{three_digits(direction.deviation)})"
        for sigma, direction in zip(
            traverse.sigmas[0], traverse.directions, strict=True
        )
        if sigma
    ]
    text = (
        "On the left stands what the codec makes of the sample's own tokens; the codec "
        "loses detail, so this and not the photograph is what the moved pictures are "
        "compared with. On the right blue became brighter or further away, red darker "
        "or nearer. "
    )
    text += (
        f"Here z moved by {', '.join(moved)}: {three_digits(float(traverse.shift[0]))} "
        "altogether"
        if moved
        else "Here nothing moved"
    )
    text += _explain_patches(traverse) + "." + _explain_classes(traverse)
    if traverse.missing is not None:
        text += f" The tokens of {traverse.missing} are the model's own guess."
    return text + explain_sigma(statistics)


def _explain_patches(traverse: Traverse) -> str:
    if not traverse.patches:
        return ""
    inside = ", ".join(f"{share:.1%}" for share in traverse.energy_inside)
    return (
        f", in the {len(traverse.patches)} framed patches of both modalities alone, "
        f"which hold {inside} of the directions' squared length; around them pictures "
        "change too, because the inverse of the flow mixes tokens"
    )


def _explain_classes(traverse: Traverse) -> str:
    gain = traverse.shares_after[0] - traverse.shares_before
    most, least = int(gain.argmax()), int(gain.argmin())
    if gain[most] < 0.001:
        return " The classes keep their shares of the picture."
    return (
        f" Of the classes, {traverse.classes[most]} gains most, {gain[most]:.1%} of "
        f"the pixels, and {traverse.classes[least]} loses {-gain[least]:.1%}."
    )


def explain_sigma(statistics: LatentStatistics | None) -> str:
    """Return what one standard deviation is."""
    if statistics is None:
        return (
            "\n\nThe latents of these weights have not been measured over data, so one "
            "σ is 1, that of the prior."
        )
    return (
        f"\n\nOne σ is the standard deviation of z along the direction, over "
        f"{statistics.data}."
    )


def signed(value: float) -> str:
    """Return a number with its sign, zero without."""
    return f"{value:+.2f}".replace("-", "−") if value else "0"
