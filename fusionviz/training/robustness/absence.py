"""What stands for the tokens of a modality that a MANGO does not get.

Nothing here reads the tokens that are hidden.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Literal
from weakref import WeakKeyDictionary

import torch
from jaxtyping import Bool, Float
from torch import Tensor

from fusionviz.data.sets.registry import SETS, load_set
from fusionviz.errors import FusionvizError
from fusionviz.models.mango import Mango
from fusionviz.models.mango.completion import complete
from fusionviz.models.mango.guess_error import (
    GuessError,
    guess_error,
    modality_rows,
)
from fusionviz.models.mango.partition import Tokens

Way = Literal["guess", "zeros", "mean", "draw"]

WAYS: Mapping[Way, str] = {
    "guess": "its learned guess",
    "zeros": "zeros",
    "mean": "the mean",
    "draw": "a draw from the flow",
}
"""What stands for a missing modality, in words."""

QUICK: tuple[Way, ...] = ("guess", "zeros", "mean")
"""Those that take no walk through the flow for each sample."""

SEEN = 48
"""Training samples that means, and errors of the guess, are taken of."""

AT_ONCE = 8
STEPS, LEAPS = 4, 8
"""Of a draw: few, as hundreds are made."""

Progress = Callable[[int, int], bool]
"""Called with (samples read, samples at most); True to go on."""


@dataclass(frozen=True, kw_only=True, eq=False)
class UsualTokens:
    """What a model's tokens are like on samples of its training.

    Attributes:
        x: Joint tokens of some samples, (sample, 2N, d).
    """

    x: Tokens

    @property
    def mean(self) -> Float[Tensor, "1 joint channel"]:
        """Mean of every token."""
        return self.x.mean(dim=0, keepdim=True)

    def error(self, model: Mango, missing: str) -> GuessError:
        """Return how the guess of a modality is usually off."""
        return guess_error(model, self.x, missing)


_KEPT: WeakKeyDictionary[Mango, UsualTokens] = WeakKeyDictionary()


def usual_tokens(
    model: Mango, data: str = "rooms", *, progress: Progress | None = None
) -> UsualTokens:
    """Return the tokens of training samples, kept for each model.

    Args:
        model: Its weights are taken not to change.
        data: The set that it was trained on.
        progress: Told after every few samples.

    Raises:
        FusionvizError: It was ended by `progress`, or the data is not there.
    """
    if (kept := _KEPT.get(model)) is not None:
        return kept
    options = {} if SETS[data].count is None else {"count": SEEN}
    samples = load_set(data, "train", **options)
    count, read = min(SEEN, len(samples)), []
    for first in range(0, count, AT_ONCE):
        last = min(first + AT_ONCE, count)
        with torch.inference_mode():
            chunk = [samples[index] for index in range(first, last)]
            read.append(model.encode(chunk))
        if progress is not None and not progress(last, count):
            raise FusionvizError("It was stopped before anything was measured.")
    return _KEPT.setdefault(model, UsualTokens(x=torch.cat(read)))


def stand_in(
    model: Mango,
    x: Tokens,
    missing: str,
    way: Way,
    *,
    usual: UsualTokens | None = None,
    seed: int = 0,
) -> Tokens:
    """Return the tokens with something in place of a modality's.

    Args:
        model: A MANGO.
        x: Joint tokens, (batch, 2N, d); those of `missing` are not read.
        missing: Which of its modalities.
        way: What stands for it.
        usual: Tokens of training samples, for `mean` and `draw`.
        seed: Of draws; a sample draws the same whatever it comes with.

    Raises:
        ValueError: `mean` or `draw` has no usual tokens.
    """
    if way == "guess":
        return model.guess(x, missing)
    rows, filled = modality_rows(model, missing), x.clone()
    if way == "zeros":
        filled[:, rows] = 0
        return filled
    if usual is None:
        raise ValueError(f"{way} needs the tokens of training samples, got none")
    if way == "mean":
        filled[:, rows] = usual.mean[:, rows]
        return filled
    error = usual.error(model, missing)
    for index in range(len(x)):
        done = complete(
            model,
            x[index : index + 1],
            missing,
            error=error,
            chains=1,
            steps=STEPS,
            leaps=LEAPS,
            generator=torch.Generator().manual_seed(seed),
        )
        filled[index] = done.draws[0]
    return filled


def fill(
    model: Mango,
    x: Tokens,
    present: Mapping[str, Bool[Tensor, " batch"]],
    way: Way,
    *,
    usual: UsualTokens | None = None,
) -> Tokens:
    """Return the tokens with something in place of each modality that is not there.

    Args:
        model: A MANGO.
        x: Joint tokens; those of what is not there are not read.
        present: By modality, which samples have it; each has one.
        way: What stands for the other.
        usual: As for `stand_in`.
    """
    filled = x
    for name in model.config.modalities:
        gone = ~present[name]
        if gone.any():
            made = stand_in(model, x[gone], name, way, usual=usual)
            filled = filled.clone()
            filled[gone] = made
    return filled
