"""The Live tab: cells come in, are given up, paused, stopped, and joined."""

import json
import time

import pytest

from fusionviz.scaling.cells import CellResult
from fusionviz.scaling.live import LiveRun
from fusionviz.scaling.runs import ScalingRun
from fusionviz.ui.scaling.live import MEASURING, PLACE
from tests.helpers.app.pages import address_of, alts, words
from tests.helpers.scaling_runs import known_result, known_run, write_runs

PAGE = "pages/scaling.py"
TAB = {"tab": "Live on this machine", "live_lengths": "128_512"}


def measured(cell, limits, should_stop):
    """Take the place of a child: what is longer than 128 tokens does not fit."""
    del limits, should_stop
    if cell.workload == "single-stream-plain" and cell.length > 128:
        reason = "It took more than 0.25 GiB."
        return CellResult(cell=cell, status="memory", reason=reason)
    return known_result(cell.workload, cell.length, times=3)


@pytest.fixture
def no_child(monkeypatch):
    """Cells are not really run."""
    init = LiveRun.__init__
    monkeypatch.setattr(
        LiveRun,
        "__init__",
        lambda self, cells, limits: init(self, cells, limits, run=measured),
    )


def finish(app):
    """Wait for the job, and run the page once more."""
    job = app.session_state[f"_job_{PLACE}"][1]
    job.wait(30)
    return app.run()


def test_nothing_is_measured_until_it_is_asked_for(run_app, results):
    app = run_app(PAGE, address=TAB)
    assert not app.exception
    assert "6 cells" in app.button(key="start_live").label
    assert not alts(app)


def test_cells_come_in_and_stand_beside_the_recorded_machine(
    run_app, results, no_child
):
    write_runs(results, cpu=known_run("recorded"))
    app = finish(run_app(PAGE, address=TAB).button(key="start_live").click().run())
    assert not app.exception
    (alt,) = alts(app)
    assert "given up at 512 tokens" in alt
    assert "Single-stream Transformer, plain attention, 512 tokens" in words(app)
    spec = app.get("plotly_chart")[0].proto.spec
    assert "pale: recorded" in spec
    run = ScalingRun.from_json(app.session_state[f"_job_{PLACE}"][1].result.to_json())
    assert len(run.results) == 6
    assert [one.status for one in run.results].count("memory") == 1


def test_what_is_measured_is_chosen_and_linked(run_app, results):
    app = run_app(PAGE, address={**TAB, "live_family": "part"})
    assert "12 cells" in app.button(key="start_live").label
    app.multiselect(key="live_part").set_value(["encoders"]).run()
    assert "2 cells" in app.button(key="start_live").label
    said = address_of(app)
    assert said["live_part"] == "encoders"
    assert said["live_lengths"] == "128_512"
    again = run_app(PAGE, address=said)
    assert "2 cells" in again.button(key="start_live").label
    app.multiselect(key="live_part").set_value([]).run()
    assert app.button(key="start_live").disabled


def test_a_run_is_paused_goes_on_and_is_stopped(run_app, results, monkeypatch):
    def slow(cell, limits, should_stop):
        while not should_stop():
            time.sleep(0.02)
        return CellResult(cell=cell, status="stopped")

    init = LiveRun.__init__
    monkeypatch.setattr(
        LiveRun,
        "__init__",
        lambda self, cells, limits: init(self, cells, limits, run=slow),
    )
    app = run_app(PAGE, address=TAB).button(key="start_live").click().run()
    assert app.button(key="start_live").disabled
    app.button(key="pause_live").click().run()
    assert app.button(key="pause_live").label == "Go on"
    app.button(key="pause_live").click().run()
    assert app.button(key="pause_live").label == "Pause"
    began = time.monotonic()
    app.button(key=f"stop_{PLACE}").click().run()
    finish(app)
    assert time.monotonic() - began < 10
    assert not app.exception
    assert "stopped" in words(app)
    until = time.monotonic() + 2
    assert MEASURING.take(lambda: time.monotonic() < until)
    MEASURING.give_back()


def test_why_says_what_is_held_without_a_run_and_where_time_goes_with_one(
    run_app, results
):
    app = run_app(PAGE, address={"tab": "Why", "held_length": "2048"})
    assert not app.exception
    assert "64.0 MiB" in words(app)  # 4 heads x 2048² x 4 bytes
    assert "python -m benchmarks.scaling" in words(app)
    assert len(alts(app)) == 1
    write_runs(results, cpu=known_run())
    app = run_app(PAGE, address={"tab": "Why", "parts_scale": "seconds"})
    assert len(alts(app)) == 2
    spec = json.loads(app.get("plotly_chart")[0].proto.spec)
    assert spec["layout"]["yaxis"]["title"]["text"] == "seconds"


def test_parts_that_were_measured_here_are_shown_there(run_app, results, no_child):
    write_runs(results, cpu=known_run())
    app = run_app(PAGE, address={**TAB, "live_family": "part"})
    app = finish(app.button(key="start_live").click().run())
    assert len(alts(app)) == 1
    app.session_state["tab"] = "Why"
    app.run()
    assert not app.exception
    app.segmented_control(key="parts_source").set_value("here").run()
    assert "At 512 tokens" not in words(app)
    assert any("at 512 tokens" in alt for alt in alts(app))
