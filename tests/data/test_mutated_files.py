"""Faults in files of sequences and attention end in a sentence, soon and in few bytes.

More of them: `python -m tests.helpers.mutated_files 2000`.
"""

import numpy as np
import pytest

from tests.helpers import mutated_files
from tests.helpers.mutated_files import Case, mutated, outcomes, whole_files


def test_mutated_files_are_read_or_refused_in_a_sentence():
    found = list(outcomes(150))
    assert {outcome for _, outcome, _, _ in found} == {"read", "refused"}


def test_files_without_faults_are_read():
    for case in whole_files():
        read = case.read()
        held = {"attention": "attention", "arrays": "keys"}
        assert len(getattr(read, held.get(case.reader, "modalities"))) > 0, case.name


def test_mutations_differ_and_repeat_with_their_seed():
    files = whole_files()
    first = [mutated(seed, files).data for seed in range(40)]
    assert first == [mutated(seed, files).data for seed in range(40)]
    assert len(set(first)) > 35
    whole = {case.data for case in files}
    assert sum(data in whole for data in first) < 4


@pytest.mark.parametrize(
    ("reader", "outcome"),
    [
        (lambda data: 1 / 0, "ZeroDivisionError"),
        (lambda data: np.ones(10_000_000), "large"),
        (lambda data: sum(range(20_000_000)), "slow"),
    ],
    ids=["raises", "large", "slow"],
)
def test_what_goes_wrong_is_found(monkeypatch, reader, outcome):
    monkeypatch.setattr(mutated_files, "read_attention", reader)
    only = [Case("attention", "a.npy", b"\x93NUMPY")]
    monkeypatch.setattr(mutated_files, "whole_files", lambda: only)
    monkeypatch.setattr(mutated_files, "SLOWEST_S", 0.1)
    monkeypatch.setattr(mutated_files, "LARGEST_BYTES", 40_000_000)
    ((_, found, _, _),) = outcomes(1)
    assert found.startswith(outcome)
