"""MANGO: codec, flow and predictor in one model."""

import math
from collections.abc import Collection, Sequence
from typing import ClassVar, cast

import torch
from jaxtyping import Float
from torch import Tensor, nn

from fusionviz.data.records import RGBDSample
from fusionviz.models.inputs import ImageBatch, to_batch
from fusionviz.models.mango.attention import InvertibleCrossAttention
from fusionviz.models.mango.codec import Image, ModalityCodec, PretrainedTokens
from fusionviz.models.mango.config import MangoConfig
from fusionviz.models.mango.flow import FlowStep, Intervention, MangoFlow
from fusionviz.models.mango.layer import HeadIntervention
from fusionviz.models.mango.partition import Half, IndexPartition, Tokens
from fusionviz.models.mango.precision import full_precision
from fusionviz.models.mango.predictors import (
    CrossModalGuess,
    PixelPredictor,
    ScorePredictor,
)
from fusionviz.models.mango.trace import LayerTrace, MangoTrace, to_host
from fusionviz.models.modalities import MODALITIES, sides

PerSample = Float[Tensor, " batch"]


class Mango(nn.Module):
    """A normalizing flow over the joint tokens of two modalities (Truong et al. 2025).

    The codec maps an RGB-D pair to tokens X = [F_rgb; F_depth], shape (batch, 2N, d).
    The flow G maps X to latents Z of the same shape, with prior N(0, I):

        log p(X) = log N(G(X)) + log|det dG/dX|

    A predictor reads the latents: `segmenter` writes classes; in a model whose config
    has a target there is `translator` in its place, which writes that modality.

    The model keeps nothing of a call: every method returns what it computed, so
    threads may share it.

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
        "guesses",
        "segmenter",
        "translator",
    )
    """Parts whose weights are stored in 16 bits: not the flow, which is inverted."""

    def __init__(self, config: MangoConfig) -> None:
        super().__init__()
        self.config = config
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

    @property
    def device(self) -> torch.device:
        """Where the weights are."""
        return next(self.parameters()).device

    @property
    def dtype(self) -> torch.dtype:
        """Type of the weights, float32 or float64."""
        return next(self.parameters()).dtype

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
        if not torch.stack([batch.present[name] for name in names]).any(dim=0).all():
            raise ValueError(f"every sample needs {names[0]} or {names[1]}")
        x = torch.cat([self.encode_one(batch, name) for name in names], dim=1)
        for name in names:
            present = batch.present[name]
            if not present.all():
                x = torch.where(present[:, None, None], x, self.guess(x, name))
        return x

    @torch.no_grad()
    def normalise_codec(self, batch: ImageBatch) -> None:
        """Give the tokens of a batch unit scale, in codecs of which none is set yet."""
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

    def guess(self, x: Tokens, missing: str) -> Tokens:
        """Return the tokens with one modality replaced by the guess from the other.

        Args:
            x: Joint tokens; those of the missing modality are not read.
            missing: The name of one of the two modalities.
        """
        names = self.config.modalities
        if missing not in names:
            raise ValueError(f"missing is {' or '.join(names)}, got {missing!r}")
        first, second = x.chunk(2, dim=1)
        if missing == names[0]:
            return torch.cat([self.guesses[missing](second), second], dim=1)
        return torch.cat([first, self.guesses[missing](first)], dim=1)

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

    def log_likelihood(
        self, x: Tokens, intervention: Intervention | None = None
    ) -> PerSample:
        """Return log p(x) in nats, of each sample's tokens."""
        z, log_det = self.flow(x, intervention)
        return log_prior(z) + log_det

    def bits_per_dim(
        self, x: Tokens, intervention: Intervention | None = None
    ) -> PerSample:
        """Return -log2 p(x) / (2 N d): bits that a dimension of the tokens costs.

        A density has no zero: numbers below zero are as usual as those above. It is in
        the unit of the tokens, so it compares within one frozen codec alone (see
        `fusionviz.models.mango.code_length`).
        """
        return to_bits_per_dim(self.log_likelihood(x, intervention), x)

    def sample(
        self,
        count: int,
        *,
        temperature: float = 1.0,
        generator: torch.Generator | None = None,
    ) -> Tokens:
        """Return tokens drawn from the model, freed of noise as its config says.

        Args:
            count: How many.
            temperature: Standard deviation of the prior that latents are drawn from.
            generator: Randomness, on the CPU.
        """
        shape = (count, 2 * self.config.tokens, self.config.width)
        noise = torch.randn(shape, generator=generator, dtype=self.dtype)
        x = self.flow.inverse(noise.to(self.device) * temperature)
        return self.denoise(x, self.config.denoise) if self.config.denoise else x

    def denoise(self, x: Tokens, noise: float) -> Tokens:
        """Return tokens after one step uphill, x + noise^2 * gradient of log p(x).

        That is the mean of the clean tokens given noisy ones, where p is the density of
        tokens with such noise (Tweedie's formula; Zhai et al. 2024, section 3.3).

        Args:
            x: Joint tokens.
            noise: Standard deviation of the noise that they carry.
        """
        with torch.inference_mode(False), torch.enable_grad():
            noisy = x.detach().clone().requires_grad_()
            total = self.log_likelihood(noisy).sum()
            (uphill,) = torch.autograd.grad(total, noisy)
        return x + noise**2 * uphill

    @torch.inference_mode()
    def trace(
        self,
        source: Tokens | ImageBatch | RGBDSample | Sequence[RGBDSample],
        *,
        layers: Collection[int] | None = None,
        attention: bool = True,
        tokens: bool = False,
        intervention: Intervention | None = None,
    ) -> MangoTrace:
        """Return what a pass through the flow does, layer by layer, as arrays.

        Args:
            source: Joint tokens, or samples to encode first.
            layers: Indices of the layers to report, all by default.
            attention: Whether to report attention maps, (batch, head, N, N) a layer.
            tokens: Whether to report the tokens before and after each layer.
            intervention: Changes to attention heads for this pass.
        """
        x = source if isinstance(source, Tensor) else self.encode(source)
        changes = intervention or {}
        found: dict[int, dict[str, Tensor]] = {}
        z, total = x, x.new_zeros(len(x))
        with full_precision(x.device):
            for step in self.flow.steps(x, intervention):
                if layers is None or step.index in layers:
                    change = changes.get(step.index)
                    found[step.index] = self._layer_parts(
                        step, change, attention=attention, tokens=tokens
                    )
                z, total = step.after, total + step.log_det
            bits = to_bits_per_dim(log_prior(z) + total, x)
        whole = {"x": x, "z": z, "log_det": total, "bits_per_dim": bits}
        arrays, *reported = to_host([whole, *found.values()])
        places = [self.flow.places[index] for index in found]
        return MangoTrace(
            **arrays,
            layers=tuple(
                LayerTrace(
                    index=place.index,
                    block=place.block,
                    kind=place.kind,
                    name=place.name,
                    **parts,
                )
                for place, parts in zip(places, reported, strict=True)
            ),
        )

    def _codec(self, name: str) -> ModalityCodec:
        return cast(ModalityCodec, self.codec[name])

    def _layer_parts(
        self,
        step: FlowStep,
        change: HeadIntervention | None,
        *,
        attention: bool,
        tokens: bool,
    ) -> dict[str, Tensor]:
        """Return what is reported of a layer, as `LayerTrace` names it."""
        layer = self.flow.chain[step.index]
        found = {"log_det": step.log_det}
        if tokens:
            found |= {"tokens_in": step.before, "tokens_out": step.after}
        if isinstance(layer, InvertibleCrossAttention):
            found |= _attention_parts(layer, step, change, maps=attention)
        return found


def _attention_parts(
    layer: InvertibleCrossAttention,
    step: FlowStep,
    change: HeadIntervention | None,
    *,
    maps: bool,
) -> dict[str, Tensor]:
    """Return what is particular to an attention layer, as `LayerTrace` names it."""
    found: dict[str, Tensor] = {}
    if maps:
        first, _ = layer.partition.split(step.before)
        found["attention"] = layer.attend(first, change)
    gate = layer.effective_gate(change)
    if gate is not None:
        found["gate"] = gate
    if isinstance(layer.partition, IndexPartition):
        found["key_tokens"] = layer.partition.first
        found["value_tokens"] = layer.partition.second
    return found


def _make_codec(config: MangoConfig, modality: str) -> ModalityCodec:
    encoder = None
    if config.encoder:
        encoder = PretrainedTokens(
            config.encoder,
            modality,
            sides(config.image_size),
            config.encoder_width,
            config.width,
            tuned=config.tuned,
        )
    return ModalityCodec(
        MODALITIES[modality].channels,
        config.codec_widths,
        config.width,
        config.shape,
        encoder,
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


def log_prior(z: Tokens) -> PerSample:
    """Return log N(z; 0, I) in nats, of each sample."""
    squares = z.square().sum(dim=(1, 2))
    return -0.5 * (squares + math.log(2 * math.pi) * z[0].numel())


def to_bits_per_dim(
    log_likelihood: PerSample, x: Float[Tensor, "any joint channel"]
) -> PerSample:
    """Return bits a dimension from nats a sample.

    Args:
        log_likelihood: In nats, (batch,).
        x: Joint tokens, of which the size of a sample alone counts.
    """
    return -log_likelihood / (x[0].numel() * math.log(2))
