"""Attention across layers: which tokens the content of a token comes from.

With its attention held fixed, a head of an invertible cross-attention layer is a matrix
on its own channels of the 2N joint tokens X,

    M_h = W⁻¹ blockdiag(I, A_h) W = I + W⁻¹[:, 2] (A_h - I) W[2, :]

with W the partition (a permutation for MMCA and IMCA, LICA's learned mixing), its
second half of columns and rows, and A_h = I + g S in the gated form. A layer is the
mean of its heads, which all have d / heads channels, and layers multiply, first to last
(attention rollout, Abnar & Zuidema 2020, section 3):

    signed    M = mean over heads of M_h, R = M_L ... M_1; gates keep their signs, so
              that what one head adds another may take away
    absolute  M = mean over heads of |M_h|, each row divided by its sum

What is not in it: the paths through queries and keys, couplings, channel mixings and
ActNorms.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from typing import Literal

import numpy as np
import torch
from jaxtyping import Float
from numpy.typing import NDArray
from torch import Tensor

from fusionviz.analysis.shared.pictures import Pictures
from fusionviz.analysis.shared.subjects.mango import MangoSubject
from fusionviz.data.grid import Grid
from fusionviz.errors import InputError
from fusionviz.models.mango.layers.attention import InvertibleCrossAttention
from fusionviz.models.mango.layers.partition import LearnedPartition, Partition

Signs = Literal["signed", "absolute"]
SIGNS: tuple[Signs, ...] = ("signed", "absolute")
Direction = Literal["from", "to"]
DIRECTIONS: tuple[Direction, ...] = ("from", "to")
Path = Literal["read", "decide"]
PATHS: tuple[Path, ...] = ("read", "decide")

KEPT = 8
"""Rollouts that are kept, so that another patch is a look into a matrix."""

Joint = Float[Tensor, "joint joint"]
Heads = Float[Tensor, "head token token"]


@dataclass(frozen=True, kw_only=True, eq=False)
class Rollout:
    """The layers of a flow as matrices on the joint tokens, block by block.

    Row i of a matrix says what token i after it is made of; joint token n < N is RGB's
    patch n, row by row, N + n depth's.

    Attributes:
        signs: `signed` or `absolute`, see the module.
        after: All layers to each block's end, (block, 2N, 2N).
        within: Each block's own layers, (block, 2N, 2N).
        decided: How much of what attention moves in each block is decided by, and
            written into, which modality: |A| off its diagonal, mean over heads, summed
            over layers, (block, source of keys, target).
        grid: Rows and columns of one modality's tokens.
        pictures: What the model read.
        missing: The modality whose tokens are the model's guess, or None.
    """

    signs: Signs
    after: NDArray[np.float32]
    within: NDArray[np.float32]
    decided: NDArray[np.float64]
    grid: Grid
    pictures: Pictures
    missing: str | None

    @property
    def blocks(self) -> int:
        """How many blocks there are."""
        return len(self.after)

    @property
    def tokens(self) -> int:
        """Tokens of one modality, N."""
        return self.grid.places

    def shares(self, token: int, direction: Direction) -> NDArray[np.float64]:
        """Return what a token is made of, or what it is part of, after each block.

        Every row is divided by the sum of its absolute values: what any token is made
        of adds up to 1, signs aside. `from` is the token's row of that, `to` its
        column.

        Args:
            token: Joint token, 0..2N - 1.
            direction: `from` for sources of the token, `to` for where it goes.

        Returns:
            (block, 2, row, column), RGB then depth.
        """
        rows = self.after.astype(np.float64)
        rows /= np.abs(rows).sum(axis=2, keepdims=True)
        picked = rows[:, token] if direction == "from" else rows[:, :, token]
        return picked.reshape(self.blocks, 2, *self.grid)

    @property
    def moved(self) -> NDArray[np.float64]:
        """Share of each block's own absolute weight off its diagonal, (block,)."""
        weight = np.abs(self.within.astype(np.float64))
        kept = np.trace(weight, axis1=1, axis2=2)
        return 1 - kept / weight.sum(axis=(1, 2))

    def modality_flow(self, path: Path) -> NDArray[np.float64]:
        """Return which modality feeds which in each block, (block, source, target).

        Args:
            path: `read`: what is read, the block's matrix off its diagonal. `decide`:
                what decides, by queries and keys, how much is read.

        Returns:
            Shares of each block's absolute weight, RGB then depth; a block adds up to
            1, or to 0 where nothing moves.
        """
        mass = self.decided if path == "decide" else self._read()
        total = mass.sum(axis=(1, 2), keepdims=True)
        return np.divide(mass, total, out=np.zeros_like(mass), where=total > 0)

    def _read(self) -> NDArray[np.float64]:
        weight = np.abs(self.within.astype(np.float64))
        every = np.arange(2 * self.tokens)
        weight[:, every, every] = 0
        halves = weight.reshape(self.blocks, 2, self.tokens, 2, self.tokens)
        return halves.sum(axis=(2, 4)).swapaxes(1, 2)


@lru_cache(maxsize=KEPT)
def measure_rollout(subject: MangoSubject, signs: Signs = "signed") -> Rollout:
    """Return the layers of a subject's flow as matrices on its joint tokens.

    Args:
        subject: Model and sample.
        signs: `signed` or `absolute`.

    Raises:
        InputError: The model has no attention.
    """
    blocks: dict[int, tuple[Tensor, Tensor]] = {}
    with torch.inference_mode():
        for block, matrix, decided in _layers(subject, signs):
            before = blocks.get(block, (torch.eye(len(matrix)).to(matrix), 0))
            blocks[block] = (matrix @ before[0], before[1] + decided)
    if not blocks:
        raise InputError("this model has no attention layers: nothing can be composed")
    within = [matrix.numpy() for matrix, _ in blocks.values()]
    after = [within[0]]
    for later in within[1:]:
        after.append(later @ after[-1])
    return Rollout(
        signs=signs,
        after=np.stack(after).astype(np.float32),
        within=np.stack(within).astype(np.float32),
        decided=np.stack([decided.numpy() for _, decided in blocks.values()]),
        grid=subject.grid,
        pictures=subject.pictures,
        missing=subject.missing,
    )


def _layers(
    subject: MangoSubject, signs: Signs
) -> Iterator[tuple[int, Joint, Float[Tensor, "2 2"]]]:
    """Yield block, joint matrix, and who decides what, of each attention layer."""
    for traced in subject.trace.attention_layers:
        layer = subject.model.flow.layers[traced.index]
        if not isinstance(layer, InvertibleCrossAttention):
            raise TypeError(f"{traced.name} has attention, but is no such layer")
        weights = torch.from_numpy(traced.attention).to(subject.model.device)
        heads = layer.matrix(weights)[0]
        there, back = _both_ways(layer.partition, heads)
        heads = heads.double().cpu()
        is_mixed = isinstance(layer.partition, LearnedPartition)
        matrix = joint_matrix(heads, there, back, signs, is_mixed=is_mixed)
        yield traced.block, matrix, _decided(heads, there, back, signs)


def _both_ways(partition: Partition, like: Tensor) -> tuple[Joint, Joint]:
    """Return W, whose rows are the positions of X1 and then X2, and W⁻¹."""
    every = torch.eye(2 * like.shape[-1]).to(like)[None]
    there = torch.cat(partition.split(every), dim=1)
    back = partition.merge(*every.chunk(2, dim=1))
    return there[0].double().cpu(), back[0].double().cpu()


def joint_matrix(
    heads: Heads, there: Joint, back: Joint, signs: Signs, *, is_mixed: bool = True
) -> Joint:
    """Return a layer's matrix on the joint tokens.

    Args:
        heads: A of each head.
        there: W, from joint tokens to the positions of X1 and X2.
        back: W⁻¹.
        signs: `signed`: mean of the heads; `absolute`: mean of their absolute values,
            rows divided by their sums.
        is_mixed: False where W only picks: then absolute values can be taken of A,
            once for all heads.
    """
    if signs == "signed":
        return _act(heads.mean(dim=0), there, back)
    if is_mixed:
        total = torch.zeros_like(there)
        for head in heads:  # all at once would take heads times the memory
            total += _act(head, there, back).abs()
    else:
        total = _act(heads.abs().mean(dim=0), there, back)
    return total / total.sum(dim=1, keepdim=True)


def _act(matrix: Float[Tensor, "token token"], there: Joint, back: Joint) -> Joint:
    """Return W⁻¹ blockdiag(I, A) W."""
    tokens = len(matrix)
    identity = torch.eye(tokens, dtype=matrix.dtype)
    change = back[:, tokens:] @ (matrix - identity) @ there[tokens:]
    return torch.eye(2 * tokens, dtype=matrix.dtype) + change


def _decided(
    heads: Heads, there: Joint, back: Joint, signs: Signs
) -> Float[Tensor, "source target"]:
    """Return |A| off the diagonal by the modalities of X1's key and of X2's token.

    A position of LICA is a mixture: it counts for each modality by the share of its
    absolute weights there.
    """
    tokens = heads.shape[-1]
    weight = heads.mean(dim=0).abs() if signs == "signed" else heads.abs().mean(dim=0)
    keys = there[:tokens].abs().unflatten(1, (2, tokens)).sum(dim=2)
    targets = back[:, tokens:].abs().unflatten(0, (2, tokens)).sum(dim=1)
    keys = keys / keys.sum(dim=1, keepdim=True)
    targets = targets / targets.sum(dim=0, keepdim=True)
    return (targets @ weight.triu(1) @ keys).T
