"""What is drawn of a family of checkpoints that differ in λ alone, as numbers."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from fusionviz.analysis.distributions.lambda_family import LambdaFamily
from fusionviz.analysis.distributions.stage_mmd import STAGES
from fusionviz.analysis.shared.token_subject import STAGE_TITLES
from fusionviz.views.distributions.sample_stages import OTHER
from fusionviz.views.shared.style import MODALITY_COLOURS

METRIC_TITLES = {
    "mae": "MAE ↓",
    "accuracy": "accuracy ↑",
    "correlation": "correlation ↑",
    "miou": "mIoU ↑",
    "pixel_accuracy": "pixel accuracy ↑",
    "mean_accuracy": "mean accuracy ↑",
    "weighted_f1": "weighted F1 ↑",
    "f1": "F1 ↑",
    "alignment_score": "alignment score ↑",
    "align_loss": "L<sub>align</sub> ↓",
}
"""What panels are called; the arrow says which way is better."""

TASK_COLOUR = "#2A9DA5"
ALIGN_COLOUR = "#7A55B8"
SYMBOLS = {"encoded": "circle-open", "aligned": "circle", "fused": "square"}
WHEN = {"before": "encoded", "after": "aligned"}


@dataclass(frozen=True, kw_only=True, eq=False)
class Series:
    """Values against λ.

    Attributes:
        name: For the hover.
        colour: Of dots and line.
        symbol: Of the dots.
        ends: Value and the ends of its interval, (λ, 3); NaN ends: there is none.
    """

    name: str
    colour: str
    symbol: str
    ends: NDArray[np.float64]


@dataclass(frozen=True, kw_only=True, eq=False)
class Panel:
    """One small picture.

    Attributes:
        title: Above it.
        series: What is in it.
        range: Of the vertical axis; None: what the values need.
    """

    title: str
    series: tuple[Series, ...]
    range: tuple[float, float] | None = None


def panels_of(family: LambdaFamily) -> list[list[Panel]]:
    """Return the rows of panels: of the task, and of the alignment."""
    upper = [
        Panel(
            title=METRIC_TITLES[name],
            series=(_metric(family, name, TASK_COLOUR, METRIC_TITLES[name][:-2]),),
        )
        for name in (*family.task_metrics, "alignment_score")
        if family.has(name)
    ]
    lower = [_loss(family), _distances(family), *_mmd(family)]
    rows = [upper, [panel for panel in lower if panel is not None]]
    return [row for row in rows if row]


def _metric(
    family: LambdaFamily,
    metric: str,
    colour: str,
    name: str,
    symbol: str = "circle",
) -> Series:
    ends = [[one.value, one.low, one.high] for one in family.estimates(metric)]
    return Series(name=name, colour=colour, symbol=symbol, ends=np.array(ends))


def _loss(family: LambdaFamily) -> Panel | None:
    if not family.has("align_loss"):
        return None
    series = _metric(family, "align_loss", ALIGN_COLOUR, "L<sub>align</sub>")
    top = 1.1 * float(series.ends.max())
    return Panel(
        title=METRIC_TITLES["align_loss"], series=(series,), range=(0, max(top, 1e-9))
    )


def _distances(family: LambdaFamily) -> Panel | None:
    series = [
        _metric(
            family,
            metric,
            MODALITY_COLOURS.get(source, OTHER),
            f"{source}, {when} alignment",
            SYMBOLS[stage],
        )
        for source in family.sources
        for when, stage in WHEN.items()
        if family.has(metric := f"a_distance_{source}_{when}")
    ]
    if not series:
        return None
    return Panel(title="A-distance ↓", series=tuple(series), range=(-0.06, 2.1))


def _mmd(family: LambdaFamily) -> list[Panel]:
    """Return the sample's MMD², a panel a source, all of one range."""
    known = family.mmd[np.isfinite(family.mmd)]
    top = 1.1 * float(known.max()) if known.size else 1.0
    blank = np.full(len(family.cards), np.nan)
    return [
        Panel(
            title=f"MMD², {name}, 1 sample ↓",
            series=tuple(
                Series(
                    name=f"{name}, {STAGE_TITLES[stage]}",
                    colour=MODALITY_COLOURS.get(name, OTHER),
                    symbol=SYMBOLS[stage],
                    ends=np.stack([family.mmd[:, row, column], blank, blank], axis=1),
                )
                for column, stage in enumerate(STAGES)
            ),
            range=(-0.03 * top, max(top, 1e-9)),
        )
        for row, name in enumerate(family.sources)
    ]
