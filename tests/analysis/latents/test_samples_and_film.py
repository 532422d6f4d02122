"""Pairs from the prior, and the tokens on their way through the flow and back."""

from dataclasses import replace

import numpy as np
import pytest
import torch

from fusionviz.analysis.latents.film import measure_film
from fusionviz.analysis.latents.noisy_bits import noisy_bits_per_dim
from fusionviz.analysis.latents.samples import draw_samples
from fusionviz.analysis.shared.subjects.mango import MangoSubject, decode
from fusionviz.data.rooms import render_room
from fusionviz.models.mango import Mango
from tests.helpers.tiny_models import TINY_MANGO, tiny_mango


@pytest.fixture(scope="module")
def subject(mango, room):
    return MangoSubject(mango, room)


def test_equal_seeds_are_equal_and_other_seeds_are_not(mango):
    one, two, three = (draw_samples(mango, count=4, seed=seed) for seed in (5, 5, 6))
    np.testing.assert_array_equal(one.tokens, two.tokens)
    assert abs(one.tokens - three.tokens).max() > 0.1


def test_temperature_zero_is_the_inverse_of_zero_latents(mango):
    samples = draw_samples(mango, count=4, temperature=0.0, seed=7)
    x = mango.flow.inverse(torch.zeros(1, 32, 8))
    expected = np.broadcast_to(x.numpy(), samples.tokens.shape)
    np.testing.assert_allclose(samples.tokens, expected, atol=1e-5)
    first = samples.pictures[0].depth_m
    np.testing.assert_allclose(first, decode(mango, x).depth_m, atol=1e-4)


def test_noisy_bits_are_those_of_tokens_with_the_noise_of_training(subject):
    model, x = subject.model, subject.x
    drawn = torch.randn(x.shape, generator=torch.Generator().manual_seed(0))
    bits = float(model.bits_per_dim(x + 0.05 * drawn)[0])
    assert noisy_bits_per_dim(subject) == pytest.approx(bits, abs=1e-5)
    drawn[:, : x.shape[1] // 2] = 0
    half = float(model.bits_per_dim(x + 0.05 * drawn)[0])
    assert noisy_bits_per_dim(subject, "depth") == pytest.approx(half, abs=1e-5)
    assert half != pytest.approx(bits, abs=1e-4)


def test_samples_have_the_latents_of_their_seed_and_temperature(mango):
    samples = draw_samples(mango, count=4, temperature=0.5, seed=3)
    noise = torch.randn(4, 32, 8, generator=torch.Generator().manual_seed(3))
    z, log_det = mango.flow(torch.from_numpy(samples.tokens))
    # The inverse of untrained weights loses digits in float32.
    torch.testing.assert_close(z, 0.5 * noise, atol=1e-3, rtol=1e-3)
    log_normal = torch.distributions.Normal(0, 1).log_prob(z).sum((1, 2))
    bits = -(log_normal + log_det) / (256 * np.log(2))
    np.testing.assert_allclose(samples.bits_per_dim, bits, atol=1e-5)


@pytest.mark.parametrize("stops", ["blocks", "parts"])
def test_the_film_turns_at_z_and_comes_back_to_x(subject, stops):
    film = measure_film(subject, stops=stops)
    np.testing.assert_array_equal(film.tokens[0], subject.x[0])
    np.testing.assert_allclose(film.tokens[film.turn], subject.z[0], atol=1e-6)
    np.testing.assert_allclose(film.tokens[-1], subject.x[0], atol=1e-4)
    assert film.log_det[film.turn] == pytest.approx(subject.log_det, rel=1e-5)
    assert film.log_det[0] == film.log_det[-1] == 0
    assert film.names[0] == "x"
    assert film.names[film.turn] == "z"
    assert len(film.names) == len(film.pictures) == len(film.tokens)


def test_the_film_stops_after_every_part_of_a_block(subject):
    film = measure_film(subject, stops="parts")
    assert film.ticks == ("x", "1 MMCA", "1 IMCA", "1 LICA", "z", "1 LICA", "1 IMCA",
                          "1 MMCA", "x")  # fmt: skip
    trace = subject.model.trace(subject.x, tokens=True)
    kinds = [layer.kind for layer in trace.layers]
    for frame, kind in enumerate(("mmca", "imca", "lica"), start=1):
        last = max(i for i, one in enumerate(kinds) if one == kind)
        np.testing.assert_allclose(
            film.tokens[frame], trace.layers[last].tokens_out[0], atol=1e-6
        )
        so_far = sum(float(layer.log_det[0]) for layer in trace.layers[: last + 1])
        assert film.log_det[frame] == pytest.approx(so_far, abs=1e-4)
    assert film.ends_block.tolist() == [True, *[False] * 3, True, *[False] * 3, True]


def test_the_way_back_is_the_inverse_and_not_a_copy(subject):
    """A flow that is not undone by its inverse is found out."""
    film = measure_film(subject)
    assert film.return_error[-1] < 1e-3
    broken = tiny_mango()
    layer = broken.flow.layers[0]
    layer.inverse = lambda y, intervention: y + 1.0
    shown = measure_film(MangoSubject(broken, subject.sample))
    assert shown.return_error[-1] > 0.5


def test_two_blocks_are_two_stops():
    torch.manual_seed(0)
    model = Mango(replace(TINY_MANGO, blocks=2)).eval().requires_grad_(False)
    film = measure_film(MangoSubject(model, render_room(1, (16, 16))))
    assert film.names == ("x", "after block 1", "z", "after block 1, back", "x, back")
    size = np.sqrt((film.tokens[1].astype(float) ** 2).mean(-1)).reshape(2, 4, 4)
    np.testing.assert_allclose(film.token_size[1], size)


def test_other_stops_are_refused(subject):
    with pytest.raises(ValueError, match="blocks or parts"):
        measure_film(subject, stops="layers")
