"""What is made of readers' answers: rows and summaries of every protocol, reliance."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from fusionviz.data.faults.presence import fixed_subsets
from fusionviz.data.faults.samples import FaultChoice, faults_of
from fusionviz.data.records import RGBDSample
from fusionviz.data.sets.units import units_of
from fusionviz.models.cards import Estimate
from fusionviz.training.robustness.answers import Answers
from fusionviz.training.robustness.conditions import (
    LEVELS,
    SHUFFLES,
    Key,
    StudySettings,
    all_combinations,
    damaged_key,
    exchanged_key,
    fault_key,
    pick_damaged,
)
from fusionviz.training.robustness.figures import (
    Figure,
    Floats,
    Resamples,
    accuracy,
    class_recall,
)
from fusionviz.training.robustness.protocols import (
    RATES,
    Draws,
    draw_imbalanced,
    draw_random,
    draws_for,
)
from fusionviz.training.robustness.readers import (
    Reader,
    missing_in_training,
    title_of,
)
from fusionviz.training.robustness.reliance import said_of_nothing, shapley_values
from fusionviz.training.robustness.report import (
    ModelResult,
    ProtocolResult,
    Row,
    Worth,
)
from fusionviz.training.robustness.summaries import (
    summarise_curve,
    summarise_failures,
)

BITS = "bits_per_dim"


class StudyAnswers:
    """Answers of all readers, and what is made of them.

    Args:
        readers: With the same modalities and classes.
        samples: Whole ones, as many as the answers are of.
        settings: What is measured.
        answers: Of each reader under every subset, by its name.
        damaged: Confusions (sample, class, class) of what was done to the samples, by
            the reader's name; what lacks keys is left out of the results. Of damage
            and faults, of the samples that `pick_damaged` names.
    """

    def __init__(
        self,
        readers: Sequence[Reader],
        samples: Sequence[Any],
        settings: StudySettings,
        answers: Mapping[str, Answers],
        damaged: Mapping[Key, Mapping[str, NDArray[np.int64]]],
    ) -> None:
        self.readers, self.samples, self.settings = readers, samples, settings
        self.answers, self.damaged = answers, damaged
        self.draws = Resamples.of(
            units_of(samples), settings.resamples, seed=settings.seed
        )
        self.hit = pick_damaged(len(samples), settings)
        self.hit_draws = Resamples.of(
            units_of([samples[place] for place in self.hit]),
            settings.resamples,
            seed=settings.seed,
        )
        self.names = readers[0].modalities
        self.subsets = fixed_subsets(self.names)
        self.reference = _reference(readers)

    def results(self) -> Iterator[ModelResult]:
        """Yield what was measured of each reader."""
        wanted = self.settings.protocols
        made = {
            "fixed": self._fixed,
            "random": self._random,
            "imbalanced": self._imbalanced,
            "emm": self._emm,
            "rmm": lambda reader: self._levels(reader, "rmm"),
            "nm": lambda reader: self._levels(reader, "nm"),
            "faults": self._faults,
        }
        for reader in self.readers:
            done = {name: make(reader) for name, make in made.items() if name in wanted}
            yield ModelResult(
                checkpoint=reader.checkpoint,
                absence=reader.absence,
                title=title_of(reader),
                parameters=sum(p.numel() for p in reader.model.parameters()),
                missing_in_training=missing_in_training(reader.model),
                protocols={name: one for name, one in done.items() if one is not None},
                reliance=self._reliance(reader) if self.settings.reliance else (),
            )

    # -- choosing among the answers under every subset

    def _fixed(self, reader: Reader) -> ProtocolResult:
        answers = self.answers[reader.name]
        rows = []
        for place, subset in enumerate(self.subsets):
            metrics = _metrics(reader, answers.cells[place], self.draws)
            if answers.bits is not None:
                bits = self.draws.means(answers.bits[place])
                metrics[BITS] = self.draws.estimate(bits)
            rows.append(Row(condition={"present": list(subset)}, metrics=metrics))
        return ProtocolResult(rows=tuple(rows))

    def _random(self, reader: Reader) -> ProtocolResult:
        chosen = [self._draw(rate) for rate in RATES]
        rows = tuple(
            Row(
                condition={"rate": rate, "missing": round(one.missing, 4)},
                metrics=self._chosen(reader, one),
            )
            for rate, one in zip(RATES, chosen, strict=True)
        )
        return ProtocolResult(rows=rows, summaries=self._summaries(reader, chosen))

    def _imbalanced(self, reader: Reader) -> ProtocolResult:
        rows, summaries = [], {}
        for name in self.names:
            rates = [{n: r if n == name else 0.0 for n in self.names} for r in RATES]
            chosen = [self._draw_each(one) for one in rates]
            for rate, one in zip(RATES, chosen, strict=True):
                condition = {"modality": name, "rate": rate}
                condition |= {"missing": round(one.missing, 4)}
                rows.append(Row(condition=condition, metrics=self._chosen(reader, one)))
            for key, metrics in self._summaries(reader, chosen).items():
                summaries[f"{name}/{key}"] = metrics
        if self.settings.rates:
            asked = {name: self.settings.rates.get(name, 0.0) for name in self.names}
            one = self._draw_each(asked)
            condition = {"rates": asked, "missing": round(one.missing, 4)}
            rows.append(Row(condition=condition, metrics=self._chosen(reader, one)))
        return ProtocolResult(rows=tuple(rows), summaries=summaries)

    def _emm(self, reader: Reader) -> ProtocolResult:
        cells = self.answers[reader.name].cells
        by_failed = {
            frozenset(set(self.names) - set(subset)): cells[place]
            for place, subset in enumerate(self.subsets)
        }
        summaries = _of_failures(reader, self.draws, by_failed)
        return ProtocolResult(rows=self._fixed(reader).rows, summaries=summaries)

    # -- damage, in passes of its own

    def _hit(self, reader: Reader, key: Key) -> NDArray[np.int64] | None:
        return self.damaged.get(key, {}).get(reader.name)

    def _unhurt(self, reader: Reader) -> NDArray[np.int64]:
        """Return the confusions of the samples that are hit, when they are whole."""
        return self.answers[reader.name].cells[-1][self.hit]

    @property
    def _hit_count(self) -> int | None:
        return None if len(self.hit) == len(self.samples) else len(self.hit)

    def _levels(self, reader: Reader, protocol: str) -> ProtocolResult | None:
        whole = self._unhurt(reader)
        rows, of_levels = [], []
        for level in LEVELS[protocol]:
            by_failed = {frozenset[str](): whole}
            for hit in all_combinations(self.names):
                cells = self._hit(reader, damaged_key(protocol, level, hit))
                if cells is None:
                    return None
                by_failed[frozenset(hit)] = cells
                condition = {"damaged": list(hit), "level": level}
                metrics = _metrics(reader, cells, self.hit_draws)
                rows.append(Row(condition=condition, metrics=metrics))
            of_levels.append(by_failed)
        summaries = _of_failures(reader, self.hit_draws, *of_levels, whole_counts=False)
        return ProtocolResult(
            rows=tuple(rows), summaries=summaries, samples=self._hit_count
        )

    def _faults(self, reader: Reader) -> ProtocolResult | None:
        whole, draws = self._unhurt(reader), self.hit_draws
        rows, summaries = [], {}
        is_image = isinstance(self.samples[0], RGBDSample)
        for name in self.names:
            for fault in faults_of(name, is_image=is_image):
                series = {0: whole}
                for severity in self.settings.severities:
                    choice = FaultChoice(
                        modality=name, fault=fault.name, severity=severity
                    )
                    cells = self._hit(reader, fault_key(choice))
                    if cells is None:
                        return None
                    series[severity] = cells
                for severity, cells in series.items():
                    condition = {"modality": name, "fault": fault.name}
                    rows.append(
                        Row(
                            condition={**condition, "severity": severity},
                            metrics=_metrics(reader, cells, draws),
                        )
                    )
                summaries[f"{name}/{fault.name}"] = _lost(
                    reader, whole, series[max(series)], draws
                )
        return ProtocolResult(
            rows=tuple(rows), summaries=summaries, samples=self._hit_count
        )

    # -- reliance

    def _reliance(self, reader: Reader) -> tuple[Worth, ...]:
        cells = self.answers[reader.name].cells
        by_subset: dict[frozenset[str], NDArray] = {
            frozenset(subset): cells[place] for place, subset in enumerate(self.subsets)
        }
        by_subset[frozenset()] = said_of_nothing(cells[-1])
        worth = [self._worth(reader, "accuracy", accuracy, by_subset)]
        for number, name in enumerate(reader.classes):
            if cells[-1][:, number].any():
                recall = _recall_of(number)
                worth.append(self._worth(reader, name, recall, by_subset))
        return tuple(worth)

    def _worth(
        self, reader: Reader, name: str, figure: Figure, by_subset: Mapping
    ) -> Worth:
        values = {s: self.draws.figures(c, figure) for s, c in by_subset.items()}
        found = shapley_values(values, self.names)
        whole, lost = values[frozenset(self.names)], {}
        for modality in self.names:
            shuffled = [
                self._hit(reader, exchanged_key(modality, number))
                for number in range(SHUFFLES)
            ]
            known = [cells for cells in shuffled if cells is not None]
            if known:
                others = [self.draws.figures(cells, figure) for cells in known]
                lost[modality] = whole - np.mean(others, axis=0)
        return Worth(
            figure=name,
            shapley=_estimates(found, self.draws),
            perceptual=_estimates(lost, self.draws),
        )

    # -- figures with bands

    def _draw(self, rate: float) -> Draws:
        return draw_random(
            len(self.samples),
            self.names,
            rate,
            draws=draws_for(len(self.samples)),
            exact=not isinstance(self.samples[0], RGBDSample),
            seed=self.settings.seed,
        )

    def _draw_each(self, rates: Mapping[str, float]) -> Draws:
        return draw_imbalanced(
            len(self.samples),
            rates,
            draws=draws_for(len(self.samples)),
            seed=self.settings.seed,
        )

    def _figures(self, reader: Reader, chosen: Draws, figure: Figure) -> Floats:
        """Return a figure of chosen subsets, the mean over draws, (resample,)."""
        cells, index = self.answers[reader.name].cells, np.arange(len(self.samples))
        found = [
            self.draws.figures(cells[pick, index], figure) for pick in chosen.picks
        ]
        return np.mean(found, axis=0)

    def _chosen(self, reader: Reader, chosen: Draws) -> dict[str, Estimate]:
        figures = {
            name: self._figures(reader, chosen, figure)
            for name, figure in reader.figures.items()
        }
        return _estimates(figures, self.draws)

    def _summaries(
        self, reader: Reader, chosen: Sequence[Draws]
    ) -> dict[str, dict[str, Estimate]]:
        found: dict[str, dict[str, Estimate]] = {}
        beside = next((r for r in self.readers if r.name == self.reference), None)
        for name, figure in reader.figures.items():
            curve = np.stack([self._figures(reader, one, figure) for one in chosen])
            reference = None
            if beside is not None and beside is not reader:
                reference = np.stack(
                    [self._figures(beside, one, figure) for one in chosen]
                )
            for key, value in summarise_curve(curve, RATES, reference).items():
                found.setdefault(key, {})[name] = self.draws.estimate(value)
        return found


def _of_failures(
    reader: Reader,
    draws: Resamples,
    *levels: Mapping[frozenset[str], NDArray],
    whole_counts: bool = True,
) -> dict[str, dict[str, Estimate]]:
    """Return summaries of failures, the mean over levels.

    Args:
        reader: Of the confusions.
        draws: Of their samples.
        levels: Confusions by what fails, once a level.
        whole_counts: Whether the plain mean has the whole input among its cases.
    """
    found: dict[str, dict[str, Estimate]] = {}
    for name, figure in reader.figures.items():
        parts: dict[str, list[Floats]] = {}
        for by_failed in levels:
            values = {
                failed: draws.figures(cells, figure)
                for failed, cells in by_failed.items()
            }
            summary = summarise_failures(values, reader.modalities)
            if not whole_counts:
                hit = [value for failed, value in values.items() if failed]
                summary["mean"] = np.mean(hit, axis=0)
            for key, value in summary.items():
                parts.setdefault(key, []).append(value)
        for key, values_of in parts.items():
            mean = np.mean(values_of, axis=0)
            found.setdefault(key, {})[name] = draws.estimate(mean)
    return found


def _metrics(reader: Reader, cells: NDArray, draws: Resamples) -> dict[str, Estimate]:
    """Return all figures of confusions, by name."""
    figures = {
        name: draws.figures(cells, figure) for name, figure in reader.figures.items()
    }
    return _estimates(figures, draws)


def _lost(
    reader: Reader, whole: NDArray, cells: NDArray, draws: Resamples
) -> dict[str, Estimate]:
    """Return how much lower all figures are than those of whole samples, by name."""
    lost = {
        name: draws.figures(whole, figure) - draws.figures(cells, figure)
        for name, figure in reader.figures.items()
    }
    return _estimates(lost, draws)


def _estimates(figures: Mapping[str, Floats], draws: Resamples) -> dict[str, Estimate]:
    return {name: draws.estimate(value) for name, value in figures.items()}


def _reference(readers: Sequence[Reader]) -> str:
    """Return the reader that others are compared with: the plainest fusion."""
    for reader in readers:
        if getattr(reader.model.config, "fusion", "") == "concatenation":
            return reader.name
    for reader in readers:
        if reader.absence == "zeros":
            return reader.name
    return ""


def _recall_of(number: int) -> Figure:
    return lambda total: class_recall(total)[..., number]
