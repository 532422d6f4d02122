"""What stands for the tokens of a modality that a MANGO does not get.

Nothing here reads the tokens that are hidden.
"""

from collections.abc import Mapping
from typing import Literal

import torch
from jaxtyping import Bool
from torch import Tensor

from fusionviz.models.mango import Mango
from fusionviz.models.mango.completion import complete
from fusionviz.models.mango.guess_error import guess_error, modality_rows
from fusionviz.models.mango.layers.partition import Tokens

Way = Literal["guess", "zeros", "mean", "draw"]

WAYS: Mapping[Way, str] = {
    "guess": "guess",
    "zeros": "zeros",
    "mean": "mean",
    "draw": "draw",
}
"""What stands for a missing modality, in a word: its learned guess, tokens of zero,
the mean of training samples, a draw from the flow."""

QUICK: tuple[Way, ...] = ("guess", "zeros", "mean")
"""Those that take no walk through the flow for each sample."""

STEPS, LEAPS = 4, 8
"""Of a draw: few, as hundreds are made."""


def stand_in(
    model: Mango,
    x: Tokens,
    missing: str,
    way: Way,
    *,
    usual: Tokens | None = None,
    seed: int = 0,
) -> Tokens:
    """Return the tokens with something in place of a modality's.

    Args:
        model: A MANGO.
        x: Joint tokens, (batch, 2N, d); those of `missing` are not read.
        missing: Which of its modalities.
        way: What stands for it.
        usual: Joint tokens of training samples, (sample, 2N, d), for `mean` and `draw`.
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
        filled[:, rows] = usual[:, rows].mean(dim=0)
        return filled
    error = guess_error(model, usual, missing)
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
    usual: Tokens | None = None,
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
