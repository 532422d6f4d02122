"""Latents of another model: numbers against scipy, and degenerate ones."""

import numpy as np
import pytest
from scipy.stats import kstest

from fusionviz.analysis.latents.array_latents import measure_array_latents


def normal(*shape, seed=0):
    return np.random.default_rng(seed).normal(size=shape)


@pytest.mark.parametrize("scale", [1.0, 3.0])
def test_the_distance_is_kolmogorovs(scale):
    z = scale * normal(50, 6)
    latents = measure_array_latents(z)
    assert latents.distance == pytest.approx(kstest(z.ravel(), "norm").statistic)


@pytest.mark.parametrize("shape", [(400, 4), (4, 400)])
def test_effective_dimensions_are_those_of_the_covariances_eigenvalues(shape):
    z = normal(*shape) * np.linspace(0.1, 2, shape[1])
    values = np.linalg.eigvalsh(np.cov(z, rowvar=False))
    expected = values.sum() ** 2 / (values**2).sum()
    assert measure_array_latents(z).dimensions == pytest.approx(expected, rel=1e-6)


def test_a_line_has_one_dimension_and_a_point_none():
    line = np.outer(np.arange(5.0), [1, 2, 3])
    assert measure_array_latents(line).dimensions == pytest.approx(1)
    assert measure_array_latents(np.ones((5, 3))).dimensions == 0
    assert measure_array_latents(np.ones((1, 3))).dimensions == 0


def test_channels_that_do_not_change_are_dead():
    z = normal(30, 5)
    z[:, [1, 3]] = 7.0
    assert measure_array_latents(z).dead == 2
    assert measure_array_latents(np.zeros((3, 4))).dead == 4
