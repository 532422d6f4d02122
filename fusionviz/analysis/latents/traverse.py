"""Where a move of the latents takes the pictures.

    z' = z + M sum_k s_k σ_k v_k,      x' = G⁻¹(z')

with v_k directions of length 1, σ_k the standard deviation of latents along them, s_k
what the reader sets, and M the patches that may move. Without M and with one direction
the projection of z on it changes by exactly s σ.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from fusionviz.analysis.latents.directions import Direction
from fusionviz.analysis.latents.pictures import decode_each
from fusionviz.analysis.shared.pictures import Pictures
from fusionviz.analysis.shared.segmentation import class_names_of, usual_names
from fusionviz.analysis.shared.subjects.mango import MangoSubject
from fusionviz.data.grid import Grid
from fusionviz.errors import InputError
from fusionviz.models.mango.joint import log_prior, to_bits_per_dim
from fusionviz.models.mango.layers.partition import Tokens

Floats = NDArray[np.float64]


@dataclass(frozen=True, kw_only=True, eq=False)
class Traverse:
    """A sample, and what it becomes as its latents are moved.

    Attributes:
        directions: Along which the latents move.
        sigmas: How far in each frame, in standard deviations, (frame, direction).
        patches: The places that move, row by row; all of them where none is named.
        grid: Rows and columns of one modality's tokens.
        shift: Length of each frame's move of z, (frame,).
        before: What the codec makes of the unchanged tokens.
        after: What inverse flow and codec make of each frame's latents.
        bits_before: Bits per dimension of the unchanged tokens.
        bits_after: Of each frame's tokens, (frame,).
        changed: Share of the pixels whose class is another one, (frame,).
        classes: Names of the classes.
        shares_before: Share of the pixels of each class, (class,).
        shares_after: The same of each frame, (frame, class).
        missing: The modality whose tokens are the model's guess, or None.
    """

    directions: tuple[Direction, ...]
    sigmas: Floats
    patches: tuple[int, ...]
    grid: Grid
    shift: Floats
    before: Pictures
    after: tuple[Pictures, ...]
    bits_before: float
    bits_after: Floats
    changed: Floats
    classes: tuple[str, ...]
    shares_before: Floats
    shares_after: Floats
    missing: str | None

    @property
    def energy_inside(self) -> Floats:
        """Share of each direction's squared length that lies in the patches."""
        mask = _mask(self.patches, self.grid)
        squares = np.stack([one.vector.astype(np.float64) for one in self.directions])
        return (np.square(squares) * mask).sum(axis=(1, 2))


def measure_traverse(
    subject: MangoSubject,
    directions: Sequence[Direction],
    sigmas: Floats,
    patches: Sequence[int] = (),
) -> Traverse:
    """Return what moves of a subject's latents do.

    Args:
        subject: A sample as a model reads it.
        directions: At least one.
        sigmas: How far along each, in its standard deviations, (frame, direction).
        patches: Places of the N tokens of a modality, row by row; the latents of both
            modalities move there. All move where none is named.

    Raises:
        InputError: The inverse of the flow overflows.
    """
    model, places = subject.model, tuple(sorted(set(patches)))
    steps = move(directions, sigmas, places, subject.grid)
    with torch.inference_mode():
        x, moves = _moved_tokens(subject, steps)
        z, bits = _read_again(subject, x, moves)
        labels = model.segment(torch.cat([subject.z, z])).argmax(dim=1).cpu().numpy()
    count = model.config.classes
    shares = np.stack(
        [np.bincount(one.ravel(), minlength=count) / one.size for one in labels]
    )
    bits_before = to_bits_per_dim(log_prior(subject.z) + subject.log_det, subject.z)
    return Traverse(
        directions=tuple(directions),
        sigmas=np.asarray(sigmas, np.float64),
        patches=places,
        grid=subject.grid,
        shift=np.sqrt(np.square(steps, dtype=np.float64).sum(axis=(1, 2))),
        before=subject.decoded,
        after=decode_each(model, x),
        bits_before=float(bits_before[0]),
        bits_after=bits,
        changed=(labels[1:] != labels[0]).mean(axis=(1, 2)),
        classes=class_names_of(model) or usual_names(count),
        shares_before=shares[0],
        shares_after=shares[1:],
        missing=subject.missing,
    )


def move(
    directions: Sequence[Direction],
    sigmas: Floats,
    patches: Sequence[int],
    grid: Grid,
) -> NDArray[np.float32]:
    """Return what is added to z, (frame, 2N, d); see the head of this module."""
    vectors = np.stack([one.vector for one in directions])
    deviations = np.array([one.deviation for one in directions])
    steps = np.tensordot(np.asarray(sigmas) * deviations, vectors, axes=1)
    return (steps * _mask(patches, grid)).astype(np.float32)


def _mask(patches: Sequence[int], grid: Grid) -> NDArray[np.float32]:
    """Return 1 for joint tokens that move and 0 for others, (2N, 1)."""
    places = np.zeros(grid.places, np.float32)
    places[list(patches) or slice(None)] = 1
    return np.concatenate([places, places])[:, None]


def _moved_tokens(
    subject: MangoSubject, steps: NDArray[np.float32]
) -> tuple[Tokens, Tensor]:
    """Return the tokens of each frame, and which frames move at all."""
    shift = torch.from_numpy(steps).to(subject.z)
    # Rounding makes of an inverse something else than the tokens: what does not move
    # is to stay exactly as it is.
    moves = (shift != 0).any(dim=(1, 2))
    x = subject.x.repeat(len(shift), 1, 1)
    if moves.any():
        x[moves] = subject.model.flow.inverse(subject.z + shift[moves])
    if not x.isfinite().all():
        raise InputError("so far out the flow has no inverse: try a smaller move")
    return x, moves


def _read_again(
    subject: MangoSubject, x: Tokens, moves: Tensor
) -> tuple[Tokens, Floats]:
    """Return the latents of tokens and their bits per dimension.

    The log-determinant is another one at every place.
    """
    z = subject.z.repeat(len(x), 1, 1)
    log_det = torch.full((len(x),), subject.log_det).to(x)
    if moves.any():
        z[moves], log_det[moves] = subject.model.flow(x[moves])
    bits = to_bits_per_dim(log_prior(z) + log_det, x)
    return z, bits.double().cpu().numpy()
