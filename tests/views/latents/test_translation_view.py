"""A translation: which pictures stand where, and what is said under them."""

from dataclasses import replace

import numpy as np
import pytest

from fusionviz.analysis.latents.translation import Made, Translation
from fusionviz.views.latents.translation import describe_translation, draw_translation

SIDE = 40


def made_of(picture, off):
    return Made(picture=picture, off=off, errors={})


@pytest.fixture
def translation():
    rng = np.random.default_rng(0)
    truth = rng.uniform(1, 4, (SIDE, SIDE)).astype(np.float32)
    made = {
        name: made_of(truth + off, np.full((SIDE, SIDE), off, np.float32))
        for name, off in {"both": 0.25, "rgb": 0.5, "edge": 0.75}.items()
    }
    grey = rng.integers(0, 255, (SIDE, SIDE, 3), dtype=np.uint8)
    return Translation(
        sources=("rgb", "edge"),
        target="depth",
        given=("rgb", "edge"),
        read={"rgb": grey, "edge": grey},
        truth=truth,
        made=made,
    )


def words(figure):
    return [text for trace in figure.data if trace.text for text in trace.text]


def bars(figure):
    marks = [trace.marker for trace in figure.data if trace.type == "scatter"]
    return [mark.colorbar.title.text for mark in marks if mark.colorbar.title.text]


def test_every_picture_stands_there_once_with_how_far_it_is_off(translation):
    figure = draw_translation(translation)
    assert len(figure.layout.images) == 2 + 1 + 2 * 3
    said = " ".join(words(figure))
    for off in ("0.250 m off", "0.500 m off", "0.750 m off"):
        assert off in said
    assert "true depth" in said
    assert bars(figure) == ["off, m", "depth, m"]
    assert "0.500 m from RGB alone" in describe_translation(translation)


def test_without_a_truth_there_is_no_off(translation):
    unknown = replace(
        translation,
        truth=None,
        made={"rgb": made_of(translation.made["rgb"].picture, None)},
        given=("rgb",),
    )
    figure = draw_translation(unknown)
    assert len(figure.layout.images) == 3
    assert bars(figure) == ["depth, m"]
    assert "true" not in " ".join(words(figure))
    assert "<b>edge</b>, guessed" in words(figure)
    assert "off" not in describe_translation(unknown)


def test_a_picture_that_is_nowhere_measured_is_drawn(translation):
    nothing = np.full((SIDE, SIDE), np.nan, np.float32)
    made = {name: replace(one, off=nothing) for name, one in translation.made.items()}
    figure = draw_translation(replace(translation, truth=nothing, made=made))
    assert bars(figure) == ["depth, m"]


def test_colours_need_no_scale_of_depth(translation):
    grey = translation.read["rgb"]
    made = {name: replace(one, picture=grey) for name, one in translation.made.items()}
    figure = draw_translation(
        replace(translation, target="shade", truth=grey, made=made)
    )
    assert bars(figure) == ["off, 0..1"]
