"""What picked tokens look like where they came from."""

import numpy as np
import pytest

from fusionviz.analysis.distributions.token_picks import Selection
from fusionviz.analysis.shared.subjects.tokens import TokenSide
from fusionviz.data.grid import Grid
from fusionviz.views.distributions.token_picks import describe_picked, draw_picked
from fusionviz.views.shared.style import MODALITY_COLOURS
from tests.helpers.figures import pixels, texts


@pytest.fixture
def patches(pictures):
    sides = tuple(
        TokenSide(name=name, labels=tuple(map(str, range(16))), grid=Grid(4, 4))
        for name in ("depth", "rgb")
    )
    mask = np.zeros(16, bool)
    mask[[0, 5]] = True
    return Selection(
        sides=sides,
        anchor="rgb",
        picked={"depth": mask},
        sent={"depth": np.array([[0, 15], [5, 15]])},
        pictures=pictures,
    )


def test_picked_patches_are_lit_and_others_dim(patches):
    figure = draw_picked(patches)
    depth, rgb = (pixels(t.source) for t in figure.data if t.type == "image")
    plain = Selection(
        sides=patches.sides, anchor="rgb", picked={}, sent={}, pictures=patches.pictures
    )
    full, full_rgb = (
        pixels(t.source) for t in draw_picked(plain).data if t.type == "image"
    )
    np.testing.assert_array_equal(full_rgb, patches.pictures.rgb)
    np.testing.assert_array_equal(depth[:4, :4], full[:4, :4])
    np.testing.assert_array_equal(depth[4:8, 4:8], full[4:8, 4:8])
    away = np.abs(depth[8:].astype(int) - 128), np.abs(full[8:].astype(int) - 128)
    assert (away[0] <= 0.31 * away[1] + 1).all()
    assert np.abs(rgb.astype(int) - 128).max() <= 0.31 * 128 + 1
    said = texts(figure)
    assert "2 picked" in said
    assert "dotted: where depth's are sent" in said


def test_dotted_frames_are_where_patches_are_sent(patches):
    frames = [
        t for t in draw_picked(patches).select_traces("scatter") if t.mode == "lines"
    ]
    dotted = [one for one in frames if one.line.dash == "dot"]
    assert len(dotted) == 1
    x = [one for one in dotted[0].x if one is not None]
    y = [one for one in dotted[0].y if one is not None]
    assert (min(x), max(x), min(y), max(y)) == (11.5, 15.5, 11.5, 15.5)
    assert "depth goes to 1 of rgb" in describe_picked(patches)


@pytest.fixture
def steps():
    times = {
        "video": np.array([[0.0, 0.5], [0.5, 1.0], [1.0, 2.0]], np.float32),
        "text": np.array([[0.0, 1.0], [1.0, 2.0]], np.float32),
    }
    sides = (
        TokenSide(name="video", labels=("a", "b", "c"), times=times["video"]),
        TokenSide(
            name="text", labels=("one", "a much longer word " * 9), times=times["text"]
        ),
    )
    return Selection(
        sides=sides,
        anchor="text",
        picked={"video": np.array([False, True, True])},
        sent={"video": np.array([[1, 0], [2, 1]])},
        pictures=None,
    )


def test_steps_stand_at_their_times_and_lines_lead_to_their_words(steps):
    figure = draw_picked(steps)
    video, text, ways = figure.data
    np.testing.assert_allclose(video.base, [0, 0.5, 1])
    np.testing.assert_allclose(video.x, [0.5, 0.5, 1])
    assert [colour[-2:] for colour in video.marker.color][0] == "40"
    assert list(video.marker.color[1:]) == [MODALITY_COLOURS["video"]] * 2
    assert text.text[0] == "one"
    assert text.text[1].startswith("a much longer word a")
    assert text.text[1].endswith("…")
    assert [x for x in ways.x if x is not None] == [0.75, 0.5, 1.5, 1.5]
    assert next(figure.select_xaxes()).title.text == "seconds"
    assert "2 of video" in describe_picked(steps)


def test_without_a_clock_steps_are_spread_evenly(steps):
    sides = (steps.sides[0], TokenSide(name="text", labels=("one", "two")))
    bare = Selection(sides=sides, anchor="text", picked={}, sent={}, pictures=None)
    figure = draw_picked(bare)
    np.testing.assert_allclose(figure.data[0].base, [0, 1, 2])
    np.testing.assert_allclose(figure.data[1].base, [0, 1.5])
    assert next(figure.select_xaxes()).title.text == "step of the longest sequence"
    assert list(figure.data[1].marker.color) == [MODALITY_COLOURS["text"]] * 2
