"""What is measured of edges, on pictures whose figures are known."""

import numpy as np
import pytest

from benchmarks.edges import Answer, interpolated, measure, near_borders
from fusionviz.data.records import RGBDSample


def test_a_trimap_is_so_many_pixels_on_each_side_of_a_border():
    truth = np.repeat([[0] * 8 + [1] * 8], 12, axis=0)
    for width in (1, 3):
        expected = np.zeros((12, 16), bool)
        expected[:, 8 - width : 8 + width] = True
        np.testing.assert_array_equal(near_borders(truth, width), expected)


def test_figures_are_those_of_the_labels():
    label = np.repeat([[0] * 8 + [1] * 8], 12, axis=0)
    chance = np.zeros((2, 12, 16), np.float32)
    chance[0, :, :9], chance[1, :, 9:] = 1, 1  # one column too far
    sample = RGBDSample(rgb=np.zeros((12, 16, 3), np.uint8), depth_m=None)
    one = Answer(sample=sample, truth=label, chance=chance, size=(12, 16))
    found = measure([one], interpolated)
    assert found["pixel_accuracy"] == pytest.approx(15 / 16, abs=1e-4)
    assert found["miou"] == pytest.approx((8 / 9 + 7 / 8) / 2, abs=1e-4)
    assert found["trimap_1"] == pytest.approx(1 / 2)
    assert found["trimap_3"] == pytest.approx(5 / 6, abs=1e-4)
