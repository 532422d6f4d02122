"""A plan that came with arrays: its numbers against loops, and when it has a cost."""

import numpy as np
import pytest

from fusionviz.analysis.shared.subjects.arrays import ArraysSubject
from fusionviz.analysis.transport.own_plan import measure_own_plan
from fusionviz.data.arrays.files import arrays_of
from fusionviz.errors import InputError


def subject(**named):
    arrays = arrays_of({key: np.asarray(x) for key, x in named.items()})
    return ArraysSubject(arrays=arrays, title="a")


def random(*shape, seed=0):
    return np.random.default_rng(seed).random(shape)


def test_a_permutation_tells_all_and_a_product_nothing():
    told = measure_own_plan(subject(plan=np.eye(8)[::-1]))
    assert told.information_bits == pytest.approx(3)
    assert told.entropy_bits == pytest.approx(3)
    assert told.marginal_error == pytest.approx(0, abs=1e-12)
    assert told.first.tolist() == list(range(7, -1, -1))
    even = measure_own_plan(subject(plan=np.ones((4, 8))))
    assert even.information_bits == pytest.approx(0, abs=1e-12)
    assert even.entropy_bits == pytest.approx(5)


def test_the_marginal_error_is_the_sum_written_out():
    plan = random(3, 5)
    own = measure_own_plan(subject(plan=plan))
    mass = plan / plan.sum()
    expected = sum(abs(mass[i].sum() - 1 / 3) for i in range(3))
    expected += sum(abs(mass[:, j].sum() - 1 / 5) for j in range(5))
    assert own.marginal_error == pytest.approx(expected)
    assert own.total == pytest.approx(plan.sum())


def test_the_cost_is_that_of_the_tokens_cosines():
    x, y, plan = random(3, 4), random(5, 4, seed=1), random(3, 5, seed=2)
    own = measure_own_plan(
        subject(plan=plan, tokens_a=x, tokens_b=y, plan_between=["a", "b"])
    )
    expected = 0.0
    for i in range(3):
        for j in range(5):
            cosine = x[i] @ y[j] / np.sqrt((x[i] @ x[i]) * (y[j] @ y[j]))
            expected += plan[i, j] / plan.sum() * (1 - cosine)
    assert own.cost == pytest.approx(expected, rel=1e-5)


@pytest.mark.parametrize(
    "more",
    [
        {},
        {"tokens_a": np.ones((3, 4))},
        {"tokens_a": np.ones((3, 4)), "tokens_b": np.ones((5, 6))},
    ],
    ids=["no tokens", "one side", "two widths"],
)
def test_there_is_no_cost_without_tokens_of_one_width(more):
    own = measure_own_plan(subject(plan=random(3, 5), **more))
    assert own.cost is None
    assert own.plan.sum() == pytest.approx(1)


def test_the_plan_moves_the_tokens_that_it_is_of():
    text, rgb = random(2, 3), random(4, 3, seed=1)
    plan = np.array([[1, 0], [1, 0], [0, 1], [0, 1]]) / 4
    tokens = subject(
        plan=plan, tokens_text=text, tokens_rgb=rgb, plan_between=["rgb", "text"]
    ).tokens
    assert tokens.case("rgb").own_solver == "yours"
    assert tokens.anchor == "text"
    moved = tokens.tokens("aligned")["rgb"]
    direction = np.stack([rgb[:2].mean(axis=0), rgb[2:].mean(axis=0)])
    cosines = (moved * direction).sum(1) / np.linalg.norm(moved, axis=1)
    np.testing.assert_allclose(cosines, np.linalg.norm(direction, axis=1), rtol=1e-5)


def test_without_a_plan_the_key_is_named():
    with pytest.raises(InputError, match=r"plan \(source, target\)"):
        measure_own_plan(subject(latents=np.eye(2)))
