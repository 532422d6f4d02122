"""Moves of the latents, against projections and latents taken by hand."""

import numpy as np
import pytest
import torch

from fusionviz.analysis.latents.collection import Latents, collect_latents
from fusionviz.analysis.latents.directions import (
    Detail,
    Direction,
    direction_names,
    find_direction,
    is_direction,
)
from fusionviz.analysis.latents.statistics import deviation_along, measure_statistics
from fusionviz.analysis.latents.traverse import measure_traverse, move
from fusionviz.analysis.shared.subjects.mango import MangoSubject
from fusionviz.data.rooms import render_room
from fusionviz.errors import InputError


@pytest.fixture(scope="module")
def latents(mango):
    """Latents of a few rooms, labelled as if every other one showed class 2."""
    found = collect_latents(mango, [render_room(seed, (32, 32)) for seed in range(4)])
    z = np.concatenate([found.z + 0.1 * np.float32(step) for step in range(5)])
    shares = np.zeros((len(z), 3))
    shares[::2, 2] = 1
    bits = np.zeros(len(z), np.float32)
    return Latents(z=z, bits_per_dim=bits, shares=shares, classes=("a", "b", "c"))


@pytest.fixture(scope="module")
def subject(mango, latents):
    statistics = measure_statistics(latents, latents, weights_sha256="0", data="few")
    return MangoSubject(mango, render_room(3, (32, 32)), statistics)


def in_units_of(direction, z):
    """How far z lies along a direction, in its standard deviations."""
    along = (z.double().numpy() * direction.vector.astype(np.float64)).sum()
    return along / direction.deviation


@pytest.mark.parametrize("name", ["component 2", "class c", "random 3", "one latent"])
def test_a_move_by_one_is_one_standard_deviation(subject, name):
    direction = find_direction(subject, name, Detail(token=5, channel=2))
    assert np.square(direction.vector).sum() == pytest.approx(1, abs=1e-5)
    step = torch.from_numpy(move([direction], np.array([[1.0]]), (), subject.grid))
    moved = in_units_of(direction, subject.z + step)
    # z reaches thousands in a model without training: its float32 is coarse
    size = float(subject.z.abs().max()) / direction.deviation
    assert moved - in_units_of(direction, subject.z) == pytest.approx(
        1, abs=1e-4 + 1e-6 * size
    )


@pytest.mark.parametrize("name", ["component 1", "class c", "one latent"])
def test_one_standard_deviation_is_that_of_the_data(subject, latents, name):
    direction = find_direction(subject, name, Detail(token=5, channel=2))
    (expected,) = deviation_along(latents.z, direction.vector[None])
    assert direction.deviation == pytest.approx(float(expected), rel=1e-5)


def test_random_directions_differ_by_number_and_seed(subject):
    detail = Detail(seed=4)
    one, same, two, other = (
        find_direction(subject, name, seed).vector.ravel()
        for name, seed in (
            ("random 1", detail),
            ("random 1", detail),
            ("random 2", detail),
            ("random 1", Detail(seed=5)),
        )
    )
    np.testing.assert_array_equal(one, same)
    assert max(abs(one @ two), abs(one @ other)) < 0.3


def test_no_move_gives_exactly_what_the_codec_gives(subject):
    direction = find_direction(subject, "random 1", Detail())
    still = measure_traverse(subject, [direction], np.zeros((1, 1)))
    np.testing.assert_array_equal(still.after[0].rgb, subject.decoded.rgb)
    np.testing.assert_array_equal(still.after[0].depth_m, subject.decoded.depth_m)
    assert still.bits_after[0] == still.bits_before
    assert still.changed[0] == still.shift[0] == 0
    np.testing.assert_array_equal(still.shares_after[0], still.shares_before)


def test_frames_are_what_each_move_gives_alone(subject):
    directions = [find_direction(subject, f"random {i}", Detail()) for i in (1, 2)]
    sigmas = np.array([[-2.0, 0.5], [0.0, 0.0], [3.0, 0.5]])
    together = measure_traverse(subject, directions, sigmas)
    for index, one in enumerate(sigmas):
        alone = measure_traverse(subject, directions, one[None])
        depth_m = together.after[index].depth_m
        np.testing.assert_allclose(depth_m, alone.after[0].depth_m, atol=1e-3)
        assert together.bits_after[index] == pytest.approx(
            alone.bits_after[0], rel=1e-4
        )
        assert together.changed[index] == pytest.approx(alone.changed[0], abs=0.01)


def test_the_pictures_are_those_of_the_moved_latents(subject):
    direction = find_direction(subject, "random 1", Detail())
    found = measure_traverse(subject, [direction], np.array([[3.0]]))
    model = subject.model
    with torch.inference_mode():
        step = 3.0 * direction.deviation * torch.from_numpy(direction.vector)
        x = model.flow.inverse(subject.z + step)
        depth = model.decode(x)["depth"][0, 0]
        labels = model.segment(subject.z + step).argmax(dim=1)
        was = model.segment(subject.z).argmax(dim=1)
        bits = model.bits_per_dim(x)
    np.testing.assert_allclose(found.after[0].depth_m, 5 * (depth + 1), atol=1e-3)
    assert found.bits_after[0] == pytest.approx(float(bits[0]), rel=1e-4)
    assert found.changed[0] == pytest.approx(
        float((labels != was).float().mean()), abs=0.01
    )
    assert found.shift[0] == pytest.approx(3 * direction.deviation, rel=1e-4)


def test_only_the_latents_of_the_picked_patches_move(subject):
    direction = find_direction(subject, "random 1", Detail())
    picked = (0, 6)
    (step,) = move([direction], np.array([[2.0]]), picked, subject.grid)
    places = subject.grid.places
    moved = np.flatnonzero(np.abs(step).max(axis=1))
    assert moved.tolist() == [0, 6, places, places + 6]
    full = 2.0 * direction.deviation * direction.vector
    np.testing.assert_allclose(step[moved], full[moved], rtol=1e-5)
    record = measure_traverse(subject, [direction], np.array([[2.0]]), picked)
    assert record.energy_inside[0] == pytest.approx(
        np.square(direction.vector[moved]).sum(), rel=1e-5
    )


def test_without_statistics_a_step_is_that_of_the_prior(mango):
    bare = MangoSubject(mango, render_room(3, (32, 32)))
    assert "component 1" not in direction_names(None)
    for name in direction_names(None):
        assert find_direction(bare, name, Detail()).deviation == 1.0
    with pytest.raises(InputError, match="run `python -m fusionviz latents"):
        find_direction(bare, "component 1", Detail())


def test_what_is_no_direction_is_refused(subject):
    for name in ("component 0", "component x", "class ", "random 4", "", "bed"):
        assert not is_direction(name)
    assert all(is_direction(name) for name in direction_names(subject.statistics))
    with pytest.raises(InputError, match="component 1, "):
        find_direction(subject, "component 99", Detail())
    with pytest.raises(InputError, match="got token 32, channel 0"):
        find_direction(subject, "one latent", Detail(token=32))


def test_where_the_inverse_overflows_it_is_said(subject):
    far = Direction(
        name="random 1",
        told="far",
        vector=np.ones((32, 8), np.float32),
        deviation=1e37,
    )
    with pytest.raises(InputError, match="smaller move"):
        measure_traverse(subject, [far], np.array([[3.0]]))
