"""Work that is shared among the cores, and what interrupts it."""

import time

import pytest

from fusionviz.data.sets.room_cache import in_parallel


def test_results_come_in_the_order_of_the_seeds():
    assert in_parallel(lambda seed: seed**2, range(20)) == [n**2 for n in range(20)]


@pytest.mark.parametrize("kind", [KeyboardInterrupt, ValueError])
def test_who_interrupts_the_handing_out_waits_for_no_more_than_is_at_hand(kind):
    done = []

    def task(seed):
        time.sleep(0.02)
        done.append(seed)

    class Seeds(list):
        def __iter__(self):
            yield from range(300)
            raise kind

    with pytest.raises(kind):
        in_parallel(task, Seeds())
    assert len(done) < 100
