"""What a MANGO of films is made of."""

from dataclasses import dataclass

from fusionviz.models.encoders.lite0 import NAME
from fusionviz.models.mango.config import FlowConfig
from fusionviz.models.modalities import sides

STRIDE = 32
"""Pixels a side of the poster that a token stands for."""

MODALITIES = ("poster", "plot")


@dataclass(frozen=True, kw_only=True)
class FilmMangoConfig(FlowConfig):
    """Sizes and choices of a MANGO of films.

    A plot's words lie on the grid as on a page, row by row; a word is a token.

    Attributes:
        modalities: Poster and plot.
        grid: Rows and columns of the poster's tokens; as many words are read.
        encoder: Name of the pretrained encoder that the poster's tokens are made by.
        lexicon: Numbers that are learned of each word, besides what its vector says.
        token_width: Channels inside, from features or vectors to tokens.
        head_width: Channels of the predictor of genres.
        dropout: Share of the predictor's channels that go missing in training.
        classes: Genres.
    """

    modalities: tuple[str, str] = MODALITIES
    grid: int | tuple[int, int] = (8, 5)
    blocks: int = 2
    encoder: str = NAME
    lexicon: int = 16
    token_width: int = 96
    head_width: int = 96
    dropout: float = 0.3
    classes: int = 13

    def __post_init__(self) -> None:
        """Check what a flow does not know of."""
        super().__post_init__()
        if self.modalities != MODALITIES:
            raise ValueError(f"modalities are {MODALITIES}, got {self.modalities}")
        if self.classes < 1:
            raise ValueError(f"classes must be positive, got {self.classes}")
        if self.lexicon < 0:
            raise ValueError(f"lexicon must not be negative, got {self.lexicon}")
        if not 0 <= self.dropout < 1:
            raise ValueError(f"dropout is from 0 to below 1, got {self.dropout}")

    @property
    def image_size(self) -> tuple[int, int]:
        """Height and width into which a poster is fitted."""
        rows, columns = sides(self.grid)
        return STRIDE * rows, STRIDE * columns
