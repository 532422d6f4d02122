"""The log on disk, and the line of progress."""

import csv
import io

from fusionviz.training.loop.log import Progress, TrainingLog, hours_minutes_seconds
from fusionviz.training.report import RunningMeans


def read(folder):
    with (folder / "log.csv").open(newline="") as file:
        return list(csv.DictReader(file))


def test_a_row_is_one_metric(tmp_path):
    log = TrainingLog(tmp_path)
    log.write(1, 10, 2.5, {"loss": 0.25, "mae": 1e-9})
    log.close()
    assert read(tmp_path) == [
        dict(stage="1", step="10", seconds="2.5", metric="loss", value="0.25"),
        dict(stage="1", step="10", seconds="2.5", metric="mae", value="1e-09"),
    ]
    assert any((tmp_path / "tensorboard").iterdir())


def test_rows_after_the_state_and_a_cut_row_are_dropped(tmp_path):
    log = TrainingLog(tmp_path)
    for stage, step in [(1, 10), (1, 20), (2, 10), (2, 20)]:
        log.write(stage, step, 1.0, {"loss": 1.0})
    log.close()
    with (tmp_path / "log.csv").open("a") as file:
        file.write("2,30,")
    log = TrainingLog(tmp_path, stage=2, step=10)
    log.write(2, 20, 1.0, {"loss": 2.0})
    log.close()
    found = [(row["stage"], row["step"], row["value"]) for row in read(tmp_path)]
    assert found == [("1", "10", "1"), ("1", "20", "1"), ("2", "10", "1"),
                     ("2", "20", "2")]  # fmt: skip


def test_progress_tells_the_end(monkeypatch):
    moments = iter([0.0, 10.0, 40.0, 50.0])
    monkeypatch.setattr("time.monotonic", lambda: next(moments))
    stream = io.StringIO()
    progress = Progress("stage 1/2 toy", 200, 100, stream)
    for step in (120, 180, 200):
        progress.tell(step, "loss 0.5")
    assert stream.getvalue().splitlines() == [
        "stage 1/2 toy  step 180/200  loss 0.5  2 steps/s  0:00:10 left",
        "stage 1/2 toy  step 200/200  loss 0.5  2 steps/s  0:00:00 left",
    ]


def test_a_duration_is_readable():
    assert hours_minutes_seconds(3 * 3600 + 4 * 60 + 5.9) == "3:04:05"


def test_means_leave_out_what_is_not_finite():
    means = RunningMeans({"loss": [1.0, 1]})
    means.add({"loss": 3.0, "mae": float("nan")})
    assert means.take() == {"loss": 2.0}
    assert means.take() == {}
