"""What a MANGO is made of: its flow, and what makes tokens of images and reads them."""

from dataclasses import dataclass
from typing import Literal, get_args

from fusionviz.data.grid import Grid
from fusionviz.models.encoders.tokens import check_encoder, token_grid
from fusionviz.models.modalities import MODALITIES, Size, as_size, sides

AttentionForm = Literal["gated", "residual", "softmax"]
Attention = Literal["invertible", "coupling"]
Codec = Literal["learned", "pixels"]
PartitionKind = Literal["mmca", "imca", "lica"]
Mixing = Literal["every", "coupling", "none"]

Order = Literal["mmca", "imca", "lica", "places"]

PARTITION_KINDS: tuple[PartitionKind, ...] = ("mmca", "imca", "lica")
CAUSAL_HEADS = 6
"""Attention heads of the transformers in autoregressive layers."""
_SIZES = (
    *("width", "heads", "causal_width", "causal_layers", "coupling_width"),
    *("encoder_width", "head_width", "guess_width", "classes"),
)
LAYERS_PER_BLOCK: dict[PartitionKind, int] = {"mmca": 2, "imca": 4, "lica": 2}


@dataclass(frozen=True, kw_only=True)
class FlowConfig:
    """Sizes and choices of a flow over the tokens of two modalities.

    Attributes:
        modalities: The names of the two, in the order of the joint tokens.
        grid: Tokens of one modality: a side, or rows and columns.
        width: Channels of a token.
        blocks: Flow blocks; a block is 2 MMCA, 4 IMCA, 2 LICA and one coupling. With
            none the latents are the tokens.
        heads: Attention heads of every layer.
        form: How a head's softmax S becomes the matrix A that it applies:
            `gated` A = I + g S with -1 < g < 1; `residual` A = I + S (the authors'
            code); `softmax` A = S (the paper's formula).
        attention: How a half of the tokens is fused with the other: `invertible`, by
            the matrix of invertible cross-attention; or `coupling`, scaled and shifted
            by what attention reads there (`AttentionCoupling`), for comparison.
        partitions: Which kinds of attention a block has.
        autoregressive: Where autoregressive layers stand: after each attention of the
            named kinds, over the half that it changes given the other; or, named
            `places`, at the end of a block over both modalities together.
        causal_width: Channels of their transformers.
        causal_layers: Layers of their transformers.
        denoise: Standard deviation of the noise that draws are freed of by one step
            uphill: that which training put on the tokens. 0 leaves draws as they are.
        mixing: Where a learned channel mixing stands: before `every` attention and
            coupling, before the `coupling` alone, or nowhere.
        positions: Whether heads have learned scores of relative positions.
        gate_start: Value of every gate before it is set from data.
        coupling_width: Hidden channels of the couplings' networks.
        guess_width: Channels of the cross-modal guess.
    """

    modalities: tuple[str, str]
    grid: Size = 8
    width: int = 64
    blocks: int = 4
    heads: int = 8
    form: AttentionForm = "gated"
    attention: Attention = "invertible"
    partitions: tuple[PartitionKind, ...] = PARTITION_KINDS
    autoregressive: tuple[Order, ...] = ()
    causal_width: int = 192
    causal_layers: int = 2
    denoise: float = 0.0
    mixing: Mixing = "every"
    positions: bool = True
    gate_start: float = -0.05
    coupling_width: int = 128
    guess_width: int = 128

    def __post_init__(self) -> None:
        """Normalise what JSON made a list, and check every size."""
        object.__setattr__(self, "modalities", tuple(self.modalities))
        object.__setattr__(self, "partitions", tuple(self.partitions))
        object.__setattr__(self, "grid", as_size(self.grid))
        self._check_autoregression()
        self._check_positive()
        if self.width % self.heads:
            raise ValueError(
                f"width must divide by heads, got {self.width} and {self.heads}"
            )
        if self.width % 2:
            raise ValueError(f"width must be even, got {self.width}")
        if self.tokens % 2:
            raise ValueError(
                f"grid must have an even number of tokens, got {self.grid}"
            )
        if self.blocks < 0:
            raise ValueError(f"blocks must not be negative, got {self.blocks}")
        unknown = set(self.partitions) - set(PARTITION_KINDS)
        if unknown:
            raise ValueError(f"partitions are of {PARTITION_KINDS}, got {unknown}")
        if self.attention not in get_args(Attention):
            raise ValueError(
                f"attention is one of {get_args(Attention)}, got {self.attention!r}"
            )
        if not -1 < self.gate_start < 1:
            raise ValueError(f"gate_start lies between -1 and 1, got {self.gate_start}")

    def _check_positive(self) -> None:
        sizes = {name: getattr(self, name) for name in _SIZES if hasattr(self, name)}
        sizes["codec_widths"] = min(getattr(self, "codec_widths", ()), default=1)
        for name, size in sizes.items():
            if size < 1:
                raise ValueError(f"{name} must be positive, got {size}")

    def _check_autoregression(self) -> None:
        object.__setattr__(self, "autoregressive", tuple(self.autoregressive))
        wanted = set(self.autoregressive)
        if unknown := wanted - {*self.partitions, "places"}:
            raise ValueError(
                f"autoregressive are of {self.partitions} and 'places', got {unknown}"
            )
        if self.denoise < 0:
            raise ValueError(f"denoise must not be negative, got {self.denoise}")
        if self.causal_width % CAUSAL_HEADS:
            raise ValueError(
                f"causal_width must divide by {CAUSAL_HEADS}, got {self.causal_width}"
            )

    @property
    def names(self) -> tuple[str, str]:
        """Names of the modalities, as configs of other models give them."""
        return self.modalities

    @property
    def shape(self) -> Grid:
        """Rows and columns of the tokens of one modality."""
        return Grid(*sides(self.grid))

    @property
    def tokens(self) -> int:
        """Tokens of one modality, N."""
        return self.shape.places

    @property
    def dimensions(self) -> int:
        """Real numbers in the joint tokens of one sample, 2 N d."""
        return 2 * self.tokens * self.width


@dataclass(frozen=True, kw_only=True)
class MangoConfig(FlowConfig):
    """Sizes and choices of a MANGO of images.

    Attributes:
        modalities: The two: names in `fusionviz.models.modalities.MODALITIES`.
        image_size: Pixels: the side of a square, or height and width, into which the
            whole picture is fitted.
        codec_widths: Channels of the codec after each halving of the image; of its
            decoder alone where there is an `encoder`.
        codec: What makes tokens of images: `learned` convolutions (or those on an
            `encoder`); or `pixels`, nothing: a token is all pixels of its square, and
            channels that are left over are 0.
        square_channels: How many channels of a token are principal components of its
            square's pixels (see `SquareCode`), one number a modality; the others are
            made by `codec` or `encoder`. Empty for none.
        encoder: Name of the pretrained encoder whose features the tokens are made of
            (see `fusionviz.models.encoders`), at stride 16; empty for convolutions of
            its own.
        encoder_width: Channels between its features and the tokens.
        tuned: Whether the encoder's last level learns on, in each modality for itself.
        head_width: Channels of the predictor that reads the latents.
        classes: Classes that the predictor tells apart.
        target: The modality that the predictor translates both into, instead of naming
            classes: a third one of `MODALITIES`; empty for classes.
    """

    modalities: tuple[str, str] = ("rgb", "depth")
    image_size: Size = 128
    codec_widths: tuple[int, ...] = (24, 48, 96, 128)
    codec: Codec = "learned"
    square_channels: tuple[int, ...] = ()
    encoder: str = ""
    encoder_width: int = 96
    tuned: bool = False
    head_width: int = 96
    classes: int = 13
    target: str = ""

    def __post_init__(self) -> None:
        """Normalise what JSON made a list, and check every size."""
        super().__post_init__()
        object.__setattr__(self, "image_size", as_size(self.image_size))
        object.__setattr__(self, "codec_widths", tuple(self.codec_widths))
        object.__setattr__(self, "square_channels", tuple(self.square_channels))
        known = [name for name in self.modalities if name in MODALITIES]
        if len(known) != 2 or len(set(known)) != 2:
            raise ValueError(
                f"modalities are two of {', '.join(MODALITIES)}, got {self.modalities}"
            )
        others = [name for name in MODALITIES if name not in self.modalities]
        if self.target and self.target not in others:
            raise ValueError(
                f"target is one of {', '.join(others)} or empty, got {self.target!r}"
            )
        self._check_sizes()
        self._check_codec()
        self._check_squares()

    def _check_codec(self) -> None:
        if self.codec not in get_args(Codec):
            raise ValueError(f"codec is one of {get_args(Codec)}, got {self.codec!r}")
        if self.codec == "learned":
            return
        if self.encoder:
            raise ValueError("pixels are tokens without an encoder, got one")
        patch = 4 ** len(self.codec_widths)
        most = max(MODALITIES[name].channels for name in self.modalities) * patch
        if self.width < most:
            raise ValueError(
                f"width must hold the {most} values of a token's pixels, got "
                f"{self.width}"
            )

    def _check_squares(self) -> None:
        if not self.square_channels:
            return
        if self.codec == "pixels":
            raise ValueError("pixels are tokens without square_channels, got some")
        if len(self.square_channels) != 2:
            raise ValueError(
                "square_channels are two numbers, one a modality, got "
                f"{self.square_channels}"
            )
        for name, count in zip(self.modalities, self.square_channels, strict=True):
            values = MODALITIES[name].channels * 4 ** len(self.codec_widths)
            most = min(values, self.width - 1)
            if not 0 < count <= most:
                raise ValueError(
                    f"square_channels of {name} lie between 1 and {most}, got {count}"
                )

    def squares_of(self, name: str) -> int:
        """Return how many channels of a modality's tokens are of its squares."""
        if not self.square_channels:
            return 0
        return self.square_channels[self.modalities.index(name)]

    def _check_sizes(self) -> None:
        size, doublings = sides(self.image_size), 2 ** len(self.codec_widths)
        if size != tuple(side * doublings for side in self.shape):
            raise ValueError(
                "image_size must be grid doubled once for each of codec_widths, got "
                f"{self.image_size}, {self.grid} and {len(self.codec_widths)} widths"
            )
        if self.encoder:
            check_encoder(self.encoder, size, tuned=self.tuned)
            if self.shape != token_grid(size):
                raise ValueError(
                    f"an encoder gives a grid of {token_grid(size)}, got {self.grid}"
                )

    @classmethod
    def small(cls) -> "MangoConfig":
        """Return the CPU default: 128x128 pixels, 8x8 tokens, 4 blocks."""
        return cls()

    @classmethod
    def small16(cls) -> "MangoConfig":
        """Return the 4-block model on 16x16 tokens, for training on a GPU."""
        return cls(grid=16, width=32, codec_widths=(32, 64, 96))

    @classmethod
    def photographs(cls) -> "MangoConfig":
        """Return 320x240 pixels, 15x20 tokens of EfficientNet-Lite0's features.

        Half the heads and blocks of the small model: each head has 300x300 weights. 32
        components of a square of 16x16 pixels of RGB, and 12 of depth, are channels of
        a token: of the others pictures hardly come back.
        """
        return cls(
            image_size=(240, 320),
            grid=(15, 20),
            blocks=2,
            heads=4,
            square_channels=(32, 12),
            encoder="efficientnet-lite0",
            tuned=True,
        )

    @classmethod
    def paper(cls) -> "MangoConfig":
        """Return the paper's size: 12 blocks, 256x256 pixels, 16x16 tokens."""
        return cls(
            image_size=256,
            grid=16,
            width=128,
            blocks=12,
            coupling_width=256,
            codec_widths=(64, 128, 192, 256),
            head_width=192,
            guess_width=256,
        )
