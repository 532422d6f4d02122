"""Padding, gaps and long recordings of what a reader brings are put in order."""

import numpy as np

from tests.helpers.files.brought_sequences import features, read, told


def test_padding_at_the_end_is_left_out_with_what_goes_with_it():
    padded = np.concatenate([features(4), np.zeros((2, 3)), np.full((1, 3), np.nan)])
    sample = read(
        text=features(2),
        audio=padded,
        audio_times=np.zeros((7, 2)),
        audio_alignment=[0, 0, 1, -1, 0, 0, 0],
    )
    np.testing.assert_array_equal(sample.modalities["audio"], features(4))
    np.testing.assert_array_equal(sample.alignment["audio"], [0, 0, 1, -1])
    assert "audio ends in 3 steps of padding" in told(sample)


def test_a_last_word_without_features_is_no_padding():
    padded = np.concatenate([features(3), np.zeros((3, 3))])
    sample = read(text=padded, words=["so", "very", "far", "abroad"], v=features(2))
    assert sample.words == ("so", "very", "far", "abroad")
    assert len(sample.modalities["text"]) == 4
    assert "1 of 4 steps of text are all zeros" in told(sample)


def test_what_is_no_number_becomes_zero_and_is_counted():
    broken = features(4)
    broken[0, 0], broken[1, 1], broken[2, 2] = np.nan, np.inf, -3e38
    sample = read(text=features(2), audio=broken)
    expected = features(4)
    expected[[0, 1, 2], [0, 1, 2]] = 0
    np.testing.assert_array_equal(sample.modalities["audio"], expected)
    assert "3 values of audio (25.00%)" in told(sample)


def test_zero_vectors_stay():
    sample = read(text=np.zeros((3, 2)), audio=features(4))
    np.testing.assert_array_equal(sample.modalities["text"], np.zeros((3, 2)))


def test_long_sequences_are_averaged_in_even_pieces():
    long = np.random.default_rng(0).normal(size=(1501, 2)).astype(np.float32)
    starts = np.arange(1501) / 100
    sample = read(
        text=features(3),
        audio=long,
        audio_times=starts,
        audio_alignment=np.arange(1501) // 700,
    )
    # 1501 / 512 needs three to one: the last piece has one step.
    pieces = [
        long[at : at + 3].mean(axis=0, dtype=np.float64) for at in range(0, 1501, 3)
    ]
    np.testing.assert_allclose(sample.modalities["audio"], pieces, rtol=1e-6, atol=1e-7)
    np.testing.assert_allclose(sample.times["audio"][1], [0.03, 0.06])
    np.testing.assert_array_equal(
        sample.alignment["audio"][[0, 232, 233, -1]], [0, 0, 1, 2]
    )
    assert "3 neighbours are averaged" in told(sample)


def test_an_anchor_that_is_averaged_keeps_what_points_to_it():
    sample = read(
        text=np.ones((1000, 2)),
        words=np.array([f"w{n}" for n in range(1000)]),
        audio=features(3),
        audio_alignment=[0, 999, -1],
    )
    assert sample.words[:2] == ("w0 w1", "w2 w3")
    np.testing.assert_array_equal(sample.alignment["audio"], [0, 499, -1])
