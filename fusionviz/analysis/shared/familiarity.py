"""How far a picture lies from others, by the features of a pretrained encoder.

The encoder's two coarsest levels are averaged over the picture, which leaves what is in
it and how it was taken. From the mean μ of pictures that are known, a picture lies at
(Mahalanobis 1936; probabilistic PCA: Tipping & Bishop 1999)

    d² = Σ_k (v_k · (f - μ))² / λ_k + |rest|² / λ_rest

along their first principal components v_k with variances λ_k; what these leave over
counts by its own mean variance.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import torch
from jaxtyping import Float
from numpy.typing import NDArray

from fusionviz.data.records import RGBDSample
from fusionviz.models.encoders import load_encoder
from fusionviz.models.encoders.lite0 import NAME
from fusionviz.models.encoders.pictures import to_picture
from fusionviz.models.inputs import RGBD, to_batch
from fusionviz.models.modalities import fit_nearest, fit_smoothly

SIZE = (240, 320)
"""Pixels at which pictures are looked at, whole, whatever a model reads of them."""

COMPONENTS = 64

Features = Float[np.ndarray, " feature"]


@torch.inference_mode()
def features_of(sample: RGBDSample, longest: int | None = None) -> dict[str, Features]:
    """Return the features of what a sample has, by modality.

    Args:
        sample: RGB, depth or both.
        longest: Pixels of the longer side of what a model reads: a picture that has
            more is brought to them first. Of one scene it would otherwise have detail
            that no training picture had.
    """
    seen = sample if longest is None else _shrunk(sample, longest)
    batch, network = to_batch([seen], SIZE), load_encoder(NAME)
    found = {}
    for name in RGBD:
        if batch.present[name][0]:
            levels = network(to_picture(batch[name], name))
            means = [level.mean(dim=(2, 3)) for level in levels[2:]]
            found[name] = torch.cat(means, dim=1)[0].numpy()
    return found


def _shrunk(sample: RGBDSample, longest: int) -> RGBDSample:
    """Return a sample with at most so many pixels a side, of its own shape."""
    scale = longest / max(sample.size)
    if scale >= 1:
        return sample
    height, width = (max(1, round(scale * side)) for side in sample.size)
    rgb, depth_m = sample.rgb, sample.depth_m
    return RGBDSample(
        rgb=None if rgb is None else fit_smoothly(rgb, (height, width)),
        depth_m=None if depth_m is None else fit_nearest(depth_m, (height, width)),
        depth_is_metric=sample.depth_is_metric,
    )


@dataclass(frozen=True, kw_only=True, eq=False)
class FeatureCloud:
    """Where the features of known pictures of one modality lie.

    Attributes:
        mean: (feature,).
        directions: Principal components, each of length 1, (component, feature).
        variance: Along each, (component,), above 0.
        rest: Mean variance along all other directions, above 0.
    """

    mean: NDArray[np.float32]
    directions: NDArray[np.float32]
    variance: NDArray[np.float32]
    rest: float

    def distance(self, features: Features) -> float:
        """Return how far features lie from the mean, in standard deviations."""
        away = (features - self.mean).astype(np.float64)
        along = self.directions.astype(np.float64) @ away
        left = max(float(away @ away - along @ along), 0.0)
        return float(np.sqrt((along**2 / self.variance).sum() + left / self.rest))


def fit_cloud(features: Sequence[Features]) -> FeatureCloud:
    """Return the cloud of known pictures' features.

    Args:
        features: Of at least two pictures.

    Raises:
        ValueError: There are fewer.
    """
    if len(features) < 2:
        raise ValueError(f"a cloud needs two pictures, got {len(features)}")
    rows = np.stack(features).astype(np.float64)
    mean = rows.mean(axis=0)
    _, lengths, directions = np.linalg.svd(rows - mean, full_matrices=False)
    variance = lengths**2 / (len(rows) - 1)
    count = min(COMPONENTS, len(rows) - 1)
    others = max(rows.shape[1] - count, 1)
    least = max(float(variance.sum()), 1.0) * 1e-6
    return FeatureCloud(
        mean=mean.astype(np.float32),
        directions=directions[:count].astype(np.float32),
        variance=np.maximum(variance[:count], least).astype(np.float32),
        rest=max(float(variance[count:].sum()) / others, least),
    )
