"""Autoregressive layers: exact, causal, and found token by token as all at once."""

import pytest
import torch

from fusionviz.models.mango import (
    AutoregressiveHalf,
    AutoregressivePlaces,
    CausalSizes,
    InterModalityPartition,
    LearnedPartition,
    Mango,
    MangoConfig,
    ModalityPartition,
)
from fusionviz.models.mango.layers.causal import CausalTransformer
from tests.helpers.properties import assert_inverts, assert_log_det, randomise

TOKENS, WIDTH = 4, 4
SIZES = CausalSizes(hidden=12, depth=2, heads=2)


def layers():
    partitions = {
        "mmca": ModalityPartition(TOKENS),
        "mmca flipped": ModalityPartition(TOKENS, flipped=True),
        "imca": InterModalityPartition(TOKENS, 2),
        "lica": LearnedPartition(TOKENS),
    }
    found = {
        f"{name}, {'back' if back else 'on'}": AutoregressiveHalf(
            partition, WIDTH, SIZES, backwards=back
        )
        for name, partition in partitions.items()
        for back in (False, True)
    }
    for back in (False, True):
        places = AutoregressivePlaces(TOKENS, WIDTH, SIZES, backwards=back)
        found[f"places, {'back' if back else 'on'}"] = places
    return found


def tokens(dtype=torch.float64, batch=3):
    generator = torch.Generator().manual_seed(0)
    shape = (batch, 2 * TOKENS, WIDTH)
    return torch.randn(shape, generator=generator, dtype=torch.float64).to(dtype)


@pytest.mark.parametrize("name", layers())
def test_log_det_is_the_jacobians(name):
    assert_log_det(randomise(layers()[name]).double(), tokens())


@pytest.mark.parametrize("dtype", [torch.float32, torch.float64])
@pytest.mark.parametrize("name", layers())
def test_inverse_returns_the_tokens(name, dtype):
    assert_inverts(randomise(layers()[name]).to(dtype), tokens(dtype))


@pytest.mark.parametrize("name", layers())
def test_a_layer_starts_as_the_identity(name):
    x = tokens(torch.float32)
    y, log_det = layers()[name](x)
    torch.testing.assert_close(y, x)
    assert not log_det.any()


def network(context=0):
    made = CausalTransformer(tokens=5, width=3, outputs=2, context=context, sizes=SIZES)
    return randomise(made).double()


@pytest.mark.parametrize("context", [0, 3])
def test_what_is_said_of_a_token_depends_on_those_before_it_alone(context):
    said = network(context)
    generator = torch.Generator().manual_seed(1)
    x = torch.randn(2, 5, 3, generator=generator, dtype=torch.float64)
    other = torch.randn(2, 5, 3, generator=generator, dtype=torch.float64)
    read = other if context else None
    whole = said(x, read)
    for place in range(5):
        changed = torch.cat([x[:, :place], other[:, place:]], dim=1)
        again = said(changed, read)
        # The token itself and all after it may be anything.
        torch.testing.assert_close(again[:, : place + 1], whole[:, : place + 1])
        if place < 4:
            assert not torch.allclose(again[:, place + 1 :], whole[:, place + 1 :])


def test_every_token_of_the_context_matters_to_the_first():
    said = network(context=3)
    x = torch.zeros(1, 5, 3, dtype=torch.float64)
    context = torch.zeros(1, 5, 3, dtype=torch.float64)
    first = said(x, context)[:, 0]
    for place in range(5):
        changed = context.clone()
        changed[:, place] = 1.0
        assert not torch.allclose(said(x, changed)[:, 0], first)


@pytest.mark.parametrize("context", [0, 3])
def test_tokens_one_by_one_are_told_what_they_are_together(context):
    said = network(context)
    generator = torch.Generator().manual_seed(2)
    x = torch.randn(2, 5, 3, generator=generator, dtype=torch.float64)
    read = x.flip(1) if context else None
    reading = said.begin(len(x), read)
    known = [None, *x.unbind(dim=1)[:-1]]
    steps = torch.stack([said.next(reading, one) for one in known], dim=1)
    torch.testing.assert_close(steps, said(x, read))


def test_gradients_go_through_the_inverse():
    layer = randomise(AutoregressiveHalf(ModalityPartition(TOKENS), WIDTH, SIZES))
    y = tokens().requires_grad_()
    assert torch.autograd.gradcheck(layer.double().inverse, y)


def model(blocks=2, **changes):
    config = MangoConfig(
        image_size=8,
        grid=2,
        width=4,
        blocks=blocks,
        heads=2,
        coupling_width=8,
        codec_widths=(8, 8),
        causal_width=12,
        causal_layers=1,
        **changes,
    )
    return randomise(Mango(config), scale=0.1).double()


@pytest.mark.parametrize("where", [("mmca",), ("places",), ("imca", "lica", "places")])
def test_a_flow_of_them_is_exact(where):
    flow = model(autoregressive=where).flow
    kinds = [place.kind for place in flow.places]
    each = sum({"mmca": 2, "imca": 4, "lica": 2, "places": 1}[kind] for kind in where)
    assert kinds.count("autoregressive") == 2 * each
    generator = torch.Generator().manual_seed(3)
    x = torch.randn(2, 8, 4, generator=generator, dtype=torch.float64)
    assert_log_det(flow, x)
    assert_inverts(flow, x)


def test_maps_are_there_as_without():
    with_them, without = model(autoregressive=("mmca",)), model()
    x = torch.randn(1, 8, 4, dtype=torch.float64)
    maps = with_them.trace(x).attention_layers
    assert [one.name for one in maps] == [
        one.name for one in without.trace(x).attention_layers
    ]


@pytest.mark.parametrize(
    ("changes", "word"),
    [
        ({"autoregressive": ("imca",), "partitions": ("mmca",)}, "imca"),
        ({"causal_width": 100}, "causal_width"),
    ],
)
def test_settings_that_cannot_be_are_refused(changes, word):
    with pytest.raises(ValueError, match=word):
        MangoConfig(**changes)


def test_denoising_gives_the_mean_of_clean_tokens():
    """A flow that only scales has a normal density, whose answer is known."""
    mango = model(blocks=0)
    x = torch.randn(3, 8, 4, dtype=torch.float64)
    # Clean tokens of variance 1 - 0.3^2, noise of 0.3: p is N(0, 1) after the noise.
    torch.testing.assert_close(mango.denoise(x, 0.3), x * (1 - 0.3**2))


def test_draws_are_freed_of_noise_where_the_config_says_so():
    plain, freed = model(), model(denoise=0.001)
    freed.load_state_dict(plain.state_dict())
    drawn = plain.sample(2, generator=torch.Generator().manual_seed(4))
    with torch.inference_mode():
        again = freed.sample(2, generator=torch.Generator().manual_seed(4))
    torch.testing.assert_close(again, plain.denoise(drawn, 0.001))
    assert (plain.log_likelihood(again) > plain.log_likelihood(drawn)).all()
