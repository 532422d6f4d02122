"""What edges of the picture are worth to classes: the guided filter beside bilinear.

    python -m benchmarks.edges alignmamba-nyu --count 100
    python -m benchmarks.edges alignmamba-nyu --split validation --choose

Labels are compared at the picture's own size, all of them, and in a trimap: pixels that
lie within so many of a border between true classes (Kohli, Ladicky & Torr 2009).
"""

import argparse
import json
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

import cv2
import numpy as np
import torch
from numpy.typing import NDArray

from fusionviz.analysis.shared import picture_classes
from fusionviz.analysis.shared.picture_classes import own_size, refined
from fusionviz.data.records import RGBDSample
from fusionviz.data.sets.registry import SETS, load_set
from fusionviz.models.checkpoints import load_checkpoint
from fusionviz.models.modalities import Size, fit_nearest, sides
from fusionviz.training.metrics.segmentation import (
    confusion_matrix,
    miou,
    pixel_accuracy,
)
from fusionviz.training.robustness.readers import reader_of

BANDS = (1, 3, 5)
"""Pixels on each side of a border."""
GRID = [
    (per_width, epsilon) for per_width in (40, 32, 25, 20) for epsilon in (3e-4, 3e-3)
]

Refine = Callable[[NDArray, RGBDSample, Size], Iterator[NDArray]]


@dataclass(frozen=True, kw_only=True, eq=False)
class Answer:
    """What a model says of a sample: probability of each class, at its own size."""

    sample: RGBDSample
    truth: NDArray[np.int64]
    chance: NDArray[np.float32]
    size: Size


def run(name: str, split: str, count: int, *, choose: bool) -> list[dict]:
    """Return rows: interpolated, with edges, and with other settings where asked."""
    answers = ask(name, split, count)
    rows = [
        {"case": "bilinear", **measure(answers, interpolated)},
        {"case": "guided by RGB", **measure(answers, refined)},
        {"case": "guided by depth", **measure(answers, by_depth)},
    ]
    for per_width, epsilon in GRID if choose else ():
        picture_classes.WINDOWS_PER_WIDTH = per_width
        picture_classes.EPSILON = epsilon
        case = {"case": "guided by RGB", "per_width": per_width, "epsilon": epsilon}
        rows.append({**case, **measure(answers, refined)})
    return [{"checkpoint": name, "split": split, **row} for row in rows]


def ask(name: str, split: str, count: int) -> list[Answer]:
    """Return what a checkpoint says of samples that are spread over a split."""
    model = load_checkpoint(name, "cpu")
    recipe = model.card.recipe["data"]
    options = dict(recipe["options"])
    if SETS[recipe["set"]].count is not None:
        options["count"] = count
    samples = load_set(recipe["set"], split, **options)
    places = np.linspace(0, len(samples) - 1, min(count, len(samples))).round()
    reader, answers = reader_of(model), []
    for place in places:
        sample = samples[int(place)]
        with torch.inference_mode():
            said = reader.say(reader.prepare([sample]), reader.modalities)
        chance = said.scores[0].float().softmax(dim=0).numpy()
        size = model.config.image_size
        truth = sample.label
        answers.append(Answer(sample=sample, truth=truth, chance=chance, size=size))
    return answers


def interpolated(chance: NDArray, sample: RGBDSample, size: Size) -> Iterator[NDArray]:
    """Return probabilities at the picture's size, in straight lines between."""
    height, width = sides(own_size(sample, size))
    return (np.asarray(cv2.resize(one, (width, height))) for one in chance)


def by_depth(chance: NDArray, sample: RGBDSample, size: Size) -> Iterator[NDArray]:
    """Return probabilities with the edges of depth, as where colours are missing."""
    alone = RGBDSample(rgb=None, depth_m=sample.depth_m)
    return refined(chance, alone, size)


def measure(answers: Sequence[Answer], refine: Refine) -> dict[str, float]:
    """Return figures of labels, and milliseconds of the processor a picture."""
    confusions, right, spent = [], np.zeros((len(BANDS), 2)), 0.0
    for one in answers:
        start = time.process_time()
        labels = np.stack(list(refine(one.chance, one.sample, one.size))).argmax(axis=0)
        spent += time.process_time() - start
        truth = fit_nearest(one.truth.astype(np.int32), own_size(one.sample, one.size))
        confusions.append(confusion_matrix(labels, truth, len(one.chance)))
        for row, width in enumerate(BANDS):
            near = near_borders(truth, width) & (truth >= 0)
            right[row] += (labels == truth)[near].sum(), near.sum()
    table = np.stack(confusions)
    return {
        "samples": len(answers),
        "miou": round(miou(table), 4),
        "pixel_accuracy": round(pixel_accuracy(table), 4),
        **{
            f"trimap_{width}": round(float(hits / all_), 4)
            for width, (hits, all_) in zip(BANDS, right, strict=True)
        },
        "cpu_ms": round(1000 * spent / len(answers)),
    }


def near_borders(truth: NDArray, width: int) -> NDArray[np.bool_]:
    """Return the pixels that lie within `width` of a change of class."""
    labels = truth.astype(np.float32)
    square = np.ones((3, 3), np.uint8)
    border = cv2.dilate(labels, square) != cv2.erode(labels, square)
    around = np.ones((2 * width - 1, 2 * width - 1), np.uint8)
    return np.asarray(cv2.dilate(border.astype(np.uint8), around)) > 0


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("name")
    parser.add_argument("--split", default="test")
    parser.add_argument("--count", type=int, default=100)
    parser.add_argument("--choose", action="store_true", help="Try other settings.")
    arguments = parser.parse_args()
    for row in run(**vars(arguments)):
        print(json.dumps(row))
