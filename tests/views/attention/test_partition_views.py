"""What the figures of partitions and of LICA's mixing draw."""

import numpy as np
import pytest

from fusionviz.analysis.attention.partitions import BlockPartitions
from fusionviz.analysis.shared.attention.mango import LayerName
from fusionviz.analysis.shared.attention.mixing import Mixing
from fusionviz.data.grid import Grid
from fusionviz.views.attention.mixing import draw_mixing, pooled_weight
from fusionviz.views.attention.partitions import describe_partitions, draw_partitions


def test_partitions_are_maps_of_each_layer_and_picture(rng):
    layers = tuple(
        LayerName(index=index, kind=kind, name=f"block 3 · {kind.upper()} {index}")
        for index, kind in ((4, "imca"), (7, "lica"))
    )
    share = rng.uniform(0, 1, (2, 2, 4, 4)).astype(np.float32)
    partitions = BlockPartitions(layers=layers, block=3, second=share)
    figure = draw_partitions(partitions, picked=7)
    board = figure.data[0].z
    assert board.shape == (9, 9)
    for layer in range(2):
        for modality in range(2):
            top, left = 5 * modality, 5 * layer
            shown = board[top : top + 4, left : left + 4]
            np.testing.assert_array_equal(shown, share[layer, modality])
    assert np.isnan(board[4]).all()
    assert np.isnan(board[:, 4]).all()
    said = figure.data[0].text[6, 2]
    assert said.startswith("block 3 · IMCA 4<br>depth, row 2, column 3")
    (frame,) = figure.layout.shapes
    assert 4 < frame.x0 < 5 < 8 < frame.x1 < 9
    assert "framed: block 3 · LICA 7." in describe_partitions(partitions, picked=7)


@pytest.fixture
def mixing(rng) -> Mixing:
    nearest = rng.permutation(32)
    weight = rng.normal(0, 0.1, (32, 32)).astype(np.float32)
    weight[np.arange(32), nearest] = 1
    return Mixing(weight=weight, nearest=nearest, start=nearest)


def test_mixing_shows_w_its_nearest_permutation_and_one_row(mixing, pictures):
    figure = draw_mixing(mixing, position=20, pictures=pictures, grid=Grid(4, 4))
    rgb, depth, matrix = (t for t in figure.data if t.type == "heatmap")
    np.testing.assert_array_equal(matrix.z, mixing.weight)
    (rings,) = (t for t in figure.data if t.name == "nearest permutation")
    np.testing.assert_array_equal(rings.x, mixing.nearest)
    np.testing.assert_array_equal(rings.y, np.arange(32))
    ends = {(t.zmin, t.zmax) for t in (rgb, depth, matrix)}
    assert len(ends) == 1
    ((low, high),) = ends
    assert low == -high
    row = mixing.weight[20].clip(low, high)
    np.testing.assert_allclose(np.ravel([rgb.z, depth.z]), row)
    (frame,) = figure.layout.shapes
    assert (frame.y0, frame.y1) == (19.5, 20.5)


def test_the_nearest_token_is_framed_on_its_picture(mixing, pictures):
    for position in (0, 20):
        figure = draw_mixing(
            mixing, position=position, pictures=pictures, grid=Grid(4, 4)
        )
        (frame,) = (t for t in figure.data if t.name == "nearest token")
        modality, token = divmod(int(mixing.nearest[position]), 16)
        row, column = divmod(token, 4)
        assert frame.xaxis == ("x", "x2")[modality]
        assert (min(frame.x), min(frame.y)) == (4 * column - 0.5, 4 * row - 0.5)


def test_a_large_w_is_shown_by_its_largest_entries(rng):
    weight = rng.normal(0, 1, (512, 512)).astype(np.float32)
    nearest = np.arange(512)
    pooled = pooled_weight(Mixing(weight=weight, nearest=nearest, start=nearest))
    assert pooled.shape == (256, 256)
    block = weight[10:12, 20:22].ravel()
    assert pooled[5, 10] == block[np.abs(block).argmax()]
