"""The baselines: MANGO's encoders and head without its flow."""

from dataclasses import replace

import pytest
import torch

from fusionviz.data.sets.nyudv2 import load_nyudv2
from fusionviz.errors import InputError
from fusionviz.models.mango import Mango, MangoConfig
from fusionviz.training.tasks import make_task
from tests.helpers.few_steps import take_steps
from tests.helpers.files.nyu_folder import make_nyu_folder
from tests.helpers.tiny_models import TINY_MANGO

TINY = replace(TINY_MANGO, blocks=0)


@pytest.fixture
def samples(tmp_path, monkeypatch):
    monkeypatch.setenv("FUSIONVIZ_DATA", str(make_nyu_folder(tmp_path)))
    return load_nyudv2("all")[:4]


@pytest.fixture
def model():
    torch.manual_seed(0)
    return Mango(TINY)


@pytest.mark.parametrize(
    ("use", "trained"),
    [
        (None, {"codec.rgb.encoder", "codec.depth.encoder", "segmenter"}),
        (["rgb"], {"codec.rgb.encoder", "segmenter"}),
        (["depth"], {"codec.depth.encoder", "segmenter"}),
    ],
)
def test_only_what_is_used_is_trained_and_measured(model, samples, use, trained):
    task = make_task("token-segmentation", {"use": use, "augment": {"crop": 0.6}})
    losses, _ = take_steps(task, model, samples, steps=8)
    assert losses[-1] < losses[0]
    moved = [name for name, w in model.named_parameters() if w.grad is not None]
    for part in trained:
        assert any(name.startswith(part) for name in moved), part
    assert all(name.startswith(tuple(trained)) for name in moved)
    with torch.inference_mode():
        measured = task.evaluate(model.eval(), samples, torch.device("cpu"))
    assert set(measured) == {"miou", "pixel_accuracy", "mean_accuracy"}
    assert all(len(item.values) == 4 for item in measured.values())


def test_a_modality_that_is_not_used_is_not_seen(model, samples):
    task = make_task("token-segmentation", {"use": ["depth"]})
    images = task.prepare(model, samples).images
    other = task.prepare(model, samples[::-1]).images
    mixed = type(images)(
        images={"rgb": other["rgb"], "depth": images["depth"]},
        valid=images.valid,
        present=images.present,
    )
    with torch.no_grad():
        tokens = task.tokens(model, images)
        assert torch.equal(tokens, task.tokens(model, mixed))
    assert (tokens[:, :16] == 0).all()
    assert tokens[:, 16:].abs().max() > 0


def test_without_blocks_the_latents_are_the_tokens(model, samples):
    task = make_task("token-segmentation")
    images = task.prepare(model, samples).images
    with torch.no_grad():
        x = model.encode(images)
        z, log_det = model.flow(x)
        assert torch.equal(task.tokens(model, images), x)
    assert torch.equal(z, x)
    assert (log_det == 0).all()
    assert torch.equal(model.flow.inverse(z), x)
    assert model.trace(x).layers == ()


def test_what_cannot_be_used_is_refused(model, samples):
    with pytest.raises(InputError, match="use names at least one modality"):
        make_task("token-segmentation", {"use": []})
    task = make_task("token-segmentation", {"use": ["thermal"]})
    with pytest.raises(InputError, match=r"use is of rgb, depth, got \['thermal'\]"):
        task.initialise(model, task.prepare(model, samples))


def test_fewer_than_no_blocks_are_refused():
    with pytest.raises(ValueError, match="blocks must not be negative, got -1"):
        MangoConfig(blocks=-1)
