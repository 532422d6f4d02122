"""The flow as a film: the tokens stop by stop, from pictures to noise and back."""

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from typing import Literal, get_args

import numpy as np
import torch
from numpy.typing import NDArray

from fusionviz.analysis.latents.pictures import decode_each
from fusionviz.analysis.shared.pictures import Pictures
from fusionviz.analysis.shared.subjects.mango import MangoSubject
from fusionviz.models.mango.flow import MangoFlow
from fusionviz.models.mango.layers.partition import Tokens

Stops = Literal["blocks", "parts"]
STOPS: tuple[Stops, ...] = get_args(Stops)


@dataclass(frozen=True, kw_only=True, eq=False)
class Film:
    """One sample's tokens on their way to the latents and back: 2 stops + 1 frames.

    Attributes:
        names: Of the frames: `x`, `after block 1` and so on to `z`, and back to `x`.
        ticks: Short names: `x`, `1` and so on, `z`.
        ends_block: Whether a frame is x or follows a whole block, (frame,).
        tokens: Joint tokens, (frame, 2N, d); the second half is the inverse's, from z.
        pictures: What the codec makes of them.
        token_size: Root mean square of each token's channels, by frame and modality,
            (frame, 2, row, column).
        log_det: log|det| between x and the frame, nats, (frame,): grows to that of
            the flow and falls back to 0.
        return_error: Largest |difference| from the same place on the way there,
            (frame,); 0 on the way there.
    """

    names: tuple[str, ...]
    ticks: tuple[str, ...]
    ends_block: NDArray[np.bool_]
    tokens: NDArray[np.floating]
    pictures: tuple[Pictures, ...]
    token_size: NDArray[np.float64]
    log_det: NDArray[np.float64]
    return_error: NDArray[np.float64]

    @property
    def mean_size(self) -> NDArray[np.float64]:
        """Mean |token| over places and channels of each frame."""
        return abs(self.tokens).mean(axis=(1, 2))

    @property
    def deviation(self) -> NDArray[np.float64]:
        """Standard deviation over places and channels of each frame."""
        return self.tokens.std(axis=(1, 2))

    @property
    def largest(self) -> NDArray[np.float64]:
        """Largest |token| of each frame."""
        return abs(self.tokens).max(axis=(1, 2))

    @property
    def turn(self) -> int:
        """The frame that is z."""
        return len(self.names) // 2


def measure_film(subject: MangoSubject, *, stops: Stops = "blocks") -> Film:
    """Return the tokens of a subject at each stop, and on the way back.

    Args:
        subject: Its tokens are where the film starts and ends.
        stops: After each block, or after each part of a block: MMCA, IMCA, LICA and
            the coupling, each with the ActNorm and the channel mixing before it.

    Raises:
        ValueError: There is no such kind of stops.
    """
    if stops not in STOPS:
        raise ValueError(f"stops are {' or '.join(STOPS)}, got {stops!r}")
    flow = subject.model.flow
    last = _last_layers(flow, stops)
    with torch.inference_mode():
        there, log_det = _there(flow, subject.x, last)
        back = list(_back(flow, there[-1], last))
        x = torch.cat([*there, *back])
    pairs = zip(there[-2::-1], back, strict=True)
    error = [float((returned - passed).abs().max()) for passed, returned in pairs]
    tokens = x.cpu().numpy()
    size = np.sqrt((tokens.astype(np.float64) ** 2).mean(axis=-1))
    names, ticks = _names(flow, last)
    whole = [True, *(index in _last_layers(flow, "blocks") for index in last)]
    return Film(
        names=(*names, *(f"{name}, back" for name in names[-2::-1])),
        ticks=(*ticks, *ticks[-2::-1]),
        ends_block=np.array([*whole, *whole[-2::-1]]),
        tokens=tokens,
        pictures=decode_each(subject.model, x),
        token_size=size.reshape(len(x), 2, *subject.grid),
        log_det=np.array([*log_det, *log_det[-2::-1]]),
        return_error=np.array([*[0.0] * len(there), *error]),
    )


def _last_layers(flow: MangoFlow, stops: Stops) -> list[int]:
    """Return the layers after which the film stops."""
    following: list[tuple[int, str]] = []
    for place in reversed(flow.places):
        before = place.kind in ("actnorm", "mixing")
        part = following[-1][1] if before else place.kind
        following.append((place.block, part if stops == "parts" else ""))
    groups = following[::-1]
    last = len(groups) - 1
    return [i for i in range(last + 1) if i == last or groups[i + 1] != groups[i]]


def _there(
    flow: MangoFlow, x: Tokens, last: Collection[int]
) -> tuple[list[Tokens], list[float]]:
    """Return the tokens before the flow and at each stop, and log|det| so far."""
    stops, log_dets, total = [x], [0.0], 0.0
    for step in flow.steps(x):
        total += float(step.log_det[0])
        if step.index in last:
            stops.append(step.after)
            log_dets.append(total)
    return stops, log_dets


def _back(flow: MangoFlow, z: Tokens, last: Collection[int]) -> Iterator[Tokens]:
    """Yield the tokens at each stop from the last but one to x, by the inverse."""
    for index, before in flow.inverse_steps(z):
        if index == 0 or index - 1 in last:
            yield before


def _names(flow: MangoFlow, last: Sequence[int]) -> tuple[list[str], list[str]]:
    """Return names and short names of x, the stops between, and z."""
    names, ticks = ["x"], ["x"]
    whole = _last_layers(flow, "blocks")
    for index in last[:-1]:
        place = flow.places[index]
        part = "" if index in whole else f" {place.kind.upper()}"
        names.append(f"after block {place.block}{part and ',' + part}")
        ticks.append(f"{place.block}{part}")
    return [*names, "z"], [*ticks, "z"]
