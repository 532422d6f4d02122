"""Many samples at each stage: MMD² by hand, A-distance by scikit-learn, stops."""

from dataclasses import replace

import numpy as np
import pytest
import torch
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from fusionviz.alignment import distance_of
from fusionviz.analysis.distributions.kin_samples import batches_of_kin
from fusionviz.analysis.distributions.sample_stages import measure_sample_stages
from fusionviz.analysis.distributions.stage_mmd import model_pairs, own_mmd
from fusionviz.analysis.shared.subjects.alignmamba import AlignMambaSubject, tokens_of
from fusionviz.data.rooms import render_room
from fusionviz.data.utterances.generator import render_utterance
from fusionviz.errors import InputError
from fusionviz.models.alignmamba import sequence_inputs
from fusionviz.models.cards import ModelCard
from tests.helpers.files.mosi_folder import make_mosi_folder
from tests.helpers.tiny_models import tiny_alignmamba, tiny_sentiment

COUNT = 20


@pytest.fixture(scope="module")
def model():
    return tiny_sentiment()


@pytest.fixture(scope="module")
def measured(model):
    return measure_sample_stages(model, "sentiment", count=COUNT)


def samples_of(measured):
    """Return the utterances that were measured, made again from their names."""
    return [render_utterance(int(name.split()[1])) for name in measured.samples]


def double_sum(x, y):
    """Return MMD² by its definition, σ the (lower) median distance of the pool."""
    pool = np.concatenate([x, y]).astype(np.float64)
    far = sorted(
        d
        for i in range(len(pool))
        for j in range(i)
        if (d := float(np.sqrt(((pool[i] - pool[j]) ** 2).sum()))) > 0
    )
    sigma = far[(len(far) - 1) // 2]

    def mean_kernel(a, b):
        total = 0.0
        for one in a.astype(np.float64):
            for other in b.astype(np.float64):
                total += np.exp(-((one - other) ** 2).sum() / (2 * sigma**2))
        return total / (len(a) * len(b))

    return mean_kernel(x, x) + mean_kernel(y, y) - 2 * mean_kernel(x, y)


def test_padding_does_not_change_a_samples_mmd(model, measured):
    """A batch is padded to its longest; by hand, each sample is read alone."""
    samples = samples_of(measured)
    assert len({len(one.modalities["video"]) for one in samples}) > 3
    for index in (0, 3, 17):
        trace = model.trace(
            sequence_inputs([samples[index]], model.config), hidden=True
        )
        video, text = trace.tokens["video"][0], trace.tokens["text"][0]
        audio = trace.alignments["audio"].after[0]
        last = trace.hidden[-1][0]
        order = trace.modalities
        expected = {
            (("video", "text"), 0): (video, text),
            (("audio", "text"), 1): (audio, text),
            (("video", "audio"), 2): (
                last[order.index("video") :: 3],
                last[order.index("audio") :: 3],
            ),
        }
        for (pair, stage), sides in expected.items():
            row = measured.pairs.index(pair)
            assert measured.mmd[row, stage, index] == pytest.approx(
                double_sum(*sides), abs=2e-5
            )


def test_after_local_alignment_it_is_the_training_loss(model, measured):
    inputs = sequence_inputs(samples_of(measured), model.config)
    loss = model(inputs).align_loss.numpy()
    with_anchor = [i for i, pair in enumerate(measured.pairs) if pair[1] == "text"]
    assert len(with_anchor) == 2
    np.testing.assert_allclose(
        measured.mmd[with_anchor, 1].sum(axis=0), loss, atol=2e-5
    )


def test_the_factor_widens_the_kernel(model):
    wide = measure_sample_stages(model, "sentiment", count=2, factor=10.0)
    near = measure_sample_stages(model, "sentiment", count=2, factor=0.1)
    assert (wide.mmd < near.mmd).all()


def test_the_distance_is_that_of_classifiers_that_never_saw_the_sample(model, measured):
    """The folds, the fits and the balanced error are made again with scikit-learn."""
    seed, folds = 0, 5
    samples = samples_of(measured)
    tokens = []
    for one in samples:
        trace = model.trace(sequence_inputs([one], model.config), hidden=True)
        moved = trace.alignments["video"]
        tokens.append((moved.after[0][moved.received[0] > 0], trace.tokens["text"][0]))
    fold = np.random.default_rng(seed).permutation(COUNT) % folds
    wrong, count = np.zeros(2), np.zeros(2)
    for held in range(folds):
        fit = [(x, side) for i in np.flatnonzero(fold != held)
               for side, x in enumerate(tokens[i])]  # fmt: skip
        classifier = make_pipeline(
            StandardScaler(), LogisticRegression(class_weight="balanced", max_iter=500)
        ).fit(
            np.concatenate([x for x, _ in fit]),
            np.concatenate([np.full(len(x), side) for x, side in fit]),
        )
        for i in np.flatnonzero(fold == held):
            for side, x in enumerate(tokens[i]):
                wrong[side] += (classifier.predict(x) != side).sum()
                count[side] += len(x)
    row = measured.pairs.index(("video", "text"))
    mistakes = measured.mistakes[row, 1]
    np.testing.assert_array_equal(mistakes[..., 1].sum(axis=0), count)
    expected = max(0.0, 2 * (1 - 2 * (wrong / count).mean()))
    assert distance_of(mistakes) == pytest.approx(expected, abs=0.02)


def test_stopping_keeps_what_is_done(model):
    told = []

    def tell(share, doing):
        told.append(share)
        return len(told) < 2

    stopped = measure_sample_stages(model, "sentiment", count=40, tell=tell)
    assert len(stopped.samples) == 16
    assert stopped.asked == 40
    assert np.isfinite(stopped.mmd).all()
    assert not stopped.has_distances
    assert not stopped.is_whole
    with pytest.raises(InputError, match="start it again"):
        measure_sample_stages(
            model, "sentiment", count=8, tell=lambda share, doing: False
        )


def test_it_tells_how_far_it_is(model):
    told = []
    whole = measure_sample_stages(
        model, "sentiment", count=20, tell=lambda share, _: told.append(share) or True
    )
    assert whole.is_whole
    assert told == sorted(told)
    assert 0 <= told[0] < told[-1] < 1


def test_utterances_are_by_speakers_of_their_own(model):
    count, batches = batches_of_kin("sentiment", model, 100)
    samples = [one for batch in batches for one in batch]
    assert count == len(samples) == 100
    assert len({one.group for one in samples}) == 100


def test_rooms_are_of_the_models_size_and_have_one_pair(model):
    rooms = measure_sample_stages(tiny_alignmamba(), "rooms", count=3)
    assert rooms.pairs == (("depth", "rgb"),)
    assert rooms.mmd.shape == (1, 3, 3)
    alone = own_mmd(AlignMambaSubject(tiny_alignmamba(), render_room(0, (32, 32))))
    np.testing.assert_allclose(rooms.mmd[0, :, 0], alone[0], rtol=0.05)
    assert 0 < rooms.unreached["depth"] < 1


def test_the_split_is_the_one_that_the_card_was_measured_on(
    model, monkeypatch, tmp_path
):
    monkeypatch.setenv("FUSIONVIZ_DATA", str(make_mosi_folder(tmp_path)))
    found = {}
    for fold in (0, 1):
        read = tiny_sentiment()
        recipe = {"data": {"set": "mosi", "options": {"fold": fold}, "test": {}}}
        read.card = ModelCard(name="m", recipe=recipe)
        _, batches = batches_of_kin("mosi", read, 64)
        found[fold] = {one.id for batch in batches for one in batch}
    assert not found[0] & found[1]
    with pytest.raises(InputError, match="cannot read this set"):
        measure_sample_stages(model, "mosi", count=8)


def test_data_that_is_not_there_is_a_sentence(model, monkeypatch, tmp_path):
    monkeypatch.setenv("FUSIONVIZ_DATA", str(tmp_path))
    for kin in ("mosi", "nyudv2"):
        with pytest.raises(InputError, match="FUSIONVIZ_DATA"):
            measure_sample_stages(model, kin, count=8)


def test_what_a_sample_lacks_is_unknown(model):
    some = render_utterance(12).only(("text", "video"))
    own = own_mmd(AlignMambaSubject(model, some))
    known = [set(pair) == {"video", "text"} for pair in model_pairs(model)]
    np.testing.assert_array_equal(np.isfinite(own).all(axis=1), known)
    np.testing.assert_array_equal(np.isnan(own).all(axis=1), ~np.array(known))
    no_words = render_utterance(12).only(("video",))
    assert np.isnan(own_mmd(AlignMambaSubject(model, no_words))).all()


def test_one_token_and_equal_tokens_give_numbers(model):
    sample = render_utterance(12)
    short = replace(
        sample,
        modalities={name: np.zeros((1, x.shape[1]), np.float32)
                    for name, x in sample.modalities.items()},
        times={}, words=(), alignment={},
    )  # fmt: skip
    own = own_mmd(AlignMambaSubject(model, short))
    assert np.isfinite(own).all()
    assert (own >= 0).all()


def test_tokens_of_a_padded_sample_are_those_of_it_alone(model):
    long, short = sorted(
        (render_utterance(seed) for seed in range(4)),
        key=lambda one: -len(one.modalities["video"]),
    )[::3]
    both = model.trace(sequence_inputs([long, short], model.config), hidden=True)
    alone = model.trace(sequence_inputs([short], model.config), hidden=True)
    for stage in ("encoded", "aligned", "fused"):
        padded, single = tokens_of(both, stage, 1), tokens_of(alone, stage)
        for name in padded:
            np.testing.assert_allclose(padded[name], single[name], atol=1e-5)


def test_a_model_of_one_modality_is_refused():
    model = tiny_alignmamba()
    config = replace(
        model.config,
        modalities=tuple(m for m in model.config.modalities if m.name == "rgb"),
        anchor="rgb",
    )
    torch.manual_seed(0)
    with pytest.raises(InputError, match="rgb alone"):
        measure_sample_stages(type(model)(config).eval(), "rooms", count=8)
