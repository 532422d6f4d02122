"""Model cards: what a checkpoint is, how it was made, and how good it is."""

import json
import math
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, fields
from typing import Any, Self

CARD_FORMAT = 1
"""Raised when older cards or weights can no longer be read."""


@dataclass(frozen=True, kw_only=True)
class Estimate:
    """A measured number and its 95 % confidence interval.

    Attributes:
        value: What was measured.
        low: Lower end of the interval; None of a number without one, as a maximum.
        high: Upper end.
        n: How many units were drawn (samples, or groups of them), or of how many
            samples it is the maximum; None where that was not noted.
    """

    value: float
    low: float | None
    high: float | None
    n: int | None = None

    @property
    def has_interval(self) -> bool:
        """Whether there is an interval."""
        return self.low is not None and self.high is not None

    @property
    def ends(self) -> tuple[float, float]:
        """Ends of the interval, to draw them: NaN where there is none."""
        low, high = (math.nan if end is None else end for end in (self.low, self.high))
        return low, high

    def __format__(self, spec: str) -> str:
        if self.has_interval:
            return f"{self.value:{spec}} [{self.low:{spec}}, {self.high:{spec}}]"
        return f"{self.value:{spec}}" + ("" if self.n is None else f" (n = {self.n})")

    def to_table(self) -> dict[str, float | int | None]:
        """Return it fit for JSON: what is not finite is null, an unknown n left out."""
        numbers = {"value": self.value, "low": self.low, "high": self.high}
        table: dict[str, float | int | None] = {
            name: number if number is not None and math.isfinite(number) else None
            for name, number in numbers.items()
        }
        return table if self.n is None else {**table, "n": self.n}


@dataclass(frozen=True, kw_only=True)
class ModelCard:
    """What goes with the weights of a checkpoint.

    Attributes:
        name: Name of the checkpoint and of its files.
        kind: Kind of the model, a key of `fusionviz.models.factory.KINDS`.
        config: Its config, as `make_model` takes it.
        task: Name of the task that it was trained for last.
        task_options: What that task was made with.
        recipe: The whole recipe; empty where there was none.
        data: What it was trained and measured on, in words.
        seed: Seed of the training.
        steps: Optimiser steps, of all stages together.
        seconds: Wall time of the training.
        hardware: What it was trained on, in words.
        versions: Versions of what it was trained with.
        metrics: What was measured on data that training never saw.
        measured_on: What it was measured on, in words: matters for what took time.
        parameters: Number of its parameters.
        commit: Commit of the code, empty where unknown.
        licence: Licence of the weights.
        note: What a user should know.
        log: File name of the training log beside the card, empty where there is none.
        class_names: Names of the classes that it segments or classifies into.
        sha256: Of the file of weights.
        format: `CARD_FORMAT` of when it was written.
    """

    name: str
    kind: str = ""
    config: Mapping[str, Any] = field(default_factory=dict)
    task: str = ""
    task_options: Mapping[str, Any] = field(default_factory=dict)
    recipe: Mapping[str, Any] = field(default_factory=dict)
    data: str = ""
    seed: int = 0
    steps: int = 0
    seconds: float = 0.0
    hardware: str = ""
    versions: Mapping[str, str] = field(default_factory=dict)
    metrics: Mapping[str, Estimate] = field(default_factory=dict)
    measured_on: str = ""
    parameters: int = 0
    commit: str = ""
    licence: str = "Apache-2.0"
    note: str = ""
    log: str = ""
    class_names: tuple[str, ...] = ()
    sha256: str = ""
    format: int = CARD_FORMAT

    def to_json(self) -> str:
        """Return the card as JSON text; a metric without a value is left out."""
        table = asdict(self)
        table["metrics"] = {
            name: estimate.to_table()
            for name, estimate in self.metrics.items()
            if math.isfinite(estimate.value)
        }
        return json.dumps(table, indent=2, ensure_ascii=False, allow_nan=False) + "\n"

    @classmethod
    def from_json(cls, text: str) -> Self:
        """Return the card that `to_json` wrote.

        Raises:
            ValueError: The text is no card, or one of another format.
        """
        try:
            table = json.loads(text)
        except RecursionError as error:
            raise ValueError("it is nested too deep") from error
        if not isinstance(table, dict) or "name" not in table:
            raise ValueError("it is no model card")
        if table.get("format") != CARD_FORMAT:
            raise ValueError(
                f"it is of format {table.get('format')!r}, this version reads "
                f"{CARD_FORMAT}"
            )
        unknown = set(table) - {item.name for item in fields(cls)}
        if unknown:
            raise ValueError(f"it has unknown fields {sorted(unknown)}")
        try:
            metrics = {
                name: _read_estimate(estimate)
                for name, estimate in table.pop("metrics", {}).items()
            }
        except (AttributeError, TypeError) as error:
            raise ValueError(f"its metrics are not readable: {error}") from error
        names = table.pop("class_names", [])
        if not isinstance(names, list) or not all(isinstance(n, str) for n in names):
            raise ValueError("its class_names are no list of words")
        _check_types(table)
        return cls(**table, metrics=metrics, class_names=tuple(names))


_WANTED: Mapping[str, type | tuple[type, ...]] = {
    **dict.fromkeys(("config", "task_options", "recipe", "versions"), dict),
    **dict.fromkeys(("seed", "steps", "parameters", "format"), int),
    "seconds": (int, float),
}
"""What fields of a card hold; the others are words."""


def _check_types(table: Mapping[str, Any]) -> None:
    """Refuse a table whose fields hold something else.

    Raises:
        ValueError: Naming the field.
    """
    for name, value in table.items():
        if not isinstance(value, _WANTED.get(name, str)) or isinstance(value, bool):
            raise ValueError(f"its {name} cannot be {type(value).__name__}")
    data = table.get("recipe", {}).get("data", {})
    if not isinstance(data, dict) or not isinstance(data.get("set", ""), str):
        raise ValueError("its recipe does not say on what data")


def _read_estimate(table: Mapping[str, Any]) -> Estimate:
    """Return an estimate whose fields are numbers.

    Raises:
        TypeError: They are not, or others than those.
    """
    found = Estimate(**table)
    for name, number in asdict(found).items():
        may_lack = name != "value"
        is_number = isinstance(number, int | float) and not isinstance(number, bool)
        if not is_number and not (number is None and may_lack):
            raise TypeError(f"{name} is no number")
    return found
