"""Work that is shared among the cores, and what interrupts it."""

import time

import pytest

from fusionviz.data.sets import room_cache
from fusionviz.data.sets.room_cache import in_parallel, load_rooms


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


def test_many_rooms_to_render_are_told_before_they_are(tmp_path, monkeypatch, caplog):
    monkeypatch.setenv("FUSIONVIZ_CACHE", str(tmp_path))
    monkeypatch.setattr(room_cache, "TOLD_FROM", 3)
    told = []

    def store(folder, seed, size):
        told.append(len(caplog.records))
        room_cache._room_file(folder, seed).touch()

    monkeypatch.setattr(room_cache, "_store_room", store)
    with caplog.at_level("INFO", logger="fusionviz"):
        load_rooms([1, 2], (8, 16))
        assert not caplog.records
        load_rooms([1, 2, 3, 4, 5], (8, 16))
    (record,) = caplog.records
    said = record.getMessage()
    assert "3 rooms of 8 x 16" in said
    assert str(tmp_path) in said
    assert told == [0, 0, 1, 1, 1]
