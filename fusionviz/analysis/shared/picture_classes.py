"""Classes at the size of the picture itself, with edges where the picture has them.

A model names the classes of what it reads, which is smaller than most pictures, from
tokens that are coarser still. Probabilities are linear in the picture within a window
of the guided filter, so they turn where the picture does.
"""

from collections.abc import Iterator, Sequence

import cv2
import numpy as np
import torch
from jaxtyping import Float
from numpy.typing import NDArray
from torch import Tensor

from fusionviz.analysis.shared.guided_filter import guided_planes
from fusionviz.analysis.shared.pictures import Pictures
from fusionviz.analysis.shared.segmentation import Segmentation, names_of
from fusionviz.data.records import RGBDSample
from fusionviz.models.modalities import (
    MODALITIES,
    Size,
    fit_nearest,
    fit_smoothly,
    sides,
    window_read,
)

WINDOWS_PER_WIDTH = 25
"""Radii of the filter's window in the width of what a model reads."""

EPSILON = 3e-4
"""Of the filter; colours are from -1 to 1, depth too, over 10 m. Both were chosen on
photographs and rooms for validation (`benchmarks/edges.py`)."""

LONGEST = 1280
"""Pixels of the long side of classes: larger pictures are shrunk to it."""


def segment_picture(
    logits: Float[Tensor, "batch class height width"],
    sample: RGBDSample,
    size: Size,
    classes: Sequence[str] = (),
) -> Segmentation:
    """Return the first image's classes at the size of its own picture.

    Edges are taken from the colours, where they are missing from depth; where nothing
    was measured either, probabilities are interpolated.

    Args:
        logits: Scores of the classes, at the size that the model reads.
        sample: What they were found in.
        size: Of what the model reads of it.
        classes: Names of the classes, as `segmentation_of` takes them.
    """
    own = own_size(sample, size)
    chance = torch.softmax(logits[0].float(), dim=0).cpu().numpy()
    labels, confidence = _most_probable(refined(chance, sample, size), own)
    truth = None
    if sample.label is not None:
        truth = fit_nearest(sample.label.astype(np.int32), own).astype(np.int64)
    return Segmentation(
        labels=labels,
        confidence=confidence,
        classes=names_of(classes, len(chance)),
        truth=truth,
    )


def own_size(sample: RGBDSample, size: Size) -> Size:
    """Return the picture's own size of the part that a model of a size reads."""
    _, _, height, width = window_read(sample.size, size)
    scale = min(1.0, LONGEST / max(height, width))
    height, width = max(1, round(scale * height)), max(1, round(scale * width))
    return height if isinstance(size, int) else (height, width)


def own_pictures(sample: RGBDSample, size: Size) -> Pictures:
    """Return what a model of a size reads of a sample, at the picture's own size."""
    own = own_size(sample, size)
    rgb, depth_m = sample.rgb, sample.depth_m
    return Pictures(
        rgb=None if rgb is None else fit_smoothly(rgb, own),
        depth_m=None if depth_m is None else fit_nearest(depth_m, own),
    )


def refined(
    chance: Float[np.ndarray, "class height width"], sample: RGBDSample, size: Size
) -> Iterator[NDArray[np.float32]]:
    """Return each class's probability at the picture's own size, below 0 in places.

    They add up to 1 in every pixel.

    Args:
        chance: Probability of each class in what the model read.
        sample: What it read.
        size: Of what the model reads of it.
    """
    own = own_size(sample, size)
    height, width = sides(own)
    for name in sample.modalities:  # colours first
        coarse, fine = (MODALITIES[name].read(sample, each) for each in (size, own))
        if coarse is None or fine is None or not coarse[1].any():
            continue
        radius = max(1, round(chance.shape[2] / WINDOWS_PER_WIDTH))
        return guided_planes(chance, coarse[0], fine[0], radius=radius, epsilon=EPSILON)
    return (cv2.resize(one, (width, height)) for one in chance)


def _most_probable(
    planes: Iterator[NDArray[np.float32]], size: Size
) -> tuple[NDArray[np.int64], NDArray[np.float32]]:
    """Return the most probable class of each pixel, and its share of what is above 0.

    One class is held at a time: a picture may have a million pixels.
    """
    total, most = np.zeros(sides(size), np.float32), np.zeros(sides(size), np.float32)
    labels = np.zeros(sides(size), np.int64)
    for index, plane in enumerate(planes):
        total += np.maximum(plane, 0)
        labels[plane > most] = index
        np.maximum(most, plane, out=most)
    return labels, most / total
