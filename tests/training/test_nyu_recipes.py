"""Every recipe for NYU Depth V2 trains, on small images and for two steps a stage."""

import pytest

from fusionviz.models.checkpoints import load_checkpoint
from fusionviz.training.evaluation import evaluate_checkpoint
from fusionviz.training.recipes import load_recipe
from fusionviz.training.train import train
from tests.helpers.files.rgbd_folder import TEST, make_rgbd_folder

PHOTOGRAPHS = ("mango-nyu", "alignmamba-nyu")
"""On the official division, by features of a pretrained encoder."""


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
