"""How like real pictures those are that a MANGO makes: drawn, decoded or translated."""

import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from fusionviz.data.sets.units import units_of
from fusionviz.errors import InputError
from fusionviz.models.cards import Estimate, ModelCard
from fusionviz.models.checkpoints import load_checkpoint
from fusionviz.models.encoders.feature_networks import FeatureNetwork
from fusionviz.models.encoders.pictures import to_picture
from fusionviz.models.inputs import ImageBatch, to_range
from fusionviz.models.mango import Mango
from fusionviz.training.evaluation import load_samples, unit_word
from fusionviz.training.metrics.feature_distance import (
    frechet_distance,
    kernel_distance,
)
from fusionviz.training.task import Task
from fusionviz.training.tasks import make_task

Images = Mapping[str, Tensor]
"""By modality, (batch, channel, height, width) in -1..1."""

Rows = NDArray[np.floating]


@dataclass(frozen=True, kw_only=True)
class Draw:
    """How pairs are drawn.

    Attributes:
        temperature: Standard deviation of the latents.
        seed: Of the latents.
    """

    temperature: float = 1.0
    seed: int = 0


def measure_likeness(
    name: str,
    network: FeatureNetwork,
    data: str | None = None,
    *,
    count: int | None = None,
    draw: Draw | None = None,
    device: str = "auto",
    tell: Callable[[str], None] = lambda _: None,
) -> dict[str, Any]:
    """Return how far the pictures that a MANGO makes are from real ones.

    Of a model that translates, `translated` pictures of the samples are compared with
    their true ones. Of the others, pairs `drawn` from it, as many as there are samples,
    and the samples as the codec brings them back, `decoded`: what a perfect flow on
    those tokens would reach.

    Args:
        name: Of the checkpoint, or a path of it.
        network: Whose features are compared.
        data: A data set, of which the test split is taken, or a folder of samples; the
            set that the checkpoint was trained on if not given.
        count: How many samples, from the first on; as `evaluate` takes if not given.
        draw: How pairs are drawn, of a model that draws; the default of `Draw` if not
            given.
        device: As `pick_device` takes it.
        tell: Takes a line on what is being done.

    Returns:
        `{"checkpoint", "data", "samples", "unit", "features", "made": {"drawn":
        {"rgb_kernel_distance": {"value", "low", "high", "n"},
        "rgb_frechet_distance": ...}, "decoded": ...}, "temperature", "seed", "seconds",
        "device"}`, a distance for each modality; without temperature and seed where
        nothing is drawn. Of the network of a user's file they are called `kid` and
        `fid`, which they are if that is Inception-v3. Of an encoder never, and its
        features are divided by the root of the mean square of those of the real
        pictures first.

    Raises:
        CheckpointError: The checkpoint is missing, damaged or of another version.
        InputError: The checkpoint makes no pictures, it is said how a translation is to
            be drawn, the data is not there, there are fewer than three units of it, or
            the network does not take the pictures.
    """
    began = time.monotonic()
    model = load_checkpoint(name, device)
    card: ModelCard = model.card
    if not isinstance(model, Mango):
        raise InputError(
            f"{card.name} makes no pictures; a MANGO of images draws or translates them"
        )
    target = model.config.target
    if target and draw is not None:
        raise InputError(
            f"{card.name} translates into {target}: it draws nothing, so there is no "
            "temperature and no seed"
        )
    draw = draw or Draw()
    data = data or card.recipe.get("data", {}).get("set", "rooms")
    samples = load_samples(card, data, count)
    units = units_of(samples)
    if len(set(units)) < 3:
        raise InputError(
            f"a distance with an interval needs three units of pictures, {data} has "
            f"{len(set(units))}: take more samples"
        )
    task = make_task(card.task, card.task_options)
    asker = _Asker(model, task, network, tell)
    with torch.inference_mode():
        real, made = asker.compare(samples, draw)
    distances = _named if network.is_file else _of_unit_scale
    return {
        "checkpoint": card.name,
        "data": data,
        "samples": len(samples),
        "unit": unit_word(data, samples),
        "features": network.name,
        "made": {kind: distances(real, rows, units) for kind, rows in made.items()},
        **({} if target else asdict(draw)),
        "seconds": round(time.monotonic() - began, 3),
        "device": str(model.device),
    }


@dataclass(frozen=True, eq=False)
class _Asker:
    """A model's pictures, and what a network says of them."""

    model: Mango
    task: Task
    network: FeatureNetwork
    tell: Callable[[str], None]

    def compare(
        self, samples: Sequence[Any], draw: Draw
    ) -> tuple[dict[str, Rows], dict[str, dict[str, Rows]]]:
        """Return features of real pictures, and of those made, by how and modality."""
        real, made = _Collected(self.network), _Collected(self.network)
        target = self.model.config.target
        done = 0
        for images in self._batches(samples):
            self._require(images)
            x = self.model.encode(images)
            if target:
                real.add({target: images[target]})
                made.add({target: self.model.translate(self.model.flow(x)[0])})
            else:
                real.add({name: images[name] for name in self.model.config.modalities})
                made.add(self.model.decode(x))
            done += len(x)
            self.tell(f"{done} of {len(samples)} samples")
        if target:
            return real.rows(), {"translated": made.rows()}
        drawn = self._drawn(len(samples), draw)
        return real.rows(), {"drawn": drawn, "decoded": made.rows()}

    def _batches(self, samples: Sequence[Any]) -> Iterator[ImageBatch]:
        for _, batch in self.task.batches(self.model, samples, self.model.device):
            yield batch.images

    def _drawn(self, count: int, draw: Draw) -> dict[str, Rows]:
        generator = torch.Generator().manual_seed(draw.seed)
        drawn = _Collected(self.network)
        step = self.task.evaluation_batch
        for start in range(0, count, step):
            x = self.model.sample(
                min(step, count - start),
                temperature=draw.temperature,
                generator=generator,
            )
            drawn.add(self.model.decode(x))
            self.tell(f"{min(start + step, count)} of {count} draws")
        return drawn.rows()

    def _require(self, images: ImageBatch) -> None:
        """Refuse samples without the pictures that are compared."""
        target = self.model.config.target
        names = (target,) if target else self.model.config.modalities
        for name in names:
            if not images.present[name].all():
                raise InputError(f"pictures are compared in {name}; a sample has none")


class _Collected:
    """The features of pictures that come a batch at a time."""

    def __init__(self, network: FeatureNetwork) -> None:
        self._network = network
        self._rows: dict[str, list[Rows]] = {}

    def add(self, images: Images) -> None:
        """Ask the network of some."""
        for name, image in images.items():
            picture = to_picture(to_range(image, name), name)
            rows = self._network(picture).cpu().numpy()
            self._rows.setdefault(name, []).append(rows)

    def rows(self) -> dict[str, Rows]:
        """Return all that was asked, by modality."""
        return {name: np.concatenate(rows) for name, rows in self._rows.items()}


def _named(
    real: Mapping[str, Rows], made: Mapping[str, Rows], units: Sequence[str]
) -> dict[str, dict[str, Any]]:
    """Return both distances of each modality, by what they are called for Inception."""
    return _distances(real, made, units, ("kid", "fid"))


def _of_unit_scale(
    real: Mapping[str, Rows], made: Mapping[str, Rows], units: Sequence[str]
) -> dict[str, dict[str, Any]]:
    """Return both distances of each modality in the scale of the real features.

    The kernel is made for features about 1, which those of an encoder need not be.
    """
    scales = {name: np.sqrt(np.square(rows).mean()) for name, rows in real.items()}
    return _distances(
        {name: rows / scales[name] for name, rows in real.items()},
        {name: rows / scales[name] for name, rows in made.items()},
        units,
        ("kernel_distance", "frechet_distance"),
    )


def _distances(
    real: Mapping[str, Rows],
    made: Mapping[str, Rows],
    units: Sequence[str],
    names: tuple[str, str],
) -> dict[str, dict[str, Any]]:
    """Return both distances of each modality."""
    kernel, frechet = names
    found: dict[str, dict[str, Any]] = {}
    for modality, rows in made.items():
        near = kernel_distance(rows, real[modality], units=units)
        far = frechet_distance(rows, real[modality])
        found[f"{modality}_{kernel}"] = near.to_table()
        found[f"{modality}_{frechet}"] = Estimate(
            value=far, low=None, high=None, n=len(rows)
        ).to_table()
    return found
