"""Whether the flow comes back: |x - G⁻¹(G(x))| of every token and channel."""

from dataclasses import dataclass
from typing import Literal

import numpy as np
import torch
from numpy.typing import NDArray

from fusionviz.analysis.shared.pictures import Pictures
from fusionviz.analysis.shared.subjects.mango import MangoSubject
from fusionviz.data.grid import Grid

Precision = Literal["float32", "float64"]
PRECISIONS: tuple[Precision, ...] = ("float32", "float64")


@dataclass(frozen=True, kw_only=True, eq=False)
class RoundTrip:
    """What the flow and its inverse leave of the tokens, in units of a token.

    Attributes:
        errors: |x - G⁻¹(G(x))|, (2N, channel), by the precision that was computed in;
            the model's own first.
        largest_token: Largest |x|, what an error is to be compared with.
        grid: Rows and columns of one modality's tokens.
        pictures: What the model read.
        missing: The modality whose tokens are the model's guess, or None.
    """

    errors: dict[str, NDArray[np.float64]]
    largest_token: float
    grid: Grid
    pictures: Pictures
    missing: str | None

    def worst(self, precision: str) -> float:
        """Return the largest error."""
        return float(self.errors[precision].max())

    def token_error(self, precision: str) -> NDArray[np.float64]:
        """Return each token's largest error over its channels, (2, row, column)."""
        largest = self.errors[precision].max(axis=1)
        return largest.reshape(2, *self.grid)


def measure_round_trip(subject: MangoSubject, *, double: bool = False) -> RoundTrip:
    """Return what the flow and its inverse leave of a subject's tokens.

    Args:
        subject: Model and sample.
        double: Whether to go there and back in float64 too, by a copy of the flow: the
            same weights and tokens, so that what differs is rounding.
    """
    x, flow = subject.x, subject.model.flow
    with torch.inference_mode():
        errors = {_name(x.dtype): _error(x, flow.inverse(subject.z))}
        if double:
            fine, exact = flow.doubled(), x.double()
            errors["float64"] = _error(exact, fine.inverse(fine(exact)[0]))
    return RoundTrip(
        errors=errors,
        largest_token=float(x[0].abs().max()),
        grid=subject.grid,
        pictures=subject.pictures,
        missing=subject.missing,
    )


def _name(dtype: torch.dtype) -> str:
    return str(dtype).removeprefix("torch.")


def _error(x: torch.Tensor, back: torch.Tensor) -> NDArray[np.float64]:
    return (x - back)[0].abs().double().cpu().numpy()
