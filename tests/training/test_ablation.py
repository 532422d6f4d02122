"""An ablation trains what is shared once, each variant from it, and prints a table."""

import json
from dataclasses import replace

import pytest
import safetensors.torch
import torch

from fusionviz.errors import InputError
from fusionviz.models.factory import make_model
from fusionviz.training import ablation as module
from fusionviz.training.ablation import load_ablation, run_ablation, to_markdown
from tests.helpers import toy

TEXT = """
recipe = {recipe}
shared_stages = 1
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


def weights(folder, name):
    return safetensors.torch.load_file(folder / name / f"{name}.safetensors")


def test_variants_start_from_what_they_share_and_differ_in_what_they_say(
    ablation, tmp_path, monkeypatch
):
    folder = tmp_path / "runs"
    rows = run_ablation(ablation, folder, device="cpu")
    assert [name for name, _ in rows] == ["as it is", "without a gate"]
    assert all(card.steps == 6 for _, card in rows)
    shared = weights(folder, "shared")
    whole, gateless = weights(folder, "as-it-is"), weights(folder, "without-a-gate")
    assert torch.equal(shared["codec.weight"], whole["codec.weight"])
    assert torch.equal(shared["codec.weight"], gateless["codec.weight"])
    assert torch.equal(shared["gate"], gateless["gate"])
    assert not torch.equal(shared["gate"], whole["gate"])

    def refuse(*args, **kwargs):
        raise AssertionError("what is there was trained again")

    monkeypatch.setattr(module, "train", refuse)
    again = run_ablation(ablation, folder, device="cpu")
    table = to_markdown(again, ablation.metrics).splitlines()
    assert table[0].startswith("| variant | parameters | steps | seconds | mae |")
    assert len(table) == 4
    assert f"{rows[0][1].metrics['mae'].value:.3g} [" in table[2]
    assert table[2].endswith("| – |")


def test_too_many_shared_stages_are_refused(ablation):
    from dataclasses import replace

    with pytest.raises(InputError, match="must leave a stage of 2, got 2"):
        replace(ablation, shared_stages=2).shared()


def test_an_ablation_that_is_not_there_is_said(tmp_path):
    with pytest.raises(InputError, match="no ablation 'nothing'"):
        load_ablation("nothing")


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
