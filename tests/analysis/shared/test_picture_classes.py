"""Classes at the size of the picture that came in."""

import cv2
import numpy as np
import pytest
import torch

from fusionviz.analysis.shared.guided_filter import guided_planes
from fusionviz.analysis.shared.picture_classes import (
    EPSILON,
    LONGEST,
    own_pictures,
    own_size,
    refined,
    segment_picture,
)
from fusionviz.data.records import RGBDSample

SIZE = (24, 32)


def picture(height, width, *, rgb=True, depth=True, label=False):
    random = np.random.default_rng(0)
    rows, columns = np.indices((height, width))
    right = columns > width // 2
    colours = np.where(right, 220, 30)[..., None].repeat(3, axis=2).astype(np.uint8)
    return RGBDSample(
        rgb=colours if rgb else None,
        depth_m=np.where(right, 4, 1).astype(np.float32) if depth else None,
        label=random.integers(-1, 3, (height, width)) if label else None,
    )


def logits(height=SIZE[0], width=SIZE[1]):
    generator = torch.Generator().manual_seed(0)
    return 3 * torch.randn(1, 3, height, width, generator=generator)


@pytest.mark.parametrize("shape", [(48, 64), (60, 90), (24, 32), (12, 20)])
def test_it_has_the_pictures_own_size(shape):
    sample = picture(*shape, label=True)
    said = segment_picture(logits(), sample, SIZE)
    assert said.labels.shape == said.confidence.shape == shape
    np.testing.assert_array_equal(said.truth, sample.label)
    assert own_pictures(sample, SIZE).size == shape
    np.testing.assert_array_equal(own_pictures(sample, SIZE).rgb, sample.rgb)


def test_a_model_of_squares_names_the_middle_square():
    sample = picture(48, 64, label=True)
    said = segment_picture(logits(16, 16), sample, 16)
    np.testing.assert_array_equal(said.truth, sample.label[:, 8:56])
    np.testing.assert_array_equal(own_pictures(sample, 16).rgb, sample.rgb[:, 8:56])


def test_labels_are_the_most_probable_of_the_filtered_planes():
    sample = picture(48, 64)
    planes = np.stack(list(refined(logits()[0].softmax(0).numpy(), sample, SIZE)))
    said = segment_picture(logits(), sample, SIZE)
    np.testing.assert_array_equal(said.labels, planes.argmax(axis=0))
    shares = planes.clip(0) / planes.clip(0).sum(axis=0)
    np.testing.assert_allclose(said.confidence, shares.max(axis=0), rtol=1e-5)
    np.testing.assert_allclose(planes.sum(axis=0), 1, atol=1e-4)


@pytest.mark.parametrize(("rgb", "depth"), [(True, True), (True, False), (False, True)])
def test_edges_come_from_colours_else_from_depth(rgb, depth):
    """A ramp of probability becomes a step where the guide has one."""
    sample = picture(48, 64, rgb=rgb, depth=depth)
    ramp = np.linspace(0, 1, 32, dtype=np.float32)[None].repeat(24, axis=0)
    first, _ = refined(np.stack([ramp, 1 - ramp]), sample, SIZE)
    step = first[:, 33] - first[:, 32]
    assert step.min() > 2 / 64  # twice that of the ramp
    by_depth = (sample.depth_m / 5 - 1)[None] if depth else None
    by_rgb = sample.rgb.transpose(2, 0, 1) / 127.5 - 1 if rgb else None
    fine = (by_rgb if rgb else by_depth).astype(np.float32)
    small = cv2.INTER_AREA if rgb else cv2.INTER_NEAREST
    coarse = np.stack([cv2.resize(p, (32, 24), interpolation=small) for p in fine])
    (expected,) = guided_planes(ramp[None], coarse, fine, radius=1, epsilon=EPSILON)
    np.testing.assert_allclose(first, expected, atol=0.02)  # 8-bit colours


def test_without_anything_measured_probabilities_are_interpolated():
    sample = RGBDSample(rgb=None, depth_m=np.full((48, 64), np.nan, np.float32))
    chance = logits()[0].softmax(0).numpy()
    planes = list(refined(chance, sample, SIZE))
    for plane, one in zip(planes, chance, strict=True):
        np.testing.assert_allclose(plane, cv2.resize(one, (64, 48)), atol=1e-6)


def test_large_pictures_are_shrunk():
    sample = RGBDSample(rgb=np.zeros((1500, 3000, 3), np.uint8), depth_m=None)
    assert own_size(sample, SIZE) == (LONGEST // 2, LONGEST)
    assert own_size(sample, 16) == LONGEST
