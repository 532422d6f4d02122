"""What the figure of A and B draws."""

from dataclasses import replace

import numpy as np
import pytest

from fusionviz.analysis.attention.head_comparison import HeadSide, compare_heads
from fusionviz.data.grid import Grid
from fusionviz.views.attention.head_comparison import (
    describe_head_comparison,
    draw_head_comparison,
)
from tests.helpers.figures import texts


def heatmaps(figure) -> list:
    return [t for t in figure.data if t.type == "heatmap" and t.zmax is not None]


@pytest.fixture
def comparison(attention):
    weights = attention.weights[:, ::-1, ::-1].transpose(0, 2, 1)
    other = replace(attention, weights=np.ascontiguousarray(weights))
    a = HeadSide(attention=attention, head=0, row=5)
    return compare_heads(a, HeadSide(attention=other, head=1, row=5))


def test_a_and_b_share_one_scale_from_zero(comparison):
    figure = draw_head_comparison(comparison)
    shown = [h for h in heatmaps(figure) if h.zmin == 0]
    # two maps and a matrix each
    assert len(shown) == 6
    rows = comparison.a.weights, comparison.b.weights
    assert {h.zmax for h in shown} == {max(float(row.max()) for row in rows)}
    np.testing.assert_array_equal(np.isnan(shown[2].z), np.tri(16, k=-1, dtype=bool))


def test_the_difference_is_drawn_around_zero(comparison):
    signed = [h for h in heatmaps(draw_head_comparison(comparison)) if h.zmin != 0]
    assert len(signed) == 3
    reach = np.abs(comparison.a.weights - comparison.b.weights).max()
    for one in signed:
        assert one.zmax == -one.zmin == pytest.approx(reach)
    matrix = signed[-1].z
    upper = np.triu_indices(16)
    np.testing.assert_allclose(
        matrix[upper], (comparison.a.matrix - comparison.b.matrix)[upper]
    )


def test_every_patch_says_whose_it_is(comparison):
    targets = [
        t
        for t in draw_head_comparison(comparison).data
        if t.type == "scatter" and t.customdata is not None
    ]
    sides = [(t.customdata[0][0], t.customdata[0][3]) for t in targets]
    assert sides == [("rgb", "a"), ("depth", "a"), ("rgb", "b"), ("depth", "b")]


def test_distance_and_gates_stand_in_the_titles(comparison):
    said = texts(draw_head_comparison(comparison))
    assert f"heads {comparison.distance:.3f}" in said
    assert "g = −0.250" in said
    assert "g = 0.100" in said
    words = describe_head_comparison(comparison)
    assert "head 1, row 5" in words
    assert "Jensen-Shannon distance" in words


def test_why_there_is_no_difference_is_said(attention, comparison):
    small = replace(
        attention,
        weights=np.ones((2, 4, 4), np.float32) / 4,
        key_tokens=np.arange(4),
        value_tokens=np.arange(4, 8),
        grid=Grid(2, 2),
    )
    b = HeadSide(attention=small, head=0, row=0)
    figure = draw_head_comparison(compare_heads(comparison.a, b))
    assert "A has 16 tokens and B has 4" in texts(figure)
    assert all(h.zmin == 0 for h in heatmaps(figure))
    assert "differ in number" in describe_head_comparison(
        compare_heads(comparison.a, b)
    )
