"""One modality of a sample drawn from the flow, given the other, as pictures."""

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray

from fusionviz.analysis.latents.guess_errors import Progress, usual_guess_error
from fusionviz.analysis.latents.noisy_bits import noisy_bits_per_dim
from fusionviz.analysis.latents.pictures import decode_each
from fusionviz.analysis.shared.pictures import Pictures
from fusionviz.analysis.shared.subjects.mango import MangoSubject
from fusionviz.models.mango.completion import Completion, complete

GIVEN = {"depth": "rgb", "rgb": "depth"}
"""What each modality is completed from."""

AGREE = 1.1
"""R-hat up to which chains are taken to agree (Gelman & Rubin 1992)."""

Seen = Callable[[int, int, float], bool]
"""Called with (steps done, steps at most, mean bits per dimension); True to go on."""

Picture = NDArray[Any]
"""Depth in metres, float32 (side, side), or colours, uint8 (side, side, 3)."""


@dataclass(frozen=True, kw_only=True, eq=False)
class PictureCompletion:
    """Draws of a modality of one sample.

    Attributes:
        missing: The modality that was drawn.
        given: What it was drawn from.
        given_is_guess: Whether the sample lacks what it was drawn from, so that the
            model's guess stood for it.
        known: The picture of `given`.
        truth: The true picture of `missing`, None where the sample has none.
        guess: The learned guess, decoded.
        draws: The end of every chain, decoded, (chain, side, side[, 3]).
        mean: Mean of those pictures.
        spread: Their standard deviation, (side, side): metres, or of colours the root
            mean square of the three channels, 0..1 of full scale.
        bits_per_dim: Of every chain from its start on, (step + 1, chain).
        guess_bits: Bits per dimension of the guess.
        truth_bits: Of the sample itself, None where `truth` is.
        noisy_truth_bits: Of the sample with the noise of training on the tokens that
            are drawn, which draws carry too; None where `truth` is.
        disagreement: Split R-hat over the later half of the steps; NaN for few steps.
        acceptance: Share of proposals that were accepted.
        asked: Steps that were asked for.
    """

    missing: str
    given: str
    given_is_guess: bool
    known: Picture
    truth: Picture | None
    guess: Picture
    draws: Picture
    mean: Picture
    spread: NDArray[np.float64]
    bits_per_dim: NDArray[np.float64]
    guess_bits: float
    truth_bits: float | None
    noisy_truth_bits: float | None
    disagreement: float
    acceptance: float
    asked: int

    @property
    def steps(self) -> int:
        """Steps that were taken."""
        return len(self.bits_per_dim) - 1

    @property
    def chains_agree(self) -> bool:
        """Whether the chains cannot be told apart."""
        return math.isfinite(self.disagreement) and self.disagreement <= AGREE

    @property
    def errors(self) -> Mapping[str, float]:
        """Mean |difference| from the truth: metres, or 0..1 of full scale.

        Of the guess, of one draw and of the mean of the draws; empty where the truth is
        not known or nowhere measured.
        """
        if self.truth is None or not np.isfinite(self.truth).any():
            return {}
        scale = 1 / 255 if self.missing == "rgb" else 1.0
        found = {"guess": self.guess, "one draw": self.draws[0], "mean": self.mean}
        truth = self.truth.astype(np.float64)
        return {
            name: scale * float(np.nanmean(abs(picture.astype(np.float64) - truth)))
            for name, picture in found.items()
        }


def measure_completion(
    subject: MangoSubject,
    missing: str,
    *,
    chains: int = 4,
    steps: int = 12,
    leaps: int = 12,
    seed: int = 0,
    reading: Progress | None = None,
    seen: Seen | None = None,
) -> PictureCompletion:
    """Return draws of a modality of a subject, given the other.

    Args:
        subject: A modality that it has is drawn as if it were missing.
        missing: `rgb` or `depth`.
        chains: How many draws, side by side.
        steps: Proposals of each chain.
        leaps: Leapfrog steps to a proposal.
        seed: Of the chains.
        reading: Told (done, all) of the rooms that the guess is first measured on.
        seen: Told after every step; False ends the sampling, which keeps what it has.

    Raises:
        FusionvizError: `reading` ended the work, so that there is nothing to keep.
    """
    error = usual_guess_error(subject.model, missing, progress=reading)
    done = complete(
        subject.model,
        subject.x,
        missing,
        error=error,
        chains=chains,
        steps=steps,
        leaps=leaps,
        generator=torch.Generator().manual_seed(seed),
        progress=seen,
    )
    return _as_pictures(subject, done, asked=steps)


def _as_pictures(
    subject: MangoSubject, done: Completion, *, asked: int
) -> PictureCompletion:
    missing, given = done.missing, GIVEN[done.missing]
    x = torch.cat([done.guess, done.draws])
    guess, *drawn = (
        _picture(pictures, missing) for pictures in decode_each(subject.model, x)
    )
    draws = np.stack(drawn)
    truth = None if subject.missing == missing else _picture(subject.pictures, missing)
    read = subject.decoded if subject.missing == given else subject.pictures
    with torch.inference_mode():
        bits = float(subject.model.bits_per_dim(subject.x)[0])
        guess_bits = float(subject.model.bits_per_dim(done.guess)[0])
    return PictureCompletion(
        missing=missing,
        given=given,
        given_is_guess=subject.missing == given,
        known=_picture(read, given),
        truth=truth,
        guess=guess,
        draws=draws,
        mean=_mean(draws),
        spread=_spread(draws),
        bits_per_dim=done.bits_per_dim.double().cpu().numpy(),
        guess_bits=guess_bits,
        truth_bits=None if truth is None else bits,
        noisy_truth_bits=None
        if truth is None
        else noisy_bits_per_dim(subject, missing),
        disagreement=done.disagreement,
        acceptance=done.acceptance,
        asked=asked,
    )


def _picture(pictures: Pictures, modality: str) -> Picture:
    picture = pictures.rgb if modality == "rgb" else pictures.depth_m
    if picture is None:
        raise ValueError(f"there is no {modality} picture")
    return picture


def _mean(draws: Picture) -> Picture:
    mean = draws.astype(np.float64).mean(axis=0)
    return (np.rint(mean) if draws.dtype == np.uint8 else mean).astype(draws.dtype)


def _spread(draws: Picture) -> NDArray[np.float64]:
    deviation = draws.astype(np.float64).std(axis=0)
    if draws.dtype == np.uint8:
        return np.sqrt(((deviation / 255) ** 2).mean(axis=-1))
    return deviation
