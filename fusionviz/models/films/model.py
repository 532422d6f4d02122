"""MANGO of films: tokens of poster and plot, flow, and genres from the latents."""

from collections.abc import Sequence
from typing import ClassVar, cast

import torch
from jaxtyping import Float
from torch import Tensor, nn

from fusionviz.data.records import PosterSample
from fusionviz.models.films.config import FilmMangoConfig
from fusionviz.models.films.inputs import FilmBatch, film_batch
from fusionviz.models.films.tokens import PlotTokens, PosterTokens
from fusionviz.models.mango.flow import MangoFlow
from fusionviz.models.mango.joint import JointModel
from fusionviz.models.mango.layers.partition import Half, Tokens
from fusionviz.models.mango.predictors import CrossModalGuess

Logits = Float[Tensor, "batch genre"]


class GenreHead(nn.Module):
    """Latents to a score of each genre: the sum of what the tokens say, one by one.

    It is divided by the root of their number, so that it is of one size at the start
    for few tokens and for many.

    Args:
        config: Of the model.
    """

    def __init__(self, config: FilmMangoConfig) -> None:
        super().__init__()
        self.readers = nn.ModuleList(
            nn.Sequential(
                nn.Linear(config.width, config.head_width),
                nn.GELU(),
                nn.Dropout(config.dropout),
                nn.Linear(config.head_width, config.classes, bias=False),
            )
            for _ in config.modalities
        )
        self.bias = nn.Parameter(torch.zeros(config.classes))

    def forward(self, z: Tokens) -> Logits:
        """Return the logits."""
        poster, plot = self.each(z)
        return poster + plot + self.bias

    def each(self, z: Tokens) -> tuple[Logits, Logits]:
        """Return what the two halves say: the logits are their sum and the bias."""
        halves = zip(self.readers, z.chunk(2, dim=1), strict=True)
        scale = (z.shape[1] / 2) ** -0.5
        first, second = (scale * reader(half).sum(dim=1) for reader, half in halves)
        return first, second


class FilmMango(JointModel[FilmBatch | PosterSample | Sequence[PosterSample]]):
    """A flow over the tokens of a film's poster and plot, and its genres.

    Poster and plot become N tokens each, X = [F_poster; F_plot], (batch, 2N, d); the
    flow maps these to latents Z (see `JointModel`). `name_genres` reads Z: a film is of
    any number of genres, those whose probability is above `threshold`.

    >>> import numpy as np
    >>> config = FilmMangoConfig(grid=(2, 2), width=8, blocks=1, heads=2, classes=3)
    >>> model = FilmMango(config).eval()
    >>> film = PosterSample(rgb=np.zeros((9, 6, 3), np.uint8), plot="A dog and a king.")
    >>> x = model.encode(film)
    >>> x.shape
    torch.Size([1, 8, 8])
    >>> z, log_det = model.flow(x)
    >>> torch.allclose(model.flow.inverse(z), x, atol=1e-3)
    True
    >>> model.name_genres(z).shape
    torch.Size([1, 3])
    """

    stored_in_half: ClassVar[tuple[str, ...]] = (
        "codec",
        "flow.layers.*.network",
        "guesses",
        "head",
    )
    """Parts whose weights are stored in 16 bits: of the flow the networks, which say
    the same to its inverse, and not the matrices, which are inverted."""

    threshold: Tensor
    mean: Tensor
    spread: Tensor

    def __init__(self, config: FilmMangoConfig) -> None:
        super().__init__()
        self.config: FilmMangoConfig = config
        self.codec = nn.ModuleDict(
            {"poster": PosterTokens(config), "plot": PlotTokens(config)}
        )
        self.flow = MangoFlow(config)
        self.head = GenreHead(config)
        self.guesses = nn.ModuleDict(
            {
                name: CrossModalGuess(config.shape, config.width, config.guess_width)
                for name in config.modalities
            }
        )
        shape = (len(config.modalities), config.width)
        self.register_buffer("mean", torch.zeros(shape))
        self.register_buffer("spread", torch.ones(shape))
        self.register_buffer("threshold", torch.tensor(0.0))

    def encode(
        self, source: FilmBatch | PosterSample | Sequence[PosterSample]
    ) -> Tokens:
        """Return the joint tokens of films.

        A missing modality's tokens are the learned guess from the other one.

        Args:
            source: A batch, a film, or a sequence of films.

        Raises:
            ValueError: A film has neither poster nor a word that is known.
        """
        batch = self.to_batch(source)
        return self.fill(self.unit_tokens(batch), batch.present)

    def to_batch(
        self, source: FilmBatch | PosterSample | Sequence[PosterSample]
    ) -> FilmBatch:
        """Return films as a batch on the model's device and of its dtype."""
        if isinstance(source, PosterSample):
            source = [source]
        if not isinstance(source, FilmBatch):
            source = film_batch(source, self.config)
        return source.to(self.device, self.dtype)

    def raw_tokens(self, batch: FilmBatch) -> Tokens:
        """Return the tokens before they are brought to unit scale, of what is there."""
        poster: Half = self.codec["poster"](batch.poster, batch.features)
        plot: Half = self.codec["plot"](batch.words)
        return torch.cat([poster, plot], dim=1)

    def unit_tokens(self, batch: FilmBatch) -> Tokens:
        """Return the tokens of unit scale, nothing in place of what is missing."""
        halves = self.raw_tokens(batch).chunk(2, dim=1)
        both = zip(halves, self.mean, self.spread, strict=True)
        return torch.cat([(half - mean) / spread for half, mean, spread in both], dim=1)

    @property
    def is_normalised(self) -> bool:
        """Whether the statistics have been set, here or in a checkpoint."""
        return bool(self.mean.any() or (self.spread != 1).any())

    def poster_features(self, batch: FilmBatch) -> Float[Tensor, "batch token feature"]:
        """Return what the pretrained encoder makes of the posters of a batch."""
        tokens = cast(PosterTokens, self.codec["poster"])
        return tokens.pretrained(batch.poster)

    @torch.no_grad()
    def normalise(self, batch: FilmBatch) -> None:
        """Set the statistics so that the tokens of these films have unit scale."""
        poster, plot = self.raw_tokens(batch).chunk(2, dim=1)
        for row, (name, half) in enumerate((("poster", poster), ("plot", plot))):
            tokens = half[batch.present[name]].flatten(0, 1)
            self.mean[row] = tokens.mean(dim=0)
            self.spread[row] = tokens.std(dim=0).clamp_min(1e-4)

    def name_genres(self, z: Tokens) -> Logits:
        """Return the logit of each genre from the latents."""
        return self.head(z)
