"""EfficientNet-Lite0: against numbers of the original, and against plain loops."""

import hashlib
import json

import numpy as np
import pytest
import safetensors.torch
import torch

from fusionviz.data.folders import data_folder
from fusionviz.errors import CheckpointError
from fusionviz.models.checkpoints import list_checkpoints
from fusionviz.models.encoders import Lite0, lite0
from fusionviz.models.encoders.lite0 import (
    WEIGHTS,
    LastLevel,
    fold_normalisation,
    read_weights,
)

ORIGINAL = data_folder() / "pretrained" / "efficientnet_lite0.safetensors"

# efficientnet-lite-pytorch 0.1.0 in float32, on `waves()`: at the middle of each level
# the first four channels, then mean and standard deviation of the level.
REFERENCE = (
    ((0.6723, 14.3945, -8.4827, 10.6613), 0.29383, 9.45151),
    ((0.0654, -3.228, -2.0269, -13.8083), -0.52625, 8.57534),
    ((4.1332, -7.1246, 0.2982, 6.6361), 0.01897, 5.61506),
    ((-0.724, 2.9927, 2.3202, -1.2053), -0.03681, 2.38805),
)


def waves(side=224):
    row, column = torch.arange(float(side))[:, None], torch.arange(float(side))[None]
    return torch.stack(
        [
            127 + 90 * torch.sin(row / 9 + column / 17),
            127 + 90 * torch.cos(row / 23 - column / 7),
            (row + column) * 255 / (2 * side - 2),
        ]
    )[None]


def assert_is_reference(levels, tolerance):
    for level, (middle, mean, spread) in zip(levels, REFERENCE, strict=True):
        place = level.shape[-1] // 2
        found = level[0, :4, place, place].numpy()
        assert np.abs(found - middle).max() < tolerance * spread
        assert abs(level.mean().item() - mean) < tolerance * spread
        assert level.std(correction=0).item() == pytest.approx(spread, rel=tolerance)


@torch.inference_mode()
def test_shipped_weights_give_the_originals_features_up_to_16_bits():
    assert_is_reference(Lite0()(waves()), tolerance=0.01)


@pytest.mark.skipif(not ORIGINAL.is_file(), reason=f"no {ORIGINAL}")
@torch.inference_mode()
def test_the_original_weights_give_its_features_and_those_that_are_shipped():
    folded = fold_normalisation(safetensors.torch.load_file(ORIGINAL))
    assert_is_reference(Lite0(folded)(waves()), tolerance=1e-4)
    shipped = read_weights()
    assert shipped.keys() == folded.keys()
    for name, tensor in folded.items():
        assert torch.equal(tensor.half().float(), shipped[name]), name


def convolve(x, weight, bias, stride, groups=1):
    """SAME convolution by loops over places: (channel, height, width)."""
    kernel = weight.shape[-1]
    padding = []
    for side in x.shape[1:]:
        total = max((-(-side // stride) - 1) * stride + kernel - side, 0)
        padding.append((total // 2, total - total // 2))
    x = np.pad(x, [(0, 0), *padding])
    rows = (x.shape[1] - kernel) // stride + 1
    columns = (x.shape[2] - kernel) // stride + 1
    out = np.zeros((len(weight), rows, columns))
    inside = len(x) // groups
    for channel in range(len(weight)):
        group = channel * groups // len(weight)
        part = x[group * inside : (group + 1) * inside]
        for i in range(rows):
            for j in range(columns):
                top, left = i * stride, j * stride
                window = part[:, top : top + kernel, left : left + kernel]
                out[channel, i, j] = (window * weight[channel]).sum() + bias[channel]
    return out


@pytest.mark.parametrize("size", [(12, 9), (7, 10)])
@torch.inference_mode()
def test_stem_and_first_blocks_against_loops_with_padding_written_out(size):
    weights = {name: item.double().numpy() for name, item in read_weights().items()}
    picture = np.random.default_rng(0).uniform(0, 255, (3, *size))

    def layer(x, name, stride=1, groups=1, active=True):
        y = convolve(
            x, weights[f"{name}.weight"], weights[f"{name}.bias"], stride, groups
        )
        return np.clip(y, 0, 6) if active else y

    x = layer((picture - 127) / 128, "stem", stride=2)
    x = layer(x, "blocks.0.depthwise", groups=32)
    x = layer(x, "blocks.0.narrow", active=False)
    x = layer(x, "blocks.1.widen")
    x = layer(x, "blocks.1.depthwise", stride=2, groups=96)
    x = layer(x, "blocks.1.narrow", active=False)
    y = layer(layer(x, "blocks.2.widen"), "blocks.2.depthwise", groups=144)
    x = x + layer(y, "blocks.2.narrow", active=False)

    found = Lite0().double()(torch.from_numpy(picture)[None])[0][0].numpy()
    assert found.shape == x.shape == (24, -(-size[0] // 4), -(-size[1] // 4))
    assert np.abs(found - x).max() < 1e-9


@torch.inference_mode()
def test_levels_of_a_photograph_have_the_strides_and_channels_that_are_said():
    shapes = [tuple(level.shape[1:]) for level in Lite0()(torch.zeros(1, 3, 240, 320))]
    assert shapes == [(24, 60, 80), (40, 30, 40), (112, 15, 20), (320, 8, 10)]


def test_fixed_weights_are_no_part_of_a_models_state():
    encoder = Lite0()
    assert not encoder.state_dict()
    assert not list(encoder.parameters())


def test_the_tuned_level_starts_as_the_encoders_and_learns():
    levels = Lite0()(waves(64))
    last = LastLevel()
    coarsest = last(levels.coarse)
    assert torch.allclose(coarsest, levels.coarsest, atol=1e-5)
    coarsest.square().mean().backward()
    assert all(weights.grad is not None for weights in last.parameters())
    with torch.no_grad():
        next(last.parameters()).mul_(2.0)
    assert torch.allclose(Lite0()(waves(64)).coarsest, levels.coarsest)


def test_shipped_weights_are_small_named_and_no_checkpoint():
    assert WEIGHTS.stat().st_size < 6 * 2**20
    about = json.loads(WEIGHTS.with_suffix(".json").read_text("utf-8"))
    assert about["sha256"] == hashlib.sha256(WEIGHTS.read_bytes()).hexdigest()
    assert about["parameters"] == sum(item.numel() for item in read_weights().values())
    assert about["licence"] == "Apache-2.0"
    assert "Apache License" in (WEIGHTS.parent / "NOTICE").read_text("utf-8")
    assert about["name"] not in {card.name for card in list_checkpoints()}


def test_missing_weights_are_said(tmp_path):
    with pytest.raises(CheckpointError, match="efficientnet-lite0 cannot be read"):
        lite0.read_weights(tmp_path / "none.safetensors")


def test_weights_that_were_first_read_in_inference_mode_can_be_trained_through():
    lite0.read_weights.cache_clear()
    with torch.inference_mode():
        weights = lite0.read_weights()
    assert not any(tensor.is_inference() for tensor in weights.values())
    picture = torch.rand(1, 3, 64, 64, requires_grad=True)
    encoder = Lite0().eval()
    encoder(picture)[0].sum().backward()
    assert picture.grad.abs().max() > 0
