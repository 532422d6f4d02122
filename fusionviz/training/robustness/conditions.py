"""What is done to samples: damage, faults, modalities of other samples.

Each takes a pass of its own.

rmm     values lost at 25, 50, 75 % (arXiv 2503.18445)
nm      salt and pepper, and Gaussian noise, at three levels (the same)
faults  each fault of `fusionviz.data.faults`, at some severities
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import combinations
from typing import Any

import numpy as np

from fusionviz.data.faults.damage import (
    LOST,
    NOISE,
    add_noise,
    exchange_modality,
    lose_values,
)
from fusionviz.data.faults.samples import FaultChoice, faults_of, put_fault
from fusionviz.data.records import RGBDSample
from fusionviz.errors import InputError
from fusionviz.training.robustness.absence import QUICK, Way
from fusionviz.training.robustness.reliance import shuffle_order

CHOOSING = ("fixed", "random", "imbalanced", "emm")
"""Protocols that choose among answers under every subset: no further passes."""

LEVELS: Mapping[str, tuple[float, ...]] = {"rmm": LOST, "nm": NOISE}
"""Of the protocols that damage pixels: shares that are lost, severities of noise."""

PROTOCOLS = (*CHOOSING, *LEVELS, "faults")

SEVERITIES = (1, 3, 5)
SHUFFLES = 2
"""How often a modality is taken from other samples."""

Key = tuple[str, ...]
"""What was done: the protocol, and its words and numbers."""

Change = Callable[[Any, int], Any]
"""Makes another sample of one and its number."""


@dataclass(frozen=True, kw_only=True)
class StudySettings:
    """How it is measured.

    Attributes:
        protocols: Of `PROTOCOLS`.
        ways: What stands for a modality that a MANGO does not get.
        reliance: Whether to measure what each modality is worth.
        severities: Of faults, above 0.
        rates: For one more imbalanced condition: rate by modality.
        seed: Of draws, faults and resamples.
        resamples: Bootstrap resamples.
        damaged: How many samples are damaged or get faults, evenly spaced among all;
            None: all of them. It is these that take long.
    """

    protocols: tuple[str, ...] = ("fixed", "random")
    ways: tuple[Way, ...] = QUICK
    reliance: bool = True
    severities: tuple[int, ...] = SEVERITIES
    rates: Mapping[str, float] | None = None
    seed: int = 0
    resamples: int = 1000
    damaged: int | None = None

    def __post_init__(self) -> None:
        """Check that there are such protocols, and that something is damaged."""
        unknown = sorted(set(self.protocols) - set(PROTOCOLS))
        if unknown:
            raise InputError(
                f"protocols are {', '.join(PROTOCOLS)}, got {', '.join(unknown)}"
            )
        if self.damaged is not None and self.damaged < 1:
            raise InputError(f"at least one sample is damaged, got {self.damaged}")

    @property
    def is_quick(self) -> bool:
        """Whether all of it follows from the answers under every subset."""
        return set(self.protocols) <= set(CHOOSING) and not self.reliance


def pick_damaged(samples: int, settings: StudySettings) -> list[int]:
    """Return the places of the samples that are damaged or get faults."""
    count = min(settings.damaged or samples, samples)
    return np.linspace(0, samples - 1, count).round().astype(int).tolist()


def list_exchanges(
    samples: Sequence[Any], names: Sequence[str], settings: StudySettings
) -> Iterator[tuple[Key, Change]]:
    """Yield each modality taken from other samples, with its key.

    Args:
        samples: Whole ones.
        names: Their modalities.
        settings: What is measured.
    """
    if settings.reliance and len(samples) > 1:
        for name in names:
            for number in range(SHUFFLES):
                key = exchanged_key(name, number)
                yield key, _exchange(samples, name, settings.seed + number)


def list_damages(
    names: Sequence[str], settings: StudySettings, *, is_image: bool
) -> Iterator[tuple[Key, Change]]:
    """Yield each damage and fault, with its key.

    Args:
        names: Modalities.
        settings: What is measured.
        is_image: Whether samples are pairs of pictures.
    """
    for protocol, damage in (("rmm", lose_values), ("nm", add_noise)):
        for level in LEVELS[protocol] if protocol in settings.protocols else ():
            for hit in all_combinations(names):
                change = _damaging(damage, hit, level, settings.seed)
                yield damaged_key(protocol, level, hit), change
    if "faults" in settings.protocols:
        for name in names:
            for fault in faults_of(name, is_image=is_image):
                for severity in settings.severities:
                    choice = FaultChoice(
                        modality=name, fault=fault.name, severity=severity
                    )
                    yield fault_key(choice), _faulty(choice, settings.seed)


def exchanged_key(name: str, number: int) -> Key:
    """Return the key of a modality that is another sample's."""
    return ("exchanged", name, str(number))


def damaged_key(protocol: str, level: float, hit: Sequence[str]) -> Key:
    """Return the key of damaged pixels."""
    return (protocol, f"{level:g}", *hit)


def fault_key(choice: FaultChoice) -> Key:
    """Return the key of a fault."""
    return ("faults", choice.modality, choice.fault, f"{choice.severity:g}")


def all_combinations(names: Sequence[str]) -> list[tuple[str, ...]]:
    """Return every set of modalities that can be hit, without the empty one."""
    sizes = range(1, len(names) + 1)
    return [hit for size in sizes for hit in combinations(names, size)]


def _exchange(samples: Sequence[Any], name: str, seed: int) -> Change:
    order = shuffle_order(len(samples), seed=seed)
    return lambda sample, index: exchange_modality(sample, samples[order[index]], name)


def _damaging(
    damage: Callable[..., RGBDSample], hit: tuple[str, ...], level: float, seed: int
) -> Change:
    return lambda sample, index: damage(sample, hit, level, seed=seed + index)


def _faulty(choice: FaultChoice, seed: int) -> Change:
    return lambda sample, index: put_fault(sample, replace(choice, seed=seed + index))
