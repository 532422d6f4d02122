"""A checkpoint measured on data gives the object that DESIGN promises."""

import json

import numpy as np
import pytest
import torch

from fusionviz.data.records import RGBDSample
from fusionviz.data.sets import registry as sets
from fusionviz.errors import CheckpointError, InputError
from fusionviz.models.checkpoints import ModelCard, save_checkpoint
from fusionviz.training.evaluation import evaluate_checkpoint
from fusionviz.training.measure import measure
from fusionviz.training.metrics.intervals import Measurement
from fusionviz.training.tasks import TASKS
from tests.helpers import toy


class PresenceTask(toy.ToyTask):
    """Measures which modalities there are."""

    def evaluate(self, model, samples, device):
        assert not model.training
        assert not torch.is_grad_enabled()
        there = [[name in s.modalities for name in ("rgb", "depth")] for s in samples]
        values = np.array(there, float)
        return {
            "rgb": Measurement(values=values[:, 0]),
            "depth": Measurement(values=values[:, 1]),
            "nothing": Measurement(values=np.full(len(samples), np.nan)),
        }


@pytest.fixture(autouse=True)
def _checkpoint(tmp_path, monkeypatch):
    toy.install()
    monkeypatch.setenv("FUSIONVIZ_CHECKPOINTS", str(tmp_path))
    monkeypatch.setitem(TASKS, "toy", PresenceTask)
    pair = RGBDSample(
        rgb=np.zeros((2, 2, 3), np.uint8), depth_m=np.ones((2, 2), np.float32)
    )
    pairs = sets.DataSet(
        load=lambda split, count=300: [pair] * count, class_names=lambda **options: ()
    )
    monkeypatch.setitem(sets.SETS, "pairs", pairs)
    recipe = {"data": {"set": "pairs", "options": {}, "test": {"count": 200}}}
    card = ModelCard(name="toy", task="toy", recipe=recipe)
    save_checkpoint(toy.Toy(toy.ToyConfig()), card)


def test_the_object_is_as_designed():
    result = evaluate_checkpoint("toy", "pairs", device="cpu", resamples=10)
    assert list(result) == [
        "checkpoint",
        "data",
        "samples",
        "unit",
        "metrics",
        "parameters",
        "seconds",
        "device",
        "backend",
    ]
    assert result["checkpoint"] == "toy"
    assert result["samples"] == 200  # as many as its recipe says
    assert result["parameters"] == 22
    assert result["device"] == "cpu"
    there = {"value": 1.0, "low": 1.0, "high": 1.0, "n": 200}
    nothing = {"value": None, "low": None, "high": None, "n": 200}
    assert result["metrics"]["rgb"] == there
    assert result["metrics"]["nothing"] == nothing
    assert result["unit"] == "sample"
    assert json.loads(json.dumps(result, allow_nan=False)) == result


def test_intervals_draw_what_a_set_calls_its_unit(monkeypatch):
    rgb, depth = np.zeros((2, 2, 3), np.uint8), np.ones((2, 2), np.float32)
    runs = [RGBDSample(rgb=rgb, depth_m=None, group="run 1")] * 30
    runs += [RGBDSample(rgb=None, depth_m=depth, group="run 2")] * 30
    photographs = sets.DataSet(
        load=lambda split, **options: runs,
        class_names=lambda **options: (),
        unit="run",
    )
    monkeypatch.setitem(sets.SETS, "pairs", photographs)
    result = evaluate_checkpoint("toy", "pairs", device="cpu", missing="random")
    assert result["unit"] == "run"
    whole = {"value": 0.5, "low": 0.0, "high": 1.0, "n": 2}
    assert result["metrics"]["rgb"] == whole
    assert result["over_rates"]["mean"]["rgb"]["n"] == 2
    assert result["by_missing"][0]["metrics"]["rgb"] == whole


def test_fixed_modalities_are_missing():
    result = evaluate_checkpoint(
        "toy", "pairs", count=20, missing="fixed", device="cpu", resamples=10
    )
    assert result["samples"] == 20
    found = [
        (part["present"], *(part["metrics"][key]["value"] for key in ("rgb", "depth")))
        for part in result["by_missing"]
    ]
    assert found == [(["rgb"], 1, 0), (["depth"], 0, 1), (["rgb", "depth"], 1, 1)]


def test_random_modalities_are_missing():
    result = evaluate_checkpoint(
        "toy", "pairs", missing="random", device="cpu", resamples=10
    )
    assert [part["rate"] for part in result["by_missing"]] == [
        0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7,
    ]  # fmt: skip
    there = [part["metrics"]["rgb"]["value"] for part in result["by_missing"]]
    assert there[0] == pytest.approx(1 - (0.1 - 0.005), abs=0.06)
    assert there[-1] == pytest.approx(1 - (0.7 - 0.245), abs=0.1)


def test_what_is_not_there_is_said(tmp_path):
    with pytest.raises(CheckpointError, match="no checkpoint 'nowhere'"):
        evaluate_checkpoint("nowhere", "pairs")
    with pytest.raises(InputError, match="neither a data set .* nor a folder"):
        evaluate_checkpoint("toy", "nowhere")
    with pytest.raises(InputError, match="count must be positive, got 0"):
        evaluate_checkpoint("toy", "pairs", count=0)


def test_measuring_leaves_the_mode_as_it_was():
    model = toy.Toy(toy.ToyConfig())
    task = PresenceTask()
    for mode in (True, False):
        model.train(mode)
        measure(model, task, sets.load_set("pairs", "test"), torch.device("cpu"))
        assert model.training is mode
