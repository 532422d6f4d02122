"""Curves and tables read off a report: what the pictures of the data are drawn from."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from fusionviz.data.faults.samples import faults_of
from fusionviz.errors import InputError
from fusionviz.models.cards import Estimate
from fusionviz.training.robustness.report import (
    ModelResult,
    RobustnessReport,
    Row,
)

METRICS = {
    "miou": "mIoU",
    "pixel_accuracy": "pixel accuracy",
    "mean_accuracy": "mean accuracy",
    "accuracy": "accuracy",
    "weighted_f1": "weighted F1",
    "f1": "F1",
}
"""What figures are called."""

RANDOM = "random"
QUOTED: Mapping[str, tuple[float, ...]] = {
    "IMDer": (0.857, 0.848, 0.835, 0.812, 0.786, 0.762, 0.747, 0.719),
    "MMIN": (0.846, 0.818, 0.790, 0.761, 0.717, 0.672, 0.649, 0.628),
}
"""Two-class accuracy on CMU-MOSI at 0, 10, ..., 70 %, as Li et al. (2025) quote it."""


@dataclass(frozen=True, kw_only=True, eq=False)
class Curve:
    """One model's figures over rates or severities.

    Attributes:
        name: Of the reader.
        title: What it is called; no other curve beside it has the same.
        absence: What stands for what is missing.
        x: Rates in percent, or severities.
        values: Figures, (x, 3): value, low and high.
    """

    name: str
    title: str
    absence: str
    x: NDArray[np.float64]
    values: NDArray[np.float64]


@dataclass(frozen=True, kw_only=True, eq=False)
class Curves:
    """Curves of all models.

    Attributes:
        what: What fails: `random`, `imbalanced/MODALITY`, `faults/MODALITY/FAULT`.
        title: The same in words.
        across: What x is, with its unit.
        metric: The figure's name.
        unit: What bands are drawn over.
        samples: How many.
        of: How many the report is of; where these are fewer, evenly spaced among them.
        missing: What share of all slots is really missing at each x, in percent;
            empty of faults.
        curves: One a model.
        quoted: Of papers, by name: figures at the same x.
    """

    what: str
    title: str
    across: str
    metric: str
    unit: str
    samples: int
    of: int
    missing: NDArray[np.float64]
    curves: tuple[Curve, ...]
    quoted: Mapping[str, tuple[float, ...]]


@dataclass(frozen=True, kw_only=True, eq=False)
class SubsetTable:
    """Figures of all models under every subset.

    Attributes:
        titles: Of the models.
        subsets: What is there.
        metric: The figure's name.
        values: (model, subset, 3): value, low and high.
    """

    titles: tuple[str, ...]
    subsets: tuple[tuple[str, ...], ...]
    metric: str
    values: NDArray[np.float64]


@dataclass(frozen=True, kw_only=True, eq=False)
class Summaries:
    """Summaries of all models.

    Attributes:
        titles: Of the models.
        names: Of the summaries.
        values: (summary, model, 3): value, low and high; NaN where there is none.
    """

    titles: tuple[str, ...]
    names: tuple[str, ...]
    values: NDArray[np.float64]


def titles_of(models: Sequence[ModelResult]) -> tuple[str, ...]:
    """Return what models are called; those that would share it by their checkpoint."""
    return distinct([(one.title, one.checkpoint) for one in models])


def distinct(named: Sequence[tuple[str, str]]) -> tuple[str, ...]:
    """Return titles, each that comes twice replaced by its checkpoint's name.

    Args:
        named: Title and checkpoint of each.
    """
    titles = [title for title, _ in named]
    found = []
    for title, checkpoint in named:
        tail = title.partition(", ")[2]
        own = f"{checkpoint}, {tail}" if tail else checkpoint
        found.append(own if titles.count(title) > 1 else title)
    return tuple(found)


def what_fails(report: RobustnessReport) -> dict[str, str]:
    """Return what curves of a report can be over, with their titles."""
    found = {}
    if report.protocol(RANDOM):
        found[RANDOM] = "any modality at random"
    if report.protocol("imbalanced"):
        for name in report.modalities:
            found[f"imbalanced/{name}"] = f"{name} alone at random"
    for result in report.protocol("faults").values():
        for row in result.rows:
            modality, fault = row.condition["modality"], row.condition["fault"]
            title = _fault_title(modality, fault)
            found[f"faults/{modality}/{fault}"] = f"{modality}: {title}"
    return found


def curves_of(report: RobustnessReport, what: str, metric: str = "") -> Curves:
    """Return the curves of all models of a report.

    Args:
        report: What was measured.
        what: A key of `what_fails`; empty: the first.
        metric: Name of a figure; empty: the main one.

    Raises:
        InputError: The report has no such curves or figure.
    """
    known = what_fails(report)
    if not known:
        raise InputError(
            "This report has no curve: measure with the protocol random, imbalanced "
            "or faults."
        )
    what = what or next(iter(known))
    if what not in known:
        raise InputError(f"curves are over {', '.join(known)}, got {what!r}")
    metric = check_metric(report, metric)
    protocol, *rest = what.split("/")
    key = "severity" if protocol == "faults" else "rate"
    curves, missing, samples = [], np.empty(0), report.samples
    models = [one for one in report.models if protocol in one.protocols]
    for one, title in zip(models, titles_of(models), strict=True):
        result = one.protocols[protocol]
        samples = result.samples or report.samples
        rows = [row for row in result.rows if _is_of(row, key, rest)]
        scale = 1.0 if key == "severity" else 100.0
        x = np.array([scale * row.condition[key] for row in rows])
        if key == "rate":
            missing = np.array([100 * row.condition["missing"] for row in rows])
        values = np.array([_triple(row.metrics[metric]) for row in rows])
        curve = Curve(
            name=one.name, title=title, absence=one.absence, x=x, values=values
        )
        curves.append(curve)
    is_quoted = (report.data, what, metric) == ("mosi", RANDOM, "accuracy")
    return Curves(
        what=what,
        title=known[what],
        across="severity, no unit" if key == "severity" else "missing rate, %",
        metric=metric,
        unit=report.unit,
        samples=samples,
        of=report.samples,
        missing=missing,
        curves=tuple(curves),
        quoted=QUOTED if is_quoted else {},
    )


def subsets_of(report: RobustnessReport, metric: str = "") -> SubsetTable:
    """Return figures under every subset.

    Raises:
        InputError: The report has none.
    """
    metric = check_metric(report, metric)
    models = [m for m in report.models if {"fixed", "emm"} & set(m.protocols)]
    if not models:
        raise InputError(
            "This report has no figures of subsets: measure with the protocol fixed."
        )
    rows = [(m.protocols.get("fixed") or m.protocols["emm"]).rows for m in models]
    return SubsetTable(
        titles=titles_of(models),
        subsets=tuple(tuple(row.condition["present"]) for row in rows[0]),
        metric=metric,
        values=np.array(
            [[_triple(row.metrics[metric]) for row in one] for one in rows]
        ),
    )


def summaries_of(report: RobustnessReport, what: str, metric: str = "") -> Summaries:
    """Return the summaries of a protocol.

    Args:
        report: What was measured.
        what: `random`, `emm`, `rmm`, `nm`, `imbalanced/MODALITY`, `faults/MODALITY`.
        metric: Name of a figure; empty: the main one.

    Raises:
        InputError: The report has none.
    """
    metric = check_metric(report, metric)
    protocol, _, of = what.partition("/")
    models = [one for one in report.models if protocol in one.protocols]
    found: dict[str, dict[int, Estimate]] = {}
    for place, one in enumerate(models):
        for key, metrics in one.protocols[protocol].summaries.items():
            name = key.removeprefix(f"{of}/") if of else key
            if bool(of) == (name != key):
                found.setdefault(name, {})[place] = metrics[metric]
    if not found:
        raise InputError(f"This report has no summaries of {what}.")
    empty = (np.nan,) * 3
    values = [
        [_triple(row[m]) if m in row else empty for m in range(len(models))]
        for row in found.values()
    ]
    return Summaries(
        titles=titles_of(models), names=tuple(found), values=np.array(values)
    )


def summarised(report: RobustnessReport) -> dict[str, str]:
    """Return what a report has summaries of, with titles."""
    titles = {
        RANDOM: "missing at random",
        "emm": "entirely missing (EMM)",
        "rmm": "values lost (RMM)",
        "nm": "noise (NM)",
    }
    found = {name: title for name, title in titles.items() if report.protocol(name)}
    if report.protocol("imbalanced"):
        found |= {
            f"imbalanced/{name}": f"{name} missing at random"
            for name in report.modalities
        }
    if report.protocol("faults"):
        found |= {f"faults/{name}": f"faults of {name}" for name in report.modalities}
    return found


def check_metric(report: RobustnessReport, metric: str) -> str:
    """Return the name of a figure of a report, of the main one where it is empty.

    Raises:
        InputError: There is no such figure.
    """
    known = metrics_of(report)
    if metric and metric not in known:
        raise InputError(f"figures are {', '.join(known)}, got {metric!r}")
    return metric or report.metric


def metrics_of(report: RobustnessReport) -> tuple[str, ...]:
    """Return the names of the figures that a report has everywhere."""
    found: dict[str, Any] = {}
    for model in report.models:
        for result in model.protocols.values():
            for row in result.rows[:1]:
                found |= dict.fromkeys(row.metrics)
    return tuple(name for name in found if name in METRICS)


def _is_of(row: Row, key: str, rest: Sequence[str]) -> bool:
    condition = row.condition
    if key not in condition:
        return False
    wanted = dict(zip(("modality", "fault"), rest, strict=False))
    return all(condition.get(name) == value for name, value in wanted.items())


def _triple(estimate: Estimate) -> tuple[float, float, float]:
    return (estimate.value, *estimate.ends)


def _fault_title(modality: str, name: str) -> str:
    is_image = modality in ("rgb", "depth")
    for fault in faults_of(modality, is_image=is_image):
        if fault.name == name:
            return fault.title.lower()
    return name
