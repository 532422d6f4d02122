"""Readers against the tasks' own measurements, and that absence is honest."""

from dataclasses import replace

import numpy as np
import pytest
import torch

from fusionviz.data.faults.missing import keep_only
from fusionviz.data.faults.presence import fixed_subsets
from fusionviz.data.records import RGBDSample
from fusionviz.data.rooms import render_room
from fusionviz.data.utterances.generator import render_utterance
from fusionviz.errors import InputError
from fusionviz.models.baselines import BaselineConfig, FusionBaseline
from fusionviz.models.cards import ModelCard
from fusionviz.models.mango import Mango
from fusionviz.training.measure import measure
from fusionviz.training.robustness import absence
from fusionviz.training.robustness.absence import stand_in
from fusionviz.training.robustness.answers import read_subsets, read_whole
from fusionviz.training.robustness.figures import accuracy
from fusionviz.training.robustness.readers import reader_of, title_of
from fusionviz.training.tasks.alignmamba_dense import AlignMambaDenseTask
from fusionviz.training.tasks.alignmamba_sequence import AlignMambaSequenceTask
from fusionviz.training.tasks.mango_flow import MangoFlowTask
from tests.helpers.tiny_models import (
    GRID,
    SIDE,
    TINIEST_MANGO,
    tiny_alignmamba,
    tiny_mango,
    tiny_sentiment,
)

CPU = torch.device("cpu")


def tiny_baseline():
    torch.manual_seed(0)
    config = BaselineConfig.rgbd(
        image_size=SIDE,
        grid=GRID,
        stem_widths=(8, 8, 8),
        d_model=16,
        layers=1,
        d_state=4,
        head_width=8,
        fusion="concatenation",
    )
    return FusionBaseline(config).eval().requires_grad_(False)


def test_a_baseline_says_whether_it_ever_missed_something():
    model = tiny_baseline()
    assert title_of(reader_of(model)) == "Concatenation"
    for missing, title in ((0.2, "Concatenation"), (0, "Concatenation, trained whole")):
        model.card = ModelCard(name="one", task_options={"missing": missing})
        assert title_of(reader_of(model)) == title


@pytest.fixture(scope="module")
def rooms():
    return [render_room(seed, (32, 32)) for seed in range(5)]


@pytest.fixture(scope="module")
def utterances():
    return [render_utterance(seed) for seed in range(6)]


def mango_reader(way, rooms):
    model = tiny_mango()
    usual = model.encode(rooms)
    return reader_of(model, way, usual)


def picture_readers(rooms):
    ways = [mango_reader(way, rooms) for way in ("guess", "zeros", "mean")]
    return [*ways, reader_of(tiny_alignmamba()), reader_of(tiny_baseline())]


def other_values(sample, shown):
    """Return the sample with other values in place of what is not shown."""
    random = np.random.default_rng(9)
    if isinstance(sample, RGBDSample):
        other = render_room(77, (32, 32))
        return replace(
            sample,
            rgb=sample.rgb if "rgb" in shown else other.rgb,
            depth_m=sample.depth_m if "depth" in shown else 3 * other.depth_m,
        )
    modalities = {
        name: x if name in shown else random.normal(size=x.shape).astype(np.float32)
        for name, x in sample.modalities.items()
    }
    return replace(sample, modalities=modalities)


def assert_honest(reader, samples):
    for shown in fixed_subsets(reader.modalities)[:-1]:
        before = reader.prepare(samples)
        after = reader.prepare([other_values(one, shown) for one in samples])
        with torch.inference_mode():
            said, again = reader.say(before, shown), reader.say(after, shown)
        assert torch.equal(said.scores, again.scores), (reader.name, shown)
        if said.bits is not None:
            assert torch.equal(said.bits, again.bits)


def test_hidden_pictures_change_nothing_bit_for_bit(rooms):
    for reader in picture_readers(rooms):
        assert_honest(reader, rooms)


def test_a_hidden_picture_changes_no_draw_bit_for_bit(rooms, monkeypatch):
    monkeypatch.setattr(absence, "STEPS", 1)
    monkeypatch.setattr(absence, "LEAPS", 1)
    assert_honest(mango_reader("draw", rooms), rooms[:2])


def test_hidden_sequences_change_nothing_bit_for_bit(utterances):
    assert_honest(reader_of(tiny_sentiment()), utterances)


def test_the_test_of_honesty_can_fail(rooms):
    reader = mango_reader("guess", rooms)
    reader.say = lambda batch, shown: type(reader).say(reader, batch, ("rgb", "depth"))
    with pytest.raises(AssertionError):
        assert_honest(reader, rooms)


@pytest.mark.parametrize("kind", ["mango", "alignmamba"])
def test_every_subset_is_measured_as_its_task_does(rooms, kind):
    model = tiny_mango() if kind == "mango" else tiny_alignmamba()
    task = MangoFlowTask() if kind == "mango" else AlignMambaDenseTask()
    reader = reader_of(model)
    answers = read_subsets([reader], rooms)[reader.name]
    for place, subset in enumerate(fixed_subsets(reader.modalities)):
        expected = measure(model, task, keep_only(rooms, subset), CPU)
        np.testing.assert_array_equal(answers.cells[place], expected["miou"].values)
        if answers.bits is not None:
            bits = expected["bits_per_dim"].values
            np.testing.assert_allclose(answers.bits[place], bits, rtol=1e-4, atol=1e-4)


def test_sequences_are_measured_as_their_task_does(utterances):
    model, task = tiny_sentiment(), AlignMambaSequenceTask(distances=0)
    reader = reader_of(model)
    answers = read_subsets([reader], utterances)[reader.name]
    assert answers.cells.shape == (7, 6, 2, 2)
    for place, subset in enumerate(fixed_subsets(reader.modalities)):
        measured = measure(model, task, keep_only(utterances, subset), CPU)
        expected = measured["accuracy"]
        found = accuracy(answers.cells[place].sum(axis=0).astype(float))
        assert found == pytest.approx(expected.statistic(expected.values))


def test_whole_samples_are_read_the_same_whatever_stands_for_missing_ones(rooms):
    readers = [mango_reader(way, rooms) for way in ("guess", "zeros")]
    readers[1].model = readers[0].model
    found = read_subsets(readers, rooms)
    first, second = (found[reader.name] for reader in readers)
    np.testing.assert_array_equal(first.cells[-1], second.cells[-1])
    assert (first.bits[:-1] != second.bits[:-1]).all()
    whole = read_whole(readers[0], rooms)
    np.testing.assert_array_equal(whole.cells[0], first.cells[-1])


def test_what_stands_for_a_modality_is_what_it_is_called(rooms):
    model = tiny_mango()
    x = model.encode(rooms)
    tokens = model.config.tokens
    for way in ("zeros", "mean"):
        filled = stand_in(model, x, "depth", way, usual=2 * x)
        torch.testing.assert_close(filled[:, :tokens], x[:, :tokens])
        expected = 0 * x if way == "zeros" else 2 * x.mean(dim=0, keepdim=True)
        expected = expected.expand_as(x)[:, tokens:]
        torch.testing.assert_close(filled[:, tokens:], expected)
    with pytest.raises(ValueError, match="training samples"):
        stand_in(model, x, "depth", "mean")


def test_stopping_keeps_what_all_have_read(rooms, monkeypatch):
    from fusionviz.training.robustness import answers as module

    monkeypatch.setattr(module, "CHUNK", 2)
    both = [reader_of(tiny_alignmamba()), mango_reader("guess", rooms)]
    told = []
    found = read_subsets(both, rooms, lambda share, doing: told.append(share))
    assert {one.cells.shape[1] for one in found.values()} == {2}
    assert told == [pytest.approx(2 / 5)]


def test_a_model_that_translates_is_refused():
    config = replace(TINIEST_MANGO, modalities=("rgb", "edge"), target="depth")
    with pytest.raises(InputError, match="translates"):
        reader_of(Mango(config))
