"""Which checkpoints differ in λ alone, and what they make of a sample."""

import numpy as np
import pytest

from fusionviz.alignment import median_bandwidth, mmd2
from fusionviz.analysis.distributions.lambda_family import find_family, measure_family
from fusionviz.data.utterances.generator import render_utterance
from fusionviz.models.alignmamba import sequence_inputs
from fusionviz.models.cards import ModelCard
from fusionviz.models.checkpoints import load_checkpoint, save_checkpoint
from tests.helpers.lambda_checkpoints import write_lambda_checkpoint
from tests.helpers.tiny_models import tiny_alignmamba


@pytest.fixture
def folder(monkeypatch, tmp_path):
    monkeypatch.setenv("FUSIONVIZ_CHECKPOINTS", str(tmp_path))
    return tmp_path


def names(family):
    return [card.name for card in family]


def test_siblings_differ_in_lambda_alone(folder):
    write_lambda_checkpoint(folder, "b-one", 1.0)
    write_lambda_checkpoint(folder, "a-tenth", 0.1)
    write_lambda_checkpoint(folder, "c-none", 0.0)
    write_lambda_checkpoint(folder, "other-seed", 0.5, seed=2)
    write_lambda_checkpoint(folder, "other-steps", 0.7, steps=7)
    save_checkpoint(tiny_alignmamba(), ModelCard(name="rooms"), folder)
    for picked in ("a-tenth", "b-one", "c-none"):
        assert names(find_family(picked)) == ["c-none", "a-tenth", "b-one"]
    for alone in ("other-seed", "other-steps", "rooms", "nothing"):
        assert find_family(alone) == ()


def test_of_two_of_one_lambda_the_picked_one_counts(folder):
    write_lambda_checkpoint(folder, "a", 0.1)
    write_lambda_checkpoint(folder, "b", 0.1)
    assert find_family("a") == ()
    write_lambda_checkpoint(folder, "c", 1.0)
    assert names(find_family("b")) == ["b", "c"]
    assert names(find_family("c")) == ["a", "c"]


def test_the_shipped_family_is_found():
    family = find_family("alignmamba-sentiment")
    assert [card.config["align_weight"] for card in family] == [0.0, 0.1, 1.0]
    assert find_family("alignmamba-rooms") == ()


def test_each_model_reads_the_sample_itself(folder):
    for name, weight in (("a", 0.0), ("b", 1.0)):
        write_lambda_checkpoint(folder, name, weight)
    sample = render_utterance(12)
    family = measure_family(find_family("a"), sample)
    assert family.weights == (0.0, 1.0)
    assert family.sources == ("video", "audio")
    for row, name in enumerate("ab"):
        model = load_checkpoint(name)
        output = model(sequence_inputs([sample], model.config))
        for column, source in enumerate(family.sources):
            assert family.mmd[row, column, 1] == pytest.approx(
                float(output.mmd[source][0]), abs=1e-5
            )
            x, y = output.tokens[source].x, output.tokens["text"].x
            expected = mmd2(x, y, bandwidth=median_bandwidth(x, y))
            assert family.mmd[row, column, 0] == pytest.approx(
                float(expected), abs=1e-5
            )


def test_a_source_that_the_sample_lacks_is_unknown(folder):
    for name, weight in (("a", 0.0), ("b", 1.0)):
        write_lambda_checkpoint(folder, name, weight)
    sample = render_utterance(12).only(("text", "audio"))
    family = measure_family(find_family("a"), sample)
    assert np.isnan(family.mmd[:, 0]).all()
    assert np.isfinite(family.mmd[:, 1]).all()


def test_only_metrics_that_all_have_are_compared(folder):
    for name, weight in (("a", 0.0), ("b", 1.0)):
        write_lambda_checkpoint(folder, name, weight)
    family = measure_family(find_family("a"), render_utterance(12))
    assert family.task_metrics == ("mae", "accuracy")
    assert not family.has("alignment_score")
    assert [one.value for one in family.estimates("mae")] == [1.0, 2.0]
