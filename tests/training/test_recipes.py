"""Recipes are read whole, or refused with a sentence that says what arrived."""

import json

import pytest

from fusionviz.errors import InputError
from fusionviz.training.recipes import Recipe, list_recipes, load_recipe, shorten

TEXT = """
name = "small-room"
seed = 3

[model]
kind = "mango"
config = { preset = "small", width = 32, partitions = ["mmca", "imca"] }

[data]
set = "rooms"
options = { size = 64 }
train = { count = 100, size = 32 }

[evaluation]
every = 10

[[stage]]
task = "mango-codec"
steps = 20
batch = 8
learning_rate = 1
trainable = ["codec"]

[[stage]]
task = "mango-flow"
options = { noise = 0.1 }
steps = 30
batch = 4
learning_rate = 5e-4
frozen = ["codec"]
learning_rate_factors = { "*.gate" = 5.0 }
"""


@pytest.fixture
def path(tmp_path):
    path = tmp_path / "own.toml"
    path.write_text(TEXT)
    return path


@pytest.fixture
def recipe(path):
    return load_recipe(path)


def test_a_recipe_is_read(recipe):
    assert recipe.name == "small-room"
    assert [stage.task for stage in recipe.stage] == ["mango-codec", "mango-flow"]
    assert recipe.stage[0].learning_rate == 1.0
    assert isinstance(recipe.stage[0].learning_rate, float)
    assert recipe.stage[1].frozen == ("codec",)
    assert recipe.stage[1].learning_rate_factors == {"*.gate": 5.0}
    assert recipe.data.options_for("train") == {"size": 32, "count": 100}
    assert recipe.data.options_for("test") == {"size": 64}
    assert recipe.evaluation.every == 10
    assert recipe.evaluation.resamples == 1000


def test_a_recipe_survives_json(recipe):
    text = json.dumps(recipe.to_table())
    again = Recipe.from_table(json.loads(text))
    assert again.stage == recipe.stage
    assert json.dumps(again.to_table()) == text


@pytest.mark.parametrize(
    ("setting", "look", "value"),
    [
        ("seed=7", lambda r: r.seed, 7),
        ("stage.2.steps=100", lambda r: r.stage[1].steps, 100),
        ("stage.1.learning_rate = 1e-4", lambda r: r.stage[0].learning_rate, 1e-4),
        ("stage.1.frozen=['a', 'b']", lambda r: r.stage[0].frozen, ("a", "b")),
        ("model.config.blocks=2", lambda r: r.model.config["blocks"], 2),
        ("data.test.count=5", lambda r: r.data.test, {"count": 5}),
        ("note=plain words", lambda r: r.note, "plain words"),
        ("stage.2.precision=bf16", lambda r: r.stage[1].precision, "bf16"),
    ],
)
def test_a_setting_changes_one_value(recipe, setting, look, value):
    before = recipe.to_table()
    assert look(recipe.override(setting)) == value
    assert recipe.to_table() == before


@pytest.mark.parametrize(
    ("setting", "sentence"),
    [
        ("seed", "key=value, got 'seed'"),
        ("stage.0.steps=1", "'0' is not one of 1 to 2"),
        ("stage.3.steps=1", "'3' is not one of 1 to 2"),
        ("sed=1", "has no 'sed'"),
        ("stage.1.stpes=1", "stage 1 has no 'stpes'; it has: task, .*steps"),
        ("modle.kind=1", "there is no 'modle'"),
        ("seed.x=1", "leads to no table"),
        ("seed=1.5", "seed must be a whole number, got 1.5"),
        ("seed=true", "seed must be a whole number, got True"),
        ("seed=-1", "seed must not be negative, got -1"),
        ("stage.1.steps=0", "stage 1: steps must be positive, got 0"),
        ("stage.1.learning_rate=fast", "must be a number, got 'fast'"),
        ("stage.1.ema=1.0", "ema must be from 0 to below 1, got 1.0"),
        ("stage.1.precision=fp8", "must be 'no' or 'bf16', got 'fp8'"),
        ("stage.1.trainable=codec", "must be a list, got 'codec'"),
        ("stage.1.learning_rate_factors={a=-1}", "'a' must not be negative, got -1"),
        ("stage=[]", r"needs a stage, got \(\)"),
        ("name=../other", "letters, digits"),
        ("data=rooms", "must be a table, got 'rooms'"),
    ],
)
def test_what_does_not_fit_is_said(recipe, setting, sentence):
    with pytest.raises(InputError, match=sentence):
        recipe.override(setting)


def test_a_missing_value_is_said(path):
    path.write_text(TEXT.replace("steps = 30\n", ""))
    with pytest.raises(InputError, match="stage 2 lacks 'steps'"):
        load_recipe(path)


def test_a_missing_or_broken_recipe_is_said(path):
    with pytest.raises(InputError, match="there is no recipe 'nowhere'"):
        load_recipe("nowhere")
    path.write_text("name = ")
    with pytest.raises(InputError, match="no valid TOML"):
        load_recipe(path)


def test_every_recipe_of_the_package_is_valid():
    for name in list_recipes():
        assert load_recipe(name).name == name


@pytest.mark.parametrize("name", list_recipes())
def test_every_recipe_can_be_tried_in_two_steps_a_stage(name):
    recipe = load_recipe(name)
    short = shorten(recipe)
    assert [one.steps for one in short.stage] == [2] * len(recipe.stage)
    assert short.data.most <= 8
    for split in ("train", "validation", "test"):
        assert short.data.options_for(split).get("count", 0) <= 8
    assert all(one.data.get("count", 0) <= 8 for one in short.stage)
    assert short.evaluation.every == 2
    assert (short.name, short.model) == (recipe.name, recipe.model)


def test_a_recipe_starts_from_what_another_recipe_trains():
    for name in list_recipes():
        start = load_recipe(name).model.start
        assert not start or start in list_recipes(), f"{name} starts from {start}"
