import math

import pytest
import torch
from torch import nn

from fusionviz.models.alignmamba import ModalityConfig
from fusionviz.models.alignmamba.encoders import (
    Encoder,
    FeatureScale,
    grid_code,
    sinusoids,
)
from tests.helpers.alignmamba_models import rgbd_config
from tests.helpers.properties import randomise

INPUTS = {
    "linear": torch.randn(2, 6, 3),
    "conv1d": torch.randn(2, 6, 3),
    "tokens": torch.randint(3, (2, 6)),
    "image": torch.randn(2, 3, 16, 16),
}


def make_encoder(kind, positions="order"):
    torch.manual_seed(0)
    modality = ModalityConfig(name="m", kind=kind, width=3, positions=positions)
    return randomise(Encoder(modality, rgbd_config()))


def everywhere(kind, tokens=None):
    return torch.ones(2, tokens or (16 if kind == "image" else 6), dtype=torch.bool)


@pytest.mark.parametrize("kind", INPUTS)
def test_every_kind_gives_tokens_of_the_models_width(kind):
    encoder = make_encoder(kind)
    tokens = encoder(INPUTS[kind], everywhere(kind))
    assert tokens.shape == (2, encoder.tokens_of(INPUTS[kind]), 8)
    assert (tokens.std(dim=1) > 1e-3).all()


@pytest.mark.parametrize("kind", ["linear", "conv1d", "tokens"])
@pytest.mark.parametrize("positions", ["order", "fraction", "none"])
def test_padding_is_not_looked_at_and_its_length_does_not_matter(kind, positions):
    encoder, x = make_encoder(kind, positions), INPUTS[kind]
    mask = everywhere(kind)
    mask[:, 4:] = False
    other = x.clone()
    other[:, 4:] = float("nan") if x.is_floating_point() else 2
    tokens = encoder(other, mask)
    torch.testing.assert_close(tokens, encoder(x, mask))
    assert (tokens[:, 4:] == 0).all()
    torch.testing.assert_close(tokens[:, :4], encoder(x[:, :4], mask[:, :4]))


def test_tokens_of_an_image_are_numbered_row_by_row():
    features = make_encoder("image").features
    for layer in features.modules():
        if isinstance(layer, nn.GroupNorm):
            layer.register_forward_hook(lambda layer, x, y: x[0])
        elif isinstance(layer, nn.Conv2d):
            nn.init.ones_(layer.weight)
            nn.init.zeros_(layer.bias)
    x = torch.zeros(1, 3, 16, 16)
    x[:, :, 4:8, 8:12] = 1.0  # row 1, column 2 of a grid of 4
    assert int(features(x)[0].sum(dim=-1).argmax()) == 1 * 4 + 2


def test_sinusoids_are_those_of_the_formula():
    code = sinusoids(torch.tensor([0.0, 3.0]), 6, span=100)
    angles = [2 * math.pi * 3 / wavelength for wavelength in (4, 40, 400)]
    expected = [math.sin(angle) for angle in angles]
    expected += [math.cos(angle) for angle in angles]
    torch.testing.assert_close(code[1], torch.tensor(expected))
    assert code[0].tolist() == [0, 0, 0, 1, 1, 1]


def test_codes_of_a_grid_tell_all_places_apart():
    code = grid_code((4, 5), 8)
    distance = torch.cdist(code, code) + torch.eye(20) * 9
    assert distance.min() > 0.1
    torch.testing.assert_close(code[7, :4], code[9, :4])  # one row
    torch.testing.assert_close(code[7, 4:], code[17, 4:])  # one column


def test_fractions_are_the_same_at_two_rates():
    encoder = make_encoder("linear", "fraction")
    slow = encoder.code(torch.ones(1, 3, dtype=torch.bool))
    fast = encoder.code(torch.ones(1, 9, dtype=torch.bool))
    torch.testing.assert_close(slow[0], fast[0, 1::3], atol=1e-4, rtol=0)


def test_images_share_their_codes_between_modalities():
    config = rgbd_config()
    rgb, depth = (Encoder(modality, config) for modality in config.modalities)
    mask = torch.ones(1, 16, dtype=torch.bool)
    assert torch.equal(rgb.code(mask), depth.code(mask))


@pytest.mark.parametrize(
    ("kind", "x", "message"),
    [
        ("linear", torch.zeros(2, 6, 4), "shape"),
        ("conv1d", torch.zeros(2, 6), "shape"),
        ("tokens", torch.zeros(2, 6, 1), "shape"),
        ("image", torch.zeros(2, 3, 8, 16), r"got \(2, 3, 8, 16\)"),
    ],
)
def test_another_shape_is_refused(kind, x, message):
    encoder = make_encoder(kind)
    with pytest.raises(ValueError, match=message):
        encoder(x, everywhere(kind))


def test_features_are_brought_to_one_scale_once():
    steps = 3 * torch.randn(500, 4, generator=torch.Generator().manual_seed(0)) + 7
    steps[:, 2] = 5.0
    scale = FeatureScale(4)
    assert torch.equal(scale(steps), steps.clamp(-5, 5))
    scale.fit(steps)
    scale.fit(steps + 100)  # what has been taken stays
    scaled = scale(steps)
    varying = scaled[:, [0, 1, 3]]
    torch.testing.assert_close(varying.mean(dim=0), torch.zeros(3), atol=1e-5, rtol=0)
    torch.testing.assert_close(
        varying.std(dim=0, correction=0), torch.ones(3), atol=1e-3, rtol=0
    )
    assert not scaled[:, 2].any()
    assert scale(1000 * steps).max() == FeatureScale.LIMIT
