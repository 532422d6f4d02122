"""Measuring how far a checkpoint's labels can be trusted."""

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray

from fusionviz.analysis.shared.card_samples import samples_of, set_of
from fusionviz.analysis.shared.familiarity import Features, features_of, fit_cloud
from fusionviz.analysis.shared.limits import (
    LIKELIHOOD,
    Certainty,
    Limits,
    save_limits,
)
from fusionviz.analysis.shared.picture_classes import segment_picture
from fusionviz.analysis.shared.segmentation import Segmentation, class_names_of
from fusionviz.data.records import RGBDSample
from fusionviz.data.sets.registry import SETS
from fusionviz.data.sets.units import units_of
from fusionviz.errors import InputError
from fusionviz.models.cards import ModelCard
from fusionviz.models.checkpoints import load_checkpoint
from fusionviz.training.robustness.readers import Reader, reader_of

TRAINING, HELD_OUT = 800, 500
"""Samples at most: of a cloud, and of each split that is held out."""

LABELLED = 150
"""Test samples at most whose pixels are counted: a share of millions is known well."""

BINS = 100
"""Of sureness, from 0 to 1."""

Counts = NDArray[np.int64]
Tell = Callable[[str], None]
SplitFeatures = dict[tuple[str, str, str], list[dict[str, Features]]]
"""Features by data set, its options and split: of other weights they are the same."""


def measure_checkpoint_limits(
    name: str,
    *,
    count: int = HELD_OUT,
    kept: SplitFeatures | None = None,
    tell: Tell = lambda line: None,
) -> Path:
    """Measure a checkpoint's limits over its data; return the file they are kept in.

    Args:
        name: Of the checkpoint, or a path of it.
        count: At most so many samples of each split that is held out.
        kept: Features that were made for other checkpoints; those made here are added.
        tell: Told what happens, a line each.

    Raises:
        CheckpointError: The checkpoint is missing, damaged or of another version.
        InputError: The data is not there, or the checkpoint names no classes of pixels.
    """
    model = load_checkpoint(name)
    card: ModelCard = model.card
    names = tuple(getattr(model.config, "names", ()))
    if set(names) != {"rgb", "depth"} or card.config.get("target"):
        raise InputError(f"{card.name} does not name the classes of RGB and depth")
    tell("validation: how often pixels are right")
    chosen = count_right(model, samples_of(card, "validation", count))
    tell("test: how often pixels are right")
    counted = samples_of(card, "test", min(count, LABELLED))
    certainty = certainty_of(chosen, count_right(model, counted))
    test = samples_of(card, "test", count)
    tell("training and test: features")
    kept = {} if kept is None else kept
    known = _features(card, "train", min(TRAINING, 2 * count), kept)
    limits = limits_of(
        known,
        _features(card, "test", count, kept),
        units_of(test),
        bits=bits_of(model, test) if card.kind == "mango" else None,
        certainty=certainty,
        weights_sha256=card.sha256,
        data=f"{len(known)} training {_word(card)}",
    )
    return save_limits(limits, name)


def _word(card: ModelCard) -> str:
    """Return what the samples are that a checkpoint was trained on, in words."""
    name = set_of(card)
    return name if SETS[name].count is not None else f"photographs of {name}"


def _features(
    card: ModelCard, split: str, count: int, kept: SplitFeatures
) -> list[dict[str, Features]]:
    """Return the features of a split of a checkpoint's data."""
    options = json.dumps(card.recipe.get("data", {}).get("options", {}))
    key = set_of(card), options, split
    if key not in kept:
        samples = samples_of(card, split, count)
        kept[key] = [features_of(samples[i]) for i in range(len(samples))]
    return kept[key]


def count_right(model: Any, samples: Sequence[RGBDSample]) -> Counts:  # noqa: ANN401
    """Return labelled pixels that are wrong and right, by sureness, (2, bin).

    Args:
        model: It names the classes of pixels.
        samples: With labels.
    """
    reader = reader_of(model)
    total = np.zeros((2, BINS), np.int64)
    for index in range(len(samples)):
        total += count_sureness(_labels(reader, samples[index]))
    return total


def count_sureness(said: Segmentation) -> Counts:
    """Return the labelled pixels of a picture that are wrong and right, (2, bin)."""
    if said.truth is None:
        raise ValueError("sureness is counted where there are labels")
    there = said.truth >= 0
    bins = np.minimum((said.sureness[there] * BINS).astype(np.int64), BINS - 1)
    right = said.labels[there] == said.truth[there]
    return np.stack([np.bincount(bins[right == r], minlength=BINS) for r in (0, 1)])


def certainty_of(chosen: Counts, measured: Counts) -> Certainty:
    """Return the bound that some pixels give, and what it is worth on others.

    Below it most pixels are wrong, above it right: the wrong ones below outnumber the
    right ones by as many as can be.

    Args:
        chosen: Wrong and right pixels by sureness, (2, bin), of validation.
        measured: The same of test samples.
    """
    lost = np.cumsum(chosen[0] - chosen[1])
    last = int(lost.argmax()) + 1 if lost.max() > 0 else 0
    low, high = measured[:, :last].sum(axis=1), measured[:, last:].sum(axis=1)
    return Certainty(
        below=last / BINS,
        unsure_right=float(_share_right(low[:, None])[0]),
        sure_right=float(_share_right(high[:, None])[0]),
        unsure_share=float(low.sum() / max(measured.sum(), 1)),
    )


def _share_right(counts: Counts) -> NDArray[np.float64]:
    """Return shares of right pixels, 0 where there are none, (bin,)."""
    return counts[1] / np.maximum(counts.sum(axis=0), 1)


def limits_of(
    known: Sequence[Mapping[str, Features]],
    others: Sequence[Mapping[str, Features]],
    units: Sequence[str],
    *,
    bits: Sequence[float] | None,
    certainty: Certainty,
    weights_sha256: str,
    data: str,
) -> Limits:
    """Return limits from features of training samples and of held-out ones.

    Every second unit of the held-out ones is kept to compare with; on the rest it is
    counted how many are flagged.

    Args:
        known: Features of training samples.
        others: Of held-out ones.
        units: What each held-out sample is drawn together with.
        bits: Bits per dimension of the held-out ones; None without a flow.
        certainty: Of the labels.
        weights_sha256: Of the weights.
        data: What it was trained on, in words.
    """
    clouds = {
        name: fit_cloud([one[name] for one in known])
        for name in ("rgb", "depth")
        if all(name in one for one in (*known, *others))
    }
    order = {unit: number for number, unit in enumerate(dict.fromkeys(units))}
    kept = np.array([order[unit] % 2 == 0 for unit in units])
    distances = {
        name: np.array([cloud.distance(one[name]) for one in others])
        for name, cloud in clouds.items()
    }
    usual = None
    if bits is not None:
        usual = float(np.median(np.array(bits)[kept]))
        distances[LIKELIHOOD] = np.abs(np.array(bits) - usual)
    limits = Limits(
        weights_sha256=weights_sha256,
        data=data,
        certainty=certainty,
        clouds=clouds,
        usual_bits=usual,
        held={name: far[kept].astype(np.float32) for name, far in distances.items()},
        checked=0,
        flagged=0.0,
    )
    rest = np.flatnonzero(~kept).tolist()
    said = [limits.nearness(others[i], None if bits is None else bits[i]) for i in rest]
    flags = [one.is_far for one in said if one is not None]
    share = float(np.mean(flags)) if flags else 0.0
    return replace(limits, checked=len(rest), flagged=share)


def bits_of(model: Any, samples: Sequence[RGBDSample]) -> list[float]:  # noqa: ANN401
    """Return the bits per dimension that a MANGO takes for samples."""
    found = []
    for index in range(len(samples)):
        with torch.inference_mode():
            x = model.encode([samples[index]])
            found.append(float(model.bits_per_dim(x)[0]))
    return found


def _labels(reader: Reader, sample: RGBDSample) -> Segmentation:
    with torch.inference_mode():
        said = reader.say(reader.prepare([sample]), reader.modalities)
    size = reader.model.config.image_size
    return segment_picture(said.scores, sample, size, class_names_of(reader.model))
