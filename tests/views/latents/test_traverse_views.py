"""Pictures of moved latents: what is framed, painted and sent."""

from dataclasses import replace

import numpy as np
import pytest

from fusionviz.analysis.latents.directions import Direction
from fusionviz.analysis.latents.traverse import Traverse
from fusionviz.data.grid import Grid
from fusionviz.views.latents.traverse import (
    changes,
    describe_traverse,
    draw_traverse,
    paint_signed,
    round_reach,
)
from fusionviz.views.latents.traverse_strip import describe_strip, draw_strip
from fusionviz.views.shared.patches import outline, patch_means
from fusionviz.views.shared.style import MARK


@pytest.fixture
def traverse(rng, pictures) -> Traverse:
    """Three frames; in the last depth is 1 m further and red 30 levels brighter."""
    vector = rng.normal(size=(32, 8)).astype(np.float32)
    further = replace(
        pictures,
        rgb=np.minimum(pictures.rgb.astype(int) + [30, 0, 0], 255).astype(np.uint8),
        depth_m=pictures.depth_m + 1,
    )
    return Traverse(
        directions=(
            Direction(name="component 1", told="it", vector=vector, deviation=2.0),
        ),
        sigmas=np.array([[-3.0], [0.0], [3.0]]),
        patches=(5, 6),
        grid=Grid(4, 4),
        shift=np.array([6.0, 0.0, 6.0]),
        before=pictures,
        after=(pictures, pictures, further),
        bits_before=-0.25,
        bits_after=np.array([-0.1, -0.25, 0.5]),
        changed=np.array([0.1, 0.0, 0.25]),
        classes=("a", "b"),
        shares_before=np.array([0.5, 0.5]),
        shares_after=np.array([[0.4, 0.6], [0.5, 0.5], [0.2, 0.8]]),
        missing=None,
    )


def test_changes_are_signed_and_in_their_units(traverse):
    rgb, depth_m = changes(traverse, 2)
    np.testing.assert_allclose(depth_m, 1, atol=1e-6)
    assert 0 < rgb.mean() <= 10
    assert not changes(traverse, 1)[0].any()


def test_the_figure_has_both_rows_of_pictures_and_their_scales(traverse):
    figure = draw_traverse(traverse, frame=2)
    assert len([one for one in figure.layout.images if one.sizex == 100]) == 6
    said = " ".join(str(text) for trace in figure.data for text in trace.text or ())
    for expected in ("Moved", "+10", "+1", "−1", " m", "0.500", "25.0%"):
        assert expected in said
    assert "0.500" in describe_traverse(traverse, 2)
    assert "25.0%" in describe_traverse(traverse, 2)


def test_two_neighbours_have_one_frame_around_them(traverse):
    figure = draw_traverse(traverse)
    (frame,) = [trace for trace in figure.data if trace.line.color == MARK]
    edges = 6  # of two cells side by side
    assert len(frame.x) == 6 * 3 * edges
    whole = draw_traverse(replace(traverse, patches=()))
    assert not [t for t in whole.data if t.line.color == MARK and len(t.x)]


def test_every_patch_of_every_picture_can_be_picked(traverse):
    (targets,) = [one for one in draw_traverse(traverse).data if one.customdata]
    assert sorted(targets.customdata) == sorted(list(range(16)) * 6)
    # patch 6 of the first picture: second row, third column
    assert (targets.x[6], targets.y[6]) == (62.5, 37.5)


def test_outlines_and_means_of_patches():
    picked = np.zeros((3, 3), bool)
    picked[0, 2] = True
    assert sorted(outline(picked)) == [
        ((2, 0), (2, 1)),
        ((2, 0), (3, 0)),
        ((2, 1), (3, 1)),
        ((3, 0), (3, 1)),
    ]
    assert outline(np.zeros((3, 3), bool)) == []
    values = np.arange(16.0).reshape(4, 4)
    np.testing.assert_allclose(patch_means(values, Grid(2, 2)), [2.5, 4.5, 10.5, 12.5])


@pytest.mark.parametrize(
    ("most", "expected"), [(0.0, 0.5), (0.6, 1), (1.0, 1), (3.2, 5), (51.0, 100)]
)
def test_reaches_are_round(most, expected):
    reach, cut = round_reach(np.array([-most, most]), least=0.5)
    assert (reach, cut) == (expected, False)


def test_a_few_large_differences_lie_beyond_the_reach():
    values = np.ones(1000)
    values[0] = -40
    assert round_reach(values, least=0.5) == (1.0, True)
    assert round_reach(np.array([np.nan]), least=0.5) == (0.5, False)


def test_signs_have_their_colours_and_zero_is_the_middle():
    red, middle, blue = paint_signed(np.array([[-9.0, 0.0, 9.0]]), 1.0)[0].astype(int)
    assert red[0] > 2 * red[2]
    assert blue[2] > 2 * blue[0]
    assert np.ptp(middle) <= 2


def test_the_strip_holds_every_frame(traverse):
    figure = draw_strip(traverse)
    assert len(figure.frames) == 3
    sources = [[one.source for one in f.layout.images] for f in figure.frames]
    assert sources[0] == sources[1] != sources[2]
    assert [one.source for one in figure.layout.images] == sources[1]
    dots = [[float(dot.y[0]) for dot in frame.data] for frame in figure.frames]
    assert dots == [[-0.1, 10.0], [-0.25, 0.0], [0.5, 25.0]]
    assert [step.label for step in figure.layout.sliders[0].steps] == [
        "−3.0",
        "0",
        "+3.0",
    ]
    assert "25.0%" in describe_strip(traverse)
