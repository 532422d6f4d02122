"""Training goes on from a checkpoint: what it has set is not set again."""

from dataclasses import asdict

import pytest
import torch

from fusionviz.data.sets.nyudv2 import load_nyudv2
from fusionviz.errors import CheckpointError, InputError
from fusionviz.models.cards import ModelCard
from fusionviz.models.checkpoints import (
    list_checkpoints,
    load_checkpoint,
    save_checkpoint,
)
from fusionviz.models.mango import ActNorm, Mango
from fusionviz.places import PROJECT
from fusionviz.training.loop.state import read_state, write_state
from fusionviz.training.recipes import Recipe, list_recipes, load_recipe
from fusionviz.training.tasks import make_task
from fusionviz.training.train import train
from tests.helpers.files.nyu_folder import make_nyu_folder
from tests.helpers.properties import randomise
from tests.helpers.tiny_models import TINY_MANGO as TINY


@pytest.fixture
def samples(tmp_path, monkeypatch):
    monkeypatch.setenv("FUSIONVIZ_DATA", str(make_nyu_folder(tmp_path / "data")))
    return load_nyudv2("all")


@pytest.fixture
def model():
    torch.manual_seed(0)
    return Mango(TINY)


def batch_of(task, model, samples):
    return task.prepare(model, samples)


def state_of(model, prefix=""):
    return {
        name: tensor.clone()
        for name, tensor in model.state_dict().items()
        if name.startswith(prefix)
    }


def assert_same(state, other):
    assert state.keys() == other.keys()
    for name, tensor in state.items():
        assert torch.equal(tensor, other[name]), name


def test_what_a_stage_has_set_the_next_one_keeps(model, samples):
    task = make_task("mango-flow")
    fresh = state_of(model)
    with torch.no_grad():
        task.initialise(model, batch_of(task, model, samples[:6]))
    first = state_of(model)
    assert not torch.equal(first["codec.rgb.spread"], fresh["codec.rgb.spread"])
    assert all(x.is_set for x in model.flow.layers if isinstance(x, ActNorm))
    with torch.no_grad():
        task.initialise(model, batch_of(task, model, samples[6:]))
    assert_same(state_of(model), first)


def test_a_stage_on_the_codec_lets_tokens_find_their_scale_anew(model, samples):
    flow, codec = make_task("mango-flow"), make_task("mango-codec")
    batch = batch_of(flow, model, samples[:])
    with torch.no_grad():
        flow.initialise(model, batch)
        image = batch.images["depth"]
        rebuilt = model.codec["depth"].decode(model.codec["depth"].encode(image))
        codec.initialise(model, batch)
        again = model.codec["depth"].decode(model.codec["depth"].encode(image))
        torch.testing.assert_close(again, rebuilt)
        for weights in model.codec.parameters():
            weights.mul_(1.3)
        before = state_of(model, "flow.")
        flow.initialise(model, batch)
        x = model.encode(batch.images)
    assert_same(state_of(model, "flow."), before)
    halves = x.unflatten(1, (2, -1))
    torch.testing.assert_close(halves.std((0, 2)), torch.ones(2, 8), atol=1e-3, rtol=0)


@pytest.fixture
def start(model, samples, tmp_path):
    """The path of a checkpoint whose every weight is set."""
    task = make_task("mango-flow")
    with torch.no_grad():
        task.initialise(randomise(model, 0.05), batch_of(task, model, samples[:4]))
    save_checkpoint(model, ModelCard(name="first", task="mango-flow"), tmp_path)
    return tmp_path / "first.json"


def make_recipe(start, **more):
    """Return two steps of next to no learning from a checkpoint."""
    stage = {
        "task": "mango-flow",
        "steps": 2,
        "batch": 2,
        "learning_rate": 1e-9,
        "frozen": ["codec"],
    }
    return Recipe.from_table(
        {
            "name": "second",
            "model": {
                "kind": "mango",
                "config": asdict(TINY),
                "start": str(start),
                **more,
            },
            "data": {"set": "nyudv2"},
            "stage": [stage],
            "evaluation": {"resamples": 3},
        }
    )


def test_a_run_starts_where_its_checkpoint_stands(start, tmp_path):
    assert train(make_recipe(start), tmp_path / "run", device="cpu")
    given = load_checkpoint(start, "cpu").state_dict()
    end = load_checkpoint(tmp_path / "run" / "second.json", "cpu").state_dict()
    for name, tensor in given.items():
        torch.testing.assert_close(end[name], tensor, atol=1e-6, rtol=0, msg=name)


@pytest.mark.parametrize("name", list_recipes())
def test_what_a_recipe_starts_from_is_shipped_or_trained_by_a_recipe(name):
    start = load_recipe(name).model.start
    shipped = {card.name for card in list_checkpoints(PROJECT / "checkpoints")}
    assert not start or start in shipped or start in list_recipes()
    if "translation" in name:  # one command trains it
        assert not start or start in shipped


def test_a_start_that_is_not_there_yet_is_said_with_what_trains_it(tmp_path):
    recipe = make_recipe("mango-rooms-codec")
    with pytest.raises(CheckpointError, match="train mango-rooms-codec --export"):
        train(recipe, tmp_path / "run", device="cpu")
    with pytest.raises(CheckpointError, match=r"no checkpoint 'nothing'[^;]*;[^;]*$"):
        train(make_recipe("nothing"), tmp_path / "run", device="cpu")


def test_a_run_takes_from_its_checkpoint_what_it_is_told_to(start, tmp_path):
    recipe = make_recipe(start, start_with=["codec", "segmenter.*.weight"])
    assert train(recipe, tmp_path / "run", device="cpu")
    given = load_checkpoint(start, "cpu").state_dict()
    end = load_checkpoint(tmp_path / "run" / "second.json", "cpu").state_dict()
    for name, tensor in given.items():
        is_taken = name.startswith("codec") or (
            name.startswith("segmenter") and name.endswith("weight")
        )
        is_float = tensor.is_floating_point() and not name.endswith(".sign")
        same = torch.allclose(end[name], tensor, atol=1e-6)
        assert same == is_taken or not is_float, name


def test_a_run_older_than_a_setting_is_continued(start, tmp_path):
    recipe, folder = make_recipe(start), tmp_path / "run"
    assert train(recipe, folder, device="cpu")
    position, tensors = read_state(folder)
    del position.recipe["model"]["start_with"]
    write_state(folder, position, tensors)
    assert train(recipe, folder, resume=True, device="cpu")
    other = recipe.override("seed=5")
    with pytest.raises(InputError, match="another 'seed'"):
        train(other, folder, resume=True, device="cpu")


def test_a_model_saved_before_it_was_set_is_set_later(model, samples):
    other = Mango(TINY)
    other.load_state_dict(model.state_dict())
    task = make_task("mango-flow")
    with torch.no_grad():
        task.initialise(other, batch_of(task, other, samples[:]))
        z, _ = other.flow(other.encode(batch_of(task, other, samples[:]).images))
    assert abs(z.mean().item()) < 0.1
    assert 0.7 < z.std().item() < 1.4
