"""What parts have measured is as if it had been measured at once."""

import numpy as np

from fusionviz.training.metrics.intervals import Measurement, largest
from fusionviz.training.metrics.joining import MeasuredPart, join_measured


def part(samples, **values):
    arrays = {name: np.array(one) for name, one in values.items()}
    return MeasuredPart(samples=samples, values=arrays)


def test_values_follow_each_other_and_keep_their_figure():
    known = {"x": Measurement(values=np.zeros(1), statistic=largest)}
    joined = join_measured([part(2, x=[1.0, 5.0]), part(1, x=[3.0])], known)
    np.testing.assert_array_equal(joined["x"].values, [1, 5, 3])
    assert joined["x"].statistic is largest


def test_what_one_part_lacks_is_unknown_there():
    joined = join_measured([part(3), part(2, x=[0.5, 1.0])], {})
    np.testing.assert_array_equal(
        joined["x"].values, [np.nan, np.nan, np.nan, 0.5, 1.0]
    )


def test_shorter_samples_have_no_steps_where_longer_ones_do():
    short, long = [[[1.0, 2.0]]], [[[3.0, 4.0], [5.0, 6.0]]]
    joined = join_measured([part(1, x=short), part(1, x=long)], {})
    none = [np.nan, np.nan]
    np.testing.assert_array_equal(
        joined["x"].values, [[[1, 2], none], [[3, 4], [5, 6]]]
    )


def test_whole_numbers_and_truths_stay_such():
    parts = [part(1, x=[[1, 2]], y=[True]), part(1, x=[[3, 4]], y=[False])]
    joined = join_measured(parts, {})
    assert joined["x"].values.dtype.kind == "i"
    assert joined["y"].values.dtype.kind == "b"


def test_what_is_of_the_first_samples_is_of_the_first_part_alone():
    known = {"d": Measurement(values=np.zeros(9), of_first=True)}
    parts = [part(2, d=[1.0, 2.0, 3.0]), part(2, d=[9.0])]
    np.testing.assert_array_equal(join_measured(parts, known)["d"].values, [1, 2, 3])
    assert "d" not in join_measured([part(2), part(2, d=[9.0])], known)
