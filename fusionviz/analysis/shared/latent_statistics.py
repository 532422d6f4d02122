"""What the latents of a checkpoint are like over data, kept beside its weights.

Directions are found on some samples, and all that is said of them is measured on
others. In 8192 dimensions a direction that is fitted to a few hundred samples follows
their noise: on them the first component of `mango-rooms` (256 rooms) has a standard
deviation of 8.9, on rooms that it has not seen 5.7.
"""

import json
from dataclasses import dataclass, fields
from pathlib import Path

import numpy as np
import safetensors.numpy
from numpy.typing import NDArray

from fusionviz.analysis.shared.beside_weights import load_beside_weights
from fusionviz.models.checkpoints import checkpoint_file
from fusionviz.whole_files import replace_file

SUFFIX = ".latents.safetensors"
STATISTICS_FORMAT = "1"
"""Raised when older files can no longer be read."""

_HALF = ("mean", "deviation", "components", "class_directions")
"""Arrays that are stored in 16 bits: 3 digits are more than samples can tell."""

_UNIT_LENGTH = ("components", "class_directions")


@dataclass(frozen=True, kw_only=True, eq=False)
class LatentStatistics:
    """Latents z (2N, d) of a model over samples that its training has not seen.

    Directions are arrays of the shape of z, of length 1 as one long vector.

    Attributes:
        weights_sha256: Of the file of weights whose latents these are.
        data: What was measured on and what the directions were found on, in words.
        found_on: Number of samples that the directions were found on.
        samples: Number of samples that were measured.
        mean: Of every latent, (2N, d).
        deviation: Standard deviation of every latent, (2N, d).
        components: Principal components, (component, 2N, d), by the variance where
            they were found.
        component_deviation: Standard deviation of z along each, (component,).
        explained: Share of the variance of all latents along each, (component,).
        classes: Names of the classes that have a direction.
        class_directions: From the mean latents of samples without a class to those of
            samples where it covers at least 1 % of the pixels, (class, 2N, d).
        class_deviation: Standard deviation of z along each, (class,).
        class_gap: How much further along it the measured samples with the class lie
            than those without, in standard deviations, (class,); NaN where either are
            missing among them.
        class_counts: How many samples with and without the class each direction was
            found on, (class, 2).
        bits_per_dim: -log2 p(x) / (2 N d) of every measured sample, ascending.
    """

    weights_sha256: str
    data: str
    found_on: int
    samples: int
    mean: NDArray[np.float32]
    deviation: NDArray[np.float32]
    components: NDArray[np.float32]
    component_deviation: NDArray[np.float32]
    explained: NDArray[np.float32]
    classes: tuple[str, ...]
    class_directions: NDArray[np.float32]
    class_deviation: NDArray[np.float32]
    class_gap: NDArray[np.float32]
    class_counts: NDArray[np.int32]
    bits_per_dim: NDArray[np.float32]

    @property
    def typical_deviation(self) -> float:
        """Root mean square of all latents' standard deviations.

        It is what z has along a random direction, in the root mean square over them.
        """
        return float(np.sqrt(np.square(self.deviation, dtype=np.float64).mean()))


def save_statistics(statistics: LatentStatistics, name_or_path: str | Path) -> Path:
    """Write statistics beside the weights of a checkpoint; return the file.

    Args:
        statistics: Of this checkpoint.
        name_or_path: Its name in `checkpoint_folder()`, or the path of one of its
            files.
    """
    arrays = {
        one.name: value
        for one in fields(statistics)
        if isinstance(value := getattr(statistics, one.name), np.ndarray)
    }
    for name in _HALF:
        arrays[name] = arrays[name].astype(np.float16)
    header = {
        "format": STATISTICS_FORMAT,
        "weights_sha256": statistics.weights_sha256,
        "data": statistics.data,
        "found_on": str(statistics.found_on),
        "samples": str(statistics.samples),
        "class_names": json.dumps(statistics.classes),
    }
    path = checkpoint_file(name_or_path, SUFFIX)
    replace_file(path, safetensors.numpy.save(arrays, header))
    return path


def load_statistics(name_or_path: str | Path) -> LatentStatistics:
    """Return the statistics that are kept beside a checkpoint's weights.

    Args:
        name_or_path: Its name in `checkpoint_folder()`, or the path of one of its
            files.

    Raises:
        CheckpointError: There are none, or they are damaged, of another version, or
            of other weights; the sentence says how to measure them.
    """
    return load_beside_weights(name_or_path, SUFFIX, "latents", _from_file)


def _from_file(header: dict[str, str], arrays: dict[str, NDArray]) -> LatentStatistics:
    if header.get("format") != STATISTICS_FORMAT:
        raise ValueError(f"it is of format {header.get('format')!r}")
    for name in _HALF:
        arrays[name] = arrays[name].astype(np.float32)
    for name in _UNIT_LENGTH:
        arrays[name] = unit_length(arrays[name])
    return LatentStatistics(
        weights_sha256=header["weights_sha256"],
        data=header["data"],
        found_on=int(header["found_on"]),
        samples=int(header["samples"]),
        classes=tuple(json.loads(header["class_names"])),
        **arrays,
    )


def unit_length(directions: NDArray) -> NDArray[np.float32]:
    """Return directions (direction, 2N, d) with length 1 each."""
    wide = directions.astype(np.float64)
    length = np.sqrt(np.square(wide).sum(axis=(1, 2), keepdims=True))
    return (wide / np.maximum(length, np.finfo(np.float64).tiny)).astype(np.float32)
