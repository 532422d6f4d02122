"""From one sample to another, and the exchange of latents."""

import numpy as np
import pytest
import torch

from fusionviz.analysis.latents.between import measure_between, slerp
from fusionviz.analysis.latents.exchange import measure_exchange
from fusionviz.analysis.shared.subjects.mango import MangoSubject, decode
from fusionviz.data.rooms import render_room
from tests.helpers.tiny_models import tiny_mango

SHARES = np.linspace(0, 1, 7)


@pytest.fixture(scope="module")
def a(mango, room):
    return MangoSubject(mango, room)


@pytest.fixture(scope="module")
def b(mango):
    return MangoSubject(mango, render_room(9, (40, 40)))


@pytest.fixture(scope="module")
def between(a, b):
    return measure_between(a, b, steps=5)


def vectors(seed=0, size=12):
    generator = torch.Generator().manual_seed(seed)
    return [
        torch.randn(1, 3, size // 3, generator=generator, dtype=torch.float64)
        for _ in range(2)
    ]


def test_slerp_is_shoemakes_formula_between_vectors_of_one_length():
    start, end = (one / one.norm() for one in vectors())
    angle = torch.arccos((start * end).sum())
    expected = torch.cat(
        [
            (torch.sin((1 - t) * angle) * start + torch.sin(t * angle) * end)
            / torch.sin(angle)
            for t in SHARES
        ]
    )
    torch.testing.assert_close(slerp(start, end, SHARES), expected)


def test_slerp_starts_and_ends_where_it_should_and_changes_length_evenly():
    start, end = vectors(1)
    steps = slerp(start, 3 * end, SHARES)
    torch.testing.assert_close(steps[:1], start)
    torch.testing.assert_close(steps[-1:], 3 * end)
    lengths = steps.flatten(1).norm(dim=1)
    torch.testing.assert_close(lengths.diff(), lengths.diff()[:1].expand(6))


@pytest.mark.parametrize("factor", [2.0, 1.0 + 1e-9, -1.0, -1.0 - 1e-9, 0.0])
def test_slerp_is_safe_for_parallel_opposite_and_zero_vectors(factor):
    start, _ = vectors(2)
    steps = slerp(start, factor * start, SHARES)
    assert steps.isfinite().all()
    torch.testing.assert_close(steps[:1], start)
    torch.testing.assert_close(steps[-1:], factor * start, atol=1e-8, rtol=1e-8)
    lengths = steps.flatten(1).norm(dim=1)
    evenly = torch.from_numpy((1 - SHARES) + SHARES * abs(factor)) * start.norm()
    torch.testing.assert_close(lengths, evenly)


def test_slerp_of_two_zeros_is_zero():
    zero = torch.zeros(1, 2, 3)
    assert torch.equal(slerp(zero, zero, SHARES), torch.zeros(7, 2, 3))


def test_every_way_starts_at_one_sample_and_ends_at_the_other(between, a, b):
    own = [float(one.model.bits_per_dim(one.x)[0]) for one in (a, b)]
    for way in between.pictures:
        bits = between.bits_per_dim[way]
        np.testing.assert_allclose(bits[[0, -1]], own, atol=1e-4)
        for picture, subject in zip(between.pictures[way][::4], (a, b), strict=True):
            np.testing.assert_allclose(
                picture.depth_m, subject.decoded.depth_m, atol=1e-3
            )


def test_the_linear_way_is_the_inverse_of_mixed_latents(between, a, b):
    middle = between.middle
    z = (a.z + b.z) / 2
    decoded = decode(a.model, a.model.flow.inverse(z))
    shown = between.pictures["linear"][middle]
    np.testing.assert_allclose(shown.depth_m, decoded.depth_m, atol=1e-4)
    expected = float(z.square().mean().sqrt())
    assert between.latent_length["linear"][middle] == pytest.approx(expected, rel=1e-4)


def test_the_pixel_way_encodes_mixed_pictures(between, a, b):
    images = {name: (a.batch[name] + b.batch[name]) / 2 for name in ("rgb", "depth")}
    tokens = [a.model.codec[name].encode(images[name]) for name in ("rgb", "depth")]
    bits = a.model.bits_per_dim(torch.cat(tokens, dim=1))
    got = between.bits_per_dim["pixels"][between.middle]
    assert got == pytest.approx(float(bits[0]), abs=1e-5)


def test_a_missing_modality_is_mixed_as_the_guess_is_decoded(mango, rgb_only, b):
    one = MangoSubject(mango, rgb_only)
    found = measure_between(one, b, steps=3)
    assert all(np.isfinite(bits).all() for bits in found.bits_per_dim.values())


def test_two_models_or_one_step_are_refused(a, b):
    stranger = MangoSubject(tiny_mango(seed=1), b.sample)
    with pytest.raises(ValueError, match="one model"):
        measure_between(a, stranger)
    with pytest.raises(ValueError, match="got 1"):
        measure_between(a, b, steps=1)


def test_exchange_is_that_made_by_hand(a, b):
    exchange = measure_exchange(a, b)
    tokens = a.model.config.tokens
    for case, first, second in ((1, a, b), (2, b, a)):
        z = torch.cat([first.z[:, :tokens], second.z[:, tokens:]], dim=1)
        x = a.model.flow.inverse(z)
        np.testing.assert_allclose(
            exchange.pictures[case].depth_m, decode(a.model, x).depth_m, atol=1e-4
        )
        expected = float(a.model.bits_per_dim(x)[0])
        assert exchange.bits_per_dim[case] == pytest.approx(expected, abs=1e-5)
    np.testing.assert_allclose(np.diag(exchange.depth_off_m[[0, 3]]), 0)
    np.testing.assert_allclose(exchange.rgb_off[0, 1], exchange.rgb_off[3, 0])


def test_a_sample_that_exchanges_with_itself_stays_as_it_is(a):
    exchange = measure_exchange(a, a)
    np.testing.assert_allclose(exchange.depth_off_m, 0, atol=1e-4)
