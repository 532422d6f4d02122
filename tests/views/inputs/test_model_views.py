"""What the figures of both models draw."""

import base64
import io
from dataclasses import replace

import numpy as np
import pytest
from PIL import Image

from fusionviz.analysis.shared.attention.mixing import Mixing
from fusionviz.views.inputs.likelihood import describe_round_trip, draw_round_trip
from fusionviz.views.inputs.segmentation import (
    describe_segmentations,
    draw_segmentations,
)
from fusionviz.views.inputs.timing import describe_timing, draw_timing
from fusionviz.views.shared.attention_maps import describe_attention, draw_attention
from fusionviz.views.shared.segmentation import COVER, ground_of, paint_classes
from fusionviz.views.shared.transport_plan import describe_transport, draw_transport
from tests.helpers.figures import heatmaps, scatters, texts


def test_segmentation_shows_both_models_and_the_truth(segmentation, pictures):
    found = {"MANGO": segmentation, "AlignMamba": segmentation}
    figure = draw_segmentations(found, dict.fromkeys(found, pictures))
    assert sum(trace.type == "image" for trace in figure.data) == 3
    lists = [trace for trace in figure.data if trace.type == "bar"]
    assert [sorted(one.y) for one in lists] == [["chair", "floor", "wall"]] * 3
    for name, share, said in zip(lists[0].y, lists[0].x, lists[0].text, strict=True):
        where = segmentation.labels == segmentation.classes.index(name)
        sure = segmentation.confidence[where].mean()
        assert share == pytest.approx(100 * where.mean())
        assert said == f"{where.mean():.0%}, {sure:.0%} sure"
    assert "sure" not in " ".join(lists[2].text)
    assert f"{segmentation.pixel_accuracy:.1%} of pixels right" in texts(figure)
    hover = heatmaps(figure)[0].text
    assert hover[0, 0].startswith(segmentation.classes[segmentation.labels[0, 0]])
    assert "MANGO finds" in describe_segmentations(found)


def test_what_is_unsure_is_hatched_in_two_tones(segmentation, pictures):
    """Lines of both tones lie within the mask, and nothing lies beside it."""
    confidence = np.full((16, 16), 0.9, np.float32)
    confidence[:, 8:] = 0.2
    one = replace(segmentation, confidence=confidence)
    unsure = one.unsure_where(0.5)
    found, read = {"MANGO": one}, {"MANGO": pictures}
    plain = draw_segmentations(found, read)
    hatched = draw_segmentations(found, read, unsure_below={"MANGO": 0.5})
    assert len(hatched.data) == len(plain.data) + 1
    layer = [t for t in hatched.data if t.type == "image"][1]
    drawn = rgba(layer.source)
    grow = drawn.shape[0] // 16
    mask = unsure.repeat(grow, axis=0).repeat(grow, axis=1)
    seen = drawn[..., 3] > 0
    assert not seen[~mask].any()
    assert 0.1 < seen[mask].mean() < 0.5  # colours show between the lines
    assert {tuple(p) for p in drawn[seen][:, :3]} == {(20, 20, 20), (255, 255, 255)}
    assert layer.dx == pytest.approx(1 / grow)
    words = describe_segmentations(found, unsure_below={"MANGO": 0.5})
    assert f"{unsure.mean():.0%} of the picture is hatched" in words


def rgba(address):
    data = base64.b64decode(address.split(",")[1])
    return np.asarray(Image.open(io.BytesIO(data)).convert("RGBA"))


def test_unlabelled_pixels_are_grey(pictures):
    ground = ground_of(pictures)
    painted = paint_classes(np.full((16, 16), -1), ("chair",), ground)
    expected = COVER * 119 + (1 - COVER) * ground
    np.testing.assert_allclose(painted, expected, atol=1)
    chair = paint_classes(np.zeros((16, 16), int), ("chair",), ground * 0)
    red = 0xCB  # of a chair's #CB4252
    assert abs(int(chair[0, 0, 0]) - COVER * red) <= 1


def test_segmentation_is_drawn_on_depth_where_colours_are_missing(
    segmentation, pictures
):
    figure = draw_segmentations(
        {"MANGO": segmentation}, {"MANGO": replace(pictures, rgb=None)}
    )
    assert sum(trace.type == "image" for trace in figure.data) == 2


def test_round_trip_errors_share_one_scale_from_zero(likelihood):
    figure = draw_round_trip(likelihood)
    rgb, depth = heatmaps(figure)
    assert rgb.zmin == depth.zmin == 0
    assert rgb.zmax == depth.zmax == likelihood.round_trip_error
    np.testing.assert_array_equal(depth.z, likelihood.token_error["depth"])
    assert "in units of a token" in texts(figure)
    assert "bits per dimension" in describe_round_trip(likelihood)


def test_attention_draws_the_row_over_both_pictures(attention):
    query = 6
    figure = draw_attention(attention, head=1, query=query)
    maps = [h for h in heatmaps(figure) if h.zmax is not None]
    most = attention.weights[1, query].max()
    assert {h.zmax for h in maps} == {most}
    for shown in maps[:2]:
        np.testing.assert_array_equal(
            shown.z.ravel()[query:], attention.weights[1, query, query:]
        )
        assert np.isnan(shown.z.ravel()[:query]).all()
    matrix = maps[2].z
    assert np.isnan(matrix[np.tril_indices(16, -1)]).all()
    assert "X1: sets the weights" in texts(figure)
    assert "head 2, gate g = 0.100" in texts(figure)
    assert "X2: read and changed" in texts(figure)
    assert f"row {query}" in describe_attention(attention, head=1, query=query)


def test_the_query_is_framed_where_it_asks_and_where_it_writes(attention):
    figure = draw_attention(attention, head=0, query=6)
    frames = {t.name: t for t in scatters(figure, "lines")}
    asks, writes = frames["token i of X1, asks"], frames["token i of X2, changed"]
    assert (asks.xaxis, writes.xaxis) == ("x", "x2")
    assert (min(asks.x), min(asks.y)) == (7.5, 3.5)


def test_every_patch_can_be_clicked(attention):
    figure = draw_attention(attention, head=0, query=0)
    targets = scatters(figure, "markers")
    assert [t.customdata[0][0] for t in targets] == ["rgb", "depth"]
    assert all(len(t.x) == 16 and t.marker.opacity == 0 for t in targets)
    assert list(targets[0].customdata[5]) == ["rgb", 1, 1]


@pytest.fixture
def lica(attention, rng):
    """The same layer, as if its tokens were mixtures."""
    tokens = 2 * attention.tokens
    weight = np.eye(tokens)[::-1] + rng.normal(0, 0.1, (tokens, tokens))
    nearest = np.arange(tokens)[::-1].copy()
    mixing = Mixing(weight=weight.astype(np.float32), nearest=nearest, start=nearest)
    first, second = np.split(nearest, 2)
    return replace(attention, key_tokens=first, value_tokens=second, mixing=mixing)


def test_mixtures_are_drawn_on_a_scale_of_their_own(lica):
    figure = draw_attention(lica, head=0, query=3)
    maps = lica.over_pictures(0, 3)
    shown = [h for h in heatmaps(figure) if h.zmax is not None]
    assert [float(h.zmax) for h in shown[:2]] == [pytest.approx(float(maps.max()))] * 2
    np.testing.assert_array_equal(shown[0].z, maps[0])
    assert shown[2].zmax == lica.weights[0, 3].max()
    assert "held by what is read" in texts(figure)


def test_halves_are_marked_on_the_tokens_that_are_in_them(attention):
    """X1 is all of RGB and X2 all of depth, each named once."""
    figure = draw_attention(attention, head=0, query=3, halves=True)
    marks = [t for t in scatters(figure, "markers") if t.name in ("X1", "X2")]
    counts = {(t.name, t.xaxis): len(t.x) for t in marks}
    assert counts == {
        ("X1", "x"): 16,
        ("X2", "x"): 0,
        ("X1", "x2"): 0,
        ("X2", "x2"): 16,
    }
    assert sorted(t.name for t in marks if t.showlegend) == ["X1", "X2"]
    first = next(t for t in marks if len(t.x))
    # in the upper left corner of a token of 4 pixels whose centre is 1.5
    assert -0.5 < first.x[0] < 1.5
    assert first.x[0] == first.y[0]


def test_a_hover_tells_the_weight_or_that_it_is_closed(attention):
    figure = draw_attention(attention, head=0, query=6)
    rgb = next(t for t in scatters(figure, "markers") if t.customdata is not None)
    assert rgb.text[5].endswith("row 2, column 2: closed to this row")
    assert rgb.text[6].endswith(f"weight {attention.weights[0, 6, 6]:.3g}")


def test_a_guessed_modality_is_said(attention):
    pictures = replace(attention.pictures, depth_m=None)
    figure = draw_attention(
        replace(attention, pictures=pictures, missing="depth"), head=0, query=3
    )
    assert "(guessed)" in texts(figure)


@pytest.mark.parametrize("count", [1, 4, 64])
def test_as_many_lines_as_were_asked_for(transport, count):
    figure = draw_transport(transport, count=count)
    lines = scatters(figure, "lines")
    # one halo, then one line a pair; the relaxed plan has a pair a source patch
    assert len(lines) == 1 + min(count, 16)
    pairs = transport.strongest(count)
    row, column = divmod(int(pairs.source[0]), 4)
    assert (lines[1].x[0], lines[1].y[0]) == (1.5 + 4 * column, 1.5 + 4 * row)
    assert f"{min(count, 16)} lines" in describe_transport(transport, count=count)


def test_ends_have_their_modalities_colours(transport):
    figure = draw_transport(transport)
    ends = [t for t in scatters(figure, "markers") if t.text is not None]
    assert [t.marker.color for t in ends] == ["#0072B2", "#E69F00"]
    assert "cost 0" in texts(figure)


def test_steps_are_drawn_in_order_with_their_time():
    steps = {"reading": {"read the files": 12.0}, "MANGO": {"encode": 30.4, "flow": 99}}
    figure = draw_timing(steps)
    assert [bar.name for bar in figure.data] == ["reading", "MANGO"]
    assert list(figure.data[1].x) == [30.4, 99]
    assert figure.data[1].text[0] == "30.4 ms"
    assert "MANGO, flow: 99.0 milliseconds" in describe_timing(steps)
