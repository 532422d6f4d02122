"""Floating-point operations by formula.

A multiplication and an addition count as two. Matrix products, convolutions, triangular
solves and the selective scan are counted; what works on one number at a time (norms,
activations, softmax) is not, as in torch's own counter, which is what the formulas are
tested against. That counter says 0 for fused attention on a CPU, 0 for a Transformer
layer of torch in evaluation, and nothing for the scan and for solves: hence formulas.

Letters: T tokens, d width, h hidden width, E inner width of a Mamba block, N its
states, r the rank of its steps.
"""

TRAINING = 3
"""Forward and backward take three times a forward: each product has two gradients."""


def linear(tokens: int, inputs: int, outputs: int) -> int:
    """Return the operations of one matrix on each of some tokens."""
    return 2 * tokens * inputs * outputs


def attention(queries: int, keys: int, width: int) -> int:
    """Return those of projections, scores and the mix of values.

    2 T_q d² (query) + 4 T_k d² (key, value) + 4 T_q T_k d + 2 T_q d² (out).
    """
    projections = 2 * linear(queries, width, width) + linear(keys, width, 2 * width)
    return projections + 4 * queries * keys * width


def transformer_layer(queries: int, keys: int, width: int, hidden: int) -> int:
    """Return those of attention and a network of two layers."""
    network = linear(queries, width, hidden) + linear(queries, hidden, width)
    return attention(queries, keys, width) + network


def scan(tokens: int, inner: int, states: int) -> int:
    """Return those of the selective scan, 9 T E N (Gu and Dao 2023, appendix)."""
    return 9 * tokens * inner * states


def mamba_block(
    tokens: int, width: int, inner: int, states: int, rank: int, taps: int
) -> int:
    """Return those of projections, the short convolution and the scan.

    The convolution is computed over T + taps - 1 places, of which T are kept.
    """
    return (
        linear(tokens, width, 2 * inner)
        + 2 * (tokens + taps - 1) * inner * taps
        + linear(tokens, inner, rank + 2 * states)
        + linear(tokens, rank, inner)
        + scan(tokens, inner, states)
        + linear(tokens, inner, width)
    )


def cosine_cost(source: int, target: int, width: int) -> int:
    """Return those of all inner products between two sets of tokens."""
    return 2 * source * target * width


def gaussian_mmd(first: int, second: int, width: int) -> int:
    """Return those of the three kernel matrices and of their means.

    Each is a product of tokens with two more channels, and is then multiplied by the
    vector of what is there.
    """
    return 2 * (width + 3) * (first**2 + second**2 + first * second)


def sinkhorn(source: int, target: int, iterations: int) -> int:
    """Return those of so many iterations, two matrix-vector products each."""
    return 4 * source * target * iterations


def triangular_solve(size: int, columns: int) -> int:
    """Return those of one triangular matrix solved for some columns."""
    return size**2 * columns


def ica_layer(tokens: int, width: int) -> int:
    """Return those of an invertible cross-attention layer, N tokens a half.

    Queries and keys of X1, scores, and the matrix on X2.
    """
    return 2 * linear(tokens, width, width) + 4 * tokens**2 * width


def ica_layer_inverse(tokens: int, width: int) -> int:
    """Return those of its inverse: a triangular solve in place of the last."""
    forward = ica_layer(tokens, width) - 2 * tokens**2 * width
    return forward + triangular_solve(tokens, width)


def flow_block(tokens: int, width: int, hidden: int) -> int:
    """Return those of one block of MANGO's flow, N tokens a modality.

    Two MMCA, four IMCA and two LICA, with a mixing of channels before each of them and
    before the coupling.
    """
    channels = 2 * width**3 + linear(2 * tokens, width, width)
    return (
        8 * ica_layer(tokens, width)
        + 2 * _learned_partition(tokens, width)
        + 9 * channels
        + _coupling(tokens, width, hidden)
    )


def flow_block_inverse(tokens: int, width: int, hidden: int) -> int:
    """Return those of its inverse."""
    channels = 2 * triangular_solve(width, 2 * tokens)
    return (
        8 * ica_layer_inverse(tokens, width)
        + 2 * _learned_partition(tokens, width)
        + 9 * channels
        + _coupling(tokens, width, hidden)
    )


def _learned_partition(tokens: int, width: int) -> int:
    """Return those of W by its factors L and U, and of W⁻¹ by two solves."""
    joint = 2 * tokens
    return 2 * (2 * joint**2 * width) + 2 * triangular_solve(joint, width)


def _coupling(tokens: int, width: int, hidden: int) -> int:
    """Return those of the coupling's network: 1x1, 3x3 by channel, 1x1, 1x1."""
    return (
        linear(tokens, width, hidden)
        + 2 * 9 * tokens * hidden
        + linear(tokens, hidden, hidden)
        + linear(tokens, hidden, 2 * width)
    )
