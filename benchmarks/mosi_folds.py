"""CMU-MOSI by folds and seeds: fused against the words alone, mean and spread.

Run `python -m benchmarks.mosi_folds` (FUSIONVIZ_DATA names the data's folder). Of each
seed's division into five, every part of the videos is held out once; what is trained
lies in runs/mosi-folds, so that a call that was stopped goes on. Standard deviations
are over folds and seeds together. Ends of the intervals of the gain are t-quantiles of
the paired differences.
"""

import json
import math
import statistics
import sys
from pathlib import Path

from scipy import stats

from benchmarks.side_by_side import RESULTS, report
from fusionviz.data.sets.mosi import FOLDS
from fusionviz.training.ablation import Ablation, Variant, run_ablation
from fusionviz.whole_files import replace_file

FOLDER = Path("runs/mosi-folds")
METRICS = ("accuracy", "accuracy_nonzero", "f1", "mae")
RECIPES = {
    "alignmamba-mosi-words": "{name='text', kind='linear', width=3107}",
    "alignmamba-mosi-features": "{name='text', kind='linear', width=100}",
}
"""Recipes, and the modality that stands alone."""

FUSED, ALONE = "fused", "text alone"


def train_folds(recipe: str, seeds: int) -> dict[str, list[dict[str, float]]]:
    """Return the metrics of every fold and seed, by which modalities were read."""
    variants = {
        FUSED: (),
        ALONE: (f"model.config.modalities=[{RECIPES[recipe]}]",),
    }
    names = [
        (which, seed, fold)
        for seed in range(seeds)
        for fold in range(FOLDS)
        for which in variants
    ]
    ablation = Ablation(
        recipe=recipe,
        set=("evaluation.every=0",),
        seeds=1,
        split="test",
        metrics=METRICS,
        variant=tuple(
            Variant(
                name=f"{which} {seed} {fold}",
                set=(
                    *variants[which],
                    f"seed={seed + 1}",
                    f"data.options.seed={seed}",
                    f"data.options.fold={fold}",
                ),
            )
            for which, seed, fold in names
        ),
    )
    rows = run_ablation(ablation, FOLDER / recipe, device="cpu")
    found: dict[str, list[dict[str, float]]] = {which: [] for which in variants}
    for (which, _, _), row in zip(names, rows, strict=True):
        metrics = row.cards[0].metrics
        found[which].append({name: metrics[name].value for name in METRICS})
    return found


def summarise(recipe: str, found: dict[str, list[dict[str, float]]]) -> list[dict]:
    """Return a row a metric: means, standard deviations, and the paired gain."""
    rows = []
    for metric in METRICS:
        values = {which: [one[metric] for one in runs] for which, runs in found.items()}
        gains = [a - b for a, b in zip(values[FUSED], values[ALONE], strict=True)]
        gain = statistics.mean(gains)
        error = statistics.stdev(gains) / math.sqrt(len(gains))
        reach = float(stats.t.ppf(0.975, len(gains) - 1)) * error
        rows.append(
            {
                "case": f"{recipe}, {metric}",
                "runs": len(gains),
                **{
                    f"{which}_{name}": function(numbers)
                    for which, numbers in values.items()
                    for name, function in (
                        ("mean", statistics.mean),
                        ("deviation", statistics.stdev),
                    )
                },
                "gain": gain,
                "gain_low": gain - reach,
                "gain_high": gain + reach,
            }
        )
    return rows


def run(seeds: int = 1) -> dict:
    """Return the rows of all recipes."""
    rows = [
        row
        for recipe in RECIPES
        for row in summarise(recipe, train_folds(recipe, seeds))
    ]
    return report("mosi_folds", rows, "numpy", "scipy")


if __name__ == "__main__":
    result = run(int(sys.argv[1]) if len(sys.argv) > 1 else 1)
    RESULTS.mkdir(exist_ok=True)
    text = json.dumps(result, indent=1)
    replace_file(RESULTS / "mosi_folds.json", text + "\n")
    print(text)
