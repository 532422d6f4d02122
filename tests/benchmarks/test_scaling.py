"""A run is recorded cell by cell, goes on where it was stopped, and is told as JSON."""

import json

import pytest

from benchmarks import scaling
from fusionviz.scaling.cells import CellResult
from fusionviz.scaling.runs import LENGTHS, read_run
from fusionviz.scaling.workloads import WORKLOADS


@pytest.fixture
def tried(monkeypatch):
    """The cells that were run; none is really."""
    cells = []

    def run_cells(wanted, limits):
        for cell in wanted:
            cells.append(cell)
            yield CellResult(cell=cell, status="done", seconds=1.0)

    monkeypatch.setattr(scaling, "run_cells", run_cells)
    return cells


def test_a_recorded_run_has_every_workload_at_ten_lengths_and_training():
    cells = scaling.cells_of(LENGTHS)
    assert len(LENGTHS) >= 10
    forward = [one for one in cells if one.passes == "forward"]
    assert len(forward) == len(LENGTHS) * len(WORKLOADS)
    trained = {one.workload for one in cells if one.passes == "training"}
    assert {"alignmamba", "single-stream-plain", "single-stream-fused"} <= trained
    assert [one.length for one in cells] == sorted(one.length for one in cells)


def test_it_goes_on_where_it_was_stopped(tried, tmp_path):
    path, cells = tmp_path / "scaling-cpu.json", scaling.cells_of((96,), quick=True)
    scaling.record(cells[:3], path)
    assert len(read_run(path).results) == 3
    scaling.record(cells, path)
    assert tried == cells
    run = read_run(path)
    assert [one.cell for one in run.results] == cells
    assert run.machine
    assert run.versions["torch"]


def test_the_quick_run_is_one_object_of_json_on_stdout(tried, capsys):
    result = scaling.run()
    assert json.loads(json.dumps(result, allow_nan=False))["name"] == "scaling"
    assert len(result["rows"]) == len(scaling.QUICK) * len(WORKLOADS)
    said = capsys.readouterr()
    assert not said.out
    assert "alignmamba forward 96: done" in said.err
