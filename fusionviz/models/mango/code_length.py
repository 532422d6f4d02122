"""How many bits a pair of pictures takes: a figure that compares between codecs.

Bits per dimension of tokens do not. A density depends on the unit of what it is of: of
tokens t' = A t + b the same model says

    log p'(t') = log p(t) - log|det A|

so that tokens which are scaled, or merely whitened, cost other bits, and the pictures
are the same. Within one frozen codec the figure compares flows and samples; between
codecs it compares nothing. What all codecs share is the pictures y. A message that
gives them away, by codec and flow together, takes (Hinton & van Camp 1993, bits back;
the negative evidence bound of Kingma & Welling 2014)

    L(y) = E_q[log2 q(t | y) - log2 p(t)]     tokens
         + E_q[-log2 p(y | t)]                what the decoder leaves to say

    q(t | y) = N(E(y), σ²)    the encoder's tokens with the noise of training
    p(t)                      the flow's density
    p(y | t) = N(D(t), τ²)    the decoder's pictures; τ of each modality and sample is
                              sent first, in 32 bits

Pixel values count in 256 levels of their range, with a level's rounding as noise: τ² is
the mean squared error in levels, and 1/12. An invertible map of the tokens moves log q
and log p alike and leaves L as it was; σ goes with the tokens.
"""

import math
from dataclasses import dataclass

import torch
from jaxtyping import Float
from torch import Tensor

from fusionviz.models.cards import ModelCard
from fusionviz.models.inputs import ImageBatch
from fusionviz.models.mango.joint import log_prior, to_bits_per_dim
from fusionviz.models.mango.model import Mango

PerSample = Float[Tensor, " batch"]

TOKEN_NOISE = 0.05
"""Standard deviation of the noise in training, where a task does not say another."""

LEVEL = 2 / 255
"""One of 256 levels of what lies in -1..1."""

SPREAD_BITS = 32
"""For τ of one modality."""


@dataclass(frozen=True, kw_only=True, eq=False)
class CodeLength:
    """Bits of pairs of pictures; NaN where one of the two is missing.

    Attributes:
        noisy_bits_per_dim: -log2 p(t) / (2 N d) of tokens with the noise: what the flow
            was trained to make small.
        token_bits: Of the tokens, as exact as the noise leaves them: KL(q | p).
        left_bits: Of what the decoder leaves to say, both modalities.
        values: Measured values of both pictures: pixels times channels.
    """

    noisy_bits_per_dim: PerSample
    token_bits: PerSample
    left_bits: PerSample
    values: PerSample

    @property
    def bits_per_value(self) -> PerSample:
        """Bits of a pixel value, L / values: lower is better, whatever the codec."""
        return (self.token_bits + self.left_bits) / self.values

    @property
    def token_bits_per_value(self) -> PerSample:
        """The part of them that tells the tokens."""
        return self.token_bits / self.values


def code_length(
    model: Mango,
    batch: ImageBatch,
    *,
    noise: float | Float[Tensor, " channel"] = TOKEN_NOISE,
    generator: torch.Generator | None = None,
) -> CodeLength:
    """Return how many bits a model takes to say pairs of pictures.

    Of E_q one draw is taken: with thousands of tokens' channels it is near the mean.

    Args:
        model: Codec and flow.
        batch: Pairs, of the model's size, device and type.
        noise: σ of the tokens, above 0; one for all, or one a channel.
        generator: Of the draw, on the CPU.

    Raises:
        ValueError: The noise is not above 0: tokens without noise have infinite bits.
    """
    sigma = torch.as_tensor(noise, dtype=model.dtype, device=model.device)
    if not bool((sigma > 0).all()):
        raise ValueError(f"noise must be above 0, got {noise}")
    clean = model.encode(batch)
    drawn = torch.randn(clean.shape, generator=generator, dtype=clean.dtype)
    tokens = clean + sigma * drawn.to(clean.device)
    z, log_det = model.flow(tokens)
    log_p = (log_prior(z) + log_det).double()
    log_q = log_prior(drawn).to(log_p) - sigma.log().expand(clean[0].shape).sum()
    left, values = _left(model, batch, tokens)
    whole = torch.stack([batch.present[name] for name in model.config.modalities])
    gone = torch.where(whole.all(dim=0), 0.0, torch.nan)
    return CodeLength(
        noisy_bits_per_dim=to_bits_per_dim(log_p, tokens) + gone,
        token_bits=(log_q - log_p) / math.log(2) + gone,
        left_bits=left + gone,
        values=values,
    )


def trained_noise(model: Mango) -> float:
    """Return the noise on the tokens that a model's flow was trained with.

    It is on the card of a checkpoint; a model without one is taken for a usual one.
    """
    card: ModelCard = getattr(model, "card", ModelCard(name=""))
    return float(card.task_options.get("noise", TOKEN_NOISE))


def _left(
    model: Mango, batch: ImageBatch, tokens: Float[Tensor, "batch joint channel"]
) -> tuple[PerSample, PerSample]:
    """Return bits of the pictures given the tokens, and of how many values."""
    bits = values = torch.zeros(len(batch), dtype=torch.float64, device=tokens.device)
    for name, decoded in model.decode(tokens).items():
        valid = batch.valid[name].expand_as(decoded)
        off = ((batch[name] - decoded) * valid / LEVEL).double()
        count = valid.sum(dim=(1, 2, 3)).double()
        square = off.square().sum(dim=(1, 2, 3)) / count.clamp_min(1) + 1 / 12
        bits = bits + SPREAD_BITS
        bits = bits + count / 2 * torch.log2(2 * math.pi * math.e * square)
        values = values + count
    return bits, values
