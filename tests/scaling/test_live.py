"""A run that is watched: what it tells, how it pauses and ends."""

import threading
import time

import pytest

from fusionviz.scaling import live
from fusionviz.scaling.cells import Cell, CellResult, Limits
from fusionviz.scaling.live import LiveRun
from fusionviz.scaling.pace import START_SECONDS, expected_seconds, in_words
from fusionviz.scaling.runs import make_cells

CELLS = make_cells(["relaxed", "exact"], [128, 256, 512], width=8)


def quick(cell, limits, should_stop):
    del limits, should_stop
    return CellResult(cell=cell, status="done", seconds=cell.length / 1e6)


def test_results_come_in_order_and_the_share_rises_to_its_end():
    shares, work = [], LiveRun(CELLS, Limits(), run=quick)

    def tell(share, doing):
        shares.append(share)
        assert "tokens" in doing
        return True

    run = work(tell)
    assert [one.cell for one in run.results] == CELLS
    assert run == work.run
    assert shares == sorted(shares)
    assert shares[0] == 0
    assert work.seconds_left == 0


def test_what_is_left_follows_the_pace_of_what_is_done():
    work = LiveRun(CELLS, Limits())
    guess = work.seconds_left
    assert guess == pytest.approx(sum(expected_seconds(c, Limits()) for c in CELLS))
    work.run = work.run.with_result(CellResult(cell=CELLS[0], status="done"))
    work._pace.learn(CELLS[0], 3 * expected_seconds(CELLS[0], Limits()))
    rest = sum(expected_seconds(cell, Limits()) for cell in CELLS[1:])
    assert work.seconds_left == pytest.approx(3 * rest)


def test_long_cells_are_expected_to_take_longer_up_to_the_limit():
    def seconds(length):
        cell = Cell(workload="single-stream-plain", length=length)
        return expected_seconds(cell, Limits(seconds=30))

    assert seconds(128) < seconds(4096) < seconds(6400)
    assert seconds(100_000) == seconds(200_000) == START_SECONDS + 30


def test_time_is_told_as_one_says_it():
    assert in_words(0.2) == "about 1 s"
    assert in_words(42) == "about 40 s"
    assert in_words(150) == "about 2 min"


def test_it_ends_with_what_it_has_when_the_one_who_is_told_says_so():
    told = []

    def tell(share, doing):
        told.append(share)
        return len(told) < 3

    run = LiveRun(CELLS, Limits(), run=quick)(tell)
    assert len(run.results) == 2


def test_a_pause_begins_no_cell_and_is_told(monkeypatch):
    work, doings = LiveRun(CELLS, Limits(), run=quick), []
    work.pause.set()

    def tell(share, doing):
        doings.append(doing)
        return True

    thread = threading.Thread(target=work, args=(tell,))
    thread.start()
    time.sleep(0.3)
    assert not work.run.results
    assert "paus" in doings[-1]
    work.pause.clear()
    thread.join(timeout=10)
    assert len(work.run.results) == len(CELLS)


def test_a_forgotten_pause_ends_the_run(monkeypatch):
    monkeypatch.setattr(live, "LONGEST_PAUSE", 0.1)
    work = LiveRun(CELLS, Limits(), run=quick)
    work.pause.set()
    assert not work(lambda share, doing: True).results
