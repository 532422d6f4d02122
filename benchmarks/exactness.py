"""How exact every invertible layer is: log-determinant and inverse, both precisions.

Run `python -m benchmarks.exactness`. Each layer gets random weights (a layer at its
start hides errors) and random tokens of unit scale. The log-determinant is held
against `slogdet` of autograd's Jacobian in float64; the inverse against the tokens that
went in. The softmax form inverts badly by nature: its diagonals come close to 0.
"""

import copy
from collections.abc import Iterator
from dataclasses import asdict, dataclass

import torch

from benchmarks.side_by_side import report
from fusionviz.data.grid import Grid
from fusionviz.models.mango import (
    ActNorm,
    AffineCoupling,
    AutoregressiveHalf,
    AutoregressivePlaces,
    CausalSizes,
    ChannelMixing,
    InterModalityPartition,
    InvertibleCrossAttention,
    InvertibleLayer,
    LearnedPartition,
    MangoConfig,
    MangoFlow,
    ModalityPartition,
)
from fusionviz.models.mango.config import AttentionForm
from fusionviz.models.mango.layers.partition import Partition

GRID, WIDTH, HEADS, BATCH = 4, 8, 2, 4
TOKENS = GRID**2
FORMS: tuple[AttentionForm, ...] = ("gated", "residual", "softmax")

Layer = InvertibleLayer | MangoFlow


@dataclass(frozen=True, kw_only=True)
class Exactness:
    """Largest errors of one layer, by precision (nats a sample, token units)."""

    layer: str
    log_det_64: float
    log_det_32: float
    inverse_64: float
    inverse_32: float


def measure(name: str, layer: Layer, x: torch.Tensor) -> Exactness:
    """Return the errors of a float64 layer and of its float32 copy."""
    single = copy.deepcopy(layer).float()
    with torch.no_grad():
        y, log_det = layer(x)
        y_32, log_det_32 = single(x.float())
        back, back_32 = layer.inverse(y), single.inverse(y_32)
    expected = torch.stack([_jacobian_log_det(layer, item) for item in x])
    return Exactness(
        layer=name,
        log_det_64=(log_det - expected).abs().max().item(),
        log_det_32=(log_det_32 - expected).abs().max().item(),
        inverse_64=(back - x).abs().max().item(),
        inverse_32=(back_32 - x).abs().max().item(),
    )


def layers() -> Iterator[tuple[str, Layer]]:
    """Yield every layer, partition and form, and whole flows."""
    for form in FORMS:
        for name, partition in _partitions():
            layer = InvertibleCrossAttention(partition, WIDTH, HEADS, form)
            yield f"{name}, {form}", layer
    sizes = CausalSizes(hidden=24, heads=2)
    for name, partition in _partitions():
        half = AutoregressiveHalf(partition, WIDTH, sizes)
        yield f"{name}, autoregressive", half
    places = AutoregressivePlaces(TOKENS, WIDTH, sizes, backwards=True)
    yield "places, autoregressive", places
    yield "coupling", AffineCoupling(Grid(GRID, GRID), WIDTH, 16)
    yield "ActNorm", ActNorm(TOKENS, WIDTH)
    yield "channel mixing", ChannelMixing(WIDTH)
    config = MangoConfig(
        image_size=4 * GRID,
        grid=GRID,
        width=WIDTH,
        heads=HEADS,
        coupling_width=16,
        codec_widths=(8, 8),
    )
    yield "flow of 4 blocks, gated", MangoFlow(config)


def _partitions() -> Iterator[tuple[str, Partition]]:
    """Yield every partition, made anew."""
    yield "MMCA", ModalityPartition(TOKENS)
    yield "MMCA flipped", ModalityPartition(TOKENS, flipped=True)
    for pairing in range(4):
        yield f"IMCA {pairing}", InterModalityPartition(TOKENS, pairing)
    yield "LICA", LearnedPartition(TOKENS)


def run() -> dict:
    """Return the errors of all layers, a row each."""
    return report("exactness", [asdict(row) for row in measure_all()])


def measure_all() -> list[Exactness]:
    """Return the errors of all layers."""
    torch.manual_seed(0)
    rows = []
    for name, layer in layers():
        scale = 0.05 if isinstance(layer, MangoFlow) else 0.2
        with torch.no_grad():
            for weight in layer.parameters():
                weight.add_(scale * torch.randn_like(weight))
        x = torch.randn(BATCH, 2 * TOKENS, WIDTH, dtype=torch.float64)
        rows.append(measure(name, layer.double(), x))
    return rows


def _jacobian_log_det(layer: Layer, sample: torch.Tensor) -> torch.Tensor:
    def flat(values: torch.Tensor) -> torch.Tensor:
        return layer(values.view(1, *sample.shape))[0].flatten()

    jacobian = torch.autograd.functional.jacobian(
        flat, sample.flatten(), vectorize=True
    )
    return torch.linalg.slogdet(jacobian).logabsdet


if __name__ == "__main__":
    print(f"{'layer':28}{'log-determinant':>20}{'inverse':>20}")
    print(f"{'':28}{'float64':>10}{'float32':>10}{'float64':>10}{'float32':>10}")
    for row in measure_all():
        print(
            f"{row.layer:28}{row.log_det_64:10.1e}{row.log_det_32:10.1e}"
            f"{row.inverse_64:10.1e}{row.inverse_32:10.1e}"
        )
