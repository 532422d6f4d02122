"""Films of noise and a small MANGO that reads them."""

import numpy as np
import torch

from fusionviz.data.records import PosterSample
from fusionviz.models.films import FilmMango, FilmMangoConfig
from tests.helpers.properties import randomise

TINY_FILMS = FilmMangoConfig(
    grid=(2, 2),
    width=8,
    blocks=1,
    heads=2,
    coupling_width=8,
    guess_width=16,
    lexicon=4,
    token_width=16,
    head_width=16,
    classes=3,
)
"""2x2 patches and 4 words of 8 channels, 3 genres."""

PLOTS = (
    "A king loses his dog.",
    "Two lovers meet in Paris",
    "Zombies attack the city!",
    "A detective hunts a killer",
)


def film(seed: int, words: str | None = None) -> PosterSample:
    """Return a film whose poster is noise; its genre goes with its plot."""
    random = np.random.default_rng(seed)
    return PosterSample(
        rgb=random.integers(0, 256, (66, 44, 3), dtype=np.uint8),
        plot=PLOTS[seed % len(PLOTS)] if words is None else words,
        genres=np.array([seed % 4 == 0, seed % 4 == 1, seed % 2 == 0]),
        id=f"film {seed}",
    )


def tiny_film_mango(seed: int = 0) -> FilmMango:
    """Return a model whose every weight has a value of its own."""
    torch.manual_seed(seed)
    model = randomise(FilmMango(TINY_FILMS), 0.05, seed)
    return model.eval().requires_grad_(False)
