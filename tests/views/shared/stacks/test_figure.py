"""What the viewer of attention arrays draws."""

import numpy as np
import pytest

from fusionviz.analysis.shared.attention.stack import MEAN, AttentionStack, TokenAxis
from fusionviz.views.shared.stacks.figure import (
    describe_attention_stack,
    draw_attention_stack,
)
from fusionviz.views.shared.stacks.grids import modality_colours
from fusionviz.views.shared.stacks.view import StackView
from fusionviz.views.shared.style import DIVERGING, MARK, MODALITY_COLOURS, SEQUENTIAL
from tests.helpers.figures import texts


def heatmaps(figure) -> list:
    return [t for t in figure.data if t.type == "heatmap" and t.zmax is not None]


def make_view(weights, axis, **settings):
    weights = np.asarray(weights, np.float32)[None, None]
    stack = AttentionStack(
        title="mine",
        weights=weights,
        layers=("layer 1",),
        heads=("head 1",),
        queries=axis,
        keys=axis,
        meaning="m",
        pictures=settings.pop("pictures", None),
    )
    return StackView(stack=stack, layer=0, head=0, **({"query": 2} | settings))


WORDS = TokenAxis(
    count=6,
    labels=("a", "<b>lamp</b>", "x", "y", "z", "w"),
    modality=("text", "text", "rgb", "rgb", "rgb", "rgb"),
    grid=(2, 2),
)


@pytest.fixture
def weights(rng):
    return rng.dirichlet(np.ones(6), 6)


def test_matrix_and_maps_share_the_scale_of_the_row(weights):
    figure = draw_attention_stack(make_view(weights, WORDS))
    matrix, grid, blocks = heatmaps(figure)
    most = np.float32(weights[2].max())
    assert matrix.zmin == grid.zmin == 0
    assert matrix.zmax == grid.zmax == pytest.approx(most)
    np.testing.assert_allclose(matrix.z, weights, rtol=1e-6)
    np.testing.assert_allclose(grid.z, weights[2, 2:].reshape(2, 2), rtol=1e-6)
    assert (blocks.zmin, blocks.zmax) == (0, 1)
    assert "≥ " in texts(figure)


def test_signed_weights_get_a_scale_even_around_zero(weights):
    view = make_view(weights - 0.3, WORDS)
    low, high, colours = view.scale
    assert low == -high == -np.abs(view.row).max()
    assert colours == DIVERGING
    assert make_view(weights, WORDS).scale[2] == SEQUENTIAL


def test_a_row_of_zeros_takes_the_scale_of_the_matrix(weights):
    weights[2] = 0
    assert make_view(weights, WORDS).scale[1] == np.float32(weights.max())
    low, high, _ = make_view(0 * weights, WORDS).scale
    assert low == 0 < high


def test_tokens_without_a_place_are_bars(weights):
    figure = draw_attention_stack(make_view(weights, WORDS))
    (bars,) = [t for t in figure.data if t.type == "bar"]
    order = np.argsort(weights[2, :2])
    np.testing.assert_allclose(bars.x, weights[2, order], rtol=1e-6)
    assert [one[0] for one in bars.customdata] == order.tolist()
    assert set(bars.marker.color) == {MODALITY_COLOURS["text"]}
    assert "all keys without a place" in texts(figure)


def test_words_of_a_file_are_no_markup(weights):
    figure = draw_attention_stack(make_view(weights, WORDS))
    assert "<b>lamp" not in figure.to_json()
    assert "&lt;b&gt;lamp" in figure.layout.xaxis.ticktext[1]


def test_order_by_modality_moves_rows_and_columns(weights):
    axis = TokenAxis(count=6, modality=("p", "q") * 3)
    figure = draw_attention_stack(make_view(weights, axis, order="modality"))
    order = [0, 2, 4, 1, 3, 5]
    matrix = heatmaps(figure)[0]
    np.testing.assert_allclose(matrix.z, weights[np.ix_(order, order)], rtol=1e-6)
    (frame,) = [s for s in figure.layout.shapes if s.line.color == MARK]
    assert (frame.y0, frame.y1) == (0.5, 1.5)  # row 2 stands second


def test_long_inputs_are_pooled_and_the_figure_says_so():
    side = 600
    weights = np.triu(np.ones((side, side)))
    axis = TokenAxis(count=side, modality=("p", "q") * (side // 2))
    figure = draw_attention_stack(make_view(weights, axis, query=301))
    assert heatmaps(figure)[0].z.shape == (200, 200)
    assert "a cell is the mean of 3 × 3 tokens" in texts(figure)
    (frame,) = [s for s in figure.layout.shapes if s.line.color == MARK]
    assert (frame.y0, frame.y1) == (99.5, 100.5)
    rows, columns = (np.asarray(t.z) for t in figure.data if t.type == "image")
    colours = modality_colours(make_view(weights, axis).stack)
    both = [[int(colours[n][i : i + 2], 16) for i in (1, 3, 5)] for n in "pq"]
    np.testing.assert_array_equal(rows, np.broadcast_to(both, (200, 2, 3)))
    np.testing.assert_array_equal(columns, rows.swapaxes(0, 1))
    assert len(figure.to_json()) < 2_000_000


def test_closed_cells_stay_blank_and_are_veiled_over_pictures(pictures, rng):
    weights = np.tril(rng.uniform(size=(32, 32))).astype(np.float32)
    weights[np.triu_indices(32, 1)] = np.nan
    axis = TokenAxis(count=32, modality=("depth", "rgb") * 16, grid=(4, 4))
    view = make_view(weights, axis, query=9, pictures=pictures)
    figure = draw_attention_stack(view)
    matrix, depth, rgb, _ = heatmaps(figure)
    assert np.isnan(matrix.z).sum() == 32 * 31 // 2
    np.testing.assert_array_equal(rgb.z.ravel()[:5], weights[9, 1:10:2])
    assert np.isnan(rgb.z.ravel()[5:]).all()
    assert np.isfinite(depth.z.ravel()[:5]).all()
    targets = [t for t in figure.data if t.type == "scatter" and t.customdata]
    assert [list(t.customdata[3]) for t in targets] == [["depth", 3], ["rgb", 3]]
    assert sum(t.type == "image" for t in figure.data) == 4  # pictures and strips


def test_the_side_that_asks_is_shown_where_it_is_not_read(pictures, rng):
    stack = AttentionStack(
        title="transport",
        weights=rng.uniform(size=(1, 2, 16, 16)).astype(np.float32),
        layers=("depth → rgb",),
        heads=("plan", "cost"),
        queries=TokenAxis(count=16, modality=("depth",) * 16, grid=(4, 4)),
        keys=TokenAxis(count=16, modality=("rgb",) * 16, grid=(4, 4)),
        meaning="m",
        pictures=pictures,
    )
    view = StackView(stack=stack, layer=0, head=1, query=5)
    figure = draw_attention_stack(view)
    assert len(heatmaps(figure)) == 2  # the matrix, and what is read of rgb
    assert "asks" in texts(figure)
    targets = [t for t in figure.data if t.type == "scatter" and t.customdata]
    assert [t.customdata[0][0] for t in targets] == ["depth"]
    frames = [s for s in figure.layout.shapes if s.xref == "x2"]
    assert (frames[0].x0, frames[0].y0) == (3.5, 3.5)


def test_it_is_told_in_words(weights):
    words = describe_attention_stack(make_view(weights, WORDS))
    assert words.startswith("mine: layer 1, head 1, 6 by 6 tokens; row 2 (x)")
    assert words.endswith(".")
    closed = make_view(np.full((6, 6), np.nan), WORDS)
    assert "reads nothing" in describe_attention_stack(closed)
    draw_attention_stack(closed)


def test_known_modalities_keep_their_colour():
    axis = TokenAxis(count=3, modality=("rgb", "one", "two"))
    view = make_view(np.eye(3), axis)
    colours = modality_colours(view.stack)
    assert colours["rgb"] == MODALITY_COLOURS["rgb"]
    assert len(set(colours.values())) == 3


def test_the_mean_of_heads_can_be_looked_at(rng):
    stack = AttentionStack(
        title="t",
        weights=rng.uniform(size=(1, 3, 4, 4)).astype(np.float32),
        layers=("layer 1",),
        heads=("a", "b", "c"),
        queries=TokenAxis(count=4),
        keys=TokenAxis(count=4),
        meaning="m",
    )
    figure = draw_attention_stack(StackView(stack=stack, layer=0, head=MEAN, query=0))
    mean = stack.weights[0].mean(axis=0)
    np.testing.assert_allclose(heatmaps(figure)[0].z, mean, rtol=1e-6)
    assert "mean of the heads" in texts(figure)


def moments(count, longest=4):
    """Interleaved tokens of three modalities, the last of them words."""
    words = [f"w{place}"[:longest] + "!" * (longest - 4) for place in range(count)]
    labels = [name for word in words for name in (f"v at {word}", f"a at {word}", word)]
    return TokenAxis(
        count=3 * count, labels=tuple(labels), modality=("v", "a", "text") * count
    )


def test_of_interleaved_words_the_anchors_are_named_along_the_matrix(rng):
    axis = moments(8)
    weights = rng.uniform(size=(24, 24))
    figure = draw_attention_stack(make_view(weights, axis, query=4))
    ticks = figure.layout.yaxis
    assert ticks.tickvals == tuple(range(2, 24, 3))
    assert ticks.ticktext == tuple(f"w{place}" for place in range(8))
    assert heatmaps(figure)[0].text[4][3] == "a at w1 reads v at w1"
    assert "<b>row 4</b> a at w1" in texts(figure)
    crowded = make_view(weights, axis, order="modality")
    assert draw_attention_stack(crowded).layout.yaxis.showticklabels is False
    sentences = make_view(weights, moments(8, longest=30))
    assert draw_attention_stack(sentences).layout.yaxis.showticklabels is False


def test_large_matrices_name_their_tokens_by_unseen_ticks(rng):
    axis = moments(30)
    figure = draw_attention_stack(make_view(rng.uniform(size=(90, 90)), axis))
    assert figure.layout.xaxis.showticklabels is False
    assert figure.layout.xaxis.ticktext[5] == "w1"
    assert "%{y} reads %{x}" in heatmaps(figure)[0].hovertemplate
    assert heatmaps(figure)[0].text is None


def test_strips_alternate_where_modalities_do(rng):
    figure = draw_attention_stack(make_view(rng.uniform(size=(24, 24)), moments(8)))
    rows, columns = (np.asarray(t.z) for t in figure.data if t.type == "image")
    colours = modality_colours(make_view(np.eye(24), moments(8)).stack)
    wanted = [
        [int(colours[name][i : i + 2], 16) for i in (1, 3, 5)]
        for name in ("v", "a", "text") * 8
    ]
    np.testing.assert_array_equal(rows[:, 0], wanted)
    np.testing.assert_array_equal(columns[0], wanted)


def test_shares_are_written_in_the_ink_of_the_page(weights):
    figure = draw_attention_stack(make_view(weights, WORDS))
    assert not [t for t in figure.data if t.type == "heatmap" and t.texttemplate]
    (written,) = [t for t in figure.data if t.type == "scatter" and t.mode == "text"]
    assert written.textfont.color is None
    told = dict(zip(zip(written.y, written.x, strict=True), written.text, strict=True))
    ours = {"text": slice(0, 2), "rgb": slice(2, 6)}
    assert told == {
        (one, other): f"{weights[rows, keys].sum() / weights[rows].sum():.0%}"
        for one, rows in ours.items()
        for other, keys in ours.items()
    }
