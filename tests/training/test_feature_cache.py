"""Features on disk: made once, found by what an image shows."""

import numpy as np
import pytest
import torch

from fusionviz.data.rooms import render_room
from fusionviz.models.encoders import FeatureLayout, Lite0
from fusionviz.models.encoders.pictures import to_picture
from fusionviz.models.inputs import to_batch
from fusionviz.training import feature_cache
from fusionviz.training.feature_cache import read_features, with_features
from fusionviz.training.loop.interrupt import Stopped, StopRequest
from fusionviz.training.tasks.shared.variation import Variation, vary

ENCODER, SIZE = "efficientnet-lite0", (32, 48)


@pytest.fixture
def batch(tmp_path, monkeypatch):
    monkeypatch.setenv("FUSIONVIZ_CACHE", str(tmp_path))
    return to_batch([render_room(seed, (32, 48)) for seed in (1, 2)], SIZE)


def test_rows_are_the_encoders_features_in_16_bits(batch):
    rows = with_features(batch, ENCODER).features
    layout = FeatureLayout(channels=Lite0.channels, size=SIZE)
    for name in ("rgb", "depth"):
        with torch.inference_mode():
            wanted = layout.join(Lite0()(to_picture(batch[name], name)))
        assert torch.allclose(rows[name], wanted, rtol=1e-3, atol=1e-3)
        assert not torch.equal(rows[name], wanted)
        assert not rows[name].is_inference()  # so that gradients may pass by it


def test_what_was_made_is_not_made_again(batch, monkeypatch):
    first = with_features(batch, ENCODER).features

    def refuse(name):
        raise AssertionError("the encoder ran again")

    monkeypatch.setattr(feature_cache, "load_encoder", refuse)
    again = with_features(batch, ENCODER).features
    assert all(torch.equal(first[name], again[name]) for name in first)
    with pytest.raises(AssertionError, match="ran again"):
        read_features(batch["rgb"].flip(-1), "rgb", ENCODER)
    with pytest.raises(AssertionError, match="ran again"):
        read_features(batch["depth"], "shade", ENCODER)


def test_the_same_image_is_read_once_and_a_stop_ends_between_pieces(batch, monkeypatch):
    read, encoder = [], Lite0()

    def network(pictures):
        read.append(len(pictures))
        return encoder(pictures)

    network.channels = Lite0.channels
    monkeypatch.setattr(feature_cache, "load_encoder", lambda name: network)
    monkeypatch.setattr(feature_cache, "AT_ONCE", 1)
    rgb = batch["rgb"]
    rows = read_features(torch.cat([rgb, rgb[:1]]), "rgb", ENCODER)
    assert read == [1, 1]
    assert torch.equal(rows[0], rows[2])
    with StopRequest() as stop:
        stop.wanted = True
        with pytest.raises(Stopped):
            read_features(rgb.flip(-1), "rgb", ENCODER)
    assert read == [1, 1]


def test_samples_are_varied_in_as_many_ways_as_a_recipe_says():
    sample = render_room(4, (24, 32))
    variation = Variation(crop=0.5, draws=3)
    seen = {
        vary(sample, np.random.default_rng(seed), variation).rgb.tobytes()
        for seed in range(40)
    }
    assert len(seen) == 3
    other = {
        vary(render_room(5, (24, 32)), np.random.default_rng(seed), variation).size
        for seed in range(40)
    }
    assert len(other) == 3


def test_depth_is_taken_as_relative_as_often_as_a_recipe_says():
    sample, random = render_room(4, (24, 32)), np.random.default_rng(0)
    flags = [
        vary(sample, random, Variation(relative=0.25)).depth_is_metric
        for _ in range(400)
    ]
    assert 0.68 < np.mean(flags) < 0.82
