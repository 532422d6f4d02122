"""AlignMamba's hidden attention and its transport, as attention arrays."""

from functools import lru_cache

import numpy as np
import torch
from numpy.typing import NDArray

from fusionviz.analysis.shared.attention.stack import (
    AttentionStack,
    TokenAxis,
    named_modalities,
    numbered,
)
from fusionviz.analysis.shared.subjects.alignmamba import AlignMambaSubject
from fusionviz.errors import InputError
from fusionviz.models.alignmamba import AlignMamba

ALL_CHANNELS = -1
"""Stands for the sum over the channels of a Mamba layer."""

KEPT = 8
"""How many stacks are kept, of whichever subjects were asked last."""


@lru_cache(maxsize=KEPT)
def hidden_stack(
    subject: AlignMambaSubject,
    channel: int = ALL_CHANNELS,
    skip: bool = False,
) -> AttentionStack:
    """Return the hidden attention of every Mamba layer.

    Heads are the directions in which a layer reads: forward, and backward where the
    model has both.

    Args:
        subject: Model and sample.
        channel: Of the scan, or `ALL_CHANNELS` for their sum.
        skip: Whether the diagonal includes the skip weights D.

    Raises:
        InputError: There is no such channel.
    """
    if not ALL_CHANNELS <= channel < subject.channels:
        raise InputError(f"channels are 0 to {subject.channels - 1}, got {channel}")
    trace, model = subject.trace, subject.model
    with torch.inference_mode():
        layers = [
            _directions(model, index, state, channel, skip)
            for index, state in enumerate(trace.hidden[:-1])
        ]
    weights = np.stack(layers)
    tokens = _interleaved_axis(subject)
    which = "summed over channels" if channel == ALL_CHANNELS else f"channel {channel}"
    return AttentionStack(
        title=f"hidden attention, {which}",
        weights=weights,
        layers=numbered("Mamba layer", len(layers)),
        heads=("forward", "backward")[: weights.shape[1]],
        head_word="Direction",
        queries=tokens,
        keys=tokens,
        meaning=(
            "A weight M[t, s] says how much of the scan's input at position s is added "
            "to its output at position t: it has a sign, and rows have no fixed sum. "
            "It is the scan's alone: the block's convolution and gate, and what makes "
            "M of the tokens, are not in it; “Whole block” shows them for one row."
        ),
        pictures=subject.pictures,
        missing=subject.missing,
    )


@lru_cache(maxsize=KEPT)
def transport_stack(subject: AlignMambaSubject) -> AttentionStack:
    """Return what is sent from each source to the anchor: the plan, and its costs.

    Layers are the sources; heads are the plan, whose rows sum to 1, and the cost.

    Raises:
        InputError: A modality is missing, so that nothing is sent, or sources have
            different numbers of tokens.
    """
    trace, present = subject.trace, _stackable_sources(subject)
    layers = [
        np.stack([one.coupling[0] * len(one.coupling[0]), one.cost[0]])
        for one in (trace.alignments[name] for name in present)
    ]
    sources, targets = layers[0].shape[1:]
    return AttentionStack(
        title="transport",
        weights=np.stack(layers).astype(np.float32),
        layers=tuple(f"{name} → {trace.anchor}" for name in present),
        heads=("plan", "cost"),
        head_word="Shown",
        queries=_axis_of(present[0], sources, trace.grid),
        keys=_axis_of(trace.anchor, targets, trace.grid),
        meaning=(
            "A weight of the plan is the share of source token i that is sent to "
            "anchor token j, so rows sum to 1; a cost is 1 − cosine of the two tokens, "
            "0 to 2."
        ),
        pictures=subject.pictures,
    )


def _interleaved_axis(subject: AlignMambaSubject) -> TokenAxis:
    """Return the tokens of all modalities as the layers read them."""
    trace = subject.trace
    names = named_modalities(trace.interleaved_modality.tolist(), trace.modalities)
    return TokenAxis(
        count=len(names),
        modality=names,
        grid=trace.grid,
        labels=_moments(subject, names),
    )


def _stackable_sources(subject: AlignMambaSubject) -> list[str]:
    """Return the sources that are sent to the anchor, all of one number of tokens."""
    trace = subject.trace
    present = [
        name
        for name in trace.alignments
        if trace.present[name][0] and trace.present[trace.anchor][0]
    ]
    if not present:
        raise InputError(
            f"A plan goes from one modality to the other, and {subject.missing} is "
            "missing: choose a pair that has both."
        )
    lengths = {name: trace.alignments[name].coupling.shape[1] for name in present}
    if len(set(lengths.values())) > 1:
        said = " and ".join(f"{name} {count}" for name, count in lengths.items())
        raise InputError(
            f"Sources have different numbers of tokens ({said}): the Transport page "
            "shows the plan of each."
        )
    return present


def _axis_of(modality: str, count: int, grid: tuple[int, int] | None) -> TokenAxis:
    return TokenAxis(count=count, modality=(modality,) * count, grid=grid)


def _moments(subject: AlignMambaSubject, names: tuple[str, ...]) -> tuple[str, ...]:
    """Return what the positions of interleaved sequences are called; pictures' none."""
    if subject.pictures is not None or subject.anchor not in subject.names:
        return ()
    steps = subject.side(subject.anchor).labels
    modalities = len(subject.trace.modalities)
    return tuple(
        steps[place // modalities]
        if name == subject.anchor
        else f"{name} at {steps[place // modalities]}"
        for place, name in enumerate(names)
    )


def _directions(
    model: AlignMamba,
    index: int,
    state: NDArray[np.floating],
    channel: int,
    skip: bool,
) -> NDArray[np.float32]:
    """Return a layer's matrices, (direction, token, token), NaN where none can read."""
    ahead, *back = model.hidden_attention(
        index,
        torch.from_numpy(state).to(next(model.parameters())),
        None if channel == ALL_CHANNELS else channel,
        skip=skip,
    )
    later = np.triu(np.ones(ahead.shape, bool), 1)
    matrices = [np.where(later, np.nan, ahead.cpu().numpy())]
    for one in back:
        matrices.append(np.where(later, np.nan, one.cpu().numpy())[::-1, ::-1])
    return np.stack(matrices).astype(np.float32)
