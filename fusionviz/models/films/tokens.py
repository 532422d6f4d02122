"""Tokens of posters and of plots."""

import math

import torch
from jaxtyping import Float, Int
from torch import Tensor, nn
from torch.nn.functional import avg_pool2d

from fusionviz.data.words import load_word_vectors
from fusionviz.models.encoders.names import make_encoder
from fusionviz.models.encoders.pictures import to_picture
from fusionviz.models.encoders.pyramid import Pyramid
from fusionviz.models.films.config import FilmMangoConfig
from fusionviz.models.mango.layers.partition import Half

Poster = Float[Tensor, "batch 3 height width"]
Features = Float[Tensor, "batch token feature"]
Rows = Int[Tensor, "batch token"]


class PosterFeatures(nn.Module):
    """What a pretrained encoder with fixed weights makes of posters, place by place.

    Args:
        encoder: Name, as `make_encoder` takes it.
    """

    def __init__(self, encoder: str) -> None:
        super().__init__()
        self.network = make_encoder(encoder).eval()

    @property
    def channels(self) -> int:
        """Features of a place."""
        return sum(self.network.channels[2:])

    @torch.no_grad()
    def forward(self, poster: Poster) -> Features:
        """Return the features, row by row.

        Args:
            poster: In -1..1.
        """
        return place_features(self.network(to_picture(poster, "rgb")))

    def train(self, mode: bool = True) -> "PosterFeatures":
        """Stay in evaluation: there is nothing to train here."""
        return super().train(False)


def place_features(levels: Pyramid) -> Features:
    """Return the features of each place of stride 32, row by row.

    The level of stride 32, and beside it the mean of the four places of the level of
    stride 16: what is there, and how it looks.
    """
    both = torch.cat([avg_pool2d(levels.coarse, 2), levels.coarsest], dim=1)
    return both.flatten(2).mT


class PosterTokens(nn.Module):
    """Tokens of posters: each is made of the features at its place alone.

    Args:
        config: Of the model.
    """

    def __init__(self, config: FilmMangoConfig) -> None:
        super().__init__()
        self.pretrained = PosterFeatures(config.encoder)
        channels = self.pretrained.channels
        self.network = nn.Sequential(
            nn.LayerNorm(channels, elementwise_affine=False),
            nn.Linear(channels, config.token_width),
            nn.GELU(),
            nn.Linear(config.token_width, config.width),
        )

    def forward(self, poster: Poster, features: Features | None = None) -> Half:
        """Return the tokens, row by row.

        Args:
            poster: In -1..1.
            features: Of these posters, where they are known.
        """
        return self.network(self.pretrained(poster) if features is None else features)


class PlotTokens(nn.Module):
    """Tokens of plots: each is made of its word alone.

    A word is known by its vector (`fusionviz.data.words`), by how rare it is, and by
    what training has learned of this very word: numbers that are 0 of a word that it
    never met.

    Args:
        config: Of the model.
    """

    vectors: Tensor

    def __init__(self, config: FilmMangoConfig) -> None:
        super().__init__()
        self.register_buffer("vectors", _word_table(), persistent=False)
        count, known = self.vectors.shape
        self.network = nn.Sequential(
            nn.Linear(known, config.token_width),
            nn.GELU(),
            nn.Linear(config.token_width, config.width),
        )
        self.lexicon = nn.Parameter(torch.zeros(count, config.lexicon))
        self.from_lexicon = nn.Linear(config.lexicon, config.width, bias=False)

    def forward(self, words: Rows) -> Half:
        """Return the tokens, of places without a word too.

        Args:
            words: Rows of the words, -1 where there is none.
        """
        # The last row is that of no word, which is what -1 picks.
        learned = self.from_lexicon(self.lexicon[words])
        return self.network(self.vectors[words]) + learned


def _word_table() -> Float[Tensor, "word number"]:
    """Return what is known of each word: its vector, how rare it is, that it is none.

    All of unit scale. The last row is that of no word.
    """
    vectors = torch.from_numpy(load_word_vectors().vectors.copy())
    count = len(vectors)
    scaled = (vectors - vectors.mean(dim=0)) / vectors.std(dim=0)
    rank = torch.arange(1, count + 1).log() / math.log(count)
    words = torch.cat([scaled, rank[:, None], torch.zeros(count, 1)], dim=1)
    none = torch.zeros(1, words.shape[1])
    none[0, -1] = 1
    return torch.cat([words, none])
