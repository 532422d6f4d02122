"""MANGO of images: codec, flow and predictor in one model."""

from collections.abc import Sequence
from typing import ClassVar, cast

import torch
from torch import nn

from fusionviz.data.records import RGBDSample
from fusionviz.models.inputs import ImageBatch, to_batch
from fusionviz.models.mango.codec import (
    Image,
    ModalityCodec,
    PixelTokens,
    PretrainedTokens,
    TokenPixels,
)
from fusionviz.models.mango.config import MangoConfig
from fusionviz.models.mango.flow import MangoFlow
from fusionviz.models.mango.joint import JointModel
from fusionviz.models.mango.layers.partition import Half, Tokens
from fusionviz.models.mango.predictors import (
    CrossModalGuess,
    PixelPredictor,
    ScorePredictor,
)
from fusionviz.models.mango.squares import SquareCode
from fusionviz.models.modalities import MODALITIES, sides


class Mango(JointModel[ImageBatch | RGBDSample | Sequence[RGBDSample]]):
    """A flow over the tokens of two images of one scene, as RGB and depth.

    The codec maps an RGB-D pair to tokens X = [F_rgb; F_depth], shape (batch, 2N, d),
    and back; the flow maps these to latents Z (see `JointModel`). A predictor reads the
    latents: `segmenter` writes classes; in a model whose config has a target there is
    `translator` in its place, which writes that modality.

    >>> from fusionviz.data.rooms import render_room
    >>> model = Mango(MangoConfig(image_size=16, grid=4, width=8, codec_widths=(8, 8)))
    >>> x = model.encode(render_room(45, (16, 16)))
    >>> x.shape
    torch.Size([1, 32, 8])
    >>> z, log_det = model.flow(x)
    >>> torch.allclose(model.flow.inverse(z), x, atol=1e-3)
    True
    >>> {name: tuple(image.shape) for name, image in model.decode(x).items()}
    {'rgb': (1, 3, 16, 16), 'depth': (1, 1, 16, 16)}
    >>> model.segment(z).shape
    torch.Size([1, 13, 16, 16])
    """

    stored_in_half: ClassVar[tuple[str, ...]] = (
        "codec",
        "flow.layers.*.network",
        "flow.layers.*.partition",
        "flow.layers.*.position",
        "flow.layers.*.to_key",
        "flow.layers.*.to_query",
        "guesses",
        "segmenter",
        "translator",
    )
    """Parts whose weights are stored in 16 bits: of the flow what is large, and says
    the same to its inverse. What mixes and scales channels stays in 32."""

    def __init__(self, config: MangoConfig) -> None:
        super().__init__()
        self.config: MangoConfig = config
        self.codec = nn.ModuleDict(
            {name: _make_codec(config, name) for name in config.modalities}
        )
        self.flow = MangoFlow(config)
        if config.target:
            self.translator = _make_predictor(
                config, MODALITIES[config.target].channels
            )
        else:
            self.segmenter = _make_predictor(config, config.classes)
        self.guesses = nn.ModuleDict(
            {
                name: CrossModalGuess(config.shape, config.width, config.guess_width)
                for name in config.modalities
            }
        )
        _lay_channels_last(self)

    def encode(self, source: ImageBatch | RGBDSample | Sequence[RGBDSample]) -> Tokens:
        """Return the joint tokens of samples.

        A missing modality's tokens are the learned guess from the other one.

        Args:
            source: A batch, a sample, or a sequence of samples.

        Raises:
            ValueError: A sample has neither modality.
        """
        batch = self.to_batch(source)
        names = self.config.modalities
        x = torch.cat([self.encode_one(batch, name) for name in names], dim=1)
        return self.fill(x, batch.present)

    @torch.no_grad()
    def fit_squares(self, batch: ImageBatch) -> None:
        """Find the squares' components of a batch, in codecs that have none yet."""
        for name in self.config.modalities:
            squares = self._codec(name).squares
            if squares is not None and not squares.is_fitted:
                squares.fit(batch[name])

    @torch.no_grad()
    def normalise_codec(self, batch: ImageBatch) -> None:
        """Give the tokens of a batch unit scale, in codecs of which none is set yet.

        Where a codec's squares have no components yet, these are found first.
        """
        self.fit_squares(batch)
        for name in self.config.modalities:
            codec = self._codec(name)
            if not codec.is_normalised:
                codec.normalise(batch[name], batch.features.get(name))

    def encode_one(self, batch: ImageBatch, name: str) -> Half:
        """Return the tokens of one modality, of whatever is in the batch."""
        return self._codec(name).encode(batch[name], batch.features.get(name))

    def to_batch(
        self, source: ImageBatch | RGBDSample | Sequence[RGBDSample]
    ) -> ImageBatch:
        """Return samples as a batch of the model's size, device and dtype."""
        if isinstance(source, RGBDSample):
            source = [source]
        if not isinstance(source, ImageBatch):
            size, names = self.config.image_size, self.config.modalities
            source = to_batch(source, size, names)
        return source.to(self.device, self.dtype)

    def decode(self, x: Tokens) -> dict[str, Image]:
        """Return the images of joint tokens, by modality, about -1..1."""
        halves = x.chunk(2, dim=1)
        return {
            name: self._codec(name).decode(tokens)
            for name, tokens in zip(self.config.modalities, halves, strict=True)
        }

    def segment(self, z: Tokens) -> Image:
        """Return class logits of every pixel from the latents.

        Raises:
            ValueError: The model translates instead.
        """
        if self.config.target:
            raise ValueError(
                "this model does not segment: its predictor translates into "
                f"{self.config.target}"
            )
        return self.segmenter(z)

    def translate(self, z: Tokens) -> Image:
        """Return the target's image from the latents, about -1..1.

        `fusionviz.models.inputs.to_range` makes it one that the target can have.

        Raises:
            ValueError: The model segments instead.
        """
        if not self.config.target:
            raise ValueError("this model does not translate: its config has no target")
        return self.translator(z)

    def _codec(self, name: str) -> ModalityCodec:
        return cast(ModalityCodec, self.codec[name])


def _make_codec(config: MangoConfig, modality: str) -> ModalityCodec:
    channels, side = MODALITIES[modality].channels, 2 ** len(config.codec_widths)
    encoder: PretrainedTokens | PixelTokens | None = None
    decoder = None
    count = config.squares_of(modality)
    if config.codec == "pixels":
        encoder = PixelTokens(side, config.width)
        decoder = TokenPixels(side, channels)
    elif config.encoder:
        encoder = PretrainedTokens(
            config.encoder,
            modality,
            sides(config.image_size),
            config.encoder_width,
            config.width - count,
            tuned=config.tuned,
        )
    return ModalityCodec(
        channels,
        config.codec_widths,
        config.width,
        config.shape,
        encoder,
        decoder,
        SquareCode(side, channels, count) if count else None,
    )


def _make_predictor(
    config: MangoConfig, outputs: int
) -> PixelPredictor | ScorePredictor:
    if config.encoder:
        return ScorePredictor(
            config.shape,
            config.width,
            config.head_width,
            outputs,
            sides(config.image_size),
            by_pixel=bool(config.target),
        )
    return PixelPredictor(
        config.shape,
        config.width,
        config.head_width,
        outputs,
        doublings=len(config.codec_widths),
    )


def _lay_channels_last(model: nn.Module) -> None:
    """Lay the convolutions out as CPUs and tensor cores take them twice as fast."""
    for weight in model.parameters():
        if weight.dim() == 4:
            weight.data = weight.data.to(memory_format=torch.channels_last)
