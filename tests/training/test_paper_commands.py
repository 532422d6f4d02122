"""The commands of docs/datasets.md are commands, and those on authors' files train."""

import json
import re
import shlex
from pathlib import Path

import numpy as np
import pytest
from typer.testing import CliRunner

from fusionviz import cli
from fusionviz.data.sets.registry import SETS
from fusionviz.models.checkpoints import list_checkpoints
from fusionviz.models.factory import make_model
from fusionviz.training.recipes import Recipe, load_recipe
from fusionviz.training.tables import read_settings
from tests.data.sets.test_csd import write as write_csd
from tests.data.sets.test_mmsa import one_split
from tests.helpers.files.photograph_sets import (
    make_nyu_mat,
    make_sun_rgbd,
    make_taskonomy,
)

PROJECT = Path(__file__).parents[2]
TEXT = (PROJECT / "docs" / "datasets.md").read_text("utf-8")
COMMANDS = re.findall(r"`python -m fusionviz ((?:train|evaluate) [^`]+)`", TEXT)
TRAIN = [one for one in COMMANDS if one.startswith("train")]
PAIRS = (
    "shade-texture-to-rgb",
    "depth-normal-to-rgb",
    "rgb-shade-to-normal",
    "rgb-normal-to-shade",
    "rgb-edge-to-depth",
)
TINY_PHOTOGRAPHS = (
    "model.config.image_size=[32, 48]",
    "model.config.grid=[2, 3]",
    "model.config.encoder_width=16",
    "model.config.width=8",
    "model.config.square_channels=[3, 2]",
    "model.config.heads=2",
    "model.config.blocks=1",
    "model.config.codec_widths=[8, 8, 8, 8]",
)
TINY_SEQUENCES = ("model.config.d_model=8", "model.config.d_state=2")


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
    assert make_model(recipe.model.kind, recipe.model.config)


def test_for_each_that_trains_one_evaluates():
    assert len(TRAIN) >= 14
    shipped = {card.name for card in list_checkpoints(PROJECT / "checkpoints")}
    names = [recipe_of(one).name for one in TRAIN]
    assert len(set(names)) == len(names)
    measured = [shlex.split(one)[1] for one in COMMANDS if one.startswith("evaluate")]
    own = {f"runs/{name}/{name}.json": name for name in names}
    assert [own.get(one, one) for one in measured] == names
    assert {one for one in measured if one not in own} <= shipped


def run(command, folder, *settings):
    """Train a command's recipe for two steps and measure what it saved."""
    recipe = recipe_of(command)
    stages = range(1, len(recipe.stage) + 1)
    few = [f"stage.{n}.{one}" for n in stages for one in ("steps=2", "batch=2")]
    more = [*settings, *few, "model.start=", "evaluation.every=2"]
    more += ["evaluation.resamples=5"]
    sets = [word for setting in more for word in ("--set", setting)]
    out = folder / "run"
    words = [*shlex.split(command), *sets, "--out", str(out), "--device", "cpu"]
    done = CliRunner().invoke(cli.app, words)
    assert done.exit_code == 0, done.output
    path = out / f"{recipe.name}.json"
    words = ["evaluate", str(path), "--json", "--resamples", "5", "--device", "cpu"]
    told = CliRunner().invoke(cli.app, words)
    assert told.exit_code == 0, told.output
    result = json.loads(told.stdout)
    assert result["data"] == recipe.data.set
    return result["metrics"]


def command_of(name):
    """The command that trains a checkpoint of that name."""
    return next(one for one in TRAIN if recipe_of(one).name == name)


def make_many_rooms(folder):
    """Enough rooms of NYU that one of them is for validation."""
    make_nyu_mat(folder, [f"room{row // 2}" for row in range(24)] + ["hall"])


@pytest.mark.parametrize(
    ("name", "make", "classes"),
    [("mango-sun", make_sun_rgbd, 37), ("mango-nyu-mat", make_many_rooms, 40)],
)
def test_segmentation_trains_on_the_authors_files(
    name, make, classes, tmp_path, monkeypatch
):
    monkeypatch.setenv("FUSIONVIZ_CACHE", str(tmp_path / "cache"))
    data = tmp_path / "data"
    data.mkdir()
    make(data)
    command = command_of(name).replace("DIR", str(data))
    assert f"classes={classes}" in command
    metrics = run(command, tmp_path, *TINY_PHOTOGRAPHS)
    assert {"miou", "pixel_accuracy", "mean_accuracy"} <= set(metrics)


@pytest.mark.parametrize("pair", PAIRS)
def test_translations_train_on_taskonomy(pair, tmp_path, monkeypatch):
    monkeypatch.setenv("FUSIONVIZ_CACHE", str(tmp_path / "cache"))
    make_taskonomy(tmp_path / "data")
    command = command_of("mango-taskonomy-rgb-edge-to-depth")
    command = command.replace("rgb-edge-to-depth", pair).replace(
        "DIR", str(tmp_path / "data")
    )
    metrics = run(command, tmp_path, *TINY_PHOTOGRAPHS)
    assert {"mae", "mse", "psnr", "ssim"} <= set(metrics)
    assert np.isfinite(metrics["mae"]["value"])
    named = {"rgb-edge-to-depth": "depth_mae_m", "rgb-shade-to-normal": "normal_angle"}
    if pair in named:
        assert any(metric.startswith(named[pair]) for metric in metrics)


def test_sentiment_trains_on_computational_sequences(tmp_path):
    data = tmp_path / "data"
    data.mkdir()
    random = np.random.default_rng(0)
    videos = "abcdef"
    spans = [[k, k + 1] for k in range(6)]
    labels = {v: ([[0, 3], [3, 6]], [[-1.5], [2.0]]) for v in videos}
    write_csd(data / "CMU_MOSEI_Labels.csd", "Opinion Segment Labels", labels)
    files = {"TimestampedWordVectors": 300, "COVAREP": 74, "VisualFacet42": 35}
    for name, width in files.items():
        content = {v: (spans, random.normal(size=(6, width))) for v in videos}
        write_csd(data / f"CMU_MOSEI_{name}.csd", name, content)
    for split, chosen in {"train": "abcd", "validation": "e", "test": "f"}.items():
        (data / f"{split}.txt").write_text("\n".join(chosen))
    command = command_of("alignmamba-csd").replace("DIR", str(data))
    metrics = run(command, tmp_path, *TINY_SEQUENCES)
    assert {"accuracy", "f1", "mae", "correlation"} <= set(metrics)


@pytest.mark.parametrize("name", ["alignmamba-mmsa-mosi", "alignmamba-mmsa-mosei"])
def test_sentiment_trains_on_the_toolkits_pickles(name, tmp_path):
    import pickle

    widths = {
        one["name"]: one["width"]
        for one in recipe_of(command_of(name)).model.config["modalities"]
    }
    content = {
        split: widened(one_split(videos, seed=seed, aligned=False)[0], widths)
        for seed, (split, videos) in enumerate(
            {"train": "abcd", "valid": "ef", "test": "gh"}.items()
        )
    }
    path = tmp_path / "unaligned_50.pkl"
    path.write_bytes(pickle.dumps(content))
    command = re.sub(r"file=\S+", f"file={path}", command_of(name))
    metrics = run(command, tmp_path, *TINY_SEQUENCES)
    assert {"accuracy", "f1", "mae", "correlation"} <= set(metrics)


def widened(split, widths):
    """A split whose features have the widths that a toolkit's have."""
    ours = {"text": "text", "audio": "audio", "video": "vision"}
    for name, key in ours.items():
        times = -(-widths[name] // split[key].shape[-1])
        split[key] = np.tile(split[key], (1, 1, times))[..., : widths[name]]
    return split
