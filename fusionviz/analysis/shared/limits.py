"""How far a checkpoint's labels can be trusted, kept beside its weights.

Two things are known of it: how often pixels are right by how sure it is of them, and
how far samples lie from those that it was trained on.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import safetensors.numpy
from numpy.typing import NDArray

from fusionviz.analysis.shared.beside_weights import load_beside_weights
from fusionviz.analysis.shared.familiarity import FeatureCloud, Features
from fusionviz.errors import CheckpointError
from fusionviz.models.cards import ModelCard
from fusionviz.models.checkpoints import checkpoint_file
from fusionviz.whole_files import replace_file

SUFFIX = ".limits.safetensors"
LIMITS_FORMAT = "1"
"""Raised when older files can no longer be read."""

LIKELIHOOD = "likelihood"
"""What a flow's bits are called among the measures of distance."""

REACH = 0.99
"""Share of held-out samples whose distance is the unit of oddness."""

FAR = 1.1
"""Oddness of what is flagged: a tenth beyond that, for all samples differ a little."""


@dataclass(frozen=True, kw_only=True)
class Certainty:
    """How often pixels are right where a model is unsure, and where it is not.

    Sureness is the probability of the class that a pixel is taken for, averaged over
    its surroundings (`Segmentation.sureness`).

    Attributes:
        below: Unsure is less sure than this: chosen on validation, where pixels begin
            to be more often right than wrong.
        unsure_right: Share of the unsure pixels that are right, of test samples.
        sure_right: Share of the others that are.
        unsure_share: Share of the labelled pixels that are unsure.
    """

    below: float
    unsure_right: float
    sure_right: float
    unsure_share: float


@dataclass(frozen=True, kw_only=True)
class Nearness:
    """How many held-out samples lie nearer to the training samples than another one.

    Attributes:
        oddness: Its distance by the measure that finds it oddest, in those of which
            99 % of held-out samples lie within.
        share: Share of them that are less odd.
        by: Share of them that lie nearer by each measure.
        far: Measures by which it lies beyond 99 % of them, else the one by which it
            is oddest.
        count: How many they are.
    """

    oddness: float
    share: float
    by: Mapping[str, float]
    far: tuple[str, ...]
    count: int

    @property
    def is_far(self) -> bool:
        """Whether the sample is flagged."""
        return self.oddness >= FAR


@dataclass(frozen=True, kw_only=True, eq=False)
class Limits:
    """How far a checkpoint's labels can be trusted.

    Attributes:
        weights_sha256: Of the file of weights that was measured.
        data: What it was trained on, in words.
        certainty: Of its labels.
        clouds: Of the features of training samples, by modality.
        usual_bits: Median bits per dimension of held-out samples; None without a flow.
        held: Distances of held-out samples, in their order, by measure: a modality by
            its features, or `LIKELIHOOD`, |bits - usual bits|.
        checked: Other held-out samples, on which flags were counted.
        flagged: Share of these that are flagged.
    """

    weights_sha256: str
    data: str
    certainty: Certainty
    clouds: Mapping[str, FeatureCloud]
    usual_bits: float | None
    held: Mapping[str, NDArray[np.float32]]
    checked: int
    flagged: float

    def nearness(
        self, features: Mapping[str, Features], bits: float | None = None
    ) -> Nearness | None:
        """Return how many held-out samples lie nearer; None where nothing compares.

        A sample is as odd as it is by the measure that finds it oddest: distances count
        in those of which 99 % of held-out samples lie within.

        Args:
            features: Of a sample, by modality (see `features_of`).
            bits: Bits per dimension of its tokens, where both modalities are there.
        """
        distance = {
            name: cloud.distance(features[name])
            for name, cloud in self.clouds.items()
            if name in features
        }
        if bits is not None and self.usual_bits is not None:
            distance[LIKELIHOOD] = abs(bits - self.usual_bits)
        if not distance:
            return None
        reach = {
            n: max(float(np.quantile(self.held[n], REACH)), 1e-9) for n in distance
        }
        odd = {name: far / reach[name] for name, far in distance.items()}
        others = np.max([self.held[name] / reach[name] for name in odd], axis=0)
        oddest = max(odd.values())
        return Nearness(
            oddness=oddest,
            share=float((others < oddest).mean()),
            by={n: float((self.held[n] < far).mean()) for n, far in distance.items()},
            far=tuple(name for name in odd if odd[name] >= min(oddest, 1.0)),
            count=len(others),
        )


def save_limits(limits: Limits, name_or_path: str | Path) -> Path:
    """Write limits beside the weights of a checkpoint; return the file.

    Args:
        limits: Of this checkpoint.
        name_or_path: Its name in `checkpoint_folder()`, or the path of one of its
            files.
    """
    certainty = limits.certainty
    arrays = {
        "certainty": np.array(
            [
                certainty.below,
                certainty.unsure_right,
                certainty.sure_right,
                certainty.unsure_share,
            ]
        )
    }
    for name, cloud in limits.clouds.items():
        arrays[f"cloud.{name}.mean"] = cloud.mean.astype(np.float32)
        arrays[f"cloud.{name}.directions"] = cloud.directions.astype(np.float16)
        arrays[f"cloud.{name}.variance"] = cloud.variance.astype(np.float32)
        arrays[f"cloud.{name}.rest"] = np.array([cloud.rest])
    for name, distances in limits.held.items():
        arrays[f"held.{name}"] = distances.astype(np.float32)
    if limits.usual_bits is not None:
        arrays["usual_bits"] = np.array([limits.usual_bits])
    header = {
        "format": LIMITS_FORMAT,
        "weights_sha256": limits.weights_sha256,
        "data": limits.data,
        "checked": str(limits.checked),
        "flagged": repr(limits.flagged),
    }
    path = checkpoint_file(name_or_path, SUFFIX)
    replace_file(path, safetensors.numpy.save(arrays, header))
    return path


def load_limits(name_or_path: str | Path) -> Limits:
    """Return the limits that are kept beside a checkpoint's weights.

    Args:
        name_or_path: Its name in `checkpoint_folder()`, or the path of one of its
            files.

    Raises:
        CheckpointError: There are none, or they are damaged, of another version, or
            of other weights; the sentence says how to measure them.
    """
    return load_beside_weights(name_or_path, SUFFIX, "limits", _from_file)


def known_limits(card: ModelCard) -> Limits | None:
    """Return how far a checkpoint's labels can be trusted, None where it is unknown.

    Why it is unknown is what `load_limits` raises.
    """
    try:
        return load_limits(card.name)
    except CheckpointError:
        return None


def _from_file(header: Mapping[str, str], arrays: Mapping[str, NDArray]) -> Limits:
    if header.get("format") != LIMITS_FORMAT:
        raise ValueError(f"it is of format {header.get('format')!r}")
    below, unsure_right, sure_right, unsure_share = map(float, arrays["certainty"])
    names = [key.split(".")[1] for key in arrays if key.endswith(".mean")]
    bits = arrays.get("usual_bits")
    return Limits(
        weights_sha256=header["weights_sha256"],
        data=header["data"],
        certainty=Certainty(
            below=below,
            unsure_right=unsure_right,
            sure_right=sure_right,
            unsure_share=unsure_share,
        ),
        clouds={
            name: FeatureCloud(
                mean=arrays[f"cloud.{name}.mean"],
                directions=arrays[f"cloud.{name}.directions"].astype(np.float32),
                variance=arrays[f"cloud.{name}.variance"],
                rest=float(arrays[f"cloud.{name}.rest"][0]),
            )
            for name in sorted(names, reverse=True)  # colours first
        },
        usual_bits=None if bits is None else float(bits[0]),
        held={
            key.removeprefix("held."): value
            for key, value in sorted(arrays.items())
            if key.startswith("held.")
        },
        checked=int(header["checked"]),
        flagged=float(header["flagged"]),
    )
