"""Trainings and λ as exhibits."""

import numpy as np
import pytest

from fusionviz.analysis.shared.subjects.alignmamba import AlignMambaSubject
from fusionviz.data.utterances.generator import render_utterance
from fusionviz.errors import CheckpointError, InputError
from fusionviz.exhibits.distributions.lambda_family import LambdaControls, make_lambda
from fusionviz.exhibits.distributions.training_curves import (
    TrainingControls,
    make_training,
    with_log,
)
from fusionviz.exhibits.shared.exhibit import Request
from fusionviz.models.checkpoints import load_checkpoint
from tests.helpers.lambda_checkpoints import write_lambda_checkpoint


@pytest.fixture
def family(monkeypatch, tmp_path):
    """Two checkpoints, `none` with λ 0 and `one` with λ 1, in a folder of their own."""
    monkeypatch.setenv("FUSIONVIZ_CHECKPOINTS", str(tmp_path))
    for name, weight in (("none", 0.0), ("one", 1.0)):
        write_lambda_checkpoint(tmp_path, name, weight)
    return tmp_path


def subject_of(name, sample=None):
    sample = render_utterance(7) if sample is None else sample
    return AlignMambaSubject(load_checkpoint(name), sample, "sentiment")


def training(subject, **controls):
    return make_training(
        Request(subject=subject, controls=TrainingControls(**controls))
    )


def compared(subject):
    return make_lambda(Request(subject=subject, controls=LambdaControls()))


def test_without_a_choice_it_is_the_checkpoint_that_read_the_sample(family):
    exhibit = training(subject_of("one"))
    assert exhibit.alt.count("one:") == 1
    assert "none" not in exhibit.alt
    assert exhibit.numbers["one_task_first"] == 1.0
    assert exhibit.numbers["one_task_last"] == pytest.approx(0.1)
    np.testing.assert_allclose(
        exhibit.arrays["one.error"][:, 0], np.arange(10, 101, 10)
    )
    assert "L_task 1.00 → 0.100" in exhibit.caption
    assert len(exhibit.table["value"]) == 3 * 10 + 2 * 2


def test_checkpoints_stand_side_by_side(family, feature_subject):
    exhibit = training(feature_subject, checkpoints=("one", "none"))
    titles = [one.text for one in exhibit.figure.layout.annotations]
    assert titles.index("<b>one</b>, λ = 1") < titles.index("<b>none</b>, λ = 0")
    assert with_log() == ("none", "one")


def test_a_log_that_is_gone_is_a_sentence(family, feature_subject):
    (family / "one.log.csv").unlink()
    with pytest.raises(InputError, match="one.log.csv is missing"):
        training(feature_subject, checkpoints=("one",))
    with pytest.raises(CheckpointError, match="no checkpoint 'two'"):
        training(feature_subject, checkpoints=("two",))


def test_a_folder_without_logs_says_how_to_get_one(
    monkeypatch, tmp_path, feature_subject
):
    monkeypatch.setenv("FUSIONVIZ_CHECKPOINTS", str(tmp_path))
    with pytest.raises(InputError, match="fusionviz train"):
        training(feature_subject)
    with pytest.raises(InputError, match="differ in λ alone.*fusionviz train"):
        compared(feature_subject)


def test_controls_are_checked():
    for settings in (
        {"smoothing": 4},
        {"smoothing": 99},
        {"axis": "epochs"},
        {"checkpoints": list("abcde")},
    ):
        with pytest.raises(InputError):
            TrainingControls.from_json(settings)


def test_the_caption_says_what_lambda_bought_and_cost(family):
    exhibit = compared(subject_of("none"))
    assert "From λ = 0 to λ = 1" in exhibit.caption
    assert "MAE 1.00 [0.950, 1.05] → **2.00 [1.95, 2.05]**" in exhibit.caption
    assert "seed 1" in exhibit.caption
    for row, name in enumerate(("none", "one")):
        own = float(subject_of(name).trace.alignments["video"].mmd[0])
        assert exhibit.arrays["mmd2_video"][row, 1] == pytest.approx(own, abs=1e-5)
    assert exhibit.numbers["mmd2_video_aligned_lambda_1"] == pytest.approx(
        own, abs=1e-5
    )
    rows = list(zip(*exhibit.table.values(), strict=True))
    assert ("one", 1.0, "mae", 2.0, 1.95, 2.05) in rows


def test_a_checkpoint_without_siblings_gets_another_family(family, mamba_subject):
    write_lambda_checkpoint(family, "alone", 0.5, steps=3)
    exhibit = compared(subject_of("alone"))
    assert "no siblings" in exhibit.caption
    assert "the sample at hand" in exhibit.caption
    of_rooms = compared(mamba_subject)
    assert "in utterance 12" in of_rooms.caption
    twelve = subject_of("one", render_utterance(12))
    assert of_rooms.arrays["mmd2_audio"][1, 1] == pytest.approx(
        float(twelve.trace.alignments["audio"].mmd[0]), abs=1e-5
    )


def test_features_without_a_model_get_utterance_12(family, feature_subject):
    assert "in utterance 12" in compared(feature_subject).caption


@pytest.mark.parametrize("names", [("text",), ("video",), ("text", "audio")])
def test_a_sample_that_lacks_modalities_still_has_a_picture(family, names):
    exhibit = compared(subject_of("one", render_utterance(12).only(names)))
    assert "nan" not in exhibit.caption
    assert exhibit.alt.endswith(".")
    assert exhibit.figure.data


def test_weights_that_are_gone_are_a_sentence(family):
    subject = subject_of("one")
    (family / "none.safetensors").unlink()
    with pytest.raises(CheckpointError, match="none.safetensors"):
        compared(subject)
