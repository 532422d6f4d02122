"""Damage of a share of a modality's values, and modalities of another sample.

What benchmarks of dense prediction damage modalities with (arXiv 2503.18445): values
lost at random (RMM), and salt and pepper with Gaussian noise (NM). Seeded and pure.
"""

from collections.abc import Collection
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from fusionviz.data.faults.samples import FaultChoice, put_fault
from fusionviz.data.records import RGBDSample
from fusionviz.data.sequences.samples import SequenceSample

LOST = (0.25, 0.5, 0.75)
"""Shares of pixels that are lost, of RMM."""

NOISE = (1, 3, 5)
"""Severities of both noises, of NM: low, middle and high."""

SALT = {1: 0.01, 3: 0.07, 5: 0.25}
"""Share of depth pixels at the nearest or farthest distance, by severity, as RGB has
black and white ones."""


def lose_values(
    sample: RGBDSample, modalities: Collection[str], share: float, *, seed: int = 0
) -> RGBDSample:
    """Return a pair in which a share of the pixels of some modalities is lost.

    A lost pixel of RGB is 0, black; one of depth is 0 as sensors write it, unmeasured.

    Args:
        sample: Modalities that it lacks stay away.
        modalities: Those that are damaged, each at places of its own.
        share: 0 to 1.
        seed: Of the places.
    """
    rgb, depth_m = sample.rgb, sample.depth_m
    if "rgb" in modalities and rgb is not None:
        lost = np.random.default_rng([seed, 0]).random(sample.size) < share
        rgb = np.where(lost[..., None], np.uint8(0), rgb)
    if "depth" in modalities and depth_m is not None:
        lost = np.random.default_rng([seed, 1]).random(sample.size) < share
        depth_m = np.where(lost, np.float32(np.nan), depth_m)
    return replace(sample, rgb=rgb, depth_m=depth_m)


def add_noise(
    sample: RGBDSample, modalities: Collection[str], severity: int, *, seed: int = 0
) -> RGBDSample:
    """Return a pair with Gaussian noise, salt and pepper in some modalities.

    Depth gets a sensor's noise, which grows with the square of the distance.

    Args:
        sample: Modalities that it lacks stay away.
        modalities: Those that are damaged.
        severity: Of `NOISE`.
        seed: Of the noise.
    """
    if "rgb" in modalities:
        for fault in ("gaussian-noise", "salt-and-pepper"):
            sample = _put(sample, "rgb", fault, severity, seed)
    if "depth" in modalities and sample.depth_m is not None:
        sample = _put(sample, "depth", "range-noise", severity, seed)
        sample = replace(sample, depth_m=_salted(sample, SALT[severity], seed))
    return sample


def exchange_modality(
    sample: RGBDSample | SequenceSample,
    other: RGBDSample | SequenceSample,
    name: str,
) -> RGBDSample | SequenceSample:
    """Return a sample with one modality of another; all else, and the truth, is its.

    Raises:
        ValueError: They are not of one kind, or of pictures of different sizes.
    """
    if isinstance(sample, RGBDSample) and isinstance(other, RGBDSample):
        field = "depth_m" if name == "depth" else "rgb"
        return replace(sample, **{field: getattr(other, field)})
    if isinstance(sample, SequenceSample) and isinstance(other, SequenceSample):
        return _exchange_steps(sample, other, name)
    raise ValueError("modalities are exchanged between samples of one kind")


def _exchange_steps(
    sample: SequenceSample, other: SequenceSample, name: str
) -> SequenceSample:
    """Return sequences with one of another sample.

    Where something is true of each of its steps, it is cut to their number, or begun
    again.
    """
    values, times = other.modalities[name], other.times.get(name)
    truths = (sample.target, sample.label)
    if name == sample.anchor and any(one is not None and one.ndim for one in truths):
        index = np.arange(len(sample.modalities[name])) % len(values)
        values = values[index]
        times = None if times is None else times[index]
    kept = {k: v for k, v in sample.times.items() if k != name}
    # Which step belongs to which is no longer known, nor are the words.
    return replace(
        sample,
        modalities={**sample.modalities, name: values},
        times=kept if times is None else {**kept, name: times},
        alignment={},
        words=(),
    )


def _put(
    sample: RGBDSample, modality: str, fault: str, severity: int, seed: int
) -> RGBDSample:
    choice = FaultChoice(modality=modality, fault=fault, severity=severity, seed=seed)
    changed = put_fault(sample, choice)
    assert isinstance(changed, RGBDSample)  # noqa: S101 - for the type checker
    return changed


def _salted(sample: RGBDSample, share: float, seed: int) -> NDArray[np.float32]:
    depth_m = sample.depth_m
    assert depth_m is not None  # noqa: S101 - for the type checker
    if not np.isfinite(depth_m).any():
        return depth_m
    random = np.random.default_rng([seed, 2])
    hit, is_near = random.random(depth_m.shape) < share, random.random(depth_m.shape)
    ends = np.where(is_near < 0.5, np.nanmin(depth_m), np.nanmax(depth_m))
    return np.where(hit, ends, depth_m).astype(np.float32)
