"""Generated utterances: repeatable, with a truth that the features bear out."""

import numpy as np
import pytest
from sklearn.linear_model import RidgeCV

from fusionviz.data.sequences.correspondence import alignment_score, clock_assignment
from fusionviz.data.utterances.generator import (
    WIDTHS,
    Misalignment,
    load_sentiment,
    render_utterance,
)
from fusionviz.data.utterances.timeline import perform
from fusionviz.data.utterances.words import VALENCE, VOCABULARY, spoken_valence

ALIGNED = Misalignment(offset_seconds=0, drift=0, dropped=0, distractors=0, noise=0)
FRAMES = ("video", "audio")


@pytest.fixture(scope="module")
def train():
    return load_sentiment("train", count=700)


@pytest.fixture(scope="module")
def held():
    return load_sentiment("test", count=300)


def mean_score(samples, name, plan_of):
    scores = [alignment_score(plan_of(s), s.alignment[name]) for s in samples]
    return np.nanmean(scores)


def cosines(source, target):
    source = source / np.linalg.norm(source, axis=1, keepdims=True)
    target = target / np.linalg.norm(target, axis=1, keepdims=True)
    return source @ target.T


def test_a_seed_gives_the_same_utterance_and_others_differ():
    one, again, other = (render_utterance(seed) for seed in (3, 3, 4))
    for name in WIDTHS:
        np.testing.assert_array_equal(one.modalities[name], again.modalities[name])
        assert one.modalities[name].shape[1] == WIDTHS[name]
    assert one.words != other.words
    assert one.group == other.group != render_utterance(2000).group


def test_an_utterance_stays_what_it_is_from_release_to_release():
    sample = render_utterance(0)
    said = "terrible that music bad actor scene then camera hardly perfect"
    assert " ".join(sample.words) == said
    assert sample.target == pytest.approx(-2.9730, abs=1e-4)
    assert sample.modalities["video"][0, :3] == pytest.approx(
        [-0.25, 0.5865, -0.2108], abs=1e-4
    )


def test_misalignment_changes_frames_and_not_what_is_said(held):
    for seed in range(20):
        aligned = render_utterance(seed, ALIGNED)
        assert aligned.words == held[seed].words
        assert aligned.target == held[seed].target
        np.testing.assert_array_equal(aligned.times["text"], held[seed].times["text"])


def test_without_misalignment_the_clock_tells_the_truth():
    samples = [render_utterance(seed, ALIGNED) for seed in range(40)]
    for name in FRAMES:
        assert mean_score(samples, name, lambda s, n=name: clock_assignment(s, n)) == 1


def test_every_word_is_known_and_counted():
    assert len(VOCABULARY) == len(set(VOCABULARY)) == 44
    for seed in range(50):
        sample = render_utterance(seed)
        assert set(sample.words) <= set(VOCABULARY)
        assert set(sample.words) & set(VALENCE)
        assert -3 <= sample.target <= 3
        assert sample.label == (sample.target >= 0)


def test_a_negator_turns_the_next_word_round():
    said = spoken_valence(("not", "good", "bad", "never", "film", "dull"))
    assert said.tolist() == [0, -VALENCE["good"], VALENCE["bad"], 0, 0, VALENCE["dull"]]


def test_the_sentiment_is_the_sum_that_the_description_says():
    words = ("not", "good", "film", "awful", "was", "never", "dull", "sweet")
    contradictions = 0
    for seed in range(60):
        timeline = perform(words, 0.5, np.random.default_rng(seed))
        total = 0.0
        for index, said in ((1, -1.1), (3, -1.7), (6, 1.3), (7, 0.7)):
            (place,) = np.flatnonzero(timeline.word == index)
            contradicts = timeline.face[place] * said < 0
            contradictions += contradicts
            meant = -said if contradicts else said
            total += 2.0 ** timeline.emphasis[place] * meant
        assert timeline.sentiment == pytest.approx(3 * np.tanh(total / 4))
    assert 20 < contradictions < 80


@pytest.mark.parametrize("name", FRAMES)
def test_neither_clock_nor_untrained_features_align(name, held):
    random = np.random.default_rng(0)
    frames, words = (random.normal(size=(WIDTHS[n], 64)) for n in (name, "text"))

    def untrained(s):
        return cosines(s.modalities[name] @ frames, s.modalities["text"] @ words)

    assert mean_score(held, name, untrained) < 0.25
    assert mean_score(held, name, lambda s: clock_assignment(s, name)) < 0.5


@pytest.mark.parametrize("name", FRAMES)
def test_alignment_is_learnt_from_the_clock_alone(name, train, held):
    """Two linear encoders, fitted in turn with the alignment, which is never shown."""
    source = np.concatenate([s.modalities[name] for s in train])
    chosen = [clock_assignment(s, name) for s in train]
    for _ in range(3):
        target = np.concatenate(
            [s.modalities["text"][c] for s, c in zip(train, chosen, strict=True)]
        )
        encode = canonical_encoders(source, target, 12)
        chosen = [encode(s, name).argmax(axis=1) for s in train]
    assert mean_score(held, name, lambda s: encode(s, name)) > 0.85


def canonical_encoders(source, target, width):
    """Return sample -> cosines after canonical correlation analysis."""
    means, whiten = [], []
    for values in (source, target):
        means.append(values.mean(axis=0))
        size, axes = np.linalg.eigh(np.cov(values.T) + 1e-5 * np.eye(values.shape[1]))
        whiten.append(axes / np.sqrt(size))
    joint = ((source - means[0]) @ whiten[0]).T @ ((target - means[1]) @ whiten[1])
    left, strength, right = np.linalg.svd(joint / len(source))
    scale = np.sqrt(strength[:width])
    frames = whiten[0] @ left[:, :width] * scale
    words = whiten[1] @ right[:width].T * scale

    def encode(sample, name):
        return cosines(
            (sample.modalities[name] - means[0]) @ frames,
            (sample.modalities["text"] - means[1]) @ words,
        )

    return encode


def test_every_modality_tells_something_and_all_of_them_more(train, held):
    def correlation(names):
        model = RidgeCV(np.logspace(-3, 3, 7))
        model.fit(pooled(train, names), [s.target for s in train])
        said = model.predict(pooled(held, names))
        return np.corrcoef(said, [s.target for s in held])[0, 1]

    alone = [correlation([name]) for name in WIDTHS]
    assert min(alone) > 0.15
    assert max(alone) < 0.6
    assert correlation(list(WIDTHS)) > max(alone) + 0.05


def pooled(samples, names):
    return np.stack(
        [np.hstack([s.modalities[n].mean(axis=0) for n in names]) for s in samples]
    )


def test_splits_have_no_speaker_in_common():
    groups = [
        {s.group for s in load_sentiment(split, count=30)}
        for split in ("train", "validation", "test")
    ]
    assert len(set.union(*groups)) == sum(map(len, groups)) == 6
    assert load_sentiment("validation", count=1)[0].id == "utterance 5000"
    assert load_sentiment("train", count=1)[0].id == "utterance 10000"


@pytest.mark.parametrize(("split", "count"), [("dev", 1), ("test", 5001), ("train", 0)])
def test_splits_that_are_none_are_refused(split, count):
    with pytest.raises(ValueError, match=rf"got '{split}' and {count}"):
        load_sentiment(split, count=count)


@pytest.mark.parametrize("wrong", [{"dropped": 1.0}, {"drift": -0.1}, {"noise": -1}])
def test_misalignment_out_of_range_is_refused(wrong):
    with pytest.raises(ValueError, match=f"got {next(iter(wrong.values()))}"):
        Misalignment(**wrong)


def test_a_negative_seed_is_refused():
    with pytest.raises(ValueError, match="got -1"):
        render_utterance(-1)


def test_losing_nearly_all_frames_leaves_one():
    sample = render_utterance(1, Misalignment(dropped=0.999))
    assert all(len(sample.modalities[name]) >= 1 for name in FRAMES)
