"""Every recipe for NYU Depth V2 trains, on small images and for two steps a stage."""

import json

import pytest

from fusionviz.models.checkpoints import load_checkpoint
from fusionviz.training.evaluation import evaluate_checkpoint
from fusionviz.training.recipes import list_recipes, load_recipe
from fusionviz.training.train import train
from tests.helpers.files.nyu_folder import make_nyu_folder
from tests.helpers.files.rgbd_folder import TEST, make_rgbd_folder

PHOTOGRAPHS = ("mango-nyu-13", "alignmamba-nyu")
"""On the official division, by features of a pretrained encoder."""

RECIPES = [
    name
    for name in list_recipes()
    if name.startswith("mango-nyu") and name not in PHOTOGRAPHS
]

SETTINGS = (
    "model.start=''",
    "model.config.image_size=16",
    "model.config.grid=4",
    "model.config.width=8",
    "model.config.heads=2",
    "model.config.coupling_width=8",
    "model.config.codec_widths=[8, 8]",
    "model.config.head_width=32",
    "model.config.guess_width=16",
    "evaluation.every=2",
    "evaluation.resamples=5",
)


def make_tiny(name):
    recipe = load_recipe(name)
    per_stage = [
        f"stage.{number}.{setting}"
        for number in range(1, len(recipe.stage) + 1)
        for setting in ("steps=2", "batch=4", "warmup=0")
    ]
    blocks = min(1, recipe.model.config.get("blocks", 1))
    if recipe.data.train.get("rooms"):
        per_stage.append("data.train.rooms=2")
    for setting in (*SETTINGS, *per_stage, f"model.config.blocks={blocks}"):
        recipe = recipe.override(setting)
    return recipe


@pytest.mark.parametrize("name", RECIPES)
def test_a_recipe_trains_and_is_measured(name, tmp_path, monkeypatch):
    monkeypatch.setenv("FUSIONVIZ_DATA", str(make_nyu_folder(tmp_path / "data")))
    recipe = make_tiny(name)
    assert train(recipe, tmp_path / "run", device="cpu")
    model = load_checkpoint(tmp_path / "run" / f"{name}.json", "cpu")
    assert {"miou", "pixel_accuracy", "mean_accuracy"} <= set(model.card.metrics)
    assert len(model.card.class_names) == model.config.classes
    assert ("bits_per_dim" in model.card.metrics) == (model.config.blocks > 0)
    json.dumps(model.card.recipe)


@pytest.mark.parametrize("name", PHOTOGRAPHS)
def test_a_recipe_on_photographs_trains_and_any_folder_is_measured(
    name, tmp_path, monkeypatch
):
    folder = make_rgbd_folder(tmp_path / "data" / "nyuv2")
    monkeypatch.setenv("FUSIONVIZ_DATA", str(tmp_path / "data"))
    monkeypatch.setenv("FUSIONVIZ_CACHE", str(tmp_path / "cache"))
    recipe = load_recipe(name)
    changes = {"image_size": [32, 48], "grid": [2, 3], "encoder_width": 16}
    if name.startswith("mango"):
        changes |= {"width": 8, "square_channels": [3, 2], "heads": 2, "blocks": 1}
        changes |= {"codec_widths": [8, 8, 8, 8]}
    else:
        changes |= {"d_model": 8, "d_state": 2}
    settings = [f"model.config.{key}={value}" for key, value in changes.items()]
    for stage in range(1, len(recipe.stage) + 1):
        settings += [f"stage.{stage}.{one}" for one in ("steps=2", "batch=4")]
    for setting in (*settings, "evaluation.every=2", "evaluation.resamples=5"):
        recipe = recipe.override(setting)
    assert train(recipe, tmp_path / "run", device="cpu")
    path = str(tmp_path / "run" / f"{name}.json")
    measured = evaluate_checkpoint(path, str(folder), resamples=5)
    assert measured["samples"] == len(TEST)
    if name.startswith("alignmamba"):
        result = evaluate_checkpoint(path, missing="fixed", resamples=5)
        present = [part["present"] for part in result["by_missing"]]
        assert sorted(map(len, present)) == [1, 1, 2]
    card = load_checkpoint(path, "cpu").card
    for metric in ("miou", "pixel_accuracy"):
        found = measured["metrics"][metric]["value"]
        assert found == pytest.approx(card.metrics[metric].value, abs=0.02)


def test_the_baselines_are_the_network_and_differ_in_what_it_sees():
    whole = load_recipe("mango-nyu")
    names = ("concatenation", "rgb", "depth")
    recipes = [load_recipe(f"mango-nyu-{name}") for name in names]
    for recipe in recipes:
        config = {**recipe.model.config}
        assert config.pop("blocks") == 0
        assert config == whole.model.config
        assert recipe.model.start == whole.model.start
        assert recipe.data == whole.data
        assert recipe.stage[0] == whole.stage[0]
        own, flows = recipe.stage[1], whole.stage[1]
        assert (own.steps, own.batch) == (flows.steps, flows.batch)
        assert own.learning_rate == flows.learning_rate
        for name in ("augment", "balance"):
            assert own.options[name] == flows.options[name]
    uses = [recipe.stage[1].options.get("use") for recipe in recipes]
    assert uses == [None, ["rgb"], ["depth"]]
