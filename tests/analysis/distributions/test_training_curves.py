"""Logs of trainings as curves."""

import csv

import numpy as np
import pytest

from fusionviz.analysis.distributions.training_curves import read_curves
from fusionviz.errors import InputError
from fusionviz.models.cards import ModelCard
from fusionviz.models.checkpoints import checkpoint_folder, read_card

HEADER = "stage,step,seconds,metric,value\n"


@pytest.fixture
def read(monkeypatch, tmp_path):
    """Return what makes curves of the text of a log."""
    monkeypatch.setenv("FUSIONVIZ_CHECKPOINTS", str(tmp_path))
    config = {
        "modalities": [{"name": "video"}, {"name": "text"}],
        "anchor": "text",
        "align_weight": 0.5,
    }

    def make(text):
        if text is not None:
            (tmp_path / "m.log.csv").write_text(text)
        return read_curves(ModelCard(name="m", log="m.log.csv", config=config))

    return make


def test_steps_of_stages_follow_one_another(read):
    curves = read(
        HEADER + "1,10,1.0,error,4\n1,20,2.0,error,2\n2,10,3.5,error,1\n"
        "2,10,3.5,align,0.5\n2,20,4.0,align,nan\n2,20,4.0,learning_rate,0.1\n"
    )
    error = curves.curves["error"]
    np.testing.assert_array_equal(error.steps, [10, 20, 30])
    np.testing.assert_array_equal(error.seconds, [1, 2, 3.5])
    np.testing.assert_array_equal(error.values, [4, 2, 1])
    np.testing.assert_array_equal(error.along("seconds"), np.array([1, 2, 3.5]) / 60)
    np.testing.assert_array_equal(curves.curves["align"].values, [0.5])
    np.testing.assert_array_equal(curves.curves["learning_rate"].steps, [40])
    assert curves.task is error
    assert (curves.sources, curves.align_weight) == (("video",), 0.5)
    assert curves.distance("video", "after") is None
    assert curves.score("video") is None


@pytest.mark.parametrize("window", [1, 3, 5, 21])
def test_smoothing_is_a_mean_over_neighbours(read, window):
    values = np.random.default_rng(0).normal(size=9)
    rows = "".join(f"1,{i},1.0,error,{value!r}\n" for i, value in enumerate(values))
    curve = read(HEADER + rows.replace("np.float64(", "").replace(")", "")).task
    half = window // 2
    expected = [values[max(0, i - half) : i + half + 1].mean() for i in range(9)]
    np.testing.assert_allclose(curve.smoothed(window), expected, atol=1e-12)


def test_a_window_has_a_middle(read):
    curve = read(HEADER + "1,1,1.0,error,1\n").task
    np.testing.assert_array_equal(curve.smoothed(5), [1])
    for window in (0, 4, -1):
        with pytest.raises(ValueError, match="odd"):
            curve.smoothed(window)


def test_a_cut_last_row_is_left_out(read):
    curves = read(HEADER + "1,10,1.0,error,4\n1,20,")
    np.testing.assert_array_equal(curves.task.values, [4])


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (None, "missing or empty"),
        ("", "missing or empty"),
        (HEADER, "missing or empty"),
        (HEADER + "1,ten,1.0,error,4\n", "damaged"),
        (HEADER + "1,10,1.0,error,four\n", "damaged"),
        (HEADER + "\x00,\x01,1.0,error,four\n", "damaged"),
    ],
)
def test_a_log_that_cannot_be_read_is_a_sentence_with_the_cure(read, text, said):
    with pytest.raises(InputError, match=f"m.log.csv is {said}.*restore the file"):
        read(text)


def test_bytes_that_are_no_text_are_a_damaged_log(read, tmp_path):
    (tmp_path / "m.log.csv").write_bytes(b"\xff\xfe\x00\x80" * 9)
    with pytest.raises(InputError, match="damaged"):
        read(None)


def test_a_card_without_a_log_says_so():
    with pytest.raises(InputError, match="without a training log"):
        read_curves(ModelCard(name="m"))


def test_the_shipped_logs_are_read_as_they_stand():
    card = read_card("alignmamba-sentiment")
    curves = read_curves(card)
    with (checkpoint_folder() / card.log).open(newline="") as file:
        rows = [row for row in csv.DictReader(file) if row["metric"] == "align"]
    np.testing.assert_array_equal(
        curves.curves["align"].values, [float(row["value"]) for row in rows]
    )
    assert curves.curves["align"].steps[-1] == card.steps
    for source in ("video", "audio"):
        assert curves.score(source) is not None
        for when in ("before", "after"):
            assert curves.distance(source, when).values.min() >= 0
