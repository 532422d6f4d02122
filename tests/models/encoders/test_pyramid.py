"""Features as rows of numbers, and tokens made of them."""

import sys
from types import SimpleNamespace

import pytest
import torch

from fusionviz.errors import InputError
from fusionviz.models.encoders import FeatureLayout, Lite0, Pyramid, load_encoder
from fusionviz.models.encoders.names import make_encoder
from fusionviz.models.encoders.tokens import (
    FeatureTokens,
    PretrainedFeatures,
    check_encoder,
    token_grid,
)

SIZE = (48, 80)


def test_rows_hold_a_pyramid_without_loss():
    levels = Lite0()(255 * torch.rand(2, 3, *SIZE))
    layout = FeatureLayout(channels=Lite0.channels, size=SIZE)
    rows = layout.join(levels)
    assert rows.shape == (2, layout.numbers)
    assert layout.shapes == tuple(tuple(level.shape[1:]) for level in levels)
    for back, level in zip(layout.split(rows), levels, strict=True):
        assert torch.equal(back, level)
    with pytest.raises(ValueError, match="48x80 pixels"):
        layout.split(rows[:, 1:])


@pytest.mark.parametrize("modality", ["rgb", "depth"])
def test_features_are_the_same_from_pixels_and_from_rows(modality):
    features = PretrainedFeatures("efficientnet-lite0", modality, SIZE)
    image = 2 * torch.rand(2, 3 if modality == "rgb" else 1, *SIZE) - 1
    levels = features(image)
    assert all(
        torch.equal(a, b)
        for a, b in zip(features(features.layout.join(levels)), levels, strict=True)
    )


@pytest.mark.parametrize("tuned", [False, True])
def test_every_level_says_something_to_the_tokens(tuned):
    torch.manual_seed(0)
    tokens = FeatureTokens(Lite0.channels, 16, 8, tuned=tuned)
    levels = Pyramid(*(level for level in Lite0()(255 * torch.rand(1, 3, *SIZE))))
    whole = tokens(levels)
    assert whole.shape == (1, 8, *token_grid(SIZE)) == (1, 8, 3, 5)
    for name in Pyramid._fields:
        changed = tokens(levels._replace(**{name: getattr(levels, name).flip(-1)}))
        is_read = not (tuned and name == "coarsest")
        assert torch.equal(changed, whole) != is_read


def test_what_does_not_fit_is_refused():
    with pytest.raises(ValueError, match="divide by 16"):
        check_encoder("efficientnet-lite0", (240, 330), tuned=False)
    with pytest.raises(ValueError, match="can be tuned"):
        check_encoder("timm:resnet18", (240, 320), tuned=True)
    with pytest.raises(InputError, match="no encoder 'vgg'"):
        make_encoder("vgg")


def test_without_timm_its_networks_are_named_with_the_cure(monkeypatch):
    monkeypatch.setitem(sys.modules, "timm", None)
    with pytest.raises(InputError, match="pip install timm"):
        make_encoder("timm:resnet18")


class FakeTimm:
    """A package whose networks have these strides, and say what they were handed."""

    def __init__(self, strides):
        self.strides = strides

    def create_model(self, name, **how):
        assert (how["pretrained"], how["features_only"]) == (True, True)
        network = torch.nn.Module()
        network.feature_info = SimpleNamespace(
            reduction=lambda: self.strides, channels=lambda: (3, 3, 3, 3)
        )
        network.pretrained_cfg = {"mean": (0.5, 0.5, 0.5), "std": (0.25, 0.25, 0.25)}
        network.forward = lambda x: [
            x[..., ::stride, ::stride] for stride in self.strides
        ]
        return network


def test_networks_of_timm_are_read_at_their_own_scale(monkeypatch):
    monkeypatch.setitem(sys.modules, "timm", FakeTimm((4, 8, 16, 32)))
    encoder = make_encoder("timm:resnet18")
    levels = encoder(torch.full((1, 3, 64, 96), 255.0))
    assert levels.coarse.shape == (1, 3, 4, 6)
    assert torch.allclose(levels.fine, torch.tensor(2.0))
    assert not encoder.state_dict()
    assert not list(encoder.parameters())
    monkeypatch.setitem(sys.modules, "timm", FakeTimm((2, 4, 8, 16)))
    with pytest.raises(InputError, match="strides 4, 8, 16 and 32"):
        make_encoder("timm:other")


def test_everybody_shares_a_loaded_encoder():
    assert load_encoder("efficientnet-lite0") is load_encoder("efficientnet-lite0")
    assert make_encoder("efficientnet-lite0") is not load_encoder("efficientnet-lite0")
