"""What is drawn of trainings."""

import math

import numpy as np
import pytest

from fusionviz.analysis.distributions.training_curves import Curve, TrainingCurves
from fusionviz.views.distributions.training_curves import (
    describe_training,
    draw_training,
    is_log,
    loss_axis,
)
from fusionviz.views.shared.style import MODALITY_COLOURS


def curve(values, every=10):
    steps = every * np.arange(1, len(values) + 1, dtype=float)
    return Curve(steps=steps, seconds=6 * steps, values=np.asarray(values, float))


def training(name="alignmamba-a", weight=0.1, measured=True):
    curves = {
        "error": curve(np.linspace(2, 1, 20)),
        "align": curve(np.geomspace(1, 0.01, 20)),
        "learning_rate": curve(np.full(20, 0.002)),
    }
    if measured:
        curves["validation/a_distance_video_before"] = curve([1.5, 1.8], 100)
        curves["validation/a_distance_video_after"] = curve([1.2, 1.1], 100)
        curves["validation/alignment_score_video"] = curve([0.5, 0.9], 100)
    return TrainingCurves(
        name=name, align_weight=weight, curves=curves, sources=("video",)
    )


def in_panel(figure, row, column, columns):
    number = (row - 1) * columns + column
    axis = "y" if number == 1 else f"y{number}"
    return [trace for trace in figure.data if (trace.yaxis or "y") == axis]


@pytest.mark.parametrize("axis", ["steps", "seconds"])
def test_losses_are_drawn_as_they_are_and_smoothed(axis):
    one = training()
    figure = draw_training([one], smoothing=3, axis=axis)
    for row, name in ((1, "error"), (2, "align")):
        pale, smooth = in_panel(figure, row, 1, 1)
        expected = one.curves[name]
        np.testing.assert_array_equal(pale.y, expected.values)
        np.testing.assert_array_equal(smooth.y, expected.smoothed(3))
        where = expected.steps if axis == "steps" else expected.seconds / 60
        np.testing.assert_array_equal(smooth.x, where)
        assert pale.opacity < 0.5
        np.testing.assert_array_equal(np.array(smooth.customdata)[:, 2], 0.002)
    assert figure.layout.xaxis4.title.text == (
        "optimiser steps" if axis == "steps" else "minutes"
    )


def test_distances_are_dotted_before_and_solid_after_alignment():
    figure = draw_training([training()])
    before, after = in_panel(figure, 3, 1, 1)
    assert (before.line.dash, after.line.dash) == ("dot", "solid")
    np.testing.assert_array_equal(after.y, [1.2, 1.1])
    assert after.line.color == MODALITY_COLOURS["video"]
    (score,) = in_panel(figure, 4, 1, 1)
    np.testing.assert_array_equal(score.y, [0.5, 0.9])


def test_a_log_without_measurements_says_so_in_its_panel():
    figure = draw_training([training(), training("alignmamba-b", measured=False)])
    told = [one.text for one in figure.layout.annotations]
    assert told.count("no A-distance in this log") == 1
    assert told.count("no alignment score in this log") == 1
    empty = TrainingCurves(
        name="c",
        align_weight=math.nan,
        curves={"loss": curve([1.0])},
        sources=(),
    )
    told = [one.text for one in draw_training([empty]).layout.annotations]
    assert told.count("not in this log") == 2
    assert "<b>c</b>, λ unknown" in told


def test_each_row_has_one_range_and_each_name_one_entry():
    runs = [training(weight=w) for w in (0.0, 0.1, 1.0)]
    figure = draw_training(runs)
    for row in range(4):
        axes = [figure.layout["yaxis" + (str(3 * row + c) if row or c > 1 else "")]
                for c in (1, 2, 3)]  # fmt: skip
        assert len({axis.range for axis in axes}) == 1
        assert axes[0].range is not None
    legend = [trace.name for trace in figure.data if trace.showlegend]
    assert legend == ["video, before alignment", "video, after alignment"]
    told = [one.text for one in figure.layout.annotations]
    assert "<b>a</b>, λ = 0.1" in told


def test_a_loss_that_falls_far_has_a_marked_logarithmic_axis():
    figure = draw_training([training()], smoothing=1)
    assert figure.layout.yaxis.type != "log"
    assert figure.layout.yaxis2.type == "log"
    assert figure.layout.yaxis2.title.text.endswith("log")
    low, high = figure.layout.yaxis2.range
    assert low < -2 < 0 < high
    assert figure.layout.yaxis2.tickvals == (0.01, 0.1, 1)


def test_a_loss_of_zero_has_a_linear_axis():
    for values in ([0.0, 0.0], [1.0, 0.0], [-1.0, 3.0]):
        one = curve(values)
        assert not is_log([one, None], 1)
        low, high = loss_axis([one], 1)["range"]
        assert low <= min(values) <= max(values) < high
    assert not is_log([None], 1)
    assert loss_axis([None], 1)["range"][1] > 0


def test_the_words_say_where_losses_start_and_end():
    text = describe_training([training(), training("alignmamba-b")])
    assert text.endswith(".")
    assert "alignmamba-a: the task's loss from 2.00 to 1.00" in text
    assert "the alignment loss from 1.00 to 0.0100" in text
    assert "alignmamba-b" in text


def test_a_legend_of_two_lines_has_room_above_the_names():
    one = training()
    curves = {
        name.replace("video", source): values
        for name, values in one.curves.items()
        for source in ("video", "audio", "depth")
    }
    three = TrainingCurves(
        name="b",
        align_weight=0.1,
        curves=curves,
        sources=("video", "audio", "depth"),
    )
    one_line, two_lines = (
        draw_training(list(shown)).layout.margin.t for shown in ([one], [one, three])
    )
    assert two_lines >= one_line + 20
