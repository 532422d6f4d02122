"""Bits of pictures: what an autoencoder and a flow need to say them."""

import copy
import math
from dataclasses import replace

import pytest
import torch
from torch.distributions import Normal, kl_divergence

from fusionviz.data.records import RGBDSample
from fusionviz.data.rooms import render_room
from fusionviz.models.cards import ModelCard
from fusionviz.models.mango import ActNorm, Mango
from fusionviz.models.mango.code_length import LEVEL, code_length, trained_noise
from tests.helpers.properties import randomise
from tests.helpers.tiny_models import TINY_MANGO

NOISE = 0.3


def make_model(**changes):
    torch.manual_seed(0)
    model = Mango(replace(TINY_MANGO, **changes))
    return randomise(model, 0.05).double().eval().requires_grad_(False)


def rooms(model, count=3):
    size = (model.config.image_size,) * 2
    return model.to_batch([render_room(seed, size) for seed in range(count)])


def seeded(seed=0):
    return torch.Generator().manual_seed(seed)


def rescaled(model, shift, scale):
    """The same model whose tokens are (t - shift) · scale, channel by channel."""
    changed = copy.deepcopy(model)
    for codec in changed.codec.values():
        codec.mean += codec.spread * shift
        codec.spread /= scale
    first = changed.flow.layers[0]
    assert isinstance(first, ActNorm)
    first.shift.copy_((first.shift - shift) * scale)
    first.log_scale += scale.log()
    return changed


def test_rescaled_tokens_cost_other_bits_and_pictures_the_same():
    model = make_model()
    batch = rooms(model)
    generator = seeded()
    shift = torch.randn(8, generator=generator, dtype=torch.float64)
    scale = torch.randn(8, generator=generator, dtype=torch.float64).exp()
    other = rescaled(model, shift, scale)
    for name, picture in model.decode(model.encode(batch)).items():
        torch.testing.assert_close(picture, other.decode(other.encode(batch))[name])
    moved = other.bits_per_dim(other.encode(batch)) - model.bits_per_dim(
        model.encode(batch)
    )
    torch.testing.assert_close(moved, scale.log2().mean().expand(3))
    assert moved.abs().min() > 0.1
    before = code_length(model, batch, noise=NOISE, generator=seeded(1))
    after = code_length(other, batch, noise=NOISE * scale, generator=seeded(1))
    for field in ("token_bits", "left_bits", "bits_per_value", "token_bits_per_value"):
        torch.testing.assert_close(getattr(before, field), getattr(after, field))
    assert (before.noisy_bits_per_dim - after.noisy_bits_per_dim).abs().min() > 0.1


def test_token_bits_are_the_divergence_from_the_prior():
    model = make_model(blocks=0)
    one = rooms(model, 1)
    many = replace(
        one,
        images={name: x.expand(4000, -1, -1, -1) for name, x in one.images.items()},
        valid={name: x.expand(4000, -1, -1, -1) for name, x in one.valid.items()},
        present={name: x.expand(4000) for name, x in one.present.items()},
    )
    code = code_length(model, many, noise=NOISE, generator=seeded())
    clean = model.encode(one)[0]
    expected = kl_divergence(Normal(clean, NOISE), Normal(0.0, 1.0)).sum() / math.log(2)
    error = code.token_bits.std() / math.sqrt(4000)
    assert abs(code.token_bits.mean() - expected) < 4 * error
    assert error < 0.01 * expected


def test_what_is_left_is_what_a_normal_distribution_says_of_the_pixels():
    model = make_model()
    batch = rooms(model)
    holes = torch.rand(batch.valid["depth"].shape, generator=seeded()) < 0.3
    valid = {**batch.valid, "depth": batch.valid["depth"] & ~holes}
    batch = replace(batch, valid=valid)
    code = code_length(model, batch, noise=NOISE, generator=seeded(2))
    drawn = torch.randn(
        model.encode(batch).shape, generator=seeded(2), dtype=torch.float64
    )
    decoded = model.decode(model.encode(batch) + NOISE * drawn)
    for sample in range(3):
        bits, values = 0.0, 0
        for name, picture in decoded.items():
            there = valid[name][sample].expand_as(picture[sample])
            off = ((batch[name] - picture)[sample][there] / LEVEL).double()
            variance = off.square().mean() + 1 / 12  # a level's rounding
            said = Normal(0.0, variance.sqrt()).log_prob(off).sum()
            rounding = len(off) / 12 / (2 * variance)
            bits += float(rounding - said) / math.log(2) + 32
            values += len(off)
        assert code.left_bits[sample] == pytest.approx(bits, rel=1e-9)
        assert code.values[sample] == values
    total = code.token_bits + code.left_bits
    torch.testing.assert_close(code.bits_per_value, total / code.values)


def test_noisy_bits_are_those_of_tokens_with_the_noise():
    model = make_model()
    batch = rooms(model)
    x = model.encode(batch)
    drawn = torch.randn(x.shape, generator=seeded(5), dtype=torch.float64)
    code = code_length(model, batch, noise=NOISE, generator=seeded(5))
    torch.testing.assert_close(
        code.noisy_bits_per_dim, model.bits_per_dim(x + NOISE * drawn)
    )


def test_half_a_pair_has_no_code():
    model = make_model()
    room = render_room(1, (16, 16))
    half = RGBDSample(rgb=room.rgb, depth_m=None, label=None, depth_is_metric=True)
    code = code_length(model, model.to_batch([room, half]), generator=seeded())
    for values in (code.noisy_bits_per_dim, code.bits_per_value, code.token_bits):
        assert values.isnan().tolist() == [False, True]


def test_tokens_without_noise_are_refused():
    model = make_model()
    with pytest.raises(ValueError, match="noise must be above 0, got 0"):
        code_length(model, rooms(model), noise=0.0)


def test_the_noise_of_training_is_on_the_card():
    model = make_model()
    assert trained_noise(model) == 0.05
    model.card = ModelCard(name="a", task_options={"noise": 0.1})
    assert trained_noise(model) == 0.1
