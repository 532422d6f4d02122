"""The record of sequences and its batches."""

import numpy as np
import pytest

from fusionviz.data.sequences.samples import SequenceSample, pad


def features(steps, channels=2, start=1.0):
    values = np.arange(steps * channels, dtype=np.float32) + np.float32(start)
    return values.reshape(steps, channels)


def sample(text=2, video=3, **fields):
    return SequenceSample(
        modalities={"text": features(text), "video": features(video, 4)}, **fields
    )


def test_a_batch_holds_each_sample_and_zeros_after_it():
    batch = pad([sample(2, 3), sample(4, 1)])
    assert batch.values["text"].shape == (2, 4, 2)
    assert batch.mask["text"].tolist() == [[True] * 2 + [False] * 2, [True] * 4]
    np.testing.assert_array_equal(batch.values["text"][0, :2], features(2))
    assert not batch.values["text"][0, 2:].any()
    assert batch.mask["video"].sum(axis=1).tolist() == [3, 1]
    assert np.isnan(batch.target).all()
    assert (batch.label == -1).all()


def test_what_a_sample_misses_is_absent_from_its_row_alone():
    batch = pad([sample(), sample().only(["text"])])
    assert batch.present["text"].tolist() == [True, True]
    assert batch.present["video"].tolist() == [True, False]
    assert not batch.mask["video"][1].any()
    assert not batch.values["video"][1].any()


def test_modalities_are_taken_in_the_order_asked_for():
    assert list(pad([sample()], ["video", "audio", "text"]).values) == ["video", "text"]


def test_targets_of_steps_are_padded_as_unknown():
    one = sample(
        2, target=np.array([1, -2], np.float32), label=np.array([1, 0], np.int64)
    )
    two = sample(3)
    batch = pad([one, two, sample(3, target=np.ones(3, np.float32))])
    np.testing.assert_array_equal(batch.target[0], [1, -2, np.nan])
    assert np.isnan(batch.target[1]).all()
    assert batch.label[0].tolist() == [1, 0]


def test_targets_of_samples_make_a_row():
    rows = [sample(target=np.array(v, np.float32)) for v in (1.5, np.nan)]
    np.testing.assert_array_equal(pad(rows).target, np.float32([1.5, np.nan]))


def test_ids_of_words_are_padded_too():
    rows = [
        SequenceSample(modalities={"text": np.array(ids, np.int64)})
        for ids in ([5], [6, 7])
    ]
    assert pad(rows).values["text"].tolist() == [[5, 0], [6, 7]]


@pytest.mark.parametrize(
    ("fields", "message"),
    [
        ({"modalities": {}}, "needs a modality"),
        ({"modalities": {"text": features(2).astype(np.float64)}}, "float64"),
        ({"modalities": {"text": features(0)}}, "with a step"),
        ({"modalities": {"text": features(2)}, "words": ("one",)}, "words must be 2"),
        (
            {"modalities": {"text": features(2)}, "target": np.ones(3, np.float32)},
            r"target must be of shape \(2,\), got \(3,\)",
        ),
        (
            {"modalities": {"text": features(2)}, "times": {"text": features(3)}},
            "times of text",
        ),
        (
            {
                "modalities": {"text": features(2), "video": features(2)},
                "alignment": {"video": np.array([0, 2])},
            },
            "steps -1 to 1 of text, got 0 to 2",
        ),
        (
            {
                "modalities": {"text": features(2), "video": features(2)},
                "alignment": {"video": np.array([0])},
            },
            "alignment of video must be 2 long",
        ),
    ],
)
def test_a_record_that_does_not_fit_says_what_arrived(fields, message):
    with pytest.raises(ValueError, match=message):
        SequenceSample(**fields)


def test_batches_that_do_not_fit_are_refused():
    with pytest.raises(ValueError, match="a batch needs a sample"):
        pad([])
    wide = SequenceSample(modalities={"text": features(2, 3)})
    with pytest.raises(ValueError, match="of one kind"):
        pad([sample(), wide])
    whole = sample(target=np.array(1, np.float32))
    steps = sample(target=np.ones(2, np.float32))
    with pytest.raises(ValueError, match="all of samples or all of steps"):
        pad([whole, steps])


def test_nothing_left_is_refused():
    with pytest.raises(ValueError, match=r"nothing would be left of text, video"):
        sample().only(["audio"])


def test_without_its_anchor_a_sample_keeps_its_truth():
    truth = {"video": np.array([0, 1, -1])}
    left = sample(words=("a", "b"), alignment=truth).only(["video"])
    assert left.names == ("video",)
    assert left.words == ("a", "b")
    assert left.alignment["video"].tolist() == [0, 1, -1]
