"""Planes, turns and ellipses, against scikit-learn, scipy and equations."""

import numpy as np
import pytest
from scipy.linalg import orthogonal_procrustes
from scipy.stats import chi2
from sklearn.decomposition import PCA

from fusionviz.analysis.distributions.token_plane import (
    ELLIPSE_RADIUS,
    ellipse_of,
    even_weights,
    fit_plane,
    turn_to_fit,
)


@pytest.fixture
def rng():
    return np.random.default_rng(5)


@pytest.fixture
def groups(rng):
    return [rng.normal(one, 1 + one, size=(n, 7)) for one, n in enumerate((4, 6, 10))]


def replicated(groups):
    """Groups of one length: PCA of these weighs the groups alike."""
    longest = np.lcm.reduce([len(one) for one in groups])
    return np.concatenate([np.repeat(x, longest // len(x), axis=0) for x in groups])


def test_axes_are_those_of_pca_in_which_groups_count_alike(groups):
    plane = fit_plane(groups)
    oracle = PCA(2).fit(replicated(groups))
    np.testing.assert_allclose(np.abs(plane.axes), np.abs(oracle.components_))
    np.testing.assert_allclose(plane.explained, oracle.explained_variance_ratio_)
    for one in groups:
        np.testing.assert_allclose(
            np.abs(plane.project(one)), np.abs(oracle.transform(one))
        )


def test_axes_have_one_sign_every_time(groups):
    plane = fit_plane(groups)
    mirrored = fit_plane([-one for one in groups])
    np.testing.assert_allclose(mirrored.axes, plane.axes)
    assert (plane.axes.max(axis=1) == np.abs(plane.axes).max(axis=1)).all()


def test_share_of_some_tokens_is_their_variance_along_the_axes(groups):
    plane = fit_plane(groups)
    own = groups[2]
    share = plane.explained_of(own, even_weights([own]))
    along = (own @ plane.axes.T).var(axis=0)
    np.testing.assert_allclose(share, along / own.var(axis=0).sum())


def test_one_channel_has_one_axis():
    plane = fit_plane([np.array([[1.0], [3.0]]), np.array([[5.0]])])
    np.testing.assert_array_equal(plane.axes, [[1], [0]])
    np.testing.assert_allclose(plane.explained, [1, 0])
    np.testing.assert_allclose(plane.project(np.array([[3.5]])), [[0, 0]])


@pytest.mark.parametrize("value", [0.0, 0.1, 7.3])
def test_equal_tokens_are_at_the_origin_and_explain_nothing(value):
    same = np.full((5, 3), value)
    plane = fit_plane([same, same[:2]])
    np.testing.assert_allclose(plane.project(same), 0, atol=1e-12)
    np.testing.assert_array_equal(plane.explained, [0, 0])


def test_a_cloud_is_turned_as_procrustes_turns_it(rng):
    places, onto = rng.normal(size=(9, 2)), rng.normal(2, 3, size=(9, 2))
    turned = turn_to_fit(places, onto)
    a, b = places - places.mean(axis=0), onto - onto.mean(axis=0)
    rotation, size = orthogonal_procrustes(a, b)
    wide = np.linalg.norm(b) / np.linalg.norm(a)
    np.testing.assert_allclose(
        turned.places, a @ rotation * wide + onto.mean(axis=0), atol=1e-12
    )
    assert turned.fit == pytest.approx(size / np.linalg.norm(a) / np.linalg.norm(b))


def test_the_same_shape_fits_wholly(rng):
    onto = rng.normal(size=(9, 2))
    mirror = np.array([[0.6, 0.8], [0.8, -0.6]])
    turned = turn_to_fit(5 * onto @ mirror + 3, onto)
    np.testing.assert_allclose(turned.places, onto, atol=1e-12)
    assert turned.fit == pytest.approx(1)


@pytest.mark.parametrize("which", [0, 1])
def test_a_point_turns_into_a_point(rng, which):
    clouds = [rng.normal(size=(4, 2)), rng.normal(size=(4, 2))]
    clouds[which] = np.ones((4, 2))
    turned = turn_to_fit(*clouds)
    assert turned.fit == 0
    np.testing.assert_allclose(turned.places, np.tile(clouds[1].mean(axis=0), (4, 1)))


def test_an_ellipse_is_at_the_mahalanobis_distance_of_95_percent(rng):
    places = rng.normal(size=(30, 2)) @ np.array([[2.0, 0.7], [0.0, 0.3]]) + 4
    ellipse = ellipse_of(places)
    off = ellipse - places.mean(axis=0)
    inverse = np.linalg.inv(np.cov(places.T))
    squares = np.einsum("ni,ij,nj->n", off, inverse, off)
    np.testing.assert_allclose(squares, chi2.ppf(0.95, 2))
    np.testing.assert_allclose(ellipse[0], ellipse[-1])
    assert pytest.approx(5.991, abs=1e-3) == ELLIPSE_RADIUS**2


def test_an_ellipse_of_tokens_on_a_line_is_a_line():
    step = np.arange(5.0)[:, None]
    ellipse = ellipse_of(step * [3.0, 4.0])
    np.testing.assert_allclose(ellipse @ [4.0, -3.0], 0, atol=1e-12)
    reach = np.ptp(ellipse @ [0.6, 0.8]) / 2
    assert reach == pytest.approx(ELLIPSE_RADIUS * (5 * np.arange(5)).std(ddof=1))


@pytest.mark.parametrize(
    "places", [np.zeros((1, 2)), np.eye(2), np.full((6, 2), 0.1), np.zeros((6, 2))]
)
def test_too_little_has_no_ellipse(places):
    assert ellipse_of(places) is None
