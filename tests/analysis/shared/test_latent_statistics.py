"""Statistics of latents against scikit-learn and numbers that were put in."""

import dataclasses
from pathlib import Path

import numpy as np
import pytest
from sklearn.decomposition import PCA
from typer.testing import CliRunner

from fusionviz import cli
from fusionviz.analysis.inputs.likelihood import Likelihood
from fusionviz.analysis.inputs.mango_reading import measure_mango
from fusionviz.analysis.latents.collection import Latents, collect_latents
from fusionviz.analysis.latents.statistics import (
    deviation_along,
    measure_statistics,
    principal_components,
)
from fusionviz.analysis.shared.latent_statistics import load_statistics, save_statistics
from fusionviz.data.records import RGBDSample
from fusionviz.data.rooms import render_room
from fusionviz.errors import CheckpointError
from fusionviz.models.cards import ModelCard
from fusionviz.models.checkpoints import save_checkpoint
from tests.helpers.tiny_models import tiny_alignmamba, tiny_mango

TOKENS, WIDTH = 6, 5


def draw_latents(rng, count, *, step=0.0):
    """Latents of which every other sample shows class `b` and lies `step` further."""
    z = rng.normal(size=(count, TOKENS, WIDTH)).astype(np.float32)
    z[::2, 0, 1] += step
    shares = np.zeros((count, 3))
    shares[:, 0] = 0.5  # everywhere
    shares[::2, 1] = 0.2
    shares[1::2, 2] = 0.005  # there, but small: on neither side
    bits = rng.normal(size=count).astype(np.float32)
    return Latents(z=z, bits_per_dim=bits, shares=shares, classes=("a", "b", "c"))


@pytest.fixture(scope="module")
def statistics():
    rng = np.random.default_rng(0)
    return measure_statistics(
        draw_latents(rng, 400, step=6.0),
        draw_latents(rng, 200, step=6.0),
        weights_sha256="0",
        data="numbers",
    )


@pytest.mark.parametrize("samples", [9, 80])
def test_components_are_those_of_scikit_learn(samples):
    rng = np.random.default_rng(1)
    z = (rng.normal(size=(samples, TOKENS, WIDTH)) * np.arange(1, WIDTH + 1)) + 3
    ours = principal_components(z, 4).reshape(4, -1)
    theirs = PCA(4, svd_solver="full").fit(z.reshape(samples, -1))
    np.testing.assert_allclose(ours, theirs.components_, atol=1e-5)
    spread = deviation_along(z, ours.reshape(4, TOKENS, WIDTH))
    np.testing.assert_allclose(spread**2, theirs.explained_variance_, rtol=1e-5)


def test_samples_that_span_less_give_fewer_components():
    rng = np.random.default_rng(2)
    line = rng.normal(size=(7, 1, 1)) * rng.normal(size=(1, TOKENS, WIDTH))
    assert len(principal_components(line, 4)) == 1
    assert len(principal_components(np.ones((5, TOKENS, WIDTH)), 4)) == 0


def test_shares_are_of_the_measured_samples():
    """Fitted to few samples of noise, a component explains less of others."""
    rng = np.random.default_rng(3)
    few, many = draw_latents(rng, 10), draw_latents(rng, 5000)
    found = measure_statistics(few, many, weights_sha256="0", data="noise")
    np.testing.assert_allclose(found.component_deviation, 1, atol=0.06)
    np.testing.assert_allclose(found.explained, 1 / (TOKENS * WIDTH), atol=0.004)
    assert found.typical_deviation == pytest.approx(1, abs=0.02)
    assert deviation_along(few.z, found.components)[0] > 1.5


def test_the_class_that_some_samples_lack_has_the_direction_that_was_put_in(statistics):
    assert statistics.classes == ("b",)
    (direction,) = statistics.class_directions
    assert direction[0, 1] > 0.97
    assert np.square(direction).sum() == pytest.approx(1, abs=1e-5)
    assert statistics.class_counts.tolist() == [[200, 200]]
    # 6 apart, at a standard deviation of sqrt(1 + 3^2)
    assert statistics.class_deviation[0] == pytest.approx(np.sqrt(10), rel=0.05)
    assert statistics.class_gap[0] == pytest.approx(6 / np.sqrt(10), rel=0.05)


def test_statistics_come_back_from_their_file(statistics, shelf):
    card = shelf
    mine = dataclasses.replace(statistics, weights_sha256=card.sha256)
    path = save_statistics(mine, card.name)
    assert path.name == "mango-tiny.latents.safetensors"
    back = load_statistics(card.name)
    for one in dataclasses.fields(back):
        expected, got = getattr(mine, one.name), getattr(back, one.name)
        if isinstance(expected, np.ndarray):
            assert got.dtype == expected.dtype
            np.testing.assert_allclose(got, expected, atol=2e-3, rtol=1e-3)
        else:
            assert got == expected
    length = np.square(back.components, dtype=float).sum(axis=(1, 2))
    np.testing.assert_allclose(length, 1, atol=1e-6)


def damage(path):
    path.write_bytes(path.read_bytes()[:200])


def age(path):
    path.write_bytes(path.read_bytes().replace(b'"format":"1"', b'"format":"0"'))


SPOILT = {"missing": Path.unlink, "damaged": damage, "of another version": age}


@pytest.mark.parametrize("spoil", SPOILT.values(), ids=SPOILT)
def test_what_cannot_be_read_says_how_to_measure(statistics, shelf, spoil):
    mine = dataclasses.replace(statistics, weights_sha256=shelf.sha256)
    path = save_statistics(mine, shelf.name)
    assert load_statistics(shelf.name).samples == statistics.samples
    spoil(path)
    with pytest.raises(CheckpointError, match="run `python -m fusionviz latents mango"):
        load_statistics(shelf.name)


def test_those_of_other_weights_are_refused(statistics, shelf):
    save_statistics(statistics, shelf.name)
    with pytest.raises(CheckpointError, match="other weights.*fusionviz latents"):
        load_statistics(shelf.name)


def test_a_checkpoint_is_measured_on_samples_that_it_was_not_trained_on(
    tmp_path, monkeypatch
):
    monkeypatch.setenv("FUSIONVIZ_CHECKPOINTS", str(tmp_path))
    monkeypatch.setenv("FUSIONVIZ_CACHE", str(tmp_path / "cache"))
    monkeypatch.setattr("fusionviz.analysis.latents.statistics.MEASURED_ON", 3)
    model, data = tiny_mango(), {"set": "rooms", "options": {"size": 32}}
    card = ModelCard(name="mango-tiny", recipe={"data": data})
    save_checkpoint(model, card, tmp_path)
    done = CliRunner().invoke(cli.app, ["latents", "mango-tiny", "--count", "4"])
    assert done.exit_code == 0, done.output
    assert "mango-tiny.latents.safetensors" in done.output
    found = load_statistics("mango-tiny")
    assert (found.found_on, found.samples) == (4, 3)
    assert "test split of rooms" in found.data
    first = collect_latents(model, [render_room(0, (32, 32))])
    # Depth is rounded to millimetres in the cache that rooms are read from.
    assert np.abs(found.bits_per_dim - first.bits_per_dim[0]).min() < 0.05


def test_what_has_no_such_latents_is_refused(tmp_path, monkeypatch):
    monkeypatch.setenv("FUSIONVIZ_CHECKPOINTS", str(tmp_path))
    save_checkpoint(tiny_alignmamba(), ModelCard(name="alignmamba-tiny"), tmp_path)
    done = CliRunner().invoke(cli.app, ["latents", "alignmamba-tiny"])
    assert done.exit_code == 2
    assert "no MANGO that reads RGB and depth" in done.output


@pytest.fixture
def shelf(tmp_path, monkeypatch):
    monkeypatch.setenv("FUSIONVIZ_CHECKPOINTS", str(tmp_path))
    return save_checkpoint(tiny_mango(), ModelCard(name="mango-tiny"), tmp_path)


def test_latents_of_samples_are_those_of_each_alone(mango):
    rooms = [render_room(seed, (32, 32)) for seed in range(3)]
    found = collect_latents(mango, rooms)
    for index, room in enumerate(rooms):
        reading: Likelihood = measure_mango(mango, room).likelihood
        assert found.bits_per_dim[index] == pytest.approx(
            reading.bits_per_dim, abs=1e-4
        )
    assert found.shares is not None
    np.testing.assert_allclose(found.shares.sum(axis=1), 1)
    floor = found.classes.index("floor")
    assert found.shares[1, floor] == pytest.approx((rooms[1].label == floor).mean())


def test_without_labels_there_are_no_classes(mango, rgb_only):
    bare = RGBDSample(rgb=rgb_only.rgb, depth_m=None)
    found = collect_latents(mango, [bare, bare])
    assert found.shares is None
    statistics = measure_statistics(found, found, weights_sha256="0", data="one")
    assert statistics.classes == ()
    assert np.isfinite(statistics.explained).all()
