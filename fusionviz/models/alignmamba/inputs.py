"""What an AlignMamba model is handed, and what is made of gaps in it."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import cast

import torch
from jaxtyping import Bool, Shaped
from torch import Tensor, nn

from fusionviz.models.alignmamba.config import AlignMambaConfig
from fusionviz.models.alignmamba.encoders import Encoder


@dataclass(frozen=True, eq=False)
class AlignMambaInputs:
    """A batch as a model reads it.

    Attributes:
        inputs: What each modality is made of, by name; see `ModalityConfig.kind`. A
            name that is left out is missing from every sample.
        present: Which samples have a modality, bool (batch,), by name; all that is
            left out is present. What stands in for a missing one is not looked at.
        mask: True where a token is there, bool (batch, token), by name; all that is
            left out is there. Of an image it masks tokens of the grid, not pixels. Of a
            missing anchor it says which steps are asked for, where the prediction is
            of each.
    """

    inputs: Mapping[str, Shaped[Tensor, "batch ..."]]
    present: Mapping[str, Bool[Tensor, " batch"]] | None = None
    mask: Mapping[str, Bool[Tensor, "batch token"]] | None = None

    def to(self, device: torch.device | str) -> "AlignMambaInputs":
        """Return the batch on a device."""
        return AlignMambaInputs(
            inputs=_moved(self.inputs, device),
            present=None if self.present is None else _moved(self.present, device),
            mask=None if self.mask is None else _moved(self.mask, device),
        )


def _moved(part: Mapping[str, Tensor], device: torch.device | str) -> dict[str, Tensor]:
    return {name: tensor.to(device) for name, tensor in part.items()}


@dataclass(frozen=True, kw_only=True, eq=False)
class ModalityReading:
    """One modality after checking.

    Attributes:
        x: Its input, 0 in samples that miss it; None where all do.
        mask: True where a token is there, (batch, token): nowhere in a sample that
            misses a source. A missing anchor keeps positions, since the others are
            aligned to them; see `read_inputs`.
        present: Which samples have it, (batch,).
    """

    x: Shaped[Tensor, "batch ..."] | None
    mask: Bool[Tensor, "batch token"]
    present: Bool[Tensor, " batch"]


def read_inputs(
    batch: AlignMambaInputs, encoders: nn.ModuleDict, config: AlignMambaConfig
) -> dict[str, ModalityReading]:
    """Return every modality checked, with zeros and masks where something is missing.

    A sample that misses the anchor still needs positions to align the others to. How
    many there are follows from that sample alone, whatever else is in the batch: a
    grid has all of its places; a sequence has as many as the longest of the sample's
    own others, at most `config.positions_without_anchor`. The mask of what is missing
    is not looked at, but where the prediction is of each step: there it says which
    steps are asked for.

    Raises:
        ValueError: A name is unknown, a shape does not fit, or a sample has nothing.
    """
    _check_names(batch, config)
    first = next(iter(batch.inputs.values()))
    read = {
        name: _read_one(name, batch, cast(Encoder, encoders[name]), first)
        for name in config.names
    }
    _check_something_is_there(read)
    sources = {name: _absent_removed(read[name]) for name in config.sources}
    anchor = _with_positions(read[config.anchor], tuple(sources.values()), config)
    return {**sources, config.anchor: anchor}


def _check_names(batch: AlignMambaInputs, config: AlignMambaConfig) -> None:
    if not batch.inputs:
        raise ValueError(f"inputs need at least one of {config.names}, got none")
    for part in (batch.inputs, batch.present, batch.mask):
        unknown = sorted(set(part or ()) - set(config.names))
        if unknown:
            raise ValueError(f"modalities are {config.names}, got {unknown}")


def _check_something_is_there(read: Mapping[str, ModalityReading]) -> None:
    there = torch.stack([one.present for one in read.values()]).any(dim=0)
    if not bool(there.all()):
        empty = ", ".join(map(str, (~there).nonzero().flatten().tolist()))
        raise ValueError(
            f"every sample needs at least one of {tuple(read)}, got none in {empty}"
        )


def _read_one(
    name: str, batch: AlignMambaInputs, encoder: Encoder, like: Tensor
) -> ModalityReading:
    """Return one modality; `like` has the batch size and the device of all."""
    x, size, device = batch.inputs.get(name), len(like), like.device
    if x is None:
        present = torch.zeros(size, dtype=torch.bool, device=device)
        if encoder.grid is None:
            return ModalityReading(x=None, mask=present.unsqueeze(1), present=present)
        mask = torch.ones(
            size, math.prod(encoder.grid), dtype=torch.bool, device=device
        )
        return ModalityReading(x=None, mask=mask, present=present)
    if len(x) != size:
        raise ValueError(f"all modalities need {size} samples, {name} has {len(x)}")
    shape = (size, encoder.tokens_of(x))
    mask = _flags("mask", name, batch.mask, shape, device)
    present = _flags("present", name, batch.present, (size,), device) & mask.any(dim=1)
    kept = present.reshape(-1, *(1,) * (x.ndim - 1))
    return ModalityReading(
        x=torch.where(kept, x, torch.zeros_like(x)), mask=mask, present=present
    )


def _flags(
    what: str,
    name: str,
    given: Mapping[str, Tensor] | None,
    shape: tuple[int, ...],
    device: torch.device,
) -> Tensor:
    flags = (given or {}).get(name)
    if flags is None:
        return torch.ones(shape, dtype=torch.bool, device=device)
    if tuple(flags.shape) != shape or flags.dtype != torch.bool:
        raise ValueError(
            f"{what} of {name} must be bool of shape {shape}, got {flags.dtype} "
            f"{tuple(flags.shape)}"
        )
    return flags


def _absent_removed(one: ModalityReading) -> ModalityReading:
    return replace(one, mask=one.mask & one.present.unsqueeze(1))


def _with_positions(
    anchor: ModalityReading,
    sources: Sequence[ModalityReading],
    config: AlignMambaConfig,
) -> ModalityReading:
    """Return the anchor with positions in every sample; see `read_inputs`."""
    missing = ~anchor.present.unsqueeze(1)
    if not sources or not bool(missing.any()):
        return anchor
    if config.modality(config.anchor).kind == "image":
        return replace(anchor, mask=anchor.mask | missing)
    kept = anchor.mask if config.per_step else anchor.mask & ~missing
    count = torch.stack([one.mask.sum(dim=1) for one in sources]).amax(dim=0)
    if not config.per_step and config.positions_without_anchor is not None:
        count = count.clamp(max=config.positions_without_anchor)
    count = count.masked_fill(kept.any(dim=1), 0)
    more = max(0, int(count.max()) - kept.shape[1])
    place = torch.arange(kept.shape[1] + more, device=kept.device)
    return replace(
        anchor,
        x=None if anchor.x is None else _lengthen(anchor.x, more),
        mask=_lengthen(kept, more) | (place < count.unsqueeze(1)),
    )


def _lengthen(
    x: Shaped[Tensor, "batch token *rest"], more: int
) -> Shaped[Tensor, "batch longer *rest"]:
    """Return sequences with that many zeros after them."""
    if not more:
        return x
    return torch.cat([x, x.new_zeros(len(x), more, *x.shape[2:])], dim=1)
