"""Autoregressive layers: each token is shifted and scaled by what is before it.

    y[i] = (x[i] - m[i]) exp(-a[i]),   (m[i], a[i]) = f(context, x[0], ..., x[i - 1])

with f a causal transformer (Papamakarios et al. 2017; with attention: TarFlow, Zhai et
al. 2024). The Jacobian is triangular, log|det| = - sum of a. Forward is one pass; the
inverse finds one token after the other, with keys and values kept.

Two layers use it. `AutoregressiveHalf` changes one half of a partition given the other,
X1, all of it: after an invertible cross-attention of the same partition the two are one
step whose linear part are that attention's signed rows, so what its maps show stays.
`AutoregressivePlaces` goes over places: one token is what both modalities have there.
"""

import torch
from jaxtyping import Float
from torch import Tensor

from fusionviz.models.mango.layers.causal import (
    CausalSizes,
    CausalTransformer,
    Sequence,
)
from fusionviz.models.mango.layers.invertible import HeadIntervention, InvertibleLayer
from fusionviz.models.mango.layers.partition import Partition, Tokens

DEFAULT_SIZES = CausalSizes()
LOG_SCALE_LIMIT = 4.0
"""Log scales stay inside -4..4, softly, so that the inverse keeps its digits."""


class AutoregressiveHalf(InvertibleLayer):
    """Change X2 token by token, by X1 and by the tokens of X2 that were before.

    Args:
        partition: Which tokens are X1 and X2.
        width: Channels of a token.
        sizes: Of the transformer.
        backwards: Whether the last token is the first.
    """

    def __init__(
        self,
        partition: Partition,
        width: int,
        sizes: CausalSizes = DEFAULT_SIZES,
        *,
        backwards: bool = False,
    ) -> None:
        super().__init__()
        self.partition, self.backwards = partition, backwards
        self.network = CausalTransformer(
            tokens=partition.tokens,
            width=width,
            outputs=2 * width,
            context=width,
            sizes=sizes,
        )

    def forward(
        self, x: Tokens, intervention: HeadIntervention | None = None
    ) -> tuple[Tokens, Float[Tensor, " batch"]]:
        """Return the changed tokens and the log-determinant of each sample."""
        first, second = self.partition.split(x)
        changed, log_det = _change(self.network, self._ordered(second), first)
        return self.partition.merge(first, self._ordered(changed)), log_det

    def inverse(
        self, y: Tokens, intervention: HeadIntervention | None = None
    ) -> Tokens:
        """Return the tokens before the layer, found one after the other."""
        first, changed = self.partition.split(y)
        second = _restore(self.network, self._ordered(changed), first)
        return self.partition.merge(first, self._ordered(second))

    def _ordered(self, half: Sequence) -> Sequence:
        return half.flip(1) if self.backwards else half


class AutoregressivePlaces(InvertibleLayer):
    """Change both modalities' tokens place by place, by all places that were before.

    Args:
        tokens: Tokens of one modality, N.
        width: Channels of a token.
        sizes: Of the transformer.
        backwards: Whether the last place is the first.
    """

    def __init__(
        self,
        tokens: int,
        width: int,
        sizes: CausalSizes = DEFAULT_SIZES,
        *,
        backwards: bool = False,
    ) -> None:
        super().__init__()
        self.backwards = backwards
        self.network = CausalTransformer(
            tokens=tokens, width=2 * width, outputs=4 * width, sizes=sizes
        )

    def forward(
        self, x: Tokens, intervention: HeadIntervention | None = None
    ) -> tuple[Tokens, Float[Tensor, " batch"]]:
        """Return the changed tokens and the log-determinant of each sample."""
        y, log_det = _change(self.network, self._places(x))
        return self._joint(y), log_det

    def inverse(
        self, y: Tokens, intervention: HeadIntervention | None = None
    ) -> Tokens:
        """Return the tokens before the layer, found one place after the other."""
        return self._joint(_restore(self.network, self._places(y)))

    def _places(self, x: Tokens) -> Sequence:
        """Return places in order, the channels of both modalities side by side."""
        places = torch.cat(x.chunk(2, dim=1), dim=-1)
        return places.flip(1) if self.backwards else places

    def _joint(self, places: Sequence) -> Tokens:
        """Return places as joint tokens: `_places` undone."""
        places = places.flip(1) if self.backwards else places
        return torch.cat(places.chunk(2, dim=-1), dim=1)


def _change(
    network: CausalTransformer, x: Sequence, context: Sequence | None = None
) -> tuple[Sequence, Float[Tensor, " batch"]]:
    shift, log_scale = _shift_and_scale(network(x, context))
    y = (x - shift) * (-log_scale).exp()
    return y, -log_scale.sum(dim=(1, 2))


def _restore(
    network: CausalTransformer, y: Sequence, context: Sequence | None = None
) -> Sequence:
    reading, found = network.begin(len(y), context), []
    known: Tensor | None = None
    for changed in y.unbind(dim=1):
        shift, log_scale = _shift_and_scale(network.next(reading, known))
        known = changed * log_scale.exp() + shift
        found.append(known)
    return torch.stack(found, dim=1)


def _shift_and_scale(said: Tensor) -> tuple[Tensor, Tensor]:
    shift, raw = said.chunk(2, dim=-1)
    return shift, LOG_SCALE_LIMIT * torch.tanh(raw / LOG_SCALE_LIMIT)
