"""What a task has to give to be trained and measured."""

from abc import ABC, abstractmethod
from collections.abc import Iterator, Sequence
from typing import Any, ClassVar, Protocol, Self

import numpy as np
import torch
from torch import Tensor

from fusionviz.training.metrics.intervals import Measurement


class Batch(Protocol):
    """What `Task.prepare` makes: tensors that move to a device together."""

    def to(self, device: torch.device, /) -> Self:
        """Return the batch on `device`."""
        ...


class Task(ABC):
    """What is trained for: a batch, a loss and measurements.

    A task is made from the options of a stage of a recipe, `Task(**options)`, and
    keeps no state between calls. All its randomness comes from the generators that it
    is handed (or from torch's global one, which the loop seeds before every step), so
    that a resumed run repeats the uninterrupted one. The model that it is handed is
    the bare model, never a wrapper, so any of its methods may be called.

    Attributes:
        evaluation_batch: How many samples `batches` takes at once.
        settles: Whether something is chosen at the end of a stage (see `settle`).
    """

    evaluation_batch: ClassVar[int] = 16
    settles: ClassVar[bool] = False

    @property
    def together(self) -> int:
        """How many samples, from the first on, have to be measured by one process."""
        return 0

    @abstractmethod
    def prepare(
        self,
        model: Any,  # noqa: ANN401
        samples: Sequence[Any],
        augment: np.random.Generator | None = None,
    ) -> Batch:
        """Return `samples` as one batch on the CPU, sized for `model`.

        It is called in a background thread: it may read the model's config, but not
        its weights.

        Args:
            model: Gives the sizes.
            samples: One item of the batch each.
            augment: Source of random changes while training, None when measuring.
        """

    def initialise(self, model: Any, batch: Any) -> None:  # noqa: ANN401, B027
        """Set what depends on data (ActNorm) from the first samples of a stage.

        Called once at the start of a stage, without gradients, before the optimiser
        is made, with the same batch in every process. Does nothing by default.
        """

    def settle(self, model: Any, samples: Sequence[Any], device: torch.device) -> None:  # noqa: ANN401, B027
        """Set what is chosen on samples that training does not see, as a threshold.

        Called once at the end of a stage, in evaluation mode and without gradients,
        with the validation split. Does nothing by default; a task that does says so in
        `settles`.
        """

    @abstractmethod
    def loss(
        self,
        model: Any,  # noqa: ANN401
        batch: Any,  # noqa: ANN401
        generator: torch.Generator,
    ) -> dict[str, Tensor]:
        """Return scalars, of which `"loss"` is minimised and the others are logged.

        The loss is a mean over the items of the batch: then the gradient of a batch
        that is spread over processes is that of the whole batch.

        Args:
            model: In training mode, on the batch's device.
            batch: From `prepare`, or a part of it.
            generator: On the batch's device, seeded for this step.
        """

    @abstractmethod
    def evaluate(
        self,
        model: Any,  # noqa: ANN401
        samples: Sequence[Any],
        device: torch.device,
    ) -> dict[str, Measurement]:
        """Return what was measured on each sample, by metric name.

        Called in evaluation mode and without gradients. Names are those of the
        `evaluate` command: `miou`, `bits_per_dim`, `psnr`, ...
        """

    def batches(
        self,
        model: Any,  # noqa: ANN401
        samples: Sequence[Any],
        device: torch.device,
    ) -> Iterator[tuple[list[Any], Any]]:
        """Yield the samples in order, some at a time, with their batch on `device`."""
        for start in range(0, len(samples), self.evaluation_batch):
            stop = min(start + self.evaluation_batch, len(samples))
            chunk = [samples[index] for index in range(start, stop)]
            yield chunk, self.prepare(model, chunk).to(device)
