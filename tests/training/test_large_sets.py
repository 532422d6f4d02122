"""Training on 100,000 pairs begins after a few files, and holds few samples at once."""

import json
import weakref
from dataclasses import asdict, replace

import numpy as np
import pytest

from fusionviz.data.sets import photographs, rgbd_folder
from fusionviz.data.sets.photographs import LazySamples
from fusionviz.data.sets.registry import load_set
from fusionviz.training.loop.steps import FIRST_SAMPLES
from fusionviz.training.recipes import Recipe
from fusionviz.training.train import train
from tests.helpers.tiny_models import TINY_MANGO

COUNT, TEST, BATCH, STEPS, RUN = 100_000, 4, 8, 3, 10

RECIPE = {
    "name": "many",
    "model": {"kind": "mango", "config": asdict(replace(TINY_MANGO, classes=13))},
    "data": {"set": "nyuv2"},
    "evaluation": {"every": 0, "resamples": 5},
    "stage": [
        {
            "task": "mango-codec",
            "steps": STEPS,
            "batch": BATCH,
            "warmup": 0,
            "learning_rate": 0.001,
        }
    ],
}


@pytest.fixture
def many(tmp_path, monkeypatch):
    """100,000 names of photographs to train on, in runs of ten, without files."""
    folder = tmp_path / "data" / "nyuv2"
    for kind in ("rgb", "depth_mm", "label13"):
        (folder / kind).mkdir(parents=True)
    numbers = [n + n // RUN for n in range(COUNT)]
    names = {"train": numbers, "test": range(900_001, 900_001 + 2 * TEST, 2)}
    for split, chosen in names.items():
        lines = "".join(f"{number:06d}\n" for number in chosen)
        (folder / f"{split}.txt").write_text(lines)
    classes = {f"names{n}": ["void", *map(str, range(n))] for n in (13, 40)}
    (folder / "classes.json").write_text(json.dumps(classes))
    monkeypatch.setenv("FUSIONVIZ_DATA", str(tmp_path / "data"))
    return folder


@pytest.fixture
def opened(monkeypatch):
    """Paths of the images that were opened, in order."""
    paths = []
    images = {
        "rgb": np.full((16, 16, 3), 90, np.uint8),
        "depth_mm": np.full((16, 16), 1500, np.uint16),
        "label13": np.full((16, 16), 2, np.uint8),
    }

    def read(path, mode):
        paths.append(path)
        return images[path.parent.name]

    monkeypatch.setattr(photographs, "_read", read)
    return paths


def test_it_begins_after_few_files_and_holds_few_samples(
    many, opened, tmp_path, monkeypatch
):
    alive, most, at_first_loss = weakref.WeakSet(), [], []
    read = rgbd_folder.RGBDFolder.__getitem__

    def count(self, index):
        sample = read(self, index)
        if not isinstance(index, slice):
            alive.add(sample)
            most.append(len(alive))
        return sample

    monkeypatch.setattr(rgbd_folder.RGBDFolder, "__getitem__", count)
    from fusionviz.training.tasks.mango_codec import MangoCodecTask

    loss = MangoCodecTask.loss

    def first_loss(self, *args):
        at_first_loss.append(len(opened))
        return loss(self, *args)

    monkeypatch.setattr(MangoCodecTask, "loss", first_loss)
    assert train(Recipe.from_table(RECIPE), tmp_path / "run", device="cpu")
    ahead = 2 * BATCH  # made in the background
    assert at_first_loss[0] <= 3 * (FIRST_SAMPLES + BATCH + ahead)
    assert max(most) <= FIRST_SAMPLES + BATCH + ahead
    numbers = sorted(int(p.stem) for p in opened if p.parent.name == "rgb")
    numbers = [number for number in numbers if number < 900_000]
    assert numbers[0] < 0.1 * COUNT
    assert numbers[-1] > 0.9 * COUNT
    assert np.diff(numbers).max() < 0.1 * COUNT


def test_a_set_is_divided_and_cut_without_opening_an_image(many, opened):
    train_set, held = load_set("nyuv2", "train"), load_set("nyuv2", "validation")
    assert len(train_set) + len(held) == COUNT
    assert len(held) == COUNT / 10
    assert not set(train_set.groups) & set(held.groups)
    assert len(train_set[: COUNT // 2]) == COUNT // 2
    assert opened == []


def test_lazy_samples_are_read_one_by_one():
    asked = []
    samples = LazySamples(range(COUNT), lambda place: asked.append(place) or place)
    part = samples[::1000]
    assert len(part) == COUNT // 1000
    assert asked == []
    assert part[3] == 3000
    assert asked == [3000]
