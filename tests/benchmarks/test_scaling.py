"""A run is recorded cell by cell, goes on where it was stopped, and is told as JSON."""

import json
import os
import signal
import subprocess
import sys
import time

import psutil
import pytest

from benchmarks import scaling
from fusionviz.errors import InputError
from fusionviz.scaling.cells import Cell, CellResult
from fusionviz.scaling.runs import LENGTHS, read_run
from fusionviz.scaling.workloads import WORKLOADS
from tests.helpers.scaling_runs import known_result

CELLS = tuple(Cell(workload="relaxed", length=n, width=8) for n in (96, 192, 384))
ONE = [scaling.Stage(name="one", cells=CELLS)]


class Stopwatch:
    """Takes the place of children: knows what was run, and how steady it was.

    Args:
        spreads: Of the first tries, by length; 1 where it is not named.
        seconds: Of cells, by length; their length in milliseconds where not named.
    """

    def __init__(self, spreads=None, seconds=None):
        self.tried = []
        self.spreads, self.seconds = dict(spreads or {}), seconds or {}

    def __call__(self, cell, limits, should_stop):
        self.tried.append(cell)
        took = self.seconds.get(cell.length, cell.length / 1000)
        spread = self.spreads.pop(cell.length, 1.0)
        return CellResult(
            cell=cell,
            status="done",
            seconds=took,
            seconds_low=took,
            seconds_high=took * spread,
            peak_bytes=1,
        )


def test_models_come_first_then_the_rest_then_training_and_constant_tokens():
    stages = scaling.stages_of()
    every = [cell for stage in stages for cell in stage.cells]
    assert len(every) == len(set(every)) == 255
    assert len(LENGTHS) >= 10
    first = stages[0].cells
    assert {one.workload for one in first} == set(scaling.MODELS)
    assert [one.length for one in first] == sorted(one.length for one in first)
    alone = [c for c in every if c.passes == "forward" and c.batch == 1]
    assert {(c.workload, c.length) for c in alone} == {
        (one.name, length) for one in WORKLOADS for length in LENGTHS
    }
    assert every[: len(alone)] == alone
    trained = {one.workload for one in every if one.passes == "training"}
    assert {"alignmamba", "single-stream-plain", "single-stream-fused"} <= trained
    assert {c.batch * c.length for c in stages[-1].cells} == {16_384}


def test_it_goes_on_where_it_was_stopped(tmp_path):
    path, watch = tmp_path / "scaling-cpu.json", Stopwatch()
    scaling.record(ONE, path, should_stop=lambda: len(watch.tried) > 1, run_one=watch)
    assert [one.cell for one in read_run(path).results] == list(CELLS[:2])
    scaling.record(ONE, path, run_one=watch)
    assert watch.tried == list(CELLS)
    run = read_run(path)
    assert [one.cell for one in run.results] == list(CELLS)
    assert run.machine
    assert run.versions["torch"]


def test_what_was_too_much_before_is_not_tried_when_it_goes_on(tmp_path):
    path, watch = tmp_path / "scaling-cpu.json", Stopwatch()

    def too_much(cell, limits, should_stop):
        return CellResult(cell=cell, status="memory", reason="too much")

    scaling.record([scaling.Stage(name="", cells=CELLS[:1])], path, run_one=too_much)
    run = scaling.record(ONE, path, run_one=watch)
    assert not watch.tried
    assert [one.status for one in run.results] == ["memory"] * 3


def test_another_machines_file_is_left_alone(tmp_path):
    path, watch = tmp_path / "scaling-cpu.json", Stopwatch()
    run = scaling.record(ONE, None, run_one=watch)
    scaling.replace(run, machine="another, 64 threads").save(path)
    with pytest.raises(InputError, match="another, 64 threads"):
        scaling.record(ONE, path, run_one=watch)


def test_what_was_disturbed_is_tried_once_more_and_the_steadier_is_kept(tmp_path):
    path, watch = tmp_path / "scaling-cpu.json", Stopwatch(spreads={192: 1.6, 384: 1.4})
    run = scaling.record(ONE, path, run_one=watch)
    assert [one.length for one in watch.tried] == [96, 192, 384, 192]
    kept = {one.cell.length: one for one in run.results}
    assert (kept[192].tries, kept[192].spread) == (2, 1.0)
    assert (kept[384].tries, kept[384].spread) == (1, pytest.approx(1.4))
    assert read_run(path) == run
    scaling.record(ONE, path, run_one=watch)
    assert len(watch.tried) == 4


def test_what_takes_longer_than_a_longer_sequence_is_tried_again():
    watch = Stopwatch(seconds={96: 0.2, 192: 0.1, 384: 0.11})
    scaling.record(ONE, None, run_one=watch)
    assert [one.length for one in watch.tried] == [96, 192, 384, 96]


def test_a_worse_second_try_does_not_replace_the_first():
    worse = known_result("relaxed", 96, times=2)
    better = known_result("relaxed", 96)
    assert scaling._steadier(worse, better).seconds == better.seconds
    assert scaling._steadier(better, worse).seconds == better.seconds
    assert scaling._steadier(worse, better).tries == 2


@pytest.mark.skipif(os.name != "posix", reason="signals of POSIX")
def test_stopped_by_a_signal_it_saves_and_leaves_no_child(tmp_path):
    path = tmp_path / "scaling-cpu.json"
    script = (
        "from benchmarks import scaling\n"
        "from fusionviz.scaling.cells import Cell\n"
        "cells = [Cell(workload=w, length=n, width=8, threads=1)\n"
        "         for w, n in (('relaxed', 96), ('exact', 12000))]\n"
        "scaling.stages_of = lambda *_, **__: [scaling.Stage(name='', cells=cells)]\n"
        "scaling.main()"
    )
    process = subprocess.Popen([sys.executable, "-c", script, "--out", str(path)])
    deadline = time.monotonic() + 120
    while not path.exists() and time.monotonic() < deadline:
        time.sleep(0.1)
    children: list[psutil.Process] = []
    while not children and time.monotonic() < deadline:
        children = psutil.Process(process.pid).children()
    process.send_signal(signal.SIGTERM)
    assert process.wait(timeout=60) == 0
    assert [one.cell.length for one in read_run(path).results] == [96]
    assert not any(one.is_running() for one in children)


def test_the_quick_run_is_one_object_of_json_on_stdout(capsys):
    result = scaling.run(Stopwatch())
    assert json.loads(json.dumps(result, allow_nan=False))["name"] == "scaling"
    assert len(result["rows"]) == len(scaling.QUICK) * len(WORKLOADS)
    said = capsys.readouterr()
    assert not said.out
    assert "alignmamba forward 96: done" in said.err
    assert "left" in said.err
