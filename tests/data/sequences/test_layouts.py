"""Arrays of any layout, with masks and clocks, become the steps that they hold."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from fusionviz.data.sequences.orientation import look_at
from fusionviz.errors import InputError
from tests.helpers.files.brought_sequences import features, read, told

DTYPES = ["<f4", ">f4", "<f8", ">f8", "<f2", ">f2"]


@st.composite
def recordings(draw):
    """Steps of text and audio, and the arrays that hold them, laid out in some way."""
    random = np.random.default_rng(draw(st.integers(0, 2**20)))
    lengths = {"text": draw(st.integers(2, 9)), "audio": draw(st.integers(2, 30))}
    widths = {"text": draw(st.integers(1, 6)), "audio": draw(st.integers(1, 6))}
    dtype = draw(st.sampled_from(DTYPES))
    steps = {
        name: (random.integers(-9, 9, (length, widths[name])) + 0.5).astype(dtype)
        for name, length in lengths.items()
    }
    layout = draw(st.sampled_from(["plain", "batch", "time first", "samples"]))
    padding = draw(st.sampled_from(["", "mask", "padding_mask", "lengths"]))
    before = draw(st.integers(0, 3)) if padding in ("mask", "padding_mask") else 0
    arrays = {}
    for name, x in steps.items():
        after = draw(st.integers(0, 4)) if padding else 0
        # Padding that is not 0: nothing but the mask tells it.
        filled = np.pad(x, ((before, after), (0, 0)), constant_values=7)
        there = np.pad(np.ones(len(x), bool), (before, after))
        along = {"mask": there, "padding_mask": ~there, "lengths": np.array(len(x))}
        extra = {f"{name}_{padding}": along[padding]} if padding else {}
        if layout == "batch":
            filled, extra = filled[None], {key: v[None] for key, v in extra.items()}
        elif layout == "time first":
            filled = filled[:, None]
        elif layout == "samples":
            filled = np.stack([filled + 20, filled])
            extra = {key: np.stack([v, v]) for key, v in extra.items()}
        order = draw(st.sampled_from([np.ascontiguousarray, np.asfortranarray]))
        arrays |= {name: order(filled), **extra}
    if layout == "samples":
        arrays["sample"] = np.array(1)
    return steps, arrays


@settings(max_examples=200, deadline=None)
@given(recordings())
def test_whatever_the_layout_the_steps_come_back(recording):
    steps, arrays = recording
    sample = read(**arrays)
    assert set(sample.names) == {"text", "audio"}
    for name, x in steps.items():
        np.testing.assert_array_equal(sample.modalities[name], x.astype(np.float32))


@settings(max_examples=100, deadline=None)
@given(recordings(), st.integers(0, 2**20))
def test_what_goes_with_the_steps_is_cut_with_them(recording, seed):
    steps, arrays = recording
    if any(name in arrays for name in ("sample",)):
        return
    length = {name: max(arrays[name].shape[:2]) for name in steps}
    if arrays["text"].ndim == 2:
        length = {name: len(arrays[name]) for name in steps}
    random = np.random.default_rng(seed)
    marks = {name: np.arange(count) + 1.0 for name, count in length.items()}
    places = random.integers(0, length["text"], length["audio"])
    sample = read(
        **arrays,
        words=np.array([f"w{n:.0f}" for n in marks["text"]]),
        text_times=marks["text"],
        audio_times=marks["audio"],
        audio_alignment=places,
    )
    kept = {name: sample.times[name][:, 0].astype(int) - 1 for name in steps}
    for name, x in steps.items():
        assert len(kept[name]) == len(x)
        raw = arrays[name].reshape(length[name], -1)
        np.testing.assert_array_equal(raw[kept[name]].astype(np.float32), x)
    assert sample.words == tuple(f"w{n + 1}" for n in kept["text"])
    # A frame of a word that was cut away belongs to none.
    now = {old: new for new, old in enumerate(kept["text"].tolist())}
    expected = [now.get(old, -1) for old in places[kept["audio"]].tolist()]
    if "audio" in sample.alignment:
        assert sample.alignment["audio"].tolist() == expected
    else:
        assert "alignment of audio is left out" in told(sample)


def test_a_mask_without_a_name_is_of_what_it_fits():
    mask = np.array([1, 1, 1, 0, 0])
    sample = read(text=features(5), audio=features(9), attention_mask=mask)
    assert [len(sample.modalities[name]) for name in ("text", "audio")] == [3, 9]
    sample = read(text=features(5), audio=features(5, 2), mask=mask)
    assert [len(sample.modalities[name]) for name in ("text", "audio")] == [3, 3]
    sample = read(text=features(4), audio=features(9), mask=mask)
    assert "Left out are the arrays mask." in sample.notes


def test_words_are_cut_with_the_text_alone():
    words = ["a", "b", "c"]
    for mask in ({"audio_mask": [1, 1, 0]}, {"audio_mask": [0, 1, 1]}):
        sample = read(text=features(3), audio=features(3, 2), words=words, **mask)
        assert sample.words == ("a", "b", "c")
    sample = read(eeg=features(3), gaze=features(9), words=words, eeg_mask=[0, 1, 1])
    assert (sample.anchor, sample.words) == ("eeg", ("b", "c"))


def test_a_mask_of_features_cuts_steps_without_any():
    mask = np.array([[1, 0, 0], [0, 1, 1], [0, 0, 0]])
    sample = read(text=features(2), audio=features(3), audio_mask=mask)
    np.testing.assert_array_equal(sample.modalities["audio"], features(3)[:2])


def test_a_mask_that_leaves_nothing_is_told_and_not_used():
    sample = read(text=features(2), audio=features(3), audio_mask=np.zeros(3))
    assert len(sample.modalities["audio"]) == 3
    assert "leaves nothing" in told(sample)


def test_targets_of_steps_are_cut_with_the_anchor():
    sample = read(
        text=features(4), audio=features(3), text_mask=[0, 1, 1, 0], y=[9.0, 1, 2, 9]
    )
    np.testing.assert_array_equal(sample.target, [1, 2])


@settings(max_examples=60, deadline=None)
@given(st.integers(2, 5), st.integers(2, 5), st.integers(1, 4), st.integers(2, 4))
def test_disagreeing_numbers_of_samples_are_refused(first, second, width, steps):
    text, audio = np.ones((first, steps, width)), np.ones((second, steps, width))
    if first == second:
        assert len(read(text=text, audio=audio).modalities["text"]) == steps
        return
    with pytest.raises(InputError, match=f"{first} of text and {second} of audio"):
        read(text=text, audio=audio)


def test_a_modality_without_an_axis_for_samples_is_told():
    sample = read(text=np.ones((3, 4, 2)), audio=features(5))
    assert "audio has no axis for samples and is read whole" in told(sample)


# Clocks


@settings(max_examples=150, deadline=None)
@given(
    origin=st.sampled_from([0.0, 0.5, 3600.0, 1e5, 1.7561e9, -1e6, 4e9]),
    unit=st.sampled_from(["", "_s", "_ms", "_us", "ns"]),
    late=st.floats(0, 30),
    how=st.sampled_from(["starts", "spans", "columns", "general"]),
)
def test_times_of_any_origin_and_unit(origin, unit, late, how):
    factor = {"": 1, "_s": 1, "_ms": 1e3, "_us": 1e6, "ns": 1e9}[unit]
    name = "times" if unit == "ns" else f"times{unit}"
    if unit == "ns" and origin < 1.7e9:
        return  # nothing says that these are nanoseconds
    steps = {"text": 5, "audio": 60}
    shift = {"text": late, "audio": 0.0}
    starts = {key: shift[key] + np.arange(count) / 30 for key, count in steps.items()}
    arrays = {key: features(count) for key, count in steps.items()}
    for key, at in starts.items():
        ends = at + 1 / 30
        told_at, told_end = (factor * (origin + x) for x in (at, ends))
        if how == "columns":
            suffix = "" if unit == "ns" else unit
            arrays |= {f"{key}_start{suffix}": told_at, f"{key}_end{suffix}": told_end}
        elif how == "spans":
            arrays[f"{key}_{name}"] = np.stack([told_at, told_end], axis=1)
        elif how == "starts" or key == "text":
            arrays[f"{key}_{name}"] = told_at
        else:
            arrays[name] = told_at  # of what it fits
    sample = read(**arrays)
    zero = 0.0 if abs(origin) <= 1e4 else origin + 0.0
    for key, at in starts.items():
        found = sample.times[key]
        assert found.dtype == np.float32
        np.testing.assert_allclose(found[:, 0], at + origin - zero, atol=2e-3)
        assert len(np.unique(found[:, 0])) == steps[key]
    assert ("counted from there" in told(sample)) == (zero != 0)


def test_times_that_cannot_be_are_counted():
    times = np.array([[0, 1], [3, 2], [np.nan, 4], [5, 6]])
    sample = read(text=features(2), audio=features(4), audio_times=times)
    assert "2 of 4 times of audio are unknown" in told(sample)
    np.testing.assert_array_equal(
        np.isnan(sample.times["audio"]).all(axis=1), [0, 1, 1, 0]
    )
    sample = read(text=features(2), audio=features(2), audio_times=times[1:3])
    assert "2 of 2 times of audio are unknown" in told(sample)
    assert "audio" not in sample.times
    late = [0.0, 1, 2, 5e8, 6e8]
    sample = read(text=features(2), audio=features(5), audio_times=late)
    assert "3 times of audio are too late" in told(sample)  # one of them in its end
    np.testing.assert_array_equal(sample.times["audio"][:2], [[0, 1], [1, 2]])


def test_times_of_no_use_are_told():
    shape = read(text=features(2), audio=features(4), audio_times=np.ones((4, 3)))
    assert "Times of audio are left out, of shape (4, 3)" in told(shape)
    ends = {"audio_start": np.arange(4.0), "audio_end": np.arange(3.0)}
    sample = read(text=features(2), audio=features(4), **ends)
    assert "Ends of audio are left out: they are 3" in told(sample)


def test_clocks_without_anything_in_common_begin_anew():
    at = np.arange(4) / 10
    sample = read(
        text=features(4), text_times=at, audio=features(4), audio_times=1.7e9 + at
    )
    for name in ("text", "audio"):
        np.testing.assert_allclose(sample.times[name][:, 0], at, atol=1e-6)
    assert "far apart" in told(sample)


# Which way round


def mfcc(seed, coefficients=13, frames=120):
    """Smooth in time, each coefficient at a level of its own."""
    random = np.random.default_rng(seed)
    walk = random.normal(size=(coefficients, frames + 8))
    smooth = np.stack([np.convolve(row, np.ones(9) / 9, "valid") for row in walk])
    return (smooth + 2 * random.normal(size=(coefficients, 1))).astype(np.float32)


@settings(max_examples=40, deadline=None)
@given(st.integers(0, 1000), st.sampled_from([13, 20, 40]), st.integers(60, 200))
def test_features_by_frames_are_noticed(seed, coefficients, frames):
    array = mfcc(seed, coefficients, frames)
    sample = read(text=features(8), audio=array)
    np.testing.assert_array_equal(sample.modalities["audio"], array.T)
    assert "is taken for (feature, step)" in told(sample)
    upright = read(text=features(8), audio=array.T)
    np.testing.assert_array_equal(upright.modalities["audio"], array.T)
    assert "(feature, step)" not in told(upright)


@settings(max_examples=40, deadline=None)
@given(st.integers(0, 1000), st.integers(4, 12), st.integers(40, 300))
def test_vectors_of_words_stay_as_they_are(seed, words, width):
    random = np.random.default_rng(seed)
    vectors = random.normal(size=(words, width)) + random.normal(size=width)
    sample = read(text=vectors, audio=features(9))
    assert sample.modalities["text"].shape == (words, width)
    assert "(feature, step)" not in told(sample)


def test_where_levels_are_gone_the_reader_is_asked():
    array = mfcc(3)
    array -= array.mean(axis=1, keepdims=True)
    sample = read(text=features(8), audio=array)
    assert sample.modalities["audio"].shape == array.shape
    assert "save it as array.T" in told(sample)


@settings(max_examples=200, deadline=None)
@given(st.integers(0, 10_000), st.integers(4, 40), st.integers(4, 40))
def test_numbers_without_order_are_neither_turned_nor_asked_about(seed, rows, columns):
    array = np.random.default_rng(seed).normal(size=(rows, columns))
    found = look_at(array)
    assert not found.is_turned
    assert not found.is_doubtful


def test_without_order_neighbours_are_as_alike_along_both_axes():
    random = np.random.default_rng(0)
    looks = [look_at(random.normal(size=(5, 30))) for _ in range(2000)]
    alike = np.array([one.alike for one in looks])
    assert abs(alike.mean()) < 0.02
    assert alike.std() < 1.5 * looks[0].error


@pytest.mark.parametrize("shape", [(3, 9), (5, 5)])
def test_what_says_nothing_is_not_judged(shape):
    assert look_at(np.ones(shape)) is None
    rows, columns = np.indices(shape)
    assert look_at(3 * rows + columns) is None
    assert look_at(np.full(shape, np.nan)) is None
