"""Directions in the latents: where z can be moved, and how long a step is."""

import re
from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray

from fusionviz.analysis.shared.latent_statistics import LatentStatistics
from fusionviz.analysis.shared.subjects.mango import MangoSubject
from fusionviz.errors import InputError

RANDOM = ("random 1", "random 2", "random 3")
ONE_LATENT = "one latent"

_KINDS = re.compile(r"component [1-9]\d*|class \S.*|random [1-3]|one latent")


@dataclass(frozen=True, kw_only=True)
class Detail:
    """The component, class or seed that a direction's name leaves open.

    Attributes:
        seed: Of the random directions.
        token: Of `one latent`: place in the joint tokens, RGB row by row, then depth.
        channel: Of `one latent`.
    """

    seed: int = 0
    token: int = 0
    channel: int = 0


@dataclass(frozen=True, kw_only=True, eq=False)
class Direction:
    """A direction in the latents.

    Attributes:
        name: As in `direction_names`.
        told: What it is, in a few words with its numbers.
        vector: (2N, d), of length 1 as one long vector.
        deviation: What one σ is: the standard deviation of latents along it.
    """

    name: str
    told: str
    vector: NDArray[np.float32]
    deviation: float


def is_direction(name: str) -> bool:
    """Return whether a name is one that some checkpoint may have."""
    return _KINDS.fullmatch(name) is not None


def direction_names(statistics: LatentStatistics | None) -> tuple[str, ...]:
    """Return the directions that there are; most need statistics."""
    if statistics is None:
        return (*RANDOM, ONE_LATENT)
    components = (f"component {i + 1}" for i in range(len(statistics.components)))
    classes = (f"class {name}" for name in statistics.classes)
    return (*components, *classes, *RANDOM, ONE_LATENT)


def find_direction(subject: MangoSubject, name: str, detail: Detail) -> Direction:
    """Return a direction by name.

    Without statistics one σ of the random directions and of one latent is 1, that of
    the prior N(0, I).

    Raises:
        InputError: There is none of that name, or no such token or channel.
    """
    if name not in direction_names(subject.statistics):
        raise InputError(_why_not(subject, name))
    kind, _, which = name.partition(" ")
    if kind == "component":
        return _component(_known(subject), int(which) - 1)
    if kind == "class":
        return _class_direction(_known(subject), which)
    if kind == "random":
        return _random_direction(subject, int(which), detail.seed)
    return _one_latent(subject, detail)


def _known(subject: MangoSubject) -> LatentStatistics:
    if subject.statistics is None:
        raise InputError(_why_not(subject, "this direction"))
    return subject.statistics


def _component(statistics: LatentStatistics, index: int) -> Direction:
    share = float(statistics.explained[index])
    return Direction(
        name=f"component {index + 1}",
        told=f"principal component {index + 1}, with {share:.2%} of the variance",
        vector=statistics.components[index],
        deviation=float(statistics.component_deviation[index]),
    )


def _class_direction(statistics: LatentStatistics, which: str) -> Direction:
    index = statistics.classes.index(which)
    shows, lacks = statistics.class_counts[index]
    gap = float(statistics.class_gap[index])
    apart = "" if np.isnan(gap) else f", which lie {gap:.2f} σ apart on other samples"
    return Direction(
        name=f"class {which}",
        told=f"from {lacks} samples without {which} to {shows} with it{apart}",
        vector=statistics.class_directions[index],
        deviation=float(statistics.class_deviation[index]),
    )


def _random_direction(subject: MangoSubject, number: int, seed: int) -> Direction:
    generator = torch.Generator().manual_seed(len(RANDOM) * seed + number)
    drawn = torch.randn(_shape(subject), generator=generator, dtype=torch.float64)
    statistics = subject.statistics
    return Direction(
        name=f"random {number}",
        told=f"random direction {number} of seed {seed}",
        vector=(drawn / drawn.norm()).float().numpy(),
        deviation=1.0 if statistics is None else statistics.typical_deviation,
    )


def _one_latent(subject: MangoSubject, detail: Detail) -> Direction:
    tokens, width = _shape(subject)
    token, channel = detail.token, detail.channel
    if token >= tokens or channel >= width:
        raise InputError(
            f"{subject.model.config.tokens} tokens of RGB and as many of depth have "
            f"{width} channels each, from 0; got token {token}, channel {channel}"
        )
    vector = np.zeros((tokens, width), np.float32)
    vector[token, channel] = 1
    statistics = subject.statistics
    modality = "rgb" if token < tokens // 2 else "depth"
    return Direction(
        name=ONE_LATENT,
        told=f"channel {channel} of {modality} token {token % (tokens // 2)}",
        vector=vector,
        deviation=1.0
        if statistics is None
        else float(statistics.deviation[token, channel]),
    )


def _shape(subject: MangoSubject) -> tuple[int, int]:
    config = subject.model.config
    return 2 * config.tokens, config.width


def _why_not(subject: MangoSubject, name: str) -> str:
    if subject.statistics is None:
        card = getattr(subject.model, "card", None)
        checkpoint = "NAME" if card is None else card.name
        return (
            f"{name} is not known before the latents of these weights are measured: "
            f"run `python -m fusionviz latents {checkpoint}`"
        )
    names = ", ".join(direction_names(subject.statistics))
    return f"directions are {names}; got {name!r}"
