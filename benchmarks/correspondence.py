"""Which frame belongs to which word: by trained models, untrained ones, the clock.

Run `python -m benchmarks.correspondence`. On generated utterances that no training saw,
the share of frames that are sent to the word they belong to, with 95 % intervals drawn
by speakers; and the A-distance of each modality to the words, before and after.
"""

import json
from collections.abc import Iterator
from typing import Any

import numpy as np
import torch

from benchmarks.side_by_side import RESULTS, report
from fusionviz.data.sequences.correspondence import alignment_score, clock_assignment
from fusionviz.data.sequences.samples import SequenceSample
from fusionviz.data.sets.units import units_of
from fusionviz.data.utterances.generator import load_sentiment
from fusionviz.models.cards import Estimate
from fusionviz.models.checkpoints import list_checkpoints, load_checkpoint
from fusionviz.models.factory import make_model
from fusionviz.training.measure import measure_estimates
from fusionviz.training.metrics.intervals import Measurement, estimate_all
from fusionviz.training.recipes import load_recipe
from fusionviz.training.tasks import make_task
from fusionviz.whole_files import replace_file

COUNT, SEEDS = 300, 5
SOURCES = ("video", "audio")
CPU = torch.device("cpu")
TASK = make_task("alignmamba-sequence")


def score_clock(samples: tuple[SequenceSample, ...]) -> dict[str, Estimate]:
    """Return the score of sending each frame to the word that is spoken at its time."""
    measured = {
        f"alignment_score_{source}": Measurement(
            values=np.array(
                [
                    alignment_score(
                        clock_assignment(one, source), one.alignment[source]
                    )
                    for one in samples
                ]
            )
        )
        for source in SOURCES
    }
    return estimate_all(measured, units=units_of(samples))


def score_model(
    model: Any,  # noqa: ANN401
    samples: tuple[SequenceSample, ...],
) -> dict[str, Estimate]:
    """Return the scores and distances that a model's task measures."""
    estimates = measure_estimates(model, TASK, samples, CPU)
    wanted = ("alignment_score", "a_distance")
    return {name: item for name, item in estimates.items() if name.startswith(wanted)}


def models() -> Iterator[tuple[str, Any]]:
    """Yield untrained models of the recipe, then every checkpoint of its data."""
    recipe = load_recipe("alignmamba-sentiment")
    for seed in range(SEEDS):
        torch.manual_seed(seed)
        model = make_model(recipe.model.kind, recipe.model.config)
        yield f"untrained, seed {seed}", model.eval()
    for card in list_checkpoints():
        if card.recipe.get("data", {}).get("set") == recipe.data.set:
            yield card.name, load_checkpoint(card.name, "cpu")


def run() -> dict:
    """Return a row a case: each score, and the ends of its interval."""
    samples = load_sentiment("test", count=COUNT)
    cases = {"the clock alone": score_clock(samples)}
    cases |= {name: score_model(model, samples) for name, model in models()}
    rows = []
    for name, estimates in cases.items():
        row: dict[str, object] = {"case": name, "samples": COUNT}
        for metric, item in estimates.items():
            row |= {metric: item.value}
            row |= {f"{metric}_low": item.low, f"{metric}_high": item.high}
        rows.append(row)
    return report("correspondence", rows, "numpy", "scikit-learn")


if __name__ == "__main__":
    result = run()
    text = json.dumps(result, indent=1)
    replace_file(RESULTS / "correspondence.json", text + "\n")
    for row in result["rows"]:
        scores = [
            f"{source} {row[f'alignment_score_{source}']:.3f}" for source in SOURCES
        ]
        print(f"{row['case']}: {', '.join(scores)}")
