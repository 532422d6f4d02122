"""Where in the flow the volume changes: the log-determinant of every layer."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from fusionviz.analysis.shared.subjects.mango import MangoSubject


@dataclass(frozen=True, kw_only=True, eq=False)
class LayerCosts:
    """log|det| of each layer on one sample, in nats.

    Attributes:
        names: Of the layers, in order.
        kinds: `actnorm`, `mixing`, `mmca`, `imca`, `lica` or `coupling`.
        blocks: Block of each layer, from 1.
        log_det: Nats, (layer,); their sum is log|det dZ/dX|.
        log_prior: log N(z; 0, I) in nats.
        dimensions: 2 N d.
    """

    names: tuple[str, ...]
    kinds: tuple[str, ...]
    blocks: tuple[int, ...]
    log_det: NDArray[np.float64]
    log_prior: float
    dimensions: int


def measure_layer_costs(subject: MangoSubject) -> LayerCosts:
    """Return the log-determinant of every layer on a subject."""
    layers = subject.trace.layers
    z = subject.trace.z[0].astype(np.float64)
    return LayerCosts(
        names=tuple(layer.name for layer in layers),
        kinds=tuple(layer.kind for layer in layers),
        blocks=tuple(layer.block for layer in layers),
        log_det=np.array([float(layer.log_det[0]) for layer in layers]),
        log_prior=float(-0.5 * ((z**2).sum() + z.size * np.log(2 * np.pi))),
        dimensions=z.size,
    )
