"""MMD² and A-distance over many samples, with intervals."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from fusionviz.analysis.distributions.sample_stages import (
    DISTANCE_TOKENS,
    SampleFigures,
    SampleStages,
    figures_of,
    measure_sample_stages,
)
from fusionviz.analysis.distributions.stage_mmd import STAGES, own_mmd
from fusionviz.analysis.shared.subjects.alignmamba import AlignMambaSubject
from fusionviz.data.sets.registry import SETS
from fusionviz.errors import InputError
from fusionviz.exhibits.shared.exhibit import Controls, Exhibit, ExhibitKind, Request
from fusionviz.views.distributions.sample_stages import (
    describe_sample_stages,
    draw_sample_stages,
    known_digits,
    pair_label,
)
from fusionviz.views.shared.style import three_digits

COUNTS = (8, 256)
FACTORS = (0.1, 10.0)
LEVELS = (0.5, 0.999)
LARGEST_SEED = 999_999

FORMULA = (
    r"\begin{gathered}\mathrm{MMD}^2(X, Y) = \overline{k(x, x')} + \overline{k(y, y')}"
    r" - 2\,\overline{k(x, y)},\quad k(x, y) = e^{-\|x - y\|^2 / 2\sigma^2}\\"
    r"d_A = 2\,(1 - 2\,\mathrm{err})\end{gathered}"
)


@dataclass(frozen=True, kw_only=True)
class SamplesControls(Controls):
    """What is measured, and how sure the intervals are.

    Attributes:
        samples: How many at most, 8 to 256.
        bandwidth_factor: σ in units of the median distance, 0.1 to 10.
        seed: Of the folds and of the bootstrap.
        level: Share of an interval, 0.5 to 0.999.
    """

    samples: int = 64
    bandwidth_factor: float = 1.0
    seed: int = 0
    level: float = 0.95

    def __post_init__(self) -> None:
        """Check the values."""
        if not COUNTS[0] <= self.samples <= COUNTS[1]:
            raise ValueError(f"samples are 8 to 256, got {self.samples}")
        if not FACTORS[0] <= self.bandwidth_factor <= FACTORS[1]:
            raise ValueError(
                f"bandwidth_factor is 0.1 to 10, got {self.bandwidth_factor}"
            )
        if not 0 <= self.seed <= LARGEST_SEED:
            raise ValueError(f"seed is 0 to {LARGEST_SEED}, got {self.seed}")
        if not LEVELS[0] <= self.level <= LEVELS[1]:
            raise ValueError(f"level is 0.5 to 0.999, got {self.level}")


SampleRequest = Request[SamplesControls, AlignMambaSubject]


def make_samples(request: SampleRequest) -> Exhibit:
    """Return MMD² and A-distance over samples like the subject, stage by stage.

    Raises:
        InputError: There are no samples like it, or the work was stopped at once.
    """
    return exhibit_samples(measure_samples(request), request)


def measure_samples(request: SampleRequest) -> SampleStages:
    """Return what the exhibit is made of: the long part of it.

    It depends on the subject's model, not on its sample.

    Raises:
        InputError: There are no samples like it, or the work was stopped at once.
    """
    subject, controls = request.subject, request.controls
    if subject.kin is None:
        raise InputError(
            "One sample has no spread, and the test set of this model is not known: "
            "choose a checkpoint that was measured on one."
        )
    return measure_sample_stages(
        subject.model,
        subject.kin,
        count=controls.samples,
        factor=controls.bandwidth_factor,
        seed=controls.seed,
        tell=request.tell,
    )


def exhibit_samples(stages: SampleStages, request: SampleRequest) -> Exhibit:
    """Return what has been measured as an exhibit."""
    controls = request.controls
    figures = figures_of(stages, level=controls.level, seed=controls.seed)
    own = own_mmd(request.subject, controls.bandwidth_factor)
    return Exhibit(
        draw=lambda: draw_sample_stages(stages, figures, own),
        alt=describe_sample_stages(stages, figures),
        caption=_explain(stages, figures, own, controls),
        formula=FORMULA,
        numbers=_numbers(stages, figures),
        arrays={
            "mmd2": stages.mmd,
            "mistakes": stages.mistakes,
            "mmd2_interval": figures.mmd,
            "a_distance_interval": figures.distance,
            "mmd2_of_this_sample": own,
        },
        table=_table(stages, figures, own),
    )


def _numbers(
    stages: SampleStages, figures: SampleFigures
) -> dict[str, float | int | str]:
    numbers: dict[str, float | int | str] = {"samples": len(stages.samples)}
    for row, pair in enumerate(stages.pairs):
        for column, stage in enumerate(STAGES):
            for name, values in (
                ("mmd2", figures.mmd),
                ("a_distance", figures.distance),
            ):
                value = float(values[row, column, 0])
                if np.isfinite(value):
                    numbers[f"{name}_{'_'.join(pair)}_{stage}"] = value
    return numbers


def _table(
    stages: SampleStages, figures: SampleFigures, own: NDArray[np.float64]
) -> dict[str, list[str | float | int]]:
    """Return a row for each measure, pair and stage."""
    columns = ("measure", "pair", "stage", "value", "low", "high", "samples", "own")
    table: dict[str, list[str | float | int]] = {name: [] for name in columns}
    blank = np.full_like(own, np.nan)
    for measure, values, ours in (
        ("mmd2", figures.mmd, own),
        ("a_distance", figures.distance, blank),
    ):
        for row, column in np.ndindex(own.shape):
            known = np.isfinite(stages.mmd[row, column]).sum()
            line = (
                measure,
                "-".join(stages.pairs[row]),
                STAGES[column],
                *values[row, column].tolist(),
                int(known),
                float(ours[row, column]),
            )
            for name, cell in zip(columns, line, strict=True):
                table[name].append(cell)
    return table


def _explain(
    stages: SampleStages,
    figures: SampleFigures,
    own: NDArray[np.float64],
    controls: SamplesControls,
) -> str:
    count, percent = len(stages.samples), f"{100 * controls.level:.3g} %"
    stopped = (
        f" Stopped after {count} of {stages.asked}." if count < stages.asked else ""
    )
    few = "" if stages.asked == controls.samples else " There are no more in it."
    units, unit = len(set(stages.units)), SETS[stages.kin].unit
    unreached = ", ".join(
        f"{100 * share:.1f} % of the anchor's for {name}"
        for name, share in stages.unreached.items()
    )
    times = controls.bandwidth_factor
    sigma = "" if times == 1 else f"{three_digits(times)} times "
    return (
        f"{count} samples that this model was not trained on, of the test split that "
        f"it was measured on ({stages.kin}).{few}{stopped} **Left**: MMD² within "
        "each sample, as "
        f"the training loss has it: σ is {sigma}the median distance between tokens, "
        "for each sample, pair and stage anew, so that a space that only shrinks gains "
        "nothing. A dot is the mean, its bar the "
        f"{percent} interval of that mean (1000 draws of {units} {unit}s, each with "
        "all of its samples, with replacement); the pale bar behind holds "
        f"{percent} of single samples, and diamonds are the sample at hand. **Right**: "
        "how well a linear classifier tells the two modalities apart in samples that "
        "it was not fitted to, 0: it guesses, 2: it is always right; of each sample "
        f"and side up to {DISTANCE_TOKENS} evenly spaced tokens. It has no diamonds: "
        "a single sample has nothing to hold out."
        f"\n\nHere {_say_figures(stages, figures)} {_say_own(own, stages)}"
        f"Positions to which nothing was sent ({unreached}) count in MMD², as in the "
        "loss, and not in the A-distance after local alignment. The two can disagree: "
        "MMD² looks at all directions at once, a classifier needs a single one."
    )


def _say_figures(stages: SampleStages, figures: SampleFigures) -> str:
    """Return what local alignment did to the first pair, in a sentence or two."""
    title = pair_label(stages.pairs[0])
    before, after, fused = (_interval(one) for one in figures.mmd[0])
    text = (
        f"the MMD² of {title} is {before} before alignment, **{after}** after local "
        f"alignment and {fused} after the backbone"
    )
    if not np.isfinite(figures.distance[0]).all():
        return text + "; the A-distances were not all measured."
    before, after, fused = (_interval(one) for one in figures.distance[0])
    return f"{text}; its A-distance {before}, **{after}** and {fused}."


def _say_own(own: NDArray[np.float64], stages: SampleStages) -> str:
    if not np.isfinite(own[0, 1]):
        return ""
    values = stages.mmd[0, 1]
    below = float((values[np.isfinite(values)] < own[0, 1]).mean())
    return (
        f"The sample at hand has {three_digits(float(own[0, 1]))} after local "
        f"alignment, more than {100 * below:.0f} % of them. "
    )


def _interval(figure: NDArray[np.float64]) -> str:
    """Return a value with its interval."""
    value, low, high = (known_digits(float(x)) for x in figure)
    return f"{value} [{low}, {high}]"


SAMPLE_STAGES = ExhibitKind(
    name="distributions-samples",
    title="Over many samples, with intervals",
    controls=SamplesControls,
    make=make_samples,
    is_long=True,
    reads="alignmamba",
)
