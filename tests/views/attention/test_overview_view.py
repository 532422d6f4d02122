"""What the figures of all heads draw."""

import base64
from dataclasses import replace

import cv2
import numpy as np
import pytest
from plotly.colors import get_colorscale, sample_colorscale, unlabel_rgb

from fusionviz.analysis.attention.overview import Overview
from fusionviz.analysis.shared.attention.mango import LayerName
from fusionviz.views.attention.head_scatter import (
    describe_head_scatter,
    draw_head_scatter,
)
from fusionviz.views.attention.overview import describe_overview, draw_overview
from fusionviz.views.attention.thumbnails import (
    MOST_PIXELS,
    arrange,
    lay_out,
    make_thumbnails,
    paint_gate,
    pool_triangle,
)


@pytest.fixture
def overview(attention) -> Overview:
    """Two layers of two heads: MMCA, and one that is called LICA."""
    lica = replace(
        attention,
        layer=LayerName(index=5, kind="lica", name="block 2 · LICA 1"),
        weights=attention.weights[::-1],
    )
    return Overview(
        layers=(attention, lica),
        layer=np.array([0, 0, 1, 1]),
        number=np.array([1, 2, 1, 2]),
        gate=np.array([-0.25, 0.1, 0.01, -0.2]),
        entropy=np.array([0.4, 0.8, 0.5, 0.2]),
        distance=np.array([1.0, 2.0, np.nan, np.nan]),
        blocks=np.array([1, 2]),
    )


def decoded(figure) -> np.ndarray:
    """The pixels of the figure's picture, RGBA."""
    data = base64.b64decode(figure.data[0].source.split(",")[1])
    pixels = cv2.imdecode(np.frombuffer(data, np.uint8), cv2.IMREAD_UNCHANGED)
    return pixels[..., [2, 1, 0, 3]]


def colour_of(weight: float, most: float) -> tuple[float, ...]:
    share = min(weight / most, 1)
    (colour,) = sample_colorscale(get_colorscale("Cividis"), [share])
    return unlabel_rgb(colour)


@pytest.mark.parametrize("step", [1, 2, 3, 5])
def test_pooling_is_the_mean_of_what_the_mask_leaves_open(step):
    matrix = np.triu(np.random.default_rng(0).uniform(0, 1, (8, 8)))
    pooled = pool_triangle(matrix, step)
    side = -(-8 // step)
    assert pooled.shape == (side, side)
    for row in range(side):
        for column in range(side):
            open_ = [
                matrix[i, j]
                for i in range(row * step, min(8, (row + 1) * step))
                for j in range(column * step, min(8, (column + 1) * step))
                if j >= i
            ]
            if open_:
                assert pooled[row, column] == pytest.approx(np.mean(open_), rel=1e-5)
            else:
                assert np.isnan(pooled[row, column])


@pytest.mark.parametrize("grouped", [True, False])
def test_each_thumbnail_is_the_heads_matrix_and_its_gate(overview, grouped):
    places = overview.select(sort="flow" if grouped else "gate")
    thumbnails = make_thumbnails(overview, places, show="matrix", token=0)
    figure = draw_overview(overview, thumbnails, grouped=grouped)
    board = arrange(overview, thumbnails, grouped=grouped)
    pixels = decoded(figure)
    for place in range(4):
        x, y = board.corners[place]
        y += 3  # the strip in the kind's colour
        matrix = overview.matrix(place)
        for i, j in ((0, 0), (2, 9), (7, 7), (3, 15)):
            shown = pixels[y + i, x + j]
            expected = colour_of(float(matrix[i, j]), thumbnails.most)
            np.testing.assert_allclose(shown[:3], expected, atol=3)
            assert shown[3] == 255
        gate = pixels[y + 9, x + 2].astype(int)  # closed by the mask
        assert gate[3] == pytest.approx(255 * abs(overview.gate[place]) / 0.25, abs=1)
        assert (gate[0] > gate[2]) == (overview.gate[place] < 0)


def test_maps_of_a_patch_stand_rgb_above_depth(overview):
    places = overview.select()
    thumbnails = make_thumbnails(overview, places, show="patch", token=6)
    for place, values in zip(places, thumbnails.values, strict=True):
        layer = overview.layer_at(place)
        maps = layer.over_pictures(int(overview.number[place]) - 1, layer.row_of(6))
        np.testing.assert_array_equal(values, np.concatenate(list(maps)))
    pixels = decoded(draw_overview(overview, thumbnails, grouped=True))
    board = arrange(overview, thumbnails, grouped=True)
    x, y = board.corners[1]
    shown = pixels[y + 3 + 4 + 8 * 4, x + 8 * 2 + 4]  # depth's row 0, column 2
    assert shown[3] == 0  # token 2 lies before row 6
    read = pixels[y + 3 + 4 + 8 * 5, x + 8 * 3 + 4]
    expected = colour_of(float(overview.matrix(1)[6, 7]), thumbnails.most)
    np.testing.assert_allclose(read[:3], expected, atol=3)


def test_many_matrices_are_pooled_until_they_fit(overview, monkeypatch):
    assert (
        make_thumbnails(overview, overview.select(), show="matrix", token=0).step == 1
    )
    monkeypatch.setattr("fusionviz.views.attention.thumbnails.MOST_PIXELS", 4 * 36)
    few = make_thumbnails(overview, overview.select(), show="matrix", token=0)
    assert few.step == 3
    assert few.values.shape == (4, 6, 6)
    assert MOST_PIXELS >= 256 * 32**2  # mango-rooms' heads are halved, not more


def test_a_click_on_a_thumbnail_carries_its_head(overview):
    places = overview.select(sort="gate")
    thumbnails = make_thumbnails(overview, places, show="matrix", token=0)
    figure = draw_overview(overview, thumbnails, grouped=False)
    board = arrange(overview, thumbnails, grouped=False)
    targets = next(t for t in figure.data if t.customdata is not None)
    assert [tuple(data) for data in targets.customdata] == [
        (2, 0),
        (5, 1),
        (2, 1),
        (5, 0),
    ]
    for place, x, y in zip(places.tolist(), targets.x, targets.y, strict=True):
        left, top = board.corners[place]
        assert left < x < left + 16
        assert top + 3 < y < top + 3 + 16
    assert "head 1" in targets.text[0]
    assert "gate -0.250" in targets.text[0]
    assert "distance 1.00 patches" in targets.text[0]
    assert "no distance" in targets.text[1]
    assert "4 of 4 attention heads" in describe_overview(overview, places)


def test_layers_are_named_and_the_picked_head_is_framed(overview):
    thumbnails = make_thumbnails(overview, overview.select(), show="matrix", token=0)
    figure = draw_overview(overview, thumbnails, grouped=True, picked=2)
    (names,) = (list(trace.text) for trace in figure.data[1:2])
    assert len(names) == 2
    assert names[1].endswith("2 · LICA 1")
    (frame,) = figure.layout.shapes
    x, y = arrange(overview, thumbnails, grouped=True).corners[2]
    assert frame.x0 < x < frame.x1
    assert frame.y0 < y < frame.y1


def test_forms_without_gates_have_no_gate_colour(overview):
    plain = replace(overview, gate=None)
    thumbnails = make_thumbnails(plain, plain.select(), show="matrix", token=0)
    figure = draw_overview(plain, thumbnails, grouped=True)
    x, y = arrange(plain, thumbnails, grouped=True).corners[0]
    assert decoded(figure)[y + 3 + 9, x + 2, 3] == 0
    assert "gate" not in " ".join(a.text for a in figure.layout.annotations)


@pytest.mark.parametrize("runs", [1, 7, 32, 96])
@pytest.mark.parametrize("labelled", [True, False])
def test_runs_do_not_overlap_and_fit_on_the_screen(runs, labelled):
    run, screen = (304, 41), (900, 430)
    layout = lay_out(runs, run, labelled=labelled, screen=screen)
    corners = [layout.corner(one) for one in range(runs)]
    assert len(set(corners)) == runs
    width, height = layout.size
    for x, y in corners:
        assert x % run[0] == 0
        assert y >= layout.label
        assert x + run[0] <= width
        assert y + run[1] <= height
    assert width * layout.scale <= screen[0] + 1
    # labels are rounded to whole pixels of the canvas
    lines = -(-runs // layout.per_line)
    assert height * layout.scale <= screen[1] + lines


def test_where_names_find_no_room_there_are_none():
    assert lay_out(32, (304, 41), labelled=True, screen=(900, 430)).label > 0
    assert lay_out(500, (304, 41), labelled=True, screen=(900, 430)).label == 0


def test_a_gate_is_fainter_towards_zero():
    alphas = [int(paint_gate(gate, 0.2)[3]) for gate in (-0.2, -0.1, 0, 0.1, 0.2)]
    assert alphas == [255, 128, 0, 128, 255]
    red, blue = paint_gate(-0.1, 0.2), paint_gate(0.1, 0.2)
    assert red[0] > red[2]
    assert blue[2] > blue[0]


def test_heads_are_points_of_gate_and_entropy(overview):
    figure = draw_head_scatter(overview, overview.select(), picked=3)
    points = {
        tuple(head): (x, y, trace.name)
        for trace in figure.data
        if trace.customdata is not None
        for head, x, y in zip(trace.customdata, trace.x, trace.y, strict=True)
    }
    assert points == {
        (2, 0): (-0.25, 0.4, "MMCA"),
        (2, 1): (0.1, 0.8, "MMCA"),
        (5, 0): (0.01, 0.5, "LICA"),
        (5, 1): (-0.2, 0.2, "LICA"),
    }
    low, high = figure.layout.xaxis.range
    assert low == -high
    assert high > 0.25
    ring = next(t for t in figure.data if t.name == "open in the next tab")
    assert (ring.x[0], ring.y[0]) == (-0.2, 0.2)
    said = describe_head_scatter(overview, overview.select())
    assert "gates from −0.250 to 0.100" in said


def test_without_gates_heads_are_points_of_distance_and_entropy(overview):
    figure = draw_head_scatter(replace(overview, gate=None), overview.select())
    assert figure.layout.xaxis.title.text == "mean distance, patches"
    assert [len(trace.x) for trace in figure.data] == [2, 0]


def test_no_head_is_said(overview):
    none = overview.select(block=9)
    assert describe_overview(overview, none).startswith("No head is shown")
    assert describe_head_scatter(overview, none).startswith("No head is shown")
    draw_head_scatter(overview, none)
