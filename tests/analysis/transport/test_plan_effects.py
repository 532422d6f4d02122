"""What another plan does to a model, against passes and sums made by hand."""

import numpy as np
import ot
import pytest
import torch

from fusionviz.analysis.shared.subjects.alignmamba import AlignMambaSubject
from fusionviz.analysis.transport.plan_edits import PlanEdits
from fusionviz.analysis.transport.plan_effects import measure_plan_effect, shift_between
from fusionviz.analysis.transport.plan_swaps import compare_swaps, measure_swaps
from fusionviz.analysis.transport.predictions import DensePrediction, Scores
from fusionviz.data.records import RGBDSample
from fusionviz.data.rooms import render_room
from fusionviz.data.sequences.samples import SequenceSample
from fusionviz.data.utterances.generator import render_utterance
from fusionviz.errors import InputError
from tests.helpers.alignmamba_models import make_model, sentiment_config
from tests.helpers.tiny_models import tiny_alignmamba, tiny_sentiment


@pytest.fixture(scope="module")
def pair():
    return AlignMambaSubject(tiny_alignmamba(), render_room(3, (48, 48)), "rooms")


@pytest.fixture(scope="module")
def utterance():
    return AlignMambaSubject(tiny_sentiment(), render_utterance(12), "sentiment")


def pass_with(subject, plans):
    """One forward pass under plans, in torch alone."""
    given = {name: torch.from_numpy(plan) for name, plan in plans.items()}
    with torch.inference_mode():
        return subject.model(subject.inputs, given)


def mmd2(x, y):
    """The biased V-statistic as a double sum, σ the lower median of the distances."""
    both = np.concatenate([x, y]).astype(np.float64)
    square = ((both[:, None] - both[None]) ** 2).sum(axis=-1)
    apart = np.sort(square[np.triu_indices(len(both), 1)])
    sigma = np.sqrt(apart[(len(apart) - 1) // 2])
    kernel = np.exp(-square / (2 * sigma**2))
    n = len(x)
    return kernel[:n, :n].mean() + kernel[n:, n:].mean() - 2 * kernel[:n, n:].mean()


def test_the_own_plan_changes_nothing(pair, utterance):
    for subject in (pair, utterance):
        effect = measure_plan_effect(subject)
        assert effect.align_loss[0] == effect.align_loss[1]
        for one in effect.sources.values():
            assert not one.shift.any()
            assert one.mmd[0] == one.mmd[1]
            np.testing.assert_array_equal(one.plan, one.own)
    assert measure_plan_effect(pair).relabelled == 0


def test_exact_plans_of_all_sources_go_into_the_pass(utterance):
    effect = measure_plan_effect(utterance, "exact")
    plans = {}
    for name in ("video", "audio"):
        cost = utterance.case(name).cost.astype(np.float64)
        plans[name] = ot.emd(*(np.full(n, 1 / n) for n in cost.shape), cost)
        one = effect.sources[name]
        np.testing.assert_allclose(one.plan, plans[name], atol=1e-9)
        assert one.cost[1] == pytest.approx((cost * plans[name]).sum())
        assert one.cost[0] == pytest.approx(cost.min(axis=1).mean())
        truth = utterance.sample.alignment[name]
        counted = truth >= 0
        right = (plans[name].argmax(axis=1) == truth)[counted].mean()
        assert one.score[1] == pytest.approx(right)
    output = pass_with(utterance, plans)
    assert effect.changed.values[0] == pytest.approx(float(output.logits[0, 0]))
    assert effect.align_loss[1] == pytest.approx(float(output.align_loss[0]))
    assert effect.changed.truth[0] == pytest.approx(float(utterance.sample.target))
    assert effect.changed.limits == (-3.0, 3.0)


def test_mmd_and_shift_are_those_of_the_moved_tokens(utterance):
    effect = measure_plan_effect(utterance, "exact")
    one, case = effect.sources["video"], utterance.case("video")
    count = case.cost.shape[1]
    before, after = (count * plan.T @ case.x for plan in (one.own, one.plan))
    moved = np.linalg.norm(after - before, axis=1)
    expected = moved / np.linalg.norm(before, axis=1).mean()
    np.testing.assert_allclose(one.shift, expected, rtol=1e-4)
    assert one.mmd[1] == pytest.approx(mmd2(after, case.y), rel=1e-3)
    assert one.mmd[0] == pytest.approx(mmd2(before, case.y), rel=1e-3)


def test_pixels_are_compared_class_by_class(pair):
    effect = measure_plan_effect(pair, "sinkhorn", 0.2)
    plan = effect.sources["depth"].plan
    changed = pass_with(pair, {"depth": plan}).logits[0].softmax(dim=0).numpy()
    own = pass_with(pair, {}).logits[0].softmax(dim=0).numpy()
    assert isinstance(effect.changed, DensePrediction)
    np.testing.assert_array_equal(
        effect.changed.segmentation.labels, changed.argmax(axis=0)
    )
    share = (own.argmax(axis=0) != changed.argmax(axis=0)).mean()
    assert effect.relabelled == pytest.approx(share)
    distance = 0.5 * np.abs(own - changed).sum(axis=0).mean()
    assert effect.probability_change == pytest.approx(distance, rel=1e-4)


def test_the_clock_of_patches_is_their_place(pair, utterance):
    effect = measure_plan_effect(pair, "clock")
    np.testing.assert_allclose(effect.sources["depth"].plan, np.eye(16) / 16)
    assert effect.sources["depth"].score[1] == 1
    assert effect.title == "Place alone"
    clock = measure_plan_effect(utterance, "clock").sources["video"].plan
    steps, words = clock.shape
    edges = np.arange(steps + 1) / steps
    first = [
        max(0, min(b, 1 / words) - a) for a, b in zip(edges, edges[1:], strict=False)
    ]
    np.testing.assert_allclose(clock[:, 0], first, atol=1e-12)


def test_edits_are_of_one_source_and_of_the_own_solver(utterance):
    edits = PlanEdits(forced=((3, 5),))
    effect = measure_plan_effect(utterance, "own", source="audio", edits=edits)
    audio, video = effect.sources["audio"], effect.sources["video"]
    others = np.arange(len(audio.own)) != 3
    np.testing.assert_allclose(audio.plan[others], audio.own[others], rtol=1e-6)
    assert audio.plan[3].argmax() == 5
    np.testing.assert_array_equal(video.plan, video.own)
    assert effect.edited == "audio"
    assert effect.title == "Own plan, 1 edit"


def test_the_plan_of_the_clock_cannot_be_edited(pair):
    with pytest.raises(InputError, match="asks for no cost"):
        measure_plan_effect(pair, "clock", edits=PlanEdits(forced=((0, 1),)))


def test_a_subject_is_not_changed_by_what_is_asked_of_it(pair):
    weights = {k: v.clone() for k, v in pair.model.state_dict().items()}
    before = pair.trace.logits.copy()
    measure_plan_effect(pair, "exact", edits=PlanEdits(forbidden=((0, 0),)))
    np.testing.assert_array_equal(pair.trace_with(None).logits, before)
    assert all(torch.equal(v, weights[k]) for k, v in pair.model.state_dict().items())


def test_a_missing_source_leaves_the_other_and_a_missing_anchor_is_told():
    sample = render_utterance(12)
    alone = AlignMambaSubject(tiny_sentiment(), sample.only(("text", "audio")))
    assert list(measure_plan_effect(alone, "exact").sources) == ["audio"]
    mute = AlignMambaSubject(tiny_sentiment(), sample.only(("video", "audio")))
    with pytest.raises(InputError, match="text is missing"):
        measure_plan_effect(mute, "exact")
    room = render_room(3, (48, 48))
    flat = AlignMambaSubject(tiny_alignmamba(), RGBDSample(rgb=room.rgb, depth_m=None))
    with pytest.raises(InputError, match="depth is missing"):
        measure_plan_effect(flat, "exact")


def test_tokens_that_were_all_zero_move_in_lengths_of_the_new_ones():
    nothing, ones = np.zeros((3, 4)), np.ones((3, 4))
    np.testing.assert_allclose(shift_between(nothing, ones), 1)
    np.testing.assert_allclose(shift_between(ones, nothing), 1)
    assert not shift_between(nothing, nothing).any()


def steps_sample(**truth):
    random = np.random.default_rng(0)
    lengths = {"video": (4, 6), "audio": (4, 3)}
    features = {
        name: random.normal(size=shape).astype(np.float32)
        for name, shape in lengths.items()
    }
    words = np.array([3, 1, 4, 1])
    return SequenceSample(modalities=features | {"text": words}, **truth)


def test_a_regression_of_each_step_has_a_number_and_a_truth_a_step():
    model = make_model(sentiment_config(outputs=1, per_step=True))
    target = np.array([1.0, np.nan, -2.0, 0.5], np.float32)
    subject = AlignMambaSubject(model, steps_sample(target=target))
    effect = measure_plan_effect(subject, "exact")
    assert isinstance(effect.own, Scores)
    np.testing.assert_allclose(effect.own.values, subject.trace.logits[0, 0])
    np.testing.assert_array_equal(effect.own.truth, target)
    known = np.isfinite(target)
    error = np.abs(subject.trace.logits[0, 0] - target)[known].mean()
    assert effect.own.mean_absolute_error == pytest.approx(float(error))
    assert len(effect.own.names) == 4


def test_classes_of_a_sample_are_probabilities():
    model = make_model(sentiment_config(head="classification", outputs=3))
    sample = steps_sample(label=np.array(2))
    effect = measure_plan_effect(AlignMambaSubject(model, sample), "exact")
    assert isinstance(effect.own, Scores)
    assert effect.own.values.sum() == pytest.approx(1)
    assert effect.own.truth.tolist() == [0, 0, 1]
    assert effect.own.names == ("class 1", "class 2", "class 3")


def test_classes_of_steps_are_the_probabilities_of_the_true_ones():
    model = make_model(
        sentiment_config(head="classification", outputs=3, per_step=True)
    )
    labels = np.array([2, -1, 0, 1])
    subject = AlignMambaSubject(model, steps_sample(label=labels))
    own = measure_plan_effect(subject, "exact").own
    odds = np.exp(subject.trace.logits[0].astype(float))
    expected = (odds / odds.sum(axis=0))[[2, 0, 0, 1], range(4)]
    np.testing.assert_allclose(own.values, expected, rtol=1e-5)
    np.testing.assert_array_equal(np.isnan(own.truth), labels < 0)


def test_all_plans_are_compared_in_the_same_numbers(pair, utterance):
    effects = measure_swaps(utterance, 0.1)
    score, mmd, cost, right = compare_swaps(effects)
    assert score.title == "Score"
    assert score.limits == (-3.0, 3.0)
    assert right.title == "At its true word"
    for swap in effects:
        again = measure_plan_effect(
            utterance, swap, 0.1 if swap == "sinkhorn" else 0.05
        )
        assert score.values[swap][""] == again.changed.values[0]
        assert mmd.values[swap]["audio"] == again.sources["audio"].mmd[1]
        assert cost.values[swap]["video"] == again.sources["video"].cost[1]
    assert cost.values["exact"]["video"] <= cost.values["sinkhorn"]["video"]
    assert cost.values["relaxed"]["video"] <= cost.values["exact"]["video"]
    titles = [one.title for one in compare_swaps(measure_swaps(pair))]
    assert titles == [
        "mIoU",
        "Pixels changed",
        "MMD²",
        "Cost ⟨C, P⟩",
        "At its own place",
    ]
