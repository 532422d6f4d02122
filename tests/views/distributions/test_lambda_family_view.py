"""What is drawn of checkpoints that differ in λ alone."""

import numpy as np
import pytest

from fusionviz.analysis.distributions.lambda_family import LambdaFamily
from fusionviz.models.cards import Estimate, ModelCard
from fusionviz.views.distributions.lambda_family import (
    describe_family,
    draw_family,
    lambda_title,
    panels_of,
)
from fusionviz.views.shared.style import MODALITY_COLOURS

WEIGHTS = (0.0, 0.1, 1.0)
METRICS = ("mae", "accuracy", "correlation", "align_loss", "a_distance_video_after")


def family(metrics=METRICS, mmd=None):
    cards = tuple(
        ModelCard(
            name=f"m{weight:g}",
            config={"align_weight": weight},
            metrics={
                name: Estimate(
                    value=weight + i, low=weight + i - 0.1, high=weight + i + 0.2
                )
                for i, name in enumerate(metrics)
            },
        )  # fmt: skip
        for weight in WEIGHTS
    )
    if mmd is None:
        mmd = np.random.default_rng(0).uniform(0.1, 0.4, (3, 2, 3))
    return LambdaFamily(cards=cards, sources=("video", "audio"), mmd=mmd)


def test_values_and_intervals_are_those_of_the_cards():
    upper, lower = panels_of(family())
    assert [panel.title[:-2] for panel in upper] == ["MAE", "accuracy", "correlation"]
    for i, panel in enumerate(upper):
        (series,) = panel.series
        expected = [[w + i, w + i - 0.1, w + i + 0.2] for w in WEIGHTS]
        np.testing.assert_allclose(series.ends, expected)
    assert [panel.title for panel in lower] == [
        "L<sub>align</sub> ↓",
        "A-distance ↓",
        "MMD², video, 1 sample ↓",
        "MMD², audio, 1 sample ↓",
    ]


def test_the_samples_mmd_is_drawn_by_source_and_stage_in_one_range():
    one = family()
    video, audio = panels_of(one)[1][-2:]
    assert video.range == audio.range
    for column, panel in enumerate((video, audio)):
        for stage, series in enumerate(panel.series):
            np.testing.assert_array_equal(series.ends[:, 0], one.mmd[:, column, stage])
            assert series.colour == MODALITY_COLOURS[one.sources[column]]
            assert np.isnan(series.ends[:, 1:]).all()
    assert panel.range[1] > one.mmd.max()


def test_lambda_stands_on_an_axis_of_names():
    figure = draw_family(family())
    assert figure.layout.xaxis.ticktext == ("0", "0.1", "1")
    assert figure.layout.xaxis.tickvals == (0, 1, 2)
    drawn = [trace for trace in figure.data if trace.mode == "lines+markers"]
    np.testing.assert_array_equal(drawn[0].x, [0, 1, 2])
    np.testing.assert_allclose(drawn[0].error_y.array, 0.2)
    np.testing.assert_allclose(drawn[0].error_y.arrayminus, 0.1)
    assert "1.10 [1.00, 1.30]" in drawn[1].text[1]


def test_cards_without_metrics_leave_the_samples_mmd():
    (row,) = panels_of(family(metrics=()))
    assert [panel.title for panel in row] == [
        "MMD², video, 1 sample ↓",
        "MMD², audio, 1 sample ↓",
    ]
    figure = draw_family(family(metrics=()))
    assert "xaxis3" not in figure.layout.to_plotly_json()


@pytest.mark.parametrize("value", [np.nan, 0.0])
def test_unknown_and_zero_distances_have_a_panel(value):
    one = family(mmd=np.full((3, 2, 3), value))
    panel = panels_of(one)[1][-1]
    assert panel.range[0] < panel.range[1]
    assert draw_family(one).data
    assert ("unknown" in describe_family(one)) == np.isnan(value)


def test_the_words_have_the_numbers():
    text = describe_family(family())
    assert text.startswith("For λ of 0, 0.1, 1: MAE 0, 0.100, 1.00; ")
    assert "L_align 3.00, 3.10, 4.00" in text
    assert text.endswith(".")
    assert lambda_title(0.1) == "λ = 0.1"
