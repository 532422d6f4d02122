"""A causal transformer: what is to be said of a token, from those before it.

For each of N tokens it gives numbers that depend on the tokens before it and on a
context, all of it (Vaswani et al. 2017; the order of TarFlow, Zhai et al. 2024). The
context stands before the tokens in one sequence and sees only itself, so that

    said[i] = f(context, x[0], ..., x[i - 1])

Tokens can also be given one by one, as an inverse finds them: keys and values of those
that were given are kept in a `Reading`, and none is computed twice.
"""

from dataclasses import dataclass

import torch
from jaxtyping import Bool, Float
from torch import Tensor, nn
from torch.nn.functional import scaled_dot_product_attention

Sequence = Float[Tensor, "batch token channel"]
Parts = Float[Tensor, "batch head position part"]
Mask = Bool[Tensor, "query key"]


@dataclass(kw_only=True, eq=False)
class Reading:
    """What one inverse has read so far; it belongs to that call alone.

    Attributes:
        keys: Of each layer, (batch, head, position, part), of all that was read.
        values: The same of values.
        place: Of the token of which something is said next, from 0.
    """

    keys: list[Tensor]
    values: list[Tensor]
    place: int = 0


@dataclass(frozen=True, kw_only=True)
class CausalSizes:
    """Sizes of a causal transformer.

    Attributes:
        hidden: Channels inside.
        depth: Layers.
        heads: Attention heads; `hidden` divides by it.
    """

    hidden: int = 192
    depth: int = 2
    heads: int = 6

    def __post_init__(self) -> None:
        """Check that channels can be shared out among heads."""
        if self.hidden % self.heads:
            raise ValueError(
                f"hidden must divide by heads, got {self.hidden} and {self.heads}"
            )


class CausalTransformer(nn.Module):
    """Say of each token what those before it and a context tell.

    Its last layer starts at zero, so that it says nothing at first.

    Args:
        tokens: Tokens, N.
        width: Channels of a token.
        outputs: Numbers said of a token.
        context: Channels of a context of N tokens; 0 for none.
        sizes: Of what is inside.
    """

    def __init__(
        self,
        *,
        tokens: int,
        width: int,
        outputs: int,
        context: int = 0,
        sizes: CausalSizes,
    ) -> None:
        super().__init__()
        hidden = sizes.hidden
        self.tokens, self.heads, self.part = tokens, sizes.heads, hidden // sizes.heads
        self.prefix = tokens if context else 0
        self.to_hidden = nn.Linear(width, hidden)
        self.nothing_yet = nn.Parameter(torch.zeros(hidden))
        self.position = nn.Parameter(0.02 * torch.randn(tokens, hidden))
        if context:
            self.to_context = nn.Linear(context, hidden)
            self.context_position = nn.Parameter(0.02 * torch.randn(tokens, hidden))
        self.layers = nn.ModuleList(
            _Layer(hidden, sizes.heads) for _ in range(sizes.depth)
        )
        self.norm = nn.LayerNorm(hidden)
        self.say = nn.Linear(hidden, outputs)
        nn.init.zeros_(self.say.weight)
        nn.init.zeros_(self.say.bias)

    def forward(
        self, x: Sequence, context: Sequence | None = None
    ) -> Float[Tensor, "batch token number"]:
        """Return what is said of every token at once.

        Args:
            x: The tokens, in their order.
            context: Of as many tokens, where there is one.
        """
        before = self.to_hidden(x[:, :-1])
        start = self.nothing_yet.expand(len(x), 1, -1)
        h = torch.cat([start, before], dim=1) + self.position
        if context is not None:
            h = torch.cat([self._read_context(context), h], dim=1)
        mask = self._mask(x.device)
        for layer in self.layers:
            h = layer(h, mask)
        return self.say(self.norm(h[:, self.prefix :]))

    def begin(self, batch: int, context: Sequence | None = None) -> Reading:
        """Return a reading of the context alone, before any token is known."""
        nothing = self.position.new_empty(batch, self.heads, 0, self.part)
        reading = Reading(
            keys=[nothing] * len(self.layers), values=[nothing] * len(self.layers)
        )
        if context is not None:
            self._read_on(self._read_context(context), reading)
        return reading

    def next(
        self, reading: Reading, known: Float[Tensor, "batch channel"] | None
    ) -> Float[Tensor, "batch number"]:
        """Return what is said of the next token.

        Args:
            reading: What was read so far; it is read on.
            known: The token before it; None for the first.
        """
        h = self.nothing_yet if known is None else self.to_hidden(known)
        h = (h + self.position[reading.place]).expand(len(reading.keys[0]), -1)
        reading.place += 1
        return self.say(self.norm(self._read_on(h[:, None], reading)[:, 0]))

    def _read_on(self, h: Sequence, reading: Reading) -> Sequence:
        """Pass new positions through all layers; they see each other and all before."""
        for number, layer in enumerate(self.layers):
            query, key, value = layer.parts(h)  # type: ignore[operator]
            keys = torch.cat([reading.keys[number], key], dim=2)
            values = torch.cat([reading.values[number], value], dim=2)
            reading.keys[number], reading.values[number] = keys, values
            h = layer.after(h, query, keys, values)  # type: ignore[operator]
        return h

    def _read_context(self, context: Sequence) -> Sequence:
        return self.to_context(context) + self.context_position

    def _mask(self, device: torch.device) -> Mask:
        """Return who may see whom: the context itself, tokens all that is before."""
        length = self.prefix + self.tokens
        mask = torch.ones(length, length, dtype=torch.bool, device=device).tril()
        mask[: self.prefix, : self.prefix] = True
        return mask


class _Layer(nn.Module):
    """Attention and a network of two layers, each on what is normalised first."""

    def __init__(self, hidden: int, heads: int) -> None:
        super().__init__()
        self.heads = heads
        self.norm_attention = nn.LayerNorm(hidden)
        self.to_parts = nn.Linear(hidden, 3 * hidden)
        self.merge = nn.Linear(hidden, hidden)
        last = nn.Linear(4 * hidden, hidden)
        self.network = nn.Sequential(
            nn.LayerNorm(hidden), nn.Linear(hidden, 4 * hidden), nn.GELU(), last
        )
        for written in (self.merge, last):
            nn.init.normal_(written.weight, std=0.02)

    def forward(self, h: Sequence, mask: Mask) -> Sequence:
        """Return all positions after the layer."""
        return self.after(h, *self.parts(h), mask)

    def parts(self, h: Sequence) -> tuple[Parts, Parts, Parts]:
        """Return queries, keys and values."""
        parts = self.to_parts(self.norm_attention(h)).unflatten(-1, (3, self.heads, -1))
        query, key, value = parts.permute(2, 0, 3, 1, 4)
        return query, key, value

    def after(
        self,
        h: Sequence,
        query: Parts,
        key: Parts,
        value: Parts,
        mask: Mask | None = None,
    ) -> Sequence:
        """Return positions after the layer, by their queries and all that they see."""
        read = scaled_dot_product_attention(query, key, value, attn_mask=mask)
        h = h + self.merge(read.transpose(1, 2).flatten(-2))
        return h + self.network(h)
