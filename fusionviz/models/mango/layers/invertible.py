"""What every layer of the flow is: an invertible map that knows its log-determinant."""

from abc import ABC, abstractmethod
from dataclasses import dataclass

from jaxtyping import Bool, Float
from torch import Tensor, nn

from fusionviz.models.mango.layers.partition import Tokens


@dataclass(frozen=True, kw_only=True, eq=False)
class HeadIntervention:
    """What to change in one layer's heads, for one call.

    Attributes:
        gate: Gates to use in place of the learned ones, shape (head,); NaN keeps a
            head's own. Only the gated form has gates.
        uniform: Which heads attend evenly to all later tokens, bool (head,).
    """

    gate: Float[Tensor, " head"] | None = None
    uniform: Bool[Tensor, " head"] | None = None


class InvertibleLayer(nn.Module, ABC):
    """An invertible map of the joint tokens.

    All layers are called alike, so that a flow need not know which have heads: those
    without do not look at an intervention.
    """

    @abstractmethod
    def forward(
        self, x: Tokens, intervention: HeadIntervention | None = None
    ) -> tuple[Tokens, Float[Tensor, " batch"]]:
        """Return the tokens after the layer and the log-determinant of each sample.

        Args:
            x: Joint tokens.
            intervention: Changes to attention heads for this call.
        """

    @abstractmethod
    def inverse(
        self, y: Tokens, intervention: HeadIntervention | None = None
    ) -> Tokens:
        """Return the tokens before the layer.

        Args:
            y: Joint tokens.
            intervention: The same changes that `forward` was given, if any.
        """
