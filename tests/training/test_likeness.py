"""How like real pictures a MANGO's are: against the same by hand."""

import json
from dataclasses import replace

import numpy as np
import pytest
import torch
from typer.testing import CliRunner

from fusionviz import cli
from fusionviz.data.rooms import render_room
from fusionviz.errors import InputError
from fusionviz.models.cards import ModelCard
from fusionviz.models.checkpoints import save_checkpoint
from fusionviz.models.encoders.feature_networks import feature_network
from fusionviz.models.encoders.pictures import to_picture
from fusionviz.models.inputs import to_batch, to_range
from fusionviz.models.mango import Mango
from fusionviz.training import likeness
from fusionviz.training.likeness import Draw, measure_likeness
from fusionviz.training.metrics.feature_distance import (
    frechet_distance,
    kernel_distance,
)
from tests.helpers.files.onnx_networks import write_onnx
from tests.helpers.tiny_models import TINY_MANGO, tiny_alignmamba

COUNT, SIDE = 5, TINY_MANGO.image_size


@pytest.fixture(autouse=True)
def rooms(monkeypatch):
    """Few small rooms, for whoever asks for the test split."""
    samples = [render_room(seed, (24, 24)) for seed in range(COUNT)]
    monkeypatch.setattr(likeness, "load_samples", lambda *_: samples)
    return samples


@pytest.fixture
def network(tmp_path):
    write_onnx(tmp_path / "mine.onnx")
    return feature_network(str(tmp_path / "mine.onnx"))


def save(folder, task, **config):
    torch.manual_seed(0)
    model = Mango(replace(TINY_MANGO, **config)).eval()
    model.flow.initialise(torch.randn(16, 2 * model.config.tokens, model.config.width))
    save_checkpoint(model, ModelCard(name="mine", data="rooms", task=task), folder)
    return model, str(folder / "mine.json")


def features(network, image, modality):
    return network(to_picture(to_range(image, modality), modality)).numpy()


def test_translated_pictures_are_compared_with_their_true_ones(
    tmp_path, network, rooms
):
    model, path = save(
        tmp_path, "mango-translation", modalities=("rgb", "edge"), target="depth"
    )
    batch = to_batch(rooms, (SIDE, SIDE), ("rgb", "edge", "depth"))
    with torch.inference_mode():
        found = model.translate(model.flow(model.encode(batch))[0])
    made = features(network, found, "depth")
    real = features(network, batch["depth"], "depth")
    result = measure_likeness(path, network)
    told = result["made"]
    assert list(told) == ["translated"]
    assert not {"temperature", "seed"} & set(result)
    by_hand = kernel_distance(made, real)
    kid, fid = (told["translated"][f"depth_{name}"] for name in ("kid", "fid"))
    assert kid["value"] == pytest.approx(by_hand.value, rel=1e-4)
    assert kid["high"] == pytest.approx(by_hand.high, rel=1e-4)
    assert fid["value"] == pytest.approx(frechet_distance(made, real), rel=1e-4)
    assert (kid["n"], fid["low"]) == (COUNT, None)


def test_draws_are_as_many_and_those_of_a_seed_and_a_temperature(
    tmp_path, network, rooms
):
    model, path = save(tmp_path, "mango-flow")
    told = measure_likeness(path, network, draw=Draw(temperature=0.7, seed=3))["made"]
    assert list(told) == ["drawn", "decoded"]
    generator = torch.Generator().manual_seed(3)
    batch = to_batch(rooms, (SIDE, SIDE), ("rgb", "depth"))
    with torch.inference_mode():
        x = model.sample(COUNT, temperature=0.7, generator=generator)
        images = model.decode(x)
        back = model.decode(model.encode(batch))
    for kind, some in (("drawn", images), ("decoded", back)):
        for name in ("rgb", "depth"):
            by_hand = kernel_distance(
                features(network, some[name], name),
                features(network, batch[name], name),
            )
            found = told[kind][f"{name}_kid"]["value"]
            assert found == pytest.approx(by_hand.value, rel=1e-3, abs=1e-6)


def test_of_an_encoder_no_distance_is_called_fid_and_its_scale_is_1(tmp_path, rooms):
    model, path = save(tmp_path, "mango-flow")
    lite0 = feature_network("efficientnet-lite0")
    told = measure_likeness(path, lite0)
    assert told["features"] == "efficientnet-lite0"
    batch = to_batch(rooms, (SIDE, SIDE), ("rgb", "depth"))
    with torch.inference_mode():
        back = model.decode(model.encode(batch))
    names = set()
    for name in ("rgb", "depth"):
        made, real = (features(lite0, one[name], name) for one in (back, batch))
        scale = np.sqrt(np.square(real).mean())
        kernel, frechet = f"{name}_kernel_distance", f"{name}_frechet_distance"
        found = told["made"]["decoded"]
        by_hand = kernel_distance(made / scale, real / scale)
        assert found[kernel]["value"] == pytest.approx(by_hand.value, rel=1e-3)
        by_hand = frechet_distance(made / scale, real / scale)
        assert found[frechet]["value"] == pytest.approx(by_hand, rel=1e-3)
        names |= {kernel, frechet}
    assert set(told["made"]["drawn"]) == names


def test_what_makes_no_pictures_or_has_too_few_to_compare_is_refused(
    tmp_path, network, monkeypatch, rooms
):
    card = ModelCard(name="other", data="rooms", task="alignmamba-dense")
    save_checkpoint(tiny_alignmamba(), card, tmp_path)
    with pytest.raises(InputError, match="makes no pictures"):
        measure_likeness(str(tmp_path / "other.json"), network)
    _, path = save(tmp_path, "mango-flow")
    without = [replace(one, rgb=None) for one in rooms]
    monkeypatch.setattr(likeness, "load_samples", lambda *_: without)
    with pytest.raises(InputError, match="compared in rgb"):
        measure_likeness(path, network)
    _, translates = save(
        tmp_path, "mango-translation", modalities=("rgb", "edge"), target="depth"
    )
    with pytest.raises(InputError, match="into depth: it draws nothing"):
        measure_likeness(translates, network, draw=Draw(seed=1))
    monkeypatch.setattr(likeness, "load_samples", lambda *_: rooms[:2])
    with pytest.raises(InputError, match="three units"):
        measure_likeness(path, network)


def test_the_command_tells_it_in_words_and_writes_it_down(tmp_path, network):
    _, path = save(tmp_path, "mango-flow")
    words = ["likeness", path, "--features", str(tmp_path / "mine.onnx")]
    out = tmp_path / "new" / "it.json"
    told = CliRunner().invoke(cli.app, [*words, "--out", str(out)])
    assert told.exit_code == 0, told.output
    assert "by the features of mine.onnx" in told.stdout
    assert "drawn at temperature 1:" in told.stdout
    written = json.loads(out.read_text())
    assert written["made"]["drawn"]["rgb_kid"]["n"] == COUNT
    told = CliRunner().invoke(cli.app, [*words, "--out", str(out.parent)])
    assert told.exit_code == 2
    assert "cannot be written" in told.stderr
    assert "drawn at temperature 1:" in told.stdout  # what was measured is not lost
    told = CliRunner().invoke(cli.app, [*words, "--pixels", "24", "--seed", "3"])
    assert "by the features of mine.onnx at 24 pixels" in told.stdout
    told = CliRunner().invoke(cli.app, [*words[:2], "--features", "nothing"])
    assert told.exit_code == 2
    assert "no feature network 'nothing'" in told.stderr
