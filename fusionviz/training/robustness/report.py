"""What was measured of models when modalities fail, as a record and as JSON."""

import hashlib
import json
import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, fields, replace
from functools import cached_property
from pathlib import Path
from typing import Any

from fusionviz.data.folders import results_folder
from fusionviz.errors import NO_TABLE, InputError, one_line
from fusionviz.models.cards import Estimate
from fusionviz.whole_files import read_once, replace_file

FORMAT = 1
"""Raised when older reports can no longer be read."""

Metrics = Mapping[str, Estimate]


@dataclass(frozen=True, kw_only=True)
class Row:
    """Figures under one condition.

    Attributes:
        condition: What was there or wrong: `present`; `rate` and the share that was
            `missing`, of one `modality` or of all; `damaged` and `level`; `modality`,
            `fault` and `severity`.
        metrics: Figures by name.
    """

    condition: Mapping[str, Any]
    metrics: Metrics


@dataclass(frozen=True, kw_only=True)
class ProtocolResult:
    """Figures under the conditions of a protocol.

    Attributes:
        rows: One a condition.
        summaries: Figures by metric, by the summary's name (`summaries.DEFINITIONS`);
            behind what it is of and a slash where there are several.
        samples: How many of the report's they are of; None: all.
        measured: Day and commit, where another run than the report's measured it.
    """

    rows: tuple[Row, ...]
    summaries: Mapping[str, Metrics] = field(default_factory=dict)
    samples: int | None = None
    measured: str = ""

    @property
    def units(self) -> int | None:
        """How many units intervals draw; None where there are no figures."""
        for row in self.rows:
            for estimate in row.metrics.values():
                return estimate.n
        return None


@dataclass(frozen=True, kw_only=True)
class Worth:
    """What the modalities are worth to one figure.

    Attributes:
        figure: `accuracy`, or the name of a class, whose recall it is.
        shapley: Shapley value by modality.
        perceptual: What is lost where the modality is another sample's; empty where
            that was not measured.
    """

    figure: str
    shapley: Metrics
    perceptual: Metrics


@dataclass(frozen=True, kw_only=True)
class ModelResult:
    """What was measured of one reader.

    Attributes:
        checkpoint: Its name.
        absence: What stands for what is missing: `learned` tokens, or a way of MANGO's.
        title: What it is called.
        parameters: How many the model has.
        missing_in_training: Share or probability of modalities that went missing while
            it was trained.
        protocols: By name.
        reliance: Of accuracy and of each class.
    """

    checkpoint: str
    absence: str
    title: str
    parameters: int
    missing_in_training: float
    protocols: Mapping[str, ProtocolResult]
    reliance: tuple[Worth, ...] = ()

    @property
    def name(self) -> str:
        """What tells it from the others."""
        return f"{self.checkpoint}:{self.absence}"


@dataclass(frozen=True, kw_only=True)
class RobustnessReport:
    """What was measured of some models on the same samples.

    Attributes:
        data: Name of the set, or path.
        samples: How many.
        unit: The word for what intervals draw.
        units: How many of them there are.
        modalities: What may be missing.
        classes: Names of the classes.
        metric: The main figure.
        reference: Name of the reader that others are compared with; empty where there
            is none.
        settings: Seed, draws, resamples.
        models: One a reader.
        seconds: What it took.
        machine: What it was measured on.
        versions: Of what measured it.
        commit: Of the code, empty where unknown.
        date: ISO, of the day.
    """

    data: str
    samples: int
    unit: str
    units: int
    modalities: tuple[str, ...]
    classes: tuple[str, ...]
    metric: str
    reference: str
    settings: Mapping[str, int]
    models: tuple[ModelResult, ...]
    seconds: float
    machine: str
    versions: Mapping[str, str]
    commit: str
    date: str

    def protocol(self, name: str) -> dict[str, ProtocolResult]:
        """Return the results of a protocol by the reader's name, of those that have."""
        return {
            one.name: one.protocols[name]
            for one in self.models
            if name in one.protocols
        }

    def to_table(self) -> dict[str, Any]:
        """Return the report fit for JSON."""
        return {
            "format": FORMAT,
            "name": f"robustness-{self.data}",
            **{
                one.name: getattr(self, one.name)
                for one in fields(self)
                if one.name != "models"
            },
            "models": [_model_table(one) for one in self.models],
        }

    @cached_property
    def sha256(self) -> str:
        """SHA-256 of the report as JSON, which names it."""
        return hashlib.sha256(self.to_json().encode()).hexdigest()

    def to_json(self) -> str:
        """Return the report as JSON text."""
        return json.dumps(self.to_table(), indent=1, allow_nan=False) + "\n"

    def save(self, path: Path) -> None:
        """Write the report to a file, whole or not at all."""
        path.parent.mkdir(parents=True, exist_ok=True)
        replace_file(path, self.to_json())

    @classmethod
    def from_json(cls, text: str) -> "RobustnessReport":
        """Return the report that a JSON text holds.

        Raises:
            InputError: It is none, or of another format.
        """
        try:
            table = json.loads(text)
            if table.pop("format") != FORMAT:
                raise InputError(f"this report is not of format {FORMAT}")
            table.pop("name")
            models = tuple(map(_model_of, table.pop("models")))
            for name in ("modalities", "classes"):
                table[name] = tuple(table[name])
            return cls(models=models, **table)
        except NO_TABLE as error:
            raise InputError(
                f"this is no report of robustness: {one_line(error)}"
            ) from error


SAME = 1e-4
"""How far figures of the same model on the same samples are apart at most."""


def keep_protocols(
    report: RobustnessReport, older: RobustnessReport
) -> RobustnessReport:
    """Return a report with what an older one of the same samples has besides.

    So that another model is added to a record without measuring every fault again.

    Args:
        report: What was measured now.
        older: Its protocols that a model lacks in `report` are taken over, with the day
            and the commit of their measurement.

    Raises:
        InputError: They are of other samples, draws or weights.
    """
    for name in ("data", "samples", "classes", "settings"):
        now, then = getattr(report, name), getattr(older, name)
        if now != then:
            raise InputError(
                f"the older report cannot be kept: its {name} are {then}, not {now}"
            )
    known = {one.name: one for one in older.models}
    models = tuple(
        _with_protocols(one, known[one.name], f"{older.date}, commit {older.commit}")
        if one.name in known
        else one
        for one in report.models
    )
    return replace(report, models=models)


def _with_protocols(
    model: ModelResult, older: ModelResult, measured: str
) -> ModelResult:
    """Return a model's result with the protocols that only the older one has."""
    for name in set(model.protocols) & set(older.protocols):
        rows = zip(model.protocols[name].rows, older.protocols[name].rows, strict=True)
        if not all(_is_same(now.metrics, then.metrics) for now, then in rows):
            raise InputError(
                f"the older report cannot be kept: {model.name} has other figures "
                f"there under {name}, so it was of other weights"
            )
    added = {
        name: replace(result, measured=result.measured or measured)
        for name, result in older.protocols.items()
        if name not in model.protocols
    }
    return replace(model, protocols={**model.protocols, **added})


def _is_same(now: Metrics, then: Metrics) -> bool:
    return all(
        math.isclose(now[name].value, then[name].value, rel_tol=0, abs_tol=SAME)
        for name in set(now) & set(then)
    )


@read_once(most=16)
def read_report(path: Path) -> RobustnessReport:
    """Return the report in a file.

    Raises:
        InputError: There is none.
    """
    try:
        return RobustnessReport.from_json(path.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError) as error:
        raise InputError(f"{path} cannot be read: {one_line(error)}") from error


def recorded_report(data: str) -> RobustnessReport | None:
    """Return what was recorded on a data set, None where nothing was.

    Raises:
        InputError: The file cannot be read.
    """
    path = results_folder() / f"robustness-{data}.json"
    return read_report(path) if path.is_file() else None


def _model_table(one: ModelResult) -> dict[str, Any]:
    return {
        **{k: v for k, v in vars(one).items() if k not in ("protocols", "reliance")},
        "protocols": {
            name: {
                "rows": [
                    {**row.condition, "metrics": _tables(row.metrics)}
                    for row in result.rows
                ],
                "summaries": {
                    key: _tables(metrics) for key, metrics in result.summaries.items()
                },
                **({} if result.samples is None else {"samples": result.samples}),
                **({"measured": result.measured} if result.measured else {}),
            }
            for name, result in one.protocols.items()
        },
        "reliance": [
            {
                "figure": worth.figure,
                "shapley": _tables(worth.shapley),
                "perceptual": _tables(worth.perceptual),
            }
            for worth in one.reliance
        ],
    }


def _model_of(table: dict[str, Any]) -> ModelResult:
    protocols = {
        name: ProtocolResult(
            rows=tuple(map(_row_of, result["rows"])),
            summaries={k: _metrics(v) for k, v in result["summaries"].items()},
            samples=result.get("samples"),
            measured=result.get("measured", ""),
        )
        for name, result in table.pop("protocols").items()
    }
    reliance = tuple(
        Worth(
            figure=worth["figure"],
            shapley=_metrics(worth["shapley"]),
            perceptual=_metrics(worth["perceptual"]),
        )
        for worth in table.pop("reliance")
    )
    return ModelResult(protocols=protocols, reliance=reliance, **table)


def _row_of(table: Mapping[str, Any]) -> Row:
    condition = {key: value for key, value in table.items() if key != "metrics"}
    return Row(condition=condition, metrics=_metrics(table["metrics"]))


def _tables(metrics: Metrics) -> dict[str, Any]:
    return {name: item.to_table() for name, item in metrics.items()}


def _metrics(table: Mapping[str, Mapping[str, Any]]) -> dict[str, Estimate]:
    known: Iterable[tuple[str, Mapping[str, Any]]] = table.items()
    return {
        name: Estimate(
            value=float("nan") if item["value"] is None else item["value"],
            low=item["low"],
            high=item["high"],
            n=item.get("n"),
        )
        for name, item in known
    }
