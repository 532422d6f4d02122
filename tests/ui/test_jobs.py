"""Work beside the page."""

import gc

from fusionviz.errors import InputError
from fusionviz.ui.jobs import Job


def test_collecting_garbage_is_quick_while_it_works():
    """What was there before is left out of what Streamlit collects at each look."""

    def work(tell):
        before = len(gc.get_objects())
        return gc.get_freeze_count(), before

    job = Job(work)
    job.wait(10)
    frozen, others = job.result
    assert frozen > 10_000
    assert others < frozen / 10
    assert gc.get_freeze_count() == 0


def test_it_thaws_after_trouble_and_says_what_it_was():
    def work(tell):
        raise InputError("There is nothing to read.")

    job = Job(work)
    job.wait(10)
    assert job.error == "There is nothing to read."
    assert gc.get_freeze_count() == 0


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
