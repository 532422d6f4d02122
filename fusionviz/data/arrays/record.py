"""The record of arrays that a model of one's own hands over."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from fusionviz.data.arrays.keys import TOKENS
from fusionviz.data.attention.files import AttentionFile

PredictionKind = Literal["scores", "classes", "map"]


@dataclass(frozen=True, kw_only=True, eq=False)
class PlanArray:
    """A transport plan, and what its tokens are called.

    Attributes:
        mass: From each source to each target, (source, target), 1 altogether.
        source: Name of the modality that is sent.
        target: Name of the one that it is sent to.
        source_labels: Of each source token.
        target_labels: Of each target token.
        total: What the mass added up to as it came.
    """

    mass: NDArray[np.float64]
    source: str
    target: str
    source_labels: tuple[str, ...]
    target_labels: tuple[str, ...]
    total: float


@dataclass(frozen=True, kw_only=True, eq=False)
class Prediction:
    """What a model says of a sample.

    Attributes:
        kind: `scores` of classes, a `classes` map, or a `map` of numbers.
        values: Scores (class,), classes (height, width), -1 unlabelled, or numbers
            (height, width).
        classes: Names of the classes; empty of a map of numbers.
        confidence: Probability of each pixel's class, (height, width), where there
            are probabilities.
        are_probabilities: Whether scores are 0 to 1 and add up to 1.
    """

    kind: PredictionKind
    values: NDArray[np.float64] | NDArray[np.int64]
    classes: tuple[str, ...]
    confidence: NDArray[np.float32] | None = None
    are_probabilities: bool = False


@dataclass(frozen=True, kw_only=True, eq=False)
class ModelArrays:
    """Arrays of one sample by a model of one's own. What is absent is None or empty.

    Attributes:
        attention: Weights by layer and head, and what their tokens are.
        plan: A transport plan.
        tokens: By modality, (token, channel).
        labels: By modality, what its tokens are called, where that is known.
        latents: (token, channel).
        prediction: What the model says of the sample.
        rgb: Colours, (height, width, 3).
        depth_m: Metres, (height, width), NaN where unmeasured.
        notes: By key, what was assumed or is odd, one sentence each.
        shapes: By key, the shape that it came with.
    """

    attention: AttentionFile | None = None
    plan: PlanArray | None = None
    tokens: Mapping[str, NDArray[np.float32]] = field(default_factory=dict)
    labels: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    latents: NDArray[np.float32] | None = None
    prediction: Prediction | None = None
    rgb: NDArray[np.uint8] | None = None
    depth_m: NDArray[np.float32] | None = None
    notes: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    shapes: Mapping[str, tuple[int, ...]] = field(default_factory=dict)

    @property
    def keys(self) -> tuple[str, ...]:
        """Keys that light up pages, as they stand in a file."""
        there = {
            "attention": self.attention,
            "plan": self.plan,
            **{f"{TOKENS}{name}": x for name, x in self.tokens.items()},
            "latents": self.latents,
            "prediction": self.prediction,
            "rgb": self.rgb,
            "depth": self.depth_m,
        }
        return tuple(key for key, value in there.items() if value is not None)

    def labels_of(self, name: str) -> tuple[str, ...]:
        """Return what the tokens of a modality are called: labels, else numbers."""
        if name in self.labels:
            return self.labels[name]
        return numbered_tokens(len(self.tokens[name]))


def numbered_tokens(count: int) -> tuple[str, ...]:
    """Return what tokens are called that have no labels."""
    return tuple(f"token {number + 1}" for number in range(count))
