"""Tiny checkpoints that differ in λ alone, with logs and metrics."""

import dataclasses
from pathlib import Path

import torch

from fusionviz.models.alignmamba import AlignMamba
from fusionviz.models.cards import Estimate, ModelCard
from fusionviz.models.checkpoints import save_checkpoint
from tests.helpers.tiny_models import tiny_sentiment

HEADER = "stage,step,seconds,metric,value\n"


def write_lambda_checkpoint(
    folder: Path, name: str, weight: float, *, seed: int = 1, steps: int = 100
) -> ModelCard:
    """Save a checkpoint of that λ; its MAE is 1 + λ, its recipe says `steps`."""
    config = dataclasses.replace(tiny_sentiment().config, align_weight=weight)
    torch.manual_seed(int(10 * weight) + 17)
    recipe = {
        "name": name,
        "note": f"λ = {weight}",
        "seed": seed,
        "model": {"kind": "alignmamba", "config": {"align_weight": weight}},
        "data": {"set": "sentiment"},
        "stage": [{"task": "alignmamba-sequence", "steps": steps}],
    }
    metrics = {
        "mae": around(1 + weight),
        "accuracy": around(0.8 - weight / 10),
        "align_loss": around(0.3 - weight / 5),
        "a_distance_video_before": around(1.9 - weight),
        "a_distance_video_after": around(1.8 - weight),
    }
    log = folder / f"{name}.source.csv"
    log.write_text(HEADER + "".join(rows_of(weight)))
    card = ModelCard(name=name, recipe=recipe, seed=seed, metrics=metrics, steps=steps)
    return save_checkpoint(AlignMamba(config).eval(), card, folder, log=log)


def around(value: float) -> Estimate:
    return Estimate(value=value, low=value - 0.05, high=value + 0.05)


def rows_of(weight: float) -> list[str]:
    rows = []
    for step in range(10, 101, 10):
        for metric, value in (
            ("error", 10 / step),
            ("align", 0.1 + 1 / step),
            ("learning_rate", 1e-3),
        ):
            rows.append(f"1,{step},{step / 10},{metric},{value}\n")
    for step in (50, 100):
        for when in ("before", "after"):
            metric = f"validation/a_distance_video_{when}"
            rows.append(f"1,{step},{step / 10},{metric},{1.9 - weight}\n")
    return rows
