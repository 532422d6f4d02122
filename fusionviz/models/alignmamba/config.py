"""What an AlignMamba model is made of."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal, get_args

from fusionviz.alignment.mmd import Kernel
from fusionviz.alignment.solvers import ALIGNERS, Aligner
from fusionviz.data.grid import Grid
from fusionviz.models.alignmamba.interleave import Order
from fusionviz.models.cards import ModelCard
from fusionviz.models.encoders.tokens import check_encoder, token_grid
from fusionviz.models.modalities import Size, as_size, sides

InputKind = Literal["linear", "conv1d", "tokens", "image"]
Positions = Literal["order", "fraction", "none"]
AlignedScale = Literal["mass", "length", "barycentric"]
PredictionKind = Literal["regression", "classification", "dense"]

INPUT_KINDS: tuple[InputKind, ...] = ("linear", "conv1d", "tokens", "image")
POSITIONS: tuple[Positions, ...] = ("order", "fraction", "none")
ALIGNED_SCALES: tuple[AlignedScale, ...] = ("mass", "length", "barycentric")
FORMER_ALIGNERS: dict[str, Aligner] = {"none": "clock"}
"""Names that cards and recipes of earlier versions have."""

PREDICTION_KINDS: tuple[PredictionKind, ...] = ("regression", "classification", "dense")


@dataclass(frozen=True, kw_only=True)
class ModalityConfig:
    """How one modality comes in.

    Attributes:
        name: What it is called everywhere.
        kind: What turns it into tokens: `linear` and `conv1d` read features
            (batch, token, width), `tokens` reads ids (batch, token) below `width`,
            `image` reads (batch, width, side, side).
        width: Features a step, size of the vocabulary, or channels of the image.
        positions: The code that is added to its tokens: of their `order`, of the
            `fraction` of the sequence that has passed (the same for two sequences
            of one length of time and of different rates), or `none`.
        standardise: Whether each feature of `linear` and `conv1d` is first brought to
            mean 0 and deviation 1 by statistics of the training data, which are kept
            with the weights.
    """

    name: str
    kind: InputKind
    width: int
    positions: Positions = "order"
    standardise: bool = False

    def __post_init__(self) -> None:
        """Check every choice."""
        _one_of("kind", self.kind, INPUT_KINDS)
        _one_of("positions", self.positions, POSITIONS)
        _at_least("width", self.width, 1)
        if not self.name or "." in self.name:
            raise ValueError(f"a name is not empty and has no dot, got {self.name!r}")
        if self.kind == "image" and self.positions == "fraction":
            raise ValueError("an image has positions of order or none, got fraction")
        if self.standardise and self.kind not in ("linear", "conv1d"):
            raise ValueError(f"features are standardised, and {self.kind} has none")


@dataclass(frozen=True, kw_only=True)
class AlignMambaConfig:
    """Sizes and choices of an AlignMamba model.

    The defaults follow Li et al. 2025, but for `aligned_scale`. To the letter of the
    paper a token that moves whole is divided by the number of source tokens, so that
    MMD compares specks with tokens: it cannot fall, and its gradient is lost.

    Attributes:
        modalities: In the order in which they are interleaved; the anchor comes last
            of each moment whatever its place here.
        anchor: The modality that the others are aligned to.
        head: What is predicted: `regression` and `classification` of the whole input,
            or `dense`: a class for every pixel of an image anchor.
        outputs: Numbers of a regression, or classes.
        per_step: Whether regression and classification are of each step of the
            anchor, such as each utterance of a video, instead of the whole input.
        positions_without_anchor: Where the anchor is a sequence that a sample lacks, as
            many learned tokens stand for it as the longest of the sample's own others
            has, at most these; None: whatever their number. Where the prediction is
            of each step, the steps are those asked for, or as many as the longest.
        d_model: Channels of a token.
        layers: Mamba blocks in the backbone.
        code_scale: Factor on the codes of positions, beside content of unit scale.
        d_state: State size of a channel.
        d_conv: Width of a block's causal convolution.
        expand: Channels inside a block, in multiples of `d_model`.
        bidirectional: Whether each layer also reads the sequence backwards, with a
            block of its own. Beyond the paper, for dense labels: a causal scan sees
            only the places before.
        alignment: `relaxed` (the paper's), `sinkhorn` or `exact` transport, or
            `clock`: by time alone, whatever the tokens say (older cards and recipes
            call it `none`).
        aligned_scale: How the transported tokens are scaled. `mass` is eq. 6 to the
            letter, Mᵀ X. `length` multiplies that by the number of anchor tokens, so
            that a plan of even mass keeps the scale of its tokens. `barycentric`
            divides by the mass that each anchor token received: an average.
        plan_gradient: Whether the relaxed or exact plan, through which no gradient
            flows, is given that of softmax(-cost / epsilon) over the anchor's tokens
            (straight-through, Bengio et al. 2013). What comes out stays the same.
            Beyond the paper: with it the task teaches what belongs to what.
        align_weight: λ in L = L_task + λ L_align.
        order: How the backbone reads the aligned tokens: moment by moment (the
            paper's), or one of the `modalities` after the other.
        kernel: Of MMD: `gaussian` (the paper's), or another of
            `fusionviz.alignment.mmd`, for comparison.
        bandwidth: σ of the kernel in MMD, or `median` of the distances.
        epsilon: Entropic regularisation of Sinkhorn, and temperature of
            `plan_gradient`, in the unit of the cost.
        sinkhorn_iterations: Iterations after which Sinkhorn stops unconverged.
        sinkhorn_tolerance: Marginal error at which Sinkhorn stops.
        dropout: Share of each block's output channels dropped in training.
        image_size: Pixels of every image modality: the side of a square, or height and
            width, into which the whole picture is fitted.
        grid: Tokens of every image modality: a side, or rows and columns.
        stem_widths: Channels of an image encoder after each halving; without a meaning
            where there is an `encoder`.
        head_width: Channels of the dense predictor on the token grid.
        encoder: Name of the pretrained encoder whose features image modalities are
            read by (see `fusionviz.models.encoders`), at stride 16; empty for
            convolutions of their own.
        encoder_width: Channels between its features and the tokens.
        tuned: Whether the encoder's last level learns on, in each modality for itself.
    """

    modalities: tuple[ModalityConfig, ...]
    anchor: str
    head: PredictionKind
    outputs: int
    per_step: bool = False
    positions_without_anchor: int | None = None
    d_model: int = 96
    layers: int = 4
    code_scale: float = 1.0
    d_state: int = 16
    d_conv: int = 4
    expand: int = 2
    bidirectional: bool = False
    alignment: Aligner = "relaxed"
    aligned_scale: AlignedScale = "length"
    plan_gradient: bool = False
    order: Order = "moments"
    align_weight: float = 0.1
    kernel: Kernel = "gaussian"
    bandwidth: float | Literal["median"] = "median"
    epsilon: float = 0.05
    sinkhorn_iterations: int = 200
    sinkhorn_tolerance: float = 1e-3
    dropout: float = 0.0
    image_size: Size = 128
    grid: Size = 16
    stem_widths: tuple[int, ...] = (32, 64, 96)
    head_width: int = 96
    encoder: str = ""
    encoder_width: int = 96
    tuned: bool = False

    def __post_init__(self) -> None:
        """Normalise what JSON made a list or a mapping, and check every choice.

        What earlier versions called by another name is given its present one.
        """
        modalities = tuple(_as_modality(item) for item in self.modalities)
        object.__setattr__(self, "modalities", modalities)
        object.__setattr__(self, "stem_widths", tuple(self.stem_widths))
        former = FORMER_ALIGNERS.get(self.alignment)
        if former is not None:
            object.__setattr__(self, "alignment", former)
        for name in ("image_size", "grid"):
            object.__setattr__(self, name, as_size(getattr(self, name)))
        self._check_modalities()
        self._check_choices()
        self._check_sizes()
        if any(modality.kind == "image" for modality in modalities):
            self._check_images()

    @property
    def names(self) -> tuple[str, ...]:
        """Names of the modalities, in the order of `modalities`."""
        return tuple(modality.name for modality in self.modalities)

    @property
    def shape(self) -> Grid:
        """Rows and columns of the tokens of an image."""
        return Grid(*sides(self.grid))

    @property
    def sources(self) -> tuple[str, ...]:
        """Names of the modalities that are aligned to the anchor."""
        return tuple(name for name in self.names if name != self.anchor)

    @property
    def interleaved(self) -> tuple[str, ...]:
        """Names in the order in which one moment is read: the anchor last."""
        return (*self.sources, self.anchor)

    def modality(self, name: str) -> ModalityConfig:
        """Return what is known of a modality by its name.

        Raises:
            ValueError: There is no such modality.
        """
        for modality in self.modalities:
            if modality.name == name:
                return modality
        raise ValueError(f"modalities are {self.names}, got {name!r}")

    @classmethod
    def rgbd(cls, **changes: Any) -> "AlignMambaConfig":  # noqa: ANN401
        """Return dense labels from RGB and depth: 128x128 pixels, 16x16 tokens.

        Codes of places weigh more than content at the start: at a `code_scale` of 1
        untrained tokens gather on less than half of the places.
        """
        settings: dict[str, Any] = {
            "modalities": (
                ModalityConfig(name="rgb", kind="image", width=3),
                ModalityConfig(name="depth", kind="image", width=1),
            ),
            "anchor": "rgb",
            "head": "dense",
            "outputs": 13,
            "code_scale": 2.0,
        }
        return cls(**settings | changes)

    @classmethod
    def photographs(cls, **changes: Any) -> "AlignMambaConfig":  # noqa: ANN401
        """Return dense labels from RGB and depth of 320x240 pixels, 15x20 tokens.

        Images are read by features of EfficientNet-Lite0.
        """
        settings: dict[str, Any] = {
            "image_size": (240, 320),
            "grid": (15, 20),
            "encoder": "efficientnet-lite0",
            "tuned": True,
            "layers": 2,
            "d_state": 8,
            "bidirectional": True,
            "dropout": 0.1,
        }
        return cls.rgbd(**settings | changes)

    @classmethod
    def sentiment(cls, **changes: Any) -> "AlignMambaConfig":  # noqa: ANN401
        """Return a polarity from words, a face track and a prosody track.

        Text is the anchor. Codes are of the fraction of the utterance, since the
        three run at different rates.
        """
        widths = {"video": 100, "audio": 73, "text": 100}
        settings: dict[str, Any] = {
            "modalities": tuple(
                ModalityConfig(
                    name=name, kind="conv1d", width=width, positions="fraction"
                )
                for name, width in widths.items()
            ),
            "anchor": "text",
            "head": "regression",
            "outputs": 1,
            "d_model": 64,
            "layers": 2,
            "dropout": 0.1,
        }
        return cls(**settings | changes)

    def _check_modalities(self) -> None:
        if not self.modalities:
            raise ValueError("a model needs at least one modality, got none")
        if len(set(self.names)) < len(self.names):
            raise ValueError(f"names of modalities must differ, got {self.names}")
        if self.anchor not in self.names:
            raise ValueError(f"anchor must be of {self.names}, got {self.anchor!r}")

    def _check_choices(self) -> None:
        _one_of("head", self.head, PREDICTION_KINDS)
        _one_of("alignment", self.alignment, ALIGNERS)
        _one_of("aligned_scale", self.aligned_scale, ALIGNED_SCALES)
        _one_of("order", self.order, get_args(Order))
        _one_of("kernel", self.kernel, get_args(Kernel))
        if self.head == "dense" and self.modality(self.anchor).kind != "image":
            raise ValueError("a dense prediction needs an image as its anchor")
        if self.head == "dense" and self.per_step:
            raise ValueError("a dense prediction is of pixels: per_step must be false")
        if self.bandwidth != "median":
            _positive("bandwidth", self.bandwidth)
        _positive("epsilon", self.epsilon)
        _positive("code_scale", self.code_scale)
        _positive("sinkhorn_tolerance", self.sinkhorn_tolerance)
        if self.align_weight < 0:
            raise ValueError(f"align_weight is 0 or more, got {self.align_weight}")
        if not 0 <= self.dropout < 1:
            raise ValueError(f"dropout lies in [0, 1), got {self.dropout}")

    def _check_sizes(self) -> None:
        sizes = ("outputs", "layers", "d_state", "d_conv", "expand", "head_width")
        for name in (*sizes, "sinkhorn_iterations", "encoder_width"):
            _at_least(name, getattr(self, name), 1)
        if self.positions_without_anchor is not None:
            _at_least("positions_without_anchor", self.positions_without_anchor, 1)
        for name in ("image_size", "grid"):
            _at_least(name, min(sides(getattr(self, name))), 1)
        _at_least("d_model", self.d_model, 4)
        if self.d_model % 4:
            raise ValueError(
                f"d_model must divide by 4 (codes of two axes), got {self.d_model}"
            )

    def _check_images(self) -> None:
        if self.encoder:
            size = sides(self.image_size)
            check_encoder(self.encoder, size, tuned=self.tuned)
            if self.shape != token_grid(size):
                raise ValueError(
                    f"an encoder gives a grid of {token_grid(size)}, got {self.grid}"
                )
            return
        doublings = 2 ** len(self.stem_widths)
        if sides(self.image_size) != tuple(side * doublings for side in self.shape):
            raise ValueError(
                "image_size must be grid doubled once for each of stem_widths, got "
                f"{self.image_size}, {self.grid} and {len(self.stem_widths)} widths"
            )


def _as_modality(item: ModalityConfig | Mapping[str, Any]) -> ModalityConfig:
    return item if isinstance(item, ModalityConfig) else ModalityConfig(**item)


def _one_of(name: str, value: str, choices: Sequence[str]) -> None:
    if value not in choices:
        raise ValueError(f"{name} is one of {tuple(choices)}, got {value!r}")


def _at_least(name: str, value: int, least: int) -> None:
    if value < least:
        raise ValueError(f"{name} must be at least {least}, got {value}")


def _positive(name: str, value: float | str) -> None:
    if isinstance(value, str) or not value > 0:
        raise ValueError(f"{name} must be more than 0, got {value!r}")


def config_of(card: ModelCard) -> AlignMambaConfig:
    """Return the config of an AlignMamba from its card."""
    return AlignMambaConfig(**card.config)
