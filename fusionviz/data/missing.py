"""Samples with modalities taken away, to see what a model makes of the rest."""

from collections.abc import Sequence
from dataclasses import replace
from typing import overload

import numpy as np

from fusionviz.data.records import RGBDSample

FIELD = {"rgb": "rgb", "depth": "depth_m"}
"""Field of a sample by modality."""

FIXED = (("rgb",), ("depth",), ("rgb", "depth"))
"""Which modalities are present, in the protocol of fixed missing ones."""

RATES = (0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7)
"""Missing rates, in the protocol of random missing ones (Li et al. 2025)."""


class MissingModalities(Sequence[RGBDSample]):
    """Samples of which only some modalities are left.

    A sample keeps what it has if nothing would be left of it.

    Args:
        samples: With all modalities that they have.
        present: For each sample, the modalities that are left.
    """

    def __init__(
        self, samples: Sequence[RGBDSample], present: Sequence[Sequence[str]]
    ) -> None:
        if len(samples) != len(present):
            raise ValueError(
                "samples and present differ in length, got "
                f"{len(samples)} and {len(present)}"
            )
        self.samples, self.present = samples, present

    def __len__(self) -> int:
        return len(self.samples)

    @overload
    def __getitem__(self, index: int) -> RGBDSample: ...
    @overload
    def __getitem__(self, index: slice) -> "MissingModalities": ...

    def __getitem__(self, index: int | slice) -> "RGBDSample | MissingModalities":
        if isinstance(index, slice):
            return MissingModalities(self.samples[index], self.present[index])
        sample = self.samples[index]
        kept = [name for name in sample.modalities if name in self.present[index]]
        if not kept:
            return sample
        lost = {field: None for name, field in FIELD.items() if name not in kept}
        return replace(sample, **lost)  # type: ignore[arg-type]


def keep_only(
    samples: Sequence[RGBDSample], present: Sequence[str]
) -> MissingModalities:
    """Return the samples with the modalities `present` alone."""
    return MissingModalities(samples, [tuple(present)] * len(samples))


def drop_at_random(
    samples: Sequence[RGBDSample], rate: float, *, seed: int = 0
) -> MissingModalities:
    """Return the samples, each modality of each missing with probability `rate`.

    Where a sample would lose all of them, one drawn at random stays. So with two
    modalities the share that is missing is rate - rate² / 2.

    Raises:
        ValueError: `rate` is no probability.
    """
    if not 0 <= rate <= 1:
        raise ValueError(f"rate is from 0 to 1, got {rate}")
    random = np.random.default_rng(seed)
    names = np.array(tuple(FIELD))
    stays = random.random((len(samples), len(names))) >= rate
    rescued = random.integers(len(names), size=len(samples))
    empty = ~stays.any(axis=1)
    stays[empty, rescued[empty]] = True
    return MissingModalities(samples, [tuple(names[row].tolist()) for row in stays])
