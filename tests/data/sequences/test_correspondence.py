"""Scores of alignments that are worked out by hand."""

import numpy as np
import pytest

from fusionviz.data.sequences.correspondence import alignment_score, clock_assignment
from fusionviz.data.sequences.samples import SequenceSample

TRUTH = np.array([0, 0, 1, -1, 2])


def one_hot(chosen, targets=3):
    return np.eye(targets)[chosen] / len(chosen)


def test_steps_without_a_target_are_not_counted():
    assert alignment_score(np.array([0, 0, 1, 2, 2]), TRUTH) == 1
    assert alignment_score(np.array([0, 1, 1, 2, 0]), TRUTH) == 0.5
    assert alignment_score(one_hot([0, 1, 1, 2, 0]), TRUTH) == 0.5


def test_padding_of_a_plan_does_not_matter():
    plan = np.zeros((8, 6))
    plan[:5, :3] = one_hot([0, 0, 1, 2, 2])
    assert alignment_score(plan, TRUTH) == 1


def test_rows_that_say_nothing_are_wrong():
    plan = one_hot([0, 0, 1, 2, 2])
    plan[0] = 1 / 3
    plan[2] = np.nan
    assert alignment_score(plan, TRUTH) == 0.5
    assert alignment_score(np.zeros((5, 1)), np.zeros(5, int)) == 0
    assert alignment_score(np.full((5, 1), 0.2), np.zeros(5, int)) == 1


def test_without_a_truth_there_is_no_score():
    assert np.isnan(alignment_score(np.zeros((2, 3)), np.array([-1, -1])))


@pytest.mark.parametrize("plan", [np.zeros((4, 3)), np.zeros((1, 5, 3))])
def test_plans_of_other_shapes_are_refused(plan):
    with pytest.raises(ValueError, match="plan must be"):
        alignment_score(plan, TRUTH)


def timed(frames, words):
    return SequenceSample(
        modalities={
            "text": np.zeros((len(words), 1), np.float32),
            "video": np.zeros((len(frames), 1), np.float32),
        },
        times={"text": np.float32(words), "video": np.float32(frames)},
    )


def test_the_clock_takes_the_nearest_word():
    frames = [[0, 0.2], [0.9, 1.1], [1.6, 1.8], [9, 10], [np.nan, np.nan]]
    words = [[0, 0.5], [1.0, 1.5], [np.nan, np.nan], [2.0, 3.0]]
    assert clock_assignment(timed(frames, words), "video").tolist() == [0, 1, 1, 3, -1]


def test_without_times_there_is_no_clock():
    sample = timed([[0, 1]], [[0, 1]])
    with pytest.raises(ValueError, match="no times of audio"):
        clock_assignment(sample, "audio")
