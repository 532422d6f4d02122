"""The scan's row beside the block's, on pictures and as bars."""

import numpy as np
import pytest

from fusionviz.analysis.shared.attention.block_row import BlockRow
from fusionviz.analysis.shared.attention.stack import AttentionStack, TokenAxis
from fusionviz.views.shared.stacks.block_row import describe_block_row, draw_block_row
from fusionviz.views.shared.style import MARK, three_digits
from tests.helpers.figures import texts

WORDS = TokenAxis(
    count=6,
    labels=("video at a", "a", "video at <b>", "<b>", "video at c", "c"),
    modality=("video", "text") * 3,
)
PLACES = TokenAxis(count=8, modality=("depth", "rgb") * 4, grid=(2, 2))


def make_row(rng, axis, query):
    weights = rng.normal(size=(1, 1, axis.count, axis.count)).astype(np.float32)
    stack = AttentionStack(
        title="hidden attention",
        weights=weights,
        layers=("Mamba layer 1",),
        heads=("forward",),
        queries=axis,
        keys=axis,
        meaning="m",
    )
    parts = [rng.uniform(0.1, 3, axis.count) for _ in range(5)]
    for part in parts:
        part[query + 1 :] = np.nan
    scan, values, selection, gate, whole = parts
    return BlockRow(
        stack=stack,
        layer=0,
        head=0,
        query=query,
        scan=scan,
        values=values,
        selection=selection,
        gate=gate,
        whole=whole,
    )


def test_each_reading_is_on_both_grids_in_parts_of_its_largest(rng):
    row = make_row(rng, PLACES, 5)
    figure = draw_block_row(row)
    maps = [t for t in figure.data if t.type == "heatmap" and t.zmax is not None]
    maps = [t for t in maps if t.hovertemplate]
    assert len(maps) == 6
    for number, weights in enumerate((row.scan, row.values, row.whole)):
        for half in range(2):
            expected = (weights / np.nanmax(weights))[half::2].reshape(2, 2)
            np.testing.assert_allclose(maps[2 * number + half].z, expected, rtol=1e-5)
    assert {(t.zmin, t.zmax) for t in maps} == {(0, 1)}
    frames = [s for s in figure.layout.shapes if s.line.color == MARK]
    assert len(frames) == 3  # the token that asks, in each reading
    for weights in (row.scan, row.values, row.whole):
        assert f"up to {three_digits(np.nanmax(weights))}" in texts(figure)
    assert "no unit" in texts(figure)


def test_words_are_bars_of_the_same_keys_in_the_order_of_the_whole_block(rng):
    row = make_row(rng, WORDS, 4)
    bars = [t for t in draw_block_row(row).data if t.type == "bar"]
    order = np.argsort(row.whole[:5])
    for bar, weights in zip(bars, (row.scan, row.values, row.whole), strict=True):
        np.testing.assert_allclose(bar.x, (weights / np.nanmax(weights))[order])
    names = bars[0].hovertext
    assert names[list(order).index(3)] == "&lt;b&gt;"
    axes = [a for a in draw_block_row(row).select_yaxes() if a.showticklabels]
    assert len(axes) == 1


@pytest.mark.parametrize("axis", [WORDS, PLACES])
def test_it_is_told_in_words(rng, axis):
    row = make_row(rng, axis, 4)
    said = describe_block_row(row)
    top = axis.names[int(np.nanargmax(row.whole))]
    assert f"whole block at {top}" in said
    assert f"scan {three_digits(row.agreement(row.scan))}" in said
