"""One fault of one modality at growing severities, as models read the sample then."""

from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray

from fusionviz.analysis.robustness.failures import (
    SEVERITIES,
    Failure,
    FailureReading,
    FailureSubject,
    as_reading,
    change_between,
    pictures_read,
)
from fusionviz.analysis.shared.pictures import Pictures
from fusionviz.data.faults.samples import find_fault
from fusionviz.data.sequences.samples import SequenceSample
from fusionviz.errors import InputError


@dataclass(frozen=True, kw_only=True, eq=False)
class SeverityStrip:
    """What models say of a sample at every severity of one fault.

    Attributes:
        modality: Which has the fault.
        fault: Its name.
        title: What it is called.
        imitates: What it stands for.
        severities: 0, the sample as it is, first.
        steps: How many steps the modality has left, (severity,); empty of pictures.
        readings: By severity, what each model says.
    """

    modality: str
    fault: str
    title: str
    imitates: str
    severities: tuple[int, ...]
    steps: tuple[int, ...]
    readings: tuple[tuple[FailureReading, ...], ...]

    @property
    def pictures(self) -> tuple[Pictures, ...]:
        """The sample as the first model reads it, by severity; empty of sequences."""
        first = (row[0].pictures for row in self.readings)
        return tuple(one for one in first if one is not None)

    @property
    def changed(self) -> NDArray[np.float64]:
        """How much each model's answer changes, (model, severity)."""
        first = self.readings[0]
        return np.array(
            [
                [change_between(first[model], row[model]) for row in self.readings]
                for model in range(len(first))
            ]
        )


def measure_severities(
    subject: FailureSubject, modality: str, fault: str
) -> SeverityStrip:
    """Return what models say at severities 0 to 5 of a fault.

    Raises:
        InputError: The modality has no such fault, or the sample not the modality.
    """
    found = find_fault(modality, fault, is_image=subject.is_image)
    if modality not in subject.modalities:
        raise InputError(f"This sample has no {modality}: choose what it has.")
    samples = [
        subject.spoil([Failure(modality=modality, what=fault, severity=severity)])
        for severity in SEVERITIES
    ]
    columns = []
    for reader in subject.models:
        with torch.inference_mode():
            batch = reader.prepare(samples)
            said = reader.say(batch, subject.modalities)
        column = []
        for index, one in enumerate(samples):
            read = pictures_read(batch, subject.modalities, index)
            column.append(as_reading(reader, said, one, read, index))
        columns.append(column)
    sequences = [one for one in samples if isinstance(one, SequenceSample)]
    return SeverityStrip(
        modality=modality,
        fault=fault,
        title=found.title,
        imitates=found.imitates,
        severities=SEVERITIES,
        steps=tuple(len(one.modalities[modality]) for one in sequences),
        readings=tuple(zip(*columns, strict=True)),
    )
