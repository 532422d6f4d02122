"""Completion draws from the flow's own conditional density."""

from dataclasses import replace

import pytest
import torch
from properties import randomise

from fusionviz.models.mango import ActNorm, Mango, MangoConfig
from fusionviz.models.mango.completion import complete, exchange_latents

TINY = MangoConfig(
    image_size=8,
    grid=2,
    width=4,
    blocks=1,
    heads=2,
    coupling_width=8,
    codec_widths=(8, 8),
    head_width=32,
    guess_width=16,
    classes=3,
)


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
    seed = torch.Generator().manual_seed(0)
    done = complete(
        gaussian,
        tokens(),
        "depth",
        chains=200,
        steps=250,
        step_size=0.3,
        generator=seed,
    )
    drawn = done.draws[:, 4:]
    expected = torch.tensor([-1.0, -0.5, 0.0, 0.5]).double().exp()
    torch.testing.assert_close(
        drawn.mean((0, 1)), torch.full((4,), 3.0).double(), atol=0.15, rtol=0
    )
    torch.testing.assert_close(drawn.std((0, 1)), expected, atol=0, rtol=0.12)
    assert 0.3 < done.acceptance < 0.9


def test_only_the_missing_modality_moves_and_the_truth_is_not_read(model):
    x, changed = tokens(), tokens()
    changed[:, :4] = 7.0
    runs = [
        complete(
            model, given, "rgb", steps=5, generator=torch.Generator().manual_seed(1)
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

    done = complete(model, tokens(), "depth", steps=50, progress=progress)
    assert done.reason == "stopped"
    assert seen == [(1, 50), (2, 50), (3, 50)]


def test_it_ends_at_the_typical_level(model):
    done = complete(model, tokens(), "depth", steps=50, typical_bits=1e6)
    assert done.reason == "typical"
    assert len(done.bits_per_dim) < 10


def test_it_works_inside_inference_mode(model):
    with torch.inference_mode():
        x = tokens()
        done = complete(model, x, "depth", steps=2)
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
    with pytest.raises(ValueError, match="got 2, 4 and 100"):
        complete(model, tokens(2), "depth")
