"""The exhibits of another plan: numbers, edits, and subjects that lack something."""

import json

import numpy as np
import ot
import pytest

from fusionviz.analysis.shared.subjects.alignmamba import AlignMambaSubject
from fusionviz.data.records import RGBDSample
from fusionviz.data.rooms import render_room
from fusionviz.data.sequences.samples import SequenceSample
from fusionviz.data.utterances.generator import render_utterance
from fusionviz.errors import InputError
from fusionviz.exhibits.kinds import exhibit_kind
from fusionviz.exhibits.shared.exhibit import Request
from fusionviz.exhibits.transport.plan_controls import PlanControls
from fusionviz.exhibits.transport.plan_edits import EditControls, make_edit
from fusionviz.exhibits.transport.plan_effects import make_model
from fusionviz.exhibits.transport.plan_swaps import SwapControls, make_swap

KINDS = {make_model: PlanControls, make_edit: EditControls, make_swap: SwapControls}


def ask(make, subject, **settings):
    return make(Request(subject=subject, controls=KINDS[make](**settings)))


def finite(exhibit):
    json.dumps(dict(exhibit.numbers), allow_nan=False)
    for trace in exhibit.figure.data:
        if trace.type == "bar":
            assert np.isfinite([*trace.x, *trace.y]).all()
        if trace.type == "heatmap":
            assert np.isfinite(np.asarray(trace.z, float)).all()
    assert "nan" not in exhibit.caption.lower()
    return exhibit


def test_numbers_are_those_of_the_pass_under_pots_plan(utterance_subject):
    exhibit = ask(make_model, utterance_subject, solver="exact")
    case = utterance_subject.case("video")
    cost = case.cost.astype(np.float64)
    plan = ot.emd(*(np.full(n, 1 / n) for n in cost.shape), cost)
    assert exhibit.numbers["cost_video_changed"] == pytest.approx((cost * plan).sum())
    np.testing.assert_allclose(exhibit.arrays["plan_video"], plan, atol=1e-9)
    trace = utterance_subject.trace
    assert exhibit.numbers["score_own"] == pytest.approx(float(trace.logits[0, 0]))
    assert exhibit.numbers["align_loss_own"] == pytest.approx(
        float(trace.align_loss[0])
    )
    assert list(exhibit.table["text"]) == list(utterance_subject.sample.words)


def test_every_solver_makes_every_exhibit(mamba_subject, utterance_subject):
    for subject in (mamba_subject, utterance_subject):
        for solver in ("own", "relaxed", "sinkhorn", "exact", "clock"):
            for make in (make_model, make_edit):
                assert finite(ask(make, subject, solver=solver)).alt.endswith(".")
        assert finite(ask(make_swap, subject, epsilon=0.2)).numbers


def test_a_forced_pair_gets_all_and_a_forbidden_one_nothing(utterance_subject):
    settings = {"solver": "exact", "forced": ((3, 5),), "forbidden": ((8, 2),)}
    exhibit = ask(
        make_edit, utterance_subject, source_token=3, target_token=5, **settings
    )
    assert exhibit.numbers["share_changed"] == pytest.approx(1)
    plan = exhibit.arrays["plan_changed"]
    assert plan[8, 2] == 0
    assert plan[3, 5] == pytest.approx(1 / len(plan))
    other = ask(make_model, utterance_subject, **settings)
    np.testing.assert_array_equal(other.arrays["plan_video"], plan)
    assert "2 edits" in other.alt


def test_captions_say_what_could_not_be_kept(mamba_subject):
    crowd = tuple((row, 0) for row in range(3))
    forced = ask(make_model, mamba_subject, solver="exact", forced=crowd)
    assert "more than an even share" in forced.caption
    column = tuple((row, 4) for row in range(16))
    for make in (make_model, make_edit):
        exhibit = ask(make, mamba_subject, solver="exact", forbidden=column)
        assert "1.00 tokens" in exhibit.caption
    assert exhibit.numbers["disobeyed_tokens"] == pytest.approx(1)
    free = ask(make_model, mamba_subject, solver="exact", forced=((0, 1),))
    assert "even share" not in free.caption


@pytest.mark.parametrize(
    ("settings", "said"),
    [
        ({"forced": ((0, 99),)}, "no pair 1 → 100"),
        ({"solver": "clock", "forced": ((0, 1),)}, "asks for no cost"),
        ({"source": "audio"}, "what is sent to rgb is depth"),
    ],
)
def test_what_cannot_be_done_gets_a_sentence(mamba_subject, settings, said):
    for make in (make_model, make_edit):
        with pytest.raises(InputError, match=said):
            ask(make, mamba_subject, **settings)
    with pytest.raises(InputError, match="tokens of depth are 0 to 15"):
        ask(make_edit, mamba_subject, source_token=16)


@pytest.mark.parametrize(
    "settings",
    [
        {"solver": "x"},
        {"epsilon": 0},
        {"forced": [[1, 2, 3]]},
        {"forbidden": [[1.5, 2]]},
        {"source_token": -2},
    ],
)
def test_controls_are_checked(settings):
    with pytest.raises(InputError):
        EditControls.from_json(settings)


def test_edits_come_back_from_json():
    controls = PlanControls.from_json({"forced": [[3, 7]], "forbidden": [[5, 2]]})
    assert controls.edits.forced == ((3, 7),)
    assert controls.edits.forbidden == ((5, 2),)


def test_a_missing_modality_is_told(mamba_subject, utterance_subject):
    room = render_room(3, (48, 48))
    flat = AlignMambaSubject(
        mamba_subject.model, RGBDSample(rgb=None, depth_m=room.depth_m)
    )
    mute = AlignMambaSubject(
        utterance_subject.model, render_utterance(12).only(("video", "audio"))
    )
    for subject, gone in ((flat, "rgb"), (mute, "text")):
        for make in KINDS:
            with pytest.raises(InputError, match=f"{gone} is missing"):
                ask(make, subject)


def test_one_token_and_identical_tokens_make_pictures(utterance_subject):
    model = utterance_subject.model
    widths = {"video": 32, "audio": 24, "text": 40}
    for steps, value in ((1, 1.0), (4, 1.0), (4, 0.0)):
        features = {
            name: np.full((steps, width), value, np.float32)
            for name, width in widths.items()
        }
        subject = AlignMambaSubject(model, SequenceSample(modalities=features))
        for make in KINDS:
            finite(ask(make, subject))
        finite(ask(make_edit, subject, solver="exact", forced=((0, 0),)))


def test_they_are_found_by_name():
    names = [f"transport-{one}" for one in ("model", "edit", "swap")]
    assert {exhibit_kind(name).reads for name in names} == {"alignmamba"}
