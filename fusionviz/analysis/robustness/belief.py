"""What a MANGO believes a missing picture was: its guess, and draws from its flow."""

import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray

from fusionviz.analysis.robustness.failures import FailureSubject
from fusionviz.analysis.shared.pictures import Pictures, to_colours, to_metres
from fusionviz.errors import FusionvizError, InputError
from fusionviz.models.mango import Mango
from fusionviz.models.mango.completion import complete
from fusionviz.models.mango.guess_error import guess_error
from fusionviz.models.mango.layers.partition import Tokens
from fusionviz.training.robustness.absence import LEAPS, stand_in
from fusionviz.training.usual_tokens import usual_tokens

Tell = Callable[[float, str], bool]
Picture = NDArray[Any]
"""Depth in metres, float32 (height, width), or colours, uint8 (height, width, 3)."""

READING = 0.3
"""Share of the work that the training samples are."""


@dataclass(frozen=True, kw_only=True, eq=False)
class Belief:
    """Pictures that stand for a missing one.

    Attributes:
        missing: The modality.
        given: The other one, from which it is guessed.
        known: The picture of `given`.
        truth: The true picture of `missing`.
        guess: What the model guesses.
        draws: Draws from the flow given the other, as many as were asked for.
        bits: Bits per dimension with the truth, the guess and each draw in its place.
    """

    missing: str
    given: str
    known: Picture
    truth: Picture
    guess: Picture
    draws: tuple[Picture, ...]
    bits: tuple[float, ...]

    @property
    def errors(self) -> tuple[float, ...]:
        """Mean |difference| from the truth of the guess and of each draw.

        Metres, or 0..1 of full scale; NaN where the truth is nowhere measured.
        """
        scale = 1 / 255 if self.missing == "rgb" else 1.0
        truth = self.truth.astype(np.float64)
        if not np.isfinite(truth).any():
            return (math.nan,) * (1 + len(self.draws))
        return tuple(
            scale * float(np.nanmean(abs(one.astype(np.float64) - truth)))
            for one in (self.guess, *self.draws)
        )


def mango_of(subject: FailureSubject) -> Mango:
    """Return the MANGO among a subject's models.

    Raises:
        InputError: There is none, or the sample has not both pictures.
    """
    for reader in subject.readers:
        if isinstance(reader.model, Mango):
            if len(subject.modalities) < 2:
                raise InputError(
                    "One picture is missing already: what MANGO makes of it is seen "
                    "in “On your sample”, and drawn on the Latents page."
                )
            return reader.model
    raise InputError(
        "Only a MANGO has a picture of what is missing: choose an RGB-D pair."
    )


def measure_belief(
    subject: FailureSubject,
    missing: str,
    *,
    draws: int,
    steps: int,
    seed: int = 0,
    tell: Tell | None = None,
) -> Belief:
    """Return what a subject's MANGO believes of a modality that it has in truth.

    Args:
        subject: A pair with both pictures.
        missing: One of its modalities.
        draws: How many are drawn; 0 takes no walk through the flow.
        steps: Of each walk.
        seed: Of the draws.
        tell: Told how far it is.

    Raises:
        InputError: There is no MANGO, or not both pictures.
        FusionvizError: It was stopped.
    """
    model = mango_of(subject)
    if missing not in subject.modalities:
        raise InputError(f"{missing} is none of {', '.join(subject.modalities)}")
    (given,) = (name for name in subject.modalities if name != missing)
    with torch.inference_mode():
        x = model.encode(subject.sample)  # type: ignore[arg-type]
        tokens = [x, stand_in(model, x, missing, "guess")]
    if draws:
        tokens += list(_draw(model, x, missing, draws, steps, seed, tell).split(1))
    with torch.inference_mode():
        every = torch.cat(tokens)
        bits = tuple(model.bits_per_dim(every).tolist())
        decoded = [_decode(model, one, missing) for one in tokens[1:]]
    pictures = _read_by(model, subject)
    return Belief(
        missing=missing,
        given=given,
        known=_part(pictures, given),
        truth=_part(pictures, missing),
        guess=decoded[0],
        draws=tuple(decoded[1:]),
        bits=bits,
    )


def _draw(
    model: Mango,
    x: Tokens,
    missing: str,
    draws: int,
    steps: int,
    seed: int,
    tell: Tell | None,
) -> Tokens:
    """Return the ends of chains, (draw, 2N, d)."""

    def on_sample(done: int, most: int) -> bool:
        doing = f"How is the guess usually off? Room {done} of {most}"
        return tell is None or tell(READING * done / most, doing)

    def on_step(step: int, most: int, bits: float) -> bool:
        share = READING + (1 - READING) * step / most
        if tell is not None and not tell(share, f"Step {step} of {most}"):
            raise FusionvizError("It was stopped before the draws were made.")
        return True

    usual = usual_tokens(model, "rooms", progress=on_sample)
    done = complete(
        model,
        x,
        missing,
        error=guess_error(model, usual, missing),
        chains=draws,
        steps=steps,
        leaps=LEAPS,
        generator=torch.Generator().manual_seed(seed),
        progress=on_step,
    )
    return done.draws


def _decode(model: Mango, x: Tokens, name: str) -> Picture:
    images = model.decode(x)
    return to_colours(images["rgb"]) if name == "rgb" else to_metres(images["depth"])


def _read_by(model: Mango, subject: FailureSubject) -> Pictures:
    """Return the sample as the MANGO reads it, whatever others read of it."""
    for reader, reading in zip(subject.readers, subject.whole, strict=True):
        if reader.model is model and reading.pictures is not None:
            return reading.pictures
    raise InputError("Sequences have no pictures.")


def _part(pictures: Pictures, name: str) -> Picture:
    picture = pictures.rgb if name == "rgb" else pictures.depth_m
    if picture is None:
        raise InputError(f"the sample has no {name}")
    return picture
