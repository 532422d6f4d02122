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

After a change in scan_cpu_lanes touch this file too: numba's cache looks at its date.
"""

from typing import Any, NamedTuple

import numpy as np
from numba import njit
from numpy.typing import NDArray

from fusionviz.models.alignmamba.scan_cpu_lanes import (
    LOG2_E,
    WIDTH,
    exp2,
    load,
    log1p,
    maximum,
    store,
    total,
)

CHUNK = 64

_kernel = njit(nogil=True, cache=True, error_model="numpy")
_part = njit(error_model="numpy")


class Arrays(NamedTuple):
    """Inputs of the kernels, contiguous and of one dtype."""

    u: NDArray  # (batch, channel, token)
    delta: NDArray  # (batch, channel, token)
    A: NDArray  # (block, state, lane)
    B: NDArray  # (batch, group, token, state)
    C: NDArray  # (batch, group, token, state)
    D: NDArray  # (block, lane)
    z: NDArray  # (batch, channel, token), or empty where there is no gate
    delta_bias: NDArray  # (block, lane)
    delta_softplus: bool


class Gradients(NamedTuple):
    """What `backward` fills, before the sums over what is shared."""

    u: NDArray  # (batch, channel, token)
    delta: NDArray  # (batch, channel, token)
    A: NDArray  # (batch, block, state, lane)
    B: NDArray  # (split, batch, group, token, state)
    C: NDArray  # (split, batch, group, token, state)
    D: NDArray  # (batch, block, lane)
    z: NDArray  # (batch, channel, token), or empty
    delta_bias: NDArray  # (batch, block, lane)


class Tile(NamedTuple):
    """One chunk of one block, (token, lane) each; y is also where gradients pass."""

    u: NDArray
    delta: NDArray
    z: NDArray
    y: NDArray


@_kernel
def forward(
    items: tuple[int, int],
    arrays: Arrays,
    y: NDArray,
    last_state: NDArray,
    checkpoints: NDArray,
) -> None:
    """Scan a range of items, an item being one block of one sample.

    Fills y (batch, channel, token), last_state (batch, block, state, lane) and, unless
    it is empty, checkpoints (batch, chunk, block, state, lane).
    """
    length, blocks = y.shape[2], arrays.A.shape[0]
    tile = _new_tile(y)
    rate = np.empty(arrays.A.shape[1:], y.dtype)
    state = np.empty_like(rate)
    for item in range(items[0], items[1]):
        sample, block = item // blocks, item % blocks
        group, start, stop = _channels(block, arrays)
        _set_rate(rate, arrays.A[block])
        state[:] = 0
        for chunk in range((length + CHUNK - 1) // CHUNK):
            if checkpoints.size > 0:
                checkpoints[sample, chunk, block] = state
            first, end = chunk * CHUNK, min((chunk + 1) * CHUNK, length)
            _fill(tile, sample, start, stop, first, end, arrays)
            B, C = arrays.B[sample, group], arrays.C[sample, group]
            for t in range(end - first):
                step = _step(tile, t, block, arrays)
                u = load(tile.u, t)
                drive = step * u
                out = load(arrays.D, block) * u
                for n in range(state.shape[0]):
                    decay = exp2(step * load(rate, n))
                    h = decay * load(state, n) + drive * B[first + t, n]
                    store(state, n, h)
                    out = out + h * C[first + t, n]
                if arrays.z.size > 0:
                    z = load(tile.z, t)
                    out = out * z * _sigmoid(z)
                store(tile.y, t, out)
            _transpose_back(y[sample, start:stop, first:end], tile.y)
        last_state[sample, block] = state


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
    gradients of B and C each. grad_state (batch, block, state, lane) comes in as the
    gradient of the last state and is carried along. A, D and delta_bias of grads come
    in as zeros.
    """
    sample, group, split = place
    length, states = grad_y.shape[2], arrays.A.shape[1]
    tile = _new_tile(grad_y)
    rate = np.empty((states, WIDTH), grad_y.dtype)
    history = np.empty((2, CHUNK, states, WIDTH), grad_y.dtype)
    shared = np.empty_like(history)
    for chunk in range((length + CHUNK - 1) // CHUNK - 1, -1, -1):
        first, end = chunk * CHUNK, min((chunk + 1) * CHUNK, length)
        B, C = arrays.B[sample, group, first:end], arrays.C[sample, group, first:end]
        shared[:] = 0
        for block in range(blocks[0], blocks[1]):
            _, start, stop = _channels(block, arrays)
            _fill(tile, sample, start, stop, first, end, arrays)
            _transpose(tile.y, grad_y[sample, start:stop, first:end])
            _set_rate(rate, arrays.A[block])
            state = checkpoints[sample, chunk, block].copy()
            _recompute(tile, block, state, rate, B, C, arrays, history)
            if arrays.z.size > 0:
                _transpose_back(grads.z[sample, start:stop, first:end], tile.z)
            carry = grad_state[sample, block]
            _walk_back(tile, sample, block, carry, B, C, arrays, history, shared, grads)
            _transpose_back(grads.u[sample, start:stop, first:end], tile.u)
            _transpose_back(grads.delta[sample, start:stop, first:end], tile.delta)
        _sum_lanes(grads.B[split, sample, group, first:end], shared[0])
        _sum_lanes(grads.C[split, sample, group, first:end], shared[1])


@_part
def _recompute(
    tile: Tile,
    block: int,
    state: NDArray,
    rate: NDArray,
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
        step = _step(tile, t, block, arrays)
        u = load(tile.u, t)
        drive = step * u
        out = load(arrays.D, block) * u
        for n in range(B.shape[1]):
            decay = exp2(step * load(rate, n))
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


@_part
def _walk_back(
    tile: Tile,
    sample: int,
    block: int,
    carry: NDArray,
    B: NDArray,
    C: NDArray,
    arrays: Arrays,
    history: NDArray,
    shared: NDArray,
    grads: Gradients,
) -> None:
    """Turn u and delta of the tile into their gradients, and add up the others."""
    A, grad_A = arrays.A[block], grads.A[sample, block]
    skip, grad_skip = load(arrays.D, block), load(grads.D[sample], block)
    grad_bias = load(grads.delta_bias[sample], block)
    for t in range(B.shape[0] - 1, -1, -1):
        decays, kepts = history[0, t], history[1, t]
        shared_B, shared_C = shared[0, t], shared[1, t]
        step = _step(tile, t, block, arrays)
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
            grad_step = grad_step + grad_exponent * load(A, n)
            store(grad_A, n, load(grad_A, n) + grad_exponent * step)
            store(carry, n, grad_h * load(decays, n))
        grad_step = grad_step + grad_drive * u
        if arrays.delta_softplus:
            raw = load(tile.delta, t) + load(arrays.delta_bias, block)
            grad_step = grad_step * _sigmoid(raw)
        grad_bias = grad_bias + grad_step
        grad_skip = grad_skip + grad_y * u
        store(tile.u, t, grad_drive * step + grad_y * skip)
        store(tile.delta, t, grad_step)
    store(grads.D[sample], block, grad_skip)
    store(grads.delta_bias[sample], block, grad_bias)


@_part
def _sum_lanes(target: NDArray, lanes: NDArray) -> None:
    for t in range(target.shape[0]):
        for n in range(target.shape[1]):
            target[t, n] = total(load(lanes[t], n))


@_part
def _step(tile: Tile, t: int, block: int, arrays: Arrays) -> Any:  # noqa: ANN401
    """Return the step sizes of token t of the tile."""
    raw = load(tile.delta, t) + load(arrays.delta_bias, block)
    if arrays.delta_softplus:
        return maximum(raw, 0) + log1p(exp2(maximum(raw, -1 * raw) * -LOG2_E))
    return raw


@_part
def _sigmoid(x: Any) -> Any:  # noqa: ANN401
    return 1 / (1 + exp2(x * -LOG2_E))


@_part
def _set_rate(rate: NDArray, A: NDArray) -> None:
    """Fill rate = A log2(e), so that exp(step A) = 2 ** (step rate)."""
    for n in range(A.shape[0]):
        store(rate, n, load(A, n) * LOG2_E)


@_part
def _channels(block: int, arrays: Arrays) -> tuple[int, int, int]:
    """Return a block's group, its first channel, and the one after its last."""
    groups = arrays.B.shape[1]
    per_group = arrays.u.shape[1] // groups
    group, within = divmod(block, arrays.A.shape[0] // groups)
    start = group * per_group + within * WIDTH
    return group, start, min(start + WIDTH, (group + 1) * per_group)


@_part
def _new_tile(like: NDArray) -> Tile:
    rows = np.empty((4, CHUNK, WIDTH), like.dtype)
    return Tile(rows[0], rows[1], rows[2], rows[3])


@_part
def _fill(
    tile: Tile,
    sample: int,
    start: int,
    stop: int,
    first: int,
    end: int,
    arrays: Arrays,
) -> None:
    """Fill the tile with channels start..stop and tokens first..end."""
    _transpose(tile.u, arrays.u[sample, start:stop, first:end])
    _transpose(tile.delta, arrays.delta[sample, start:stop, first:end])
    if arrays.z.size > 0:
        _transpose(tile.z, arrays.z[sample, start:stop, first:end])


@_part
def _transpose(rows: NDArray, source: NDArray) -> None:
    """Write (channel, token) as (token, lane), zero in lanes without a channel."""
    rows[:, source.shape[0] :] = 0
    for lane in range(source.shape[0]):
        channel = source[lane]
        for t in range(source.shape[1]):
            rows[t, lane] = channel[t]


@_part
def _transpose_back(target: NDArray, rows: NDArray) -> None:
    """Write (token, lane) as (channel, token)."""
    for lane in range(target.shape[0]):
        channel = target[lane]
        for t in range(target.shape[1]):
            channel[t] = rows[t, lane]
