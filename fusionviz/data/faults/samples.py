"""Faults put into samples: one of one modality, the rest as it was."""

from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from fusionviz.data.faults.depth import DEPTH_FAULTS
from fusionviz.data.faults.fault import MOST_SEVERE, Fault
from fusionviz.data.faults.rgb import RGB_FAULTS
from fusionviz.data.faults.steps import STEP_FAULTS, Steps
from fusionviz.data.records import RGBDSample
from fusionviz.data.sequences.samples import SequenceSample
from fusionviz.errors import InputError

Sample = RGBDSample | SequenceSample


@dataclass(frozen=True, kw_only=True)
class FaultChoice:
    """A fault of one modality.

    Attributes:
        modality: Which.
        fault: Name of the fault.
        severity: 0 to 5.
        seed: Of what is random in it.
    """

    modality: str
    fault: str
    severity: float
    seed: int = 0

    def __post_init__(self) -> None:
        """Check that the severity is on the scale."""
        if not 0 <= self.severity <= MOST_SEVERE:
            raise ValueError(f"severity is 0 to {MOST_SEVERE:g}, got {self.severity}")


def faults_of(modality: str, *, is_image: bool) -> tuple[Fault[Any], ...]:
    """Return the faults that a modality can have."""
    if not is_image:
        return STEP_FAULTS
    return DEPTH_FAULTS if modality == "depth" else RGB_FAULTS


def find_fault(modality: str, name: str, *, is_image: bool) -> Fault[Any]:
    """Return a fault by name.

    Raises:
        InputError: The modality has none of that name.
    """
    known = faults_of(modality, is_image=is_image)
    for fault in known:
        if fault.name == name:
            return fault
    names = ", ".join(fault.name for fault in known)
    raise InputError(f"faults of {modality} are {names}, got {name!r}")


def put_fault(sample: Sample, choice: FaultChoice) -> Sample:
    """Return a sample with a fault in one of its modalities.

    Times, and which step of the anchor each step belongs to, follow the steps that are
    left. A sample that lacks the modality comes back as it is.

    Raises:
        InputError: There is no such fault.
    """
    is_image = isinstance(sample, RGBDSample)
    fault = find_fault(choice.modality, choice.fault, is_image=is_image)
    if isinstance(sample, SequenceSample):
        return _put_into_sequence(sample, fault, choice)
    field = "depth_m" if choice.modality == "depth" else "rgb"
    part = getattr(sample, field)
    if part is None:
        return sample
    changed = fault.apply(part, choice.severity, seed=choice.seed)
    return replace(sample, **{field: changed})


def _put_into_sequence(
    sample: SequenceSample, fault: Fault[Steps], choice: FaultChoice
) -> SequenceSample:
    name = choice.modality
    values = sample.modalities.get(name)
    if values is None or choice.severity == 0:
        return sample
    changed = fault.apply(Steps.of(values), choice.severity, seed=choice.seed)
    modalities = {**sample.modalities, name: changed.values}
    times, alignment = dict(sample.times), dict(sample.alignment)
    if name in times:
        times[name] = times[name][changed.origin]
    if name in alignment:
        alignment[name] = alignment[name][changed.origin]
    words, target, label = sample.words, sample.target, sample.label
    if name == sample.anchor:
        words, target, label = _follow_anchor(sample, changed.origin)
        alignment = {
            source: _renumber(places, changed.origin)
            for source, places in alignment.items()
        }
    return replace(
        sample,
        modalities=modalities,
        times=times,
        alignment=alignment,
        words=words,
        target=target,
        label=label,
    )


def _follow_anchor(sample: SequenceSample, origin: np.ndarray) -> tuple[Any, Any, Any]:
    """Return the words and truths of the anchor's steps that are left."""
    words = tuple(sample.words[place] for place in origin) if sample.words else ()
    target, label = sample.target, sample.label
    if target is not None and target.ndim:
        target = target[origin]
    if label is not None and label.ndim:
        label = label[origin]
    return words, target, label


def _renumber(places: np.ndarray, origin: np.ndarray) -> np.ndarray:
    """Return where the anchor's steps stand now, -1 where they are lost."""
    most = max(int(origin.max()), int(places.max(initial=0))) + 1
    now = np.full(most + 1, -1, np.int64)
    now[origin] = np.arange(len(origin))
    return now[places]  # -1 reads the last entry, which is -1
