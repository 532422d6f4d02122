"""Features brought to one scale, with the statistics of the training samples."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from fusionviz.data.sequences import SequenceSample


@dataclass(frozen=True, kw_only=True, eq=False)
class Standardiser:
    """Mean and scale of each channel: x becomes (x - mean) / scale, clipped.

    Attributes:
        mean: By modality, float32 (channel,).
        scale: By modality, float32 (channel,): the standard deviation, 1 where a
            channel does not vary.
        limit: Largest size of a value afterwards, in standard deviations.
    """

    mean: Mapping[str, NDArray[np.float32]]
    scale: Mapping[str, NDArray[np.float32]]
    limit: float = 5.0

    @classmethod
    def fit(
        cls, samples: Sequence[SequenceSample], *, limit: float = 5.0
    ) -> "Standardiser":
        """Return the statistics of all steps of the samples.

        Modalities of ids have none. Steps count alike, whichever sample they are of.

        Raises:
            ValueError: There are no samples, or `limit` is not positive.
        """
        if not samples or limit <= 0:
            raise ValueError(
                f"samples and a limit above 0 are needed, got {len(samples)}, {limit}"
            )
        names = dict.fromkeys(
            name for one in samples for name, x in one.modalities.items() if x.ndim == 2
        )
        mean, scale = {}, {}
        for name in names:
            steps = [one.modalities[name] for one in samples if name in one.modalities]
            values = np.concatenate(steps).astype(np.float64)
            deviation = values.std(axis=0)
            varies = deviation > 1e-6 * np.abs(values).max(axis=0)
            mean[name] = values.mean(axis=0).astype(np.float32)
            scale[name] = np.where(varies, deviation, 1.0).astype(np.float32)
        return cls(mean=mean, scale=scale, limit=limit)

    def __call__(self, sample: SequenceSample) -> SequenceSample:
        """Return the sample with its features at one scale; ids stay as they are.

        Raises:
            ValueError: It has features that no training sample had.
        """
        unknown = {name for name, x in sample.modalities.items() if x.ndim == 2}
        if unknown := unknown - set(self.mean):
            raise ValueError(f"there are no statistics of {', '.join(sorted(unknown))}")
        changed = {
            name: np.clip(
                (x - self.mean[name]) / self.scale[name], -self.limit, self.limit
            )
            if x.ndim == 2
            else x
            for name, x in sample.modalities.items()
        }
        return replace(sample, modalities=changed)
