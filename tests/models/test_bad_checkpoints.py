"""Checkpoints that cannot be used are refused by name with a cure; others work."""

import hashlib
import io
import json
import shutil
import warnings

import pytest
import torch
from safetensors.torch import load, save

from fusionviz.errors import CheckpointError
from fusionviz.models.checkpoints import (
    CURE,
    list_checkpoints,
    load_checkpoint,
    read_cards,
)
from tests.helpers.app.pages import run_page
from tests.helpers.tiny_models import write_tiny_checkpoints

GOOD = ("alignmamba-tiny", "mango-tiny", "sentiment-tiny")


def pickled():
    buffer = io.BytesIO()
    torch.save({"weight": torch.ones(3)}, buffer)
    return buffer.getvalue()


def with_shape(weights):
    """The same tensors, one of them of another shape."""
    tensors = load(weights)
    name = max(tensors, key=lambda key: tensors[key].numel())
    return save({**tensors, name: tensors[name].flatten()[:-1].clone()})


def without_one(weights):
    tensors = load(weights)
    return save(dict(list(tensors.items())[1:]))


WEIGHTS = {
    "empty": lambda weights: b"",
    "truncated": lambda weights: weights[: len(weights) // 2],
    "short of a byte": lambda weights: weights[:-1],
    "with a flipped bit": lambda weights: weights[:-9] + b"\x01" + weights[-8:],
    "a pickle": lambda weights: pickled(),
    "a web page": lambda weights: b"<!doctype html><title>404</title>",
    "a pointer": lambda weights: b"version https://git-lfs.github.com/spec/v1\n",
    "of other shapes": with_shape,
    "short of a tensor": without_one,
    "of a vast header": lambda weights: (2**62).to_bytes(8, "little") + weights[8:],
}
CARDS = {
    "no JSON": lambda card: "{",
    "a list": lambda card: "[]",
    "nested": lambda card: "[" * 100_000,
    "of another kind": lambda card: json.dumps({**card, "kind": "gpt"}),
    "without a kind": lambda card: json.dumps({**card, "kind": ""}),
    "of another format": lambda card: json.dumps({**card, "format": 7}),
    "of another name": lambda card: json.dumps({**card, "name": "mango-tiny"}),
    "of no heads": lambda card: json.dumps(
        {**card, "config": {**card["config"], "heads": 0}}
    ),
    "of a config in words": lambda card: json.dumps({**card, "config": "small"}),
    "of a list of modalities": lambda card: json.dumps(
        {**card, "config": {**card["config"], "modalities": 5}}
    ),
    "of classes that are none": lambda card: json.dumps({**card, "class_names": 3}),
    "of data that is none": lambda card: json.dumps({**card, "recipe": {"data": 3}}),
    "of metrics that are none": lambda card: json.dumps(
        {**card, "metrics": {"miou": {"value": "x", "low": None, "high": None}}}
    ),
}


@pytest.fixture(scope="module")
def whole(tmp_path_factory):
    folder = tmp_path_factory.mktemp("whole")
    write_tiny_checkpoints(folder)
    return folder


@pytest.fixture
def folder(whole, tmp_path, monkeypatch):
    """Three good checkpoints, and `bad`, as good as they are so far."""
    shutil.copytree(whole, tmp_path, dirs_exist_ok=True)
    card = json.loads((tmp_path / "mango-tiny.json").read_text())
    (tmp_path / "bad.json").write_text(json.dumps({**card, "name": "bad"}))
    shutil.copy(tmp_path / "mango-tiny.safetensors", tmp_path / "bad.safetensors")
    monkeypatch.setenv("FUSIONVIZ_CHECKPOINTS", str(tmp_path))
    return tmp_path


def assert_others_work():
    for name in GOOD:
        assert load_checkpoint(name, "cpu").card.name == name


def refusal():
    with pytest.raises(CheckpointError) as raised:
        load_checkpoint("bad", "cpu")
    told = str(raised.value)
    assert "bad" in told
    assert "\n" not in told
    assert len(told) < 1000
    return told


def test_the_copy_is_good_before_anything_is_done_to_it(folder):
    assert load_checkpoint("bad", "cpu").card.name == "bad"


@pytest.mark.parametrize("card_knows", [False, True], ids=["hash stays", "hash fits"])
@pytest.mark.parametrize("fault", WEIGHTS)
def test_weights_with_a_fault_are_refused_by_name(folder, fault, card_knows):
    weights = WEIGHTS[fault]((folder / "bad.safetensors").read_bytes())
    (folder / "bad.safetensors").write_bytes(weights)
    if card_knows:
        card = json.loads((folder / "bad.json").read_text())
        card["sha256"] = hashlib.sha256(weights).hexdigest()
        (folder / "bad.json").write_text(json.dumps(card))
    if card_knows and fault == "with a flipped bit":
        assert load_checkpoint("bad", "cpu").card.name == "bad"  # other weights
        return
    assert refusal().endswith(CURE)
    assert_others_work()


def test_weights_of_another_model_are_refused(folder):
    shutil.copy(folder / "alignmamba-tiny.safetensors", folder / "bad.safetensors")
    assert refusal().endswith(CURE)


def test_weights_that_are_a_folder_or_not_there_are_refused(folder):
    (folder / "bad.safetensors").unlink()
    assert "cannot be read" in refusal()
    (folder / "bad.safetensors").mkdir()
    assert "cannot be read" in refusal()


@pytest.mark.parametrize("fault", CARDS)
def test_a_card_with_a_fault_is_refused_by_name_and_left_out(folder, fault):
    path = folder / "bad.json"
    path.write_text(CARDS[fault](json.loads(path.read_text())))
    told = refusal()
    assert told.endswith(CURE) or "give its files that name" in told
    cards, (problem,) = read_cards()
    assert tuple(card.name for card in cards) == GOOD
    assert problem == told
    with pytest.warns(UserWarning, match="bad"):
        assert [card.name for card in list_checkpoints()] == [*GOOD]
    assert_others_work()


@pytest.mark.parametrize(
    "change",
    [
        {"coupling_width": 10**9},
        {"blocks": 10**6},
        {"blocks": 4000},
        {"width": 4096, "heads": 1},
        {"codec_widths": [4096, 4096, 4096]},
        {"head_width": 2**40},
    ],
    ids=str,
)
def test_a_config_that_asks_for_more_than_the_weights_takes_no_memory(folder, change):
    path = folder / "bad.json"
    card = json.loads(path.read_text())
    card["config"] |= change
    path.write_text(json.dumps(card))
    assert "its config" in refusal()
    assert_others_work()


def test_pages_name_what_is_broken_and_show_the_rest(folder):
    (folder / "bad.json").write_text("{")
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        app = run_page("pages/inputs.py", {})
    assert not app.exception
    assert app.get("plotly_chart")
    (told,) = [one.value for one in app.sidebar.caption if "error" in one.value]
    assert "bad.json" in told.replace("\\", "")
    assert "train it again" in told


def test_who_picks_broken_weights_is_told_and_can_pick_others(folder):
    (folder / "bad.safetensors").write_bytes(b"")
    app = run_page("pages/latents.py", {"mango": "bad"})
    assert not app.exception
    assert any("bad" in one.value and "Pick another" in one.value for one in app.error)
    app.sidebar.selectbox(key="mango").set_value("mango-tiny").run()
    assert not app.exception
    assert not app.error
    assert app.get("plotly_chart")
