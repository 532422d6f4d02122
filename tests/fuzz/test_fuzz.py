"""Faults in whatever comes in end in a sentence, soon and in few bytes.

More of them: `python -m tests.fuzz --cases 5000`.
"""

import gc
import os
import time

import numpy as np
import pytest

from fusionviz.errors import InputError
from tests.fuzz import judge as judging
from tests.fuzz.__main__ import main
from tests.fuzz.addresses import ADDRESSES
from tests.fuzz.judge import end_of, judge
from tests.fuzz.kinds import BATCH, Kind
from tests.fuzz.pairs import FILES, check_pair
from tests.fuzz.sequences import (
    ATTENTION,
    TABLE,
    check_attention,
    check_sequences,
    sequence_files,
)
from tests.fuzz.table import KINDS


@pytest.mark.parametrize("kind", KINDS, ids=str)
def test_a_batch_of_each_kind_is_read_or_refused(kind):
    found = list(judge(kind, 0))
    assert len(found) == BATCH
    assert not [one for one in found if not one.is_sound]
    if kind is not ADDRESSES:  # of which pages take what they know
        assert "refused" in {one.end for one in found}


@pytest.mark.fuzz
@pytest.mark.timeout(7200)
def test_many_cases(capsys):
    assert main(["--cases", "5000"]) == 0
    assert int(capsys.readouterr().out.splitlines()[-1].split()[1]) >= 5000


def test_files_without_faults_are_read():
    ends = [end_of(lambda d=d: check_pair(None, d, "auto")) for d in FILES]
    assert ends.count("read") >= len(ends) // 2
    for name, data in sequence_files():
        more = {} if name.endswith((".npz", ".zip")) else {"text.csv": TABLE}
        check_sequences({name: data, **more})
    for data in ATTENTION:
        check_attention(data)


@pytest.mark.parametrize("kind", KINDS, ids=str)
def test_faults_differ_and_repeat_with_their_number(kind):
    first, again = ([repr(one) for one in kind.batch(0)] for _ in range(2))
    assert first == again
    assert len(set(first)) > BATCH // 2


def kind_of(reading):
    return Kind(name="toy", share=1, mutated=lambda random: reading)


def refuse():
    raise InputError("Two\nlines.")


def burn():
    """Take more of the processor than is allowed, and less than counts as hanging."""
    began = time.process_time()
    while time.process_time() - began < 0.2:
        pass


@pytest.mark.parametrize(
    ("reading", "end"),
    [
        (lambda: 1 / 0, "ZeroDivisionError"),
        (lambda: np.ones(10_000_000), "large"),
        (lambda: bytearray(2_000_000_000), "MemoryError"),
        (burn, "slow"),
        (refuse, "refused without a sentence"),
        (lambda: os._exit(3), "ended: ended the process (3)"),
        (lambda: time.sleep(200), "ended: hangs"),
    ],
    ids=["raises", "large", "too large", "slow", "two lines", "ends", "hangs"],
)
def test_what_goes_wrong_is_found(monkeypatch, reading, end):
    monkeypatch.setattr(judging, "SLOWEST_S", 0.1)
    patience = 1.0 if "hangs" in end else 100.0
    monkeypatch.setattr(judging, "PATIENCE_S", patience)
    monkeypatch.setattr(judging, "LARGEST_BYTES", 40_000_000)
    monkeypatch.setattr(judging, "MOST_BYTES", 150_000_000)
    found = next(judge(kind_of(reading), 0))
    assert found.end.startswith(end)


def test_garbage_from_before_hides_no_memory(monkeypatch):
    monkeypatch.setattr(judging, "LARGEST_BYTES", 40_000_000)

    def read():
        gc.collect()
        return np.ones(10_000_000)

    class Ring:
        """What only a look for circles frees."""

    gc.disable()
    try:
        ring = Ring()
        ring.me, ring.array = ring, np.ones(20_000_000)
        del ring
        found = next(judge(kind_of(read), 0))
    finally:
        gc.enable()
        gc.collect()
    assert found.end.startswith("large")


def test_cases_after_one_that_ends_the_process_are_read_too():
    places = iter(range(1000))

    def mutated(random):
        place = next(places) % BATCH
        return (lambda: os._exit(1)) if place == 3 else (lambda: None)

    found = list(judge(Kind(name="toy", share=1, mutated=mutated), 0))
    assert [one.place for one in found] == list(range(BATCH))
    assert [one.place for one in found if not one.is_sound] == [3]
