"""The commands of docs/datasets.md are commands, and each has one that measures."""

import re
import shlex
from pathlib import Path

import pytest

from fusionviz.data.sets.registry import SETS
from fusionviz.models.checkpoints import list_checkpoints
from fusionviz.training.recipes import Recipe, load_recipe
from fusionviz.training.tables import read_settings

PROJECT = Path(__file__).parents[2]
TEXT = (PROJECT / "docs" / "datasets.md").read_text("utf-8")
COMMANDS = re.findall(r"`python -m fusionviz ((?:train|evaluate) [^`]+)`", TEXT)
TRAIN = [one for one in COMMANDS if one.startswith("train")]


def words_with(command, option):
    words = shlex.split(command)
    return [b for a, b in zip(words, words[1:], strict=False) if a == option]


def recipe_of(command) -> Recipe:
    """The recipe that a command trains."""
    recipe = load_recipe(shlex.split(command)[1])
    if data := words_with(command, "--data"):
        recipe = recipe.on(data[0], read_settings(words_with(command, "--with")))
    for setting in words_with(command, "--set"):
        recipe = recipe.override(setting)
    return recipe


@pytest.mark.parametrize("command", TRAIN)
def test_a_command_trains_a_model_on_a_set(command):
    recipe = recipe_of(command)
    assert recipe.data.set in SETS
    assert recipe.stage


def test_for_each_that_trains_one_evaluates():
    assert len(TRAIN) >= 14
    shipped = {card.name for card in list_checkpoints(PROJECT / "checkpoints")}
    names = [recipe_of(one).name for one in TRAIN]
    assert len(set(names)) == len(names)
    measured = [shlex.split(one)[1] for one in COMMANDS if one.startswith("evaluate")]
    own = {f"runs/{name}/{name}.json": name for name in names}
    assert [own.get(one, one) for one in measured] == names
    assert {one for one in measured if one not in own} <= shipped
