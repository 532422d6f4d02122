"""Bytes by formula: what grows with the square of the length, and what does not.

L tokens of all modalities together, d width, E inner width of a Mamba block, N states,
H heads; four bytes a number.
"""

NUMBER = 4
"""Bytes of a float32."""


def tokens(length: int, width: int) -> int:
    """Return those of the tokens of one layer, L d."""
    return NUMBER * length * width


def attention_weights(length: int, heads: int) -> int:
    """Return those of one layer's attention weights, H L²."""
    return NUMBER * heads * length**2


def transport_matrices(length: int, modalities: int) -> int:
    """Return those of all costs and plans to the anchor, 2 (M - 1) (L / M)²."""
    return NUMBER * 2 * (modalities - 1) * (length // modalities) ** 2


def scan_state(inner: int, states: int) -> int:
    """Return those of the state that a scan carries, E N: no matter how long."""
    return NUMBER * inner * states


def scan_states(length: int, inner: int, states: int) -> int:
    """Return those of the states at every token, L E N."""
    return length * scan_state(inner, states)
