import numpy as np
import pytest

from fusionviz.analysis.shared.pictures import Pictures
from fusionviz.analysis.shared.transport_plan import Transport, transport_of
from fusionviz.data.grid import Grid

GRID = 3


def plan(coupling: np.ndarray, cost: np.ndarray | None = None) -> Transport:
    pictures = Pictures(rgb=np.zeros((6, 6, 3), np.uint8), depth_m=None)
    if cost is None:
        cost = np.arange(coupling.size, dtype=float).reshape(coupling.shape)
    return transport_of(
        source="depth",
        target="rgb",
        coupling=coupling,
        cost=cost,
        grid=Grid(GRID, GRID),
        pictures=pictures,
        solver="relaxed",
    )


def test_a_plan_that_stays_moves_nothing():
    still = plan(np.eye(GRID**2) / GRID**2)
    assert still.in_place == pytest.approx(1)
    assert still.mean_shift == 0
    assert still.targets_used == GRID**2


def test_an_even_plan_moves_by_chance():
    even = plan(np.full((GRID**2, GRID**2), 1 / GRID**4))
    places = [(r, c) for r in range(GRID) for c in range(GRID)]
    expected = np.mean([np.hypot(a - c, b - d) for a, b in places for c, d in places])
    assert even.mean_shift == pytest.approx(expected)
    assert even.chance_shift == pytest.approx(expected)
    assert even.in_place == pytest.approx(1 / GRID**2)


def test_total_cost_is_the_inner_product():
    rng = np.random.default_rng(0)
    coupling, cost = rng.random((2, 9, 9))
    expected = sum(coupling[i, j] * cost[i, j] for i in range(9) for j in range(9))
    assert plan(coupling, cost).total_cost == pytest.approx(expected, rel=1e-5)


def test_strongest_are_by_mass_then_by_cost():
    coupling = np.zeros((9, 9))
    coupling[4, 2], coupling[1, 1], coupling[0, 8] = 0.5, 0.25, 0.25
    cost = np.ones((9, 9))
    cost[0, 8] = 0.1
    pairs = plan(coupling, cost).strongest(10)
    assert list(zip(pairs.source, pairs.target, strict=True)) == [
        (4, 2),
        (0, 8),
        (1, 1),
    ]
    np.testing.assert_allclose(pairs.mass, [4.5, 2.25, 2.25])


def test_a_plan_that_is_not_between_grids_is_refused():
    with pytest.raises(ValueError, match="must have shape"):
        plan(np.ones((8, 8)))
    with pytest.raises(ValueError, match="must have shape"):
        plan(np.ones((9, 4)))
