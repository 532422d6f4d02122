"""The guided filter against windows that are fitted one by one."""

import numpy as np
import pytest

from fusionviz.analysis.shared.guided_filter import guided_planes


def fitted_window(values, colours, epsilon):
    """Slopes and level of the ridge regression in one window, by least squares."""
    count, depth = colours.shape
    ridge = np.sqrt(count * epsilon) * np.eye(depth, depth + 1)
    rows = np.vstack([np.hstack([colours, np.ones((count, 1))]), ridge])
    right = np.concatenate([values, np.zeros(depth)])
    return np.linalg.lstsq(rows, right, rcond=None)[0]


def averaged_fits(plane, guide, radius, epsilon):
    """Mean slopes and levels of the windows around each pixel, (colour + 1, h, w)."""
    depth, height, width = guide.shape

    def window(row, column):
        return (
            slice(max(0, row - radius), row + radius + 1),
            slice(max(0, column - radius), column + radius + 1),
        )

    fits = np.zeros((depth + 1, height, width))
    for row, column in np.ndindex(height, width):
        rows, columns = window(row, column)
        colours = guide[:, rows, columns].reshape(depth, -1).T
        fits[:, row, column] = fitted_window(
            plane[rows, columns].ravel(), colours, epsilon
        )
    means = np.zeros_like(fits)
    for row, column in np.ndindex(height, width):
        rows, columns = window(row, column)
        means[:, row, column] = fits[:, rows, columns].mean(axis=(1, 2))
    return means


def between(plane, height, width):
    """A plane at another size, in a straight line between centres of pixels."""

    def places(count, wanted):
        place = (np.arange(wanted) + 0.5) * count / wanted - 0.5
        place = place.clip(0, count - 1)
        low = np.floor(place).astype(int).clip(0, max(count - 2, 0))
        return low, np.minimum(low + 1, count - 1), place - low

    top, bottom, down = places(plane.shape[0], height)
    left, right, across = places(plane.shape[1], width)
    rows = plane[top] * (1 - down)[:, None] + plane[bottom] * down[:, None]
    return rows[:, left] * (1 - across) + rows[:, right] * across


@pytest.mark.parametrize("colours", [1, 3])
@pytest.mark.parametrize(("height", "width"), [(9, 12), (21, 30)])
def test_it_is_the_mean_of_windows_fitted_one_by_one(colours, height, width):
    random = np.random.default_rng(0)
    guide = random.uniform(-1, 1, (colours, 9, 12)).astype(np.float32)
    fine = random.uniform(-1, 1, (colours, height, width)).astype(np.float32)
    planes = random.uniform(0, 1, (2, 9, 12)).astype(np.float32)
    found = guided_planes(planes, guide, fine, radius=2, epsilon=1e-2)
    for plane, got in zip(planes, found, strict=True):
        *slopes, level = averaged_fits(plane, guide, 2, 1e-2)
        expected = between(level, height, width)
        for slope, colour in zip(slopes, fine, strict=True):
            expected = expected + between(slope, height, width) * colour
        np.testing.assert_allclose(got, expected, atol=2e-5)


def test_an_edge_is_where_the_fine_guide_has_it():
    """The coarse answer is off by half a coarse pixel, the fine one is not."""
    fine = np.full((1, 64, 64), -1, np.float32)
    fine[:, :, 37:] = 1
    guide = fine.reshape(1, 16, 4, 16, 4).mean(axis=(2, 4))
    blurred = np.linspace(0, 1, 16, dtype=np.float32)[None].repeat(16, axis=0)
    (plane,) = guided_planes(blurred[None], guide, fine, radius=2, epsilon=1e-4)
    step = plane[:, 37] - plane[:, 36]
    others = np.abs(np.diff(plane, axis=1))[:, np.r_[0:36, 37:63]].max(axis=1)
    assert (step > 2.5 * others).all()


def test_what_adds_up_to_one_still_does():
    random = np.random.default_rng(1)
    planes = random.dirichlet(np.ones(4), (9, 12)).transpose(2, 0, 1).astype("f4")
    guide = random.uniform(-1, 1, (3, 9, 12)).astype(np.float32)
    fine = random.uniform(-1, 1, (3, 18, 24)).astype(np.float32)
    total = sum(guided_planes(planes, guide, fine, radius=2, epsilon=1e-3))
    np.testing.assert_allclose(total, 1, atol=1e-4)


def test_a_flat_guide_gives_the_mean_of_means():
    plane = np.zeros((1, 7, 7), np.float32)
    plane[0, 3, 3] = 1
    flat = np.full((1, 7, 7), 0.3, np.float32)
    (found,) = guided_planes(plane, flat, flat, radius=1, epsilon=1e-3)
    assert found[3, 3] == pytest.approx(9 / 81, abs=1e-5)
    assert found[0, 0] == pytest.approx(0, abs=1e-6)
