"""Distance of features, against the covariance written out; limits and their file."""

from dataclasses import replace

import numpy as np
import pytest
import torch

from fusionviz.analysis.shared.familiarity import SIZE, features_of, fit_cloud
from fusionviz.analysis.shared.limits import (
    LIKELIHOOD,
    Certainty,
    Limits,
    known_limits,
    load_limits,
    save_limits,
)
from fusionviz.data.records import RGBDSample
from fusionviz.data.rooms import render_room
from fusionviz.errors import CheckpointError
from fusionviz.models.cards import ModelCard
from fusionviz.models.checkpoints import save_checkpoint
from fusionviz.models.encoders import load_encoder
from fusionviz.models.encoders.pictures import to_picture
from fusionviz.models.inputs import to_batch
from tests.helpers.tiny_models import tiny_mango


@pytest.fixture
def random():
    return np.random.default_rng(0)


def test_distance_is_mahalanobis_where_all_directions_are_kept(random):
    rows = random.normal(size=(200, 5)) @ random.normal(size=(5, 5))
    cloud = fit_cloud(list(rows.astype(np.float32)))
    inverse = np.linalg.inv(np.cov(rows.T))
    for one in random.normal(size=(10, 5)):
        away = one - rows.mean(axis=0)
        expected = np.sqrt(away @ inverse @ away)
        assert cloud.distance(one.astype(np.float32)) == pytest.approx(
            expected, rel=1e-3
        )


def test_what_components_leave_over_counts_by_its_mean_variance(random):
    rows = random.normal(size=(400, 100)) * np.r_[np.full(64, 10.0), np.ones(36)]
    cloud = fit_cloud(list(rows.astype(np.float32)))
    covariance = np.cov(rows.T)
    values, vectors = np.linalg.eigh(covariance)
    values[:36] = values[:36].mean()
    inverse = vectors / values @ vectors.T
    away = random.normal(size=100) * 5
    found = cloud.distance((rows.mean(axis=0) + away).astype(np.float32))
    assert found == pytest.approx(np.sqrt(away @ inverse @ away), rel=1e-3)


def test_a_cloud_needs_two_pictures(random):
    with pytest.raises(ValueError, match="two pictures, got 1"):
        fit_cloud([random.normal(size=4)])


def test_features_are_the_means_of_the_two_coarsest_levels(random):
    rgb = random.integers(0, 255, (48, 64, 3), dtype=np.uint8)
    sample = RGBDSample(rgb=rgb, depth_m=None)
    found = features_of(sample)
    assert set(found) == {"rgb"}
    batch = to_batch([sample], SIZE)
    with torch.inference_mode():
        levels = load_encoder("efficientnet-lite0")(to_picture(batch["rgb"], "rgb"))
    expected = [level[0].mean(dim=(1, 2)).numpy() for level in levels[2:]]
    np.testing.assert_allclose(found["rgb"], np.concatenate(expected), rtol=1e-5)


def test_one_scene_in_more_pixels_lies_nearer_when_they_are_brought_down():
    few, many = (render_room(5, (side, side)) for side in (128, 256))
    near, far = features_of(many, 128), features_of(many)
    plain = features_of(few)
    for name, expected in plain.items():
        off = np.linalg.norm(near[name] - expected)
        assert off < np.linalg.norm(far[name] - expected)
    for name, same in features_of(few, 256).items():  # nothing is enlarged
        np.testing.assert_array_equal(same, plain[name])


@pytest.fixture
def limits(random):
    rows = list(random.normal(size=(90, 100)).astype(np.float32))
    return Limits(
        weights_sha256="0",
        data="90 training samples of rooms",
        certainty=Certainty(
            below=0.6, unsure_right=0.4, sure_right=0.8, unsure_share=0.3
        ),
        clouds={"rgb": fit_cloud(rows)},
        usual_bits=2.0,
        held={
            "rgb": np.arange(1, 101, dtype=np.float32),
            LIKELIHOOD: np.linspace(0.01, 1, 100).astype(np.float32),
        },
        checked=40,
        flagged=0.025,
    )


def test_nearness_is_the_share_of_held_out_samples(limits):
    far = limits.clouds["rgb"].mean + 3
    distance = limits.clouds["rgb"].distance(far)
    said = limits.nearness({"rgb": far, "depth": far}, bits=1.505)
    by_rgb = np.mean([held < distance for held in range(1, 101)])
    assert said.by == {"rgb": by_rgb, LIKELIHOOD: pytest.approx(0.49)}
    rgb, bits = np.arange(1, 101), np.linspace(0.01, 1, 100)
    ends = [np.quantile(one, 0.99) for one in (rgb, bits)]
    odd = max(distance / ends[0], 0.495 / ends[1])
    expected = (np.maximum(rgb / ends[0], bits / ends[1]) < odd).mean()
    assert said.share == pytest.approx(expected)
    assert said.oddness == pytest.approx(odd, rel=1e-4)
    assert said.count == 100
    assert said.far == ("rgb",)
    assert not said.is_far
    for odd_bits in (0.0, 4.0):  # likelier is odd, too
        alone = limits.nearness({}, bits=odd_bits)
        assert (alone.share, alone.far, alone.is_far) == (1, (LIKELIHOOD,), True)
    assert limits.nearness({}) is None


def test_what_lies_a_tenth_beyond_99_percent_is_flagged(limits):
    random = np.random.default_rng(1)
    held = {
        "rgb": random.uniform(0, 1, 2000).astype(np.float32),
        LIKELIHOOD: random.uniform(0, 1, 2000).astype(np.float32),
    }
    both = replace(limits, held=held, clouds={}, usual_bits=0.0)
    reach = float(np.quantile(held[LIKELIHOOD], 0.99))
    assert not both.nearness({}, bits=1.09 * reach).is_far
    assert both.nearness({}, bits=-1.11 * reach).is_far


def test_the_file_keeps_them_and_belongs_to_its_weights(limits, tmp_path, monkeypatch):
    monkeypatch.setenv("FUSIONVIZ_CHECKPOINTS", str(tmp_path))
    card = save_checkpoint(tiny_mango(), ModelCard(name="tiny"), tmp_path)
    with pytest.raises(CheckpointError, match="fusionviz limits tiny"):
        load_limits("tiny")
    assert known_limits(card) is None
    save_limits(replace(limits, weights_sha256=card.sha256), "tiny")
    again = load_limits("tiny")
    assert again.certainty == limits.certainty
    assert (again.data, again.checked, again.flagged) == (limits.data, 40, 0.025)
    assert again.usual_bits == 2.0
    np.testing.assert_array_equal(again.held["rgb"], limits.held["rgb"])
    one = limits.clouds["rgb"].mean + 2
    assert again.clouds["rgb"].distance(one) == pytest.approx(
        limits.clouds["rgb"].distance(one), rel=1e-3
    )
    save_limits(limits, "tiny")
    with pytest.raises(CheckpointError, match="other weights"):
        load_limits("tiny")
