"""Work beside the page."""

import pytest

from fusionviz.errors import InputError
from fusionviz.turns import Turns
from fusionviz.ui.shared import jobs
from fusionviz.ui.shared.jobs import Job


def until_stopped(tell):
    while tell(0.5, "reading"):
        pass
    return "what is done"


def test_it_says_what_the_trouble_was():
    def work(tell):
        raise InputError("There is nothing to read.")

    job = Job(work)
    job.wait(10)
    assert job.error == "There is nothing to read."


def test_a_stop_reaches_the_work_and_what_is_done_is_kept():
    def work(tell):
        while tell(0.5, "reading"):
            pass
        return "what is done"

    job = Job(work)
    assert job.running
    job.stop()
    job.wait(10)
    assert job.result == "what is done"
    assert (job.share, job.doing) == (0.5, "reading")
    assert not job.running


def test_work_that_waits_for_its_turn_can_be_stopped_and_takes_none():
    turn = Turns(1)
    first = Job(until_stopped, turn)
    second = Job(until_stopped, turn)
    assert second.running
    assert "turn" in second.doing
    second.stop()
    second.wait(10)
    assert not second.running
    assert second.result is None
    assert first.running
    first.stop()
    first.wait(10)
    assert turn.take()


def test_the_turn_comes_back_where_work_fails():
    turn = Turns(1)

    def fail(tell):
        raise InputError("no")

    Job(fail, turn).wait(10)
    assert turn.take()


@pytest.mark.parametrize("comes_back", [True, False])
def test_work_of_a_reader_who_has_left_ends_after_a_while(monkeypatch, comes_back):
    clock, looks = [0.0], []
    monkeypatch.setattr(jobs.time, "monotonic", lambda: clock[0])

    def is_there():
        looks.append(clock[0])
        return clock[0] < 10 or (comes_back and clock[0] > 25)

    told = []

    def work(tell):
        for second in range(60):
            clock[0] = float(second)
            if not tell(0.5, "reading"):
                break
            told.append(second)

    Job(work, is_there=is_there).wait(10)
    # last seen at 9, and away for 20 seconds
    assert max(told) == (59 if comes_back else 28)
    assert looks
