"""What a reader brings becomes a sample, whatever it is called or cut."""

import numpy as np
import pytest

from fusionviz.data.folders import data_folder
from fusionviz.data.sequences.files import read_sequences
from fusionviz.data.utterances.example import EXAMPLE_SEED, example_file, example_tables
from fusionviz.data.utterances.generator import render_utterance
from fusionviz.models.alignmamba import why_unread
from tests.helpers.files.brought_sequences import features, read, told
from tests.helpers.tiny_models import tiny_sentiment

SEQUENCES = data_folder() / "mfn_sequences"


@pytest.mark.parametrize(
    "files", [{"example.npz": example_file()}, {"csv.zip": example_tables()}]
)
def test_the_example_comes_back_as_the_utterance_that_it_is(files):
    sample, utterance = read_sequences(files), render_utterance(EXAMPLE_SEED)
    assert sample.names == utterance.names
    assert sample.words == utterance.words
    assert sample.anchor == "text"
    for name in utterance.names:
        np.testing.assert_array_equal(
            sample.modalities[name], utterance.modalities[name]
        )
        np.testing.assert_array_equal(sample.times[name], utterance.times[name])
    assert sample.alignment.keys() == utterance.alignment.keys()
    for name, places in utterance.alignment.items():
        np.testing.assert_array_equal(sample.alignment[name], places)
    assert sample.notes == ()


def test_the_example_has_the_target_and_a_model_on_utterances_reads_it():
    sample = read_sequences({"example.npz": example_file()})
    assert sample.target == render_utterance(EXAMPLE_SEED).target
    assert why_unread(sample, tiny_sentiment().config) is None


@pytest.mark.parametrize(
    ("array", "modality"),
    [
        ("text", "text"),
        ("language", "text"),
        ("l", "text"),
        ("glove_vectors", "text"),
        ("x_audio", "audio"),
        ("COVAREP", "audio"),
        ("voiceFeatures", "audio"),
        ("cmu_covarep", "audio"),
        ("vision", "video"),
        ("face_emb", "video"),
        ("OpenFace_2.0", "video"),
        ("eeg", "eeg"),
        ("x_eeg_features", "eeg"),
        ("part_a", "part_a"),
        ("<b>lidar</b>", "b_lidar_b"),
    ],
)
def test_names_of_arrays_are_understood(array, modality):
    sample = read(**{array: features(4), "depth": features(9)})
    assert set(sample.names) == {modality, "depth"}


def test_a_name_that_is_taken_for_another_is_told():
    assert "vision as video" in told(read(vision=features(4), text=features(2)))


def test_two_arrays_that_could_be_one_modality_keep_their_names():
    sample = read(audio_covarep=features(4), audio_mfcc=features(5), text=features(2))
    assert set(sample.names) == {"text", "audio_covarep", "audio_mfcc"}
    sample = read(audio=features(4), audio_mfcc=features(5), text=features(2))
    assert len(sample.modalities["audio"]) == 4
    assert len(sample.modalities["audio_mfcc"]) == 5


@pytest.mark.parametrize("dtype", [np.float16, np.float64, ">f4", np.int16, np.uint8])
def test_numbers_of_any_kind_become_float32(dtype):
    sample = read(text=features(4, dtype=dtype), audio=features(6))
    assert sample.modalities["text"].dtype == np.float32
    np.testing.assert_array_equal(sample.modalities["text"], features(4))


def test_fortran_order_changes_nothing():
    sample = read(text=np.asfortranarray(features(4)), audio=features(6))
    np.testing.assert_array_equal(sample.modalities["text"], features(4))


def test_a_row_of_numbers_is_a_step_each_and_whole_numbers_of_text_are_ids():
    sample = read(word_ids=np.array([3, 0, 7], np.int16), pulse=np.arange(1.0, 6))
    assert sample.modalities["text"].dtype == np.int64
    np.testing.assert_array_equal(sample.modalities["text"], [3, 0, 7])
    np.testing.assert_array_equal(sample.modalities["pulse"][:, 0], np.arange(1.0, 6))


def test_one_sample_may_have_an_axis_of_its_own():
    sample = read(text=features(4)[None], audio=features(6)[None, None])
    np.testing.assert_array_equal(sample.modalities["text"], features(4))
    np.testing.assert_array_equal(sample.modalities["audio"], features(6))
    assert sample.notes == ()


def test_of_many_samples_the_first_or_the_named_one_is_read():
    arrays = {
        "text": features(12).reshape(3, 4, 3),
        "audio": features(15).reshape(3, 5, 3),
        "words": np.array([list("abcd"), list("efgh"), list("ijkl")]),
        "audio_times": np.arange(30.0).reshape(3, 5, 2),
        "y": np.array([0.5, 1.5, 2.5]),
    }
    first = read(**arrays)
    assert "There are 3 samples, and number 0 is read" in told(first)
    np.testing.assert_array_equal(first.modalities["text"], arrays["text"][0])
    last = read(**arrays, sample=2)
    np.testing.assert_array_equal(last.modalities["audio"], arrays["audio"][2])
    np.testing.assert_array_equal(last.times["audio"], arrays["audio_times"][2])
    assert last.words == tuple("ijkl")
    assert (first.target, last.target) == (0.5, 2.5)


def test_of_parts_of_a_data_set_one_is_read():
    sample = read(
        text_train=features(9)[None],
        audio_train=features(8)[None],
        text_test=features(3)[None],
        audio_test=features(2)[None],
        y_train=np.array([7.0]),
        y_test=np.array([8.0]),
    )
    assert [len(x) for x in sample.modalities.values()] == [3, 2]
    assert sample.target == 8
    assert "Arrays of 'test' are read; left out: train." in sample.notes


def test_an_array_is_turned_round_only_where_other_lengths_tell_so():
    upright = features(7, 4)
    turned = read(text=features(5), audio=upright.T, audio_times=np.zeros((7, 2)) + 1)
    np.testing.assert_array_equal(turned.modalities["audio"], upright)
    assert "(feature, step)" in told(turned)
    as_it_is = read(text=features(5), audio=upright.T)
    np.testing.assert_array_equal(as_it_is.modalities["audio"], upright.T)
    by_words = read(text=upright.T, words=list("abcdefg"), audio=features(5))
    np.testing.assert_array_equal(by_words.modalities["text"], upright)
    square = read(text=features(4, 4), words=list("abcd"), audio=features(5))
    np.testing.assert_array_equal(square.modalities["text"], features(4, 4))


@pytest.mark.parametrize(
    ("times", "spans"),
    [
        ([[0, 1], [1, 3], [4, 4]], [[0, 1], [1, 3], [4, 4]]),
        ([[0, 1, 4], [1, 3, 4]], [[0, 1], [1, 3], [4, 4]]),
        ([0, 1, 4], [[0, 1], [1, 4], [4, 7]]),
        ([[0, 1], [3, 1], [4, np.nan]], [[0, 1], [np.nan] * 2, [np.nan] * 2]),
    ],
)
def test_times_are_starts_and_ends_or_starts_alone(times, spans):
    sample = read(text=features(2), audio=features(3), audio_times=np.array(times))
    np.testing.assert_array_equal(sample.times["audio"], np.array(spans, np.float32))


def test_starts_and_ends_may_be_arrays_of_their_own():
    sample = read(
        text=features(3), text_start=[0.0, 2, 4], text_end=[1.0, 3, 5], v=features(2)
    )
    np.testing.assert_array_equal(sample.times["text"], [[0, 1], [2, 3], [4, 5]])


@pytest.mark.parametrize("places", [[0, 1, 2], [0, 0.5, 1], [0, -2, 1], [0, 1]])
def test_an_alignment_that_fits_nothing_is_left_out(places):
    sample = read(text=features(2), audio=features(3), audio_alignment=places)
    assert not sample.alignment
    assert "lignment of audio" in told(sample)


def test_without_text_the_shortest_modality_is_the_anchor():
    sample = read(eeg=features(9), gaze=features(4), imu=features(6))
    assert sample.anchor == "gaze"
    assert "gaze has the fewest steps" in told(sample)
    sample = read(eeg=features(9), gaze=features(4), words=[f"w{n}" for n in range(9)])
    assert sample.anchor == "eeg"
    assert len(sample.words) == 9


def test_one_modality_alone_is_read_and_told():
    sample = read(eeg=features(4))
    assert sample.names == ("eeg",)
    assert "bring another modality" in told(sample)


@pytest.mark.parametrize(
    ("target", "kept"),
    [(0.5, 0.5), ([2.5], 2.5), ([1, 2], [1, 2]), ([1, 2, 3], None), (np.nan, None)],
)
def test_a_target_is_a_number_or_one_a_step_of_the_anchor(target, kept):
    sample = read(text=features(2), audio=features(4), label=target)
    if kept is None:
        assert sample.target is None
        assert "The target is left out" in told(sample)
    else:
        np.testing.assert_array_equal(sample.target, np.float32(kept))


def test_words_may_be_bytes_and_are_made_fit_to_be_shown():
    words = np.array([b"caf\xc3\xa9", b"\xff", b"x" * 50])
    assert read(text=features(3), words=words, v=features(2)).words == (
        "café",
        "�",
        "x" * 31 + "…",
    )


def test_what_is_not_understood_is_named():
    sample = read(text=features(3), v=features(2), uid=["a", "b"], count=[1, 2, 3])
    assert "Left out are the arrays uid, count." in sample.notes


def test_no_more_modalities_are_read_than_can_be_shown():
    arrays = {f"sensor{n}": features(4) for n in range(9)}
    sample = read(**arrays, text=features(3))
    assert len(sample.names) == 8
    assert "text" in sample.names
    assert "At most 8 modalities" in told(sample)


@pytest.mark.skipif(not SEQUENCES.is_dir(), reason=f"no sequences at {SEQUENCES}")
@pytest.mark.parametrize("name", ["mmmo", "pom", "youtube"])
def test_real_sequences_of_many_samples_are_read(name):
    file = SEQUENCES / f"{name}.npz"
    sample = read_sequences({file.name: file.read_bytes()})
    with np.load(file) as arrays:
        wanted = {key[:-5]: arrays[key][0] for key in arrays if key.endswith("_test")}
    assert set(sample.names) == set(wanted) - {"y"}
    for modality, x in sample.modalities.items():
        np.testing.assert_array_equal(x, wanted[modality][: len(x)])
        assert not wanted[modality][len(x) :].any()
