"""What the exhibit of a completion says, and that it can be followed and ended."""

from dataclasses import replace

import numpy as np
import pytest

from fusionviz.analysis.shared.subjects.mango import MangoSubject
from fusionviz.data.records import RGBDSample
from fusionviz.errors import FusionvizError
from fusionviz.exhibits.latents.completion import (
    CompletionControls,
    agreement,
    draw_missing,
    exhibit_completion,
    make_completion,
)
from fusionviz.exhibits.shared.exhibit import Request
from fusionviz.views.shared.style import three_digits
from tests.helpers.tiny_models import tiny_mango

QUICK = CompletionControls(chains=2, steps=2, leaps=1)


@pytest.fixture(scope="module")
def completed(subject):
    return draw_missing(Request(subject=subject, controls=QUICK))


@pytest.mark.parametrize(
    "wrong",
    [{"missing": "text"}, {"chains": 1}, {"steps": 0}, {"leaps": 99}, {"seed": -1}],
)
def test_other_values_are_refused(wrong):
    with pytest.raises(ValueError, match="got"):
        CompletionControls(**wrong)


def test_it_tells_rising_shares_and_every_steps_bits(subject):
    told, bits = [], []

    def progress(share, doing):
        told.append((share, doing))
        return True

    done = draw_missing(
        Request(subject=subject, controls=QUICK, progress=progress), seen=bits.append
    )
    shares = [share for share, _ in told]
    assert shares == sorted(shares)
    assert told[-1] == (1.0, "Step 2 of 2")
    np.testing.assert_allclose(bits, done.bits_per_dim[1:].mean(axis=1), atol=1e-5)


def test_what_is_there_when_it_is_ended_is_shown(subject):
    controls = replace(QUICK, steps=5)
    ended = Request(
        subject=subject,
        controls=controls,
        progress=lambda share, doing: "Step 2" not in doing,
    )
    exhibit = make_completion(ended)
    assert exhibit.numbers["steps"] == 2
    assert "stopped after 2 of 5" in exhibit.caption
    whole = make_completion(Request(subject=subject, controls=QUICK))
    np.testing.assert_array_equal(exhibit.arrays["draws"], whole.arrays["draws"])


def test_work_that_is_ended_before_the_first_step_says_so(subject):
    fresh = MangoSubject(tiny_mango(), subject.sample)
    ended = Request(subject=fresh, controls=QUICK, progress=lambda *told: False)
    with pytest.raises(FusionvizError, match="before the first step"):
        make_completion(ended)


def test_agreement_is_said_in_words(completed):
    said = {
        1.02: "cannot be told apart",
        1.4: "grain of salt",
        float("nan"): "nothing can be said",
    }
    for r_hat, words in said.items():
        assert words in agreement(replace(completed, disagreement=r_hat))


def test_numbers_have_no_r_hat_after_one_step(completed):
    alone = exhibit_completion(replace(completed, disagreement=float("nan")))
    assert "r_hat" not in alone.numbers


def test_bits_of_draws_are_held_against_the_truth_with_the_same_noise(completed):
    exhibit = exhibit_completion(completed)
    for name, bits in {
        "guess_bits_per_dim": completed.guess_bits,
        "truth_bits_per_dim": completed.truth_bits,
        "truth_bits_per_dim_noisy": completed.noisy_truth_bits,
    }.items():
        assert exhibit.numbers[name] == bits
        assert three_digits(bits) in exhibit.caption


def test_the_draws_are_praised_only_where_they_come_nearer(completed):
    off = {
        "far": replace(completed, mean=completed.guess + 9),
        "near": replace(completed, mean=completed.truth),
    }
    assert "do not come nearer" in exhibit_completion(off["far"]).caption
    assert "do come nearer" in exhibit_completion(off["near"]).caption
    unknown = replace(completed, truth=None, truth_bits=None, noisy_truth_bits=None)
    assert "truth is not known" in exhibit_completion(unknown).caption


def test_what_is_drawn_from_a_guess_is_said_to_be(mango, subject):
    half = MangoSubject(mango, RGBDSample(rgb=subject.sample.rgb, depth_m=None))
    exhibit = make_completion(
        Request(subject=half, controls=replace(QUICK, missing="rgb"))
    )
    assert "No depth was given" in exhibit.caption
