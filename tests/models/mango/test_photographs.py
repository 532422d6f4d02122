"""MANGO on photographs: tokens of pretrained features, grids that are not square."""

import math
from dataclasses import replace

import pytest
import torch

from fusionviz.data.rooms import render_room
from fusionviz.models.cards import ModelCard
from fusionviz.models.checkpoints import load_checkpoint, save_checkpoint
from fusionviz.models.inputs import to_batch
from fusionviz.models.mango import Mango, MangoConfig
from fusionviz.models.mango.layers.partition import LearnedPartition
from fusionviz.models.mango.layers.positions import RelativePosition
from fusionviz.training.feature_cache import with_features
from fusionviz.training.tasks import make_task
from fusionviz.training.tasks.shared.rgbd import labelled_batch
from tests.helpers.properties import randomise

SIZE, ROWS, COLUMNS = (32, 64), 2, 4
SMALL = MangoConfig(
    image_size=SIZE,
    grid=(ROWS, COLUMNS),
    width=4,
    blocks=1,
    heads=2,
    coupling_width=8,
    codec_widths=(8, 8, 8, 8),
    head_width=16,
    guess_width=16,
    encoder="efficientnet-lite0",
    encoder_width=16,
)


def make(**changes):
    torch.manual_seed(0)
    return Mango(replace(SMALL, **changes)).eval()


@pytest.fixture
def samples():
    return [render_room(seed, (64, 128)) for seed in (1, 2)]


@torch.inference_mode()
def test_whole_pictures_go_to_tokens_and_back(samples):
    model = make()
    model.normalise_codec(model.to_batch(samples))
    x = model.encode(samples)
    assert x.shape == (2, 2 * ROWS * COLUMNS, 4)
    assert x.mean().abs() < 1e-5
    assert x.std() == pytest.approx(1, abs=0.05)
    images = model.decode(x)
    assert images["rgb"].shape == (2, 3, *SIZE)
    assert images["depth"].shape == (2, 1, *SIZE)
    assert model.segment(model.flow(x)[0]).shape == (2, 13, *SIZE)
    assert model.guess(x, "rgb").shape == x.shape


def test_the_flow_on_an_oblong_grid_has_its_jacobians_determinant():
    model = randomise(make(), scale=0.05).double()
    x = torch.randn(1, 2 * ROWS * COLUMNS, 4, dtype=torch.float64)
    z, log_det = model.flow(x)
    jacobian = torch.autograd.functional.jacobian(lambda one: model.flow(one)[0], x)
    count = x.numel()
    _, expected = torch.linalg.slogdet(jacobian.reshape(count, count))
    assert log_det.item() == pytest.approx(expected.item(), abs=1e-9)
    assert (model.flow.inverse(z) - x).abs().max() < 1e-9


def test_relative_positions_know_the_width_of_the_grid():
    position = RelativePosition(torch.arange(8), heads=2, columns=4)
    scores = torch.arange(float(position.score[0].numel()))
    with torch.no_grad():
        position.score.copy_(scores.expand_as(position.score))
    table = position()[0]
    # One row down and one to the right, from two places.
    assert table[0, 5] == table[1, 6]
    assert table[0, 4] == table[3, 7]
    # From the end of a row, the next token is not a neighbour.
    assert table[3, 4] != table[0, 1]
    assert table[0, 1] == table[5, 6]
    assert (table[4, :4] == -math.inf).all()


def test_learned_partitions_start_with_even_rows_apart():
    partition = LearnedPartition(8, columns=4)
    order = partition.matrix.order
    rows = order[:8] % 8 // 4
    assert (rows == 0).all()


@torch.inference_mode()
def test_features_known_before_give_nearly_the_same_tokens(samples):
    model = make()
    batch = to_batch(samples, SIZE)
    one = model.encode(batch)
    other = model.encode(with_features(batch, model.config.encoder))
    assert not torch.equal(one, other)
    assert (one - other).abs().max() < 0.02 * one.std()


@torch.inference_mode()
def test_pixels_reach_the_tokens_beside_the_features(samples):
    model = make()
    batch = with_features(to_batch(samples, SIZE), model.config.encoder)
    images = {**batch.images, "rgb": batch.images["rgb"].flip(-1)}
    changed = replace(batch, images=images)
    assert not torch.equal(model.encode(batch), model.encode(changed))


def test_a_checkpoint_holds_no_encoder(tmp_path, samples):
    model = make(tuned=True)
    save_checkpoint(model, ModelCard(name="photographs"), tmp_path)
    assert not any("network" in name for name in model.codec.state_dict())
    back = load_checkpoint(tmp_path / "photographs.safetensors")
    assert back.config == model.config
    with torch.inference_mode():
        one, other = model.encode(samples), back.encode(samples)
    assert (one - other).abs().max() < 0.02 * one.std()


def test_the_perceptual_error_teaches_the_decoder_and_is_zero_on_the_truth(samples):
    model = make()
    batch = labelled_batch(samples, SIZE)
    batch = replace(batch, images=with_features(batch.images, SMALL.encoder))
    task = make_task("mango-codec", {"perceptual": 1.0, "noise": 0.0})
    terms = task.loss(model, batch, torch.Generator().manual_seed(0))
    terms["rgb_perceptual"].backward()
    assert model.codec["rgb"].decoder[0].weight.grad.abs().max() > 0
    assert model.codec["depth"].decoder[0].weight.grad is None
    from fusionviz.training.tasks.shared.image_losses import perceptual_error

    pretrained = model.codec["rgb"].encoder.pretrained
    image = batch.images["rgb"]
    assert perceptual_error(image, pretrained(image), pretrained) < 1e-5
    assert perceptual_error(image.flip(-1), pretrained(image), pretrained) > 0.05


def test_grids_that_an_encoder_does_not_give_are_refused():
    with pytest.raises(ValueError, match="doubled once"):
        make(grid=(4, 2))
    with pytest.raises(ValueError, match="even number"):
        MangoConfig(image_size=(48, 80), grid=(3, 5))
