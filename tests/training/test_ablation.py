"""An ablation trains what is shared, each variant from it, and prints a table."""

import json
from dataclasses import replace

import numpy as np
import pytest
import safetensors.torch
import torch

from fusionviz.errors import InputError
from fusionviz.models.factory import make_model
from fusionviz.training import ablation as module
from fusionviz.training.ablation import (
    VariantResult,
    list_ablations,
    load_ablation,
    read_record,
    run_ablation,
    to_markdown,
    to_record,
)
from fusionviz.training.parameters import choose_trainable
from tests.helpers import toy

TEXT = """
recipe = {recipe}
shared_stages = 1
seeds = 2
metrics = ["mae", "nothing"]
set = ["stage.2.steps=6"]

[[variant]]
name = "as it is"

[[variant]]
name = "without a gate"
set = ["stage.2.frozen=['codec', 'gate']"]
"""

RECIPE = """
name = "toy"
seed = 3
[model]
kind = "toy"
[data]
set = "toy"
test = { count = 20 }
validation = { count = 13 }
[evaluation]
resamples = 20
[[stage]]
task = "toy"
steps = 4
batch = 8
learning_rate = 0.01
trainable = ["codec"]
[[stage]]
task = "toy"
steps = 4
batch = 8
learning_rate = 0.01
frozen = ["codec"]
"""


@pytest.fixture
def ablation(tmp_path):
    toy.install()
    recipe = tmp_path / "toy.toml"
    recipe.write_text(RECIPE)
    path = tmp_path / "ablation.toml"
    path.write_text(TEXT.format(recipe=json.dumps(str(recipe))))
    return load_ablation(path)


def weights(folder, seed, name):
    file = folder / f"seed-{seed}" / name / f"{name}.safetensors"
    return safetensors.torch.load_file(file)


def refuse(*args, **kwargs):
    raise AssertionError("what is there was trained again")


def test_variants_start_from_what_they_share_and_differ_in_what_they_say(
    ablation, tmp_path, monkeypatch
):
    folder = tmp_path / "runs"
    rows = run_ablation(ablation, folder, device="cpu")
    assert [row.name for row in rows] == ["as it is", "without a gate"]
    for row in rows:
        assert [card.seed for card in row.cards] == [3, 4]
        assert all(card.steps == 6 for card in row.cards)
    for seed in (3, 4):
        shared = weights(folder, seed, "shared")
        whole = weights(folder, seed, "as-it-is")
        gateless = weights(folder, seed, "without-a-gate")
        assert torch.equal(shared["codec.weight"], whole["codec.weight"])
        assert torch.equal(shared["codec.weight"], gateless["codec.weight"])
        assert torch.equal(shared["gate"], gateless["gate"])
        assert not torch.equal(shared["gate"], whole["gate"])
    first, second = (weights(folder, seed, "shared") for seed in (3, 4))
    assert not torch.equal(first["codec.weight"], second["codec.weight"])

    monkeypatch.setattr(module, "train", refuse)
    again = run_ablation(ablation, folder, device="cpu")
    table = to_markdown(again, ablation.metrics).splitlines()
    assert table[0].startswith("| variant | parameters | steps | seeds | seconds | mae")
    assert len(table) == 4
    figures = [card.metrics["mae"].value for card in rows[0].cards]
    spread = abs(figures[0] - figures[1]) / np.sqrt(2)  # of two, by n - 1
    assert f"| {np.mean(figures):.3g} ± {spread:.2g} |" in table[2]
    assert table[2].endswith("| – |")
    alone = [VariantResult(name=row.name, cards=row.cards[:1]) for row in again]
    line = to_markdown(alone, ablation.metrics).splitlines()[2]
    assert f"{figures[0]:.3g} [" in line


def test_a_record_gives_the_same_table(ablation, tmp_path):
    rows = run_ablation(ablation, tmp_path / "runs", device="cpu")
    path = tmp_path / "record.json"
    path.write_text(to_record("toy", ablation, rows), "utf-8")
    back, metrics = read_record(path)
    assert to_markdown(back, metrics) == to_markdown(rows, ablation.metrics)
    assert [one.seed for one in back[1].cards] == [3, 4]
    path.write_text('{"variants": [{}]}')
    with pytest.raises(InputError, match=r"record.json is no record"):
        read_record(path)


def test_variants_are_measured_on_the_validation_split(ablation, tmp_path, monkeypatch):
    monkeypatch.setattr(toy, "load_toy", counted := Counted(toy.load_toy))
    rows = run_ablation(replace(ablation, seeds=1), tmp_path / "runs", device="cpu")
    assert set(counted.asked) == {("train", 37), ("validation", 13)}
    assert all(card.metrics["mae"].n == 13 for row in rows for card in row.cards)
    assert rows[0].cards[0].data.endswith("measured on validation")
    counted.asked.clear()
    tested = replace(ablation, seeds=1, split="test")
    run_ablation(tested, tmp_path / "others", device="cpu")
    assert ("test", 20) in counted.asked


class Counted:
    """A loader that notes what was asked of it."""

    def __init__(self, load):
        self.load, self.asked = load, []

    def __call__(self, split, count=toy.SAMPLES):
        self.asked.append((split, count))
        return self.load(split, count)


def test_results_of_other_settings_are_refused(ablation, tmp_path):
    few = replace(ablation, seeds=1)
    run_ablation(few, tmp_path, device="cpu")
    other = replace(few, set=("stage.2.steps=5",))
    with pytest.raises(InputError, match="as-it-is holds a result of other settings"):
        run_ablation(other, tmp_path, device="cpu")


def test_some_variants_and_seeds_can_be_chosen(ablation):
    chosen = ablation.only(["without a gate"])
    assert [variant.name for variant in chosen.variant] == ["without a gate"]
    with pytest.raises(InputError, match="no variant 'gate'; there are: as it is, "):
        ablation.only(["gate"])
    with pytest.raises(ValueError, match="seeds must be positive, got 0"):
        replace(ablation, seeds=0)


def test_too_many_shared_stages_are_refused(ablation):
    with pytest.raises(InputError, match="must leave a stage of 2, got 2"):
        replace(ablation, shared_stages=2).shared()


def test_an_ablation_that_is_not_there_is_said(tmp_path):
    with pytest.raises(InputError, match="no ablation 'nothing'"):
        load_ablation("nothing")


@pytest.mark.parametrize("name", list_ablations())
def test_every_variant_of_the_package_can_be_made(name):
    ablation = load_ablation(name)
    recipe = ablation.shared()
    assert len({variant.name for variant in ablation.variant}) == len(ablation.variant)
    tables = []
    for variant in ablation.variant:
        chosen = recipe
        for setting in variant.set:
            chosen = chosen.override(setting)
        model = make_model(chosen.model.kind, chosen.model.config)
        for stage in chosen.stage:
            choose_trainable(model, stage)
        tables.append(chosen.to_table())
    assert all(tables.count(one) == 1 for one in tables)


def test_the_packages_ablation_of_mango_is_fair():
    ablation = load_ablation("mango")
    recipe = ablation.shared()
    assert len({variant.name for variant in ablation.variant}) == len(ablation.variant)
    sizes = {}
    for variant in ablation.variant:
        chosen = recipe
        for setting in variant.set:
            chosen = chosen.override(setting)
        flow = make_model("mango", chosen.model.config).flow
        sizes[variant.name] = sum(item.numel() for item in flow.parameters())
        for own, common in zip(chosen.stage, recipe.stage, strict=True):
            # Equal but for what is kept from learning.
            assert replace(own, frozen=common.frozen) == common
    assert max(sizes.values()) < 1.03 * min(sizes.values()), sizes
