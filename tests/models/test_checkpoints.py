"""Checkpoints come back as they were, or not at all."""

import json
import re
from dataclasses import replace

import pytest
import safetensors.torch
import torch

from fusionviz.errors import CheckpointError, InputError
from fusionviz.models import checkpoints
from fusionviz.models.alignmamba import AlignMamba, AlignMambaConfig, ModalityConfig
from fusionviz.models.checkpoints import (
    Estimate,
    ModelCard,
    checkpoint_folder,
    list_checkpoints,
    load_checkpoint,
    read_card,
    round_weights,
    save_checkpoint,
)
from fusionviz.models.factory import describe_model, make_model, pick_device
from fusionviz.models.mango import Mango
from tests.helpers import toy
from tests.helpers.tiny_models import TINY_MANGO

CARD = ModelCard(
    name="toy-rooms",
    task="toy",
    task_options={"noise": 0.5},
    recipe={"seed": 3, "stage": [{"steps": 4}]},
    data="rooms, größer",
    metrics={
        "miou": Estimate(value=0.5, low=0.4, high=0.6),
        "mean_accuracy": Estimate(value=0.5, low=0.4, high=0.6, n=31),
        "inverse_error": Estimate(value=1e-5, low=None, high=None, n=200),
    },
    class_names=("bed", "wall"),
    versions={"torch": "2"},
)


@pytest.fixture
def folder(tmp_path, monkeypatch):
    toy.install()
    monkeypatch.setenv("FUSIONVIZ_CHECKPOINTS", str(tmp_path))
    return tmp_path


@pytest.fixture
def model(folder):
    torch.manual_seed(0)
    return toy.Toy(toy.ToyConfig(width=3))


@pytest.fixture
def card(model, folder):
    log = folder / "log.txt"
    log.write_text("stage,step\n")
    return save_checkpoint(model, CARD, log=log)


def test_a_checkpoint_comes_back(model, card, folder):
    loaded = load_checkpoint("toy-rooms", device="cpu")
    assert loaded.card == card
    assert loaded.config == model.config
    assert not loaded.training
    assert not any(weights.requires_grad for weights in loaded.parameters())
    for name, weights in model.state_dict().items():
        assert torch.equal(loaded.state_dict()[name], weights)
    assert (folder / card.log).read_text() == "stage,step\n"


def test_the_card_says_what_the_model_is(model, card):
    assert card.kind == "toy"
    assert card.config == {"width": 3, "dropout": 0.2}
    assert card.parameters == 3 * 3 + 3 + 1 + 3 + 1
    assert card == replace(
        CARD, kind=card.kind, config=card.config, parameters=card.parameters,
        log="toy-rooms.log.csv", sha256=card.sha256,
    )  # fmt: skip
    assert read_card("toy-rooms") == card


def test_names_and_paths_lead_to_it(card, folder, monkeypatch):
    monkeypatch.delenv("FUSIONVIZ_CHECKPOINTS")
    assert checkpoint_folder().name == "checkpoints"
    for name in ("toy-rooms", "toy-rooms.json", "toy-rooms.safetensors"):
        assert read_card(folder / name) == card
        assert read_card(str(folder / name)) == card


def test_a_metric_without_a_value_is_left_out(model, folder):
    nothing = Estimate(value=float("nan"), low=0, high=1)
    save_checkpoint(model, replace(CARD, metrics={"mae": nothing}))
    assert read_card("toy-rooms").metrics == {}


def test_checkpoints_are_listed_and_a_bad_card_is_warned_about(model, card, folder):
    save_checkpoint(model, replace(CARD, name="another"))
    (folder / "broken.json").write_text("{")
    with pytest.warns(UserWarning, match="broken.json cannot be read"):
        cards = list_checkpoints()
    assert [item.name for item in cards] == ["another", "toy-rooms"]
    assert list_checkpoints(folder / "nowhere") == ()


def test_a_missing_checkpoint_is_said(card, folder):
    with pytest.raises(CheckpointError, match="no checkpoint 'nowhere' .*: toy-rooms"):
        load_checkpoint("nowhere")
    (folder / "toy-rooms.safetensors").unlink()
    with pytest.raises(CheckpointError, match="weights .* cannot be read"):
        load_checkpoint("toy-rooms")


def test_damaged_weights_are_refused(card, folder):
    path = folder / "toy-rooms.safetensors"
    content = bytearray(path.read_bytes())
    content[-1] ^= 1
    path.write_bytes(content)
    with pytest.raises(CheckpointError, match="damaged or was replaced"):
        load_checkpoint("toy-rooms")


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        ({"format": 99}, "format 99, this version reads 1"),
        ({"surprise": 1}, "unknown fields .*surprise"),
        ({"metrics": {"miou": 0.5}}, "metrics are not readable"),
    ],
)
def test_another_card_is_refused(card, folder, change, sentence):
    path = folder / "toy-rooms.json"
    path.write_text(json.dumps({**json.loads(path.read_text()), **change}))
    with pytest.raises(CheckpointError, match=sentence):
        load_checkpoint("toy-rooms")


@pytest.mark.parametrize("text", ["", "[]", "{}", "\x00"])
def test_what_is_no_card_is_refused(card, folder, text):
    (folder / "toy-rooms.json").write_text(text)
    with pytest.raises(CheckpointError, match="cannot be read"):
        read_card("toy-rooms")


@pytest.mark.parametrize(
    "change", [{"config": {"width": 5}}, {"kind": "other"}, {"config": {"depth": 1}}]
)
def test_weights_of_another_model_are_refused(card, folder, change):
    path = folder / "toy-rooms.json"
    path.write_text(json.dumps({**json.loads(path.read_text()), **change}))
    with pytest.raises(CheckpointError, match="does not fit this version"):
        load_checkpoint("toy-rooms")


def test_no_pickle_is_read(card, folder):
    """A pickle under the name of the weights, with its hash in the card."""
    import hashlib

    path = folder / "toy-rooms.safetensors"
    torch.save({"gate": torch.tensor(1.0)}, path)
    table = json.loads((folder / "toy-rooms.json").read_text())
    table["sha256"] = hashlib.sha256(path.read_bytes()).hexdigest()
    (folder / "toy-rooms.json").write_text(json.dumps(table))
    with pytest.raises(CheckpointError, match="does not fit"):
        load_checkpoint("toy-rooms")


def test_the_file_of_weights_is_plain_safetensors(model, card, folder):
    found = safetensors.torch.load_file(folder / "toy-rooms.safetensors")
    assert found.keys() == model.state_dict().keys()
    assert sorted(path.name for path in folder.iterdir()) == [
        "log.txt",
        "toy-rooms.json",
        "toy-rooms.log.csv",
        "toy-rooms.safetensors",
    ]


def test_models_are_made_by_kind_and_preset(folder):
    model = make_model("toy", {"preset": "wide", "dropout": 0.0})
    assert model.config == toy.ToyConfig(width=8, dropout=0.0)
    assert describe_model(model) == ("toy", {"width": 8, "dropout": 0.0})
    with pytest.raises(InputError, match="no model of kind 'toi'; there are: mango"):
        make_model("toi", {})
    with pytest.raises(InputError, match="toy has no preset 'narrow'"):
        make_model("toy", {"preset": "narrow"})
    with pytest.raises(InputError, match="width must be positive, got 0"):
        make_model("toy", {"width": 0})
    with pytest.raises(ValueError, match="got Linear"):
        describe_model(torch.nn.Linear(1, 1))


@pytest.mark.parametrize(
    ("kind", "config"),
    [
        ("mango", {"preset": "small"}),
        (
            "mango",
            {"blocks": 1, "modalities": ["rgb", "shade"], "target": "normal"},
        ),
        ("alignmamba", {"preset": "rgbd", "layers": 1}),
    ],
)
def test_real_models_come_back(kind, config, folder):
    torch.manual_seed(0)
    model = make_model(kind, config)
    round_weights(model)
    save_checkpoint(model, replace(CARD, name=kind))
    loaded = load_checkpoint(kind, "cpu")
    assert loaded.config == model.config
    for name, weights in model.state_dict().items():
        assert torch.equal(loaded.state_dict()[name], weights)


def test_devices():
    expected = "cuda" if torch.cuda.is_available() else "cpu"
    assert pick_device().type == expected
    assert pick_device("cpu") == torch.device("cpu")
    with pytest.raises(InputError, match="'nonsense' is not usable here"):
        pick_device("nonsense")


def test_what_is_stored_in_half_is_what_was_rounded(model, folder, monkeypatch):
    part = "codec"
    monkeypatch.setattr(toy.Toy, "stored_in_half", (part,), raising=False)
    before = {name: weights.clone() for name, weights in model.state_dict().items()}
    round_weights(model)
    save_checkpoint(model, CARD)
    stored = safetensors.torch.load_file(folder / "toy-rooms.safetensors")
    loaded = load_checkpoint("toy-rooms", device="cpu").state_dict()
    changed = set()
    for name, weights in model.state_dict().items():
        is_half = name.split(".")[0] == part
        assert (stored[name].dtype == torch.float16) == is_half
        changed |= {name} if not torch.equal(before[name], weights) else set()
        assert loaded[name].dtype == torch.float32
        assert torch.equal(loaded[name], weights)
    assert changed
    assert {name.split(".")[0] for name in changed} == {part}


def test_what_mixes_channels_is_stored_in_full_and_the_rest_of_a_flow_in_half(folder):
    torch.manual_seed(0)
    config = replace(TINY_MANGO, autoregressive=("mmca", "places"), causal_width=12)
    model = Mango(config)
    with torch.no_grad():  # networks start at saying nothing
        for name, weights in model.flow.named_parameters():
            if not name.endswith((".lower", ".upper")):  # whose other half is not read
                weights.add_(0.02 * torch.randn_like(weights))
    save_checkpoint(model, replace(CARD, name="flow"))
    stored = safetensors.torch.load_file(folder / "flow.safetensors")
    halves = {name for name, one in stored.items() if one.dtype == torch.float16}
    large = r"flow.*\.(network|partition|position|to_key|to_query)\."
    wanted = {
        name
        for name, one in stored.items()
        if re.match(large, name) and one.is_floating_point()
    }
    assert {name for name in halves if name.startswith("flow")} == wanted
    assert any(name.endswith("partition.matrix.triangles") for name in wanted)
    assert len(wanted) > 40

    flow = load_checkpoint("flow", "cpu").flow.double()
    x = torch.randn(3, 32, 8, dtype=torch.float64)
    z, _ = flow(x)
    torch.testing.assert_close(flow.inverse(z), x, rtol=0, atol=1e-12)
    for name, weights in model.flow.named_parameters():
        near = 1e-3 if re.match(large, f"flow.{name}") else 1e-6
        back = flow.get_parameter(name).float()
        torch.testing.assert_close(back, weights, rtol=near, atol=1e-6)


def test_statistics_of_features_keep_their_small_numbers():
    modality = ModalityConfig(name="audio", kind="linear", width=3, standardise=True)
    config = AlignMambaConfig.sentiment(
        modalities=(modality,), anchor="audio", d_model=8, layers=1, d_state=2
    )
    reader = AlignMamba(config)
    scale = reader.encoders["audio"].scale
    scale.fit(torch.tensor([[1e-8, 1.0, 1e6], [3e-8, 2.0, 3e6]]))
    before = {name: x.clone() for name, x in scale.named_buffers()}
    round_weights(reader)
    for name, x in scale.named_buffers():
        assert torch.equal(x, before[name])
    weight = reader.encoders["audio"].features.weight
    assert torch.equal(weight, weight.half().float())


def test_a_card_that_comes_goes_or_is_replaced_is_seen_at_once(model, card, folder):
    def listed():
        return {one.name: one.note for one in list_checkpoints()}

    assert listed() == {"toy-rooms": ""}
    save_checkpoint(model, replace(CARD, note="anew"))
    assert listed() == {"toy-rooms": "anew"}
    save_checkpoint(model, replace(CARD, name="another"))
    assert list(listed()) == ["another", "toy-rooms"]
    (folder / "another.json").unlink()
    assert list(listed()) == ["toy-rooms"]


def test_a_card_that_is_written_over_is_seen_after_a_while(
    model, card, folder, monkeypatch
):
    assert [one.note for one in list_checkpoints()] == [""]
    path = folder / "toy-rooms.json"
    path.write_text(replace(card, note="by hand").to_json())
    monkeypatch.setattr(checkpoints, "LOOK_SECONDS", 0.0)
    assert [one.note for one in list_checkpoints()] == ["by hand"]


def test_cards_are_read_once_for_many_who_ask(card, folder, monkeypatch):
    monkeypatch.setattr(checkpoints, "LOOK_SECONDS", 1e9)
    first, reads = list_checkpoints(), []
    monkeypatch.setattr(checkpoints, "read_card", reads.append)
    for _ in range(5):
        assert list_checkpoints() == first
    assert reads == []


def test_what_is_listed_as_there_are_checkpoints(model, folder):
    save_checkpoint(model, CARD)
    (folder / "report.json").write_text("{}")
    with pytest.raises(CheckpointError, match="there are: toy-rooms$"):
        read_card("nothing")
