"""Benchmarks against peers compare like with like, on tiny cases.

Peers whose packages the tests do not have are left out, as they are for anybody.
"""

import json
import math

import pytest

from benchmarks import flow, ica_inverse, mmd, scan, side_by_side, sinkhorn
from fusionviz.errors import InputError

HERE = ("mambapy", "ot", "sklearn", "")


@pytest.fixture
def known_packages(monkeypatch):
    """Whatever else is installed, only what the tests need is there."""
    monkeypatch.setattr(side_by_side, "_is_here", lambda module: module in HERE)


def rows_of(result: dict) -> dict[tuple[str, str], dict]:
    json.dumps(result, allow_nan=False)
    for row in result["rows"]:
        assert row["ours_seconds"] > 0
        assert row["peer_seconds"] > 0
        assert row["ratio_low"] <= row["ratio"] <= row["ratio_high"]
    return {(row["case"], row["peer"]): row for row in result["rows"]}


def test_scans_give_the_same_numbers(known_packages, monkeypatch):
    monkeypatch.setattr(scan, "measure_memory", lambda *given: 1)
    result = scan.run(((1, 24, 8, 4),), rounds=2)
    rows = rows_of(result)
    assert result["left_out"] == ["transformers"]
    assert {peer for _, peer in rows} == {
        "mambapy pscan",
        "mamba-minimal's recurrence",
    }
    assert len(rows) == 4
    assert all(row["largest_difference"] < 1e-5 for row in rows.values())


def test_plans_are_those_of_pot(known_packages):
    result = sinkhorn.run(((24, 1),))
    rows = rows_of(result)
    assert result["left_out"] == ["geomloss"]
    assert len(rows) == 3
    for row in rows.values():
        assert row["ours_marginal_error"] <= 1e-6
        assert row["largest_difference"] < 1e-6


def test_discrepancies_are_those_of_scikit_learn(known_packages):
    result = mmd.run((20,), rounds=1)
    (row,) = rows_of(result).values()
    assert row["largest_difference"] < 1e-12
    assert mmd.call_of(mmd.measure_ours, 20, gradients=False)() > 0


def test_inverses_give_the_same_tokens_and_say_what_they_include():
    rows = rows_of(ica_inverse.run((16,), rounds=1))
    assert len(rows) == 4
    for (case, _), row in rows.items():
        assert ("attention" in row["includes"]) == ("alone" not in case)
        assert row.get("largest_difference", 0) < 1e-4


def test_where_no_peer_is_here_it_says_what_to_install(known_packages):
    with pytest.raises(InputError, match="zuko .* requirements-bench.txt"):
        flow.run()


def test_flows_of_as_many_parameters_are_compared(tiny_checkpoints):
    pytest.importorskip("zuko")
    result = flow.run(
        str(tiny_checkpoints / "mango-tiny"),
        train_rooms=16,
        test_rooms=2,
        steps=2,
        rounds=1,
    )
    for row in rows_of(result).values():
        share = row["peer_parameters"] / row["ours_parameters"]
        assert 0.5 < share < 2
        assert math.isfinite(row["peer_bits_per_dim"])
