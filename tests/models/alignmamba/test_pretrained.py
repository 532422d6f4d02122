"""AlignMamba on photographs: features of a pretrained encoder, grids not square."""

from dataclasses import replace

import numpy as np
import pytest
import torch

from fusionviz.data.rooms import render_room
from fusionviz.models.alignmamba import AlignMamba, AlignMambaConfig, rgbd_inputs
from fusionviz.models.cards import ModelCard
from fusionviz.models.checkpoints import load_checkpoint, save_checkpoint
from fusionviz.models.inputs import to_batch
from fusionviz.training.feature_cache import with_features

SIZE, GRID = (32, 48), (2, 3)


def small(**changes):
    settings = {
        "image_size": SIZE,
        "grid": GRID,
        "d_model": 8,
        "layers": 1,
        "d_state": 2,
        "head_width": 16,
        "encoder_width": 8,
        "tuned": False,
    }
    torch.manual_seed(0)
    return AlignMamba(AlignMambaConfig.photographs(**settings | changes)).eval()


@pytest.fixture
def batch():
    return to_batch([render_room(seed, (64, 96)) for seed in (1, 2)], SIZE)


@torch.inference_mode()
def test_scores_are_of_every_pixel_of_the_whole_picture(batch):
    model = small()
    output = model(rgbd_inputs(batch))
    assert output.logits.shape == (2, 13, *SIZE)
    assert output.tokens["depth"].x.shape == (2, 6, 8)
    trace = model.trace(rgbd_inputs(batch))
    assert trace.grid == GRID
    assert trace.alignments["depth"].coupling.shape == (2, 6, 6)


@torch.inference_mode()
def test_features_known_before_give_the_same_scores_up_to_their_16_bits(batch):
    model = small()
    one = model(rgbd_inputs(batch)).logits
    other = model(rgbd_inputs(with_features(batch, model.config.encoder))).logits
    assert not torch.equal(one, other)
    assert (one - other).abs().max() < 0.02 * one.std()


@torch.inference_mode()
def test_a_missing_modality_has_no_say(batch):
    model = small()
    inputs = rgbd_inputs(batch)
    present = {name: torch.tensor([True, name == "rgb"]) for name in ("rgb", "depth")}
    one = model(replace(inputs, present=present)).logits
    noise = torch.randn_like(inputs.inputs["depth"][1:])
    changed = torch.cat([inputs.inputs["depth"][:1], noise])
    images = {**inputs.inputs, "depth": changed}
    other = model(replace(inputs, inputs=images, present=present)).logits
    assert torch.equal(one, other)


def test_a_checkpoint_holds_what_was_learned_and_not_the_encoder(tmp_path, batch):
    model = small(tuned=True)
    card = save_checkpoint(model, ModelCard(name="tuned"), tmp_path)
    names = set(model.state_dict())
    assert any(".last." in name for name in names)
    assert not any("network" in name for name in names)
    back = load_checkpoint(tmp_path / "tuned.safetensors")
    assert back.config == model.config
    assert card.config["image_size"] == SIZE
    with torch.inference_mode():
        one, other = (m(rgbd_inputs(batch)).logits for m in (model, back))
    np.testing.assert_allclose(one, other, atol=0.02 * float(one.std()))


def test_grids_that_an_encoder_does_not_give_are_refused():
    with pytest.raises(ValueError, match=r"grid of \(2, 3\)"):
        small(grid=(3, 3))
    with pytest.raises(ValueError, match="divide by 16"):
        small(image_size=(40, 48))
