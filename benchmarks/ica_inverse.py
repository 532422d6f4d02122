"""Inverse of one invertible cross-attention layer against the authors' way.

Run `python -m benchmarks.ica_inverse`. The authors invert A with a pseudo-inverse
(`torch.linalg.pinv`); A is upper triangular, so a triangular solve does, where any
matrix would be factorised (`torch.linalg.solve`, LU). Rows of a layer include the
attention on both sides: queries, keys, scores and softmax from the tokens, A, and the
way back to tokens; both are checked to give the same tokens. Rows of the matrices alone
have A at hand on both sides, and include nothing else.
"""

from functools import partial

import torch

from benchmarks.side_by_side import compare, report, save
from fusionviz.models.mango import InvertibleCrossAttention, ModalityPartition

WIDTH, HEADS = 64, 8
SIZES = (64, 256)
PEERS: dict[str, str] = {}
"""They are of torch itself."""
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


def inverse_by_lu(layer: InvertibleCrossAttention, y: torch.Tensor) -> torch.Tensor:
    """Return the tokens before attention, by a solver for any matrix."""
    first, changed = layer.partition.split(y)
    matrix = layer.matrix(layer.attend(first))
    split = changed.unflatten(-1, (HEADS, -1)).transpose(1, 2)
    second = torch.linalg.solve(matrix, split)
    return layer.partition.merge(first, second.transpose(1, 2).flatten(-2))


def solve_by_pinv(matrix: torch.Tensor, b: torch.Tensor) -> torch.Tensor:
    """Return the pseudo-inverse times what stands behind it."""
    return torch.linalg.pinv(matrix) @ b


@torch.inference_mode()
def run(sizes: tuple[int, ...] = SIZES, *, rounds: int = 15) -> dict:
    """Return the rows for some numbers of tokens, batch 1, float32."""
    # glibc gives memory back to the system after every call until it has once freed a
    # block as large as this: then it keeps it, as in a process with a model loaded.
    torch.empty(7_000_000)
    rows = []
    for tokens in sizes:
        torch.manual_seed(0)
        layer = InvertibleCrossAttention(ModalityPartition(tokens), WIDTH, HEADS).eval()
        y = torch.randn(1, 2 * tokens, WIDTH)
        ours = layer.inverse(y)
        whole = {
            "pinv, as in the authors' code": inverse_by_pinv,
            "LU (torch.linalg.solve)": inverse_by_lu,
        }
        for peer, inverse in whole.items():
            rows.append(
                compare(
                    f"{tokens} tokens, batch 1",
                    partial(layer.inverse, y),
                    peer,
                    partial(inverse, layer, y),
                    rounds=rounds,
                    least_seconds=ROUND,
                    largest_difference=(ours - inverse(layer, y)).abs().max().item(),
                    includes="attention, solve, and the way between tokens and heads",
                )
            )
        first, changed = layer.partition.split(y)
        matrix = layer.matrix(layer.attend(first))
        split = changed.unflatten(-1, (HEADS, -1)).transpose(1, 2)
        alone = {"pinv": solve_by_pinv, "LU (torch.linalg.solve)": torch.linalg.solve}
        for peer, solve in alone.items():
            rows.append(
                compare(
                    f"{tokens} tokens, batch 1, the matrices alone",
                    partial(torch.linalg.solve_triangular, matrix, split, upper=True),
                    peer,
                    partial(solve, matrix, split),
                    rounds=rounds,
                    least_seconds=ROUND,
                    includes="the solve, with the matrices at hand",
                )
            )
    return report("ica_inverse", rows)


if __name__ == "__main__":
    save(run())
