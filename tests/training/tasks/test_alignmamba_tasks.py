"""AlignMamba's tasks train for a few steps on a handful of samples, and measure."""

from dataclasses import replace

import numpy as np
import pytest
import torch

from fusionviz.data.records import RGBDSample
from fusionviz.errors import InputError
from fusionviz.models import factory
from fusionviz.models.alignmamba.rgbd import rgbd_inputs
from fusionviz.training.recipes import list_recipes, load_recipe
from fusionviz.training.tasks import make_task
from fusionviz.training.tasks.alignmamba_dense import drop_one
from tests.helpers.alignmamba_models import make_model, rgbd_config
from tests.helpers.few_steps import take_steps


def make_samples(count):
    rng = np.random.default_rng(0)
    return [
        RGBDSample(
            rgb=rng.integers(0, 256, (16, 16, 3), dtype=np.uint8),
            depth_m=rng.uniform(0.5, 5, (16, 16)).astype(np.float32),
            label=rng.integers(-1, 3, (16, 16)),
        )
        for _ in range(count)
    ]


def test_a_few_steps_lower_the_loss():
    task = make_task("alignmamba-dense", {"augment": True, "missing": 0.3})
    losses, terms = take_steps(
        task, make_model(rgbd_config()), make_samples(4), steps=8
    )
    assert losses[-1] < losses[0]
    assert set(terms) == {"loss", "segmentation", "align"}


def test_the_loss_weighs_alignment_as_the_model_says():
    task, model = (
        make_task("alignmamba-dense"),
        make_model(rgbd_config(align_weight=0.7)),
    )
    batch = task.prepare(model, make_samples(2))
    terms = task.loss(model, batch, torch.Generator())
    expected = terms["segmentation"] + 0.7 * terms["align"]
    torch.testing.assert_close(terms["loss"], expected)
    assert terms["align"] > 0


def test_measuring_gives_one_value_a_sample():
    task, model = make_task("alignmamba-dense"), make_model(rgbd_config())
    samples = make_samples(3)
    samples[1] = replace(samples[1], rgb=None)
    with torch.inference_mode():
        measured = task.evaluate(model, samples, torch.device("cpu"))
    assert set(measured) == {"miou", "pixel_accuracy", "mean_accuracy", "align_loss"}
    confusions = measured["miou"].values
    labelled = [(sample.label >= 0).sum() for sample in samples]
    assert confusions.sum(axis=(1, 2)).tolist() == labelled
    assert measured["align_loss"].values[1] == 0 < measured["align_loss"].values[0]


def test_a_model_of_one_modality_can_be_trained():
    config = rgbd_config()
    model = make_model(rgbd_config(modalities=config.modalities[:1]))
    losses, _ = take_steps(
        make_task("alignmamba-dense"), model, make_samples(2), steps=2
    )
    assert losses[1] < losses[0]


def test_missing_modalities_reach_the_model():
    model, samples = make_model(rgbd_config()), make_samples(2)
    task = make_task("alignmamba-dense", {"missing": 1.0})
    batch = task.prepare(model, samples)
    terms = task.loss(model, batch, torch.Generator().manual_seed(0))
    assert terms["align"] == 0
    assert model(rgbd_inputs(batch.images)).align_loss.min() > 0


def test_a_share_of_samples_loses_one_and_none_loses_all():
    there = torch.ones(4000, dtype=torch.bool)
    present = {"rgb": there, "depth": torch.arange(4000) >= 1000}
    left = drop_one(present, 0.4, torch.Generator().manual_seed(0))
    assert (left["rgb"] | left["depth"]).all()
    assert left["rgb"][:1000].all()  # the last one stays
    for name in present:
        share = 1 - left[name][1000:].float().mean()
        assert share == pytest.approx(0.2, abs=0.03)
    whole = drop_one(present, 0.0, torch.Generator())
    assert torch.equal(whole["depth"], present["depth"])


def test_no_share_is_refused():
    with pytest.raises(InputError, match="missing is a share from 0 to 1, got 2"):
        make_task("alignmamba-dense", {"missing": 2})


def test_the_recipe_can_be_made():

    assert "alignmamba-rooms" in list_recipes()
    recipe = load_recipe("alignmamba-rooms")
    model = factory.make_model(recipe.model.kind, recipe.model.config)
    assert model.config.image_size == recipe.data.options["size"]
    for stage in recipe.stage:
        make_task(stage.task, stage.options)
