"""A completion: what stands under its pictures, and the chains' lines."""

from dataclasses import replace

import numpy as np
import pytest

from fusionviz.analysis.latents.completion import PictureCompletion
from fusionviz.views.latents.completion import (
    describe_completion,
    draw_climb,
    draw_completion,
)
from fusionviz.views.shared.style import MODALITY_COLOURS

SIDE = 40


@pytest.fixture
def completed():
    rng = np.random.default_rng(0)
    draws = rng.uniform(1, 4, (3, SIDE, SIDE)).astype(np.float32)
    truth = np.full((SIDE, SIDE), 2.0, np.float32)
    truth[:4] = np.nan
    return PictureCompletion(
        missing="depth",
        given="rgb",
        given_is_guess=False,
        known=rng.integers(0, 255, (SIDE, SIDE, 3), dtype=np.uint8),
        truth=truth,
        guess=np.full((SIDE, SIDE), 2.25, np.float32),
        draws=draws,
        mean=draws.mean(axis=0),
        spread=draws.std(axis=0).astype(float),
        bits_per_dim=rng.normal(size=(5, 3)),
        guess_bits=0.125,
        truth_bits=0.25,
        noisy_truth_bits=0.375,
        disagreement=1.5,
        acceptance=0.6,
        asked=4,
    )


def words(figure):
    return next(
        list(t.text) for t in figure.data if t.type == "scatter" and t.mode == "text"
    )


def lines(figure):
    return [t for t in figure.data if t.type == "scatter" and t.mode != "text"]


def test_six_pictures_with_what_they_are_off(completed):
    figure = draw_completion(completed)
    assert len(figure.layout.images) == 6
    said = words(figure)
    assert "guess" in said[1]
    assert "0.250 m off" in said[1]
    assert "given RGB" in said[3]
    assert "spread" in said[5]


def test_every_chain_has_a_line_and_the_mean_too(completed):
    drawn = lines(draw_completion(completed))
    for chain in completed.bits_per_dim.T:
        assert any(np.array_equal(line.y, chain) for line in drawn)
    mean = completed.bits_per_dim.mean(axis=1)
    named = [line for line in drawn if line.name == "mean of the chains"]
    np.testing.assert_allclose(named[0].y, mean)


def test_the_true_pair_is_a_level_only_where_it_is_known(completed):
    name = "the true pair, with noise"
    (level,) = [t for t in draw_completion(completed).data if t.name == name]
    assert list(level.y) == [0.375, 0.375]
    unknown = replace(completed, truth=None, truth_bits=None, noisy_truth_bits=None)
    figure = draw_completion(unknown)
    assert not any(t.name == name for t in figure.data)
    assert "depth unknown" in words(figure)[0]
    assert "off" not in words(figure)[1]


def test_depths_are_told_when_hovered_and_colours_are_not(completed):
    maps = [t for t in draw_completion(completed).data if t.type == "heatmap"]
    assert len(maps) == 5
    assert all(t.opacity == 0 for t in maps)
    shown = [np.array(t.z) for t in maps]
    np.testing.assert_array_equal(shown[1], completed.guess)


def test_the_climb_runs_over_all_steps_that_are_to_come():
    figure = draw_climb([0.5, 0.4], "rgb", steps=8)
    assert list(figure.data[0].x) == [1, 2]
    assert figure.layout.xaxis.range[1] > 8
    assert figure.data[0].line.color == MODALITY_COLOURS["rgb"]


def test_it_is_told_in_words(completed):
    assert "0.250 m" in describe_completion(completed)
    assert "3 chains" in describe_completion(completed)
