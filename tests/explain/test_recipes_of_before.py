"""Recipes that were exported before the code was put into folders by subject.

Each file of `tests/fixtures/recipes` was written by that version, with the numbers that
it found; none of its controls has its default. The weights are those that are shipped.
"""

import json
from pathlib import Path

import numpy as np
import pytest

from fusionviz.explain import writing
from fusionviz.explain.command import read_recipe, run_explain
from fusionviz.explain.source import FigureSource

RECIPES = Path(__file__).parents[1] / "fixtures" / "recipes"
EXPORTS = sorted(RECIPES.iterdir())


@pytest.mark.parametrize("export", EXPORTS, ids=lambda path: path.name)
def test_it_gives_what_it_gave(tmp_path, monkeypatch, export):
    monkeypatch.setattr(writing, "find_chrome", lambda: False)
    run_explain(tmp_path, FigureSource(device="cpu"), export, lambda line: None)
    name = read_recipe(export).exhibit
    if export.suffix == ".npz":
        with np.load(export) as before, np.load(tmp_path / f"{name}.npz") as now:
            for key in set(before) - {"recipe"}:
                np.testing.assert_allclose(now[key], before[key], atol=1e-6)
        return
    before, now = (
        json.loads(path.read_text(encoding="utf-8"))["numbers"]
        for path in (export, tmp_path / f"{name}.json")
    )
    assert before.keys() <= now.keys()
    for key, number in before.items():
        same = number if isinstance(number, str) else pytest.approx(number, 1e-3, 1e-6)
        assert now[key] == same, key


def test_they_are_of_every_page_and_kind_of_sample():
    recipes = [read_recipe(path) for path in EXPORTS]
    pages = {recipe.exhibit.split("-")[0] for recipe in recipes}
    assert pages == {"latents", "attention", "transport", "distributions"}
    assert {kind for one in recipes for kind in one.subject.sample} == {
        "room",
        "utterance",
    }
    assert any(recipe.other for recipe in recipes)
