"""Work beside the page."""

from fusionviz.errors import InputError
from fusionviz.ui.shared.jobs import Job


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
