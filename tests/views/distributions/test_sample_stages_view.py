"""What is drawn of many samples."""

import numpy as np
import pytest

from fusionviz.analysis.distributions.sample_stages import SampleStages, figures_of
from fusionviz.views.distributions.sample_stages import (
    OTHER,
    describe_sample_stages,
    draw_sample_stages,
)
from fusionviz.views.shared.style import MARK, MODALITY_COLOURS

COUNT = 12
PAIRS = (("video", "text"), ("smell", "text"), ("video", "smell"))


def record(pairs=PAIRS, measured=True):
    random = np.random.default_rng(0)
    mistakes = np.full((len(pairs), 3, COUNT, 2, 2), 10)
    mistakes[..., 0] = random.integers(0, 6, mistakes.shape[:-1])
    return SampleStages(
        kin="sentiment",
        asked=COUNT,
        pairs=pairs,
        samples=tuple(map(str, range(COUNT))),
        units=tuple(map(str, range(COUNT))),
        mmd=random.uniform(0.1, 0.3, (len(pairs), 3, COUNT)),
        mistakes=mistakes if measured else 0 * mistakes,
        unreached={"video": 0.1},
    )


@pytest.fixture
def stages():
    return record()


def draw(stages, own=None):
    figures = figures_of(stages)
    if own is None:
        own = np.full(stages.mmd.shape[:2], np.nan)
    return draw_sample_stages(stages, figures, own), figures


def dots(figure, panel):
    return [
        trace
        for trace in figure.data
        if trace.error_y.array is not None and (trace.yaxis or "y") == panel
    ]


def test_dots_and_bars_are_the_figures(stages):
    figure, figures = draw(stages)
    for panel, values in (("y", figures.mmd), ("y2", figures.distance)):
        for trace, expected in zip(dots(figure, panel), values, strict=True):
            np.testing.assert_array_equal(trace.y, expected[:, 0])
            np.testing.assert_allclose(
                trace.y + trace.error_y.array, expected[:, 2], rtol=1e-12
            )
            np.testing.assert_allclose(
                trace.y - trace.error_y.arrayminus, expected[:, 1], rtol=1e-12
            )


def test_pairs_with_the_anchor_have_their_sources_colour(stages):
    figure, _ = draw(stages)
    colours = [trace.marker.color for trace in dots(figure, "y")]
    assert colours == [MODALITY_COLOURS["video"], OTHER, OTHER]
    names = [trace.name for trace in figure.data if trace.showlegend]
    assert names == ["video – text", "this sample", "smell – text", "video – smell"]


def test_pale_bars_hold_single_samples(stages):
    figure, figures = draw(stages)
    bars = [trace for trace in figure.data if trace.opacity == 0.25]
    for bar, expected in zip(bars, figures.spread, strict=True):
        drawn = np.array(bar.y, float).reshape(3, 3)
        np.testing.assert_array_equal(drawn[:, :2], expected)
        assert np.isnan(drawn[:, 2]).all()


def test_the_sample_at_hand_is_marked_where_it_has_a_value(stages):
    own = np.full((3, 3), np.nan)
    own[0] = 0.2, 0.1, 0.3
    figure, _ = draw(stages, own)
    diamonds = [t for t in figure.data if t.legendgroup == "own"]
    assert all(trace.marker.line.color == MARK for trace in diamonds)
    np.testing.assert_array_equal([trace.y for trace in diamonds], own)


def test_all_pairs_share_the_axes(stages):
    figure, _ = draw(stages)
    assert figure.layout.yaxis2.range == (-0.05, 2.06)
    assert figure.layout.yaxis.rangemode == "tozero"
    assert len(figure.layout.xaxis.ticktext) == 3
    assert "no unit" in figure.layout.yaxis.title.text


def test_what_was_not_measured_is_said(stages):
    figure, figures = draw(record(measured=False))
    told = " ".join(one.text for one in figure.layout.annotations)
    assert "stopped before" in told
    assert "A-distance" not in describe_sample_stages(record(measured=False), figures)
    figure, _ = draw(stages)
    assert "stopped" not in " ".join(one.text for one in figure.layout.annotations)


def test_the_words_have_the_numbers(stages):
    figures = figures_of(stages)
    text = describe_sample_stages(stages, figures)
    assert text.endswith(".")
    assert "over 12 samples" in text
    assert f"{figures.mmd[0, 1, 0]:.3f}" in text
    assert f"{figures.distance[2, 2, 0]:.2f}" in text
