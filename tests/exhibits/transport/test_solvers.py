"""Three solvers, the sweep of ε and Sinkhorn's way, also of odd subjects."""

import json

import numpy as np
import ot
import pytest

from fusionviz.analysis.shared.subjects.alignmamba import AlignMambaSubject
from fusionviz.analysis.shared.subjects.features import FeatureSubject
from fusionviz.data.records import RGBDSample
from fusionviz.data.rooms import render_room
from fusionviz.data.sequences.samples import SequenceSample
from fusionviz.errors import InputError
from fusionviz.exhibits.kinds import exhibit_kind
from fusionviz.exhibits.shared.exhibit import Request
from fusionviz.exhibits.transport.convergence import ConvergenceControls
from fusionviz.exhibits.transport.solvers import SolverControls
from tests.helpers.tiny_models import tiny_alignmamba

NAMES = (
    "transport-solvers",
    "transport-sweep",
    "transport-convergence",
    "transport-steps",
)


def make(name, subject, **asked):
    kind = exhibit_kind(name)
    return kind.make(Request(subject=subject, controls=kind.controls(**asked)))


def features(**modalities):
    return FeatureSubject(
        SequenceSample(
            modalities={
                name: np.asarray(x, np.float32) for name, x in modalities.items()
            }
        )
    )


random = np.random.default_rng(0)
ODD = {
    "one token a side": features(video=[[1, 2]], text=[[2, 1]]),
    "one source": features(video=[[1, 2]], text=random.normal(size=(5, 2))),
    "one target": features(video=random.normal(size=(5, 2)), text=[[1, 2]]),
    "identical tokens": features(video=np.ones((6, 3)), text=np.ones((4, 3))),
    "zero vectors": features(video=np.zeros((6, 3)), text=np.zeros((4, 3))),
    "some zeros": features(
        video=np.concatenate([np.zeros((2, 3)), np.eye(3)]), text=np.eye(3)
    ),
    "equal sets": features(video=np.eye(7), text=np.eye(7)),
    "names of a reader": features(
        **{"<b>lidar</b>": random.normal(size=(4, 2)), "text": np.eye(2)}
    ),
}


@pytest.mark.parametrize("epsilon", [0.001, 2.0])
@pytest.mark.parametrize("odd", ODD)
@pytest.mark.parametrize("name", NAMES)
def test_odd_subjects_give_a_picture_without_nan(name, odd, epsilon):
    exhibit = make(name, ODD[odd], epsilon=epsilon)
    text = exhibit.figure.to_json()
    assert "NaN" not in text
    assert "nan" not in exhibit.caption + exhibit.alt
    assert "<b>lidar</b>" not in text
    json.dumps(dict(exhibit.numbers), allow_nan=False)
    for array in exhibit.arrays.values():
        assert np.isfinite(array).all()


@pytest.mark.parametrize("name", NAMES)
def test_a_missing_modality_is_said_in_a_sentence(name):
    sample = RGBDSample(rgb=render_room(3, (48, 48)).rgb, depth_m=None)
    alone = AlignMambaSubject(tiny_alignmamba(), sample)
    with pytest.raises(InputError, match="depth is missing"):
        make(name, alone)


@pytest.mark.parametrize("name", NAMES)
def test_more_tokens_than_one_waits_for_are_refused(name):
    many = features(video=np.ones((513, 2)), text=np.eye(2))
    with pytest.raises(InputError, match="up to 512 tokens a side, and here are 513"):
        make(name, many)


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("source", ["video", "audio"])
def test_every_source_can_be_sent(name, source, utterance_subject, feature_subject):
    for subject in (utterance_subject, feature_subject):
        assert source in make(name, subject, source=source).figure.to_json() or (
            name in ("transport-sweep", "transport-convergence")
        )
    with pytest.raises(InputError, match="video or audio"):
        make(name, utterance_subject, source="smell")


def test_numbers_are_pots_and_numpys(utterance_subject):
    exhibit = make("transport-solvers", utterance_subject, source="audio", epsilon=0.1)
    case = utterance_subject.case("audio")
    cost = case.cost.astype(np.float64)
    a, b = (np.full(count, 1 / count) for count in cost.shape)
    soft = ot.sinkhorn(
        a, b, cost, 0.1, method="sinkhorn_log", stopThr=1e-11, numItermax=9999
    )
    table, numbers = exhibit.table, exhibit.numbers
    assert table["solver"] == ["relaxed", "sinkhorn", "exact"]
    assert table["cost"] == pytest.approx(
        [cost.min(axis=1).mean(), (soft * cost).sum(), ot.emd2(a, b, cost)], abs=1e-6
    )
    assert numbers["sinkhorn_entropy_bits"] == pytest.approx(
        -(soft * np.log2(soft)).sum(), abs=1e-4
    )
    known = case.truth >= 0
    right = (cost.argmin(axis=1) == case.truth)[known].mean()
    assert numbers["relaxed_score"] == pytest.approx(right)
    received = np.bincount(cost.argmin(axis=1), minlength=len(b)) / len(a)
    assert numbers["relaxed_marginal_error"] == pytest.approx(
        np.abs(received - b).sum()
    )
    assert table["targets_left_empty"][0] == (received == 0).sum()
    assert f"{(received == 0).sum()} of {len(b)} get nothing" in exhibit.caption


def test_a_solver_that_stops_early_is_said_in_words(mamba_subject):
    stopped = make("transport-solvers", mamba_subject, epsilon=0.001, iterations=1)
    assert stopped.numbers["sinkhorn_converged"] == "no"
    assert "after 1 iterations" in stopped.caption
    assert "not converged" in stopped.caption
    whole = make("transport-solvers", mamba_subject)
    assert "not converged" not in whole.caption


@pytest.mark.parametrize(
    ("epsilon", "said"),
    [(0.001, "smaller than it need be"), (0.1, "suits"), (2.0, "is too large")],
)
def test_advice_names_what_to_try(epsilon, said):
    noise = 0.1 * np.random.default_rng(2).normal(size=(2, 16, 16))
    subject = features(video=np.eye(16) + noise[0], text=np.eye(16) + noise[1])
    numbers = make("transport-sweep", subject, epsilon=epsilon).numbers
    assert said in numbers["advice"]
    ends = f"{numbers['good_epsilon_low']:g} to {numbers['good_epsilon_high']:g}"
    assert ends in numbers["advice"]
    assert ("Try" in numbers["advice"]) == (epsilon != 0.1)


def test_without_a_choice_there_is_no_epsilon_to_advise():
    numbers = make("transport-sweep", ODD["identical tokens"]).numbers
    assert numbers["epsilon_is"] == "no choice"
    assert "Every plan costs" in numbers["advice"]
    assert "good_epsilon_low" not in numbers


def test_the_table_of_the_way_has_both_solvers(mamba_subject):
    exhibit = make("transport-convergence", mamba_subject, epsilon=0.01)
    table = exhibit.table
    assert set(table["solver"]) == {"ours", "plain"}
    assert len({len(column) for column in table.values()}) == 1
    assert exhibit.arrays["errors"][-1] <= 1e-6
    assert exhibit.numbers["iterations"] == exhibit.arrays["iterations"][-1]


def test_the_first_step_is_the_kernel(mamba_subject):
    exhibit = make("transport-steps", mamba_subject, epsilon=0.2)
    cost = mamba_subject.case().cost.astype(np.float64)
    kernel = np.exp(-cost / 0.2)
    kernel /= kernel.sum()
    assert exhibit.numbers["first_cost"] == pytest.approx((kernel * cost).sum())
    error = sum(
        np.abs(kernel.sum(axis) - 1 / kernel.shape[1 - axis]).sum() for axis in (0, 1)
    )
    assert exhibit.numbers["first_marginal_error"] == pytest.approx(error)


@pytest.mark.parametrize(
    ("controls", "asked"),
    [
        (SolverControls, {"epsilon": 0.0}),
        (SolverControls, {"epsilon": float("nan")}),
        (SolverControls, {"iterations": 0}),
        (SolverControls, {"iterations": 100_000}),
        (ConvergenceControls, {"epsilon": -1.0}),
        (ConvergenceControls, {"epsilon": float("inf")}),
    ],
)
def test_controls_that_no_solver_takes_are_refused(controls, asked):
    with pytest.raises(ValueError, match=next(iter(asked))):
        controls(**asked)
