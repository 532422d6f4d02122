"""How the CPU scan lays its numbers out: arrays in, tiles of lanes inside."""

from typing import NamedTuple

import numpy as np
from numba import njit
from numpy.typing import NDArray

from fusionviz.models.alignmamba.scan.cpu_lanes import LOG2_E, WIDTH, load, store

CHUNK = 64

part = njit(error_model="numpy")


class Arrays(NamedTuple):
    """Inputs of the kernels, contiguous and of one dtype; absent ones are empty."""

    u: NDArray  # (batch, channel, token)
    delta: NDArray  # (batch, channel, token)
    A: NDArray  # (channel, state)
    B: NDArray  # (batch, group, token, state)
    C: NDArray  # (batch, group, token, state)
    D: NDArray  # (channel, 1)
    z: NDArray  # (batch, channel, token)
    delta_bias: NDArray  # (channel, 1)
    delta_softplus: bool


class Tile(NamedTuple):
    """One chunk of one block, (token, lane) each; y is also where gradients pass."""

    u: NDArray
    delta: NDArray
    z: NDArray
    y: NDArray


class Weights(NamedTuple):
    """The parameters of one block: (state, lane), and (1, lane) for skip and bias."""

    A: NDArray
    rate: NDArray  # A log2(e), so that exp(step A) = 2 ** (step rate)
    skip: NDArray
    bias: NDArray


@part
def count_blocks(arrays: Arrays) -> int:
    """Return how many blocks a sample has."""
    groups = arrays.B.shape[1]
    return groups * ((arrays.u.shape[1] // groups + WIDTH - 1) // WIDTH)


@part
def channels(block: int, arrays: Arrays) -> tuple[int, int, int]:
    """Return a block's group, its first channel, and the one after its last."""
    groups = arrays.B.shape[1]
    per_group = arrays.u.shape[1] // groups
    group, within = divmod(block, count_blocks(arrays) // groups)
    start = group * per_group + within * WIDTH
    return group, start, min(start + WIDTH, (group + 1) * per_group)


@part
def new_tile(like: NDArray) -> Tile:
    """Return a tile of like's dtype, not filled."""
    rows = np.empty((4, CHUNK, WIDTH), like.dtype)
    return Tile(rows[0], rows[1], rows[2], rows[3])


@part
def new_weights(A: NDArray) -> Weights:
    """Return the weights of a block with as many states as A, not filled."""
    states = A.shape[1]
    rows = np.empty((2 * states + 2, WIDTH), A.dtype)
    return Weights(rows[:states], rows[states:-2], rows[-2:-1], rows[-1:])


@part
def fill_weights(weights: Weights, start: int, stop: int, arrays: Arrays) -> None:
    """Read the parameters of channels start..stop."""
    transpose(weights.A, arrays.A[start:stop])
    transpose(weights.skip, arrays.D[start:stop])
    transpose(weights.bias, arrays.delta_bias[start:stop])
    for n in range(weights.A.shape[0]):
        store(weights.rate, n, load(weights.A, n) * LOG2_E)


@part
def fill_tile(
    tile: Tile, sample: int, start: int, stop: int, first: int, end: int, arrays: Arrays
) -> None:
    """Read channels start..stop of tokens first..end."""
    transpose(tile.u, arrays.u[sample, start:stop, first:end])
    transpose(tile.delta, arrays.delta[sample, start:stop, first:end])
    if arrays.z.size > 0:
        transpose(tile.z, arrays.z[sample, start:stop, first:end])


@part
def transpose(rows: NDArray, source: NDArray) -> None:
    """Write (channel, x) as (x, lane), zero in lanes without a channel."""
    rows[:, source.shape[0] :] = 0
    for lane in range(source.shape[0]):
        channel = source[lane]
        for x in range(source.shape[1]):
            rows[x, lane] = channel[x]


@part
def transpose_back(target: NDArray, rows: NDArray) -> None:
    """Write (x, lane) as (channel, x)."""
    for lane in range(target.shape[0]):
        channel = target[lane]
        for x in range(target.shape[1]):
            channel[x] = rows[x, lane]
