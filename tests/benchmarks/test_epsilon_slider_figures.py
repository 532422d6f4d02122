"""The benchmark of the ε slider measures what it says, on a tiny model."""

import json

import pytest

from benchmarks import epsilon_slider
from tests.helpers.tiny_models import tiny_alignmamba


@pytest.fixture
def rows(monkeypatch):
    monkeypatch.setattr(
        epsilon_slider, "load_checkpoint", lambda name: tiny_alignmamba()
    )
    monkeypatch.setattr(epsilon_slider, "TOKENS", 12)
    monkeypatch.setattr(epsilon_slider, "EPSILONS", (0.002, 1.0))
    return epsilon_slider.run(rounds=2)["rows"]


def test_each_epsilon_is_timed_on_both_subjects(rows):
    assert [row["case"] for row in rows] == [
        "alignmamba-rooms, 16x16, epsilon 0.002",
        "alignmamba-rooms, 16x16, epsilon 1",
        "random, 12x12, epsilon 0.002",
        "random, 12x12, epsilon 1",
    ]
    for row in rows:
        assert row["converged"]
        assert row["rounds"] == 2
        assert 0 < row["solve_seconds"] < row["total_seconds"] <= row["slowest_seconds"]
        assert row["json_bytes"] > 10_000
    json.dumps(rows, allow_nan=False)
