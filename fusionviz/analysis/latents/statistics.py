"""Measuring what the latents of a checkpoint are like over data."""

from collections.abc import Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from scipy.sparse.linalg import svds

from fusionviz.analysis.latents.collection import Latents, collect_latents
from fusionviz.analysis.shared.card_samples import samples_of, set_of
from fusionviz.analysis.shared.latent_statistics import (
    LatentStatistics,
    save_statistics,
    unit_length,
)
from fusionviz.errors import InputError
from fusionviz.models.cards import ModelCard
from fusionviz.models.checkpoints import load_checkpoint

COMPONENTS = 12
FOUND_ON, MEASURED_ON = 1024, 256
"""Samples that directions are found on, and others that they are measured on."""

LEAST_SHARE = 0.01
"""Of a sample's pixels that a class covers where it counts as there."""

LEAST_SAMPLES = 8
"""With and without a class, for its direction to be more than noise."""


def measure_checkpoint_latents(
    name: str, *, count: int = FOUND_ON, device: str = "auto"
) -> Path:
    """Measure a checkpoint's latents over its data; return the file they are kept in.

    Directions are found on samples of the training split, everything is measured on
    256 of the test split.

    Args:
        name: Of the checkpoint, or a path of it.
        count: How many samples directions are found on.
        device: As `pick_device` takes it.

    Raises:
        CheckpointError: The checkpoint is missing, damaged or of another version.
        InputError: The data is not there, or the checkpoint is no MANGO that reads
            RGB and depth.
    """
    if count < 2:
        raise InputError(f"directions need at least two samples, got {count}")
    model = load_checkpoint(name, device)
    card: ModelCard = model.card
    if card.kind != "mango" or tuple(card.config["modalities"]) != ("rgb", "depth"):
        raise InputError(f"{card.name} is no MANGO that reads RGB and depth")
    found_on = collect_latents(model, samples_of(card, "train", count))
    measured = collect_latents(model, samples_of(card, "test", MEASURED_ON))
    data = (
        f"{len(measured.z)} samples of the test split of {set_of(card)}; directions "
        f"found on {len(found_on.z)} of the training split"
    )
    statistics = measure_statistics(
        found_on, measured, weights_sha256=card.sha256, data=data
    )
    return save_statistics(statistics, name)


def measure_statistics(
    found_on: Latents, measured: Latents, *, weights_sha256: str, data: str
) -> LatentStatistics:
    """Return directions that are found on some latents and measured on others.

    Args:
        found_on: Latents of at least two samples.
        measured: Latents of at least two other samples.
        weights_sha256: Of the weights that gave them.
        data: What they are of, in words.
    """
    shape = measured.z.shape[1:]
    components = principal_components(found_on.z, COMPONENTS)
    names, directions, counts = _class_directions(found_on)
    classes = [found_on.classes.index(name) for name in names]
    variance = measured.z.var(axis=0, ddof=1, dtype=np.float64)
    deviation = deviation_along(measured.z, components)
    return LatentStatistics(
        weights_sha256=weights_sha256,
        data=data,
        found_on=len(found_on.z),
        samples=len(measured.z),
        mean=measured.z.mean(axis=0, dtype=np.float64).astype(np.float32),
        deviation=np.sqrt(variance).astype(np.float32),
        components=components,
        component_deviation=deviation,
        explained=(
            np.square(deviation, dtype=float) / max(variance.sum(), 1e-12)
        ).astype(np.float32),
        classes=names,
        class_directions=directions.reshape(len(names), *shape),
        class_deviation=deviation_along(measured.z, directions),
        class_gap=_gaps(measured, directions, classes),
        class_counts=counts,
        bits_per_dim=np.sort(measured.bits_per_dim),
    )


def principal_components(z: NDArray[np.floating], count: int) -> NDArray[np.float32]:
    """Return the directions along which samples vary most, most first.

    Signs are such that the largest entry of each is positive, as scikit-learn's.

    Args:
        z: (sample, 2N, d), at least two samples.
        count: How many; fewer are returned where samples span no more.

    Returns:
        (component, 2N, d), each of length 1.
    """
    flat = z.reshape(len(z), -1).astype(np.float64)
    flat -= flat.mean(axis=0)
    if not flat.any():
        return np.zeros((0, *z.shape[1:]), np.float32)
    count = min(count, len(z) - 1, flat.shape[1] - 1)
    # Lanczos: neither the covariance nor the Gram matrix of thousands is ever made.
    start = np.random.default_rng(0).standard_normal(min(flat.shape))
    _, sizes, rows = svds(flat, k=count, v0=start)
    order = np.argsort(-sizes, kind="stable")
    rows = rows[order][sizes[order] > 1e-9 * sizes.max()]
    largest = np.abs(rows).argmax(axis=1)
    rows *= np.sign(rows[np.arange(len(rows)), largest])[:, None]
    return rows.reshape(len(rows), *z.shape[1:]).astype(np.float32)


def deviation_along(
    z: NDArray[np.floating], directions: NDArray[np.floating]
) -> NDArray[np.float32]:
    """Return the standard deviation of samples along directions, (direction,).

    Args:
        z: (sample, 2N, d).
        directions: (direction, 2N, d), each of length 1.
    """
    along = _project(z, directions)
    return along.std(axis=0, ddof=1).astype(np.float32)


def _project(z: NDArray, directions: NDArray) -> NDArray[np.float64]:
    """Return how far samples lie along directions, (sample, direction)."""
    rows = directions.reshape(len(directions), z[0].size).astype(np.float64)
    return z.reshape(len(z), -1).astype(np.float64) @ rows.T


def _class_directions(
    latents: Latents,
) -> tuple[tuple[str, ...], NDArray[np.float32], NDArray[np.int32]]:
    """Return names, directions and counts of classes that some samples lack."""
    names, directions, counts = [], [], []
    for index, name in enumerate(latents.classes if latents.shares is not None else ()):
        shows, lacks = _shows_and_lacks(latents, index)
        if min(shows.sum(), lacks.sum()) < LEAST_SAMPLES:
            continue
        names.append(name)
        step = latents.z[shows].mean(axis=0) - latents.z[lacks].mean(axis=0)
        directions.append(step)
        counts.append((shows.sum(), lacks.sum()))
    stacked = np.array(directions, np.float32).reshape(-1, *latents.z.shape[1:])
    return (
        tuple(names),
        unit_length(stacked),
        np.array(counts, np.int32).reshape(-1, 2),
    )


def _shows_and_lacks(
    latents: Latents, index: int
) -> tuple[NDArray[np.bool_], NDArray[np.bool_]]:
    """Return which samples show a class, and which have none of it."""
    if latents.shares is None:
        none = np.zeros(len(latents.z), bool)
        return none, none
    share = latents.shares[:, index]
    return share >= LEAST_SHARE, share == 0


def _gaps(
    latents: Latents, directions: NDArray[np.float32], classes: Sequence[int]
) -> NDArray[np.float32]:
    """Return how far apart samples with and without lie, in standard deviations."""
    along = _project(latents.z, directions)
    gaps = []
    for column, index in enumerate(classes):
        shows, lacks = _shows_and_lacks(latents, index)
        values = along[:, column]
        if not shows.any() or not lacks.any() or values.std() == 0:
            gaps.append(np.nan)
            continue
        apart = values[shows].mean() - values[lacks].mean()
        gaps.append(apart / values.std(ddof=1))
    return np.array(gaps, np.float32)
