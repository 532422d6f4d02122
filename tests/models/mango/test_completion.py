"""Completion draws from the flow's own conditional density."""

import copy
import math
from dataclasses import replace

import pytest
import torch

from fusionviz.models.mango import ActNorm, Mango
from fusionviz.models.mango.completion import (
    complete,
    disagreement,
    exchange_latents,
)
from fusionviz.models.mango.guess_error import guess_error
from tests.helpers.properties import randomise
from tests.helpers.tiny_models import TINIEST_MANGO as TINY


@pytest.fixture(scope="module")
def model():
    torch.manual_seed(0)
    return randomise(Mango(TINY), 0.05).double().eval().requires_grad_(False)


@pytest.fixture(scope="module")
def gaussian():
    """A flow that is a known Gaussian: one ActNorm that moves and scales, and turns."""
    torch.manual_seed(0)
    model = Mango(replace(TINY, partitions=())).double().eval()
    norm = next(layer for layer in model.flow.layers if isinstance(layer, ActNorm))
    with torch.no_grad():
        norm.shift[1] = 3.0
        norm.log_scale[1] = torch.tensor([-1.0, -0.5, 0.0, 0.5])
    return model.requires_grad_(False)


def tokens(batch=1):
    generator = torch.Generator().manual_seed(3)
    return torch.randn(batch, 8, 4, generator=generator, dtype=torch.float64)


def test_chains_reach_the_known_gaussian(gaussian):
    done = complete(
        gaussian,
        tokens(),
        "depth",
        chains=400,
        steps=30,
        leaps=8,
        step_size=0.1,
        generator=torch.Generator().manual_seed(0),
    )
    drawn = done.draws[:, 4:]
    expected = torch.tensor([-1.0, -0.5, 0.0, 0.5]).double().exp()
    torch.testing.assert_close(
        drawn.mean((0, 1)), torch.full((4,), 3.0).double(), atol=0.15, rtol=0
    )
    torch.testing.assert_close(done.mean[0, 4:].mean(0), drawn.mean((0, 1)), atol=0.1,
                               rtol=0)  # fmt: skip
    torch.testing.assert_close(drawn.std((0, 1)), expected, atol=0, rtol=0.07)
    torch.testing.assert_close(
        done.spread.square().mean(), expected.square().mean(), atol=0, rtol=0.1
    )
    assert 0.4 < done.acceptance < 0.9
    assert done.disagreement < 1.1


def test_the_guesss_error_lets_chains_move_where_they_are_free(gaussian):
    """Scales 0.01 to 3: steps of one length for all directions get nowhere."""
    scales = torch.tensor([0.01, 0.1, 1.0, 3.0]).double()
    model = copy.deepcopy(gaussian)
    norm = next(layer for layer in model.flow.layers if isinstance(layer, ActNorm))
    with torch.no_grad():
        norm.log_scale[1] = scales.log()
        last = model.guesses["depth"].network[-1]
        last.weight.zero_()
        last.bias.fill_(3.0)
    generator = torch.Generator().manual_seed(0)
    drawn = torch.randn(400, 8, 4, generator=generator, dtype=torch.float64)
    drawn[:, 4:] = 3.0 + scales * drawn[:, 4:]
    error = guess_error(model, drawn, "depth", floor=0.001)
    given = {"chains": 100, "steps": 15, "leaps": 3, "step_size": 0.3}
    white = complete(
        model, tokens(), "depth", error=error, generator=generator, **given
    )
    plain = complete(model, tokens(), "depth", generator=generator, **given)
    found = white.draws[:, 4:].std((0, 1))
    torch.testing.assert_close(found, scales, atol=0, rtol=0.15)
    torch.testing.assert_close(
        white.mean[0, 4:, 3].mean(), torch.tensor(3.0).double(), atol=0.3, rtol=0
    )
    assert plain.draws[:, 4:, 3].std() < 1.5
    assert white.disagreement < 1.2 < plain.disagreement


def test_guess_error_has_the_covariance_that_was_planted(model):
    generator = torch.Generator().manual_seed(1)
    places = torch.randn(4, 4, generator=generator, dtype=torch.float64)
    channels = torch.randn(4, 4, generator=generator, dtype=torch.float64)
    white = torch.randn(20_000, 4, 4, generator=generator, dtype=torch.float64)
    x = tokens(1).expand(20_000, -1, -1).clone()
    x[:, 4:] = model.guess(x, "depth")[:, 4:] + places @ white @ channels.mT
    error = guess_error(model, x, "depth", floor=0.0)
    scale = places.square().sum(1).mean()
    by_place = 0.9 * places @ places.mT / scale + 0.1 * torch.eye(4)
    expected = torch.kron(by_place, channels @ channels.mT * scale)
    factor = torch.kron(error.places, error.channels)
    torch.testing.assert_close(
        factor @ factor.mT, expected, atol=0.03 * expected.max().item(), rtol=0
    )
    u = white[:2]
    coloured = (factor @ u.flatten(1).mT).mT.view_as(u)
    torch.testing.assert_close(error.colour(u), coloured)


def pooled_r_hat(chains):
    """Gelman & Rubin 1992 by its words: chains (chain, step, coordinate)."""
    count, steps, places = chains.shape
    within, between = 0.0, 0.0
    for place in range(places):
        within += sum(chain.var().item() for chain in chains[..., place]) / count
        between += steps * chains[..., place].mean(1).var().item()
    return (((steps - 1) / steps * within + between / steps) / within) ** 0.5


def test_disagreement_is_gelman_and_rubins_of_halves():
    values = torch.randn(7, 3, 5, dtype=torch.float64) + torch.arange(3.0)[:, None]
    halves = torch.cat([values[:3], values[4:]], dim=1).transpose(0, 1)
    assert disagreement(values) == pytest.approx(pooled_r_hat(halves))
    assert disagreement(values[:, :, 0]) == pytest.approx(pooled_r_hat(halves[..., :1]))
    assert disagreement(torch.randn(400, 4)) == pytest.approx(1, abs=0.02)
    for too_few in (torch.randn(3, 4), torch.randn(8, 1)):
        assert math.isnan(disagreement(too_few))


def test_a_drift_that_all_chains_share_is_a_large_disagreement():
    generator = torch.Generator().manual_seed(0)
    drift = torch.linspace(0, 1, 12, dtype=torch.float64)[:, None, None]
    noise = 0.05 * torch.randn(12, 4, 50, generator=generator, dtype=torch.float64)
    values = drift * torch.randn(50, generator=generator, dtype=torch.float64) + noise
    assert pooled_r_hat(values.transpose(0, 1)) < 1
    assert disagreement(values) > 1.5


def test_chains_start_as_far_apart_as_the_guess_is_usually_off(gaussian):
    """Where the density is all but flat; elsewhere steps uphill come after."""
    model = copy.deepcopy(gaussian)
    norm = next(layer for layer in model.flow.layers if isinstance(layer, ActNorm))
    norm.log_scale[1] = 12.0
    generator = torch.Generator().manual_seed(1)
    off = torch.randn(5000, 4, 4, generator=generator, dtype=torch.float64)
    x = tokens().expand(5000, -1, -1).clone()
    mixing = torch.randn(4, 4, generator=generator, dtype=torch.float64)
    x[:, 4:] = model.guess(x, "depth")[:, 4:] + off @ mixing
    error = guess_error(model, x, "depth", floor=0.0)
    still = {"steps": 1, "leaps": 1, "step_size": 1e-9}
    done = complete(
        model, tokens(), "depth", error=error, chains=5000, generator=generator, **still
    )
    starts = (done.draws - done.guess)[:, 4:].flatten(0, 1)
    covariance = mixing.mT @ mixing
    torch.testing.assert_close(
        starts.mT @ starts / len(starts),
        covariance,
        atol=0.05 * covariance.max().item(),
        rtol=0,
    )


def test_before_the_first_push_chains_climb_where_it_is_steep(gaussian):
    """Of two scales, 0.05 and 3, starts lose what the first would not leave."""
    model = copy.deepcopy(gaussian)
    norm = next(layer for layer in model.flow.layers if isinstance(layer, ActNorm))
    norm.log_scale[1] = torch.tensor([0.05, 0.05, 3.0, 3.0]).double().log()
    norm.shift[1] = 0.0
    still = {"chains": 400, "steps": 1, "leaps": 1, "step_size": 1e-9}
    generator = torch.Generator().manual_seed(2)
    done = complete(model, tokens(), "depth", generator=generator, **still)
    spread = done.draws[:, 4:].std(dim=0).mean(dim=0)
    assert spread[:2].max() < 0.2  # of the 1 that they were drawn with
    assert spread[2:].min() > 0.9


def test_chains_that_have_hardly_moved_disagree(gaussian):
    generator = torch.Generator().manual_seed(0)
    slow = {"steps": 10, "leaps": 1, "step_size": 1e-3}
    done = complete(gaussian, tokens(), "depth", generator=generator, **slow)
    assert done.acceptance > 0.95
    assert done.disagreement > 5


def test_only_the_missing_modality_moves_and_the_truth_is_not_read(model):
    x, changed = tokens(), tokens()
    changed[:, :4] = 7.0
    runs = [
        complete(
            model,
            given,
            "rgb",
            steps=5,
            leaps=2,
            generator=torch.Generator().manual_seed(1),
        )
        for given in (x, changed)
    ]
    torch.testing.assert_close(runs[0].draws, runs[1].draws)
    torch.testing.assert_close(runs[0].draws[:, 4:], x[:, 4:].expand(4, -1, -1))
    assert not torch.allclose(runs[0].draws[:, :4], runs[0].guess[:, :4])
    assert runs[0].bits_per_dim.shape == (6, 4)
    assert runs[0].spread.shape == (4,)
    expected = model.bits_per_dim(runs[0].draws)
    torch.testing.assert_close(runs[0].bits_per_dim[-1], expected)


def test_progress_can_end_it(model):
    seen = []

    def progress(done, most, bits):
        seen.append((done, most))
        return done < 3

    done = complete(model, tokens(), "depth", steps=50, leaps=2, progress=progress)
    assert done.reason == "stopped"
    assert seen == [(1, 50), (2, 50), (3, 50)]


def test_it_works_inside_inference_mode(model):
    with torch.inference_mode():
        x = tokens()
        done = complete(model, x, "depth", steps=2, leaps=2)
    assert done.reason == "steps"


def test_exchanging_with_itself_changes_nothing_and_with_all_gives_the_other(model):
    x, other = tokens(2)[:1], tokens(2)[1:]
    torch.testing.assert_close(exchange_latents(model, x, x, "rgb"), x)
    both = exchange_latents(
        model, exchange_latents(model, x, other, "rgb"), other, "depth"
    )
    torch.testing.assert_close(both, other, atol=1e-7, rtol=0)
    assert not torch.allclose(exchange_latents(model, x, other, "rgb"), x)


def test_more_than_one_sample_is_refused(model):
    with pytest.raises(ValueError, match="got 2, 4, 12 and 12"):
        complete(model, tokens(2), "depth")
