"""The fused selective scan in numba: forward, and backward from checkpoints.

A *block* is WIDTH channels of one group, computed on together as `Lanes`; what the
group's last block lacks is zero. A *chunk* is CHUNK tokens, transposed into rows of
lanes (a `Tile`). States never go to memory, except one per chunk where a backward pass
will follow (`checkpoints`): that pass recomputes a chunk's states from it, then walks
the chunk backwards.

Gradients, with g for "gradient of the loss by": from y = <C, h> and h = kept + drive B,
where kept = exp(step A) h_before and drive = step u,

    g(h)    = g(y) C + exp(step' A) g(h')        (' = one token later)
    g(C)    = g(y) h,    g(B) = g(h) drive,    g(drive) = <g(h), B>
    g(step) = <g(h) kept, A> + g(drive) u,    g(A) = g(h) kept step

After a change in cpu_lanes or cpu_tiles touch this file too: numba's cache
looks at its date.
"""

from typing import Any, NamedTuple

import numpy as np
from numba import njit
from numpy.typing import NDArray

from fusionviz.models.alignmamba.scan.cpu_lanes import (
    LOG2_E,
    WIDTH,
    exp2,
    load,
    log1p,
    maximum,
    store,
    total,
)
from fusionviz.models.alignmamba.scan.cpu_tiles import (
    CHUNK,
    Arrays,
    Tile,
    Weights,
    channels,
    count_blocks,
    fill_tile,
    fill_weights,
    new_tile,
    new_weights,
    part,
    transpose,
    transpose_back,
)

_kernel = njit(nogil=True, cache=True, error_model="numpy")


class Gradients(NamedTuple):
    """What `backward` fills, before the sums over what is shared."""

    u: NDArray  # (batch, channel, token)
    delta: NDArray  # (batch, channel, token)
    A: NDArray  # (batch, channel, state)
    B: NDArray  # (split, batch, group, token, state)
    C: NDArray  # (split, batch, group, token, state)
    D: NDArray  # (batch, channel, 1)
    z: NDArray  # (batch, channel, token), or empty
    delta_bias: NDArray  # (batch, channel, 1)


class Sums(NamedTuple):
    """What `backward` carries from chunk to chunk: (block, state or 1, lane) each."""

    state: NDArray  # gradient of the state after the token at hand
    A: NDArray
    skip: NDArray
    bias: NDArray


@_kernel
def forward(
    items: tuple[int, int],
    arrays: Arrays,
    y: NDArray,
    last_state: NDArray,
    checkpoints: NDArray,
) -> None:
    """Scan a range of items, an item being one block of one sample.

    Fills y (batch, channel, token), last_state (batch, channel, state) and, unless it
    is empty, checkpoints (batch, chunk, block, state, lane).
    """
    length, states = y.shape[2], arrays.A.shape[1]
    blocks = count_blocks(arrays)
    tile, weights = new_tile(y), new_weights(arrays.A)
    state = np.empty((states, WIDTH), y.dtype)
    for item in range(items[0], items[1]):
        sample, block = item // blocks, item % blocks
        group, start, stop = channels(block, arrays)
        fill_weights(weights, start, stop, arrays)
        state[:] = 0
        for chunk in range((length + CHUNK - 1) // CHUNK):
            if checkpoints.size > 0:
                checkpoints[sample, chunk, block] = state
            first, end = chunk * CHUNK, min((chunk + 1) * CHUNK, length)
            fill_tile(tile, sample, start, stop, first, end, arrays)
            B, C = arrays.B[sample, group], arrays.C[sample, group]
            for t in range(end - first):
                step = _step(tile, t, weights, arrays.delta_softplus)
                u = load(tile.u, t)
                drive = step * u
                out = load(weights.skip, 0) * u
                for n in range(states):
                    decay = exp2(step * load(weights.rate, n))
                    h = decay * load(state, n) + drive * B[first + t, n]
                    store(state, n, h)
                    out = out + h * C[first + t, n]
                if arrays.z.size > 0:
                    z = load(tile.z, t)
                    out = out * z * _sigmoid(z)
                store(tile.y, t, out)
            transpose_back(y[sample, start:stop, first:end], tile.y)
        transpose_back(last_state[sample, start:stop], state)


@_kernel
def backward(
    place: tuple[int, int, int],
    blocks: tuple[int, int],
    arrays: Arrays,
    checkpoints: NDArray,
    grad_y: NDArray,
    grad_state: NDArray,
    grads: Gradients,
) -> None:
    """Walk a range of blocks backwards; place = (sample, group, split).

    All channels of a group share B and C: calls on the same group have a split of the
    gradients of B and C each. grad_state, the gradient of the last state, is (batch,
    channel, state).
    """
    sample, group, split = place
    length, states = grad_y.shape[2], arrays.A.shape[1]
    tile, weights = new_tile(grad_y), new_weights(arrays.A)
    history = np.empty((2, CHUNK, states, WIDTH), grad_y.dtype)
    shared = np.empty_like(history)
    sums = _new_sums(blocks[1] - blocks[0], arrays.A)
    for block in range(blocks[0], blocks[1]):
        _, start, stop = channels(block, arrays)
        transpose(sums.state[block - blocks[0]], grad_state[sample, start:stop])
    for chunk in range((length + CHUNK - 1) // CHUNK - 1, -1, -1):
        first, end = chunk * CHUNK, min((chunk + 1) * CHUNK, length)
        B, C = arrays.B[sample, group, first:end], arrays.C[sample, group, first:end]
        shared[:] = 0
        for block in range(blocks[0], blocks[1]):
            _, start, stop = channels(block, arrays)
            fill_weights(weights, start, stop, arrays)
            fill_tile(tile, sample, start, stop, first, end, arrays)
            transpose(tile.y, grad_y[sample, start:stop, first:end])
            state = checkpoints[sample, chunk, block].copy()
            _recompute(tile, weights, state, B, C, arrays, history)
            if arrays.z.size > 0:
                transpose_back(grads.z[sample, start:stop, first:end], tile.z)
            index, softplus = block - blocks[0], arrays.delta_softplus
            _walk_back(tile, weights, B, C, softplus, history, shared, sums, index)
            transpose_back(grads.u[sample, start:stop, first:end], tile.u)
            transpose_back(grads.delta[sample, start:stop, first:end], tile.delta)
        _sum_lanes(grads.B[split, sample, group, first:end], shared[0])
        _sum_lanes(grads.C[split, sample, group, first:end], shared[1])
    for block in range(blocks[0], blocks[1]):
        _, start, stop = channels(block, arrays)
        index = block - blocks[0]
        transpose_back(grads.A[sample, start:stop], sums.A[index])
        transpose_back(grads.D[sample, start:stop], sums.skip[index])
        transpose_back(grads.delta_bias[sample, start:stop], sums.bias[index])


@part
def _recompute(
    tile: Tile,
    weights: Weights,
    state: NDArray,
    B: NDArray,
    C: NDArray,
    arrays: Arrays,
    history: NDArray,
) -> None:
    """Keep decay and decay h of every step in history, and take the gate off.

    Where there is a gate, z becomes its gradient, and y, which comes in as the gradient
    of the output, becomes that of the output before the gate.
    """
    for t in range(B.shape[0]):
        decays, kepts = history[0, t], history[1, t]
        step = _step(tile, t, weights, arrays.delta_softplus)
        u = load(tile.u, t)
        drive = step * u
        out = load(weights.skip, 0) * u
        for n in range(B.shape[1]):
            decay = exp2(step * load(weights.rate, n))
            kept = decay * load(state, n)
            h = kept + drive * B[t, n]
            store(decays, n, decay)
            store(kepts, n, kept)
            store(state, n, h)
            out = out + h * C[t, n]
        if arrays.z.size > 0:
            z, grad = load(tile.z, t), load(tile.y, t)
            gate = _sigmoid(z)
            store(tile.z, t, grad * out * gate * (1 + z * (1 - gate)))
            store(tile.y, t, grad * z * gate)


@part
def _walk_back(
    tile: Tile,
    weights: Weights,
    B: NDArray,
    C: NDArray,
    delta_softplus: bool,
    history: NDArray,
    shared: NDArray,
    sums: Sums,
    index: int,
) -> None:
    """Turn u and delta of the tile into their gradients, and add up the others."""
    carry, grad_A = sums.state[index], sums.A[index]
    grad_skip, grad_bias = load(sums.skip[index], 0), load(sums.bias[index], 0)
    for t in range(B.shape[0] - 1, -1, -1):
        decays, kepts = history[0, t], history[1, t]
        shared_B, shared_C = shared[0, t], shared[1, t]
        step = _step(tile, t, weights, delta_softplus)
        u, grad_y = load(tile.u, t), load(tile.y, t)
        drive = step * u
        grad_drive, grad_step = 0 * u, 0 * u
        for n in range(B.shape[1]):
            kept = load(kepts, n)
            h = kept + drive * B[t, n]
            grad_h = load(carry, n) + grad_y * C[t, n]
            store(shared_C, n, load(shared_C, n) + grad_y * h)
            store(shared_B, n, load(shared_B, n) + grad_h * drive)
            grad_drive = grad_drive + grad_h * B[t, n]
            grad_exponent = grad_h * kept
            grad_step = grad_step + grad_exponent * load(weights.A, n)
            store(grad_A, n, load(grad_A, n) + grad_exponent * step)
            store(carry, n, grad_h * load(decays, n))
        grad_step = grad_step + grad_drive * u
        if delta_softplus:
            raw = load(tile.delta, t) + load(weights.bias, 0)
            grad_step = grad_step * _sigmoid(raw)
        grad_bias = grad_bias + grad_step
        grad_skip = grad_skip + grad_y * u
        store(tile.u, t, grad_drive * step + grad_y * load(weights.skip, 0))
        store(tile.delta, t, grad_step)
    store(sums.skip[index], 0, grad_skip)
    store(sums.bias[index], 0, grad_bias)


@part
def _step(tile: Tile, t: int, weights: Weights, delta_softplus: bool) -> Any:  # noqa: ANN401
    """Return the step sizes of token t of the tile."""
    raw = load(tile.delta, t) + load(weights.bias, 0)
    if delta_softplus:
        return maximum(raw, 0) + log1p(exp2(maximum(raw, -1 * raw) * -LOG2_E))
    return raw


@part
def _sigmoid(x: Any) -> Any:  # noqa: ANN401
    return 1 / (1 + exp2(x * -LOG2_E))


@part
def _sum_lanes(target: NDArray, lanes: NDArray) -> None:
    for t in range(target.shape[0]):
        for n in range(target.shape[1]):
            target[t, n] = total(load(lanes[t], n))


@part
def _new_sums(blocks: int, A: NDArray) -> Sums:
    per_state = np.zeros((2, blocks, A.shape[1], WIDTH), A.dtype)
    single = np.zeros((2, blocks, 1, WIDTH), A.dtype)
    return Sums(per_state[0], per_state[1], single[0], single[1])
