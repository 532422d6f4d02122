"""Latents of many samples, and what the samples show."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray

from fusionviz.analysis.shared.segmentation import class_names_of, usual_names
from fusionviz.data.records import RGBDSample
from fusionviz.models.inputs import label_map
from fusionviz.models.mango import Mango
from fusionviz.models.mango.joint import log_prior, to_bits_per_dim

_AT_ONCE = 16


@dataclass(frozen=True, kw_only=True, eq=False)
class Latents:
    """Latents of samples, and what the samples show.

    Attributes:
        z: (sample, 2N, d).
        bits_per_dim: (sample,).
        shares: Of each sample's pixels that each class covers, (sample, class); None
            without labels.
        classes: Names of the classes.
    """

    z: NDArray[np.float32]
    bits_per_dim: NDArray[np.float32]
    shares: NDArray[np.float64] | None
    classes: tuple[str, ...]


def collect_latents(model: Mango, samples: Sequence[RGBDSample]) -> Latents:
    """Return the latents of samples.

    Args:
        model: A MANGO.
        samples: At least one; shares of classes are known where all have labels.
    """
    z, bits, labels = [], [], []
    for start in range(0, len(samples), _AT_ONCE):
        stop = min(start + _AT_ONCE, len(samples))
        some = [samples[index] for index in range(start, stop)]
        with torch.inference_mode():
            x = model.encode(some)
            latents, log_det = model.flow(x)
            likely = log_prior(latents) + log_det
        z.append(latents.float().cpu().numpy())
        bits.append(to_bits_per_dim(likely, x).float().cpu().numpy())
        labels += [
            label_map(one, model.config.image_size).numpy()
            for one in some
            if one.label is not None
        ]
    classes = class_names_of(model) or usual_names(model.config.classes)
    shares = None
    if len(labels) == len(samples):
        shares = np.array(
            [[(one == index).mean() for index in range(len(classes))] for one in labels]
        )
    return Latents(
        z=np.concatenate(z),
        bits_per_dim=np.concatenate(bits),
        shares=shares,
        classes=classes,
    )
