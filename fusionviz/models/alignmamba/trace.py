"""What one pass through AlignMamba did, as plain arrays."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from fusionviz.data.grid import Grid

Floats = NDArray[np.floating]
Flags = NDArray[np.bool_]


@dataclass(frozen=True, kw_only=True, eq=False)
class AlignmentTrace:
    """How one source modality was moved to the anchor's positions.

    Attributes:
        source: Name of the modality.
        anchor: Name of the modality that it was aligned to.
        cost: 1 - cos between source and anchor tokens, in [0, 2], no unit, (batch,
            source, target). What stands at absent tokens has no meaning.
        coupling: Mass moved from each source to each anchor token, (batch, source,
            target): sums to 1 a sample, or to 0 where the source is missing.
        transport_cost: <cost, coupling>, (batch,).
        marginal_error: How far the coupling is from even mass on both sides, (batch,);
            None where a plan was given.
        converged: Whether the solver converged, (batch,); None where a plan was given.
        before: Tokens of the source, (batch, source, channel).
        after: The same tokens at the anchor's positions, (batch, target, channel),
            as they entered MMD; 0 where no mass arrived or the source is missing.
        mmd: MMD² between `after` and the anchor's tokens, (batch,).
    """

    source: str
    anchor: str
    cost: Floats
    coupling: Floats
    transport_cost: Floats
    marginal_error: Floats | None
    converged: Flags | None
    before: Floats
    after: Floats
    mmd: Floats

    @property
    def received(self) -> Floats:
        """Mass that each anchor token received, (batch, target)."""
        return self.coupling.sum(axis=1)


@dataclass(frozen=True, kw_only=True, eq=False)
class AlignMambaTrace:
    """One pass from inputs to prediction.

    Attributes:
        modalities: Names in the order in which one moment is interleaved.
        anchor: Name of the anchor, the last of `modalities`.
        grid: Rows and columns of the tokens where the anchor is an image, else None.
        present: Which samples have a modality, (batch,), by name.
        mask: True where a token is there, (batch, token), by name. A missing anchor
            has learned tokens at its positions.
        tokens: Encoder tokens with their codes, (batch, token, channel), by name.
        alignments: One a source, by name.
        align_loss: Sum of the MMD² terms, (batch,).
        interleaved_modality: Index into `modalities` of each position of the
            interleaved sequence, (moment,).
        interleaved_token: Anchor token that each position belongs to, (moment,).
        hidden: Interleaved tokens before the first layer and after each one, `layers
            + 1` of (batch, moment, channel); empty where not asked for.
        logits: Prediction; scores of classes, or the numbers of a regression.
    """

    modalities: tuple[str, ...]
    anchor: str
    grid: Grid | None
    present: dict[str, Flags]
    mask: dict[str, Flags]
    tokens: dict[str, Floats]
    alignments: dict[str, AlignmentTrace]
    align_loss: Floats
    interleaved_modality: NDArray[np.int64]
    interleaved_token: NDArray[np.int64]
    hidden: tuple[Floats, ...]
    logits: Floats

    @property
    def plans(self) -> dict[str, Floats]:
        """Coupling of each source modality, (batch, source, target)."""
        return {name: one.coupling for name, one in self.alignments.items()}
