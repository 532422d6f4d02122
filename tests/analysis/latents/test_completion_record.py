"""A modality drawn from the other, as pictures and with what they are off."""

import math
from dataclasses import replace

import numpy as np
import pytest
import torch

from fusionviz.analysis.latents.completion import measure_completion
from fusionviz.analysis.latents.guess_errors import usual_guess_error
from fusionviz.analysis.latents.noisy_bits import noisy_bits_per_dim
from fusionviz.analysis.shared.subjects.mango import MangoSubject, decode
from fusionviz.data.sets.rooms import load_rooms
from fusionviz.models.mango.completion import complete
from fusionviz.models.mango.guess_error import guess_error
from fusionviz.training.usual_tokens import AT_ONCE, SEEN

QUICK = {"chains": 3, "steps": 3, "leaps": 2, "seed": 4}


@pytest.fixture(scope="module")
def subject(mango, room):
    return MangoSubject(mango, room)


@pytest.fixture(scope="module")
def completed(subject):
    return measure_completion(subject, "depth", **QUICK)


def test_the_guesss_error_is_that_of_training_rooms(mango):
    rooms = load_rooms(range(10_000, 10_000 + SEEN), (32, 32))
    x = torch.cat([mango.encode([rooms[i]]) for i in range(SEEN)])
    for missing in ("rgb", "depth"):
        got = usual_guess_error(mango, missing)
        expected = guess_error(mango, x, missing)
        torch.testing.assert_close(got.places, expected.places, atol=1e-4, rtol=1e-4)
        torch.testing.assert_close(
            got.channels, expected.channels, atol=1e-4, rtol=1e-4
        )


def test_rooms_are_read_once_for_a_model(mango):
    usual_guess_error(mango, "rgb")
    told = []
    usual_guess_error(mango, "depth", progress=lambda *k: told.append(k))
    assert not told
    assert SEEN % AT_ONCE == 0


def test_pictures_are_those_of_the_chains(subject, completed):
    done = complete(
        subject.model,
        subject.x,
        "depth",
        error=usual_guess_error(subject.model, "depth"),
        chains=3,
        steps=3,
        leaps=2,
        generator=torch.Generator().manual_seed(4),
    )
    draws = np.stack(
        [decode(subject.model, done.draws[i : i + 1]).depth_m for i in range(3)]
    )
    np.testing.assert_allclose(completed.draws, draws, atol=1e-4)
    np.testing.assert_allclose(completed.mean, draws.mean(axis=0), atol=1e-4)
    np.testing.assert_allclose(completed.spread, draws.std(axis=0), atol=1e-4)
    guess = decode(subject.model, subject.model.guess(subject.x, "depth")).depth_m
    np.testing.assert_allclose(completed.guess, guess, atol=1e-4)
    np.testing.assert_allclose(completed.bits_per_dim, done.bits_per_dim, atol=1e-5)
    for bits, tokens in (
        (completed.guess_bits, done.guess),
        (completed.truth_bits, subject.x),
    ):
        assert bits == pytest.approx(float(subject.model.bits_per_dim(tokens)[0]))
    assert completed.noisy_truth_bits == noisy_bits_per_dim(subject, "depth")


def test_errors_are_metres_from_the_truth_where_it_was_measured(completed):
    hole = np.array(completed.truth)
    hole[:10] = np.nan
    found = replace(completed, truth=hole).errors
    off = abs(completed.guess[10:].astype(float) - completed.truth[10:])
    assert found["guess"] == pytest.approx(off.mean())
    assert replace(completed, truth=np.full_like(hole, np.nan)).errors == {}
    assert replace(completed, truth=None).errors == {}


def test_colours_are_off_by_parts_of_full_scale(subject):
    found = measure_completion(subject, "rgb", **QUICK)
    off = abs(found.guess.astype(float) - found.truth) / 255
    assert found.errors["guess"] == pytest.approx(off.mean())
    deviation = (found.draws.astype(float) / 255).std(axis=0)
    np.testing.assert_allclose(
        found.spread, np.sqrt((deviation**2).mean(axis=-1)), atol=1e-9
    )
    assert found.mean.dtype == np.uint8


def test_what_is_found_so_far_is_kept_when_it_is_stopped(subject, completed):
    stopped = measure_completion(
        subject, "depth", **QUICK, seen=lambda step, steps, bits: step < 2
    )
    assert stopped.steps == 2
    assert stopped.asked == 3
    np.testing.assert_allclose(
        stopped.bits_per_dim, completed.bits_per_dim[:3], atol=1e-6
    )
    fewer = measure_completion(subject, "depth", **{**QUICK, "steps": 2})
    np.testing.assert_array_equal(stopped.draws, fewer.draws)


def test_without_depth_there_is_no_truth(mango, rgb_only):
    found = measure_completion(MangoSubject(mango, rgb_only), "depth", **QUICK)
    assert found.truth is None
    assert found.truth_bits is None
    assert found.noisy_truth_bits is None
    assert not found.given_is_guess
    other = measure_completion(MangoSubject(mango, rgb_only), "rgb", **QUICK)
    assert other.given_is_guess
    assert other.truth is not None


def test_one_step_says_nothing_of_agreement(subject):
    found = measure_completion(subject, "depth", **{**QUICK, "steps": 1})
    assert math.isnan(found.disagreement)
    assert not found.chains_agree
