"""A patch's mass, as the page and the command line show it."""

import numpy as np
import ot
import pytest

from fusionviz.errors import InputError
from fusionviz.exhibits.shared.exhibit import Request
from fusionviz.exhibits.transport.patch import PatchControls, make_patch


def make(subject, **controls):
    return make_patch(Request(subject=subject, controls=PatchControls(**controls)))


def test_its_numbers_are_those_of_pots_exact_plan(mamba_subject):
    cost = mamba_subject.case().cost.astype(float)
    count = len(cost)
    even = np.full(count, 1 / count)
    plan = ot.emd(even, even, cost)
    made = make(mamba_subject, solver="exact", patch=5)
    target = int(plan[5].argmax())
    assert made.numbers["cost"] == pytest.approx(cost[5, target], abs=1e-5)
    assert made.numbers["share_in_place"] == float(target == 5)
    assert made.numbers["entropy_bits"] == pytest.approx(0, abs=1e-6)
    assert made.numbers["plan_cost"] == pytest.approx((plan * cost).sum(), abs=1e-5)
    in_place = np.trace(plan)
    assert made.numbers["plan_share_in_place"] == pytest.approx(in_place, abs=1e-6)
    assert made.numbers["plan_targets_used"] == count
    np.testing.assert_allclose(made.arrays["share"], count * plan[5], atol=1e-6)
    assert list(made.table["rgb_patch"]) == [target]


def test_a_target_gathers_what_is_sent_to_it(mamba_subject):
    cheapest = mamba_subject.case().cost.argmin(axis=1)
    received = np.bincount(cheapest, minlength=16)
    made = make(mamba_subject, side="target")
    assert made.numbers["patch"] == int(received.argmax())
    assert made.numbers["mass_in_source_patches"] == pytest.approx(received.max())
    expected = (cheapest == received.argmax()) / received.max()
    np.testing.assert_allclose(made.arrays["share"], expected, atol=1e-6)


def test_a_target_without_mass_gets_a_sentence_and_no_numbers_of_nothing(mamba_subject):
    cheapest = mamba_subject.case().cost.argmin(axis=1)
    empty = int(np.flatnonzero(np.bincount(cheapest, minlength=16) == 0)[0])
    made = make(mamba_subject, side="target", patch=empty)
    assert "**no mass**" in made.caption
    assert "cost" not in made.numbers
    assert made.numbers["mass_in_source_patches"] == 0


def test_all_patches_are_lines_of_the_chosen_solver(mamba_subject):
    made = make(mamba_subject, side="all", solver="sinkhorn", epsilon=0.1, count=8)
    assert made.alt.startswith("8 lines from depth to rgb patches")
    assert len(made.table["cost"]) == 16
    assert made.arrays["plan"].shape == (16, 16)
    assert made.numbers["plan_entropy_bits_a_source"] > 0


def test_sequences_are_told_to_look_elsewhere(utterance_subject, feature_subject):
    for subject in (utterance_subject, feature_subject):
        with pytest.raises(InputError, match="pairs of pictures: choose an RGB-D pair"):
            make(subject)


@pytest.mark.parametrize(
    "wrong",
    [
        {"solver": "greedy"},
        {"side": "left"},
        {"epsilon": 0},
        {"patch": -2},
        {"count": 0},
        {"count": 65},
    ],
)
def test_controls_are_checked(wrong):
    with pytest.raises(ValueError, match="got"):
        PatchControls(**wrong)


def test_what_is_not_there_is_refused(mamba_subject):
    with pytest.raises(InputError, match="patches are 0 to 15, got 99"):
        make(mamba_subject, patch=99)
    with pytest.raises(InputError, match="got 'audio'"):
        make(mamba_subject, source="audio")
