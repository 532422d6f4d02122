"""Odd samples and reports give a picture or a sentence, never NaN."""

import json
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

import numpy as np
import pytest

from fusionviz.analysis.robustness.failures import FailureSubject
from fusionviz.data.records import RGBDSample
from fusionviz.data.rooms import render_room
from fusionviz.data.sequences.samples import SequenceSample
from fusionviz.data.utterances.generator import render_utterance
from fusionviz.errors import FusionvizError
from fusionviz.exhibits.kinds import KINDS
from fusionviz.exhibits.robustness.belief import BeliefControls
from fusionviz.exhibits.robustness.failures import FailuresControls
from fusionviz.exhibits.shared.exhibit import Request
from fusionviz.models.cards import Estimate
from fusionviz.training.robustness.readers import reader_of
from tests.helpers.robustness_reports import tiny_report
from tests.helpers.tiny_models import tiny_alignmamba, tiny_mango, tiny_sentiment

FAILING = [kind for kind in KINDS if kind.reads == "failures"]
REPORTED = [kind for kind in KINDS if kind.reads == "robustness"]
QUICK = {"robustness-belief": BeliefControls(draws=0)}


def pair(**changes):
    room = render_room(3, (48, 48))
    fields = {"rgb": room.rgb, "depth_m": room.depth_m, "label": room.label}
    readers = [reader_of(tiny_alignmamba()), reader_of(tiny_mango())]
    return FailureSubject(RGBDSample(**fields | changes), readers)


def spoken(sample):
    return FailureSubject(sample, [reader_of(tiny_sentiment())])


def one_step():
    whole = render_utterance(12)
    kept = {name: x[:1] for name, x in whole.modalities.items()}
    return SequenceSample(modalities=kept)


SUBJECTS = {
    "no labels": lambda: pair(label=None),
    "nothing labelled": lambda: pair(label=np.full((48, 48), -1)),
    "a flat picture": lambda: pair(rgb=np.full((48, 48, 3), 128, np.uint8)),
    "depth nowhere": lambda: pair(depth_m=np.full((48, 48), np.nan, np.float32)),
    "no depth": lambda: pair(depth_m=None),
    "no colours": lambda: pair(rgb=None),
    "one step": lambda: spoken(one_step()),
    "words alone": lambda: spoken(render_utterance(12).only(["text"])),
    "no words": lambda: spoken(render_utterance(12).only(["video", "audio"])),
}


def assert_plain(made):
    json.dumps(dict(made.numbers), allow_nan=False)
    for text in (made.alt, made.caption):
        assert "nan" not in text.replace("(", " ").lower().split(), text
    for name, array in made.arrays.items():
        if array.dtype.kind == "f" and name not in ("guess",):
            assert np.isfinite(array).all(), name


@pytest.mark.parametrize("odd", SUBJECTS)
def test_a_sample_is_a_picture_or_a_sentence(odd):
    subject = SUBJECTS[odd]()
    sentences = []
    for kind in FAILING:
        controls = QUICK.get(kind.name, kind.controls())
        try:
            made = kind.make(Request(subject=subject, controls=controls))
        except FusionvizError as error:
            sentences.append(str(error))
            continue
        assert_plain(made)
    assert len(sentences) < len(FAILING)
    assert all(len(sentence) > 20 for sentence in sentences)


@pytest.mark.parametrize("severity", [0, 5])
def test_every_fault_of_every_modality_is_a_picture(severity):
    from fusionviz.data.faults.samples import faults_of

    kind = FAILING[0]
    for subject in (pair(), spoken(render_utterance(12))):
        for name in subject.modalities:
            for fault in faults_of(name, is_image=subject.is_image):
                failures = (f"{name}:{fault.name}:{severity}",)
                controls = FailuresControls(failures=failures)
                made = kind.make(Request(subject=subject, controls=controls))
                assert_plain(made)
                changed = [v for k, v in made.numbers.items() if k.startswith("chan")]
                if not severity:
                    assert changed == [0.0] * len(subject.readers)


def test_a_report_without_spread_or_values_is_a_picture():
    """Of one sample, of which nothing is known of a class."""

    def hollow(metrics):
        unknown = Estimate(value=float("nan"), low=None, high=None, n=1)
        return {name: unknown for name in metrics}

    report = tiny_report()
    models = tuple(
        replace(
            one,
            protocols={
                name: replace(
                    result,
                    rows=tuple(
                        replace(row, metrics=hollow(row.metrics)) for row in result.rows
                    ),
                )
                for name, result in one.protocols.items()
            },
        )
        for one in report.models
    )
    odd = replace(report, models=models)
    for kind in REPORTED:
        made = kind.make(Request(subject=odd, controls=kind.controls()))
        json.dumps(dict(made.numbers), allow_nan=False)
        json.loads(made.figure.to_json())


def test_a_report_of_nothing_is_a_sentence():
    report = tiny_report()
    empty = replace(
        report,
        models=tuple(replace(one, protocols={}, reliance=()) for one in report.models),
    )
    for kind in REPORTED:
        with pytest.raises(FusionvizError, match="This report"):
            kind.make(Request(subject=empty, controls=kind.controls()))


def test_a_perceptual_score_that_was_not_measured_is_said():
    report = tiny_report()
    models = tuple(
        replace(one, reliance=tuple(replace(w, perceptual={}) for w in one.reliance))
        for one in report.models
    )
    (kind,) = (one for one in REPORTED if one.name == "robustness-reliance")
    odd = replace(report, models=models)
    made = kind.make(Request(subject=odd, controls=kind.controls()))
    assert "was not measured" in made.caption
    assert made.table["perceptual, rgb"] == ["", ""]


def test_four_sessions_see_their_own_failures(failure_subject):
    """Over shared models, and over one shared subject."""
    kind, readers = FAILING[0], failure_subject.readers
    samples = [render_room(seed, (32, 32)) for seed in range(4)]
    subjects = [FailureSubject(sample, readers) for sample in samples]
    asked = [("depth:missing",), ("rgb:missing",), ("rgb:grey:5",), ("depth:sparse:2",)]

    def ask(subject, failures):
        controls = FailuresControls(failures=failures)
        return kind.make(Request(subject=subject, controls=controls)).arrays

    orders = [(FailureSubject(s, readers), f) for s in samples for f in asked]
    alone = [ask(*order) for order in orders]
    shared = [(subject, failures) for subject in subjects for failures in asked]
    with ThreadPoolExecutor(4) as pool:
        together = list(pool.map(lambda order: ask(*order), shared * 2))
    for expected, got in zip(alone * 2, together, strict=True):
        for name, labels in expected.items():
            # where two classes are as likely, either may be the first
            assert (got[name] == labels).mean() > 0.999, name
