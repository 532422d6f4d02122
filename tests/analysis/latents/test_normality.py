"""Latents against N(0, 1), with scipy.stats as the judge."""

import numpy as np
import pytest
from scipy import stats

from fusionviz.analysis.latents.normality import (
    critical_distance,
    kolmogorov_distance,
    measure_normality,
    quantiles_of,
)
from fusionviz.analysis.shared.subjects.mango import MangoSubject


@pytest.mark.parametrize("seed", range(5))
@pytest.mark.parametrize("spread", [0.5, 1.0, 2.0])
def test_the_distance_is_kolmogorovs(seed, spread):
    values = spread * np.random.default_rng(seed).standard_normal(300) + 0.1 * seed
    expected = stats.kstest(values, "norm").statistic
    assert kolmogorov_distance(values) == pytest.approx(expected, abs=1e-12)


@pytest.mark.parametrize("count", [20, 128, 4096, 8192])
def test_five_in_a_hundred_sets_exceed_the_critical_distance(count):
    exact = stats.kstwo.ppf(0.95, count)
    assert critical_distance(count) == pytest.approx(exact, rel=0.003)


@pytest.mark.parametrize("count", [7, 200, 5000])
def test_quantiles_are_those_of_scipy(count):
    values = np.random.default_rng(0).standard_normal(count)
    points = quantiles_of(values)
    ranks = np.searchsorted(np.sort(values), points.latent)
    expected = stats.norm.ppf((ranks + 0.5) / count)
    np.testing.assert_allclose(points.normal, expected, atol=1e-12)
    assert points.latent[[0, -1]].tolist() == [values.min(), values.max()]
    assert len(points.normal) <= 201


def test_a_set_leaves_the_band_where_its_distance_is_critical():
    rng, left = np.random.default_rng(0), []
    for _ in range(400):
        values = rng.standard_normal(40)
        points = quantiles_of(values)
        assert len(points.latent) == 40
        is_far = kolmogorov_distance(values) > critical_distance(40)
        assert (points.outside > 0) == is_far
        left.append(is_far)
    assert 0.02 < np.mean(left) < 0.09


def test_a_subjects_latents_are_measured_at_their_places(mango, room):
    subject = MangoSubject(mango, room)
    normality = measure_normality(subject)
    z = mango.flow(mango.encode(room))[0][0].double().numpy()
    np.testing.assert_allclose(normality.z.reshape(32, -1), z, atol=1e-6)
    assert normality.distance == pytest.approx(
        stats.kstest(z.ravel(), "norm").statistic, abs=1e-6
    )
    assert normality.distances[1] == pytest.approx(
        stats.kstest(z[16:].ravel(), "norm").statistic, abs=1e-6
    )
    depth_token = (z[16 + 6] ** 2).mean()
    assert normality.token_mean_square[1, 1, 2] == pytest.approx(depth_token, abs=1e-6)
    assert normality.mean_square == pytest.approx((z**2).mean(), abs=1e-6)
