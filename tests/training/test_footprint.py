"""What a flow takes is measured as told."""

import json
import subprocess
import sys

import numpy as np
import pytest
import torch
from typer.testing import CliRunner

from fusionviz import cli
from fusionviz.data.rooms import render_room
from fusionviz.errors import InputError
from fusionviz.models.cards import ModelCard
from fusionviz.models.checkpoints import read_card, save_checkpoint
from fusionviz.training.evaluation import measure_checkpoint
from fusionviz.training.footprint import (
    inverse_errors,
    measure_footprint,
    peak_bytes,
)
from fusionviz.training.metrics.intervals import estimate_all
from fusionviz.training.recipes import Recipe
from fusionviz.training.train import train
from tests.helpers.tiny_models import (
    tiny_alignmamba,
    tiny_mango,
    write_tiny_checkpoints,
)

NAMES = [
    "forward_ms",
    "inverse_ms",
    "peak_memory_mib",
    "inverse_error",
    "inverse_error_float64",
]
CPU = torch.device("cpu")


@pytest.fixture(scope="module")
def rooms():
    return [render_room(seed, (32, 32)) for seed in range(12)]


def test_the_peak_is_what_lives_at_once():
    """4 MB in a and b at once, then b alone, then b and half of it."""

    def call():
        a = torch.ones(500_000)
        b = a + 1
        del a
        return b[:250_000] * 2

    assert peak_bytes(call, CPU) == pytest.approx(4_000_000, abs=1000)
    assert peak_bytes(lambda: None, CPU) == 0


def test_errors_are_of_the_round_trip_in_the_models_precision(rooms):
    model = tiny_mango()
    with torch.inference_mode():
        found = inverse_errors(model, rooms)
        x = model.encode(rooms)
        back = model.flow.inverse(model.flow(x)[0])
    expected = (back - x).abs().flatten(1).max(dim=1).values
    torch.testing.assert_close(found, expected, atol=1e-5, rtol=0)

    measured = measure_footprint(model, rooms, repeats=3, count=4)
    assert list(measured) == NAMES
    assert measured["inverse_error"].values.shape == (4,)
    assert measured["inverse_error"].values.dtype == np.float32
    assert measured["inverse_error_float64"].values.dtype == np.float64
    single, double = (
        measured[name].values.max() for name in ("inverse_error", NAMES[-1])
    )
    assert 0 < double < 1e-10 < single < 1e-3
    assert model.dtype == torch.float32


def test_times_are_medians_of_the_repeats(rooms):
    measured = measure_footprint(tiny_mango(), rooms[:1], repeats=5)
    for name in ("forward_ms", "inverse_ms"):
        item = measured[name]
        assert item.values.shape == (5,)
        assert (item.values > 0).all()
        assert item.statistic(np.array([1.0, 2.0, 9.0])) == 2.0
    estimates = estimate_all(measured, resamples=20)
    assert estimates["peak_memory_mib"].value > 0


def test_a_model_without_a_flow_has_none(rooms):
    assert measure_footprint(tiny_alignmamba(), rooms) == {}


def test_a_checkpoint_is_measured_again(tmp_path, monkeypatch):
    monkeypatch.setenv("FUSIONVIZ_CHECKPOINTS", str(tmp_path))
    write_tiny_checkpoints(tmp_path)
    threads = torch.get_num_threads()
    told = CliRunner().invoke(
        cli.app,
        ["measure", "mango-tiny", "--count", "2", "--repeats", "2", "--threads", "1"],
    )
    torch.set_num_threads(threads)
    assert told.exit_code == 0, told.output
    result = json.loads(told.stdout)
    assert result["samples"] == result["repeats"] == 2
    assert ", 1 of " in result["hardware"]
    assert list(result["metrics"]) == NAMES
    assert set(result["metrics"]["forward_ms"]) == {"value", "low", "high", "n"}
    with pytest.raises(InputError, match="alignmamba-tiny has no flow to measure"):
        measure_checkpoint("alignmamba-tiny", count=1, device="cpu")


def test_a_trained_checkpoints_card_has_it(tmp_path):
    table = {
        "name": "tiny",
        "model": {
            "kind": "mango",
            "config": {
                "image_size": 16,
                "grid": 4,
                "width": 8,
                "blocks": 1,
                "heads": 2,
                "coupling_width": 8,
                "codec_widths": [8, 8],
                "head_width": 32,
                "guess_width": 16,
            },
        },
        "data": {
            "set": "rooms",
            "options": {"size": 16},
            "train": {"count": 2},
            "validation": {"count": 1},
            "test": {"count": 3},
        },
        "stage": [
            {"task": "mango-flow", "steps": 1, "batch": 2, "learning_rate": 1e-3}
        ],
    }
    assert train(Recipe.from_table(table), tmp_path, device="cpu")
    card = read_card(tmp_path / "tiny.json")
    assert set(NAMES) < set(card.metrics)
    assert "cores" in card.measured_on
    assert card.metrics["forward_ms"].value > 0


def test_a_card_without_it_is_still_read(tmp_path):
    save_checkpoint(tiny_mango(), ModelCard(name="old"), tmp_path)
    path = tmp_path / "old.json"
    table = json.loads(path.read_text())
    del table["measured_on"]
    path.write_text(json.dumps(table))
    assert read_card(path).measured_on == ""


def test_measuring_memory_says_nothing():
    script = (
        "import torch; from fusionviz.training.footprint import peak_bytes; "
        "print(peak_bytes(lambda: torch.zeros(1000), torch.device('cpu')))"
    )
    done = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, text=True
    )
    assert (done.stdout, done.stderr) == ("4000\n", "")
