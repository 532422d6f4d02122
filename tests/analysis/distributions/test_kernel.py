"""The kernel's blocks and the witness, against their definitions."""

import numpy as np
import pytest
from sklearn.decomposition import PCA
from sklearn.metrics.pairwise import rbf_kernel

from fusionviz.analysis.distributions.kernel import (
    GRID,
    MOST_CELLS,
    measure_kernel,
    measure_witness,
)
from fusionviz.analysis.distributions.token_pairs import token_pair
from fusionviz.analysis.shared.subjects.features import FeatureSubject
from fusionviz.data.sequences.samples import SequenceSample


def pair_of(m, n, channels=4, shift=0.8):
    random = np.random.default_rng(m)
    x = random.normal(size=(m, channels)).astype(np.float32)
    y = (random.normal(size=(n, channels)) + shift).astype(np.float32)
    subject = FeatureSubject(SequenceSample(modalities={"video": x, "text": y}))
    return token_pair(subject, "", "", "encoded")


def rbf(points, tokens, sigma):
    return rbf_kernel(points, tokens, gamma=1 / (2 * sigma**2))


def test_the_blocks_means_are_the_terms_of_mmd2():
    pair = pair_of(6, 9)
    blocks = measure_kernel(pair, bandwidth=1.3)
    np.testing.assert_allclose(
        blocks.cells, rbf(pair.pooled, pair.pooled, 1.3), rtol=1e-6
    )
    assert (blocks.step, blocks.edge) == (1, 6)
    means = blocks.means
    assert means.xx == pytest.approx(blocks.cells[:6, :6].mean())
    assert means.yy == pytest.approx(blocks.cells[6:, 6:].mean())
    assert means.xy == pytest.approx(blocks.cells[:6, 6:].mean())


@pytest.mark.parametrize(("m", "n"), [(200, 150), (256, 256), (255, 3)])
def test_pooled_cells_hold_one_modality_and_the_mean_of_theirs(m, n):
    pair = pair_of(m, n)
    blocks = measure_kernel(pair, bandwidth=2.0)
    assert max(blocks.cells.shape) <= MOST_CELLS
    step, edge = blocks.step, blocks.edge
    assert step == 2
    kernel = rbf(pair.pooled, pair.pooled, 2.0)
    for row, column in ((0, 1), (edge - 1, 0), (edge - 1, edge), (edge, edge)):
        rows, columns = (
            range(cell * step, min((cell + 1) * step, m))
            if cell < edge
            else range(
                m + (cell - edge) * step, min(m + (cell - edge + 1) * step, m + n)
            )
            for cell in (row, column)
        )
        expected = kernel[np.ix_(rows, columns)].mean()
        assert blocks.cells[row, column] == pytest.approx(expected, rel=1e-5)


def test_the_witness_equals_its_definition_and_integrates_to_mmd2():
    pair = pair_of(12, 7)
    found = measure_witness(pair, bandwidth=1.1)
    expected = rbf(pair.pooled, pair.x, 1.1).mean(1)
    expected -= rbf(pair.pooled, pair.y, 1.1).mean(1)
    np.testing.assert_allclose(found.values, expected, atol=1e-12)
    difference = found.values[:12].mean() - found.values[12:].mean()
    assert difference == pytest.approx(pair.means(1.1).mmd2, abs=1e-12)


def test_the_plane_is_that_of_the_first_two_components():
    pair = pair_of(12, 7)
    plane = measure_witness(pair, bandwidth=1.0).plane
    pca = PCA(2).fit(pair.pooled)
    places = pca.transform(pair.pooled)
    for found, expected in zip(plane.places.T, places.T, strict=True):
        sign = np.sign(found @ expected)
        np.testing.assert_allclose(found, sign * expected, atol=1e-9)
    np.testing.assert_allclose(plane.explained, pca.explained_variance_ratio_)


def test_the_ground_is_the_witness_at_points_of_the_token_space():
    pair = pair_of(12, 7)
    found = measure_witness(pair, bandwidth=1.4)
    pooled = pair.pooled
    mean = pooled.mean(axis=0)
    # the axes of the plane, from the places that the tokens have in it
    axes = np.linalg.lstsq(found.plane.places, pooled - mean, rcond=None)[0]
    np.testing.assert_allclose(axes @ axes.T, np.eye(2), atol=1e-9)
    for row, column in ((0, 0), (10, 40), (GRID - 1, 3)):
        point = mean + found.axis[column] * axes[0] + found.axis[row] * axes[1]
        expected = rbf(point[None], pair.x, 1.4).mean()
        expected -= rbf(point[None], pair.y, 1.4).mean()
        assert found.grid[row, column] == pytest.approx(expected, abs=1e-12)
    assert found.most >= abs(found.values).max()


@pytest.mark.parametrize(("m", "n", "channels"), [(1, 1, 4), (3, 2, 1), (1, 5, 2)])
def test_few_tokens_and_one_channel_have_a_plane_too(m, n, channels):
    found = measure_witness(pair_of(m, n, channels), bandwidth=1.0)
    assert np.isfinite(found.grid).all()
    assert np.isfinite(found.plane.places).all()
    assert found.plane.explained.sum() <= 1 + 1e-9
    if channels == 1 or m == n == 1:
        assert abs(found.plane.places[:, 1]).max() < 1e-12


def test_identical_tokens_lie_in_the_middle_and_have_no_witness():
    same = np.full((4, 3), 0.1, np.float32)
    subject = FeatureSubject(SequenceSample(modalities={"a": same, "text": same[:2]}))
    found = measure_witness(token_pair(subject, "", "", "encoded"), bandwidth=1.0)
    assert not found.plane.places.any()
    assert not found.plane.explained.any()
    assert found.most < 1e-12
