"""What training takes away from sequences, so that a model learns to do without."""

from collections.abc import Mapping

import torch
from jaxtyping import Bool, Float
from torch import Tensor
from torch.nn.functional import dropout

from fusionviz.models.alignmamba import AlignMambaInputs

Rates = float | Mapping[str, float]
"""One share for all modalities, or some by name and 0 for the others."""


def check_rates(what: str, rates: Rates) -> None:
    """Refuse what is no share.

    Raises:
        ValueError: A share is not from 0 to below 1.
    """
    for rate in rates.values() if isinstance(rates, Mapping) else (rates,):
        if not 0 <= rate < 1:
            raise ValueError(f"{what} is a share from 0 to below 1, got {rate}")


def drop_modalities(
    present: Mapping[str, Bool[Tensor, " batch"]],
    rate: float,
    generator: torch.Generator,
    *,
    whole: float = 0.0,
) -> dict[str, Bool[Tensor, " batch"]]:
    """Return which modalities are left when each goes with probability `rate`.

    A sample that would lose all keeps one of those that it had, drawn at random.

    Args:
        present: Which samples have which modality.
        rate: Probability of each to go missing.
        generator: What to draw from.
        whole: Share of the samples that lose nothing.
    """
    flags = torch.stack(list(present.values()))
    device, shape = flags.device, flags.shape
    spared = torch.rand(shape[1], generator=generator, device=device) < whole
    chance = torch.rand(shape, generator=generator, device=device)
    left = flags & ((chance >= rate) | spared)
    last = torch.where(flags, chance, -1.0).argmax(dim=0)
    rescued = torch.arange(shape[0], device=device).unsqueeze(1) == last
    left = left | (flags & rescued & ~left.any(dim=0))
    return dict(zip(present, left, strict=True))


def drop_tokens(
    mask: Mapping[str, Bool[Tensor, "batch token"]],
    rates: Rates,
    generator: torch.Generator,
    *,
    together: bool = False,
) -> dict[str, Bool[Tensor, "batch token"]]:
    """Return which tokens are left when each goes with its modality's probability.

    A sequence that would lose all of its tokens keeps one, drawn at random.

    Args:
        mask: Which tokens are there.
        rates: Probability of a token to go.
        generator: What to draw from.
        together: Whether sequences of one length lose the same tokens, so that what
            belongs to one step goes or stays with it.
    """
    drawn: dict[torch.Size, Float[Tensor, "batch token"]] = {}
    left = {}
    for name, there in mask.items():
        chance = torch.rand(there.shape, generator=generator, device=there.device)
        if together:
            chance = drawn.setdefault(there.shape, chance)
        stays = there & (chance >= rate_of(rates, name))
        last = torch.where(there, chance, -1.0).argmax(dim=1, keepdim=True)
        rescued = torch.zeros_like(there).scatter(1, last, True)
        left[name] = stays | (there & rescued & ~stays.any(dim=1, keepdim=True))
    return left


def swap_tokens(
    x: Float[Tensor, "batch token feature"],
    there: Bool[Tensor, "batch token"],
    rate: float,
    generator: torch.Generator,
) -> Float[Tensor, "batch token feature"]:
    """Return tokens of which a share have the features of others of the batch.

    Where features were made with the labels of the training data at hand, they are
    surer than those of new data will be. Swapped ones are as sure, and wrong.

    Args:
        x: Features.
        there: Which tokens are there; the others are neither swapped nor taken from.
        rate: Probability of a token to get the features of one drawn at random.
        generator: What to draw from.
    """
    if not rate:
        return x
    known = x[there]
    chance = torch.rand(len(known), generator=generator, device=x.device)
    other = torch.randint(
        len(known), (len(known),), generator=generator, device=x.device
    )
    swapped = x.clone()
    swapped[there] = torch.where((chance < rate).unsqueeze(1), known[other], known)
    return swapped


def thin(
    batch: AlignMambaInputs,
    generator: torch.Generator,
    *,
    swapped: Rates = 0.0,
    missing: float,
    whole: float,
    token_dropout: Rates,
    feature_dropout: Rates,
    together: bool,
) -> AlignMambaInputs:
    """Return a batch with modalities, tokens and features taken away at random.

    Some tokens get the features of others first, see `swap_tokens`. Features that are
    dropped become 0 and the others are scaled up (Srivastava et al. 2014), by torch's
    global generator.
    """
    inputs = dict(batch.inputs)
    for name, x in inputs.items():
        if not x.is_floating_point():
            continue
        if rate := rate_of(swapped, name):
            there = (batch.mask or {})[name]
            x = swap_tokens(x, there, rate, generator)
        inputs[name] = dropout(x, rate_of(feature_dropout, name))
    present = drop_modalities(batch.present or {}, missing, generator, whole=whole)
    mask = drop_tokens(batch.mask or {}, token_dropout, generator, together=together)
    return AlignMambaInputs(inputs=inputs, present=present, mask=mask)


def rate_of(rates: Rates, name: str) -> float:
    """Return the share of a modality."""
    return rates.get(name, 0.0) if isinstance(rates, Mapping) else rates
