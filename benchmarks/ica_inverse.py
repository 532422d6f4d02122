"""Inverse of one invertible cross-attention layer against the authors' way.

Run `python -m benchmarks.ica_inverse`. The authors invert A with a pseudo-inverse
(`torch.linalg.pinv`); A is upper triangular, so a triangular solve does. Both sides
compute the attention themselves; both are checked to give the same tokens. A row each
says what the inverse of the matrices alone takes, with A at hand.
"""

from functools import partial

import torch

from benchmarks.side_by_side import compare, report, save
from fusionviz.models.mango import InvertibleCrossAttention, ModalityPartition

WIDTH, HEADS = 64, 8
ROUND = 0.02
"""Seconds that each side runs for in a round, or one call if that takes longer."""


def inverse_by_pinv(layer: InvertibleCrossAttention, y: torch.Tensor) -> torch.Tensor:
    """Return the tokens before attention, with the pseudo-inverse of A."""
    first, changed = layer.partition.split(y)
    matrix = layer.matrix(layer.attend(first))
    split = changed.unflatten(-1, (HEADS, -1)).transpose(1, 2)
    second = torch.linalg.pinv(matrix) @ split
    return layer.partition.merge(first, second.transpose(1, 2).flatten(-2))


def _apply_pinv(matrix: torch.Tensor, values: torch.Tensor) -> torch.Tensor:
    return torch.linalg.pinv(matrix) @ values


@torch.inference_mode()
def run() -> dict:
    """Return the rows for 64 and 256 tokens, batch 1, float32."""
    # glibc gives memory back to the system after every call until it has once freed a
    # block as large as this: then it keeps it, as in a process with a model loaded.
    torch.empty(7_000_000)
    rows = []
    for tokens in (64, 256):
        torch.manual_seed(0)
        layer = InvertibleCrossAttention(ModalityPartition(tokens), WIDTH, HEADS).eval()
        y = torch.randn(1, 2 * tokens, WIDTH)
        ours, theirs = layer.inverse(y), inverse_by_pinv(layer, y)
        rows.append(
            compare(
                f"{tokens} tokens, batch 1",
                partial(layer.inverse, y),
                "pinv, as in the authors' code",
                partial(inverse_by_pinv, layer, y),
                least_seconds=ROUND,
                largest_difference=(ours - theirs).abs().max().item(),
            )
        )
        first, changed = layer.partition.split(y)
        matrix = layer.matrix(layer.attend(first))
        split = changed.unflatten(-1, (HEADS, -1)).transpose(1, 2)
        rows.append(
            compare(
                f"{tokens} tokens, batch 1, the matrices alone",
                partial(torch.linalg.solve_triangular, matrix, split, upper=True),
                "pinv",
                partial(_apply_pinv, matrix, split),
                least_seconds=ROUND,
            )
        )
    return report("ica_inverse", rows)


if __name__ == "__main__":
    save(run())
