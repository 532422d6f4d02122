"""Votes and curves as they are drawn."""

import numpy as np
import pytest

from fusionviz.views.classroom.predictions import (
    describe_choice_votes,
    describe_curves,
    describe_number_votes,
    draw_choice_votes,
    draw_curves,
    draw_number_votes,
    number_edges,
)


def test_choices_have_a_bar_each_also_without_votes():
    (bar,) = draw_choice_votes(["a", "b", "c"], [2, 0, 2]).data
    assert list(bar.x) == [1, 0, 2]
    assert describe_choice_votes(["a", "b"], [0, 0, 1]) == "3 votes. a: 2, b: 1."


@pytest.mark.parametrize("log", [False, True])
def test_numbers_are_counted_in_bins_of_the_scale(log):
    low, high = 1e-3, 1.0
    votes = [1e-3, 1.0, 0.5, 5.0]
    (bar,) = draw_number_votes(votes, low=low, high=high, log=log, unit="m").data
    assert sum(bar.y) == len(votes)
    edges = number_edges(low, high, log=log)
    steps = np.diff(np.log(edges) if log else edges)
    np.testing.assert_allclose(steps, steps[0])


def test_numbers_are_told_by_their_median():
    assert describe_number_votes([], unit="m") == "0 votes."
    assert "half of them below 2.00" in describe_number_votes([1, 2, 9], unit="m")


def test_the_computed_curve_is_drawn_where_it_may_be_seen():
    curves = [(1.0, 2.0), (3.0, 4.0)]
    scale = {"low": 0.0, "high": 5.0, "unit": "bits", "log": False}
    hidden = draw_curves(["a", "b"], curves, None, **scale)
    assert [trace.name for trace in hidden.data] == ["predicted"] * 2
    seen = draw_curves(["a", "b"], curves, (5.0, 6.0), **scale)
    assert list(seen.data[-1].y) == [5.0, 6.0]
    assert seen.layout.yaxis.title.text == "bits"
    told = describe_curves(["a", "b"], curves, (5.0, 6.0))
    assert "predicted 2.00 at a, 3.00 at b" in told
    assert "computed 5.00 at a, 6.00 at b" in told


def test_a_curve_over_powers_of_ten_is_drawn_in_their_logarithm():
    scale = {"low": 1e-2, "high": 1e5, "unit": "MiB", "log": True}
    axis = draw_curves(["a", "b"], [], (1.0, 10.0), **scale).layout.yaxis
    assert axis.type == "log"
    np.testing.assert_allclose(axis.range, [-2, 5])


def test_places_of_a_curve_are_marked_before_anybody_has_drawn_one():
    scale = {"low": 0.0, "high": 1.0, "unit": "", "log": False}
    figure = draw_curves(["a", "b"], [], None, **scale)
    assert list(figure.layout.xaxis.categoryarray) == ["a", "b"]
    assert list(figure.data[0].x) == ["a", "b"]


def test_votes_on_numbers_have_few_labels_and_whole_counts():
    figure = draw_number_votes([1e-5] * 3, low=1e-9, high=1.0, log=True, unit="")
    axis = figure.layout.xaxis
    assert list(axis.tickvals) == [0, 3, 6, 9, 12]
    assert axis.ticktext[0] == "1.00 × 10⁻⁹"
    assert axis.ticktext[-1] == "1.00"
    assert figure.layout.yaxis.dtick == 1
    (bar,) = figure.data
    (place,) = np.flatnonzero(bar.y)
    low, high = bar.customdata[place].split(" to ")
    assert (low, high) == ("5.62 × 10⁻⁶", "3.16 × 10⁻⁵")
