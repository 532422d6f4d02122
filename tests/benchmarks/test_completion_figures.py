"""The completion benchmark measures what it says, on a tiny model."""

import json
from dataclasses import replace

import numpy as np
import pytest
import torch

from benchmarks import completion
from benchmarks.completion import run
from fusionviz.data.sets.registry import load_set
from fusionviz.models.checkpoints import load_checkpoint
from fusionviz.models.inputs import depth_to_metres


def test_errors_are_in_metres_and_runs_repeat(tiny_checkpoints):
    given = {"samples": 2, "training": 3, "chains": 2, "steps": 2, "leaps": 1}
    path = str(tiny_checkpoints / "mango-tiny")
    result = run(path, missing=["depth"], **given)
    again = run(path, missing=["depth"], **given)
    rows = {row["estimator"]: row for row in result["rows"]}
    repeated = {row["estimator"]: row for row in again["rows"]}
    rows.pop("sampling")
    assert {name: repeated[name] for name in rows} == rows
    assert list(rows) == [
        "mean picture",
        "guess",
        "one draw",
        "mean tokens",
        "mean picture of draws",
        "truth, decoded",
        "truth with noise",
    ]
    assert json.loads(json.dumps(result, allow_nan=False))["chains"] == 2

    model = load_checkpoint(path)
    rooms = load_set("rooms", "test", count=2, size=32)
    known = load_set("rooms", "train", count=3, size=32)
    with torch.inference_mode():
        batch, before = model.to_batch(list(rooms)), model.to_batch(list(known))
        x = model.encode(batch)
        guess = depth_to_metres(model.decode(model.guess(x, "depth"))["depth"])
        truth = depth_to_metres(batch["depth"])
        picture = depth_to_metres(before["depth"]).mean(dim=0)
        bits = model.bits_per_dim(x).mean().item()
    assert before.valid["depth"].all()
    off = (guess.clamp(0, 10) - truth).abs().mean().item()
    assert rows["guess"]["mae"] == pytest.approx(off, rel=1e-5)
    assert rows["mean picture"]["mae"] == pytest.approx(
        (picture - truth).abs().mean().item(), rel=1e-5
    )
    assert rows["truth, decoded"]["bits_per_dim"] == pytest.approx(bits, rel=1e-4)
    better = rows["mean tokens"]["rmse_less_than_guess"]
    assert better == pytest.approx(
        rows["guess"]["rmse"] - rows["mean tokens"]["rmse"], abs=1e-6
    )
    assert np.isfinite(better)


def test_without_chains_nothing_is_drawn_and_intervals_are_over_units(
    tiny_checkpoints, monkeypatch
):
    path = str(tiny_checkpoints / "mango-tiny")
    rooms = [
        replace(room, group=f"run {at // 2}")
        for at, room in enumerate(load_set("rooms", "test", count=6, size=32))
    ]
    monkeypatch.setattr(completion, "load_set", lambda *_, **options: rooms)
    result = run(path, data="photographs", missing=["depth"], samples=5, chains=0)
    rows = {row["estimator"]: row for row in result["rows"]}
    assert list(rows) == ["mean picture", "guess", "truth, decoded", "truth with noise"]
    assert (result["data"], result["samples"], result["units"]) == ("photographs", 5, 3)
