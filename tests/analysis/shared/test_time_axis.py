"""Tokens lie where their clocks say, else in order."""

import numpy as np
import pytest

from fusionviz.analysis.shared.subjects.tokens import TokenSide
from fusionviz.analysis.shared.time_axis import time_axis


def side(name, times=None, count=None):
    times = None if times is None else np.array(times, np.float32)
    labels = tuple(map(str, range(count if times is None else len(times))))
    return TokenSide(name=name, labels=labels, times=times)


NAN = [np.nan, np.nan]


def test_known_times_are_taken_as_they_are():
    words, frames = [[0, 1], [1.5, 2]], [[-1, -0.5], [2, 3], [3, 4]]
    axis = time_axis([side("text", words), side("video", frames)])
    assert axis.in_seconds
    assert axis.guessed == 0
    np.testing.assert_array_equal(axis.spans["text"], words)
    np.testing.assert_array_equal(axis.spans["video"], frames)
    assert axis.reach == (-1, 4)


def test_unknown_times_go_on_in_the_neighbours_steps():
    axis = time_axis([side("text", [NAN, [1, 2], NAN, [3, 4], NAN, NAN])])
    assert axis.guessed == 4
    np.testing.assert_allclose(
        axis.spans["text"], [[0, 1], [1, 2], [2, 3], [3, 4], [4, 5], [5, 6]]
    )


def test_one_known_time_is_enough():
    axis = time_axis([side("text", [NAN, [1, 2], NAN])])
    np.testing.assert_allclose(axis.spans["text"], [[0, 1], [1, 2], [2, 3]])


def test_a_span_that_ends_before_it_starts_is_turned_round():
    assert time_axis([side("text", [[2, 1]])]).spans["text"].tolist() == [[1, 2]]


@pytest.mark.parametrize("times", [None, [NAN, NAN]])
def test_without_a_clock_rows_are_spread_evenly(times):
    axis = time_axis([side("text", times, 2), side("video", [[7, 8]] * 4)])
    assert not axis.in_seconds
    np.testing.assert_allclose(axis.spans["text"], [[0, 2], [2, 4]])
    np.testing.assert_allclose(axis.spans["video"], [[0, 1], [1, 2], [2, 3], [3, 4]])


def test_an_axis_has_a_length_also_of_one_moment():
    low, high = time_axis([side("text", [[3, 3]])]).reach
    assert low < 3 < high
