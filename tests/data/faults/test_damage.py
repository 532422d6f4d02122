"""Damage of pixels, and modalities of other samples."""

import numpy as np
import pytest

from fusionviz.data.faults.damage import (
    NOISE,
    add_noise,
    exchange_modality,
    lose_values,
)
from fusionviz.data.rooms import render_room
from fusionviz.data.sequences.samples import SequenceSample
from fusionviz.data.utterances.generator import render_utterance


@pytest.fixture(scope="module")
def room():
    return render_room(3, (48, 64))


@pytest.mark.parametrize("share", [0.25, 0.75])
def test_a_share_of_the_pixels_is_lost(room, share):
    damaged = lose_values(room, ("rgb", "depth"), share, seed=1)
    black = (damaged.rgb == 0).all(axis=2)
    assert black.mean() == pytest.approx(share, abs=0.03)
    assert np.isnan(damaged.depth_m).mean() == pytest.approx(share, abs=0.03)
    assert (black != np.isnan(damaged.depth_m)).any()  # places of their own
    np.testing.assert_array_equal(damaged.rgb[~black], room.rgb[~black])


def test_what_is_not_damaged_stays(room):
    for change in (lambda: lose_values(room, ("rgb",), 0.5),):
        assert change().depth_m is room.depth_m
    assert add_noise(room, ("depth",), 5).rgb is room.rgb
    assert lose_values(room, (), 0.5).rgb is room.rgb


def test_noise_grows_and_is_seeded(room):
    off = [
        np.nanmean(abs(add_noise(room, ("depth",), s, seed=2).depth_m - room.depth_m))
        for s in NOISE
    ]
    assert 0 < off[0] < off[1] < off[2]
    again = (add_noise(room, ("rgb", "depth"), 3, seed=4) for _ in range(2))
    first, second = again
    np.testing.assert_array_equal(first.rgb, second.rgb)
    np.testing.assert_array_equal(first.depth_m, second.depth_m)
    other = add_noise(room, ("rgb",), 3, seed=5)
    assert (other.rgb != first.rgb).any()


def test_salt_is_the_nearest_and_pepper_the_farthest_depth(room):
    depth = add_noise(room, ("depth",), 1).depth_m
    ends = np.isin(depth, [np.nanmin(depth), np.nanmax(depth)]).mean()
    assert 0 < ends < 0.03


def test_an_exchanged_picture_is_the_others_and_the_truth_its_own(room):
    other = render_room(4, (48, 64))
    mixed = exchange_modality(room, other, "depth")
    assert mixed.rgb is room.rgb
    assert mixed.depth_m is other.depth_m
    assert mixed.label is room.label


def test_an_exchanged_sequence_brings_its_clock():
    sample, other = render_utterance(1), render_utterance(2)
    for name in sample.names:
        mixed = exchange_modality(sample, other, name)
        assert mixed.modalities[name] is other.modalities[name]
        assert mixed.target == sample.target
        assert set(mixed.names) == set(sample.names)


@pytest.mark.parametrize("length", [2, 5, 12])
def test_where_each_step_has_a_truth_the_others_steps_are_fitted(length):
    def sequences(steps, offset):
        x = (np.arange(steps) + offset).astype(np.float32)[:, None]
        return SequenceSample(
            modalities={"text": x, "audio": x},
            target=np.zeros(steps, np.float32),
            times={"text": np.repeat(x, 2, axis=1)},
        )

    sample, other = sequences(5, 0), sequences(length, 100)
    mixed = exchange_modality(sample, other, "text")
    expected = [100 + step % length for step in range(5)]
    np.testing.assert_array_equal(mixed.modalities["text"][:, 0], expected)
    np.testing.assert_array_equal(mixed.times["text"][:, 0], expected)
    mixed = exchange_modality(sample, other, "audio")
    assert mixed.modalities["audio"] is other.modalities["audio"]


def test_samples_of_two_kinds_have_nothing_to_exchange(room):
    with pytest.raises(ValueError, match="one kind"):
        exchange_modality(room, render_utterance(1), "depth")
