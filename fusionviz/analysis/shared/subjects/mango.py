"""One sample as one MANGO reads it."""

from functools import cached_property

import torch
from jaxtyping import Float
from torch import Tensor

from fusionviz.analysis.shared.attention.mango import (
    LayerAttention,
    find_attention,
    missing_modality,
)
from fusionviz.analysis.shared.latent_statistics import LatentStatistics
from fusionviz.analysis.shared.pictures import (
    Pictures,
    pictures_of,
    to_colours,
    to_metres,
)
from fusionviz.data.grid import Grid
from fusionviz.data.records import RGBDSample
from fusionviz.models.inputs import ImageBatch
from fusionviz.models.mango import Mango, MangoTrace
from fusionviz.models.mango.layers.partition import Tokens


class MangoSubject:
    """A model and a sample, and what most pictures of the two need, computed once.

    Everything is computed when it is first asked for and never changed after, so that
    sessions may share a subject: two that ask at once get equal answers.

    Args:
        model: A MANGO.
        sample: RGB, depth or both; the tokens of a missing one are guessed.
        statistics: What the model's latents are like over data; None where that has
            not been measured.
    """

    def __init__(
        self,
        model: Mango,
        sample: RGBDSample,
        statistics: LatentStatistics | None = None,
    ) -> None:
        self.model, self.sample, self.statistics = model, sample, statistics

    @property
    def grid(self) -> Grid:
        """Rows and columns of one modality's tokens."""
        return self.model.config.shape

    @property
    def missing(self) -> str | None:
        """The modality whose tokens are the model's guess, or None."""
        return missing_modality(self.sample)

    @cached_property
    def batch(self) -> ImageBatch:
        """The sample as the model takes it."""
        with torch.inference_mode():
            return self.model.to_batch(self.sample)

    @cached_property
    def pictures(self) -> Pictures:
        """What the model reads, of its size."""
        return pictures_of(self.batch)

    @cached_property
    def x(self) -> Tokens:
        """Joint tokens, (1, 2N, d)."""
        with torch.inference_mode():
            return self.model.encode(self.batch)

    @cached_property
    def _latents(self) -> tuple[Tokens, Float[Tensor, " batch"]]:
        with torch.inference_mode():
            return self.model.flow(self.x)

    @property
    def z(self) -> Tokens:
        """Latents, (1, 2N, d)."""
        return self._latents[0]

    @property
    def log_det(self) -> float:
        """log|det dZ/dX| in nats."""
        return float(self._latents[1][0])

    @cached_property
    def decoded(self) -> Pictures:
        """What the codec makes of the tokens.

        The codec loses detail: this is what a picture that is decoded from changed
        latents is to be compared with.
        """
        with torch.inference_mode():
            return decode(self.model, self.x)

    @cached_property
    def trace(self) -> MangoTrace:
        """The pass through the flow, with every layer's attention, without tokens."""
        return self.model.trace(self.x)

    def attention(self, layer: int) -> LayerAttention:
        """Return the attention of one layer of the pass.

        Raises:
            InputError: It is no attention layer.
        """
        return find_attention(
            self.model,
            self.trace,
            layer,
            pictures=self.pictures,
            missing=self.missing,
        )


def decode(model: Mango, x: Tokens) -> Pictures:
    """Return the pictures of the first sample's tokens.

    Args:
        model: Its codec.
        x: Joint tokens, (batch, 2N, d).
    """
    with torch.inference_mode():
        images = model.decode(x[:1])
    return Pictures(rgb=to_colours(images["rgb"]), depth_m=to_metres(images["depth"]))
