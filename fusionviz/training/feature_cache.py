"""What a frozen encoder makes of images, kept on disk so that it is made once.

A row is found by what the image shows: its name is a hash of the pixels, the modality
and the encoder. So nothing can be out of date, and samples need no names. Numbers are
kept in 16 bits, 0.44 MB for 320x240 pixels; the folder is `features/` in that of the
cache (see `cache_folder`) and may be deleted at any time.
"""

import hashlib
import os
import tempfile
from collections.abc import Callable
from pathlib import Path

import numpy as np
import torch
from jaxtyping import Float
from numpy.typing import NDArray
from torch import Tensor

from fusionviz.data.folders import cache_folder
from fusionviz.models.encoders import FeatureLayout, load_encoder
from fusionviz.models.encoders.pictures import to_picture
from fusionviz.models.inputs import ImageBatch
from fusionviz.training.loop.interrupt import stop_if_wanted

AT_ONCE = 8
"""Images that are read at once: between them a training can be stopped."""

VERSION = 1
"""Raised when pictures or encoders give other features than before."""


def with_features(batch: ImageBatch, encoder: str) -> ImageBatch:
    """Return a batch that holds its features, from the cache or made now.

    Args:
        batch: Samples that lack a modality have zeros there, as for any image.
        encoder: Name of the encoder, as `load_encoder` takes it.
    """
    features = {
        name: read_features(image, name, encoder)
        for name, image in batch.images.items()
    }
    return ImageBatch(
        images=batch.images,
        valid=batch.valid,
        present=batch.present,
        features=features,
    )


def read_features(
    images: Float[Tensor, "batch channel height width"], modality: str, encoder: str
) -> Float[Tensor, "batch number"]:
    """Return the features of images, made and kept where they are not there yet.

    Args:
        images: In -1..1.
        modality: What they are of.
        encoder: Name of the encoder.
    """
    height, width = images.shape[-2:]
    folder = Path(encoder) / f"{height}x{width}" / modality

    def make(some: Tensor) -> Tensor:
        network = load_encoder(encoder)
        layout = FeatureLayout(channels=network.channels, size=(height, width))
        return layout.join(network(to_picture(some, modality)))

    return keep_features(images, folder, make)


def keep_features(
    images: Float[Tensor, "batch channel height width"],
    folder: Path,
    make: Callable[[Tensor], Tensor],
) -> Float[Tensor, "batch ..."]:
    """Return what is made of images, from the cache where it is there.

    Args:
        images: In -1..1.
        folder: Below the cache's, for what is made in this way of this size.
        make: From some of the images to an item each.
    """
    root = cache_folder() / "features" / f"v{VERSION}" / folder
    paths = [_path(root, image.numpy()) for image in images]
    missing = {path: at for at, path in enumerate(paths) if not path.exists()}
    todo = list(missing.items())
    for start in range(0, len(todo), AT_ONCE):
        stop_if_wanted()
        some = todo[start : start + AT_ONCE]
        with torch.inference_mode():
            made = make(images[[at for _, at in some]]).half()
        for (path, _), item in zip(some, made.numpy(), strict=True):
            _store(path, item)
    return torch.from_numpy(np.stack([np.load(path) for path in paths])).float()


def _path(folder: Path, image: NDArray[np.float32]) -> Path:
    pixels = np.ascontiguousarray(image).tobytes()
    name = hashlib.blake2b(pixels, digest_size=16).hexdigest()
    return folder / name[:2] / f"{name}.npy"


def _store(path: Path, row: NDArray[np.float16]) -> None:
    """Write a row into its file, which is there in full or not at all."""
    path.parent.mkdir(parents=True, exist_ok=True)
    handle, partial = tempfile.mkstemp(dir=path.parent, suffix=".part")
    try:
        with os.fdopen(handle, "wb") as file:
            np.save(file, row)
        os.replace(partial, path)
    except BaseException:
        os.unlink(partial)
        raise
